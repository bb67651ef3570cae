// SPDX-License-Identifier: Apache-2.0
// Reads of plan nodes.
#include "query/plan/slot_reads.h"

#include <algorithm>

#include "query/plan/expression_walk.h"

namespace kith::query::plan {

SlotSet Intersection(const SlotSet& a, const SlotSet& b) {
  SlotSet both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

SlotSet Without(const SlotSet& set, const SlotSet& removed) {
  SlotSet rest;
  std::set_difference(set.begin(), set.end(), removed.begin(), removed.end(),
                      std::back_inserter(rest));
  return rest;
}

void AddReads(const Expression* expression, SlotSet* needed) {
  if (expression != nullptr) InsertAll(needed, SlotsOf(*expression));
}

void AddReads(const bound::PropertyMap& properties, SlotSet* needed) {
  for (const auto& [key, value] : properties.entries) AddReads(value.get(), needed);
  AddReads(properties.map.get(), needed);
}

void AddReads(const std::vector<bound::SetItem>& items, SlotSet* needed) {
  for (const bound::SetItem& item : items) {
    AddReads(item.target.get(), needed);
    AddReads(item.key_value.get(), needed);
    AddReads(item.value.get(), needed);
  }
}

void AddReads(const bound::Pattern& pattern, SlotSet* needed) {
  for (const auto& node : pattern.nodes) {
    if (node.bound) Insert(needed, node.slot);
    AddReads(node.properties, needed);
  }
  for (const auto& relationship : pattern.relationships) {
    AddReads(relationship.properties, needed);
  }
}

}  // namespace kith::query::plan
