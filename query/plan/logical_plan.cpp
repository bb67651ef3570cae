// SPDX-License-Identifier: Apache-2.0
// Sets of slots.
#include "query/plan/logical_plan.h"

#include <algorithm>

namespace kith::query::plan {

void Insert(SlotSet* set, SlotId slot) {
  const auto place = std::lower_bound(set->begin(), set->end(), slot);
  if (place == set->end() || *place != slot) set->insert(place, slot);
}

void InsertAll(SlotSet* set, const SlotSet& more) {
  if (more.empty()) return;
  SlotSet joined;
  joined.reserve(set->size() + more.size());
  std::set_union(set->begin(), set->end(), more.begin(), more.end(), std::back_inserter(joined));
  *set = std::move(joined);
}

bool Contains(const SlotSet& set, SlotId slot) {
  return std::binary_search(set.begin(), set.end(), slot);
}

bool ContainsAll(const SlotSet& set, const SlotSet& part) {
  return std::includes(set.begin(), set.end(), part.begin(), part.end());
}

}  // namespace kith::query::plan
