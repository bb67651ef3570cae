// SPDX-License-Identifier: Apache-2.0
// From values of the language to what a transaction writes, shared by CREATE, MERGE and SET.
//
// Thread safety: functions over one run's context.
#pragma once

#include <string_view>
#include <vector>

#include "query/execute/evaluator.h"
#include "query/execute/operators.h"
#include "storage/transaction.h"

namespace kith::query {

using PropertyWrites = std::vector<storage::PropertyWrite>;

/// Adds one assignment to `writes`; of two to the same property the later one stands.
Status AddPropertyWrite(ExecutionContext& context, std::string_view key, const Value& value,
                        PropertyWrites* writes);
/// Adds all entries of a map, or all properties of a node or relationship. Null adds nothing;
/// anything else is a TypeError.
Status AddPropertyWrites(ExecutionContext& context, const Value& source, PropertyWrites* writes);
/// The ids of label names, sorted and distinct; unknown names are created.
Status LabelIdsFor(ExecutionContext& context, const std::vector<std::string>& names,
                   std::vector<LabelId>* ids);
/// Gives a TypeError of a value that cannot be stored openCypher's detail word, and its place.
Status DescribeWriteError(const Status& status, SourceRange range);

/// Runs the items of SET or REMOVE for all rows. Row by row where an entity is named twice, so that
/// each row sees what the rows before it wrote.
Status ApplySetActions(ExecutionContext& context, const std::vector<SetAction>& actions,
                       const Batch& rows);

/// Creates the plan's nodes and relationships, element by element for all rows, into their columns.
Status CreateElements(ExecutionContext& context, const CreatePlan& plan, Batch* rows);

}  // namespace kith::query
