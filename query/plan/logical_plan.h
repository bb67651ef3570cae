// SPDX-License-Identifier: Apache-2.0
// The logical plan: a tree of what to do, with estimates. It borrows expressions from the bound
// statement; those that the planner makes itself it owns. Rules change the tree, the plan compiler
// turns it into operators, and EXPLAIN prints it.
//
// Thread safety: plain data; immutable once planned.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "query/bind/binder.h"
#include "query/bind/bound_query.h"
#include "storage/read_view.h"

namespace kith::index {
class IndexCatalog;
struct IndexDefinition;
}  // namespace kith::index

namespace kith::query::plan {

using bound::Expression;
using bound::kNoSlot;
using bound::SlotId;

/// Ascending, distinct.
using SlotSet = std::vector<SlotId>;

enum class PlanKind : uint8_t {
  kUnit,
  kArgument,
  kNodeScan,
  kNodeCount,
  kIndexSeek,
  kIdSeek,
  kVectorSearch,
  kExpand,
  kVariableExpand,
  kShortestPath,
  kEndpoints,
  kBuildPath,
  kFilter,
  kProject,
  kAggregate,
  kDistinct,
  kSort,
  kSkip,
  kLimit,
  kUnion,
  kUnwind,
  kApply,
  kProduct,
  kHashJoin,
  kCreate,
  kMerge,
  kSet,
  kDelete,
  kForeach,
  kProcedureCall,
  kEager,
  kEmptyResult,
  kProduceResults,
};

struct PlanNode {
  explicit PlanNode(PlanKind k) : kind(k) {}
  virtual ~PlanNode() = default;
  PlanNode(const PlanNode&) = delete;
  PlanNode& operator=(const PlanNode&) = delete;

  const PlanKind kind;
  uint32_t number = 0;  ///< In the order of the plan's text; PROFILE counts by it.
  double rows = 1;      ///< Estimated.
  /// Slots that have a value in the rows that come out.
  SlotSet provides;
  std::vector<std::unique_ptr<PlanNode>> children;
};

using PlanPtr = std::unique_ptr<PlanNode>;

template <typename T>
const T& As(const PlanNode& node) {
  assert(node.kind == T::kKind);
  return static_cast<const T&>(node);
}
template <typename T>
T& As(PlanNode& node) {
  assert(node.kind == T::kKind);
  return static_cast<T&>(node);
}

template <PlanKind K>
struct NodeOf : PlanNode {
  static constexpr PlanKind kKind = K;
  NodeOf() : PlanNode(K) {}
};

struct Unit : NodeOf<PlanKind::kUnit> {};

/// The rows of the plan around this one.
struct Argument : NodeOf<PlanKind::kArgument> {
  uint32_t argument = 0;
  SlotId row_slot = kNoSlot;  ///< Set: whole batches arrive and this numbers their rows.
};

/// The row around a correlated query, as Argument `argument` gives it; elsewhere without slots.
struct OuterRow {
  uint32_t argument = 0;
  SlotSet slots;
};

struct ScanTest {
  std::string property;
  storage::PropertyPredicate::Operator op = storage::PropertyPredicate::Operator::kEqual;
  const Expression* operand = nullptr;  ///< A constant or parameter; null for kExists.
  const Expression* source = nullptr;   ///< The whole predicate, for EXPLAIN.
};

struct NodeScan : NodeOf<PlanKind::kNodeScan> {
  SlotId slot = kNoSlot;
  std::optional<std::string> label;
  std::vector<ScanTest> tests;
};

/// The rule CountStore: MATCH (n:L) RETURN count(*).
struct NodeCount : NodeOf<PlanKind::kNodeCount> {
  SlotId slot = kNoSlot;
  std::optional<std::string> label;
};

struct IndexSeek : NodeOf<PlanKind::kIndexSeek> {
  SlotId slot = kNoSlot;
  std::shared_ptr<const index::IndexCatalog> catalog;
  const index::IndexDefinition* definition = nullptr;
  std::vector<const Expression*> equal;
  const Expression* lower = nullptr;
  const Expression* upper = nullptr;
  bool lower_inclusive = false;
  bool upper_inclusive = false;
  const Expression* prefix = nullptr;
  const Expression* in = nullptr;
  std::vector<const Expression*> sources;  ///< The predicates that it answers.
};

struct IdSeek : NodeOf<PlanKind::kIdSeek> {
  SlotId slot = kNoSlot;
  const Expression* ids = nullptr;
};

/// children: input and, unless every entity may be found, a filter, which reads the row through
/// Argument `argument`: with `gathers` its rows hold the entities that may be found, and with
/// `keeps`, too, those of the entities that were found go on; else one may be found when, given in
/// its slot, it has a row.
struct VectorSearch : NodeOf<PlanKind::kVectorSearch> {
  const bound::VectorSearch* search = nullptr;
  std::shared_ptr<const index::IndexCatalog> catalog;
  const index::IndexDefinition* definition = nullptr;
  uint32_t argument = 0;
  bool gathers = false;
  bool keeps = false;
};

struct Expand : NodeOf<PlanKind::kExpand> {
  SlotId from = kNoSlot;
  SlotId relationship = kNoSlot;
  SlotId to = kNoSlot;
  std::vector<std::string> types;
  storage::Direction direction = storage::Direction::kOutgoing;
  bool into = false;
  SlotSet distinct_from;
};

struct VariableExpand : NodeOf<PlanKind::kVariableExpand> {
  SlotId from = kNoSlot;
  SlotId to = kNoSlot;
  const bound::RelationshipPattern* pattern = nullptr;
  std::vector<std::string> types;
  storage::Direction direction = storage::Direction::kOutgoing;
  bool reversed = false;
  bool into = false;
  SlotId element_slot = kNoSlot;
  SlotSet distinct_from;
};

struct ShortestPath : NodeOf<PlanKind::kShortestPath> {
  SlotId from = kNoSlot;
  SlotId to = kNoSlot;
  const bound::RelationshipPattern* pattern = nullptr;
  std::vector<std::string> types;
  storage::Direction direction = storage::Direction::kOutgoing;
  SlotId element_slot = kNoSlot;
  bool all = false;
  /// Conditions on the path that take part in the search, see path_conditions.h.
  std::vector<const Expression*> conjuncts;
  SlotId path = kNoSlot;  ///< Where the conjuncts read the path; kNoSlot when none does.
  /// All or none of the path's relationships and nodes; tested at each step.
  const bound::Quantifier* every_relationship = nullptr;
  const bound::Quantifier* every_node = nullptr;
  std::optional<uint64_t> maximum;  ///< A bound on the length beside the pattern's.
};

struct Endpoints : NodeOf<PlanKind::kEndpoints> {
  const bound::RelationshipPattern* pattern = nullptr;
  std::vector<std::string> types;
  storage::Direction direction = storage::Direction::kOutgoing;
  SlotId left = kNoSlot;
  SlotId right = kNoSlot;
  bool left_bound = false;
  bool right_bound = false;
  SlotSet distinct_from;
};

struct BuildPath : NodeOf<PlanKind::kBuildPath> {
  SlotId slot = kNoSlot;
  SlotId start = kNoSlot;
  std::vector<SlotId> segments;
};

/// slot.key = value, from a property map of MERGE.
struct PropertyTest {
  SlotId slot = kNoSlot;
  std::string key;
  const Expression* value = nullptr;
};

struct Filter : NodeOf<PlanKind::kFilter> {
  std::vector<const Expression*> conjuncts;
  std::vector<PropertyTest> tests;
  /// Relationship slots that must share no relationship.
  std::vector<std::pair<SlotId, SlotId>> disjoint;
};

struct Assignment {
  SlotId slot = kNoSlot;
  const Expression* expression = nullptr;
};

struct Project : NodeOf<PlanKind::kProject> {
  std::vector<Assignment> assignments;
};

struct Aggregate : NodeOf<PlanKind::kAggregate> {
  std::vector<Assignment> keys;
  std::vector<const bound::Aggregate*> aggregates;
  OuterRow outer;  ///< Goes on beside each group.
};

struct Distinct : NodeOf<PlanKind::kDistinct> {
  std::vector<SlotId> slots;
};

struct SortKey {
  SlotId slot = kNoSlot;
  bool descending = false;
};

/// With a limit (rule TopK): only the first skip + limit rows are needed.
struct Sort : NodeOf<PlanKind::kSort> {
  std::vector<SortKey> keys;
  const Expression* limit = nullptr;
  const Expression* skip = nullptr;
};

struct Skip : NodeOf<PlanKind::kSkip> {
  const Expression* count = nullptr;
};

struct Limit : NodeOf<PlanKind::kLimit> {
  const Expression* count = nullptr;
  bool exhaust = false;  ///< A count of zero still reads every row, because reading them writes.
};

/// children[i]'s slots from[i][j] become to[j].
struct Union : NodeOf<PlanKind::kUnion> {
  std::vector<std::vector<SlotId>> from;
  std::vector<SlotId> to;
};

struct Unwind : NodeOf<PlanKind::kUnwind> {
  const Expression* list = nullptr;
  SlotId slot = kNoSlot;
};

/// children: left, right. The right side reads the left row through Argument `argument`.
struct Apply : NodeOf<PlanKind::kApply> {
  uint32_t argument = 0;
  SlotId row_slot = kNoSlot;
  bool optional = false;
  bool keep_left = false;  ///< The right side is run for its effects.
};

struct Product : NodeOf<PlanKind::kProduct> {
  bool rebuild = false;
};

struct HashJoin : NodeOf<PlanKind::kHashJoin> {
  std::vector<const Expression*> left_keys;
  std::vector<const Expression*> right_keys;
  bool rebuild = false;
};

struct Create : NodeOf<PlanKind::kCreate> {
  const bound::Pattern* pattern = nullptr;
};

/// children: input, match (which reads the row through Argument `argument`).
struct Merge : NodeOf<PlanKind::kMerge> {
  const bound::Merge* clause = nullptr;
  uint32_t argument = 0;
};

struct Set : NodeOf<PlanKind::kSet> {
  const bound::Set* clause = nullptr;
};

struct Delete : NodeOf<PlanKind::kDelete> {
  const bound::Delete* clause = nullptr;
};

/// children: input, body.
struct Foreach : NodeOf<PlanKind::kForeach> {
  const bound::Foreach* clause = nullptr;
  uint32_t argument = 0;
};

struct ProcedureCall : NodeOf<PlanKind::kProcedureCall> {
  const bound::CallProcedure* clause = nullptr;
};

struct Eager : NodeOf<PlanKind::kEager> {
  std::string reason;
};

struct EmptyResult : NodeOf<PlanKind::kEmptyResult> {};

struct ProduceResults : NodeOf<PlanKind::kProduceResults> {
  std::vector<std::string> names;
  std::vector<SlotId> slots;
};

/// The plan of a bound::Subquery expression.
struct SubqueryPlan {
  PlanPtr root;
  uint32_t argument = 0;
  SlotId row_slot = kNoSlot;
  SlotId output = kNoSlot;
};

enum class RouteKind : uint8_t { kFactual, kAnalytical };

/// Which way the planner took, and why (one sentence each).
struct Route {
  RouteKind kind = RouteKind::kFactual;
  std::vector<std::string> reasons;
};

struct LogicalPlan {
  PlanPtr root;
  uint32_t slots = 0;      ///< Those of the statement and the planner's own.
  uint32_t arguments = 0;  ///< Argument numbers in use.
  uint32_t nodes = 0;      ///< Plan nodes, subqueries included.
  std::map<const bound::Subquery*, SubqueryPlan> subqueries;
  /// Expressions that the planner made.
  std::vector<std::unique_ptr<Expression>> owned;
  Route route;
  bool deletes = false;
  std::vector<SlotId> outputs;
};

/// Adds to a set.
void Insert(SlotSet* set, SlotId slot);
void InsertAll(SlotSet* set, const SlotSet& more);
bool Contains(const SlotSet& set, SlotId slot);
bool ContainsAll(const SlotSet& set, const SlotSet& part);

}  // namespace kith::query::plan
