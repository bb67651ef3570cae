// SPDX-License-Identifier: Apache-2.0
// See draft_writer.h.
#include "storage/load/draft_writer.h"

#include <rocksdb/write_batch.h>

namespace kith::storage {
namespace {

// Of a batch of RocksDB.
constexpr size_t kBatchHeaderBytes = 12;

}  // namespace

GroupDraft* DraftWriter::DraftOf(GroupId group) {
  const auto number = static_cast<size_t>(group);
  if (number >= drafts_.size()) drafts_.resize(number + 1);
  if (drafts_[number] == nullptr) drafts_[number] = std::make_unique<GroupDraft>(group);
  return drafts_[number].get();
}

GroupDraft* DraftWriter::DraftWith(NodeId node) const {
  const auto number = static_cast<size_t>(node.group());
  GroupDraft* const draft = number < drafts_.size() ? drafts_[number].get() : nullptr;
  return draft != nullptr && draft->HasNode(node.slot()) ? draft : nullptr;
}

Status DraftWriter::Write(CommitOps* ops) {
  if (ops->empty()) return Status::Ok();
  rocksdb::WriteBatch batch(kBatchHeaderBytes + ops->batch_bytes());
  KITH_RETURN_IF_ERROR(ops->AppendTo(*store_, kLoadCommit, &batch));
  *ops = CommitOps();
  return store_->WriteUnlogged(&batch);
}

}  // namespace kith::storage
