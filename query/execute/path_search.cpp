// SPDX-License-Identifier: Apache-2.0
// Bidirectional breadth-first search.
#include "query/execute/path_search.h"

#include <algorithm>
#include <utility>

namespace kith::query {

storage::Direction Opposite(storage::Direction direction) {
  switch (direction) {
    case storage::Direction::kOutgoing: return storage::Direction::kIncoming;
    case storage::Direction::kIncoming: return storage::Direction::kOutgoing;
    case storage::Direction::kBoth: break;
  }
  return direction;
}

void PathSearch::Side::Start(NodeId node) {
  visits.clear();
  arrivals.clear();
  frontier.assign(1, node);
  level = 0;
  visits.emplace(node, Visit{0, kNone});
}

size_t PathSearch::Side::HeapBytes() const {
  // A hash node holds the pair, a pointer and its share of the buckets.
  return visits.size() * (sizeof(NodeId) + sizeof(Visit) + 2 * sizeof(void*)) +
         arrivals.capacity() * sizeof(Arrival);
}

PathSearch::PathSearch(const PathLimits& limits, bool all, ExecutionContext& context)
    : limits_(limits),
      all_(all),
      context_(context),
      backward_(limits.step),
      memory_(context.memory) {
  backward_.direction = Opposite(limits.step.direction);
}

Status PathSearch::Find(const Batch& rows, uint32_t row, NodeId from, NodeId to,
                        std::vector<List>* paths) {
  paths->clear();
  KITH_ASSIGN_OR_RETURN(const bool ends_fit,
                        NodesFit(context_, limits_.step, rows, row, std::vector{from, to}));
  if (!ends_fit) return Status::Ok();
  if (from == to) {
    if (limits_.minimum == 0) paths->emplace_back();
    return Status::Ok();
  }
  sides_[0].Start(from);
  sides_[1].Start(to);
  meetings_.clear();
  while (meetings_.empty() && !sides_[0].frontier.empty() && !sides_[1].frontier.empty()) {
    const uint64_t length = uint64_t{sides_[0].level} + sides_[1].level;
    if (limits_.maximum.has_value() && length >= *limits_.maximum) break;
    const size_t side = sides_[0].frontier.size() <= sides_[1].frontier.size() ? 0 : 1;
    KITH_RETURN_IF_ERROR(Advance(rows, row, side));
    memory_.Release();
    KITH_RETURN_IF_ERROR(memory_.Add(sides_[0].HeapBytes() + sides_[1].HeapBytes()));
  }
  for (NodeId meeting : meetings_) {
    KITH_RETURN_IF_ERROR(Join(meeting, paths));
    if (!all_) break;
  }
  return Status::Ok();
}

// One more level of a side. Before it the distance of the ends was greater than the sum of the
// levels, so every node that is now in both sides lies on a path of least length.
Status PathSearch::Advance(const Batch& rows, uint32_t row, size_t side) {
  Side& search = sides_[side];
  WalkFrontier frontier;
  frontier.nodes.swap(search.frontier);
  frontier.rows.assign(frontier.nodes.size(), row);
  const WalkStep& step = side == 0 ? limits_.step : backward_;
  KITH_RETURN_IF_ERROR(TakeStep(context_, step, rows, frontier, &adjacency_, &allowed_));
  ++search.level;
  for (size_t i = 0; i < frontier.nodes.size(); ++i) {
    for (uint32_t j = adjacency_.offsets[i]; j < adjacency_.offsets[i + 1]; ++j) {
      if (allowed_.empty() || allowed_[j] != 0) Arrive(side, frontier.nodes[i], j);
    }
  }
  return Status::Ok();
}

void PathSearch::Arrive(size_t side, NodeId parent, uint32_t j) {
  Side& search = sides_[side];
  const NodeId node = adjacency_.neighbours[j];
  auto [found, is_new] = search.visits.try_emplace(node, Visit{search.level, kNone});
  Visit& visit = found->second;
  if (!is_new && (!all_ || visit.level != search.level)) return;
  search.arrivals.push_back({parent, adjacency_.relationships[j], visit.arrivals});
  visit.arrivals = static_cast<uint32_t>(search.arrivals.size() - 1);
  if (!is_new) return;
  search.frontier.push_back(node);
  if (sides_[1 - side].visits.contains(node)) meetings_.push_back(node);
}

// All paths through a meeting node: each way back to `from`, with each way on to `to`.
Status PathSearch::Join(NodeId meeting, std::vector<List>* paths) {
  std::vector<List> heads;
  std::vector<List> tails;
  KITH_RETURN_IF_ERROR(Trace(sides_[0], meeting, &heads));
  KITH_RETURN_IF_ERROR(Trace(sides_[1], meeting, &tails));
  for (const List& head : heads) {
    for (const List& tail : tails) {
      List path(head.rbegin(), head.rend());
      path.insert(path.end(), tail.begin(), tail.end());
      KITH_RETURN_IF_ERROR(memory_.Add(path.size() * sizeof(Value) + sizeof(List)));
      paths->push_back(std::move(path));
      if (!all_) return Status::Ok();
    }
  }
  return Status::Ok();
}

// The relationships from `node` back to the side's end, in every way, or the first one.
Status PathSearch::Trace(const Side& side, NodeId node, std::vector<List>* ways) {
  struct Open {
    NodeId node;
    List taken;
  };
  std::vector<Open> open;
  open.push_back({node, {}});
  while (!open.empty()) {
    KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
    Open way = std::move(open.back());
    open.pop_back();
    uint32_t arrival = side.visits.at(way.node).arrivals;
    if (arrival == kNone) {
      ways->push_back(std::move(way.taken));
      if (!all_) return Status::Ok();
      continue;
    }
    for (; arrival != kNone; arrival = side.arrivals[arrival].next) {
      Open next{side.arrivals[arrival].parent, way.taken};
      next.taken.emplace_back(side.arrivals[arrival].relationship);
      KITH_RETURN_IF_ERROR(memory_.Add(next.taken.size() * sizeof(Value)));
      open.push_back(std::move(next));
      if (!all_) break;
    }
  }
  return Status::Ok();
}

}  // namespace kith::query
