// SPDX-License-Identifier: Apache-2.0
// DISTINCT before an aggregate: passes each Equivalent row of arguments on once.
//
// Thread safety: as AggregateState.
#pragma once

#include <memory>

#include "query/function/registry.h"

namespace kith::query {

std::unique_ptr<AggregateState> MakeDistinct(std::unique_ptr<AggregateState> state);

}  // namespace kith::query
