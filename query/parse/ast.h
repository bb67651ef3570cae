// SPDX-License-Identifier: Apache-2.0
// The syntax tree of a statement: clauses, queries, schema commands and session commands. See
// ast_expression.h for expressions and patterns, and for the rules that hold for all nodes.
//
// Thread safety: plain data; a tree that is no longer changed may be read from several threads.
#pragma once

#include "query/parse/ast_expression.h"

namespace kith::query::ast {

enum class ClauseKind : uint8_t {
  kMatch,
  kUnwind,
  kWith,
  kReturn,
  kCreate,
  kMerge,
  kSet,
  kRemove,
  kDelete,
  kCallProcedure,
  kCallSubquery,
  kForeach,
};

struct Clause {
  Clause(ClauseKind k, SourceRange r) : kind(k), range(r) {}
  virtual ~Clause() = default;
  Clause(const Clause&) = delete;
  Clause& operator=(const Clause&) = delete;

  const ClauseKind kind;
  SourceRange range;
  SourceRange keyword;  ///< Its first keyword, for errors that speak of the clause.
};

using ClausePtr = std::unique_ptr<Clause>;

template <typename T>
const T& As(const Clause& clause) {
  assert(clause.kind == T::kKind);
  return static_cast<const T&>(clause);
}

template <ClauseKind K>
struct ClauseOf : Clause {
  static constexpr ClauseKind kKind = K;
  explicit ClauseOf(SourceRange r) : Clause(K, r) {}
};

/// SEARCH variable IN (VECTOR INDEX index FOR vector WHERE predicate LIMIT limit) SCORE AS score
struct VectorSearch {
  SourceRange range;
  Name variable;
  Name index;
  ExpressionPtr vector;
  ExpressionPtr where;  ///< may be null
  ExpressionPtr limit;
  Name score;  ///< may be empty
};

/// [OPTIONAL] MATCH pattern, pattern SEARCH ... WHERE predicate; WHERE may also come first.
struct Match : ClauseOf<ClauseKind::kMatch> {
  using ClauseOf::ClauseOf;
  bool optional = false;
  std::vector<PathPattern> patterns;
  std::optional<VectorSearch> search;
  ExpressionPtr where;  ///< may be null
};

struct Unwind : ClauseOf<ClauseKind::kUnwind> {
  using ClauseOf::ClauseOf;
  ExpressionPtr list;
  Name variable;
};

struct ProjectionItem {
  ExpressionPtr expression;
  Name alias;              ///< Empty without AS; the column is then named by `text`.
  SourceRange text_range;  ///< The exact source text of the expression, parentheses included.
};

struct SortItem {
  ExpressionPtr expression;
  bool descending = false;
};

/// The body of WITH and RETURN.
struct Projection {
  bool distinct = false;
  bool star = false;  ///< * comes first, then the items
  std::vector<ProjectionItem> items;
  std::vector<SortItem> order_by;
  ExpressionPtr skip;   ///< may be null
  ExpressionPtr limit;  ///< may be null
};

struct With : ClauseOf<ClauseKind::kWith> {
  using ClauseOf::ClauseOf;
  Projection projection;
  ExpressionPtr where;  ///< may be null
};

struct Return : ClauseOf<ClauseKind::kReturn> {
  using ClauseOf::ClauseOf;
  Projection projection;
};

struct Create : ClauseOf<ClauseKind::kCreate> {
  using ClauseOf::ClauseOf;
  std::vector<PathPattern> patterns;
};

enum class SetItemKind : uint8_t {
  kProperty,        ///< target.key = value
  kReplaceAll,      ///< variable = map
  kMergeAll,        ///< variable += map
  kLabels,          ///< variable:A:B
  kDynamicProperty  ///< target[key] = value
};

struct SetItem {
  SetItemKind kind = SetItemKind::kProperty;
  SourceRange range;
  ExpressionPtr target;      ///< The entity: a Variable, or any expression before the last `.key`.
  Name key;                  ///< kProperty only
  ExpressionPtr key_value;   ///< kDynamicProperty only
  std::vector<Name> labels;  ///< kLabels only
  ExpressionPtr value;       ///< all but kLabels
};

struct Merge : ClauseOf<ClauseKind::kMerge> {
  using ClauseOf::ClauseOf;
  PathPattern pattern;
  std::vector<SetItem> on_create;
  std::vector<SetItem> on_match;
};

struct Set : ClauseOf<ClauseKind::kSet> {
  using ClauseOf::ClauseOf;
  std::vector<SetItem> items;
};

/// REMOVE n.key, n[key], n:A:B: SetItems of kind kProperty, kDynamicProperty or kLabels, without
/// value.
struct Remove : ClauseOf<ClauseKind::kRemove> {
  using ClauseOf::ClauseOf;
  std::vector<SetItem> items;
};

struct Delete : ClauseOf<ClauseKind::kDelete> {
  using ClauseOf::ClauseOf;
  bool detach = false;
  std::vector<ExpressionPtr> expressions;
};

struct YieldItem {
  Name field;
  Name alias;  ///< may be empty
};

/// What LOAD CSV [WITH HEADERS] FROM url AS variable [FIELDTERMINATOR text] calls: a procedure of
/// the url, whether there are headers, and the text; it yields `row`.
inline constexpr const char* kLoadCsvProcedure = "db.loadCsv";

/// CALL name(arguments) YIELD items WHERE predicate
struct CallProcedure : ClauseOf<ClauseKind::kCallProcedure> {
  using ClauseOf::ClauseOf;
  Name name;  ///< With dots.
  bool optional = false;
  bool implicit_arguments =
      false;  ///< Written without parentheses: arguments come from parameters.
  std::vector<ExpressionPtr> arguments;
  bool has_yield = false;
  bool yield_star = false;
  std::vector<YieldItem> yields;
  ExpressionPtr where;  ///< may be null
};

/// CALL { query } and CALL (a, b) { query }
struct CallSubquery : ClauseOf<ClauseKind::kCallSubquery> {
  explicit CallSubquery(SourceRange r);
  ~CallSubquery() override;
  bool optional = false;
  bool has_import_list = false;  ///< CALL (...) { }
  bool import_all = false;       ///< CALL (*) { }
  std::vector<Name> imports;
  std::unique_ptr<Query> query;
};

/// FOREACH (variable IN list | updating clauses)
struct Foreach : ClauseOf<ClauseKind::kForeach> {
  using ClauseOf::ClauseOf;
  Name variable;
  ExpressionPtr list;
  std::vector<ClausePtr> clauses;
};

/// Clauses in order, up to a UNION.
struct SingleQuery {
  SourceRange range;
  std::vector<ClausePtr> clauses;
};

/// One or more single queries. union_all.size() == parts.size() - 1: UNION ALL rather than UNION.
struct Query {
  SourceRange range;
  std::vector<SingleQuery> parts;
  std::vector<bool> union_all;
  std::vector<SourceRange> union_keywords;
};

// ---- Schema commands

enum class EntityKind : uint8_t { kNode, kRelationship };

enum class IndexType : uint8_t { kRange, kText, kPoint, kLookup, kFullText, kVector };

/// Options of an index, a Map literal or null.
struct CreateIndex {
  IndexType type = IndexType::kRange;
  Name name;  ///< may be empty: the name is made up
  bool if_not_exists = false;
  EntityKind entity = EntityKind::kNode;
  std::vector<Name> labels;      ///< One, or for full text one or more (A|B).
  std::vector<Name> properties;  ///< One or more.
  ExpressionPtr options;         ///< a Map; may be null
};

struct DropSchema {
  Name name;
  bool if_exists = false;
};

enum class ConstraintType : uint8_t { kUnique, kKey, kNotNull, kPropertyType };

struct CreateConstraint {
  ConstraintType type = ConstraintType::kUnique;
  Name name;  ///< may be empty
  bool if_not_exists = false;
  EntityKind entity = EntityKind::kNode;
  Name label;
  std::vector<Name> properties;
  std::string property_type;  ///< kPropertyType only: the type's words, as written
  ExpressionPtr options;      ///< a Map; may be null
};

/// SHOW INDEXES | CONSTRAINTS | FUNCTIONS | PROCEDURES [YIELD items] [ORDER BY ... SKIP ... LIMIT
/// ...] [WHERE predicate] [RETURN ...]; ORDER BY and what follows it may come behind WHERE, too.
enum class ShowKind : uint8_t { kIndexes, kConstraints, kFunctions, kProcedures };

struct Show {
  ShowKind what = ShowKind::kIndexes;
  std::optional<IndexType> index_type;            ///< SHOW VECTOR INDEXES
  std::optional<ConstraintType> constraint_type;  ///< SHOW UNIQUE CONSTRAINTS
  bool yield_star = false;
  std::vector<YieldItem> yields;
  ExpressionPtr where;                    ///< may be null; on what is yielded
  std::unique_ptr<Return> return_clause;  ///< may be null
  std::unique_ptr<With> ordered;          ///< may be null; with a WHERE that came behind ORDER BY
};

enum class SessionCommand : uint8_t { kBegin, kBeginSerializable, kCommit, kRollback };

enum class StatementKind : uint8_t {
  kQuery,
  kCreateIndex,
  kDropIndex,
  kCreateConstraint,
  kDropConstraint,
  kShow,
  kSession,
};

enum class ExecutionMode : uint8_t { kRun, kExplain, kProfile };

/// One statement. Exactly the member that `kind` names is set.
struct Statement {
  StatementKind kind = StatementKind::kQuery;
  ExecutionMode mode = ExecutionMode::kRun;
  std::string text;   ///< The source; every range points into it.
  SourceRange range;  ///< Without blanks and comments around it.

  std::unique_ptr<Query> query;
  std::unique_ptr<CreateIndex> create_index;
  std::unique_ptr<DropSchema> drop;  ///< kDropIndex and kDropConstraint
  std::unique_ptr<CreateConstraint> create_constraint;
  std::unique_ptr<Show> show;
  SessionCommand session = SessionCommand::kBegin;

  /// The source text of a range of this statement.
  std::string_view TextOf(SourceRange r) const {
    return std::string_view(text).substr(r.begin, r.end - r.begin);
  }
};

}  // namespace kith::query::ast
