// SPDX-License-Identifier: Apache-2.0
// Everything in an expression that searches the graph becomes a correlated subquery: EXISTS, COUNT
// and COLLECT, patterns as conditions, pattern comprehensions and shortest paths.
#include <fmt/format.h>

#include "query/bind/statement_binder.h"
#include "query/parse/literal.h"

namespace kith::query {

using bound::ExpressionPtr;

std::vector<bound::SlotId> StatementBinder::CloseFrame() {
  std::vector<bound::SlotId> arguments(frames_.back().arguments.begin(),
                                       frames_.back().arguments.end());
  frames_.pop_back();
  return arguments;
}

Result<ExpressionPtr> StatementBinder::BindSubquery(const ast::Subquery& node) {
  KITH_RETURN_IF_ERROR(CheckConstantContext(node.range));
  auto bound = Make<bound::Subquery>(node.range);
  std::string_view name;
  switch (node.subquery) {
    case ast::SubqueryKind::kExists:
      bound->subquery = bound::SubqueryKind::kExists;
      bound->type.types = kBooleanType;
      name = "EXISTS { }";
      break;
    case ast::SubqueryKind::kCount:
      bound->subquery = bound::SubqueryKind::kCount;
      bound->type.types = kIntegerType;
      name = "COUNT { }";
      break;
    case ast::SubqueryKind::kCollect:
      bound->subquery = bound::SubqueryKind::kCollect;
      name = "COLLECT { }";
      break;
  }
  frames_.push_back({static_cast<bound::SlotId>(statement_->slots.size()), {}});
  {
    const Restore<std::string_view> read_only(&read_only_inside_, name);
    const Restore<const Scope*> importable(&importable_, nullptr);
    const Restore<bool> nested(&nested_, false);
    KITH_ASSIGN_OR_RETURN(bound->query, BindQuery(*node.query, scope_));
  }
  bound->arguments = CloseFrame();
  if (node.subquery == ast::SubqueryKind::kCollect) {
    if (bound->query->columns.size() != 1) {
      return SyntaxError(
          "InvalidClauseComposition", node.range,
          fmt::format("COLLECT {{ }} must return exactly one column, but it returns {}",
                      bound->query->columns.size()));
    }
    const bound::SlotId slot = bound->query->parts[0].outputs[0];
    bound->type =
        StaticType::ListOf(bound->query->parts.size() == 1 ? TypeOf(slot).types : kAnyType);
  }
  return ExpressionPtr(std::move(bound));
}

/// MATCH pattern WHERE where, with scope_ being `declared`.
Result<std::unique_ptr<bound::Match>> StatementBinder::BindExpressionPattern(
    const ast::PathPattern& pattern, bool may_declare, Scope* declared,
    const ast::Expression* where) {
  auto match = Make<bound::Match>(pattern.range);
  PatternState state;
  state.pattern = &match->pattern;
  state.conjuncts = &match->conjuncts;
  state.declared = declared;
  state.may_declare = may_declare;
  KITH_RETURN_IF_ERROR(BindMatchPath(pattern, &state));
  if (where != nullptr) KITH_RETURN_IF_ERROR(BindConjuncts(*where, &match->conjuncts));
  return match;
}

Result<ExpressionPtr> StatementBinder::BindPatternPredicate(const ast::PatternPredicate& node) {
  KITH_RETURN_IF_ERROR(CheckConstantContext(node.range));
  auto bound = Make<bound::Subquery>(node.range);
  bound->type.types = kBooleanType;
  frames_.push_back({static_cast<bound::SlotId>(statement_->slots.size()), {}});
  Scope* local = NewScope(scope_, /*local=*/true);
  const Restore<const Scope*> scope(&scope_, local);
  const Restore<bool> aggregates(&aggregates_allowed_, false);
  KITH_ASSIGN_OR_RETURN(std::unique_ptr<bound::Match> match,
                        BindExpressionPattern(node.pattern, /*may_declare=*/false, local, nullptr));
  bound->query = std::make_unique<bound::Query>();
  bound->query->parts.emplace_back().clauses.push_back(std::move(match));
  bound->arguments = CloseFrame();
  return ExpressionPtr(std::move(bound));
}

Result<ExpressionPtr> StatementBinder::BindPatternComprehension(
    const ast::PatternComprehension& node) {
  KITH_RETURN_IF_ERROR(CheckConstantContext(node.range));
  auto bound = Make<bound::Subquery>(node.range);
  bound->subquery = bound::SubqueryKind::kCollect;
  frames_.push_back({static_cast<bound::SlotId>(statement_->slots.size()), {}});
  Scope* local = NewScope(scope_, /*local=*/true);
  const Restore<const Scope*> scope(&scope_, local);
  const Restore<bool> aggregates(&aggregates_allowed_, false);
  KITH_ASSIGN_OR_RETURN(
      std::unique_ptr<bound::Match> match,
      BindExpressionPattern(node.pattern, /*may_declare=*/true, local, node.predicate.get()));
  auto project = Make<bound::Project>(node.range);
  project->is_return = true;
  KITH_ASSIGN_OR_RETURN(ExpressionPtr value, BindExpression(*node.projection));
  bound->type = StaticType::ListOf(value->type.types);
  const bound::SlotId slot = NewSlot("", value->type);
  project->items.push_back({std::move(value), slot});
  project->names.emplace_back();
  FinishExpressionQuery(std::move(match), std::move(project), bound.get());
  return ExpressionPtr(std::move(bound));
}

/// shortestPath(...) is the first path found or null, allShortestPaths(...) the list of paths.
Result<ExpressionPtr> StatementBinder::BindShortestPath(const ast::ShortestPath& node) {
  KITH_RETURN_IF_ERROR(CheckConstantContext(node.range));
  auto bound = Make<bound::Subquery>(node.range);
  const bool all = node.pattern.selector == ast::PathSelector::kAllShortest;
  bound->subquery = all ? bound::SubqueryKind::kCollect : bound::SubqueryKind::kFirst;
  bound->type = all ? StaticType::ListOf(kPathType) : StaticType{kPathType, kAnyType};
  frames_.push_back({static_cast<bound::SlotId>(statement_->slots.size()), {}});
  Scope* local = NewScope(scope_, /*local=*/true);
  const Restore<const Scope*> scope(&scope_, local);
  const Restore<bool> aggregates(&aggregates_allowed_, false);
  KITH_ASSIGN_OR_RETURN(std::unique_ptr<bound::Match> match,
                        BindExpressionPattern(node.pattern, /*may_declare=*/true, local, nullptr));
  bound::PathPattern& path = match->pattern.paths[0];
  if (path.slot == bound::kNoSlot) path.slot = NewSlot("", {kPathType, kAnyType});
  auto project = Make<bound::Project>(node.range);
  project->is_return = true;
  project->items.push_back({MakeSlot(path.slot, node.range), path.slot});
  project->names.emplace_back();
  FinishExpressionQuery(std::move(match), std::move(project), bound.get());
  return ExpressionPtr(std::move(bound));
}

/// The subquery is MATCH and RETURN of one column without a name.
void StatementBinder::FinishExpressionQuery(std::unique_ptr<bound::Match> match,
                                            std::unique_ptr<bound::Project> project,
                                            bound::Subquery* out) {
  out->query = std::make_unique<bound::Query>();
  out->query->has_return = true;
  out->query->columns = project->names;
  bound::SingleQuery& part = out->query->parts.emplace_back();
  part.outputs.push_back(project->items[0].slot);
  part.clauses.push_back(std::move(match));
  part.clauses.push_back(std::move(project));
  out->arguments = CloseFrame();
}

}  // namespace kith::query
