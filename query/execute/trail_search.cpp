// SPDX-License-Identifier: Apache-2.0
// Breadth-first enumeration of trails.
#include "query/execute/trail_search.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "query/execute/variable_expand.h"

namespace kith::query {
namespace {
constexpr uint32_t kNoParent = UINT32_MAX;
}  // namespace

TrailSearch::TrailSearch(const PathLimits& limits, ExecutionContext& context)
    : limits_(limits), context_(context), memory_(context.memory) {}

Status TrailSearch::Start(const Batch& rows, uint32_t row, NodeId from, NodeId to) {
  Finish();
  rows_ = &rows;
  row_ = row;
  to_ = to;
  KITH_RETURN_IF_ERROR(MeasureDistances());
  KITH_RETURN_IF_ERROR(Reserve(1));
  steps_.push_back({kNoParent, RelId(), from});
  return Status::Ok();
}

void TrailSearch::Finish() {
  steps_ = {};
  distances_.clear();
  level_begin_ = 0;
  length_ = 0;
  memory_.Release();
}

// The distance of every node from which `to` can be reached, by a search back from it.
Status TrailSearch::MeasureDistances() {
  WalkStep backward = limits_.step;
  backward.direction = Opposite(backward.direction);
  WalkFrontier frontier;
  frontier.nodes.assign(1, to_);
  distances_.emplace(to_, 0);
  for (uint64_t distance = 1; !frontier.nodes.empty(); ++distance) {
    if (limits_.maximum.has_value() && distance > *limits_.maximum) break;
    frontier.rows.assign(frontier.nodes.size(), row_);
    KITH_RETURN_IF_ERROR(TakeStep(context_, backward, *rows_, frontier, &adjacency_, &allowed_));
    frontier.nodes.clear();
    for (size_t j = 0; j < adjacency_.neighbours.size(); ++j) {
      if (!allowed_.empty() && allowed_[j] == 0) continue;
      const NodeId node = adjacency_.neighbours[j];
      if (distances_.emplace(node, distance).second) frontier.nodes.push_back(node);
    }
    // A hash node holds the pair, a pointer and its share of the buckets.
    KITH_RETURN_IF_ERROR(memory_.Add(frontier.nodes.size() *
                                     (sizeof(NodeId) + sizeof(uint64_t) + 2 * sizeof(void*))));
  }
  return Status::Ok();
}

Status TrailSearch::FindEnds(std::vector<End>* ends) {
  ends->clear();
  for (size_t chunk = level_begin_; chunk < steps_.size(); chunk += kWalkChunk) {
    const size_t before = ends->size();
    KITH_RETURN_IF_ERROR(ExpandChunk(chunk, std::min(steps_.size(), chunk + kWalkChunk),
                                     [&](uint32_t parent, RelId relationship, NodeId node) {
                                       if (node != to_ || IsUsed(parent, relationship)) return;
                                       ends->push_back({parent, relationship});
                                     }));
    KITH_RETURN_IF_ERROR(memory_.Add((ends->size() - before) * sizeof(End)));
  }
  return Status::Ok();
}

Result<bool> TrailSearch::Extend() {
  if (limits_.maximum.has_value() && length_ + 1 >= *limits_.maximum) return false;
  const size_t end = steps_.size();
  for (size_t chunk = level_begin_; chunk < end; chunk += kWalkChunk) {
    KITH_RETURN_IF_ERROR(ExpandChunk(chunk, std::min(end, chunk + kWalkChunk),
                                     [&](uint32_t parent, RelId relationship, NodeId node) {
                                       if (!CanReachEnd(node, length_ + 1)) return;
                                       if (IsUsed(parent, relationship)) return;
                                       steps_.push_back({parent, relationship, node});
                                     }));
  }
  ++length_;
  level_begin_ = end;
  return steps_.size() > end;
}

template <typename Visit>
Status TrailSearch::ExpandChunk(size_t begin, size_t end, const Visit& visit) {
  WalkFrontier frontier;
  frontier.rows.assign(end - begin, row_);
  for (size_t step = begin; step < end; ++step) frontier.nodes.push_back(steps_[step].node);
  KITH_RETURN_IF_ERROR(TakeStep(context_, limits_.step, *rows_, frontier, &adjacency_, &allowed_));
  KITH_RETURN_IF_ERROR(Reserve(adjacency_.neighbours.size()));
  for (size_t i = 0; i < end - begin; ++i) {
    for (uint32_t j = adjacency_.offsets[i]; j < adjacency_.offsets[i + 1]; ++j) {
      if (!allowed_.empty() && allowed_[j] == 0) continue;
      visit(static_cast<uint32_t>(begin + i), adjacency_.relationships[j],
            adjacency_.neighbours[j]);
    }
  }
  return Status::Ok();
}

Status TrailSearch::Reserve(size_t more) {
  if (steps_.size() + more >= std::numeric_limits<uint32_t>::max()) {
    return Status(StatusCode::kResourceExhausted,
                  "a shortest path with a condition on the whole path has over 4 billion "
                  "candidates; give it an upper bound such as *..5");
  }
  if (steps_.size() + more <= steps_.capacity()) return Status::Ok();
  const size_t capacity = std::max(steps_.size() + more, 2 * steps_.capacity());
  KITH_RETURN_IF_ERROR(memory_.Add((capacity - steps_.capacity()) * sizeof(Step)));
  steps_.reserve(capacity);
  return Status::Ok();
}

bool TrailSearch::CanReachEnd(NodeId node, uint64_t length) const {
  const auto found = distances_.find(node);
  return found != distances_.end() &&
         (!limits_.maximum.has_value() || length + found->second <= *limits_.maximum);
}

bool TrailSearch::IsUsed(uint32_t step, RelId relationship) const {
  for (; steps_[step].parent != kNoParent; step = steps_[step].parent) {
    if (steps_[step].relationship == relationship) return true;
  }
  return false;
}

List TrailSearch::TrailOf(const End& end) const {
  List trail;
  trail.emplace_back(end.relationship);
  for (uint32_t step = end.parent; steps_[step].parent != kNoParent; step = steps_[step].parent) {
    trail.emplace_back(steps_[step].relationship);
  }
  std::reverse(trail.begin(), trail.end());
  return trail;
}

}  // namespace kith::query
