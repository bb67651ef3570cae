// SPDX-License-Identifier: Apache-2.0
// The encoded writes of a transaction.
#include "storage/commit_ops.h"

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <utility>

#include "engine/base/key_codec.h"
#include "storage/format/meta_codec.h"
#include "storage/rocksdb_status.h"

namespace kith::storage {

namespace {

uint64_t HeadOf(std::string_view key) {
  char head[8] = {};
  key.copy(head, sizeof head);
  return ReadBigEndian64(head);
}

}  // namespace

void CommitOps::Append(Kind kind, Family family, std::string_view key, std::string_view value) {
  ops_.push_back({kind, family, static_cast<uint32_t>(key.size()),
                  static_cast<uint32_t>(value.size()), HeadOf(key), bytes_.size()});
  bytes_.append(key);
  bytes_.append(value);
}

void CommitOps::Sort() {
  std::sort(ops_.begin(), ops_.end(), [this](const Op& a, const Op& b) {
    if (a.family != b.family) return a.family < b.family;
    if (a.key_head != b.key_head) return a.key_head < b.key_head;
    return KeyOf(a) < KeyOf(b);
  });
}

void CommitOps::PutDelta(const DeltaKey& key, std::string_view value) {
  Append(Kind::kPutDelta, Family::kDelta, key.view(), value);
}

void CommitOps::DeleteDelta(std::string_view key) {
  Append(Kind::kDeleteDelta, Family::kDelta, key, {});
}

void CommitOps::Put(Family family, std::string_view key, std::string_view value) {
  Append(Kind::kPut, family, key, value);
}

void CommitOps::Delete(Family family, std::string_view key) {
  Append(Kind::kDelete, family, key, {});
}

void CommitOps::Add(std::string_view counter, int64_t delta) {
  Append(Kind::kAdd, Family::kCounter, counter, EncodeCounter(delta));
}

std::vector<GroupChange> CommitOps::Changes(CommitNumber commit, bool keep) const {
  std::vector<GroupChange> changes;
  char suffix[kCommitBytes];
  EncodeCommit(commit, suffix);
  for (const Op& op : ops_) {
    if (op.family != Family::kDelta) continue;
    const std::string_view key = KeyOf(op);
    const GroupId group = static_cast<GroupId>(ReadBigEndian32(key.data()));
    if (changes.empty() || changes.back().group != group) changes.push_back({group, 0, {}});
    ++changes.back().entries;
    if (!keep || op.kind != Kind::kPutDelta) continue;
    std::string whole(key);
    whole.append(suffix, sizeof suffix);
    const std::string_view value =
        std::string_view(bytes_).substr(op.offset + op.key_bytes, op.value_bytes);
    changes.back().kept.push_back({std::move(whole), std::string(value)});
  }
  return changes;
}

Status CommitOps::AppendTo(const Store& store, CommitNumber commit,
                           rocksdb::WriteBatch* batch) const {
  char suffix[kCommitBytes];
  EncodeCommit(commit, suffix);
  for (const Op& op : ops_) {
    const char* at = bytes_.data() + op.offset;
    rocksdb::Slice key[2] = {{at, op.key_bytes}, {suffix, sizeof suffix}};
    const rocksdb::Slice value(at + op.key_bytes, op.value_bytes);
    rocksdb::ColumnFamilyHandle* family = store.family(op.family);
    rocksdb::Status status;
    switch (op.kind) {
      case Kind::kPutDelta:
        status = batch->Put(family, rocksdb::SliceParts(key, 2), rocksdb::SliceParts(&value, 1));
        break;
      // Written once and deleted once: the two vanish together at the next flush.
      case Kind::kDeleteDelta: status = batch->SingleDelete(family, key[0]); break;
      case Kind::kPut: status = batch->Put(family, key[0], value); break;
      case Kind::kDelete: status = batch->Delete(family, key[0]); break;
      case Kind::kAdd: status = batch->Merge(family, key[0], value); break;
    }
    KITH_RETURN_IF_ERROR(FromRocksDb(status, "collecting a commit"));
  }
  return Status::Ok();
}

}  // namespace kith::storage
