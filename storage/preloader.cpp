// SPDX-License-Identifier: Apache-2.0
// See preloader.h.
#include "storage/preloader.h"

#include <new>
#include <utility>

#include "storage/snapshot.h"

namespace kith::storage {
namespace {

// The heat of more chunks than this says little, and the file would grow with the cache.
constexpr size_t kMaxHotChunks = size_t{1} << 16;
// Below this many bytes of a group's smallest chunks the budget counts as full.
constexpr uint64_t kFullSlackBytes = uint64_t{256} << 10;

}  // namespace

Preloader::Preloader(Store* store, CommitPipeline* pipeline) : store_(store), pipeline_(pipeline) {
  std::vector<MainKey> keys = store_->ReadHeat();
  if (keys.empty()) return;
  total_ = keys.size();
  thread_ = std::thread([this, keys = std::move(keys)]() mutable { Run(std::move(keys)); });
}

Preloader::~Preloader() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  // One that was stopped knows less than the file.
  if (done_ == total_) store_->WriteHeat(store_->cache().chunks().Hottest(kMaxHotChunks));
}

void Preloader::Run(std::vector<MainKey> keys) {
  try {
    // What cannot be loaded ahead is met, and reported, by the query that needs it.
    static_cast<void>(LoadHot(keys));
  } catch (const std::bad_alloc&) {
    // There is no room for more.
  }
  done_.store(total_, std::memory_order_release);
}

Status Preloader::LoadHot(const std::vector<MainKey>& keys) {
  std::shared_ptr<Snapshot> snapshot;
  for (const MainKey& key : keys) {
    if (stopping_) return Status::Ok();
    // A snapshot of its own every now and then: it keeps RocksDB from dropping what was deleted.
    if (done_ % 64 == 0) {
      KITH_ASSIGN_OR_RETURN(snapshot, pipeline_->Current());
    }
    const BorrowedReader reader(snapshot.get());
    KITH_ASSIGN_OR_RETURN(GroupReader * group, reader.get()->Group(key.group));
    const ChunkList* list = group->version().directory->Find(key.kind, key.id);
    if (list != nullptr) {
      for (const ChunkRef& ref : list->chunks) {
        if (ref.number != key.number) continue;
        KITH_RETURN_IF_ERROR(group->Fetch(key.kind, key.id, ref).status());
      }
    }
    ++done_;
  }
  return Status::Ok();
}

Status Preloader::LoadGroup(GroupId group, SnapshotReader* reader, PreloadResult* result) {
  KITH_ASSIGN_OR_RETURN(GroupReader * opened, reader->Group(group));
  ++result->groups;
  const GroupDirectory& directory = *opened->version().directory;
  const ChunkCache& cache = store_->cache().chunks();
  for (size_t kind = 0; kind < GroupDirectory::kKinds; ++kind) {
    const auto chunk_kind =
        static_cast<MainKind>(kind + static_cast<size_t>(GroupDirectory::kFirstKind));
    for (const ChunkList& list : directory.lists[kind]) {
      for (const ChunkRef& ref : list.chunks) {
        const ChunkCacheStats now = cache.stats();
        if (now.bytes + kFullSlackBytes >= now.budget_bytes) {
          result->complete = false;
          return Status::Ok();
        }
        KITH_RETURN_IF_ERROR(opened->Fetch(chunk_kind, list.id, ref).status());
        ++result->chunks;
        result->bytes += ref.bytes;
      }
    }
  }
  return Status::Ok();
}

Result<PreloadResult> Preloader::Load(std::span<const GroupId> groups, const Interrupt& interrupt) {
  PreloadResult result;
  for (const GroupId group : groups) {
    KITH_RETURN_IF_ERROR(interrupt.Check());
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<Snapshot> snapshot, pipeline_->Current());
    const BorrowedReader reader(snapshot.get());
    KITH_RETURN_IF_ERROR(LoadGroup(group, reader.get(), &result));
    if (!result.complete) break;
  }
  return result;
}

void Preloader::AddStats(CacheStats* stats) const {
  stats->preload_total = total_;
  stats->preloaded = done_;
}

}  // namespace kith::storage
