// SPDX-License-Identifier: Apache-2.0
// Merging: read under a snapshot, build without one, write in steps, publish in one transaction.
#include "index/vector/vector_merger.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/key_codec.h"
#include "index/schema_records.h"
#include "index/vector/segment_builder.h"
#include "index/vector/segment_codec.h"
#include "index/vector/vector_keys.h"
#include "index/vector/vector_searcher_state.h"

namespace kith::index {
namespace {

using storage::GraphStore;
using storage::KeySpace;
using storage::Transaction;
using storage::TransactionMode;

// Vectors read between two looks at the interrupt.
constexpr size_t kReadStep = 1024;
// What one merge takes of a longer tail: bounds its memory and its last transaction.
constexpr size_t kMostTailRows = size_t{1} << 19;
// A segment is taken along when it is at most so many times what is being merged already.
constexpr size_t kTierRatio = 4;
// Of four rows of a graph, one may be dead.
constexpr size_t kDeadShare = 4;
// Chunks written in one transaction.
constexpr size_t kStepBytes = size_t{32} << 20;
// A commit that meets a change of the schema is tried again so often.
constexpr int kAttempts = 16;
// How long a merge waits for another one between two looks at the interrupt.
constexpr std::chrono::milliseconds kWaitStep(20);

// One merge of one index.
class VectorMerge {
 public:
  VectorMerge(GraphStore* store, VectorCache* cache, const IndexDefinition& index,
              const VectorMergeOptions& options)
      : store_(store), cache_(cache), index_(index), options_(options) {}

  Status Run() {
    KITH_ASSIGN_OR_RETURN(const bool useful, Read());
    if (!useful) return Status::Ok();
    if (builder_.has_value()) {
      SegmentBuildOptions build;
      build.vector = index_.vector;
      build.threads = options_.threads;
      build.progress = options_.progress;
      build.interrupt = options_.interrupt;
      KITH_ASSIGN_OR_RETURN(segment_, builder_->Finish(build));
      builder_.reset();
    }
    KITH_ASSIGN_OR_RETURN(const bool written, WriteChunks());
    if (!written) return Status::Ok();
    KITH_ASSIGN_OR_RETURN(const bool published, Publish());
    if (!published) return Status::Ok();
    if (segment_ != nullptr) {
      cache_->Keep(index_.id, new_id_, std::move(segment_), std::move(memory_));
    }
    cache_->DropOthers(index_.id, next_.segments);
    return Status::Ok();
  }

 private:
  // A segment that is merged.
  struct Taken {
    SegmentInfo info;
    std::shared_ptr<const Segment> segment;
  };

  Status CheckInterrupt() const {
    return options_.interrupt == nullptr ? Status::Ok() : options_.interrupt->Check();
  }

  // Reads what is to be merged; false when nothing is. The snapshot ends with this function.
  Result<bool> Read() {
    KITH_ASSIGN_OR_RETURN(const auto transaction, store_->Begin(TransactionMode::kRead));
    storage::KeySpaceReader& keys = transaction->view().keys();
    KITH_ASSIGN_OR_RETURN(const bool defined, HasDefinition(&keys, index_.id));
    KITH_ASSIGN_OR_RETURN(auto directory, ReadDirectory(&keys, index_.id));
    if (!defined) return false;
    if (directory.has_value()) {
      directory_ = *std::move(directory);
    } else {
      directory_.dimensions = index_.vector.dimensions;
    }
    KITH_ASSIGN_OR_RETURN(tail_, ReadVersions(&keys, TailPrefix(index_.id)));
    KITH_ASSIGN_OR_RETURN(removed_, ReadVersions(&keys, RemovedPrefix(index_.id)));
    if (tail_.size() > kMostTailRows) tail_.resize(kMostTailRows);
    if (!IsUseful()) return false;
    KITH_RETURN_IF_ERROR(TakeSegments(&keys));
    KITH_RETURN_IF_ERROR(Collect(&keys));
    KITH_RETURN_IF_ERROR(FindObsolete(&keys));
    return true;
  }

  bool IsUseful() const {
    if (!options_.everything) {
      return tail_.size() >= options_.worth || removed_.size() >= options_.worth;
    }
    return !tail_.empty() || !removed_.empty() || directory_.segments.size() > 1;
  }

  // Chooses the segments to merge, the largest last.
  Status TakeSegments(storage::KeySpaceReader* keys) {
    std::vector<SegmentInfo> infos = directory_.segments;
    std::sort(infos.begin(), infos.end(),
              [](const SegmentInfo& a, const SegmentInfo& b) { return a.rows < b.rows; });
    size_t rows = tail_.size();
    for (const SegmentInfo& info : infos) {
      const bool near = options_.everything || info.rows <= kTierRatio * rows;
      // What is not taken is not loaded, unless it may have decayed.
      if (!near && removed_.empty()) continue;
      const auto segment = cache_->SegmentOf(keys, Space(), info);
      KITH_RETURN_IF_ERROR(segment.status());
      if (!near && CountDead(**segment) * kDeadShare <= info.rows) continue;
      taken_.push_back({info, *segment});
      rows += info.rows;
    }
    // With nothing new, one segment alone is what it would become.
    const bool alone = tail_.empty() && taken_.size() == 1;
    if (alone && CountDead(*taken_[0].segment) * kDeadShare <= taken_[0].info.rows) taken_.clear();
    return Status::Ok();
  }

  bool IsTaken(const SegmentInfo& info) const {
    return std::any_of(taken_.begin(), taken_.end(),
                       [&](const Taken& one) { return one.info.id == info.id; });
  }

  size_t CountDead(const Segment& segment) const {
    return static_cast<size_t>(std::count_if(
        removed_.begin(), removed_.end(),
        [&](const VectorVersion& version) { return segment.RowOf(version).has_value(); }));
  }

  // Puts the rows of the new segment into the builder. The largest segment's graph is gone on with,
  // its dead rows included, unless they are too many.
  Status Collect(storage::KeySpaceReader* keys) {
    size_t rows = tail_.size();
    for (const Taken& one : taken_) rows += one.info.rows;
    if (rows == 0) return Status::Ok();
    KITH_ASSIGN_OR_RETURN(memory_, cache_->Reserve(Segment::MemoryBytes(rows, Space().dimensions,
                                                                        index_.vector.links)));
    const Segment* base = nullptr;
    if (!taken_.empty()) {
      const Segment& largest = *taken_.back().segment;
      const bool same_links = taken_.back().info.links == index_.vector.links;
      if (same_links && CountDead(largest) * kDeadShare <= largest.rows()) base = &largest;
    }
    builder_.emplace(Space().dimensions, index_.vector, base, rows);
    for (const Taken& one : taken_) {
      if (one.segment.get() != base) KITH_RETURN_IF_ERROR(AddLive(*one.segment));
    }
    std::vector<float> vector(Space().dimensions);
    for (const VectorVersion& version : tail_) {
      if (builder_->rows() % kReadStep == 0) KITH_RETURN_IF_ERROR(CheckInterrupt());
      KITH_RETURN_IF_ERROR(
          VisitVector(keys, index_.id, Space().dimensions, version, [&](const char* floats) {
            std::memcpy(vector.data(), floats, vector.size() * sizeof(float));
          }));
      builder_->Add(version, vector);
    }
    if (builder_->rows() == 0) builder_.reset();
    return Status::Ok();
  }

  Status AddLive(const Segment& segment) {
    for (uint32_t row = 0; row < segment.rows(); ++row) {
      const VectorVersion& version = segment.versions()[row];
      if (std::binary_search(removed_.begin(), removed_.end(), version)) continue;
      builder_->Add(version, {segment.vectors().Row(row), segment.vectors().dimensions()});
    }
    return CheckInterrupt();
  }

  // Of the removed markers those that no segment needs after this merge. A version that is marked
  // in this snapshot is not in its tail, so no later segment can get it.
  Status FindObsolete(storage::KeySpaceReader* keys) {
    if (removed_.empty()) return Status::Ok();
    std::vector<std::shared_ptr<const Segment>> kept;
    for (const SegmentInfo& info : directory_.segments) {
      if (IsTaken(info)) continue;
      KITH_ASSIGN_OR_RETURN(auto segment, cache_->SegmentOf(keys, Space(), info));
      kept.push_back(std::move(segment));
    }
    for (const VectorVersion& version : removed_) {
      const bool needed = (builder_.has_value() && builder_->Carries(version)) ||
                          std::any_of(kept.begin(), kept.end(), [&](const auto& segment) {
                            return segment->RowOf(version).has_value();
                          });
      if (!needed) obsolete_.push_back(version);
    }
    return Status::Ok();
  }

  VectorSpace Space() const { return {index_.id, directory_.dimensions}; }

  // Runs `change` in a transaction of its own, again when the schema has changed meanwhile. False
  // when the index is gone.
  Result<bool> Commit(storage::Durability durability,
                      const std::function<Status(Transaction&)>& change) {
    for (int attempt = 1;; ++attempt) {
      KITH_ASSIGN_OR_RETURN(const auto transaction, store_->Begin(TransactionMode::kWrite));
      KITH_ASSIGN_OR_RETURN(const bool defined, HasDefinition(&transaction->keys(), index_.id));
      if (!defined) return false;
      KITH_RETURN_IF_ERROR(change(*transaction));
      const Status status = transaction->Commit(durability);
      if (status.ok()) return true;
      if (status.code() != StatusCode::kConflict || attempt == kAttempts) return status;
    }
  }

  // Chunks that an interrupted merge left under the number that this one uses, or a later one.
  Result<bool> DeleteStray() {
    return Commit(storage::Durability::kLater, [&](Transaction& transaction) {
      return DeleteKeys(transaction, SegmentPrefix(index_.id, new_id_),
                        PrefixSuccessor(ChunkPrefix(index_.id)));
    });
  }

  static Status DeleteKeys(Transaction& transaction, const std::string& lower,
                           const std::string& upper) {
    std::vector<std::string> found;
    KITH_RETURN_IF_ERROR(transaction.keys().Scan(KeySpace::kVector, lower, upper,
                                                 [&](std::string_view key, std::string_view) {
                                                   found.emplace_back(key);
                                                   return true;
                                                 }));
    for (const std::string& key : found) {
      KITH_RETURN_IF_ERROR(transaction.keys().Delete(KeySpace::kVector, key));
    }
    return Status::Ok();
  }

  Result<bool> WriteChunks() {
    new_id_ = directory_.next_segment;
    if (segment_ == nullptr) return true;
    KITH_ASSIGN_OR_RETURN(bool defined, DeleteStray());
    std::vector<SegmentChunk> step;
    size_t step_bytes = 0;
    const auto flush = [&] {
      Result<bool> done = Commit(storage::Durability::kLater, [&](Transaction& transaction) {
        for (const SegmentChunk& chunk : step) {
          KITH_RETURN_IF_ERROR(transaction.keys().Put(
              KeySpace::kVector, ChunkKey(index_.id, new_id_, chunk.part, chunk.number),
              chunk.sealed));
        }
        return Status::Ok();
      });
      step.clear();
      step_bytes = 0;
      if (done.ok()) defined = defined && *done;
      return done.status();
    };
    const auto add = [&](const SegmentChunk& chunk) {
      KITH_RETURN_IF_ERROR(CheckInterrupt());
      step_bytes += chunk.sealed.size();
      step.push_back(chunk);
      return step_bytes < kStepBytes ? Status::Ok() : flush();
    };
    KITH_RETURN_IF_ERROR(EncodeSegment(*segment_, add));
    KITH_RETURN_IF_ERROR(flush());
    return defined;
  }

  // The one transaction that changes what searches see.
  Result<bool> Publish() {
    next_ = directory_;
    std::erase_if(next_.segments, [&](const SegmentInfo& info) { return IsTaken(info); });
    if (segment_ != nullptr) {
      next_.segments.push_back(DescribeSegment(*segment_, new_id_));
      next_.next_segment = new_id_ + 1;
    }
    return Commit(storage::Durability::kOnReturn, [&](Transaction& transaction) {
      storage::KeySpaceWriter& keys = transaction.keys();
      if (next_.dimensions != 0) {
        KITH_RETURN_IF_ERROR(
            keys.Put(KeySpace::kVector, DirectoryKey(index_.id), EncodeDirectory(next_)));
      }
      uint64_t nonces = 0;
      for (const VectorVersion& version : tail_) {
        KITH_RETURN_IF_ERROR(keys.Delete(KeySpace::kVector, TailKey(index_.id, version)));
        nonces += version.nonce;
      }
      KITH_RETURN_IF_ERROR(
          keys.Add(TailFingerprintKey(index_.id), static_cast<int64_t>(0 - nonces)));
      for (const VectorVersion& version : obsolete_) {
        KITH_RETURN_IF_ERROR(keys.Delete(KeySpace::kVector, RemovedKey(index_.id, version)));
      }
      for (const Taken& one : taken_) {
        const std::string prefix = SegmentPrefix(index_.id, one.info.id);
        KITH_RETURN_IF_ERROR(DeleteKeys(transaction, prefix, PrefixSuccessor(prefix)));
      }
      return Status::Ok();
    });
  }

  GraphStore* store_;
  VectorCache* cache_;
  const IndexDefinition& index_;
  const VectorMergeOptions& options_;
  VectorDirectory directory_;  ///< As read.
  VectorDirectory next_;       ///< As published.
  std::vector<VectorVersion> tail_;
  std::vector<VectorVersion> removed_;
  std::vector<VectorVersion> obsolete_;
  std::vector<Taken> taken_;
  std::optional<SegmentBuilder> builder_;
  MemoryShare memory_;
  std::unique_ptr<const Segment> segment_;
  uint32_t new_id_ = 0;
};

}  // namespace

VectorMerger::VectorMerger(GraphStore* store, VectorSearcher* searcher, CatalogSource catalog,
                           size_t merge_vectors)
    : store_(store),
      searcher_(searcher),
      catalog_(std::move(catalog)),
      merge_vectors_(merge_vectors) {
  // Changes are noted before they are committed. Where a whole tail comes with one commit, nothing
  // else may tell of it.
  searcher_->state_->cache.OnTailRead([this](size_t vectors) {
    if (vectors >= merge_vectors_) Wake();
  });
}

void VectorMerger::StartThread() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (thread_.joinable()) return;
  woken_ = true;
  thread_ = std::thread([this] { Run(); });
}

VectorMerger::~VectorMerger() {
  searcher_->state_->cache.OnTailRead(nullptr);
  stop_.Cancel();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void VectorMerger::NoteChange(IndexId index, const std::optional<VectorVersion>& removed) {
  if (removed.has_value()) searcher_->state_->cache.NoteRemoved(index, *removed);
  if (changes_.fetch_add(1, std::memory_order_relaxed) + 1 < merge_vectors_) return;
  changes_.store(0, std::memory_order_relaxed);
  Wake();
}

void VectorMerger::Wake() {
  const std::lock_guard<std::mutex> lock(mutex_);
  woken_ = true;
  wake_.notify_all();
}

void VectorMerger::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    if (!woken_) {
      wake_.wait(lock);
      continue;
    }
    woken_ = false;
    lock.unlock();
    MergeWhatNeedsIt();
    lock.lock();
  }
}

// A merge that fails costs searches time and nothing else; the next change of many tries again.
void VectorMerger::MergeWhatNeedsIt() {
  const auto catalog = catalog_();
  for (const auto& index : catalog->all()) {
    if (index->kind != IndexKind::kVector || index->state != IndexState::kOnline) continue;
    VectorMergeOptions options;
    options.worth = merge_vectors_;
    options.interrupt = &stop_;
    static_cast<void>(Merge(*index, options).ok());
  }
}

Status VectorMerger::Merge(const IndexDefinition& index, const VectorMergeOptions& options) {
  std::unique_lock<std::timed_mutex> lock(merge_mutex_, std::defer_lock);
  while (!lock.try_lock_for(kWaitStep)) {
    if (options.interrupt != nullptr) KITH_RETURN_IF_ERROR(options.interrupt->Check());
  }
  try {
    return VectorMerge(store_, &searcher_->state_->cache, index, options).Run();
  } catch (const std::bad_alloc&) {
    return Status(StatusCode::kResourceExhausted,
                  fmt::format("there is not enough memory to merge vector index '{}'", index.name));
  }
}

}  // namespace kith::index
