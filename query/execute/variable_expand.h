// SPDX-License-Identifier: Apache-2.0
// (from)-[*minimum..maximum]-(to): for each row all trails from a node, as openCypher defines them:
// no relationship occurs twice in a trail, nor among the other relationships that the same MATCH
// has matched already; nodes may.
//
// Does not block. Buffers the trails of one expansion of up to kWalkChunk positions and the partial
// trails above them (depth first, so memory grows with the depth and not with the number of
// trails). Rows do not keep the child's order.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "query/execute/operator.h"
#include "query/execute/relationship_filter.h"

namespace kith::query {

/// Positions that are expanded with one call of ReadView::Expand.
inline constexpr size_t kWalkChunk = 128;

struct VariableExpandOptions {
  uint32_t from = kNoColumn;
  uint32_t to = kNoColumn;
  bool to_bound = false;  ///< `to` has a value: only trails that end there.
  /// Receives the list of relationships; kNoColumn when nobody reads it.
  uint32_t relationships = kNoColumn;
  /// `from` is the right end of the pattern as written: the list is turned round.
  bool reversed = false;
  WalkStep step;
  uint64_t minimum = 1;
  std::optional<uint64_t> maximum;  ///< Missing: no limit.
  /// Columns with relationships, or lists of them, that no trail may use.
  SlotList exclude;
  /// Columns of the child's row that are still needed.
  SlotList carried;
};

class VariableExpand : public Operator {
 public:
  VariableExpand(OperatorPtr child, VariableExpandOptions options);
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override;
  const VariableExpandOptions& options() const { return options_; }

 private:
  OperatorPtr child_;
  VariableExpandOptions options_;
};

}  // namespace kith::query
