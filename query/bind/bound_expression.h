// SPDX-License-Identifier: Apache-2.0
// Expressions after binding: names are slots, functions are registry entries, types are known as
// far as they can be, and sugar is gone. There are no aggregates in here: a projection computes
// them first and expressions read their slots (see bound_query.h).
//
// A slot is a number unique in the whole statement; BoundStatement::slots says what it holds. Every
// row variable and every local variable (of a comprehension, reduce...) has one, so a slot never
// changes its meaning and two scopes never clash. The planner lays slots out in rows as it likes.
//
// A tree is at most about ast::kMaxTreeDepth deep, so recursive visitors are safe.
//
// Thread safety: plain data; immutable once bound.
#pragma once

#include <cassert>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/base/value.h"
#include "query/bind/static_type.h"
#include "query/parse/ast_expression.h"

namespace kith::query {

struct ScalarFunction;

namespace bound {

struct Query;

using SlotId = uint32_t;
inline constexpr SlotId kNoSlot = UINT32_MAX;

using ast::BinaryOperator;
using ast::ComparisonOperator;
using ast::LabelKind;
using ast::LogicalOperator;
using ast::QuantifierKind;
using ast::UnaryOperator;

enum class ExpressionKind : uint8_t {
  kConstant,
  kParameter,
  kSlot,
  kProperty,
  kSubscript,
  kSlice,
  kUnary,
  kBinary,
  kLogical,
  kComparison,
  kLabelTest,
  kFunction,
  kCase,
  kList,
  kMap,
  kMapProjection,
  kListComprehension,
  kQuantifier,
  kReduce,
  kSubquery,
};

struct Expression {
  Expression(ExpressionKind k, SourceRange r) : kind(k), range(r) {}
  virtual ~Expression() = default;
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;

  const ExpressionKind kind;
  SourceRange range;  ///< In the statement's text, for runtime errors.
  StaticType type;
};

using ExpressionPtr = std::unique_ptr<Expression>;

/// The node as its own type; the kind must match.
template <typename T>
const T& As(const Expression& expression) {
  assert(expression.kind == T::kKind);
  return static_cast<const T&>(expression);
}

template <ExpressionKind K>
struct Node : Expression {
  static constexpr ExpressionKind kKind = K;
  explicit Node(SourceRange r) : Expression(K, r) {}
};

/// A literal, or a list or map of literals.
struct Constant : Node<ExpressionKind::kConstant> {
  using Node::Node;
  Value value;
};

struct Parameter : Node<ExpressionKind::kParameter> {
  using Node::Node;
  uint32_t index = 0;  ///< Into BoundStatement::parameters.
};

/// The value of a variable.
struct Slot : Node<ExpressionKind::kSlot> {
  using Node::Node;
  SlotId slot = kNoSlot;
};

/// object.key: a property of a node or relationship, an entry of a map, a component of a temporal
/// value.
struct Property : Node<ExpressionKind::kProperty> {
  using Node::Node;
  ExpressionPtr object;
  std::string key;
};

/// object[index]
struct Subscript : Node<ExpressionKind::kSubscript> {
  using Node::Node;
  ExpressionPtr object;
  ExpressionPtr index;
};

/// list[from..to]; missing ends are null pointers
struct Slice : Node<ExpressionKind::kSlice> {
  using Node::Node;
  ExpressionPtr list;
  ExpressionPtr from;
  ExpressionPtr to;
};

struct Unary : Node<ExpressionKind::kUnary> {
  using Node::Node;
  UnaryOperator op = UnaryOperator::kNot;
  ExpressionPtr operand;
};

struct Binary : Node<ExpressionKind::kBinary> {
  using Node::Node;
  BinaryOperator op = BinaryOperator::kAdd;
  ExpressionPtr left;
  ExpressionPtr right;
};

/// Two or more operands, none of which is a Logical of the same operator.
struct Logical : Node<ExpressionKind::kLogical> {
  using Node::Node;
  LogicalOperator op = LogicalOperator::kAnd;
  std::vector<ExpressionPtr> operands;
};

/// left op right. A chain a < b < c is a Logical of comparisons, or, where b is large, a chain
/// here: operands.size() == operators.size() + 1.
struct Comparison : Node<ExpressionKind::kComparison> {
  using Node::Node;
  std::vector<ExpressionPtr> operands;
  std::vector<ComparisonOperator> operators;
};

/// Which labels a node, or which type a relationship, must have. kAny means at least one label.
struct LabelExpression {
  LabelKind kind = LabelKind::kName;
  std::string name;  ///< kName only
  std::vector<std::unique_ptr<LabelExpression>> operands;
  SourceRange range;
};

using LabelExpressionPtr = std::unique_ptr<LabelExpression>;

/// object:Label for a node, object:TYPE for a relationship; null for null.
struct LabelTest : Node<ExpressionKind::kLabelTest> {
  using Node::Node;
  ExpressionPtr object;
  LabelExpressionPtr labels;
};

struct Function : Node<ExpressionKind::kFunction> {
  using Node::Node;
  const ScalarFunction* function = nullptr;  ///< Borrowed from the registry.
  std::vector<ExpressionPtr> arguments;
};

struct CaseBranch {
  std::vector<ExpressionPtr> when;  ///< With an operand: values of which one must equal it.
  ExpressionPtr then;
};

struct Case : Node<ExpressionKind::kCase> {
  using Node::Node;
  ExpressionPtr operand;  ///< null: each `when` is one condition
  std::vector<CaseBranch> branches;
  ExpressionPtr otherwise;  ///< null: the value null
};

struct List : Node<ExpressionKind::kList> {
  using Node::Node;
  std::vector<ExpressionPtr> elements;
};

using MapEntry = std::pair<std::string, ExpressionPtr>;

/// Of equal keys the last wins.
struct Map : Node<ExpressionKind::kMap> {
  using Node::Node;
  std::vector<MapEntry> entries;
};

/// object {.*, key: value}: null for a null object. `.key` and `variable` have become entries.
struct MapProjection : Node<ExpressionKind::kMapProjection> {
  using Node::Node;
  ExpressionPtr object;
  bool all_entries = false;       ///< Begin with all entries of the object.
  std::vector<MapEntry> entries;  ///< Then these.
};

/// [slot IN list WHERE predicate | projection]
struct ListComprehension : Node<ExpressionKind::kListComprehension> {
  using Node::Node;
  SlotId slot = kNoSlot;
  ExpressionPtr list;
  ExpressionPtr predicate;   ///< may be null
  ExpressionPtr projection;  ///< may be null: the element
};

/// all | any | none | single (slot IN list WHERE predicate)
struct Quantifier : Node<ExpressionKind::kQuantifier> {
  using Node::Node;
  QuantifierKind quantifier = QuantifierKind::kAll;
  SlotId slot = kNoSlot;
  ExpressionPtr list;
  ExpressionPtr predicate;
};

/// reduce(accumulator = initial, slot IN list | step)
struct Reduce : Node<ExpressionKind::kReduce> {
  using Node::Node;
  SlotId accumulator = kNoSlot;
  ExpressionPtr initial;
  SlotId slot = kNoSlot;
  ExpressionPtr list;
  ExpressionPtr step;
};

enum class SubqueryKind : uint8_t {
  kExists,   ///< Whether there is a row. Also pattern predicates.
  kCount,    ///< How many rows.
  kCollect,  ///< A list of the only column. Also pattern comprehensions and allShortestPaths().
  kFirst,    ///< The only column of the first row, else null. shortestPath().
};

/// A correlated subquery: it reads slots of the row it is evaluated for.
struct Subquery : Node<ExpressionKind::kSubquery> {
  explicit Subquery(SourceRange r);
  ~Subquery() override;
  SubqueryKind subquery = SubqueryKind::kExists;
  std::unique_ptr<Query> query;
  /// The slots of outer scopes that it reads, ascending.
  std::vector<SlotId> arguments;
};

}  // namespace bound
}  // namespace kith::query
