// SPDX-License-Identifier: Apache-2.0
// The physical operators: what each needs, and a factory that makes it. The plan compiler fills
// these structs. Fields named `carry` list the columns of the child's rows that operators above
// still read; an operator that builds new rows copies only those.
//
// Length: one struct and one factory for each operator, kept together as the list of what exists.
//
// Thread safety: functions without state; operators are immutable.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "query/bind/bound_query.h"
#include "query/execute/evaluator_factories.h"
#include "query/execute/operator.h"
#include "query/execute/relationship_filter.h"
#include "storage/read_view.h"

namespace kith::index {
struct IndexDefinition;
class IndexCatalog;
}  // namespace kith::index

namespace kith::query {

struct AggregateFunction;
class Procedure;

// ---- Leaves

/// One row without values.
OperatorPtr NewUnit();

/// The rows of context.arguments[number]; with `row_column` also their numbers from 0.
struct ArgumentOptions {
  uint32_t number = 0;
  SlotList carry;
  uint32_t row_column = kNoColumn;
};
OperatorPtr NewArgument(ArgumentOptions options);

/// A test that storage runs during a scan; the operand reads no row.
struct ScanPredicate {
  std::string property;
  storage::PropertyPredicate::Operator op = storage::PropertyPredicate::Operator::kEqual;
  EvaluatorPtr operand;
};

/// All nodes, or those of a label, group by group.
struct NodeScanOptions {
  uint32_t column = 0;
  std::optional<std::string> label;
  std::vector<ScanPredicate> predicates;
};
OperatorPtr NewNodeScan(NodeScanOptions options);

/// For each row of the child, the entities that an index finds. The definition is kept alive by
/// the catalog.
struct IndexSeekOptions {
  OperatorPtr child;
  std::shared_ptr<const index::IndexCatalog> catalog;
  const index::IndexDefinition* definition = nullptr;
  bool relationships = false;
  uint32_t column = 0;
  std::vector<EvaluatorPtr> equal;
  EvaluatorPtr lower;  ///< these five may be null
  EvaluatorPtr upper;
  bool lower_inclusive = false;
  bool upper_inclusive = false;
  EvaluatorPtr prefix;
  EvaluatorPtr in;
  bool backward = false;
  SlotList carry;
};
OperatorPtr NewIndexSeek(IndexSeekOptions options);

/// For each row of the child, the nodes whose ids the expression gives: one, or a list.
struct IdSeekOptions {
  OperatorPtr child;
  uint32_t column = 0;
  EvaluatorPtr ids;
  SlotList carry;
};
OperatorPtr NewIdSeek(IdSeekOptions options);

/// For each row of the child, the entities that a vector index finds, nearest first. Buffers what
/// one search finds.
struct VectorSearchOptions {
  OperatorPtr child;
  std::shared_ptr<const index::IndexCatalog> catalog;
  const index::IndexDefinition* definition = nullptr;
  bool relationships = false;
  uint32_t column = 0;
  uint32_t score = kNoColumn;  ///< Not needed: kNoColumn.
  EvaluatorPtr vector;
  SourceRange vector_range;
  EvaluatorPtr limit;  ///< Reads no row.
  SourceRange limit_range;
  /// Which entities may be found, for the row in Argument `number`; null: all. With `gathers` those
  /// in its rows; else those for which it has a row when the argument's column holds them.
  OperatorPtr filter;
  bool gathers = false;
  /// With `gathers`: all rows of the filter that hold an entity which is found come out, with these
  /// columns of theirs, instead of one row. Buffers all of them.
  bool keeps = false;
  SlotList kept;
  uint32_t number = 0;
  SlotList filter_reads;  ///< Columns of the child's row that the filter reads.
  SlotList carry;
};
OperatorPtr NewVectorSearch(VectorSearchOptions options);

// ---- Patterns

/// A relationship or list column that a new relationship must differ from.
using DistinctFrom = SlotList;

struct ExpandOptions {
  OperatorPtr child;
  uint32_t from = 0;
  std::vector<std::string> types;  ///< Empty: any.
  storage::Direction direction = storage::Direction::kOutgoing;
  uint32_t relationship = kNoColumn;  ///< Not needed: kNoColumn.
  uint32_t to = 0;
  bool into = false;  ///< `to` has a value already: keep rows that reach it.
  DistinctFrom distinct_from;
  SlotList carry;
};
OperatorPtr NewExpand(ExpandOptions options);

/// For rows that have a relationship: its ends. A bound end must be the relationship's.
struct EndpointsOptions {
  OperatorPtr child;
  uint32_t relationship = 0;
  bool list = false;  ///< The column holds the list of a variable-length relationship.
  std::vector<std::string> types;
  storage::Direction direction = storage::Direction::kOutgoing;
  uint64_t minimum = 1;  ///< With `list`.
  uint64_t maximum = UINT64_MAX;
  uint32_t left = 0;
  uint32_t right = 0;
  bool left_bound = false;
  bool right_bound = false;
  DistinctFrom distinct_from;
  SlotList carry;
};
OperatorPtr NewEndpoints(EndpointsOptions options);

// ---- Rows

struct Condition {
  EvaluatorPtr predicate;
  SourceRange range;  ///< Of the statement's text; empty for what the planner adds.
};
OperatorPtr NewFilter(OperatorPtr child, std::vector<Condition> conditions);

struct Assignment {
  uint32_t column = 0;
  EvaluatorPtr value;
};
/// Computes columns; those of `drop` are emptied.
OperatorPtr NewProject(OperatorPtr child, std::vector<Assignment> assignments, SlotList drop);

struct UnwindOptions {
  OperatorPtr child;
  EvaluatorPtr list;                ///< Or, when null, a range:
  std::vector<EvaluatorPtr> range;  ///< The arguments of range(), whose list is never made.
  SourceRange source;               ///< Of the list's expression.
  uint32_t column = 0;
  SlotList carry;
};
OperatorPtr NewUnwind(UnwindOptions options);

/// `count` reads no row.
OperatorPtr NewSkip(OperatorPtr child, EvaluatorPtr count);
/// With `exhaust` a count of zero still reads the child to its end; past zero the plan has an
/// Eager.
OperatorPtr NewLimit(OperatorPtr child, EvaluatorPtr count, bool exhaust);

struct SortColumn {
  uint32_t column = 0;
  bool descending = false;
};
/// Blocks; buffers all rows, or with a limit about twice as many as that.
struct SortOptions {
  OperatorPtr child;
  std::vector<SortColumn> keys;
  EvaluatorPtr limit;  ///< may be null
  EvaluatorPtr skip;   ///< Added to the limit; may be null.
  SlotList carry;
};
OperatorPtr NewSort(SortOptions options);

/// Reads its child to the end before it gives a row.
OperatorPtr NewEager(OperatorPtr child, SlotList carry);
/// Rows whose columns are Equivalent to no earlier row's. Buffers the distinct rows.
OperatorPtr NewDistinct(OperatorPtr child, SlotList columns);

struct AggregateColumn {
  const AggregateFunction* function = nullptr;
  bool distinct = false;
  std::vector<EvaluatorPtr> arguments;
  uint32_t column = 0;
  SourceRange range;
};
/// Blocks; buffers the groups. Without keys there is one group even for no rows. Beside each group
/// stand `outer_carry` of the one row in context.arguments[outer_number].
struct AggregateOptions {
  OperatorPtr child;
  std::vector<Assignment> keys;
  std::vector<AggregateColumn> aggregates;
  SlotList outer_carry;
  uint32_t outer_number = 0;
};
OperatorPtr NewAggregate(AggregateOptions options);

// ---- Several children

/// The columns of each part are moved to those of the first.
struct UnionOptions {
  std::vector<OperatorPtr> parts;
  std::vector<SlotList> from;  ///< For each part, its column for each of `to`.
  SlotList to;
};
OperatorPtr NewUnion(UnionOptions options);

/// Every left row with every right row, in the order of the left. Buffers the right.
struct ProductOptions {
  OperatorPtr left;
  OperatorPtr right;
  SlotList left_carry;
  SlotList right_carry;
  bool rebuild = false;  ///< The graph may change between Resets: read the right side again.
};
OperatorPtr NewProduct(ProductOptions options);

/// Left rows with the right rows whose keys have equal hashes and are Equivalent. Buffers the
/// right.
struct HashJoinOptions {
  ProductOptions sides;
  std::vector<EvaluatorPtr> left_keys;
  std::vector<EvaluatorPtr> right_keys;
};
OperatorPtr NewHashJoin(HashJoinOptions options);

/// For each left row the rows of `right`, which reads it through Argument `number`. Keeps the
/// left's order when `ordered`; else, with `optional`, the rows without match come last in a batch.
struct ApplyOptions {
  OperatorPtr left;
  OperatorPtr right;
  uint32_t number = 0;
  uint32_t row_column = kNoColumn;  ///< Set: right takes whole batches and numbers its rows.
  bool optional = false;            ///< A left row without right rows stays, with nulls.
  bool keep_left = false;           ///< The right side is run for its effects only.
  bool ordered = false;             ///< The right side keeps the order of its argument's rows.
  SlotList left_carry;
  SlotList right_carry;  ///< New columns of the right side that are needed above.
};
OperatorPtr NewApply(ApplyOptions options);

/// A subquery as an expression.
struct SubqueryOptions {
  bound::SubqueryKind kind = bound::SubqueryKind::kExists;
  const Operator* plan = nullptr;  ///< Borrowed from the physical plan.
  uint32_t number = 0;             ///< Of the argument and of the subplan.
  uint32_t subplan = 0;
  uint32_t row_column = kNoColumn;
  uint32_t output = kNoColumn;  ///< kCollect and kFirst.
  SlotList arguments;
};
EvaluatorPtr NewSubquery(SubqueryOptions options);
/// True when no relationship of one column occurs in the other.
EvaluatorPtr NewDisjointRelationships(uint32_t a, uint32_t b);

// ---- Writes

struct NewNode {
  uint32_t column = 0;
  std::vector<std::string> labels;
  std::vector<std::pair<std::string, EvaluatorPtr>> properties;
  EvaluatorPtr map;  ///< In place of properties; may be null.
};
struct NewRelationship {
  uint32_t column = 0;
  uint32_t start = 0;
  uint32_t end = 0;
  std::string type;
  std::vector<std::pair<std::string, EvaluatorPtr>> properties;
  EvaluatorPtr map;
  SourceRange range;
};
/// Nodes and relationships in order; `first` says which list the next one comes from.
struct CreatePlan {
  std::vector<NewNode> nodes;
  std::vector<NewRelationship> relationships;
  std::vector<bool> next_is_node;
  bool merging = false;  ///< Null properties are an error, as MERGE demands.
};
OperatorPtr NewCreate(OperatorPtr child, CreatePlan plan);

struct SetAction {
  bound::SetKind kind = bound::SetKind::kProperty;
  EvaluatorPtr target;
  std::string key;
  EvaluatorPtr key_value;
  std::vector<std::string> labels;
  EvaluatorPtr value;
  SourceRange range;
};
OperatorPtr NewSet(OperatorPtr child, std::vector<SetAction> actions);

/// Row by row: the rows that `match` finds, else one that `create` makes.
struct MergeOptions {
  OperatorPtr child;
  OperatorPtr match;
  uint32_t number = 0;  ///< Of match's argument.
  CreatePlan create;
  std::vector<SetAction> on_create;
  std::vector<SetAction> on_match;
  SlotList carry;
  SlotList created;  ///< The pattern's new columns.
};
OperatorPtr NewMerge(MergeOptions options);

struct DeleteAction {
  EvaluatorPtr target;
  SourceRange range;
};
/// Blocks: deletes after all rows are in, relationships first.
OperatorPtr NewDelete(OperatorPtr child, std::vector<DeleteAction> actions, bool detach,
                      SlotList carry);

struct ForeachOptions {
  OperatorPtr child;
  OperatorPtr body;
  uint32_t number = 0;
  EvaluatorPtr list;
  uint32_t column = 0;
  SlotList reads;  ///< Columns of the row that the body reads.
  SourceRange range;
};
OperatorPtr NewForeach(ForeachOptions options);

struct ProcedureCallOptions {
  OperatorPtr child;
  const Procedure* procedure = nullptr;
  bool optional = false;
  std::vector<EvaluatorPtr> arguments;
  std::vector<std::pair<uint32_t, uint32_t>> yields;  ///< Output index, column.
  SlotList carry;
  SourceRange range;
};
OperatorPtr NewProcedureCall(ProcedureCallOptions options);

/// Reads its child to the end and gives no row.
OperatorPtr NewDrain(OperatorPtr child);

/// The number of nodes with a label, or of all nodes; one row.
struct NodeCountOptions {
  uint32_t column = 0;
  std::optional<std::string> label;
};
OperatorPtr NewNodeCount(NodeCountOptions options);

}  // namespace kith::query
