// SPDX-License-Identifier: Apache-2.0
// The shortest paths between two nodes: breadth-first search from both ends, always a whole level
// of the side with the smaller frontier, until the sides meet (bidirectional search: I. Pohl,
// "Bi-directional Search", Machine Intelligence 6, 1971).
//
// Thread safety: belongs to one run.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "query/execute/relationship_filter.h"

namespace kith::query {

/// Which walks are paths between the ends.
struct PathLimits {
  WalkStep step;         ///< Its direction is seen from the first node.
  uint64_t minimum = 1;  ///< 0 or 1.
  std::optional<uint64_t> maximum;
};

storage::Direction Opposite(storage::Direction direction);

class PathSearch {
 public:
  /// With `all` every path of least length is found, else one. Keeps a reference to `limits`.
  PathSearch(const PathLimits& limits, bool all, ExecutionContext& context);

  /// Each path is the list of its relationships. A path from a node to itself has length 0 when the
  /// limits allow that, else there is none. `row` is the row of `rows` that predicates read.
  Status Find(const Batch& rows, uint32_t row, NodeId from, NodeId to, std::vector<List>* paths);

 private:
  /// A way by which a node was reached; `next` chains the other ways of the same length.
  struct Arrival {
    NodeId parent;
    RelId relationship;
    uint32_t next;
  };

  struct Visit {
    uint32_t level;
    uint32_t arrivals;  ///< First of the chain, kNone for the end node itself.
  };

  /// One of the two searches: all nodes within `level` steps of its end.
  struct Side {
    std::unordered_map<NodeId, Visit> visits;
    std::vector<Arrival> arrivals;
    std::vector<NodeId> frontier;
    uint32_t level = 0;

    void Start(NodeId node);
    size_t HeapBytes() const;
  };

  static constexpr uint32_t kNone = UINT32_MAX;

  Status Advance(const Batch& rows, uint32_t row, size_t side);
  void Arrive(size_t side, NodeId parent, uint32_t j);
  Status Join(NodeId meeting, std::vector<List>* paths);
  Status Trace(const Side& side, NodeId node, std::vector<List>* ways);

  const PathLimits& limits_;
  const bool all_;
  ExecutionContext& context_;
  WalkStep backward_;
  MemoryCharge memory_;
  Side sides_[2];
  std::vector<NodeId> meetings_;
  storage::Adjacency adjacency_;
  std::vector<uint8_t> allowed_;
};

}  // namespace kith::query
