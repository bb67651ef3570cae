// SPDX-License-Identifier: Apache-2.0
// All trails from one node to another, shortest first: level by level from the first node, without
// the nodes from which the other end cannot be reached. For shortestPath with a condition on the
// whole path, where the shortest paths of all have failed.
//
// Buffers every trail of the levels so far but not of the one being tried, whose ends alone count;
// the query's memory bounds it. Thread safety: belongs to one run.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "query/execute/path_search.h"

namespace kith::query {

class TrailSearch {
 public:
  /// Keeps a reference to `limits`.
  TrailSearch(const PathLimits& limits, ExecutionContext& context);

  /// Begins at length 0. `rows` is borrowed until the last use.
  Status Start(const Batch& rows, uint32_t row, NodeId from, NodeId to);
  /// Of the trails so far.
  uint64_t length() const { return length_; }

  /// A trail that ends at `to`: one of those so far and a step more.
  struct End {
    uint32_t parent;
    RelId relationship;
  };
  /// Those one step longer than the trails so far.
  Status FindEnds(std::vector<End>* ends);
  /// Makes all trails one step longer. False when there is none, or none that may be longer still.
  Result<bool> Extend();
  /// The relationships of a trail.
  List TrailOf(const End& end) const;
  /// Gives the memory back.
  void Finish();

 private:
  /// The last step of a trail; the first node's has no parent and no relationship.
  struct Step {
    uint32_t parent;
    RelId relationship;
    NodeId node;
  };

  Status MeasureDistances();
  /// Calls visit(parent, relationship, node) for each step on from the steps [begin, end).
  template <typename Visit>
  Status ExpandChunk(size_t begin, size_t end, const Visit& visit);
  Status Reserve(size_t more);
  bool IsUsed(uint32_t step, RelId relationship) const;
  bool CanReachEnd(NodeId node, uint64_t length) const;

  const PathLimits& limits_;
  ExecutionContext& context_;
  MemoryCharge memory_;
  const Batch* rows_ = nullptr;
  uint32_t row_ = 0;
  NodeId to_;
  std::vector<Step> steps_;
  size_t level_begin_ = 0;  ///< Of the newest level in steps_.
  uint64_t length_ = 0;
  std::unordered_map<NodeId, uint64_t> distances_;  ///< To `to`, by the shortest way.
  storage::Adjacency adjacency_;
  std::vector<uint8_t> allowed_;
};

}  // namespace kith::query
