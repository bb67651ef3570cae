// SPDX-License-Identifier: Apache-2.0
// SEARCH: the entities nearest to a vector of those that a plan lets through.
#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "index/vector/vector_index.h"
#include "query/execute/fan_out.h"
#include "query/execute/operators.h"
#include "query/execute/row_count.h"
#include "query/procedures/procedure_arguments.h"

namespace kith::query {

namespace {

class VectorSearchOperator final : public Operator {
 public:
  explicit VectorSearchOperator(VectorSearchOptions options) : options_(std::move(options)) {}
  std::unique_ptr<OperatorState> Open(ExecutionContext& context) const override {
    return std::make_unique<State>(*this, context);
  }

 private:
  class State final : public FanOutState {
   public:
    State(const VectorSearchOperator& plan, ExecutionContext& context)
        : FanOutState(*plan.options_.child, plan.slots(), plan.options_.carry, context),
          options_(plan.options_),
          slots_(plan.slots()),
          filter_(options_.filter == nullptr ? nullptr : options_.filter->Start(context)),
          argument_(slots_),
          passed_(slots_),
          match_columns_(options_.kept),
          matches_(slots_),
          joined_(slots_),
          vectors_charge_(context.memory),
          search_charge_(context.memory) {
      match_columns_.push_back(options_.column);
      BeginColumns();
    }

   protected:
    void Restart() override { DropHits(); }

    Status Load() override {
      vectors_charge_.Release();
      KITH_RETURN_IF_ERROR(vectors_.Run(*options_.vector, context(), input()));
      return vectors_.MoveCharge(&vectors_charge_);
    }

    Status TakeRow() override {
      if (!searched_) {
        KITH_RETURN_IF_ERROR(Search());
        searched_ = true;
      }
      const size_t end = std::min(hits_.size(), next_hit_ + Room());
      AddRows(end - next_hit_);
      for (; next_hit_ < end; ++next_hit_) {
        found_.PushWord(hits_[next_hit_].entity);
        scores_.PushWord(std::bit_cast<uint64_t>(hits_[next_hit_].score));
        if (options_.keeps) AddMatch(match_of_hit_[next_hit_]);
      }
      if (next_hit_ < hits_.size()) return Status::Ok();
      DropHits();
      NextRow();
      return Status::Ok();
    }

    void Emit(Batch* batch) override {
      batch->columns[options_.column] = std::move(found_);
      if (options_.score != kNoColumn) batch->columns[options_.score] = std::move(scores_);
      for (const uint32_t column : options_.kept) {
        batch->columns[column] = std::move(joined_.columns[column]);
      }
      BeginColumns();
    }

   private:
    void BeginColumns() {
      found_.Reset(EntityColumn());
      scores_.Reset(ColumnKind::kFloat);
      joined_.Clear();
    }

    ColumnKind EntityColumn() const {
      return options_.relationships ? ColumnKind::kRelationship : ColumnKind::kNode;
    }

    void DropHits() {
      hits_.clear();
      matches_ = Batch(slots_);
      match_of_hit_.clear();
      next_hit_ = 0;
      searched_ = false;
      search_charge_.Release();
    }

    /// The hits of the row.
    Status Search() {
      index::VectorSearchOptions search;
      auto limit = EvaluateCount(*options_.limit, context(), slots_, "LIMIT");
      if (!limit.ok()) return AtRange(limit.status(), options_.limit_range);
      search.limit = static_cast<size_t>(*limit);
      search.interrupt = context().interrupt;
      auto vector = Vector();
      if (!vector.ok()) return AtRange(vector.status(), options_.vector_range);
      std::vector<uint64_t> candidates;
      if (filter_ != nullptr) {
        const uint32_t row_numbers[] = {static_cast<uint32_t>(row())};
        argument_.Gather(input(), row_numbers, options_.filter_reads);
        if (options_.gathers) {
          KITH_ASSIGN_OR_RETURN(candidates, Candidates());
          search.entities = &candidates;
        } else {
          search.accept = [this](uint64_t entity) { return Passes(entity); };
        }
      }
      auto hits = context().vectors->Search(&context().view, *options_.definition, *vector, search);
      KITH_RETURN_IF_ERROR(std::exchange(filter_status_, Status::Ok()));
      if (!hits.ok()) return AtRange(hits.status(), options_.vector_range);
      hits_ = *std::move(hits);
      if (options_.keeps) SpreadHits();
      return search_charge_.Add(hits_.size() * sizeof(index::VectorHit) +
                                match_of_hit_.size() * sizeof(uint32_t));
    }

    /// Makes one hit for each match of its entity.
    void SpreadHits() {
      const Column& entities = matches_.columns[options_.column];
      std::vector<uint32_t> rows(matches_.rows);
      std::iota(rows.begin(), rows.end(), 0);
      const auto entity_of = [&entities](uint32_t row) { return entities.Word(row); };
      std::ranges::stable_sort(rows, {}, entity_of);
      std::vector<index::VectorHit> spread;
      for (const index::VectorHit& hit : hits_) {
        for (const uint32_t row : std::ranges::equal_range(rows, hit.entity, {}, entity_of)) {
          spread.push_back(hit);
          match_of_hit_.push_back(row);
        }
      }
      hits_ = std::move(spread);
    }

    void AddMatch(uint32_t match) {
      for (const uint32_t column : options_.kept) {
        Column& joined = joined_.columns[column];
        const Column& from = matches_.columns[column];
        if (joined.size() == 0) joined.Reset(from.kind());
        joined.AppendRow(from, match);
      }
    }

    Result<std::vector<double>> Vector() const {
      const Value value = vectors_->At(row());
      if (value.IsList()) return VectorArgument(value);
      if (value.IsNull()) {
        return BadArgument(
            "the vector to search for is null; leave such rows out with WHERE ... IS NOT NULL "
            "before the search");
      }
      return BadArgument("a search takes a vector, which is a list of numbers, not " +
                         value.ToString());
    }

    /// The entities in the rows of the filter, ascending, without repeats.
    Result<std::vector<uint64_t>> Candidates() {
      std::vector<uint64_t> candidates;
      filter_->Reset();
      for (;;) {
        context().arguments[options_.number] = &argument_;
        KITH_RETURN_IF_ERROR(filter_->Next(&passed_));
        if (passed_.rows == 0) break;
        const Column& entities = passed_.columns[options_.column];
        KITH_RETURN_IF_ERROR(search_charge_.Add(passed_.rows * sizeof(uint64_t)));
        for (size_t i = 0; i < passed_.rows; ++i) candidates.push_back(entities.Word(i));
        if (options_.keeps) KITH_RETURN_IF_ERROR(KeepMatches());
      }
      std::sort(candidates.begin(), candidates.end());
      candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
      return candidates;
    }

    /// Keeps the rows that passed, charged as far as they are there.
    Status KeepMatches() {
      const size_t before = matches_.HeapBytes();
      matches_.AppendAll(passed_, match_columns_);
      return search_charge_.Add(matches_.HeapBytes() - before);
    }

    /// Whether the filter has a row for the entity. After an error nothing passes, so that the
    /// search soon ends.
    bool Passes(uint64_t entity) {
      if (!filter_status_.ok()) return false;
      Column& column = argument_.columns[options_.column];
      column.Reset(EntityColumn());
      column.PushWord(entity);
      context().arguments[options_.number] = &argument_;
      filter_->Reset();
      filter_status_ = filter_->Next(&passed_);
      return filter_status_.ok() && passed_.rows > 0;
    }

    const VectorSearchOptions& options_;
    const size_t slots_;
    std::unique_ptr<OperatorState> filter_;  ///< May be null.
    Status filter_status_;
    Batch argument_;  ///< The row that the filter reads.
    Batch passed_;
    SlotList match_columns_;  ///< Of matches_.
    Batch matches_;           ///< With `keeps`: all rows of the filter.
    Batch joined_;            ///< With `keeps`: for the rows that were added, what is kept.
    std::vector<uint32_t> match_of_hit_;  ///< With `keeps`: the row of matches_.
    Evaluated vectors_;                   ///< For the rows of the input.
    MemoryCharge vectors_charge_;
    MemoryCharge search_charge_;
    bool searched_ = false;  ///< hits_ are those of row().
    std::vector<index::VectorHit> hits_;
    size_t next_hit_ = 0;
    Column found_;  ///< For the rows that were added.
    Column scores_;
  };

  VectorSearchOptions options_;
};

}  // namespace

OperatorPtr NewVectorSearch(VectorSearchOptions options) {
  return std::make_unique<VectorSearchOperator>(std::move(options));
}

}  // namespace kith::query
