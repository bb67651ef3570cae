// SPDX-License-Identifier: Apache-2.0
// Keeping segments, dead rows and tails.
#include "index/vector/vector_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <optional>

#include "index/vector/segment_codec.h"

namespace kith::index {
namespace {

using storage::KeySpaceReader;

// A tail with more blocks than this, or one that a merge has emptied, is read anew: its blocks hold
// vectors that nobody needs any more.
constexpr size_t kMostBlocks = 32;

// The vectors of `missing`, read from the view.
Result<std::shared_ptr<const Tail::Block>> ReadBlock(KeySpaceReader* keys, const VectorSpace& space,
                                                     const std::vector<VectorVersion>& missing,
                                                     MemoryShare memory) {
  auto block =
      std::make_shared<Tail::Block>(Tail::Block{PaddedVectors(space.dimensions), MemoryShare()});
  block->memory = std::move(memory);
  block->vectors.Reserve(missing.size());
  for (const VectorVersion& version : missing) {
    KITH_RETURN_IF_ERROR(
        VisitVector(keys, space.index, space.dimensions, version,
                    [&](const char* floats) { block->vectors.AppendBytes(floats); }));
  }
  return std::shared_ptr<const Tail::Block>(std::move(block));
}

// Versions that `known` (may be null) has no row for, and the rows of the others.
std::vector<VectorVersion> TakeKnown(const std::vector<VectorVersion>& wanted, const Tail* known,
                                     Tail* tail) {
  std::vector<VectorVersion> missing;
  tail->versions = wanted;
  tail->rows.assign(wanted.size(), nullptr);
  size_t at = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    while (known != nullptr && at < known->versions.size() && known->versions[at] < wanted[i]) ++at;
    const bool here =
        known != nullptr && at < known->versions.size() && known->versions[at] == wanted[i];
    if (here) {
      tail->rows[i] = known->rows[at];
    } else {
      missing.push_back(wanted[i]);
    }
  }
  if (known != nullptr && missing.size() < wanted.size()) tail->blocks = known->blocks;
  return missing;
}

}  // namespace

std::shared_ptr<const Segment> VectorCache::Find(const SegmentName& name) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = segments_.find(name);
  if (found == segments_.end()) return nullptr;
  found->second.last_use = ++uses_;
  return found->second.segment;
}

// Others get what is held only from here, under the lock: who holds the one reference is alone.
size_t VectorCache::HeldTail::FreeableBytes() const {
  if (tail.use_count() > 1) return 0;
  size_t bytes = 0;
  for (const auto& block : tail->blocks) {
    if (block.use_count() == 1) bytes += block->memory.bytes();
  }
  return bytes;
}

size_t VectorCache::FreeableBytes() {
  const std::lock_guard<std::mutex> lock(mutex_);
  size_t bytes = 0;
  for (const auto& [name, held] : segments_) {
    if (held.segment.use_count() == 1) bytes += held.bytes;
  }
  for (const auto& [index, held] : tails_) bytes += held.FreeableBytes();
  return bytes;
}

bool VectorCache::DropOldest() {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto segment = segments_.end();
  for (auto it = segments_.begin(); it != segments_.end(); ++it) {
    const bool older = segment == segments_.end() || it->second.last_use < segment->second.last_use;
    if (older && it->second.segment.use_count() == 1) segment = it;
  }
  auto tail = tails_.end();
  for (auto it = tails_.begin(); it != tails_.end(); ++it) {
    const bool older = tail == tails_.end() || it->second.last_use < tail->second.last_use;
    if (older && it->second.FreeableBytes() != 0) tail = it;
  }
  if (segment == segments_.end() && tail == tails_.end()) return false;
  const bool drop_tail = segment == segments_.end() ||
                         (tail != tails_.end() && tail->second.last_use < segment->second.last_use);
  if (drop_tail) {
    tails_.erase(tail);
  } else {
    segments_.erase(segment);
  }
  return true;
}

Result<MemoryShare> VectorCache::Reserve(size_t bytes) {
  Result<MemoryShare> share = MemoryShare::Take(memory_, bytes);
  const auto refused = [&] {
    return !share.ok() && share.status().code() == StatusCode::kResourceExhausted;
  };
  if (!refused()) return share;
  // Whether what is freed at most leaves room for the rest.
  const size_t freeable = FreeableBytes();
  const size_t rest = bytes - std::min(bytes, freeable);
  if (freeable == 0 || !MemoryShare::Take(memory_, rest).ok()) return share;
  while (refused() && DropOldest()) share = MemoryShare::Take(memory_, bytes);
  return share;
}

Result<std::shared_ptr<const Segment>> VectorCache::SegmentOf(KeySpaceReader* keys,
                                                              const VectorSpace& space,
                                                              const SegmentInfo& info) {
  const SegmentName name{space.index, info.id};
  if (auto segment = Find(name)) return segment;
  const std::lock_guard<std::mutex> lock(load_mutex_);
  if (auto segment = Find(name)) return segment;
  KITH_ASSIGN_OR_RETURN(MemoryShare memory,
                        Reserve(Segment::MemoryBytes(info.rows, space.dimensions, info.links)));
  try {
    KITH_ASSIGN_OR_RETURN(std::unique_ptr<const Segment> segment,
                          LoadSegment(keys, space.index, space.dimensions, info));
    return Keep(space.index, info.id, std::move(segment), std::move(memory));
  } catch (const std::bad_alloc&) {
    return Status(StatusCode::kResourceExhausted,
                  "there is not enough memory to load a segment of a vector index");
  }
}

std::shared_ptr<const Segment> VectorCache::Keep(IndexId index, uint32_t id,
                                                 std::unique_ptr<const Segment> segment,
                                                 MemoryShare memory) {
  struct Charged {
    std::unique_ptr<const Segment> segment;
    MemoryShare memory;
  };
  const size_t bytes = memory.bytes();
  auto charged = std::make_shared<Charged>(Charged{std::move(segment), std::move(memory)});
  std::shared_ptr<const Segment> shared(charged, charged->segment.get());
  const std::lock_guard<std::mutex> lock(mutex_);
  Held& held = segments_[{index, id}];
  held.segment = shared;
  held.bytes = bytes;
  held.last_use = ++uses_;
  return shared;
}

void VectorCache::DropOthers(IndexId index, const std::vector<SegmentInfo>& kept) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::erase_if(segments_, [&](const auto& entry) {
    return entry.first.first == index &&
           std::none_of(kept.begin(), kept.end(),
                        [&](const SegmentInfo& info) { return info.id == entry.first.second; });
  });
}

void VectorCache::Forget(IndexId index) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::erase_if(segments_, [&](const auto& entry) { return entry.first.first == index; });
  tails_.erase(index);
  removed_.erase(index);
}

void VectorCache::NoteRemoved(IndexId index, const VectorVersion& version) {
  const std::lock_guard<std::mutex> lock(mutex_);
  removed_[index].Note(version);
}

Result<std::shared_ptr<const RowSet>> VectorCache::DeadRows(KeySpaceReader* keys, IndexId index,
                                                            uint32_t id, const Segment& segment) {
  KITH_ASSIGN_OR_RETURN(const int64_t fingerprint, keys->Counter(RemovedFingerprintKey(index)));
  if (fingerprint == 0) return std::shared_ptr<const RowSet>();
  std::shared_ptr<const RowSet> before;
  std::optional<std::vector<VectorVersion>> removed;  // Since `before`.
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = segments_.find({index, id});
    if (found != segments_.end()) {
      if (found->second.dead_fingerprint == fingerprint) return found->second.dead;
      removed = removed_[index].Between(found->second.dead_fingerprint, fingerprint);
      if (removed.has_value()) before = found->second.dead;
    }
  }
  if (!removed.has_value()) {
    KITH_ASSIGN_OR_RETURN(removed, ReadVersions(keys, RemovedPrefix(index)));
  }
  auto dead = before == nullptr ? std::make_shared<RowSet>(segment.rows())
                                : std::make_shared<RowSet>(*before);
  for (const VectorVersion& version : *removed) {
    if (const auto row = segment.RowOf(version)) dead->Insert(*row);
  }
  std::shared_ptr<const RowSet> known = dead->count() == 0 ? nullptr : std::move(dead);
  const std::lock_guard<std::mutex> lock(mutex_);
  removed_[index].Restart(fingerprint);
  const auto found = segments_.find({index, id});
  if (found != segments_.end()) {
    found->second.dead_fingerprint = fingerprint;
    found->second.dead = known;
  }
  return known;
}

Result<std::shared_ptr<const Tail>> VectorCache::TailOf(KeySpaceReader* keys,
                                                        const VectorSpace& space) {
  KITH_ASSIGN_OR_RETURN(const int64_t fingerprint, keys->Counter(TailFingerprintKey(space.index)));
  std::shared_ptr<const Tail> known;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = tails_.find(space.index);
    if (found != tails_.end()) {
      found->second.last_use = ++uses_;
      if (found->second.fingerprint == fingerprint) return found->second.tail;
      known = found->second.tail;
    }
  }
  KITH_ASSIGN_OR_RETURN(const auto wanted, ReadVersions(keys, TailPrefix(space.index)));
  auto tail = std::make_shared<Tail>();
  const bool outgrown = known != nullptr && (known->blocks.size() >= kMostBlocks ||
                                             wanted.size() < known->versions.size() / 2);
  if (outgrown) known = nullptr;
  const std::vector<VectorVersion> missing = TakeKnown(wanted, known.get(), tail.get());
  if (!missing.empty()) {
    KITH_ASSIGN_OR_RETURN(MemoryShare memory,
                          Reserve(PaddedVectors(space.dimensions).BytesFor(missing.size())));
    KITH_ASSIGN_OR_RETURN(auto block, ReadBlock(keys, space, missing, std::move(memory)));
    size_t row = 0;
    for (const float*& place : tail->rows) {
      if (place == nullptr) place = block->vectors.Row(row++);
    }
    tail->blocks.push_back(std::move(block));
  }
  if (tail_read_) tail_read_(wanted.size());
  const std::lock_guard<std::mutex> lock(mutex_);
  tails_[space.index] = {tail, ++uses_, fingerprint};
  return std::shared_ptr<const Tail>(std::move(tail));
}

}  // namespace kith::index
