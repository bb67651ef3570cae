// SPDX-License-Identifier: Apache-2.0
// What all evaluators share, and compiling bound expressions to evaluators.
#include "query/execute/evaluator.h"

#include <algorithm>
#include <string>

#include "query/execute/evaluator_factories.h"

namespace kith::query {

const Column* Evaluator::Direct(const Batch&) const {
  return nullptr;
}

bool Evaluator::AsPropertyOfColumn(const storage::ReadView&, uint32_t*, PropertyId*) const {
  return false;
}

Status Evaluated::Run(const Evaluator& evaluator, ExecutionContext& context, const Batch& batch) {
  Release();
  column_ = evaluator.Direct(batch);
  if (column_ != nullptr) return Status::Ok();
  column_ = &own_;
  functions_ = &context.functions;
  const size_t before = functions_->new_bytes();
  const Status status = evaluator.Evaluate(context, batch, &own_);
  charged_ = functions_->new_bytes() - before;
  return status;
}

Status Evaluated::MoveCharge(MemoryCharge* account) {
  const size_t bytes = charged_;
  Release();
  return bytes == 0 ? Status::Ok() : account->Add(bytes);
}

void Evaluated::Release() {
  if (charged_ > 0) functions_->ReleaseNew(charged_);
  charged_ = 0;
}

Status AtRange(const Status& status, SourceRange range) {
  if (status.ok() || status.has_position() || range.end == range.begin) return status;
  return status.WithPosition(range);
}

Status SelectTrue(const Column& condition, std::vector<uint32_t>* selected) {
  selected->clear();
  const size_t rows = condition.size();
  if (condition.kind() == ColumnKind::kNull) return Status::Ok();
  if (condition.kind() == ColumnKind::kBoolean) {
    for (size_t row = 0; row < rows; ++row) {
      if (!condition.IsNull(row) && condition.Boolean(row)) {
        selected->push_back(static_cast<uint32_t>(row));
      }
    }
    return Status::Ok();
  }
  for (size_t row = 0; row < rows; ++row) {
    KITH_ASSIGN_OR_RETURN(const Ternary truth, operators::ToTernary(condition.At(row)));
    if (truth == true) selected->push_back(static_cast<uint32_t>(row));
  }
  return Status::Ok();
}

Result<Value> EvaluateSingle(const Evaluator& evaluator, ExecutionContext& context, size_t slots) {
  Batch batch(slots);
  batch.rows = 1;
  Evaluated value;
  KITH_RETURN_IF_ERROR(value.Run(evaluator, context, batch));
  return value->At(0);
}

namespace {

using bound::ExpressionKind;

class Compilation {
 public:
  explicit Compilation(EvaluatorCompiler& compiler) : compiler_(compiler) {}

  Result<EvaluatorPtr> Compile(const bound::Expression& expression) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr evaluator, Dispatch(expression));
    std::vector<bound::SlotId> slots;
    CollectSlots(expression, &slots);
    SlotList reads;
    reads.reserve(slots.size());
    for (bound::SlotId slot : slots) reads.push_back(compiler_.ColumnOf(slot));
    std::sort(reads.begin(), reads.end());
    reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
    const_cast<Evaluator&>(*evaluator).set_reads(std::move(reads));
    return evaluator;
  }

 private:
  Result<EvaluatorPtr> Optional(const bound::ExpressionPtr& expression) {
    if (expression == nullptr) return EvaluatorPtr();
    return Compile(*expression);
  }

  Result<std::vector<EvaluatorPtr>> All(const std::vector<bound::ExpressionPtr>& expressions) {
    std::vector<EvaluatorPtr> evaluators;
    evaluators.reserve(expressions.size());
    for (const bound::ExpressionPtr& expression : expressions) {
      KITH_ASSIGN_OR_RETURN(EvaluatorPtr evaluator, Compile(*expression));
      evaluators.push_back(std::move(evaluator));
    }
    return evaluators;
  }

  Result<MapParts> Entries(const std::vector<bound::MapEntry>& entries) {
    MapParts parts;
    parts.reserve(entries.size());
    for (const auto& [key, value] : entries) {
      KITH_ASSIGN_OR_RETURN(EvaluatorPtr evaluator, Compile(*value));
      parts.emplace_back(key, std::move(evaluator));
    }
    return parts;
  }

  Result<EvaluatorPtr> Dispatch(const bound::Expression& e) {
    switch (e.kind) {
      case ExpressionKind::kConstant: return NewConstant(bound::As<bound::Constant>(e).value);
      case ExpressionKind::kParameter: return NewParameter(bound::As<bound::Parameter>(e).index);
      case ExpressionKind::kSlot:
        return NewSlot(compiler_.ColumnOf(bound::As<bound::Slot>(e).slot));
      case ExpressionKind::kProperty: return Property(bound::As<bound::Property>(e));
      case ExpressionKind::kSubscript: return Subscript(bound::As<bound::Subscript>(e));
      case ExpressionKind::kSlice: return Slice(bound::As<bound::Slice>(e));
      case ExpressionKind::kUnary: return Unary(bound::As<bound::Unary>(e));
      case ExpressionKind::kBinary: return Binary(bound::As<bound::Binary>(e));
      case ExpressionKind::kLogical: return Logical(bound::As<bound::Logical>(e));
      case ExpressionKind::kComparison: return Comparison(bound::As<bound::Comparison>(e));
      case ExpressionKind::kLabelTest: return LabelTest(bound::As<bound::LabelTest>(e));
      case ExpressionKind::kFunction: return Function(bound::As<bound::Function>(e));
      case ExpressionKind::kCase: return Case(bound::As<bound::Case>(e));
      case ExpressionKind::kList: return List(bound::As<bound::List>(e));
      case ExpressionKind::kMap: return Map(bound::As<bound::Map>(e));
      case ExpressionKind::kMapProjection: return MapProjection(bound::As<bound::MapProjection>(e));
      case ExpressionKind::kListComprehension:
        return Comprehension(bound::As<bound::ListComprehension>(e));
      case ExpressionKind::kQuantifier: return Quantifier(bound::As<bound::Quantifier>(e));
      case ExpressionKind::kReduce: return Reduce(bound::As<bound::Reduce>(e));
      case ExpressionKind::kSubquery:
        return compiler_.CompileSubquery(bound::As<bound::Subquery>(e));
    }
    return Status(StatusCode::kInternal, "the plan holds an expression of an unknown kind");
  }

  Result<EvaluatorPtr> Property(const bound::Property& e) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr object, Compile(*e.object));
    return NewProperty(std::move(object), e.key, e.range);
  }

  Result<EvaluatorPtr> Subscript(const bound::Subscript& e) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr object, Compile(*e.object));
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr index, Compile(*e.index));
    return NewSubscript(std::move(object), std::move(index), e.range);
  }

  Result<EvaluatorPtr> Slice(const bound::Slice& e) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr list, Compile(*e.list));
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr from, Optional(e.from));
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr to, Optional(e.to));
    return NewSlice(std::move(list), std::move(from), std::move(to), e.range);
  }

  Result<EvaluatorPtr> Unary(const bound::Unary& e) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr operand, Compile(*e.operand));
    return NewUnary(e.op, std::move(operand), e.range);
  }

  Result<EvaluatorPtr> Binary(const bound::Binary& e) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr left, Compile(*e.left));
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr right, Compile(*e.right));
    return NewBinary(e.op, std::move(left), std::move(right), e.range);
  }

  Result<EvaluatorPtr> Logical(const bound::Logical& e) {
    KITH_ASSIGN_OR_RETURN(std::vector<EvaluatorPtr> operands, All(e.operands));
    return NewLogical(e.op, std::move(operands), e.range);
  }

  Result<EvaluatorPtr> Comparison(const bound::Comparison& e) {
    std::vector<EvaluatorPtr> links;
    for (size_t i = 0; i < e.operators.size(); ++i) {
      KITH_ASSIGN_OR_RETURN(EvaluatorPtr left, Compile(*e.operands[i]));
      KITH_ASSIGN_OR_RETURN(EvaluatorPtr right, Compile(*e.operands[i + 1]));
      SlotList reads;
      std::set_union(left->reads().begin(), left->reads().end(), right->reads().begin(),
                     right->reads().end(), std::back_inserter(reads));
      EvaluatorPtr link = NewComparison(e.operators[i], std::move(left), std::move(right));
      const_cast<Evaluator&>(*link).set_reads(std::move(reads));
      links.push_back(std::move(link));
    }
    if (links.size() == 1) return std::move(links[0]);
    return NewLogical(bound::LogicalOperator::kAnd, std::move(links), e.range);
  }

  Result<EvaluatorPtr> LabelTest(const bound::LabelTest& e) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr object, Compile(*e.object));
    return NewLabelTest(std::move(object), *e.labels, e.range);
  }

  Result<EvaluatorPtr> Function(const bound::Function& e) {
    KITH_ASSIGN_OR_RETURN(std::vector<EvaluatorPtr> arguments, All(e.arguments));
    return NewFunction(*e.function, std::move(arguments), e.range);
  }

  Result<EvaluatorPtr> Case(const bound::Case& e) {
    CaseParts parts;
    KITH_ASSIGN_OR_RETURN(parts.operand, Optional(e.operand));
    for (const bound::CaseBranch& branch : e.branches) {
      KITH_ASSIGN_OR_RETURN(std::vector<EvaluatorPtr> when, All(branch.when));
      KITH_ASSIGN_OR_RETURN(EvaluatorPtr then, Compile(*branch.then));
      parts.branches.emplace_back(std::move(when), std::move(then));
    }
    KITH_ASSIGN_OR_RETURN(parts.otherwise, Optional(e.otherwise));
    return NewCase(std::move(parts), e.range);
  }

  Result<EvaluatorPtr> List(const bound::List& e) {
    KITH_ASSIGN_OR_RETURN(std::vector<EvaluatorPtr> elements, All(e.elements));
    return NewList(std::move(elements), e.range);
  }

  Result<EvaluatorPtr> Map(const bound::Map& e) {
    KITH_ASSIGN_OR_RETURN(MapParts entries, Entries(e.entries));
    return NewMap(std::move(entries), e.range);
  }

  Result<EvaluatorPtr> MapProjection(const bound::MapProjection& e) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr object, Compile(*e.object));
    KITH_ASSIGN_OR_RETURN(MapParts entries, Entries(e.entries));
    return NewMapProjection(std::move(object), e.all_entries, std::move(entries), e.range);
  }

  Result<EvaluatorPtr> Comprehension(const bound::ListComprehension& e) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr list, Compile(*e.list));
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr predicate, Optional(e.predicate));
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr projection, Optional(e.projection));
    return NewListComprehension(compiler_.ColumnOf(e.slot), std::move(list), std::move(predicate),
                                std::move(projection), e.range);
  }

  Result<EvaluatorPtr> Quantifier(const bound::Quantifier& e) {
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr list, Compile(*e.list));
    KITH_ASSIGN_OR_RETURN(EvaluatorPtr predicate, Optional(e.predicate));
    if (predicate == nullptr) predicate = NewSlot(compiler_.ColumnOf(e.slot));
    return NewQuantifier(e.quantifier, compiler_.ColumnOf(e.slot), std::move(list),
                         std::move(predicate), e.range);
  }

  Result<EvaluatorPtr> Reduce(const bound::Reduce& e) {
    ReduceParts parts;
    parts.accumulator = compiler_.ColumnOf(e.accumulator);
    parts.column = compiler_.ColumnOf(e.slot);
    KITH_ASSIGN_OR_RETURN(parts.initial, Compile(*e.initial));
    KITH_ASSIGN_OR_RETURN(parts.list, Compile(*e.list));
    KITH_ASSIGN_OR_RETURN(parts.step, Compile(*e.step));
    return NewReduce(std::move(parts), e.range);
  }

  EvaluatorCompiler& compiler_;
};

/// Walks an expression, remembering the slots that it declares itself.
class SlotCollector {
 public:
  explicit SlotCollector(std::vector<bound::SlotId>* slots) : slots_(slots) {}

  void Visit(const bound::Expression* e) {
    if (e == nullptr) return;
    switch (e->kind) {
      case ExpressionKind::kConstant:
      case ExpressionKind::kParameter: return;
      case ExpressionKind::kSlot: Add(bound::As<bound::Slot>(*e).slot); return;
      case ExpressionKind::kProperty: Visit(bound::As<bound::Property>(*e).object.get()); return;
      case ExpressionKind::kLabelTest: Visit(bound::As<bound::LabelTest>(*e).object.get()); return;
      case ExpressionKind::kUnary: Visit(bound::As<bound::Unary>(*e).operand.get()); return;
      case ExpressionKind::kFunction: VisitAll(bound::As<bound::Function>(*e).arguments); return;
      case ExpressionKind::kLogical: VisitAll(bound::As<bound::Logical>(*e).operands); return;
      case ExpressionKind::kComparison: VisitAll(bound::As<bound::Comparison>(*e).operands); return;
      case ExpressionKind::kList: VisitAll(bound::As<bound::List>(*e).elements); return;
      case ExpressionKind::kMap: VisitEntries(bound::As<bound::Map>(*e).entries); return;
      case ExpressionKind::kSubquery:
        for (bound::SlotId slot : bound::As<bound::Subquery>(*e).arguments) Add(slot);
        return;
      default: VisitLarge(*e);
    }
  }

 private:
  void Add(bound::SlotId slot) {
    if (std::find(own_.begin(), own_.end(), slot) == own_.end()) slots_->push_back(slot);
  }
  void VisitAll(const std::vector<bound::ExpressionPtr>& expressions) {
    for (const bound::ExpressionPtr& expression : expressions) Visit(expression.get());
  }
  void VisitEntries(const std::vector<bound::MapEntry>& entries) {
    for (const auto& [key, value] : entries) Visit(value.get());
  }

  void VisitLarge(const bound::Expression& e) {
    if (e.kind == ExpressionKind::kSubscript) {
      Visit(bound::As<bound::Subscript>(e).object.get());
      Visit(bound::As<bound::Subscript>(e).index.get());
    } else if (e.kind == ExpressionKind::kSlice) {
      const auto& slice = bound::As<bound::Slice>(e);
      Visit(slice.list.get());
      Visit(slice.from.get());
      Visit(slice.to.get());
    } else if (e.kind == ExpressionKind::kBinary) {
      Visit(bound::As<bound::Binary>(e).left.get());
      Visit(bound::As<bound::Binary>(e).right.get());
    } else if (e.kind == ExpressionKind::kCase) {
      const auto& cases = bound::As<bound::Case>(e);
      Visit(cases.operand.get());
      for (const bound::CaseBranch& branch : cases.branches) {
        VisitAll(branch.when);
        Visit(branch.then.get());
      }
      Visit(cases.otherwise.get());
    } else if (e.kind == ExpressionKind::kMapProjection) {
      Visit(bound::As<bound::MapProjection>(e).object.get());
      VisitEntries(bound::As<bound::MapProjection>(e).entries);
    } else {
      VisitLocal(e);
    }
  }

  void VisitLocal(const bound::Expression& e) {
    if (e.kind == ExpressionKind::kListComprehension) {
      const auto& list = bound::As<bound::ListComprehension>(e);
      Visit(list.list.get());
      own_.push_back(list.slot);
      Visit(list.predicate.get());
      Visit(list.projection.get());
    } else if (e.kind == ExpressionKind::kQuantifier) {
      const auto& quantifier = bound::As<bound::Quantifier>(e);
      Visit(quantifier.list.get());
      own_.push_back(quantifier.slot);
      Visit(quantifier.predicate.get());
    } else if (e.kind == ExpressionKind::kReduce) {
      const auto& reduce = bound::As<bound::Reduce>(e);
      Visit(reduce.initial.get());
      Visit(reduce.list.get());
      own_.push_back(reduce.slot);
      own_.push_back(reduce.accumulator);
      Visit(reduce.step.get());
    }
  }

  std::vector<bound::SlotId>* slots_;
  std::vector<bound::SlotId> own_;
};

}  // namespace

void CollectSlots(const bound::Expression& expression, std::vector<bound::SlotId>* slots) {
  SlotCollector(slots).Visit(&expression);
}

Result<EvaluatorPtr> CompileExpression(const bound::Expression& expression,
                                       EvaluatorCompiler& compiler) {
  return Compilation(compiler).Compile(expression);
}

}  // namespace kith::query
