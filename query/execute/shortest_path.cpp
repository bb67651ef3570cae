// SPDX-License-Identifier: Apache-2.0
// Bidirectional breadth-first search.
#include "query/execute/shortest_path.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kith::query {
namespace {

constexpr uint32_t kNone = UINT32_MAX;

// A way by which a node was reached; `next` chains the other ways of the same length.
struct Arrival {
  NodeId parent;
  RelId relationship;
  uint32_t next;
};

struct Visit {
  uint32_t level;
  uint32_t arrivals;  // First of the chain, kNone for the end node itself.
};

// One of the two searches: all nodes within `level` steps of its end.
struct Side {
  std::unordered_map<NodeId, Visit> visits;
  std::vector<Arrival> arrivals;
  std::vector<NodeId> frontier;
  uint32_t level = 0;

  void Start(NodeId node) {
    visits.clear();
    arrivals.clear();
    frontier.assign(1, node);
    level = 0;
    visits.emplace(node, Visit{0, kNone});
  }
  size_t HeapBytes() const {
    // A hash node holds the pair, a pointer and its share of the buckets.
    return visits.size() * (sizeof(NodeId) + sizeof(Visit) + 2 * sizeof(void*)) +
           arrivals.capacity() * sizeof(Arrival);
  }
};

storage::Direction Opposite(storage::Direction direction) {
  switch (direction) {
    case storage::Direction::kOutgoing: return storage::Direction::kIncoming;
    case storage::Direction::kIncoming: return storage::Direction::kOutgoing;
    case storage::Direction::kBoth: break;
  }
  return direction;
}

// Finds the paths for one row.
class PathSearch {
 public:
  PathSearch(const ShortestPathOptions& options, ExecutionContext& context)
      : options_(options), context_(context), backward_(options.step), memory_(context.memory) {
    backward_.direction = Opposite(options.step.direction);
  }

  Status Find(const Batch& rows, uint32_t row, NodeId from, NodeId to, std::vector<List>* paths) {
    paths->clear();
    if (from == to) {
      if (options_.minimum == 0) paths->emplace_back();
      return Status::Ok();
    }
    sides_[0].Start(from);
    sides_[1].Start(to);
    meetings_.clear();
    while (meetings_.empty() && !sides_[0].frontier.empty() && !sides_[1].frontier.empty()) {
      const uint64_t length = uint64_t{sides_[0].level} + sides_[1].level;
      if (options_.maximum.has_value() && length >= *options_.maximum) break;
      const size_t side = sides_[0].frontier.size() <= sides_[1].frontier.size() ? 0 : 1;
      KITH_RETURN_IF_ERROR(Advance(rows, row, side));
      memory_.Release();
      KITH_RETURN_IF_ERROR(memory_.Add(sides_[0].HeapBytes() + sides_[1].HeapBytes()));
    }
    for (NodeId meeting : meetings_) {
      KITH_RETURN_IF_ERROR(Join(meeting, paths));
      if (!options_.all) break;
    }
    return Status::Ok();
  }

 private:
  // One more level of a side. Before it the distance of the ends was greater than the sum of the
  // levels, so every node that is now in both sides lies on a path of least length.
  Status Advance(const Batch& rows, uint32_t row, size_t side) {
    Side& search = sides_[side];
    WalkFrontier frontier;
    frontier.nodes.swap(search.frontier);
    frontier.rows.assign(frontier.nodes.size(), row);
    const WalkStep& step = side == 0 ? options_.step : backward_;
    KITH_RETURN_IF_ERROR(TakeStep(context_, step, rows, frontier, &adjacency_, &allowed_));
    ++search.level;
    for (size_t i = 0; i < frontier.nodes.size(); ++i) {
      for (uint32_t j = adjacency_.offsets[i]; j < adjacency_.offsets[i + 1]; ++j) {
        if (allowed_.empty() || allowed_[j] != 0) Arrive(side, frontier.nodes[i], j);
      }
    }
    return Status::Ok();
  }

  void Arrive(size_t side, NodeId parent, uint32_t j) {
    Side& search = sides_[side];
    const NodeId node = adjacency_.neighbours[j];
    auto [found, is_new] = search.visits.try_emplace(node, Visit{search.level, kNone});
    Visit& visit = found->second;
    if (!is_new && (!options_.all || visit.level != search.level)) return;
    search.arrivals.push_back({parent, adjacency_.relationships[j], visit.arrivals});
    visit.arrivals = static_cast<uint32_t>(search.arrivals.size() - 1);
    if (!is_new) return;
    search.frontier.push_back(node);
    if (sides_[1 - side].visits.contains(node)) meetings_.push_back(node);
  }

  // All paths through a meeting node: each way back to `from`, with each way on to `to`.
  Status Join(NodeId meeting, std::vector<List>* paths) {
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
        if (!options_.all) return Status::Ok();
      }
    }
    return Status::Ok();
  }

  // The relationships from `node` back to the side's end, in every way, or the first one.
  Status Trace(const Side& side, NodeId node, std::vector<List>* ways) {
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
        if (!options_.all) return Status::Ok();
        continue;
      }
      for (; arrival != kNone; arrival = side.arrivals[arrival].next) {
        Open next{side.arrivals[arrival].parent, way.taken};
        next.taken.emplace_back(side.arrivals[arrival].relationship);
        KITH_RETURN_IF_ERROR(memory_.Add(next.taken.size() * sizeof(Value)));
        open.push_back(std::move(next));
        if (!options_.all) break;
      }
    }
    return Status::Ok();
  }

  const ShortestPathOptions& options_;
  ExecutionContext& context_;
  WalkStep backward_;
  MemoryCharge memory_;
  Side sides_[2];
  std::vector<NodeId> meetings_;
  storage::Adjacency adjacency_;
  std::vector<uint8_t> allowed_;
};

class ShortestPathState : public OperatorState {
 public:
  ShortestPathState(const ShortestPathOptions& options, size_t slots,
                    std::unique_ptr<OperatorState> child, ExecutionContext& context)
      : options_(options), search_(options, context), child_(std::move(child)), input_(slots) {}

  Status Next(Batch* batch) override {
    batch->Clear();
    rows_.clear();
    lists_.clear();
    while (rows_.empty()) {
      if (row_ == input_.rows && next_path_ == paths_.size()) {
        KITH_RETURN_IF_ERROR(child_->Next(&input_));
        row_ = 0;
        if (input_.rows == 0) return Status::Ok();
      }
      KITH_RETURN_IF_ERROR(Fill());
    }
    batch->Gather(input_, rows_, options_.carried);
    if (options_.relationships != kNoColumn) {
      batch->columns[options_.relationships] = Column::OfValues(std::move(lists_));
    }
    batch->rows = rows_.size();
    return Status::Ok();
  }

  void Reset() override {
    child_->Reset();
    input_.Clear();
    row_ = 0;
    paths_.clear();
    next_path_ = 0;
  }

 private:
  // Takes paths of the current input batch until an output batch is full.
  Status Fill() {
    const Column& from = input_.columns[options_.from];
    const Column& to = input_.columns[options_.to];
    while (rows_.size() < kBatchRows) {
      if (next_path_ < paths_.size()) {
        rows_.push_back(static_cast<uint32_t>(row_ - 1));
        lists_.emplace_back(std::move(paths_[next_path_++]));
        continue;
      }
      paths_.clear();
      next_path_ = 0;
      if (row_ == input_.rows) break;
      NodeId start;
      NodeId end;
      if (from.NodeAt(row_, &start) && to.NodeAt(row_, &end)) {
        KITH_RETURN_IF_ERROR(
            search_.Find(input_, static_cast<uint32_t>(row_), start, end, &paths_));
      }
      ++row_;
    }
    return Status::Ok();
  }

  const ShortestPathOptions& options_;
  PathSearch search_;
  std::unique_ptr<OperatorState> child_;
  Batch input_;
  size_t row_ = 0;           // The next row of the input.
  std::vector<List> paths_;  // Of row row_ - 1.
  size_t next_path_ = 0;
  std::vector<uint32_t> rows_;
  std::vector<Value> lists_;
};

}  // namespace

ShortestPath::ShortestPath(OperatorPtr child, ShortestPathOptions options)
    : child_(std::move(child)), options_(std::move(options)) {}

std::unique_ptr<OperatorState> ShortestPath::Open(ExecutionContext& context) const {
  return std::make_unique<ShortestPathState>(options_, slots(), child_->Start(context), context);
}

}  // namespace kith::query
