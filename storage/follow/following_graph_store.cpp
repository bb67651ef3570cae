// SPDX-License-Identifier: Apache-2.0
// GraphStore over what is followed.
#include "storage/follow/following_graph_store.h"

#include <unistd.h>

#include <new>
#include <string>
#include <utility>
#include <vector>

#include "storage/follow/follower.h"
#include "storage/graph_transaction.h"
#include "storage/store.h"
#include "storage/store_check.h"

namespace kith::storage {
namespace {

// The hot-subgraph cache, and RocksDB's, in which memtables count, and those of the next store
// while it is being opened.
size_t FollowingBytes(const GraphStoreOptions& options) {
  return options.hot_cache_bytes + options.block_cache_bytes + 2 * MemtableBytes(options);
}

class FollowingGraphStore final : public GraphStore {
 public:
  FollowingGraphStore(const GraphStoreOptions& options, MemoryBudget* budget)
      : options_(options), budget_(budget), owner_(getpid()) {}
  ~FollowingGraphStore() override {
    // A forked child has no thread that could be waited for.
    if (getpid() != owner_) static_cast<void>(follower_.release());
    follower_.reset();
    if (budget_ != nullptr) budget_->Release(charged_);
  }

  Status Init() {
    if (budget_ != nullptr) {
      KITH_RETURN_IF_ERROR(budget_->Charge(FollowingBytes(options_)));
      charged_ = FollowingBytes(options_);
    }
    KITH_ASSIGN_OR_RETURN(follower_, Follower::Start(options_));
    return Status::Ok();
  }

  Catalog& catalog() override { return follower_->catalog(); }

  Result<std::unique_ptr<Transaction>> Begin(TransactionMode mode) override {
    if (mode != TransactionMode::kRead) return ReadOnly("open it for writing");
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<FollowedStore> followed, follower_->Current());
    TransactionContext context;
    context.owner = followed;
    context.store = followed->store();
    context.catalog = &follower_->catalog();
    context.pipeline = followed->pipeline();
    context.sinks = &no_sinks_;
    context.budget = budget_;
    context.bytes_limit = options_.transaction_bytes_limit;
    try {
      KITH_ASSIGN_OR_RETURN(std::shared_ptr<Snapshot> snapshot, followed->pipeline()->Current());
      return std::unique_ptr<Transaction>(
          std::make_unique<GraphTransaction>(context, std::move(snapshot), TransactionMode::kRead));
    } catch (const std::bad_alloc&) {
      return followed->store()->out_of_memory();
    }
  }

  // Nothing changes here that they could see.
  void AddChangeSink(ChangeSink*) override {}

  Status ChangeSchema(const std::function<Status(Transaction&)>&,
                      const std::function<void()>&) override {
    return ReadOnly("open it for writing");
  }

  Status Sync() override { return Status::Ok(); }
  Status Flush() override { return Status::Ok(); }
  Result<BackupInfo> Backup(const std::string&, const BackupOptions&) override {
    return ReadOnly("a backup is made by the process that writes");
  }
  Result<uint64_t> DiskBytes() override {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<FollowedStore> followed, follower_->Current());
    return followed->store()->DiskBytes();
  }
  Result<PreloadResult> Preload(std::span<const LabelId>, const Interrupt&) override {
    return Status(StatusCode::kUnsupported,
                  "the cache of a process that follows another cannot be filled ahead; it fills as "
                  "queries run");
  }
  CacheStats GetCacheStats() const override {
    CacheStats stats;
    const auto followed = follower_->Current();
    if (followed.ok()) (*followed)->store()->cache().AddStats(&stats);
    return stats;
  }
  Status CheckFiles(CheckReport* report) override {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<FollowedStore> followed, follower_->Current());
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<Snapshot> snapshot,
                          followed->pipeline()->Current());
    return CheckStore(*followed->store(), snapshot->commit(), report);
  }

 private:
  Status ReadOnly(const char* advice) const {
    return Status(StatusCode::kReadOnly, options_.path + " is open read-only; " + advice);
  }

  const GraphStoreOptions options_;
  MemoryBudget* budget_;
  const int owner_;  // The process that opened it.
  size_t charged_ = 0;
  const std::vector<ChangeSink*> no_sinks_;
  std::unique_ptr<Follower> follower_;
};

}  // namespace

Result<std::unique_ptr<GraphStore>> OpenFollowingGraphStore(const GraphStoreOptions& options,
                                                            MemoryBudget* budget) {
  if (!options.read_only || options.path == ":memory:") {
    return Status(StatusCode::kInvalidArgument,
                  "only a folder that is opened read-only can be followed; set read_only, or do "
                  "not set follow");
  }
  auto store = std::make_unique<FollowingGraphStore>(options, budget);
  KITH_RETURN_IF_ERROR(store->Init());
  return std::unique_ptr<GraphStore>(std::move(store));
}

}  // namespace kith::storage
