// SPDX-License-Identifier: Apache-2.0
// Walks the entities that one index covers, with their indexed properties: for building and for
// checking.
//
// Thread safety: belongs to the thread of the view.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/base/result.h"
#include "index/index_definition.h"
#include "storage/read_view.h"

namespace kith::index {

class EntityScan {
 public:
  /// `index` is borrowed. The scan covers the groups of `view`; what is created later in new groups
  /// is not seen.
  static Result<EntityScan> Start(storage::ReadView* view, const IndexDefinition* index);

  /// Gives the next entities (of at most 1,024 nodes, at first of 16) to `visit`, in order of their
  /// ids; `done()` after the last. `view` may be another one than Start's.
  using Visitor = std::function<Status(uint64_t entity, const storage::PropertyList& properties)>;
  Status Next(storage::ReadView* view, const Visitor& visit);

  bool done() const { return group_ >= groups_.size(); }
  /// Says that the last Next gave too much at once: the following ones give less, and slowly more
  /// again.
  void GiveLess();

 private:
  static constexpr uint32_t kFewestSlots = 16;

  EntityScan(const IndexDefinition* index, std::vector<GroupId> groups)
      : index_(index), groups_(std::move(groups)), span_(kFewestSlots) {}
  Status TakeNodes(storage::ReadView* view, std::vector<NodeId>* nodes);
  Status VisitNodes(storage::ReadView* view, const std::vector<NodeId>& nodes,
                    const Visitor& visit) const;
  Status VisitRelationships(storage::ReadView* view, const std::vector<NodeId>& nodes,
                            const Visitor& visit) const;

  const IndexDefinition* index_;
  std::vector<GroupId> groups_;
  size_t group_ = 0;   ///< The current group's place in groups_.
  uint32_t slot_ = 0;  ///< The next slot in it.
  uint32_t span_;      ///< Slots that the next Next looks at.
};

}  // namespace kith::index
