// SPDX-License-Identifier: Apache-2.0
// The bulk loader: writes groups as folds leave them, without a log, into a folder that nobody
// reads, and makes it one commit when everything is on disk.
#include <map>
#include <memory>
#include <new>
#include <utility>

#include "storage/bulk_loader.h"
#include "storage/draft_folder.h"
#include "storage/load/draft_writer.h"
#include "storage/load/loaded_relationships.h"

namespace kith::storage {
namespace {

// Nothing is read but catalog entries, and files by compactions.
constexpr size_t kBlockCacheBytes = size_t{8} << 20;

class SegmentLoader final : public BulkLoader {
 public:
  SegmentLoader(MemoryBudget* budget, size_t threads)
      : budget_(budget), threads_(threads), relationships_(budget) {}
  ~SegmentLoader() override {
    if (budget_ != nullptr) budget_->Release(charged_);
  }

  Status Init(const GraphStoreOptions& options) {
    KITH_ASSIGN_OR_RETURN(draft_, DraftFolder::Make(options.path, "importing"));
    draft_->ReleaseLock();
    GraphStoreOptions draft_options = options;
    draft_options.path = draft_->path();
    draft_options.create_if_missing = true;
    draft_options.read_only = false;
    draft_options.hot_cache_bytes = 0;
    draft_options.block_cache_bytes = kBlockCacheBytes;
    const size_t bytes = kBlockCacheBytes + MemtableBytes(draft_options);
    if (budget_ != nullptr) KITH_RETURN_IF_ERROR(budget_->Charge(bytes));
    charged_ = bytes;
    KITH_ASSIGN_OR_RETURN(store_, Store::Open(draft_options));
    KITH_ASSIGN_OR_RETURN(catalog_, Catalog::Load(store_.get()));
    writer_ = std::make_unique<DraftWriter>(store_.get());
    return Status::Ok();
  }

  Catalog& catalog() override { return *catalog_; }

  Status AddNodes(NodeBatch batch, std::vector<NodeId>* ids) override {
    const size_t before = ids->size();
    for (size_t row = 0; row < batch.rows; ++row) {
      KITH_ASSIGN_OR_RETURN(const NodeId id, catalog_->AllocateNode(batch.labels));
      ids->push_back(id);
    }
    const std::span<const NodeId> made = std::span(*ids).subspan(before);
    for (size_t begin = 0; begin < made.size();) {
      size_t end = begin + 1;
      while (end < made.size() && made[end].group() == made[begin].group()) ++end;
      KITH_RETURN_IF_ERROR(AddToGroup(batch, made, begin, end));
      begin = end;
    }
    nodes_ += made.size();
    for (const LabelId label : batch.labels) labels_[label] += made.size();
    return Status::Ok();
  }

  Status AddRelationships(RelationshipBatch batch) override {
    return relationships_.Add(std::move(batch));
  }

  Status Finish() override {
    try {
      KITH_RETURN_IF_ERROR(WriteGroups());
      KITH_RETURN_IF_ERROR(Commit());
    } catch (const std::bad_alloc&) {
      return store_->out_of_memory();
    }
    writer_.reset();
    catalog_.reset();
    store_.reset();
    return draft_->TakePlace();
  }

 private:
  /// Rows whose nodes are in one group.
  Status AddToGroup(const NodeBatch& batch, std::span<const NodeId> nodes, size_t begin,
                    size_t end) {
    GroupDraft* const draft = writer_->DraftOf(nodes[begin].group());
    for (size_t row = begin; row < end; ++row) draft->AddNode(nodes[row].slot(), batch.labels);
    for (const BulkColumn& column : batch.columns) {
      for (size_t row = begin; row < end; ++row) {
        KITH_RETURN_IF_ERROR(draft->AddValue(RowKind::kNode, nodes[row].slot(), column, row));
      }
    }
    if (nodes[end - 1].slot() == kGroupSlots - 1) {
      KITH_RETURN_IF_ERROR(draft->FinishValues(RowKind::kNode));
    }
    return writer_->Write(draft);
  }

  Status WriteGroups() {
    for (const auto& draft : writer_->drafts()) {
      KITH_RETURN_IF_ERROR(draft->FinishValues(RowKind::kNode));
      KITH_RETURN_IF_ERROR(writer_->Write(draft.get()));
    }
    KITH_RETURN_IF_ERROR(relationships_.Write(catalog_.get(), writer_.get(), threads_));
    for (const auto& draft : writer_->drafts()) {
      draft->WriteDirectory();
      KITH_RETURN_IF_ERROR(writer_->Write(draft.get()));
    }
    return Status::Ok();
  }

  void AddCounters(CommitOps* ops) const {
    const auto add = [&](const std::string& counter, uint64_t count) {
      if (count != 0) ops->Add(counter, static_cast<int64_t>(count));
    };
    add(NodeCounterKey(), nodes_);
    for (const auto& [label, count] : labels_) add(NodeCounterKey(label), count);
    uint64_t relationships = 0;
    for (const auto& [type, count] : relationships_.counts()) {
      add(RelationshipCounterKey(type), count);
      relationships += count;
    }
    add(RelationshipCounterKey(), relationships);
  }

  /// The first superblock to know the commit is written when all of it is on disk.
  Status Commit() {
    CommitOps ops;
    AddCounters(&ops);
    CommitRecord record;
    for (const auto& draft : writer_->drafts()) record.groups.push_back(draft->group());
    ops.Put(Family::kDefault, CommitKey(kLoadCommit), EncodeCommitRecord(record));
    KITH_RETURN_IF_ERROR(writer_->Write(&ops));
    KITH_RETURN_IF_ERROR(store_->Flush());
    store_->NoteCommitted(kLoadCommit);
    return store_->Flush();
  }

  MemoryBudget* budget_;
  size_t threads_;
  size_t charged_ = 0;
  std::unique_ptr<DraftFolder> draft_;
  std::unique_ptr<Store> store_;  // Closed before the draft is removed.
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<DraftWriter> writer_;
  LoadedRelationships relationships_;
  uint64_t nodes_ = 0;
  std::map<LabelId, uint64_t> labels_;
};

}  // namespace

Result<std::unique_ptr<BulkLoader>> BulkLoader::Create(const GraphStoreOptions& options,
                                                       MemoryBudget* budget, size_t threads) {
  KITH_RETURN_IF_ERROR(DraftFolder::CheckTarget(options.path, "files are imported"));
  auto loader = std::make_unique<SegmentLoader>(budget, threads);
  KITH_RETURN_IF_ERROR(loader->Init(options));
  return std::unique_ptr<BulkLoader>(std::move(loader));
}

}  // namespace kith::storage
