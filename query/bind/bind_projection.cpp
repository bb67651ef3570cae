// SPDX-License-Identifier: Apache-2.0
// WITH and RETURN: columns, grouping, aggregates, ORDER BY, SKIP, LIMIT and what can be seen where.
//
// openCypher groups implicitly: columns without an aggregate are the keys. Beside an aggregate only
// constants, keys that are variables, and keys that are properties of variables may be used;
// anything else is AmbiguousAggregationExpression.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "query/bind/statement_binder.h"
#include "query/parse/ast_children.h"
#include "query/parse/literal.h"

namespace kith::query {

using bound::ExpressionPtr;

Result<bound::ClausePtr> StatementBinder::BindProjection(const ast::Projection& projection,
                                                         bool is_return,
                                                         const ast::Expression* where,
                                                         SourceRange range) {
  auto project = Make<bound::Project>(range);
  project->is_return = is_return;
  project->distinct = projection.distinct;
  for (const ast::ProjectionItem& item : projection.items) {
    project->aggregating = project->aggregating || ContainsAggregate(*item.expression);
  }
  if (projection.star) KITH_RETURN_IF_ERROR(BindStar(is_return, range, project.get()));
  Grouping grouping;
  if (project->aggregating) {
    KITH_RETURN_IF_ERROR(BindGroupedItems(projection, &grouping, project.get()));
  } else {
    KITH_RETURN_IF_ERROR(BindPlainItems(projection, project.get()));
  }
  KITH_RETURN_IF_ERROR(CheckDuplicateNames(projection, *project));
  KITH_RETURN_IF_ERROR(CheckOuterNames(projection, *project));

  const bool grouped = project->aggregating || project->distinct;
  Scope* after = NewScope(row_->outer);
  for (size_t i = 0; i < project->items.size(); ++i) {
    after->names.emplace(project->names[i], project->items[i].slot);
  }
  // ORDER BY and WHERE see the new columns, and behind them the variables before, unless grouped.
  Scope* visible = NewScope(grouped ? row_->outer : row_);
  visible->names = after->names;
  if (grouped) visible->hidden = row_;
  {
    const Restore<const Scope*> scope(&scope_, visible);
    KITH_RETURN_IF_ERROR(BindOrderBy(projection, grouping, project.get()));
    KITH_RETURN_IF_ERROR(BindPage(projection, project.get()));
    if (where != nullptr) {
      KITH_RETURN_IF_ERROR(BindProjectionWhere(projection, *where, project.get()));
    }
  }
  // After ORDER BY, whose errors come first.
  for (const ast::ProjectionItem& item : projection.items) {
    KITH_RETURN_IF_ERROR(CheckItem(item, is_return));
  }
  row_ = after;
  scope_ = after;
  return bound::ClausePtr(std::move(project));
}

Status StatementBinder::CheckItem(const ast::ProjectionItem& item, bool is_return) const {
  if (!item.alias.empty() || item.expression->kind == ast::ExpressionKind::kVariable) {
    return Status::Ok();
  }
  if (is_return && !nested_) return Status::Ok();
  return SyntaxError("NoExpressionAlias", item.text_range,
                     fmt::format("this column needs a name: {} AS name", Text(item.text_range)));
}

Status StatementBinder::BindStar(bool is_return, SourceRange range, bound::Project* out) {
  const std::vector<std::string> names = row_->SortedNames();
  if (names.empty() && is_return) {
    return SyntaxError("NoVariablesInScope", range,
                       "RETURN * has nothing to return: no variable is defined here");
  }
  for (const std::string& name : names) {
    const bound::SlotId slot = *row_->Find(name);
    NoteUse(slot);
    if (out->aggregating) out->group_keys.push_back({MakeSlot(slot, range), slot});
    out->items.push_back({MakeSlot(slot, range), slot});
    out->names.push_back(name);
  }
  return Status::Ok();
}

std::string StatementBinder::ItemName(const ast::ProjectionItem& item) const {
  if (!item.alias.empty()) return item.alias.text;
  if (item.expression->kind == ast::ExpressionKind::kVariable && !item.expression->parenthesized) {
    return ast::As<ast::Variable>(*item.expression).name;
  }
  return std::string(Text(item.text_range));
}

/// A variable that keeps its name keeps its slot.
bound::SlotId StatementBinder::ItemSlot(const bound::Expression& expression,
                                        const std::string& name) {
  if (expression.kind == bound::ExpressionKind::kSlot) {
    const bound::SlotId slot = bound::As<bound::Slot>(expression).slot;
    if (statement_->slots[slot].name == name && !statement_->slots[slot].local) return slot;
  }
  return NewSlot(name, expression.type);
}

Status StatementBinder::BindPlainItems(const ast::Projection& projection, bound::Project* out) {
  for (const ast::ProjectionItem& item : projection.items) {
    KITH_ASSIGN_OR_RETURN(ExpressionPtr expression, BindExpression(*item.expression));
    std::string name = ItemName(item);
    const bound::SlotId slot = ItemSlot(*expression, name);
    out->items.push_back({std::move(expression), slot});
    out->names.push_back(std::move(name));
  }
  return Status::Ok();
}

Status StatementBinder::BindGroupedItems(const ast::Projection& projection, Grouping* grouping,
                                         bound::Project* out) {
  Scope* after_grouping = NewScope(row_->outer);
  after_grouping->hidden = row_;
  for (size_t i = 0; i < out->items.size(); ++i) {  // from *
    after_grouping->names.emplace(out->names[i], out->items[i].slot);
  }
  grouping->project = out;
  grouping->may_add_aggregates = true;
  grouping->hidden_is_ambiguous = true;
  grouping->input = row_;
  const size_t first = out->items.size();
  out->items.resize(first + projection.items.size());
  out->names.resize(out->items.size());
  KITH_RETURN_IF_ERROR(BindGroupKeys(projection, after_grouping, grouping, out));
  const Restore<const Scope*> scope(&scope_, after_grouping);
  const Restore<Grouping*> inside(&grouping_, grouping);
  const Restore<bool> aggregates(&aggregates_allowed_, true);
  for (size_t i = 0; i < projection.items.size(); ++i) {
    const ast::ProjectionItem& item = projection.items[i];
    bound::Assignment& target = out->items[first + i];
    if (target.expression != nullptr) continue;  // a key
    KITH_ASSIGN_OR_RETURN(target.expression, BindExpression(*item.expression));
    out->names[first + i] = ItemName(item);
    target.slot = NewSlot(out->names[first + i], target.expression->type);
  }
  return Status::Ok();
}

Status StatementBinder::BindGroupKeys(const ast::Projection& projection, Scope* after_grouping,
                                      Grouping* grouping, bound::Project* out) {
  const size_t first = out->items.size() - projection.items.size();
  for (size_t i = 0; i < projection.items.size(); ++i) {
    const ast::ProjectionItem& item = projection.items[i];
    if (ContainsAggregate(*item.expression)) continue;
    KITH_ASSIGN_OR_RETURN(ExpressionPtr expression, BindExpression(*item.expression));
    std::string name = ItemName(item);
    const bound::SlotId slot = ItemSlot(*expression, name);
    out->items[first + i] = {MakeSlot(slot, item.expression->range), slot};
    out->names[first + i] = std::move(name);
    out->group_keys.push_back({std::move(expression), slot});
    if (item.expression->kind == ast::ExpressionKind::kVariable) {
      after_grouping->names.emplace(ast::As<ast::Variable>(*item.expression).name, slot);
    }
    grouping->keys.push_back({item.expression.get(), slot});
  }
  return Status::Ok();
}

Status StatementBinder::CheckDuplicateNames(const ast::Projection& projection,
                                            const bound::Project& out) const {
  std::unordered_set<std::string_view> seen;
  const size_t first = out.names.size() - projection.items.size();
  for (size_t i = 0; i < out.names.size(); ++i) {
    if (seen.insert(out.names[i]).second) continue;
    const SourceRange range = i < first ? out.range : projection.items[i - first].text_range;
    return SyntaxError(
        "ColumnNameConflict", range,
        fmt::format("two columns have the name '{}'; rename one with AS", out.names[i]));
  }
  return Status::Ok();
}

/// A subquery sees its outer variables to its end, so none of its columns may take their names.
Status StatementBinder::CheckOuterNames(const ast::Projection& projection,
                                        const bound::Project& out) const {
  const size_t first = out.names.size() - projection.items.size();
  for (size_t i = 0; i < projection.items.size(); ++i) {
    const ast::ProjectionItem& item = projection.items[i];
    const std::string& name = out.names[first + i];
    if (item.expression->kind == ast::ExpressionKind::kVariable &&
        ast::As<ast::Variable>(*item.expression).name == name) {
      continue;
    }
    for (const Scope* scope = row_->outer; scope != nullptr; scope = scope->outer) {
      if (scope->Find(name) == nullptr) continue;
      return SyntaxError(
          "VariableAlreadyBound", item.alias.empty() ? item.text_range : item.alias.range,
          fmt::format("the variable '{}' is defined outside this subquery already; choose another "
                      "name",
                      name));
    }
  }
  return Status::Ok();
}

Status StatementBinder::BindOrderBy(const ast::Projection& projection, const Grouping& grouping,
                                    bound::Project* out) {
  for (const ast::SortItem& item : projection.order_by) {
    bound::SortKey key;
    key.descending = item.descending;
    if (out->aggregating || out->distinct) {
      KITH_ASSIGN_OR_RETURN(key.expression,
                            BindGroupedSortKey(projection, *item.expression, grouping, out));
    } else {
      KITH_ASSIGN_OR_RETURN(key.expression, BindExpression(*item.expression));
    }
    out->order_by.push_back(std::move(key));
  }
  return Status::Ok();
}

/// Behind aggregation or DISTINCT only columns exist: by name, or by the expression they stand for.
Result<ExpressionPtr> StatementBinder::BindGroupedSortKey(const ast::Projection& projection,
                                                          const ast::Expression& key,
                                                          const Grouping& grouping,
                                                          bound::Project* out) {
  const bool aggregate = ContainsAggregate(key);
  const size_t first = out->items.size() - projection.items.size();
  for (size_t i = 0; i < projection.items.size(); ++i) {
    if (identity_.Same(projection.items[i].expression->range, key.range)) {
      return MakeSlot(out->items[first + i].slot, key.range);
    }
  }
  Grouping sorting;
  sorting.keys = ColumnKeys(projection, *out);
  sorting.any_shape = !aggregate;
  sorting.mentioned_is_ambiguous = aggregate;
  sorting.project = out;
  sorting.aggregate_sources = grouping.aggregate_sources;
  const Restore<Grouping*> inside(&grouping_, &sorting);
  const Restore<bool> aggregates(&aggregates_allowed_, out->aggregating && !out->distinct);
  return BindExpression(key);
}

std::vector<StatementBinder::Grouping::Key> StatementBinder::ColumnKeys(
    const ast::Projection& projection, const bound::Project& project) const {
  std::vector<Grouping::Key> keys;
  const size_t first = project.items.size() - projection.items.size();
  for (size_t i = 0; i < projection.items.size(); ++i) {
    const ast::Expression* source = projection.items[i].expression.get();
    if (!ContainsAggregate(*source)) keys.push_back({source, project.items[first + i].slot});
  }
  return keys;
}

Status StatementBinder::BindProjectionWhere(const ast::Projection& projection,
                                            const ast::Expression& where, bound::Project* out) {
  if (!out->aggregating && !out->distinct) return BindConjuncts(where, &out->conjuncts);
  Grouping columns;
  columns.keys = ColumnKeys(projection, *out);
  columns.any_shape = true;
  const Restore<Grouping*> inside(&grouping_, &columns);
  return BindConjuncts(where, &out->conjuncts);
}

Status StatementBinder::BindPage(const ast::Projection& projection, bound::Project* out) {
  if (projection.skip) {
    KITH_ASSIGN_OR_RETURN(out->skip, BindCount(*projection.skip, "SKIP"));
  }
  if (projection.limit) {
    KITH_ASSIGN_OR_RETURN(out->limit, BindCount(*projection.limit, "LIMIT"));
  }
  return Status::Ok();
}

/// The number behind SKIP or LIMIT: no variables, not negative.
Result<ExpressionPtr> StatementBinder::BindCount(const ast::Expression& expression,
                                                 std::string_view clause) {
  const Restore<std::string_view> constant(&constant_clause_, clause);
  KITH_ASSIGN_OR_RETURN(ExpressionPtr count, BindExpression(expression));
  const bool null = count->kind == bound::ExpressionKind::kConstant &&
                    bound::As<bound::Constant>(*count).value.IsNull();
  if (null || !count->type.MayBe(kIntegerType)) {
    return SyntaxError(
        "InvalidArgumentType", expression.range,
        fmt::format("{} takes a whole number, not {}", clause, Text(expression.range)));
  }
  if (count->kind == bound::ExpressionKind::kConstant &&
      bound::As<bound::Constant>(*count).value.AsInteger() < 0) {
    return SyntaxError("NegativeIntegerArgument", expression.range,
                       fmt::format("{} takes a number that is not negative, not {}", clause,
                                   Text(expression.range)));
  }
  return count;
}

bool StatementBinder::ContainsAggregate(const ast::Expression& expression) const {
  std::vector<const ast::Expression*> open{&expression};
  while (!open.empty()) {
    const ast::Expression* at = open.back();
    open.pop_back();
    if (at->kind == ast::ExpressionKind::kCountStar) return true;
    if (at->kind == ast::ExpressionKind::kFunctionCall &&
        options_.functions->FindAggregate(ast::As<ast::FunctionCall>(*at).name.text) != nullptr) {
      return true;
    }
    ast::AppendChildren(*at, &open);
  }
  return false;
}

bool StatementBinder::Mentions(const ast::Expression& expression, const std::string& name) const {
  std::vector<const ast::Expression*> open{&expression};
  while (!open.empty()) {
    const ast::Expression* at = open.back();
    open.pop_back();
    if (at->kind == ast::ExpressionKind::kVariable && ast::As<ast::Variable>(*at).name == name) {
      return true;
    }
    ast::AppendChildren(*at, &open);
  }
  return false;
}

/// `call` is a FunctionCall of an aggregate, or CountStar.
Result<ExpressionPtr> StatementBinder::BindAggregate(const ast::Expression& call) {
  if (in_aggregate_) {
    return SyntaxError(
        "NestedAggregation", call.range,
        fmt::format("{} stands inside another aggregate; compute the inner one in an "
                    "earlier WITH",
                    Text(call.range)));
  }
  if (!aggregates_allowed_ || grouping_ == nullptr) {
    return SyntaxError(
        "InvalidAggregation", call.range,
        fmt::format("the aggregate {} can only be used in the columns of WITH and RETURN "
                    "(and in their ORDER BY when it is a column too)",
                    Text(call.range)));
  }
  for (size_t i = 0; i < grouping_->aggregate_sources.size(); ++i) {
    if (identity_.Same(grouping_->aggregate_sources[i]->range, call.range)) {
      return MakeSlot(grouping_->project->aggregates[i].slot, call.range);
    }
  }
  return AddAggregate(call);
}

Result<ExpressionPtr> StatementBinder::AddAggregate(const ast::Expression& call) {
  Grouping* const grouping = grouping_;
  bound::Aggregate aggregate;
  aggregate.range = call.range;
  StaticType type;
  if (call.kind == ast::ExpressionKind::kCountStar) {
    aggregate.function = options_.functions->FindAggregate("count");
    type.types = kIntegerType;
  } else {
    const auto& function = ast::As<ast::FunctionCall>(call);
    aggregate.function = options_.functions->FindAggregate(function.name.text);
    aggregate.distinct = function.distinct;
    // In ORDER BY the arguments are looked up among the columns, which says what is wrong.
    const Restore<const Scope*> scope(&scope_,
                                      grouping->input != nullptr ? grouping->input : scope_);
    const Restore<Grouping*> outside(&grouping_, nullptr);
    KITH_RETURN_IF_ERROR(BindAggregateArguments(function, &aggregate));
    type.types = aggregate.function->signature.result;
    if (!aggregate.arguments.empty() && type.IsAlways(kListType)) {
      type.elements = aggregate.arguments[0]->type.types;
    }
  }
  if (!grouping->may_add_aggregates) {
    return SyntaxError("InvalidAggregation", call.range,
                       fmt::format("ORDER BY can use the aggregate {} only when it is a column too",
                                   Text(call.range)));
  }
  aggregate.slot = NewSlot("", type);
  const bound::SlotId slot = aggregate.slot;
  grouping->project->aggregates.push_back(std::move(aggregate));
  grouping->aggregate_sources.push_back(&call);
  return MakeSlot(slot, call.range);
}

Status StatementBinder::BindAggregateArguments(const ast::FunctionCall& call,
                                               bound::Aggregate* aggregate) {
  const Restore<bool> inside(&in_aggregate_, true);
  const Restore<bool> aggregates(&aggregates_allowed_, false);
  const FunctionSignature& signature = aggregate->function->signature;
  if (Status status = CheckArgumentCount(signature, call.arguments.size()); !status.ok()) {
    return status.WithPosition(call.range);
  }
  std::vector<TypeSet> types;
  for (const ast::ExpressionPtr& argument : call.arguments) {
    KITH_ASSIGN_OR_RETURN(ExpressionPtr value, BindExpression(*argument));
    KITH_RETURN_IF_ERROR(CheckDeterministic(*argument));
    types.push_back(value->type.types);
    aggregate->arguments.push_back(std::move(value));
  }
  size_t wrong = 0;
  if (Status status = CheckArgumentTypes(signature, types, &wrong); !status.ok()) {
    return status.WithPosition(call.arguments[wrong]->range);
  }
  return Status::Ok();
}

/// openCypher forbids rand() inside aggregates.
Status StatementBinder::CheckDeterministic(const ast::Expression& expression) const {
  std::vector<const ast::Expression*> open{&expression};
  while (!open.empty()) {
    const ast::Expression* at = open.back();
    open.pop_back();
    if (at->kind == ast::ExpressionKind::kFunctionCall) {
      const ScalarFunction* function =
          options_.functions->FindScalar(ast::As<ast::FunctionCall>(*at).name.text);
      if (function != nullptr && !function->signature.deterministic) {
        return SyntaxError(
            "NonConstantExpression", at->range,
            fmt::format("{} gives another value each time, so it cannot be aggregated; "
                        "compute it in an earlier WITH",
                        Text(at->range)));
      }
    }
    ast::AppendChildren(*at, &open);
  }
  return Status::Ok();
}

/// The grouping key that `expression` is, when keys of its shape may be used here.
const StatementBinder::Grouping::Key* StatementBinder::FindKey(const ast::Expression& expression) {
  if (grouping_ == nullptr || grouping_->keys.empty()) return nullptr;
  if (expression.kind != ast::ExpressionKind::kProperty && !grouping_->any_shape) return nullptr;
  if (expression.kind == ast::ExpressionKind::kLiteral ||
      expression.kind == ast::ExpressionKind::kVariable) {
    return nullptr;
  }
  for (const Grouping::Key& key : grouping_->keys) {
    if (key.expression->kind != expression.kind) continue;
    if (!identity_.Same(key.expression->range, expression.range)) continue;
    // A local variable of the same name makes it another expression.
    for (const Scope* scope = scope_; scope != nullptr && scope->local; scope = scope->outer) {
      for (const auto& [name, slot] : scope->names) {
        if (Mentions(expression, name)) return nullptr;
      }
    }
    return &key;
  }
  return nullptr;
}

}  // namespace kith::query
