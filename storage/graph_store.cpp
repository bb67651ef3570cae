// SPDX-License-Identifier: Apache-2.0
// The entry to storage: wires the store, the catalog, the pipeline and the transactions together.
#include "storage/graph_store.h"

#include <fmt/core.h>

#include <new>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "storage/commit_pipeline.h"
#include "storage/fold/fold_scheduler.h"
#include "storage/follow/following_graph_store.h"
#include "storage/graph_transaction.h"
#include "storage/preloader.h"
#include "storage/store.h"
#include "storage/store_check.h"

namespace kith::storage {
namespace {

// The hot-subgraph cache, and RocksDB's, which its memtables count in.
size_t FixedBytes(const GraphStoreOptions& options) {
  return options.hot_cache_bytes + options.block_cache_bytes + MemtableBytes(options);
}

// Keeps everyone else from committing while it lives.
class CommitLock {
 public:
  explicit CommitLock(CommitPipeline* pipeline) : pipeline_(pipeline) { pipeline_->LockCommits(); }
  ~CommitLock() { pipeline_->UnlockCommits(); }
  CommitLock(const CommitLock&) = delete;
  CommitLock& operator=(const CommitLock&) = delete;

 private:
  CommitPipeline* pipeline_;
};

class RocksGraphStore final : public GraphStore {
 public:
  RocksGraphStore(const GraphStoreOptions& options, MemoryBudget* budget)
      : options_(options), budget_(budget) {}
  ~RocksGraphStore() override {
    // A forked child has not the threads, and would wait for them for ever.
    if (store_ != nullptr && store_->forked()) {
      static_cast<void>(folds_.release());
      static_cast<void>(preloader_.release());
      static_cast<void>(pipeline_.release());
    }
    preloader_.reset();
    folds_.reset();
    pipeline_.reset();
    catalog_.reset();
    store_.reset();
    if (budget_ != nullptr) budget_->Release(charged_);
  }

  Status Init() {
    if (budget_ != nullptr) {
      KITH_RETURN_IF_ERROR(budget_->Charge(FixedBytes(options_)));
      charged_ = FixedBytes(options_);
    }
    KITH_ASSIGN_OR_RETURN(store_, Store::Open(options_));
    KITH_ASSIGN_OR_RETURN(catalog_, Catalog::Load(store_.get()));
    pipeline_ = std::make_unique<CommitPipeline>(store_.get());
    if (!options_.read_only) {
      folds_ = std::make_unique<FoldScheduler>(store_.get(), pipeline_.get(),
                                               options_.fold_bytes_per_entry);
      store_->cache().groups().OnFull([folds = folds_.get()](GroupId group) { folds->Add(group); });
    }
    preloader_ = std::make_unique<Preloader>(store_.get(), pipeline_.get());
    return Status::Ok();
  }

  Catalog& catalog() override { return *catalog_; }

  Result<std::unique_ptr<Transaction>> Begin(TransactionMode mode) override {
    const bool writes = mode != TransactionMode::kRead;
    if (writes && options_.read_only) {
      return Status(StatusCode::kReadOnly,
                    options_.path + " is open read-only; open it for writing");
    }
    const bool resume = writes && !store_->writing();
    if (resume) pipeline_->TryResume();
    auto transaction = NewTransaction(mode);
    if (!transaction.ok() && !resume) {
      // There is nothing to read from: a reader, too, may find that the cause is gone.
      pipeline_->TryResume();
      transaction = NewTransaction(mode);
    }
    KITH_RETURN_IF_ERROR(transaction.status());
    return std::unique_ptr<Transaction>(*std::move(transaction));
  }

  void AddChangeSink(ChangeSink* sink) override { sinks_.push_back(sink); }

  Status ChangeSchema(const std::function<Status(Transaction&)>& change,
                      const std::function<void()>& published) override {
    if (options_.read_only) {
      return Status(StatusCode::kReadOnly,
                    options_.path + " is open read-only; open it for writing");
    }
    if (!store_->writing()) pipeline_->TryResume();
    const CommitLock lock(pipeline_.get());
    const auto transaction = NewTransaction(TransactionMode::kWrite);
    Status status = transaction.status();
    if (status.ok()) status = change(**transaction);
    if (status.ok()) status = (*transaction)->CommitSchema(published);
    return status;
  }

  Status Sync() override { return store_->Sync(); }
  Status Flush() override { return store_->Flush(); }
  Status Fold() override {
    if (options_.read_only) {
      return Status(StatusCode::kReadOnly,
                    options_.path + " is open read-only; open it for writing");
    }
    return folds_->FoldNow(catalog_->Groups());
  }
  Status Compact() override {
    KITH_RETURN_IF_ERROR(Fold());
    // The snapshot keeps the store from being reopened meanwhile.
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<Snapshot> snapshot, pipeline_->Current());
    return store_->Compact();
  }
  Result<BackupInfo> Backup(const std::string& folder, const BackupOptions& options) override {
    if (options_.read_only) {
      return Status(StatusCode::kReadOnly, options_.path +
                                               " is open read-only, and a backup is made by the "
                                               "process that writes; open it for writing");
    }
    // The snapshot keeps the store from being reopened meanwhile.
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<Snapshot> snapshot, pipeline_->Current());
    return CreateBackup(store_.get(), snapshot->commit(), folder, options);
  }
  CacheStats GetCacheStats() const override {
    CacheStats stats;
    store_->cache().AddStats(&stats);
    preloader_->AddStats(&stats);
    return stats;
  }
  Result<PreloadResult> Preload(std::span<const LabelId> labels,
                                const Interrupt& interrupt) override {
    if (labels.empty()) return preloader_->Load(catalog_->Groups(), interrupt);
    std::set<GroupId> groups;
    for (const LabelId label : labels) {
      for (const GroupId group : catalog_->GroupsOf(label)) groups.insert(group);
    }
    return preloader_->Load(std::vector<GroupId>(groups.begin(), groups.end()), interrupt);
  }
  Result<uint64_t> DiskBytes() override { return store_->DiskBytes(); }
  Status CheckFiles(CheckReport* report) override {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<Snapshot> snapshot, pipeline_->Current());
    return CheckStore(*store_, snapshot->commit(), report);
  }

 private:
  Result<std::unique_ptr<GraphTransaction>> NewTransaction(TransactionMode mode) {
    TransactionContext context;
    context.store = store_.get();
    context.catalog = catalog_.get();
    context.pipeline = pipeline_.get();
    context.sinks = &sinks_;
    context.budget = budget_;
    context.bytes_limit = options_.transaction_bytes_limit;
    const bool writes = mode != TransactionMode::kRead;
    std::shared_ptr<Snapshot> snapshot;
    try {
      KITH_ASSIGN_OR_RETURN(snapshot, writes ? pipeline_->BeginWrite(mode) : pipeline_->Current());
      return std::make_unique<GraphTransaction>(context, snapshot, mode);
    } catch (const std::bad_alloc&) {
      if (snapshot != nullptr && writes) pipeline_->EndWrite(snapshot->commit(), mode);
      return store_->out_of_memory();
    }
  }

  GraphStoreOptions options_;
  MemoryBudget* budget_;
  size_t charged_ = 0;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<CommitPipeline> pipeline_;
  std::unique_ptr<FoldScheduler> folds_;
  std::unique_ptr<Preloader> preloader_;  // It may ask for a fold.
  std::vector<ChangeSink*> sinks_;
};

}  // namespace

Result<std::unique_ptr<GraphStore>> GraphStore::Open(const GraphStoreOptions& options,
                                                     MemoryBudget* budget) {
  try {
    if (options.follow) return OpenFollowingGraphStore(options, budget);
    auto store = std::make_unique<RocksGraphStore>(options, budget);
    KITH_RETURN_IF_ERROR(store->Init());
    return std::unique_ptr<GraphStore>(std::move(store));
  } catch (const std::bad_alloc&) {
    return Status(StatusCode::kResourceExhausted,
                  fmt::format("the machine's memory is used up; free some and open {} again",
                              options.path))
        .WithDetail(kOutOfMemory);
  } catch (const std::system_error& error) {
    return Status(StatusCode::kResourceExhausted,
                  fmt::format("a thread for {} cannot be started: {}; end some, or raise the limit",
                              options.path, error.what()));
  }
}

}  // namespace kith::storage
