// SPDX-License-Identifier: Apache-2.0
// Row by row: the shortest paths, their conditions, and longer trails where these fail.
#include "query/execute/shortest_path.h"

#include <algorithm>
#include <utility>

#include "query/execute/fan_out.h"
#include "query/execute/path_builder.h"
#include "query/execute/trail_search.h"

namespace kith::query {
namespace {

// The paths of one row for which the conditions hold.
class ConditionalSearch {
 public:
  ConditionalSearch(const ShortestPathOptions& options, size_t slots, ExecutionContext& context)
      : options_(options),
        slots_(slots),
        context_(context),
        // A condition may hold for any of the shortest paths.
        shortest_(options.limits, options.all || !options.predicates.empty(), context),
        trails_(options.limits, context) {
    reads_.push_back(options.from);
    for (const EvaluatorPtr& predicate : options.predicates) {
      reads_.insert(reads_.end(), predicate->reads().begin(), predicate->reads().end());
    }
    std::sort(reads_.begin(), reads_.end());
    reads_.erase(std::unique(reads_.begin(), reads_.end()), reads_.end());
  }

  Status Find(const Batch& rows, uint32_t row, NodeId from, NodeId to, std::vector<List>* paths) {
    KITH_RETURN_IF_ERROR(shortest_.Find(rows, row, from, to, paths));
    if (options_.predicates.empty() || paths->empty()) return Status::Ok();
    const size_t length = paths->front().size();
    KITH_RETURN_IF_ERROR(Keep(rows, row, paths));
    if (!paths->empty() || from == to) return Status::Ok();
    const Status status = FindLonger(rows, row, from, to, length, paths);
    trails_.Finish();
    return status;
  }

 private:
  // The shortest trails of more than `length` steps for which the conditions hold.
  Status FindLonger(const Batch& rows, uint32_t row, NodeId from, NodeId to, size_t length,
                    std::vector<List>* paths) {
    KITH_RETURN_IF_ERROR(trails_.Start(rows, row, from, to));
    std::vector<TrailSearch::End> ends;
    for (bool more = true; more;) {
      if (trails_.length() >= length) {
        KITH_RETURN_IF_ERROR(trails_.FindEnds(&ends));
        KITH_RETURN_IF_ERROR(KeepTrails(rows, row, ends, paths));
        if (!paths->empty()) return Status::Ok();
      }
      KITH_ASSIGN_OR_RETURN(more, trails_.Extend());
    }
    return Status::Ok();
  }

  // Those of the trails for which the conditions hold, or one of them.
  Status KeepTrails(const Batch& rows, uint32_t row, const std::vector<TrailSearch::End>& ends,
                    std::vector<List>* paths) {
    for (size_t begin = 0; begin < ends.size(); begin += kBatchRows) {
      std::vector<List> candidates;
      for (size_t i = begin; i < std::min(ends.size(), begin + kBatchRows); ++i) {
        candidates.push_back(trails_.TrailOf(ends[i]));
      }
      KITH_RETURN_IF_ERROR(Keep(rows, row, &candidates));
      std::move(candidates.begin(), candidates.end(), std::back_inserter(*paths));
      if (!options_.all && !paths->empty()) break;
    }
    return Status::Ok();
  }

  // Drops the paths for which a condition is not true; without `all` keeps one at most.
  Status Keep(const Batch& rows, uint32_t row, std::vector<List>* paths) {
    std::vector<List> kept;
    for (size_t begin = 0; begin < paths->size(); begin += kBatchRows) {
      KITH_RETURN_IF_ERROR(context_.CheckInterrupt());
      const size_t count = std::min(kBatchRows, paths->size() - begin);
      std::vector<uint32_t> fit;
      KITH_RETURN_IF_ERROR(Test(rows, row, std::span(*paths).subspan(begin, count), &fit));
      for (uint32_t i : fit) {
        kept.push_back(std::move((*paths)[begin + i]));
        if (!options_.all) break;
      }
      if (!options_.all && !kept.empty()) break;
    }
    *paths = std::move(kept);
    return Status::Ok();
  }

  // Which of the paths satisfy all conditions.
  Status Test(const Batch& rows, uint32_t row, std::span<const List> paths,
              std::vector<uint32_t>* fit) {
    const std::vector<uint32_t> origins(paths.size(), row);
    Batch batch(slots_);
    batch.Gather(rows, origins, reads_);
    batch.rows = paths.size();
    std::vector<Value> lists(paths.begin(), paths.end());
    batch.columns[options_.relationships] = Column::OfValues(std::move(lists));
    if (options_.path != kNoColumn) {
      Column built;
      KITH_RETURN_IF_ERROR(
          BuildPaths(context_, batch, {options_.from, {options_.relationships}}, &built));
      batch.columns[options_.path] = std::move(built);
    }
    for (size_t i = 0; i < paths.size(); ++i) fit->push_back(static_cast<uint32_t>(i));
    for (const EvaluatorPtr& predicate : options_.predicates) {
      if (fit->empty()) break;
      Evaluated condition;
      std::vector<uint32_t> selected;
      KITH_RETURN_IF_ERROR(condition.Run(*predicate, context_, batch));
      KITH_RETURN_IF_ERROR(SelectTrue(*condition, &selected));
      batch.Keep(selected);
      for (uint32_t& i : selected) i = (*fit)[i];
      *fit = std::move(selected);
    }
    return Status::Ok();
  }

  const ShortestPathOptions& options_;
  const size_t slots_;
  ExecutionContext& context_;
  PathSearch shortest_;
  TrailSearch trails_;
  SlotList reads_;  // By the conditions and the path.
};

class ShortestPathState final : public FanOutState {
 public:
  ShortestPathState(const Operator& child, const ShortestPathOptions& options, size_t slots,
                    ExecutionContext& context)
      : FanOutState(child, slots, options.carried, context),
        options_(options),
        search_(options, slots, context) {}

 protected:
  void Restart() override { searched_ = false; }
  Status Load() override { return Status::Ok(); }

  Status TakeRow() override {
    if (!searched_) KITH_RETURN_IF_ERROR(Search());
    while (next_path_ < paths_.size() && Room() > 0) {
      AddRows(1);
      lists_.emplace_back(std::move(paths_[next_path_++]));
    }
    if (next_path_ < paths_.size()) return Status::Ok();
    searched_ = false;
    NextRow();
    return Status::Ok();
  }

  void Emit(Batch* batch) override {
    batch->columns[options_.relationships] = Column::OfValues(std::exchange(lists_, {}));
  }

 private:
  Status Search() {
    paths_.clear();
    next_path_ = 0;
    searched_ = true;
    NodeId start;
    NodeId end;
    if (!input().columns[options_.from].NodeAt(row(), &start) ||
        !input().columns[options_.to].NodeAt(row(), &end)) {
      return Status::Ok();
    }
    return search_.Find(input(), static_cast<uint32_t>(row()), start, end, &paths_);
  }

  const ShortestPathOptions& options_;
  ConditionalSearch search_;
  bool searched_ = false;  // paths_ are those of the row.
  std::vector<List> paths_;
  size_t next_path_ = 0;
  std::vector<Value> lists_;  // Of the rows that were added.
};

}  // namespace

ShortestPath::ShortestPath(OperatorPtr child, ShortestPathOptions options)
    : child_(std::move(child)), options_(std::move(options)) {}

std::unique_ptr<OperatorState> ShortestPath::Open(ExecutionContext& context) const {
  return std::make_unique<ShortestPathState>(*child_, options_, slots(), context);
}

}  // namespace kith::query
