// SPDX-License-Identifier: Apache-2.0
// What searches keep in memory of vector indexes: segments, which of their rows are dead, and the
// vectors that are in no segment yet. All of it is found again by what names its content, so that
// views of different moments share it where they may and never where they must not: segments by
// their ids, which are never reused, the others by the fingerprints of vector_keys.h. Dead rows of
// a view are those of the last one and what was removed since, where the removals were noted.
//
// Thread safety: all functions may be called from any thread; what they return is immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/base/memory_budget.h"
#include "engine/base/result.h"
#include "index/vector/memory_share.h"
#include "index/vector/padded_vectors.h"
#include "index/vector/removed_log.h"
#include "index/vector/row_set.h"
#include "index/vector/segment.h"
#include "storage/key_space.h"

namespace kith::index {

/// The vectors of one view that are in no segment.
struct Tail {
  std::vector<VectorVersion> versions;  ///< Ascending.
  std::vector<const float*> rows;       ///< Padded; of each version.

  /// Where the rows lie: shared with older and younger tails.
  struct Block {
    PaddedVectors vectors;
    MemoryShare memory;
  };
  std::vector<std::shared_ptr<const Block>> blocks;
};

/// Names one index and the size of its vectors.
struct VectorSpace {
  IndexId index{};
  uint32_t dimensions = 0;
};

class VectorCache {
 public:
  /// `memory` is borrowed; null means no limit.
  explicit VectorCache(MemoryBudget* memory) : memory_(memory) {}
  VectorCache(const VectorCache&) = delete;
  VectorCache& operator=(const VectorCache&) = delete;

  /// Loads it when it is not here. ResourceExhausted when there is no room even without
  /// what was used least recently; Corruption.
  Result<std::shared_ptr<const Segment>> SegmentOf(storage::KeySpaceReader* keys,
                                                   const VectorSpace& space,
                                                   const SegmentInfo& info);
  /// Keeps a segment that was just built; its memory is charged for as long as anybody uses it.
  std::shared_ptr<const Segment> Keep(IndexId index, uint32_t id,
                                      std::unique_ptr<const Segment> segment, MemoryShare memory);
  /// Forgets the segments of an index but these: a merge has replaced them, and older views load
  /// them again.
  void DropOthers(IndexId index, const std::vector<SegmentInfo>& kept);
  void Forget(IndexId index);

  /// A version was removed by a transaction, whatever becomes of it.
  void NoteRemoved(IndexId index, const VectorVersion& version);
  /// The rows of the segment that the view no longer has; null when it has all.
  Result<std::shared_ptr<const RowSet>> DeadRows(storage::KeySpaceReader* keys, IndexId index,
                                                 uint32_t id, const Segment& segment);
  /// ResourceExhausted when there is no room.
  Result<std::shared_ptr<const Tail>> TailOf(storage::KeySpaceReader* keys,
                                             const VectorSpace& space);

  /// `told` (may be null) gets the size of each tail that TailOf did not find in memory, on the
  /// thread of the search. Set before the first search.
  void OnTailRead(std::function<void(size_t vectors)> told) { tail_read_ = std::move(told); }

  MemoryBudget* memory() const { return memory_; }
  /// Takes memory, giving up for it what nobody uses just now, the least recently used first. Gives
  /// up nothing when all of that would not be enough.
  Result<MemoryShare> Reserve(size_t bytes);

 private:
  struct Held {
    std::shared_ptr<const Segment> segment;  ///< Holds its memory's share, too.
    size_t bytes = 0;                        ///< Of that share.
    uint64_t last_use = 0;
    int64_t dead_fingerprint = 0;  ///< With `dead`.
    std::shared_ptr<const RowSet> dead;
  };
  struct HeldTail {
    std::shared_ptr<const Tail> tail;
    uint64_t last_use = 0;
    int64_t fingerprint = 0;

    /// What goes when the tail does; 0 while somebody uses it.
    size_t FreeableBytes() const;
  };
  using SegmentName = std::pair<IndexId, uint32_t>;

  std::shared_ptr<const Segment> Find(const SegmentName& name);
  size_t FreeableBytes();
  /// False when somebody uses all there is.
  bool DropOldest();

  MemoryBudget* memory_;
  std::function<void(size_t vectors)> tail_read_;
  std::mutex load_mutex_;  ///< Held while a segment is loaded: two threads must not load the same.
  std::mutex mutex_;       ///< Guards what follows.
  std::map<SegmentName, Held> segments_;
  std::map<IndexId, HeldTail> tails_;
  std::map<IndexId, RemovedLog> removed_;
  uint64_t uses_ = 0;
};

}  // namespace kith::index
