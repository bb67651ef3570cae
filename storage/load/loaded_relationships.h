// SPDX-License-Identifier: Apache-2.0
// The relationships of a bulk load: kept as they come, and put in order when all are there, first
// by source, then by target. A relationship takes 40 bytes of memory and its properties. Inside
// storage only.
//
// Thread safety: Add may be called from any thread; the rest by one thread while nothing else runs.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <vector>

#include "engine/base/memory_budget.h"
#include "engine/base/result.h"
#include "storage/bulk_batch.h"
#include "storage/catalog.h"
#include "storage/load/draft_writer.h"

namespace kith::storage {

class LoadedRelationships {
 public:
  /// `budget` may be null; borrowed.
  explicit LoadedRelationships(MemoryBudget* budget) : budget_(budget) {}
  ~LoadedRelationships();
  LoadedRelationships(const LoadedRelationships&) = delete;
  LoadedRelationships& operator=(const LoadedRelationships&) = delete;

  /// ResourceExhausted when the budget has no room.
  Status Add(RelationshipBatch batch);

  /// Gives them serials, by group of the source in order of (type, source, target), and adds them
  /// to the groups; with so many threads. InvalidArgument when an end is no node. Nothing is left
  /// here.
  Status Write(Catalog* catalog, DraftWriter* writer, size_t threads);

  /// Of each type.
  const std::map<RelTypeId, uint64_t>& counts() const { return counts_; }

 private:
  /// While sources are in turn, `from` and `place` say where the relationship came from: the number
  /// of its batch, and its row there. Then they are its type and serial.
  struct Item {
    NodeId source;
    NodeId target;
    uint32_t from = 0;
    uint32_t place = 0;
  };

  /// Where the items of each group begin, and the end.
  using Places = std::vector<size_t>;

  Status Charge(size_t bytes);
  Result<Places> CountSources(const DraftWriter& writer) const;
  void Distribute(Places places);
  Places BringTargetsTogether(size_t groups);
  /// Calls `work` with the items of each group that has some.
  template <typename Work>
  Status ForGroups(const Places& places, size_t threads, const Work& work);
  Status WriteSources(std::span<Item> items, GroupDraft* draft);
  Status WriteTargets(std::span<Item> items, GroupDraft* draft);
  static Status AddLists(std::span<Item> items, bool outgoing, GroupDraft* draft);
  RelTypeId TypeOf(const Item& item) const { return batches_[item.from].type; }

  MemoryBudget* budget_;
  std::mutex mutex_;
  size_t charged_ = 0;
  std::vector<RelationshipBatch> batches_;
  std::map<RelTypeId, uint64_t> counts_;
  std::vector<Item> items_;  // By group of the source, then of the target.
};

}  // namespace kith::storage
