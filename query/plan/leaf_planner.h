// SPDX-License-Identifier: Apache-2.0
// Ways to find the nodes of one pattern element without expanding to it: by index, by id, by label,
// or all of them.
//
// Thread safety: functions without state.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "query/plan/plan_context.h"

namespace kith::query::plan {

/// A predicate of the pattern: an expression, or slot.key = value from a property map.
struct Conjunct {
  const Expression* expression = nullptr;
  std::optional<PropertyTest> test;
  /// All slots that it reads; of one that is volatile all that the pattern gives, too.
  SlotSet needs;
  double selectivity = 1;
  bool is_volatile = false;  ///< See IsVolatile.
  bool used = false;
};

enum class LeafKind : uint8_t { kScan, kIndexSeek, kIdSeek };

struct Leaf {
  LeafKind kind = LeafKind::kScan;
  double rows = 0;
  std::optional<std::string> label;  ///< kScan
  const index::IndexDefinition* definition = nullptr;
  std::vector<const Expression*> equal;
  const Expression* lower = nullptr;
  const Expression* upper = nullptr;
  bool lower_inclusive = false;
  bool upper_inclusive = false;
  const Expression* prefix = nullptr;
  const Expression* in = nullptr;
  const Expression* ids = nullptr;
  std::vector<size_t> consumed;  ///< Conjuncts that it makes true.
};

struct LeafRequest {
  SlotId slot = kNoSlot;
  std::vector<std::string> labels;     ///< That the node must have.
  const SlotSet* available = nullptr;  ///< Slots that seek operands may read.
};

/// The cheapest way. `conjuncts` are only read.
Result<Leaf> BestLeaf(const PlanContext& context, const LeafRequest& request,
                      const std::vector<Conjunct>& conjuncts);

/// The plan of a leaf over the rows of `input` (a scan needs the input to be Unit). Marks what it
/// consumes, and moves further predicates into a scan where storage can test them.
PlanPtr MakeLeaf(PlanContext& context, PlanPtr input, const LeafRequest& request, const Leaf& leaf,
                 std::vector<Conjunct>* conjuncts);

}  // namespace kith::query::plan
