// SPDX-License-Identifier: Apache-2.0
// The bulk loader over ordinary transactions, of as many rows as their overlays hold well, synced
// once at the end.
#include <algorithm>
#include <memory>
#include <utility>

#include "storage/bulk_loader.h"
#include "storage/draft_folder.h"

namespace kith::storage {
namespace {

/// A commit's own cost is spread over so many rows; more only take memory.
constexpr size_t kTransactionRows = 10'000;

/// The properties of one row.
void RowOf(const std::vector<BulkColumn>& columns, size_t row, std::vector<PropertyWrite>* writes) {
  writes->clear();
  for (const BulkColumn& column : columns) {
    if (column.present(row)) writes->push_back({column.property(), column.At(row)});
  }
}

class TransactionLoader final : public BulkLoader {
 public:
  Status Init(const GraphStoreOptions& options, MemoryBudget* budget) {
    KITH_ASSIGN_OR_RETURN(draft_, DraftFolder::Make(options.path, "importing"));
    draft_->ReleaseLock();
    GraphStoreOptions draft_options = options;
    draft_options.path = draft_->path();
    draft_options.create_if_missing = true;
    draft_options.read_only = false;
    KITH_ASSIGN_OR_RETURN(store_, GraphStore::Open(draft_options, budget));
    return Status::Ok();
  }

  Catalog& catalog() override { return store_->catalog(); }

  Status AddNodes(NodeBatch batch, std::vector<NodeId>* ids) override {
    const size_t before = ids->size();
    std::vector<PropertyWrite> writes;
    return InTransactions(batch.rows, [&](Transaction& transaction, size_t row) -> Status {
      ids->resize(before + row);  // Less than there are when a transaction begins again.
      RowOf(batch.columns, row, &writes);
      KITH_ASSIGN_OR_RETURN(const NodeId id, transaction.CreateNode(batch.labels, writes));
      ids->push_back(id);
      return Status::Ok();
    });
  }

  Status AddRelationships(RelationshipBatch batch) override {
    std::vector<PropertyWrite> writes;
    return InTransactions(batch.starts.size(), [&](Transaction& transaction, size_t row) -> Status {
      RowOf(batch.columns, row, &writes);
      return transaction.CreateRelationship(batch.starts[row], batch.type, batch.ends[row], writes)
          .status();
    });
  }

  Status Finish() override {
    KITH_RETURN_IF_ERROR(store_->Sync());
    KITH_RETURN_IF_ERROR(store_->Flush());
    store_.reset();
    return draft_->TakePlace();
  }

 private:
  /// Calls `add` for each row, in transactions.
  template <typename Add>
  Status InTransactions(size_t rows, const Add& add) {
    for (size_t begin = 0; begin < rows; begin += kTransactionRows) {
      const size_t end = std::min(rows, begin + kTransactionRows);
      Status status;
      do {
        status = Write(begin, end, add);
      } while (status.IsRetryable());
      KITH_RETURN_IF_ERROR(status);
    }
    return Status::Ok();
  }

  template <typename Add>
  Status Write(size_t begin, size_t end, const Add& add) {
    KITH_ASSIGN_OR_RETURN(const auto transaction, store_->Begin(TransactionMode::kWrite));
    for (size_t row = begin; row < end; ++row) KITH_RETURN_IF_ERROR(add(*transaction, row));
    return transaction->Commit(Durability::kLater);
  }

  std::unique_ptr<DraftFolder> draft_;
  std::unique_ptr<GraphStore> store_;  // Closed before the draft is removed.
};

}  // namespace

Result<std::unique_ptr<BulkLoader>> BulkLoader::Create(const GraphStoreOptions& options,
                                                       MemoryBudget* budget) {
  KITH_RETURN_IF_ERROR(DraftFolder::CheckTarget(options.path, "files are imported"));
  auto loader = std::make_unique<TransactionLoader>();
  KITH_RETURN_IF_ERROR(loader->Init(options, budget));
  return std::unique_ptr<BulkLoader>(std::move(loader));
}

}  // namespace kith::storage
