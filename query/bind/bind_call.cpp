// SPDX-License-Identifier: Apache-2.0
// CALL of procedures and of subqueries, and SHOW, which is a CALL in other words.
#include <fmt/format.h>

#include <algorithm>

#include "query/bind/statement_binder.h"
#include "query/parse/literal.h"
#include "query/parse/spelling.h"
#include "query/procedure.h"

namespace kith::query {
namespace {

TypeSet OutputTypes(const FieldType& type) {
  switch (type.kind) {
    case FieldType::Kind::kAny: return kAnyType;
    case FieldType::Kind::kNumber: return kNumberType;
    case FieldType::Kind::kExact: return kNullType | type.exact;
  }
  return kAnyType;
}

/// A float takes integers too.
TypeSet InputTypes(const FieldType& type) {
  const TypeSet types = OutputTypes(type);
  return types.Contains(ValueType::kFloat) ? types | ValueType::kInteger : types;
}

std::string_view ShowProcedure(ast::ShowKind what) {
  switch (what) {
    case ast::ShowKind::kIndexes: return "kith.show.indexes";
    case ast::ShowKind::kConstraints: return "kith.show.constraints";
    case ast::ShowKind::kFunctions: return "kith.show.functions";
    case ast::ShowKind::kProcedures: return "kith.show.procedures";
  }
  return "";
}

std::string_view IndexTypeText(ast::IndexType type) {
  switch (type) {
    case ast::IndexType::kRange: return "RANGE";
    case ast::IndexType::kText: return "TEXT";
    case ast::IndexType::kPoint: return "POINT";
    case ast::IndexType::kLookup: return "LOOKUP";
    case ast::IndexType::kFullText: return "FULLTEXT";
    case ast::IndexType::kVector: return "VECTOR";
  }
  return "";
}

}  // namespace

Result<const Procedure*> StatementBinder::FindProcedure(const ast::Name& name) const {
  const ProcedureRegistry* registry = options_.procedures;
  if (registry != nullptr) {
    if (const Procedure* found = registry->Find(name.text)) return found;
  }
  std::string hint;
  if (registry != nullptr) {
    const std::vector<std::string> names = registry->Names();
    const std::vector<std::string_view> views(names.begin(), names.end());
    const std::string_view nearest = NearestSpelling(name.text, views);
    if (!nearest.empty()) hint = fmt::format(" (did you mean {}?)", nearest);
  }
  return Status(StatusCode::kProcedureError,
                fmt::format("there is no procedure '{}'{}; SHOW PROCEDURES lists them", name.text,
                            hint))
      .WithDetail("ProcedureNotFound")
      .WithPhase(ErrorPhase::kCompileTime)
      .WithPosition(name.range);
}

Result<bound::ClausePtr> StatementBinder::BindCallProcedure(const ast::CallProcedure& call,
                                                            bool standalone) {
  auto bound = Make<bound::CallProcedure>(call.range);
  bound->optional = call.optional;
  KITH_ASSIGN_OR_RETURN(bound->procedure, FindProcedure(call.name));
  const ProcedureSignature& signature = bound->procedure->signature();
  const bool updates =
      signature.mode == ProcedureMode::kWrite || signature.mode == ProcedureMode::kSchema;
  if (updates) KITH_RETURN_IF_ERROR(CheckUpdateAllowed(call));
  if (!call.implicit_arguments) {
    KITH_RETURN_IF_ERROR(BindArguments(call, signature, bound.get()));
  } else if (standalone) {
    KITH_RETURN_IF_ERROR(BindImplicitArguments(call, signature, bound.get()));
  } else {
    return SyntaxError(
        "InvalidArgumentPassingMode", call.name.range,
        fmt::format("inside a query the arguments are written out: {}(...)", call.name.text));
  }
  KITH_RETURN_IF_ERROR(BindYields(call, signature, standalone, bound.get()));
  if (call.where) KITH_RETURN_IF_ERROR(BindConjuncts(*call.where, &bound->conjuncts));
  return bound::ClausePtr(std::move(bound));
}

Status StatementBinder::BindArguments(const ast::CallProcedure& call,
                                      const ProcedureSignature& signature,
                                      bound::CallProcedure* out) {
  const auto required = static_cast<size_t>(
      std::count_if(signature.inputs.begin(), signature.inputs.end(),
                    [](const ProcedureField& field) { return !field.default_value.has_value(); }));
  if (call.arguments.size() < required || call.arguments.size() > signature.inputs.size()) {
    return SyntaxError("InvalidNumberOfArguments", call.range,
                       fmt::format("{} takes {} arguments, but {} are given", signature.name,
                                   required == signature.inputs.size()
                                       ? fmt::format("{}", required)
                                       : fmt::format("{} to {}", required, signature.inputs.size()),
                                   call.arguments.size()));
  }
  for (size_t i = 0; i < signature.inputs.size(); ++i) {
    const ProcedureField& field = signature.inputs[i];
    if (i >= call.arguments.size()) {
      auto constant = Make<bound::Constant>(call.range);
      constant->value = *field.default_value;
      out->arguments.push_back(std::move(constant));
      continue;
    }
    KITH_ASSIGN_OR_RETURN(bound::ExpressionPtr argument, BindExpression(*call.arguments[i]));
    if (!argument->type.MayBe(InputTypes(field.type))) {
      return SyntaxError("InvalidArgumentType", call.arguments[i]->range,
                         fmt::format("the argument '{}' of {} must be {}, but this is {}",
                                     field.name, signature.name, InputTypes(field.type).ToString(),
                                     argument->type.types.ToString()));
    }
    out->arguments.push_back(std::move(argument));
  }
  return Status::Ok();
}

/// CALL name: each argument is the parameter of the same name.
Status StatementBinder::BindImplicitArguments(const ast::CallProcedure& call,
                                              const ProcedureSignature& signature,
                                              bound::CallProcedure* out) {
  for (const ProcedureField& field : signature.inputs) {
    const kith::Map* given = options_.parameters;
    const bool missing = given != nullptr &&
                         std::none_of(given->begin(), given->end(),
                                      [&](const auto& entry) { return entry.first == field.name; });
    if (missing && field.default_value) {
      auto constant = Make<bound::Constant>(call.range);
      constant->value = *field.default_value;
      out->arguments.push_back(std::move(constant));
      continue;
    }
    ast::Parameter parameter(call.name.range);
    parameter.name = field.name;
    KITH_ASSIGN_OR_RETURN(bound::ExpressionPtr argument, BindParameter(parameter));
    out->arguments.push_back(std::move(argument));
  }
  return Status::Ok();
}

Status StatementBinder::BindYields(const ast::CallProcedure& call,
                                   const ProcedureSignature& signature, bool standalone,
                                   bound::CallProcedure* out) {
  const auto output_count = static_cast<uint32_t>(signature.outputs.size());
  if (call.yield_star && !standalone) {
    return SyntaxError("UnexpectedSyntax", call.range,
                       "YIELD * is for a CALL that stands alone; name the result columns");
  }
  if (call.yield_star || (standalone && !call.has_yield)) {
    for (uint32_t i = 0; i < output_count; ++i) {
      const ProcedureField& field = signature.outputs[i];
      KITH_RETURN_IF_ERROR(DeclareYield({field.name, call.name.range}, i, field.type, out));
    }
    return Status::Ok();
  }
  for (const ast::YieldItem& item : call.yields) {
    uint32_t output = 0;
    while (output < output_count && signature.outputs[output].name != item.field.text) ++output;
    if (output == output_count) {
      std::vector<std::string_view> names;
      for (const ProcedureField& field : signature.outputs) names.push_back(field.name);
      return SyntaxError(
          "UndefinedVariable", item.field.range,
          fmt::format("{} has no result column '{}'; it has {}", signature.name, item.field.text,
                      names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
    }
    const ast::Name& name = item.alias.empty() ? item.field : item.alias;
    KITH_RETURN_IF_ERROR(DeclareYield(name, output, signature.outputs[output].type, out));
  }
  return Status::Ok();
}

Status StatementBinder::DeclareYield(const ast::Name& name, uint32_t output, const FieldType& type,
                                     bound::CallProcedure* out) {
  KITH_ASSIGN_OR_RETURN(const bound::SlotId slot,
                        DeclareRowVariable(name, {OutputTypes(type), kAnyType}));
  out->yields.push_back({output, slot});
  return Status::Ok();
}

/// A statement that is just one CALL returns what it yields.
Status StatementBinder::BindStandaloneCall(const ast::CallProcedure& call, bound::Query* out) {
  row_ = NewScope(nullptr);
  scope_ = row_;
  bound::SingleQuery part;
  KITH_ASSIGN_OR_RETURN(bound::ClausePtr clause, BindCallProcedure(call, /*standalone=*/true));
  std::vector<std::pair<std::string, bound::SlotId>> columns;
  for (const bound::YieldColumn& yield : bound::As<bound::CallProcedure>(*clause).yields) {
    columns.emplace_back(statement_->slots[yield.slot].name, yield.slot);
  }
  part.clauses.push_back(std::move(clause));
  if (!columns.empty()) AddReturn(&part, out, std::move(columns));
  out->updates = updates_;
  out->parts.push_back(std::move(part));
  return Status::Ok();
}

/// SHOW X YIELD ... WHERE ... RETURN ... is CALL kith.show.x() YIELD ... WHERE ... RETURN ...
Status StatementBinder::BindShow() {
  const ast::Show& show = *statement_->syntax->show;
  ast::CallProcedure call(statement_->syntax->range);
  call.name = {std::string(ShowProcedure(show.what)), statement_->syntax->range};
  row_ = NewScope(nullptr);
  scope_ = row_;
  auto query = std::make_unique<bound::Query>();
  auto bound = Make<bound::CallProcedure>(call.range);
  KITH_ASSIGN_OR_RETURN(bound->procedure, FindProcedure(call.name));
  const ProcedureSignature& signature = bound->procedure->signature();
  for (const ast::YieldItem& item : show.yields) call.yields.push_back(item);
  call.has_yield = !show.yields.empty();
  call.yield_star = !call.has_yield;
  KITH_RETURN_IF_ERROR(BindYields(call, signature, /*standalone=*/true, bound.get()));
  if (show.where) KITH_RETURN_IF_ERROR(BindConjuncts(*show.where, &bound->conjuncts));
  KITH_RETURN_IF_ERROR(AddShowFilter(show, signature, bound.get()));
  std::vector<std::pair<std::string, bound::SlotId>> columns;
  for (const bound::YieldColumn& yield : bound->yields) {
    if (statement_->slots[yield.slot].name.empty()) continue;  // only for the filter
    columns.emplace_back(statement_->slots[yield.slot].name, yield.slot);
  }
  bound::SingleQuery part;
  part.clauses.push_back(std::move(bound));
  if (show.ordered) {
    KITH_ASSIGN_OR_RETURN(bound::ClausePtr clause, BindClause(*show.ordered));
    const auto& project = bound::As<bound::Project>(*clause);
    for (auto& [name, slot] : columns) {
      const auto at = std::find(project.names.begin(), project.names.end(), name);
      slot = project.items[static_cast<size_t>(at - project.names.begin())].slot;
    }
    part.clauses.push_back(std::move(clause));
  }
  if (show.return_clause) {
    KITH_ASSIGN_OR_RETURN(bound::ClausePtr clause, BindClause(*show.return_clause));
    const auto& project = bound::As<bound::Project>(*clause);
    for (const bound::Assignment& item : project.items) part.outputs.push_back(item.slot);
    query->columns = project.names;
    query->has_return = true;
    part.clauses.push_back(std::move(clause));
  } else {
    AddReturn(&part, query.get(), std::move(columns));
  }
  query->parts.push_back(std::move(part));
  statement_->query = std::move(query);
  return Status::Ok();
}

/// SHOW VECTOR INDEXES: the column `type` must be VECTOR.
Status StatementBinder::AddShowFilter(const ast::Show& show, const ProcedureSignature& signature,
                                      bound::CallProcedure* out) {
  if (!show.index_type && !show.constraint_type) return Status::Ok();
  uint32_t output = 0;
  while (output < signature.outputs.size() && signature.outputs[output].name != "type") ++output;
  if (output == signature.outputs.size()) {
    return Status(StatusCode::kInternal, fmt::format("{} has no column 'type'", signature.name));
  }
  const bound::SlotId slot = NewSlot("", {kStringType, kAnyType});
  out->yields.push_back({output, slot});
  auto wanted = Make<bound::Constant>(out->range);
  wanted->value = Value(show.index_type ? IndexTypeText(*show.index_type) : "UNIQUENESS");
  wanted->type.types = kStringType;
  auto equal = Make<bound::Comparison>(out->range);
  equal->type.types = kBooleanType;
  equal->operators.push_back(bound::ComparisonOperator::kEqual);
  equal->operands.push_back(MakeSlot(slot, out->range));
  equal->operands.push_back(std::move(wanted));
  out->conjuncts.push_back(std::move(equal));
  return Status::Ok();
}

Result<bound::ClausePtr> StatementBinder::BindCallSubquery(const ast::CallSubquery& call) {
  auto bound = Make<bound::CallSubquery>(call.range);
  bound->optional = call.optional;
  const Scope* outer = nullptr;
  frames_.push_back({static_cast<bound::SlotId>(statement_->slots.size()), {}});
  if (call.import_all) {
    outer = row_;
  } else if (call.has_import_list) {
    Scope* imports = NewScope(nullptr);
    for (const ast::Name& name : call.imports) {
      KITH_ASSIGN_OR_RETURN(const bound::SlotId slot, Lookup(name.text, name.range));
      if (slot == bound::kNoSlot) return UndefinedVariable(name.text, name.range);
      imports->names.emplace(name.text, slot);
    }
    outer = imports;
  }
  {
    const Restore<const Scope*> importable(&importable_, call.has_import_list ? nullptr : row_);
    const Restore<bool> nested(&nested_, true);
    KITH_ASSIGN_OR_RETURN(bound->query, BindQuery(*call.query, outer));
  }
  bound->arguments = CloseFrame();
  updates_ = updates_ || bound->query->updates;
  for (size_t i = 0; i < bound->query->columns.size(); ++i) {
    const StaticType type = TypeOf(bound->query->parts[0].outputs[i]);
    KITH_ASSIGN_OR_RETURN(const bound::SlotId slot,
                          DeclareRowVariable({bound->query->columns[i], call.keyword}, type));
    for (const bound::SingleQuery& part : bound->query->parts) {
      TypeOf(slot) = TypeOf(slot) | TypeOf(part.outputs[i]);
    }
    bound->outputs.push_back(slot);
  }
  return bound::ClausePtr(std::move(bound));
}

/// WITH a, b at the beginning of CALL { }: only variables, nothing else.
bool StatementBinder::IsImportingWith(const ast::With& with) {
  const ast::Projection& projection = with.projection;
  if (projection.distinct || projection.skip || projection.limit || with.where ||
      !projection.order_by.empty()) {
    return false;
  }
  return std::all_of(
      projection.items.begin(), projection.items.end(), [](const ast::ProjectionItem& item) {
        return item.alias.empty() && item.expression->kind == ast::ExpressionKind::kVariable;
      });
}

Status StatementBinder::BindImportingWith(const ast::With& with, const Scope& imports) {
  const Restore<const Scope*> scope(&scope_, &imports);
  if (with.projection.star) {
    for (const std::string& name : imports.SortedNames()) {
      KITH_ASSIGN_OR_RETURN(const bound::SlotId slot, Lookup(name, with.keyword));
      row_->names.emplace(name, slot);
    }
  }
  for (const ast::ProjectionItem& item : with.projection.items) {
    const std::string& name = ast::As<ast::Variable>(*item.expression).name;
    KITH_ASSIGN_OR_RETURN(const bound::SlotId slot, Lookup(name, item.expression->range));
    if (slot == bound::kNoSlot) return UndefinedVariable(name, item.expression->range);
    row_->names.emplace(name, slot);
  }
  return Status::Ok();
}

}  // namespace kith::query
