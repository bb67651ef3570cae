// SPDX-License-Identifier: Apache-2.0
// Evaluators of leaves, properties, subscripts, label tests, functions and paths.
#include <algorithm>

#include "query/execute/evaluator_factories.h"
#include "query/function/function_error.h"
#include "query/function/registry.h"
#include "storage/catalog.h"

namespace kith::query {

bool LazyProperty::Find(const storage::ReadView& view, PropertyId* id) const {
  uint64_t known = id_.load(std::memory_order_relaxed);
  if (known == UINT64_MAX) {
    const std::optional<PropertyId> found = view.catalog().FindProperty(name_);
    if (!found.has_value()) return false;
    known = static_cast<uint64_t>(*found);
    id_.store(known, std::memory_order_relaxed);
  }
  *id = static_cast<PropertyId>(known);
  return true;
}

namespace {

Status DeletedAccess(std::string_view what) {
  return Status(StatusCode::kEntityNotFound,
                "this " + std::string(what) +
                    " has been deleted in this transaction; read what you need before DELETE")
      .WithDetail("DeletedEntityAccess");
}

/// Rows that one computation must cover: one where every input is constant.
size_t RowsToCompute(bool all_constant, size_t rows) {
  return all_constant && rows > 0 ? 1 : rows;
}

class ConstantEvaluator final : public Evaluator {
 public:
  explicit ConstantEvaluator(Value value) : value_(std::move(value)) {}
  Status Evaluate(ExecutionContext&, const Batch& batch, Column* out) const override {
    *out = Column::Constant(value_, batch.rows);
    return Status::Ok();
  }
  bool IsCheap() const override { return true; }

 private:
  Value value_;
};

class ParameterEvaluator final : public Evaluator {
 public:
  explicit ParameterEvaluator(uint32_t index) : index_(index) {}
  Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const override {
    *out = Column::Constant(context.parameters[index_], batch.rows);
    return Status::Ok();
  }
  bool IsCheap() const override { return true; }

 private:
  uint32_t index_;
};

class SlotEvaluator final : public Evaluator {
 public:
  explicit SlotEvaluator(uint32_t column) : column_(column) { set_reads({column}); }
  Status Evaluate(ExecutionContext&, const Batch& batch, Column* out) const override {
    *out = batch.columns[column_];
    if (out->size() != batch.rows) *out = Column::Nulls(batch.rows);
    return Status::Ok();
  }
  const Column* Direct(const Batch& batch) const override {
    const Column& column = batch.columns[column_];
    return column.size() == batch.rows ? &column : nullptr;
  }
  bool IsCheap() const override { return true; }
  uint32_t column() const { return column_; }

 private:
  uint32_t column_;
};

class PropertyEvaluator final : public Evaluator {
 public:
  PropertyEvaluator(EvaluatorPtr object, std::string key, SourceRange range)
      : object_(std::move(object)), key_(std::move(key)), range_(range) {}

  Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const override {
    Evaluated object;
    KITH_RETURN_IF_ERROR(object.Run(*object_, context, batch));
    if (object->kind() == ColumnKind::kNull) {
      *out = Column::Nulls(batch.rows);
      return Status::Ok();
    }
    if (object->IsEntity()) return GatherProperty(context, *object, out);
    return General(context, *object, out);
  }

  bool AsPropertyOfColumn(const storage::ReadView& view, uint32_t* column,
                          PropertyId* property) const override {
    const auto* slot = dynamic_cast<const SlotEvaluator*>(object_.get());
    if (slot == nullptr) return false;
    *column = slot->column();
    return key_.Find(view, property);
  }

 private:
  Status GatherProperty(ExecutionContext& context, const Column& object, Column* out) const {
    if (context.checks_deleted) KITH_RETURN_IF_ERROR(CheckDeleted(context, object));
    PropertyId id{};
    if (!key_.Find(context.view, &id)) {
      *out = Column::Nulls(object.size());
      return Status::Ok();
    }
    storage::Column gathered;
    if (object.kind() == ColumnKind::kNode) {
      std::vector<NodeId> ids;
      KITH_RETURN_IF_ERROR(context.view.Gather(object.NodeIds(&ids), id, &gathered));
    } else {
      std::vector<RelId> ids;
      KITH_RETURN_IF_ERROR(context.view.Gather(object.RelIds(&ids), id, &gathered));
    }
    out->TakeFrom(std::move(gathered));
    if (object.constant()) out->MakeConstant(object.size());
    return Status::Ok();
  }

  Status CheckDeleted(ExecutionContext& context, const Column& object) const {
    for (size_t row = 0; row < object.size(); ++row) {
      NodeId node;
      RelId relationship;
      if (object.NodeAt(row, &node) && context.view.WasDeleted(node)) {
        return AtRange(DeletedAccess("node"), range_);
      }
      if (object.RelationshipAt(row, &relationship) && context.view.WasDeleted(relationship)) {
        return AtRange(DeletedAccess("relationship"), range_);
      }
    }
    return Status::Ok();
  }

  Status General(ExecutionContext& context, const Column& object, Column* out) const {
    const size_t rows = RowsToCompute(object.constant(), object.size());
    out->Reset(ColumnKind::kValue);
    out->Reserve(rows);
    for (size_t row = 0; row < rows; ++row) {
      Result<Value> value = operators::PropertyOf(context.functions, object.At(row), key_.name());
      if (!value.ok()) return AtRange(value.status(), range_);
      out->PushValue(std::move(value).value());
    }
    if (rows != object.size()) out->MakeConstant(object.size());
    return Status::Ok();
  }

  EvaluatorPtr object_;
  LazyProperty key_;
  SourceRange range_;
};

class SubscriptEvaluator final : public Evaluator {
 public:
  SubscriptEvaluator(EvaluatorPtr object, EvaluatorPtr index, SourceRange range)
      : object_(std::move(object)), index_(std::move(index)), range_(range) {}

  Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const override {
    Evaluated object;
    Evaluated index;
    KITH_RETURN_IF_ERROR(object.Run(*object_, context, batch));
    KITH_RETURN_IF_ERROR(index.Run(*index_, context, batch));
    const size_t rows = RowsToCompute(object->constant() && index->constant(), batch.rows);
    out->Reset(ColumnKind::kValue);
    out->Reserve(rows);
    for (size_t row = 0; row < rows; ++row) {
      Result<Value> value =
          operators::Subscript(context.functions, object->At(row), index->At(row));
      if (!value.ok()) return AtRange(value.status(), range_);
      out->PushValue(std::move(value).value());
    }
    if (rows != batch.rows) out->MakeConstant(batch.rows);
    return Status::Ok();
  }

 private:
  EvaluatorPtr object_;
  EvaluatorPtr index_;
  SourceRange range_;
};

class SliceEvaluator final : public Evaluator {
 public:
  SliceEvaluator(EvaluatorPtr list, EvaluatorPtr from, EvaluatorPtr to, SourceRange range)
      : list_(std::move(list)), from_(std::move(from)), to_(std::move(to)), range_(range) {}

  Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const override {
    Evaluated list;
    Evaluated from;
    Evaluated to;
    KITH_RETURN_IF_ERROR(list.Run(*list_, context, batch));
    if (from_ != nullptr) KITH_RETURN_IF_ERROR(from.Run(*from_, context, batch));
    if (to_ != nullptr) KITH_RETURN_IF_ERROR(to.Run(*to_, context, batch));
    out->Reset(ColumnKind::kValue);
    out->Reserve(batch.rows);
    for (size_t row = 0; row < batch.rows; ++row) {
      const Value begin = from_ != nullptr ? from->At(row) : Value();
      const Value end = to_ != nullptr ? to->At(row) : Value();
      Result<Value> value =
          operators::Slice(context.functions, list->At(row), from_ != nullptr ? &begin : nullptr,
                           to_ != nullptr ? &end : nullptr);
      if (!value.ok()) return AtRange(value.status(), range_);
      out->PushValue(std::move(value).value());
    }
    return Status::Ok();
  }

 private:
  EvaluatorPtr list_;
  EvaluatorPtr from_;
  EvaluatorPtr to_;
  SourceRange range_;
};

class FunctionEvaluator final : public Evaluator {
 public:
  FunctionEvaluator(const ScalarFunction& function, std::vector<EvaluatorPtr> arguments,
                    SourceRange range)
      : function_(function), arguments_(std::move(arguments)), range_(range) {}

  Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const override {
    std::vector<Evaluated> columns(arguments_.size());
    bool constant = function_.signature.deterministic;
    for (size_t i = 0; i < arguments_.size(); ++i) {
      KITH_RETURN_IF_ERROR(columns[i].Run(*arguments_[i], context, batch));
      constant = constant && (columns[i]->constant() || columns[i]->kind() == ColumnKind::kNull);
    }
    const size_t rows = RowsToCompute(constant, batch.rows);
    std::vector<Value> arguments(arguments_.size());
    out->Reset(ColumnKind::kValue);
    out->Reserve(rows);
    for (size_t row = 0; row < rows; ++row) {
      for (size_t i = 0; i < columns.size(); ++i) arguments[i] = columns[i]->At(row);
      Result<Value> value = CallScalar(function_, context.functions, arguments);
      if (!value.ok()) return AtRange(value.status(), range_);
      // Functions that make lists have asked before; texts are as easily measured now.
      if (value->IsString()) {
        KITH_RETURN_IF_ERROR(CheckNewValueBytes(context.functions, value->AsString().size()));
      }
      out->PushValue(std::move(value).value());
    }
    if (rows != batch.rows) out->MakeConstant(batch.rows);
    return Status::Ok();
  }

 private:
  const ScalarFunction& function_;
  std::vector<EvaluatorPtr> arguments_;
  SourceRange range_;
};

class PathEvaluator final : public Evaluator {
 public:
  explicit PathEvaluator(PathColumns columns) : columns_(std::move(columns)) {
    SlotList reads = columns_.segments;
    reads.push_back(columns_.start);
    std::sort(reads.begin(), reads.end());
    reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
    set_reads(std::move(reads));
  }

  Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const override {
    return BuildPaths(context, batch, columns_, out);
  }

 private:
  PathColumns columns_;
};

}  // namespace

EvaluatorPtr NewConstant(Value value) {
  return std::make_unique<ConstantEvaluator>(std::move(value));
}
EvaluatorPtr NewParameter(uint32_t index) {
  return std::make_unique<ParameterEvaluator>(index);
}
EvaluatorPtr NewSlot(uint32_t column) {
  return std::make_unique<SlotEvaluator>(column);
}
EvaluatorPtr NewProperty(EvaluatorPtr object, std::string key, SourceRange range) {
  return std::make_unique<PropertyEvaluator>(std::move(object), std::move(key), range);
}
EvaluatorPtr NewSubscript(EvaluatorPtr object, EvaluatorPtr index, SourceRange range) {
  return std::make_unique<SubscriptEvaluator>(std::move(object), std::move(index), range);
}
EvaluatorPtr NewSlice(EvaluatorPtr list, EvaluatorPtr from, EvaluatorPtr to, SourceRange range) {
  return std::make_unique<SliceEvaluator>(std::move(list), std::move(from), std::move(to), range);
}
EvaluatorPtr NewFunction(const ScalarFunction& function, std::vector<EvaluatorPtr> arguments,
                         SourceRange range) {
  return std::make_unique<FunctionEvaluator>(function, std::move(arguments), range);
}
EvaluatorPtr NewPath(PathColumns columns) {
  return std::make_unique<PathEvaluator>(std::move(columns));
}

}  // namespace kith::query
