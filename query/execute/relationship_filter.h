// SPDX-License-Identifier: Apache-2.0
// Which relationships a walk may take: types, direction, and predicates over each one and over the
// node that it leads to, evaluated for all candidates of a step at once.
//
// Thread safety: immutable; shared by all runs of a plan.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "query/execute/evaluator.h"
#include "query/execute/execution_context.h"
#include "storage/read_view.h"

namespace kith::query {

/// A column that is not there.
inline constexpr uint32_t kNoColumn = UINT32_MAX;

/// One step of a walk as all walking operators take it.
struct WalkStep {
  storage::Direction direction = storage::Direction::kBoth;  ///< Seen from where the walk stands.
  /// Any of these; empty: every type. Names, because a plan may be older than a type.
  std::vector<std::string> types;
  /// Over one relationship in `element_column` and the columns of the row; null: no condition.
  std::shared_ptr<const Evaluator> predicate;
  uint32_t element_column = kNoColumn;
  /// Over the node reached, in `node_column`, and the columns of the row; null: no condition.
  std::shared_ptr<const Evaluator> node_predicate;
  uint32_t node_column = kNoColumn;
};

/// One walk's position: the row it began from and the node where it stands.
struct WalkFrontier {
  std::vector<uint32_t> rows;  ///< Of the batch that the walks began from.
  std::vector<NodeId> nodes;
};

/// The ids of the types that exist. False when `names` are given and none exists: then no
/// relationship can match.
bool FindTypes(const storage::ReadView& view, std::span<const std::string> names,
               std::vector<RelTypeId>* types);

/// Expands all positions of `frontier` by one step. On return entry i of `adjacency` has the
/// relationships that position i may take; `allowed[j]` is 0 for those that a predicate refuses.
/// `allowed` is empty when there is no predicate.
Status TakeStep(ExecutionContext& context, const WalkStep& step, const Batch& rows,
                const WalkFrontier& frontier, storage::Adjacency* adjacency,
                std::vector<uint8_t>* allowed);

/// Whether the node predicate, if any, holds for every one of `nodes`, seen from row `row`.
Result<bool> NodesFit(ExecutionContext& context, const WalkStep& step, const Batch& rows,
                      uint32_t row, std::span<const NodeId> nodes);

}  // namespace kith::query
