// SPDX-License-Identifier: Apache-2.0
// Makes results independent of the transaction: nodes and relationships by id become whole, also
// inside lists, maps and paths. Labels and properties of a batch are read in a few span calls.
//
// Thread safety: that of the view.
#pragma once

#include <span>
#include <vector>

#include "query/execute/batch.h"
#include "storage/read_view.h"

namespace kith::query {

/// (*rows)[i][j] is the value of columns[j] in row i. A deleted entity is whole without contents.
/// With whole == false entities stay as they are.
Status MaterializeRows(storage::ReadView& view, const Batch& batch,
                       std::span<const uint32_t> columns, bool whole,
                       std::vector<std::vector<Value>>* rows);

}  // namespace kith::query
