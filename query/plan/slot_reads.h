// SPDX-License-Identifier: Apache-2.0
// Which slots the parts of a plan node read, and sets of slots.
//
// Thread safety: functions without state.
#pragma once

#include <vector>

#include "query/plan/logical_plan.h"

namespace kith::query::plan {

SlotSet Intersection(const SlotSet& a, const SlotSet& b);
SlotSet Without(const SlotSet& set, const SlotSet& removed);

/// Adds what is read to `needed`; a null expression reads nothing.
void AddReads(const Expression* expression, SlotSet* needed);
void AddReads(const bound::PropertyMap& properties, SlotSet* needed);
void AddReads(const std::vector<bound::SetItem>& items, SlotSet* needed);
/// Of a pattern that is created: the nodes that exist and all properties.
void AddReads(const bound::Pattern& pattern, SlotSet* needed);

}  // namespace kith::query::plan
