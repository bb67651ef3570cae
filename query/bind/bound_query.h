// SPDX-License-Identifier: Apache-2.0
// A query after binding: what the planner works on. Scopes are checked, each variable is a slot,
// MATCH patterns are graphs, predicates are lists of conjuncts, and projections have their
// aggregates apart.
//
// Labels, relationship types and property names are text still: which ids they have, if any, is a
// matter of the snapshot that the plan is made for.
//
// Thread safety: plain data; immutable once bound.
#pragma once

#include <optional>

#include "query/bind/bound_expression.h"

namespace kith::query {

struct AggregateFunction;
class Procedure;

namespace bound {

// ---- Patterns

/// Properties as CREATE and MERGE write them: entries, or one expression that gives a map.
struct PropertyMap {
  std::vector<MapEntry> entries;
  ExpressionPtr map;  ///< $parameter in place of {...}; null otherwise
  bool IsEmpty() const { return entries.empty() && map == nullptr; }
};

struct NodePattern {
  SlotId slot = kNoSlot;  ///< Always set: nodes without a name have an unnamed slot.
  bool bound = false;     ///< Has a value before the clause; else the clause gives it one.
  LabelExpressionPtr
      labels;  ///< Of all mentions of the node in the clause, joined by AND; may be null.
  PropertyMap properties;  ///< CREATE and MERGE only; MATCH has conjuncts instead.
  SourceRange range;
};

enum class Direction : uint8_t { kOutgoing, kIncoming, kBoth };

/// The lengths a variable-length relationship may have. `maximum` missing: no limit.
struct PathLength {
  uint64_t minimum = 1;
  std::optional<uint64_t> maximum;
};

struct RelationshipPattern {
  SlotId slot = kNoSlot;  ///< Always set. With a length, it holds the list of relationships.
  bool bound =
      false;  ///< Has a value before the clause: match just that (with a length: that list).
  uint32_t left = 0;  ///< Index in Pattern::nodes; as written from left to right.
  uint32_t right = 0;
  Direction direction = Direction::kBoth;  ///< kOutgoing: left is the start.
  LabelExpressionPtr types;                ///< may be null: any
  std::optional<PathLength> length;
  /// CREATE and MERGE; in MATCH only with a length: each relationship must have these properties.
  PropertyMap properties;
  /// MATCH with a length and WHERE inside: the predicate over one relationship in `element_slot`.
  SlotId element_slot = kNoSlot;
  ExpressionPtr element_predicate;
  SourceRange range;
};

using ast::PathSelector;

/// One path as written: nodes.size() == relationships.size() + 1, both indexes into the Pattern.
struct PathPattern {
  SlotId slot = kNoSlot;  ///< kNoSlot when the path has no name.
  /// Not kNone: exactly one relationship, which has a length; one path or all paths of least
  /// length.
  PathSelector selector = PathSelector::kNone;
  std::vector<uint32_t> nodes;
  std::vector<uint32_t> relationships;
  SourceRange range;
};

/// All patterns of one clause as one graph: a variable that occurs twice is one node. Within it no
/// relationship is matched twice (relationship uniqueness).
struct Pattern {
  std::vector<NodePattern> nodes;
  std::vector<RelationshipPattern> relationships;
  std::vector<PathPattern> paths;  ///< In the order as written, single nodes too.
};

// ---- Clauses

enum class ClauseKind : uint8_t {
  kMatch,
  kUnwind,
  kProject,  ///< WITH and RETURN
  kCreate,
  kMerge,
  kSet,  ///< SET and REMOVE
  kDelete,
  kForeach,
  kCallProcedure,
  kCallSubquery,
};

struct Clause {
  Clause(ClauseKind k, SourceRange r) : kind(k), range(r) {}
  virtual ~Clause() = default;
  Clause(const Clause&) = delete;
  Clause& operator=(const Clause&) = delete;
  const ClauseKind kind;
  SourceRange range;
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

/// SEARCH: of all matches of the pattern for which the conjuncts hold, those whose `slot` is one of
/// the `limit` entities with the vectors nearest to `vector`.
struct VectorSearch {
  SourceRange range;
  SlotId slot = kNoSlot;  ///< A node or relationship that the pattern introduces.
  bool relationship = false;
  std::string index;
  SourceRange index_range;
  ExpressionPtr vector;    ///< Reads slots from before the clause.
  ExpressionPtr limit;     ///< Reads no slot.
  SlotId score = kNoSlot;  ///< kNoSlot without SCORE AS.
  /// WHERE beside the SEARCH: conditions on what it has found.
  std::vector<ExpressionPtr> found_conjuncts;
};

struct Match : ClauseOf<ClauseKind::kMatch> {
  using ClauseOf::ClauseOf;
  bool optional = false;  ///< No match: one row with null in all new slots.
  Pattern pattern;
  /// WHERE (with a search the one inside it), property maps of the pattern and WHERE inside it,
  /// split at AND; all must be true. A property map {key: value} is the comparison
  /// Property(Slot(n), key) = value.
  std::vector<ExpressionPtr> conjuncts;
  std::optional<VectorSearch> search;
};

struct Unwind : ClauseOf<ClauseKind::kUnwind> {
  using ClauseOf::ClauseOf;
  ExpressionPtr list;
  SlotId slot = kNoSlot;
};

/// An expression whose value goes to a slot.
struct Assignment {
  ExpressionPtr expression;
  SlotId slot = kNoSlot;
};

struct Aggregate {
  const AggregateFunction* function =
      nullptr;  ///< Borrowed; count(*) is "count" without arguments.
  bool distinct = false;
  std::vector<ExpressionPtr> arguments;  ///< Over the slots before the projection.
  SlotId slot = kNoSlot;
  SourceRange range;
};

struct SortKey {
  ExpressionPtr expression;
  bool descending = false;
};

/// WITH and RETURN, in this order:
///   1. When `aggregating`: group the rows by `group_keys`; for each group compute `aggregates`.
///   Without
///      keys there is one group even when there are no rows. From here on only the slots of keys
///      and aggregates exist.
///   2. Compute `items`, whose expressions read the slots of step 1 or, without it, of the row. An
///   item
///      that keeps a variable has Slot(s) with its own slot s.
///   3. `distinct` over the item slots.
///   4. Sort by `order_by`, which reads item slots, and unless `distinct` also what step 2 could
///   read.
///   5. `skip`, `limit`: constants, parameters or functions of them; no slots.
///   6. `conjuncts` (WITH ... WHERE), which read what `order_by` reads. Then only item slots go on.
struct Project : ClauseOf<ClauseKind::kProject> {
  using ClauseOf::ClauseOf;
  bool is_return = false;
  bool aggregating = false;
  std::vector<Assignment> group_keys;
  std::vector<Aggregate> aggregates;
  std::vector<Assignment> items;
  std::vector<std::string> names;  ///< Of the items.
  bool distinct = false;
  std::vector<SortKey> order_by;
  ExpressionPtr skip;   ///< may be null
  ExpressionPtr limit;  ///< may be null
  std::vector<ExpressionPtr> conjuncts;
};

/// One or more CREATE clauses in a row. Creates, path by path from left to right, all nodes that
/// are not bound and then all relationships. Labels are a name or an AND of names; each
/// relationship has exactly one type and a direction.
struct Create : ClauseOf<ClauseKind::kCreate> {
  using ClauseOf::ClauseOf;
  Pattern pattern;
};

enum class SetKind : uint8_t {
  kProperty,         ///< target.key = value
  kDynamicProperty,  ///< target[key_value] = value
  kReplaceAll,       ///< target = map, node or relationship
  kMergeAll,         ///< target += map, node or relationship
  kAddLabels,
  kRemoveProperty,         ///< REMOVE target.key
  kRemoveDynamicProperty,  ///< REMOVE target[key_value]
  kRemoveLabels,
};

struct SetItem {
  SetKind kind = SetKind::kProperty;
  SourceRange range;
  ExpressionPtr target;             ///< A node or relationship, or null: then nothing happens.
  std::string key;                  ///< kProperty, kRemoveProperty
  ExpressionPtr key_value;          ///< kDynamicProperty, kRemoveDynamicProperty
  std::vector<std::string> labels;  ///< kAddLabels, kRemoveLabels
  ExpressionPtr value;              ///< kProperty, kDynamicProperty, kReplaceAll, kMergeAll
};

/// One path. Directions may be kBoth: match either, create from left to right.
struct Merge : ClauseOf<ClauseKind::kMerge> {
  using ClauseOf::ClauseOf;
  Pattern pattern;
  std::vector<SetItem> on_create;
  std::vector<SetItem> on_match;
};

struct Set : ClauseOf<ClauseKind::kSet> {
  using ClauseOf::ClauseOf;
  std::vector<SetItem> items;
};

struct Delete : ClauseOf<ClauseKind::kDelete> {
  using ClauseOf::ClauseOf;
  bool detach = false;
  std::vector<ExpressionPtr> expressions;  ///< Nodes, relationships, paths or null.
};

/// Runs its updating clauses for each element, without changing the row.
struct Foreach : ClauseOf<ClauseKind::kForeach> {
  using ClauseOf::ClauseOf;
  SlotId slot = kNoSlot;
  ExpressionPtr list;
  std::vector<ClausePtr> clauses;
};

struct YieldColumn {
  uint32_t output = 0;  ///< Index in the procedure's outputs.
  SlotId slot = kNoSlot;
};

/// One row for each row of the procedure; a procedure without outputs keeps each input row as it
/// is.
struct CallProcedure : ClauseOf<ClauseKind::kCallProcedure> {
  using ClauseOf::ClauseOf;
  const Procedure* procedure = nullptr;  ///< Borrowed from the registry.
  bool optional = false;
  std::vector<ExpressionPtr> arguments;  ///< One for each input; defaults are filled in.
  std::vector<YieldColumn> yields;
  std::vector<ExpressionPtr> conjuncts;
};

/// For each row: runs the query, which reads `arguments`, and joins its rows to the row. A query
/// without RETURN keeps each row once. `outputs[i]` receives column i.
struct CallSubquery : ClauseOf<ClauseKind::kCallSubquery> {
  explicit CallSubquery(SourceRange r);
  ~CallSubquery() override;
  bool optional = false;
  std::unique_ptr<Query> query;
  std::vector<SlotId> arguments;
  std::vector<SlotId> outputs;
};

// ---- Queries

/// Clauses in order. Ends with a Project that is_return, or returns nothing.
struct SingleQuery {
  std::vector<ClausePtr> clauses;
  std::vector<SlotId> outputs;  ///< Slots of Query::columns.
};

/// One or more single queries joined by UNION; their columns have the same names in the same order.
struct Query {
  std::vector<SingleQuery> parts;
  bool union_all = true;  ///< false: UNION removes duplicates of the whole result.
  std::vector<std::string> columns;
  bool has_return = false;
  bool updates = false;  ///< Writes somewhere, subqueries included.
};

struct SlotInfo {
  std::string name;  ///< Empty for unnamed nodes and relationships, keys and aggregates.
  StaticType type;
  /// Belongs to an expression (comprehension, reduce...), never to a row.
  bool local = false;
};

}  // namespace bound
}  // namespace kith::query
