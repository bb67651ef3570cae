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

}  // namespace

Preloader::Preloader(Store* store, CommitPipeline* pipeline) : store_(store), pipeline_(pipeline) {
  std::vector<MainKey> keys = store_->ReadHeat();
  if (keys.empty()) return;
  total_ = keys.size();
  finished_ = false;
  thread_ = std::thread([this, keys = std::move(keys)]() mutable { Run(std::move(keys)); });
}

Preloader::~Preloader() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  try {
    const std::vector<MainKey> hottest = store_->cache().chunks().Hottest(kMaxHotChunks);
    // One that was stopped, or keeps nothing, knows less than the file.
    if (finished_ && !hottest.empty()) store_->WriteHeat(hottest);
  } catch (const std::bad_alloc&) {
    // The file stays as it is.
  }
}

void Preloader::Run(std::vector<MainKey> keys) {
  try {
    // What cannot be loaded ahead is met, and reported, by the query that needs it.
    finished_ = LoadHot(keys).ok() && !stopping_;
  } catch (const std::bad_alloc&) {
    // There is no room for more.
  }
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

Status Preloader::LoadGroup(GroupId group, SnapshotReader* reader, uint64_t pushed_out,
                            PreloadResult* result) {
  KITH_ASSIGN_OR_RETURN(GroupReader * opened, reader->Group(group));
  ++result->groups;
  const GroupDirectory& directory = *opened->version().directory;
  const ChunkCache& cache = store_->cache().chunks();
  for (size_t kind = 0; kind < GroupDirectory::kKinds; ++kind) {
    const auto chunk_kind =
        static_cast<MainKind>(kind + static_cast<size_t>(GroupDirectory::kFirstKind));
    for (const ChunkList& list : directory.lists[kind]) {
      for (const ChunkRef& ref : list.chunks) {
        KITH_RETURN_IF_ERROR(opened->Fetch(chunk_kind, list.id, ref).status());
        // A chunk that has taken the place of another, or found none: the cache is full.
        const ChunkCacheStats now = cache.stats();
        if (now.evictions + now.rejections > pushed_out || now.budget_bytes == 0) {
          result->complete = false;
          return Status::Ok();
        }
        ++result->chunks;
        result->bytes += ref.bytes;
      }
    }
  }
  return Status::Ok();
}

Result<PreloadResult> Preloader::Load(std::span<const GroupId> groups, const Interrupt& interrupt) {
  PreloadResult result;
  const ChunkCacheStats before = store_->cache().chunks().stats();
  for (const GroupId group : groups) {
    KITH_RETURN_IF_ERROR(interrupt.Check());
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<Snapshot> snapshot, pipeline_->Current());
    const BorrowedReader reader(snapshot.get());
    KITH_RETURN_IF_ERROR(
        LoadGroup(group, reader.get(), before.evictions + before.rejections, &result));
    if (!result.complete) break;
  }
  return result;
}

void Preloader::AddStats(CacheStats* stats) const {
  stats->preload_total = total_;
  stats->preloaded = done_;
}

}  // namespace kith::storage
