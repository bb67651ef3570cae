// SPDX-License-Identifier: Apache-2.0
// The whole graph at one moment, read through the storage interface and not through the query
// engine, and the side effects of a statement as the difference of two such snapshots.
//
// Thread safety: plain values; taking a snapshot uses a transaction of its own.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "engine/base/result.h"
#include "engine/base/value.h"
#include "storage/graph_store.h"

namespace kith::tck {

struct GraphSnapshot {
  /// 'n' or 'r' and the id of the entity, then the property's id.
  using PropertyKey = std::pair<std::pair<char, uint64_t>, uint32_t>;

  std::set<uint64_t> nodes;
  std::set<uint64_t> relationships;
  std::map<PropertyKey, Value> properties;
  std::set<uint32_t> labels;  ///< Present on any node.
};

Result<GraphSnapshot> TakeSnapshot(storage::GraphStore& store);

/// "+nodes", "-properties", ... with their counts; what did not change is left out.
using SideEffects = std::map<std::string, int64_t>;

SideEffects Difference(const GraphSnapshot& before, const GraphSnapshot& after);

/// "+nodes 1, -labels 2", or "none".
std::string ToString(const SideEffects& effects);

}  // namespace kith::tck
