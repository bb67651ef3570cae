// SPDX-License-Identifier: Apache-2.0
// Evaluators that build or walk lists and maps, and CASE. The bodies of comprehensions and
// quantifiers run over batches of elements from many rows at once.
#include <algorithm>

#include "query/execute/evaluator_factories.h"

namespace kith::query {

namespace {

Status NeedsList(const Value& value, SourceRange range) {
  return AtRange(Status(StatusCode::kTypeError, "a list is needed here, but the value is " +
                                                    std::string(ValueTypeName(value.type())))
                     .WithDetail("InvalidArgumentType"),
                 range);
}

class ListEvaluator final : public Evaluator {
 public:
  ListEvaluator(std::vector<EvaluatorPtr> elements, SourceRange range)
      : elements_(std::move(elements)), range_(range) {}

  Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const override {
    std::vector<Evaluated> columns(elements_.size());
    for (size_t i = 0; i < elements_.size(); ++i) {
      KITH_RETURN_IF_ERROR(columns[i].Run(*elements_[i], context, batch));
    }
    out->Reset(ColumnKind::kValue);
    out->Reserve(batch.rows);
    for (size_t row = 0; row < batch.rows; ++row) {
      List list;
      list.reserve(columns.size());
      for (const Evaluated& column : columns) list.push_back(column->At(row));
      Result<Value> value = operators::MakeList(std::move(list));
      if (!value.ok()) return AtRange(value.status(), range_);
      out->PushValue(std::move(value).value());
    }
    return Status::Ok();
  }

 private:
  std::vector<EvaluatorPtr> elements_;
  SourceRange range_;
};

class MapEvaluator final : public Evaluator {
 public:
  MapEvaluator(EvaluatorPtr object, bool all_entries, MapParts entries, SourceRange range)
      : object_(std::move(object)),
        all_entries_(all_entries),
        entries_(std::move(entries)),
        range_(range) {}

  Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const override {
    Evaluated object;
    if (object_ != nullptr) KITH_RETURN_IF_ERROR(object.Run(*object_, context, batch));
    std::vector<Evaluated> columns(entries_.size());
    for (size_t i = 0; i < entries_.size(); ++i) {
      KITH_RETURN_IF_ERROR(columns[i].Run(*entries_[i].second, context, batch));
    }
    out->Reset(ColumnKind::kValue);
    out->Reserve(batch.rows);
    for (size_t row = 0; row < batch.rows; ++row) {
      if (object_ != nullptr && object->IsNull(row)) {
        out->PushValue(Value());
        continue;
      }
      Map map;
      if (all_entries_) KITH_RETURN_IF_ERROR(AddAll(context, object->At(row), &map));
      for (size_t i = 0; i < columns.size(); ++i) {
        map.emplace_back(entries_[i].first, columns[i]->At(row));
      }
      Result<Value> value = operators::MakeMap(std::move(map));
      if (!value.ok()) return AtRange(value.status(), range_);
      out->PushValue(std::move(value).value());
    }
    return Status::Ok();
  }

 private:
  Status AddAll(ExecutionContext& context, const Value& object, Map* map) const {
    if (object.IsMap()) {
      *map = object.AsMap();
      return Status::Ok();
    }
    if (!object.IsNode() && !object.IsRelationship()) {
      return AtRange(Status(StatusCode::kTypeError,
                            "a map projection needs a node, relationship or map, but got " +
                                std::string(ValueTypeName(object.type())))
                         .WithDetail("InvalidArgumentType"),
                     range_);
    }
    KITH_ASSIGN_OR_RETURN(GraphAccess * graph, context.functions.Graph());
    KITH_ASSIGN_OR_RETURN(const Value properties, graph->Properties(object));
    *map = properties.AsMap();
    return Status::Ok();
  }

  EvaluatorPtr object_;
  bool all_entries_;
  MapParts entries_;
  SourceRange range_;
};

/// Feeds the elements of many rows' lists to a body, kBatchRows at a time.
class ElementBatches {
 public:
  /// `body_reads` are the columns that the body reads, the element's own among them.
  ElementBatches(const Batch& rows, const Column& lists, uint32_t column, SlotList outer)
      : rows_(rows),
        lists_(lists),
        column_(column),
        outer_(std::move(outer)),
        elements_(rows.columns.size()) {}

  /// The next elements; `owners()[i]` is the row of element i. False at the end.
  bool Next() {
    owners_.clear();
    Column values;
    while (row_ < rows_.rows && owners_.size() < kBatchRows) {
      const Value list = lists_.At(row_);
      const size_t size = list.IsList() ? list.AsList().size() : 0;
      while (position_ < size && owners_.size() < kBatchRows) {
        owners_.push_back(static_cast<uint32_t>(row_));
        values.Append(list.AsList()[position_++]);
      }
      if (position_ < size) break;
      position_ = 0;
      ++row_;
    }
    elements_.Gather(rows_, owners_, outer_);
    elements_.columns[column_] = std::move(values);
    return !owners_.empty();
  }

  const Batch& elements() const { return elements_; }
  const std::vector<uint32_t>& owners() const { return owners_; }

 private:
  const Batch& rows_;
  const Column& lists_;
  uint32_t column_;
  SlotList outer_;
  Batch elements_;
  std::vector<uint32_t> owners_;
  size_t row_ = 0;
  size_t position_ = 0;
};

/// What the bodies read of the row around them.
SlotList OuterReads(std::initializer_list<const Evaluator*> bodies,
                    std::initializer_list<uint32_t> own) {
  SlotList reads;
  for (const Evaluator* body : bodies) {
    if (body != nullptr) reads.insert(reads.end(), body->reads().begin(), body->reads().end());
  }
  std::sort(reads.begin(), reads.end());
  reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
  for (uint32_t column : own) std::erase(reads, column);
  return reads;
}

Status CheckLists(const Column& lists, SourceRange range) {
  for (size_t row = 0; row < lists.size(); ++row) {
    if (lists.IsNull(row)) continue;
    const Value value = lists.At(row);
    if (!value.IsList()) return NeedsList(value, range);
  }
  return Status::Ok();
}

class ListComprehensionEvaluator final : public Evaluator {
 public:
  ListComprehensionEvaluator(uint32_t column, EvaluatorPtr list, EvaluatorPtr predicate,
                             EvaluatorPtr projection, SourceRange range)
      : column_(column),
        list_(std::move(list)),
        predicate_(std::move(predicate)),
        projection_(std::move(projection)),
        outer_(OuterReads({predicate_.get(), projection_.get()}, {column})),
        range_(range) {}

  Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const override {
    Evaluated lists;
    KITH_RETURN_IF_ERROR(lists.Run(*list_, context, batch));
    KITH_RETURN_IF_ERROR(CheckLists(*lists, range_));
    std::vector<List> results(batch.rows);
    ElementBatches source(batch, *lists, column_, outer_);
    while (source.Next()) {
      KITH_RETURN_IF_ERROR(context.CheckInterrupt());
      KITH_RETURN_IF_ERROR(AddElements(context, source, &results));
    }
    out->Reset(ColumnKind::kValue);
    out->Reserve(batch.rows);
    for (size_t row = 0; row < batch.rows; ++row) {
      if (lists->IsNull(row)) {
        out->PushValue(Value());
        continue;
      }
      Result<Value> value = operators::MakeList(std::move(results[row]));
      if (!value.ok()) return AtRange(value.status(), range_);
      out->PushValue(std::move(value).value());
    }
    return Status::Ok();
  }

 private:
  Status AddElements(ExecutionContext& context, const ElementBatches& source,
                     std::vector<List>* results) const {
    Batch elements = source.elements();
    std::vector<uint32_t> owners = source.owners();
    if (predicate_ != nullptr) {
      Evaluated condition;
      std::vector<uint32_t> selected;
      KITH_RETURN_IF_ERROR(condition.Run(*predicate_, context, elements));
      KITH_RETURN_IF_ERROR(AtRange(SelectTrue(*condition, &selected), range_));
      elements.Keep(selected);
      for (size_t i = 0; i < selected.size(); ++i) owners[i] = owners[selected[i]];
      owners.resize(selected.size());
    }
    if (owners.empty()) return Status::Ok();
    Evaluated projected;
    if (projection_ != nullptr) {
      KITH_RETURN_IF_ERROR(projected.Run(*projection_, context, elements));
    }
    projected.HandOver();
    const Column& values = projection_ != nullptr ? *projected : elements.columns[column_];
    KITH_RETURN_IF_ERROR(context.functions.ChargeNew(owners.size() * sizeof(Value)));
    for (size_t i = 0; i < owners.size(); ++i) (*results)[owners[i]].push_back(values.At(i));
    return Status::Ok();
  }

  uint32_t column_;
  EvaluatorPtr list_;
  EvaluatorPtr predicate_;
  EvaluatorPtr projection_;
  SlotList outer_;
  SourceRange range_;
};

class QuantifierEvaluator final : public Evaluator {
 public:
  QuantifierEvaluator(bound::QuantifierKind kind, uint32_t column, EvaluatorPtr list,
                      EvaluatorPtr predicate, SourceRange range)
      : kind_(kind),
        column_(column),
        list_(std::move(list)),
        predicate_(std::move(predicate)),
        outer_(OuterReads({predicate_.get()}, {column})),
        range_(range) {}

  Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const override {
    Evaluated lists;
    KITH_RETURN_IF_ERROR(lists.Run(*list_, context, batch));
    KITH_RETURN_IF_ERROR(CheckLists(*lists, range_));
    std::vector<Tally> tallies(batch.rows);
    ElementBatches source(batch, *lists, column_, outer_);
    while (source.Next()) {
      KITH_RETURN_IF_ERROR(context.CheckInterrupt());
      Evaluated condition;
      KITH_RETURN_IF_ERROR(condition.Run(*predicate_, context, source.elements()));
      for (size_t i = 0; i < source.owners().size(); ++i) {
        Result<Ternary> truth = operators::ToTernary(condition->At(i));
        if (!truth.ok()) return AtRange(truth.status(), range_);
        Tally& tally = tallies[source.owners()[i]];
        ++(!truth->has_value() ? tally.unknown : **truth ? tally.yes : tally.no);
      }
    }
    out->Reset(ColumnKind::kBoolean);
    for (size_t row = 0; row < batch.rows; ++row) {
      const Ternary truth = lists->IsNull(row) ? std::nullopt : Decide(tallies[row]);
      if (truth.has_value()) {
        out->PushBoolean(*truth);
      } else {
        out->PushNull();
      }
    }
    return Status::Ok();
  }

 private:
  struct Tally {
    uint64_t yes = 0;
    uint64_t no = 0;
    uint64_t unknown = 0;
  };

  Ternary Decide(const Tally& tally) const {
    const Ternary open = tally.unknown > 0 ? std::nullopt : Ternary(true);
    const auto otherwise = [&open](bool value) { return open.has_value() ? Ternary(value) : open; };
    switch (kind_) {
      case bound::QuantifierKind::kAll: return tally.no > 0 ? Ternary(false) : otherwise(true);
      case bound::QuantifierKind::kAny: return tally.yes > 0 ? Ternary(true) : otherwise(false);
      case bound::QuantifierKind::kNone: return tally.yes > 0 ? Ternary(false) : otherwise(true);
      case bound::QuantifierKind::kSingle:
        return tally.yes > 1 ? Ternary(false) : otherwise(tally.yes == 1);
    }
    return std::nullopt;
  }

  bound::QuantifierKind kind_;
  uint32_t column_;
  EvaluatorPtr list_;
  EvaluatorPtr predicate_;
  SlotList outer_;
  SourceRange range_;
};

/// Steps through the lists of all rows together: step k runs for the rows whose list has a k-th
/// element.
class ReduceEvaluator final : public Evaluator {
 public:
  ReduceEvaluator(ReduceParts parts, SourceRange range)
      : parts_(std::move(parts)),
        outer_(OuterReads({parts_.step.get()}, {parts_.accumulator, parts_.column})),
        range_(range) {}

  Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const override {
    Evaluated lists;
    KITH_RETURN_IF_ERROR(lists.Run(*parts_.list, context, batch));
    KITH_RETURN_IF_ERROR(CheckLists(*lists, range_));
    Evaluated initial;
    KITH_RETURN_IF_ERROR(initial.Run(*parts_.initial, context, batch));
    std::vector<Value> accumulators;
    std::vector<uint32_t> active;
    for (size_t row = 0; row < batch.rows; ++row) {
      accumulators.push_back(lists->IsNull(row) ? Value() : initial->At(row));
      if (!lists->IsNull(row)) active.push_back(static_cast<uint32_t>(row));
    }
    // The charge of each step replaces that of the step before it.
    Evaluated next;
    for (size_t position = 0; !active.empty(); ++position) {
      if (position % 1024 == 0) KITH_RETURN_IF_ERROR(context.CheckInterrupt());
      std::erase_if(active,
                    [&](uint32_t row) { return lists->At(row).AsList().size() <= position; });
      if (active.empty()) break;
      const Batch inner = StepRows(batch, *lists, position, active, accumulators);
      KITH_RETURN_IF_ERROR(next.Run(*parts_.step, context, inner));
      for (size_t i = 0; i < active.size(); ++i) accumulators[active[i]] = next->At(i);
    }
    next.HandOver();
    *out = Column::OfValues(std::move(accumulators));
    return Status::Ok();
  }

 private:
  /// What the step reads: for each active row its element at `position` and its accumulator.
  Batch StepRows(const Batch& batch, const Column& lists, size_t position,
                 const std::vector<uint32_t>& active,
                 const std::vector<Value>& accumulators) const {
    Batch inner(batch.columns.size());
    inner.Gather(batch, active, outer_);
    Column elements;
    Column so_far;
    for (uint32_t row : active) {
      elements.Append(lists.At(row).AsList()[position]);
      so_far.Append(accumulators[row]);
    }
    inner.columns[parts_.column] = std::move(elements);
    inner.columns[parts_.accumulator] = std::move(so_far);
    inner.rows = active.size();
    return inner;
  }

  ReduceParts parts_;
  SlotList outer_;
  SourceRange range_;
};

/// Each branch is evaluated only for the rows that take it.
class CaseEvaluator final : public Evaluator {
 public:
  CaseEvaluator(CaseParts parts, SourceRange range) : parts_(std::move(parts)), range_(range) {}

  Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const override {
    Evaluated operand;
    if (parts_.operand != nullptr) {
      KITH_RETURN_IF_ERROR(operand.Run(*parts_.operand, context, batch));
    }
    std::vector<Value> results(batch.rows);
    std::vector<uint32_t> open(batch.rows);
    for (size_t row = 0; row < batch.rows; ++row) open[row] = static_cast<uint32_t>(row);
    for (const auto& [conditions, then] : parts_.branches) {
      std::vector<uint32_t> taken;
      for (const EvaluatorPtr& condition : conditions) {
        KITH_RETURN_IF_ERROR(Take(context, batch, *condition, operand, &open, &taken));
      }
      KITH_RETURN_IF_ERROR(Fill(context, batch, *then, taken, &results));
    }
    if (parts_.otherwise != nullptr) {
      KITH_RETURN_IF_ERROR(Fill(context, batch, *parts_.otherwise, open, &results));
    }
    out->Reset(ColumnKind::kNull);
    for (const Value& value : results) out->Append(value);
    return Status::Ok();
  }

 private:
  /// Moves the rows of `open` for which the condition holds to `taken`.
  Status Take(ExecutionContext& context, const Batch& batch, const Evaluator& condition,
              const Evaluated& operand, std::vector<uint32_t>* open,
              std::vector<uint32_t>* taken) const {
    if (open->empty()) return Status::Ok();
    Batch part(batch.columns.size());
    part.Gather(batch, *open, condition.reads());
    Evaluated column;
    KITH_RETURN_IF_ERROR(column.Run(condition, context, part));
    std::vector<uint32_t> rest;
    for (size_t i = 0; i < open->size(); ++i) {
      Ternary holds;
      if (parts_.operand != nullptr) {
        KITH_ASSIGN_OR_RETURN(
            const Value equal,
            operators::Equal(context.functions, operand->At((*open)[i]), column->At(i)));
        if (equal.IsBoolean()) holds = equal.AsBoolean();
      } else {
        Result<Ternary> truth = operators::ToTernary(column->At(i));
        if (!truth.ok()) return AtRange(truth.status(), range_);
        holds = *truth;
      }
      (holds == true ? *taken : rest).push_back((*open)[i]);
    }
    *open = std::move(rest);
    return Status::Ok();
  }

  static Status Fill(ExecutionContext& context, const Batch& batch, const Evaluator& value,
                     const std::vector<uint32_t>& rows, std::vector<Value>* results) {
    if (rows.empty()) return Status::Ok();
    Batch part(batch.columns.size());
    part.Gather(batch, rows, value.reads());
    Evaluated column;
    KITH_RETURN_IF_ERROR(column.Run(value, context, part));
    column.HandOver();
    for (size_t i = 0; i < rows.size(); ++i) (*results)[rows[i]] = column->At(i);
    return Status::Ok();
  }

  CaseParts parts_;
  SourceRange range_;
};

}  // namespace

EvaluatorPtr NewCase(CaseParts parts, SourceRange range) {
  return std::make_unique<CaseEvaluator>(std::move(parts), range);
}
EvaluatorPtr NewList(std::vector<EvaluatorPtr> elements, SourceRange range) {
  return std::make_unique<ListEvaluator>(std::move(elements), range);
}
EvaluatorPtr NewMap(MapParts entries, SourceRange range) {
  return std::make_unique<MapEvaluator>(nullptr, false, std::move(entries), range);
}
EvaluatorPtr NewMapProjection(EvaluatorPtr object, bool all_entries, MapParts entries,
                              SourceRange range) {
  return std::make_unique<MapEvaluator>(std::move(object), all_entries, std::move(entries), range);
}
EvaluatorPtr NewListComprehension(uint32_t column, EvaluatorPtr list, EvaluatorPtr predicate,
                                  EvaluatorPtr projection, SourceRange range) {
  return std::make_unique<ListComprehensionEvaluator>(column, std::move(list), std::move(predicate),
                                                      std::move(projection), range);
}
EvaluatorPtr NewQuantifier(bound::QuantifierKind kind, uint32_t column, EvaluatorPtr list,
                           EvaluatorPtr predicate, SourceRange range) {
  return std::make_unique<QuantifierEvaluator>(kind, column, std::move(list), std::move(predicate),
                                               range);
}
EvaluatorPtr NewReduce(ReduceParts parts, SourceRange range) {
  return std::make_unique<ReduceEvaluator>(std::move(parts), range);
}

}  // namespace kith::query
