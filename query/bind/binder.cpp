// SPDX-License-Identifier: Apache-2.0
// Statements, queries and names.
#include "query/bind/binder.h"

#include <fmt/format.h>

#include <algorithm>

#include "query/bind/statement_binder.h"
#include "query/parse/ast_children.h"
#include "query/parse/literal.h"
#include "query/parse/spelling.h"
#include "query/procedure.h"

namespace kith::query {
namespace {

bool IsUpdating(ast::ClauseKind kind) {
  switch (kind) {
    case ast::ClauseKind::kCreate:
    case ast::ClauseKind::kMerge:
    case ast::ClauseKind::kSet:
    case ast::ClauseKind::kRemove:
    case ast::ClauseKind::kDelete:
    case ast::ClauseKind::kForeach: return true;
    default: return false;
  }
}

bool ReadsGraph(const ast::Expression& expression) {
  std::vector<const ast::Expression*> open{&expression};
  while (!open.empty()) {
    const ast::Expression* at = open.back();
    open.pop_back();
    switch (at->kind) {
      case ast::ExpressionKind::kSubquery:
      case ast::ExpressionKind::kPatternComprehension:
      case ast::ExpressionKind::kPatternPredicate:
      case ast::ExpressionKind::kShortestPath: return true;
      default: ast::AppendChildren(*at, &open);
    }
  }
  return false;
}

/// Whether a property of the clause searches the graph: then it must see what the clause before
/// created for all rows, so the two cannot be one.
bool ReadsGraph(const ast::Create& create) {
  const auto reads = [](const auto& element) {
    return element.properties != nullptr && ReadsGraph(*element.properties);
  };
  return std::any_of(create.patterns.begin(), create.patterns.end(), [&](const auto& path) {
    return std::any_of(path.nodes.begin(), path.nodes.end(), reads) ||
           std::any_of(path.relationships.begin(), path.relationships.end(), reads);
  });
}

}  // namespace

Result<std::unique_ptr<BoundStatement>> Bind(std::unique_ptr<ast::Statement> syntax,
                                             const BindOptions& options) {
  auto statement = std::make_unique<BoundStatement>();
  statement->syntax = std::move(syntax);
  KITH_RETURN_IF_ERROR(StatementBinder(statement.get(), options).Run());
  if (options.parameters != nullptr) {
    KITH_RETURN_IF_ERROR(CheckParameters(*statement, *options.parameters));
  }
  return statement;
}

Status CheckParameters(const BoundStatement& statement, const kith::Map& parameters) {
  for (const BoundParameter& parameter : statement.parameters) {
    const bool given = std::any_of(parameters.begin(), parameters.end(), [&](const auto& entry) {
      return entry.first == parameter.name;
    });
    if (given) continue;
    return Status(
               StatusCode::kParameterMissing,
               fmt::format("the parameter ${} is not given; pass a value for it, which may be null",
                           parameter.name))
        .WithDetail("MissingParameter")
        .WithPhase(ErrorPhase::kCompileTime)
        .WithPosition(parameter.range);
  }
  return Status::Ok();
}

StatementBinder::StatementBinder(BoundStatement* statement, const BindOptions& options)
    : statement_(statement), options_(options), identity_(statement->syntax->text) {}

Status StatementBinder::Run() {
  const ast::Statement& syntax = *statement_->syntax;
  if (syntax.kind == ast::StatementKind::kShow) return BindShow();
  if (syntax.kind != ast::StatementKind::kQuery) return Status::Ok();
  if (const ast::CallProcedure* call = StandaloneCall(*syntax.query)) {
    statement_->query = std::make_unique<bound::Query>();
    statement_->standalone_call = true;
    statement_->implicit_arguments = call->implicit_arguments;
    return BindStandaloneCall(*call, statement_->query.get());
  }
  KITH_ASSIGN_OR_RETURN(statement_->query, BindQuery(*syntax.query, nullptr));
  return Status::Ok();
}

const ast::CallProcedure* StatementBinder::StandaloneCall(const ast::Query& query) {
  if (query.parts.size() != 1 || query.parts[0].clauses.size() != 1) return nullptr;
  const ast::Clause& clause = *query.parts[0].clauses[0];
  if (clause.kind != ast::ClauseKind::kCallProcedure) return nullptr;
  return &ast::As<ast::CallProcedure>(clause);
}

Result<std::unique_ptr<bound::Query>> StatementBinder::BindQuery(const ast::Query& query,
                                                                 const Scope* outer) {
  KITH_RETURN_IF_ERROR(CheckUnion(query));
  const Restore<bool> updates(&updates_, false);
  auto bound = std::make_unique<bound::Query>();
  bound->union_all = query.union_all.empty() || query.union_all[0];
  const Scope* importable = importable_;
  for (size_t part = 0; part < query.parts.size(); ++part) {
    const Restore<const Scope*> imports(&importable_, importable);
    KITH_RETURN_IF_ERROR(BindSingleQuery(query.parts[part], outer, bound.get()));
    KITH_RETURN_IF_ERROR(CheckColumns(query, *bound, part));
  }
  bound->updates = updates_;
  return bound;
}

Status StatementBinder::CheckUnion(const ast::Query& query) const {
  for (size_t i = 1; i < query.union_all.size(); ++i) {
    if (query.union_all[i] != query.union_all[0]) {
      return SyntaxError("InvalidClauseComposition", query.union_keywords[i],
                         "UNION and UNION ALL cannot be mixed in one query; put one of them into "
                         "CALL { }");
    }
  }
  return Status::Ok();
}

/// Called after `part` was bound; the first part has set the columns.
Status StatementBinder::CheckColumns(const ast::Query& query, const bound::Query& bound,
                                     size_t part) const {
  if (part == 0) return Status::Ok();
  const auto columns_of = [](const bound::SingleQuery& single) -> const std::vector<std::string>* {
    if (single.clauses.empty()) return nullptr;
    const bound::Clause& last = *single.clauses.back();
    if (last.kind != bound::ClauseKind::kProject) return nullptr;
    const auto& project = bound::As<bound::Project>(last);
    return project.is_return ? &project.names : nullptr;
  };
  const auto* first = columns_of(bound.parts[0]);
  const auto* here = columns_of(bound.parts[part]);
  if (first == nullptr && here == nullptr) return Status::Ok();
  if (first != nullptr && here != nullptr && *first == *here) return Status::Ok();
  return SyntaxError(
      "DifferentColumnsInUnion", query.union_keywords[part - 1],
      fmt::format("all parts of a UNION must return the same columns in the same order: "
                  "the first returns {}, this one {}",
                  first ? fmt::format("({})", fmt::join(*first, ", ")) : "nothing",
                  here ? fmt::format("({})", fmt::join(*here, ", ")) : "nothing"));
}

Status StatementBinder::BindSingleQuery(const ast::SingleQuery& query, const Scope* outer,
                                        bound::Query* out) {
  KITH_RETURN_IF_ERROR(CheckComposition(query));
  const Restore<Scope*> row(&row_, NewScope(outer));
  const Restore<const Scope*> scope(&scope_, row_);
  const Restore<Grouping*> grouping(&grouping_, nullptr);
  const Restore<bool> aggregates(&aggregates_allowed_, false);
  const Restore<bool> in_aggregate(&in_aggregate_, false);
  const Scope* importable = importable_;
  importable_ = nullptr;
  bound::SingleQuery part;
  std::span<const ast::ClausePtr> clauses = query.clauses;
  if (importable != nullptr && clauses[0]->kind == ast::ClauseKind::kWith &&
      IsImportingWith(ast::As<ast::With>(*clauses[0]))) {
    KITH_RETURN_IF_ERROR(BindImportingWith(ast::As<ast::With>(*clauses[0]), *importable));
    clauses = clauses.subspan(1);
  }
  KITH_RETURN_IF_ERROR(BindClauses(clauses, &part.clauses));
  if (query.clauses.back()->kind == ast::ClauseKind::kReturn) {
    const auto& project = bound::As<bound::Project>(*part.clauses.back());
    for (const bound::Assignment& item : project.items) part.outputs.push_back(item.slot);
    if (out->parts.empty()) out->columns = project.names;
    out->has_return = true;
  }
  out->parts.push_back(std::move(part));
  return Status::Ok();
}

/// RETURN only at the end; at the end nothing that only reads, except in a subquery expression.
Status StatementBinder::CheckComposition(const ast::SingleQuery& query) const {
  for (size_t i = 0; i + 1 < query.clauses.size(); ++i) {
    if (query.clauses[i]->kind == ast::ClauseKind::kReturn) {
      return SyntaxError("InvalidClauseComposition", query.clauses[i + 1]->keyword,
                         "nothing may follow RETURN but UNION; use WITH to go on with a query");
    }
  }
  const ast::Clause& last = *query.clauses.back();
  const bool reads = last.kind == ast::ClauseKind::kMatch ||
                     last.kind == ast::ClauseKind::kUnwind || last.kind == ast::ClauseKind::kWith;
  if (!reads || !read_only_inside_.empty()) return Status::Ok();
  return SyntaxError("InvalidClauseComposition", last.keyword,
                     fmt::format("a query cannot end with {}; add RETURN or an updating clause",
                                 Text(last.keyword)));
}

Status StatementBinder::BindClauses(std::span<const ast::ClausePtr> clauses,
                                    std::vector<bound::ClausePtr>* out) {
  bound::Create* creating = nullptr;
  PatternState state;
  for (const ast::ClausePtr& clause : clauses) {
    if (clause->kind != ast::ClauseKind::kCreate) {
      creating = nullptr;
      KITH_ASSIGN_OR_RETURN(bound::ClausePtr bound, BindClause(*clause));
      out->push_back(std::move(bound));
      continue;
    }
    KITH_RETURN_IF_ERROR(CheckUpdateAllowed(*clause));
    const auto& create = ast::As<ast::Create>(*clause);
    if (creating == nullptr || ReadsGraph(create)) {
      KITH_RETURN_IF_ERROR(CountPlanned(clause->keyword));
      auto bound = Make<bound::Create>(clause->range);
      creating = bound.get();
      state = {};
      state.mode = PatternMode::kCreate;
      state.pattern = &creating->pattern;
      out->push_back(std::move(bound));
    }
    creating->range.end = clause->range.end;
    KITH_RETURN_IF_ERROR(BindPatterns(create.patterns, &state));
  }
  return Status::Ok();
}

Status StatementBinder::CountPlanned(SourceRange range) {
  if (++planned_ <= kMaxPlanned) return Status::Ok();
  return SyntaxError(
      "UnexpectedSyntax", range,
      fmt::format("the statement is too long: it has more than {} clauses, nodes and "
                  "relationships (not counting CREATE). Split it into several "
                  "statements, or UNWIND a list",
                  kMaxPlanned));
}

Result<bound::ClausePtr> StatementBinder::BindClause(const ast::Clause& clause) {
  KITH_RETURN_IF_ERROR(CountPlanned(clause.keyword));
  if (IsUpdating(clause.kind)) KITH_RETURN_IF_ERROR(CheckUpdateAllowed(clause));
  switch (clause.kind) {
    case ast::ClauseKind::kMatch: return BindMatch(ast::As<ast::Match>(clause));
    case ast::ClauseKind::kUnwind: return BindUnwind(ast::As<ast::Unwind>(clause));
    case ast::ClauseKind::kWith: {
      const auto& with = ast::As<ast::With>(clause);
      return BindProjection(with.projection, false, with.where.get(), clause.range);
    }
    case ast::ClauseKind::kReturn:
      return BindProjection(ast::As<ast::Return>(clause).projection, true, nullptr, clause.range);
    case ast::ClauseKind::kCreate: break;  // by BindClauses
    case ast::ClauseKind::kMerge: return BindMerge(ast::As<ast::Merge>(clause));
    case ast::ClauseKind::kSet: return BindSet(ast::As<ast::Set>(clause));
    case ast::ClauseKind::kRemove: return BindRemove(ast::As<ast::Remove>(clause));
    case ast::ClauseKind::kDelete: return BindDelete(ast::As<ast::Delete>(clause));
    case ast::ClauseKind::kForeach: return BindForeach(ast::As<ast::Foreach>(clause));
    case ast::ClauseKind::kCallProcedure:
      return BindCallProcedure(ast::As<ast::CallProcedure>(clause), /*standalone=*/false);
    case ast::ClauseKind::kCallSubquery:
      return BindCallSubquery(ast::As<ast::CallSubquery>(clause));
  }
  return Status(StatusCode::kInternal, "unknown kind of clause");
}

Status StatementBinder::CheckUpdateAllowed(const ast::Clause& clause) {
  updates_ = true;
  if (read_only_inside_.empty()) return Status::Ok();
  return SyntaxError("InvalidClauseComposition", clause.keyword,
                     fmt::format("{} cannot change the graph; move {} out of it", read_only_inside_,
                                 Text(clause.keyword)));
}

Scope* StatementBinder::NewScope(const Scope* outer, bool local) {
  Scope& scope = scopes_.emplace_back();
  scope.outer = outer;
  scope.local = local;
  return &scope;
}

bound::SlotId StatementBinder::NewSlot(std::string name, StaticType type, bool local) {
  statement_->slots.push_back({std::move(name), type, local});
  return static_cast<bound::SlotId>(statement_->slots.size() - 1);
}

Result<bound::SlotId> StatementBinder::Lookup(const std::string& name, SourceRange range,
                                              bool* local) {
  for (const Scope* scope = scope_; scope != nullptr; scope = scope->outer) {
    if (const bound::SlotId* slot = scope->Find(name)) {
      const bool unmatched = std::any_of(unmatched_.begin(), unmatched_.end(),
                                         [&](const SlotRange& r) { return r.Contains(*slot); });
      if (unmatched) return UnmatchedVariable(name, range);
      if (local != nullptr) *local = scope->local;
      NoteUse(*slot);
      return *slot;
    }
    if (scope->hidden != nullptr && scope->hidden->Find(name) != nullptr) {
      return HiddenVariable(name, range);
    }
  }
  return bound::kNoSlot;
}

void StatementBinder::NoteUse(bound::SlotId slot) {
  for (Frame& frame : frames_) {
    if (slot < frame.first_slot) frame.arguments.insert(slot);
  }
}

Status StatementBinder::UnmatchedVariable(const std::string& name, SourceRange range) {
  return SyntaxError(
      "UndefinedVariable", range,
      fmt::format("FOR is computed before the pattern is matched, so it cannot read '{}'; match "
                  "what it reads in a MATCH of its own before this one",
                  name));
}

Status StatementBinder::HiddenVariable(const std::string& name, SourceRange range) const {
  bool ambiguous = grouping_ != nullptr && grouping_->hidden_is_ambiguous;
  if (grouping_ != nullptr && grouping_->mentioned_is_ambiguous) {
    ambiguous = std::any_of(grouping_->keys.begin(), grouping_->keys.end(),
                            [&](const auto& key) { return Mentions(*key.expression, name); });
  }
  if (ambiguous) {
    return SyntaxError(
        "AmbiguousAggregationExpression", range,
        fmt::format("'{}' is used beside an aggregate but is not a grouping key; return "
                    "it, or its property, as a column of its own (or compute it in an "
                    "earlier WITH)",
                    name));
  }
  return SyntaxError(
      "UndefinedVariable", range,
      fmt::format("the variable '{}' cannot be used after aggregation or DISTINCT; make "
                  "it a column",
                  name));
}

Status StatementBinder::UndefinedVariable(const std::string& name, SourceRange range) const {
  std::string hint;
  if (scope_ != nullptr) {
    const std::string_view nearest = NearestSpelling(name, scope_->VisibleNames());
    if (!nearest.empty()) hint = fmt::format(" (did you mean '{}'?)", nearest);
  }
  return SyntaxError("UndefinedVariable", range,
                     fmt::format("the variable '{}' is not defined{}", name, hint));
}

Result<bound::SlotId> StatementBinder::DeclareRowVariable(const ast::Name& name, StaticType type) {
  KITH_ASSIGN_OR_RETURN(const bound::SlotId found, Lookup(name.text, name.range));
  if (found != bound::kNoSlot) {
    return SyntaxError(
        "VariableAlreadyBound", name.range,
        fmt::format("the variable '{}' is defined already; choose another name", name.text));
  }
  const bound::SlotId slot = NewSlot(name.text, type);
  row_->names.emplace(name.text, slot);
  return slot;
}

bound::ExpressionPtr StatementBinder::MakeSlot(bound::SlotId slot, SourceRange range) {
  auto node = Make<bound::Slot>(range);
  node->slot = slot;
  node->type = TypeOf(slot);
  return node;
}

void StatementBinder::AddReturn(bound::SingleQuery* part, bound::Query* query,
                                std::vector<std::pair<std::string, bound::SlotId>> columns) {
  auto project = Make<bound::Project>(statement_->syntax->range);
  project->is_return = true;
  for (auto& [name, slot] : columns) {
    project->items.push_back({MakeSlot(slot, project->range), slot});
    project->names.push_back(name);
    part->outputs.push_back(slot);
    query->columns.push_back(std::move(name));
  }
  query->has_return = true;
  part->clauses.push_back(std::move(project));
}

}  // namespace kith::query
