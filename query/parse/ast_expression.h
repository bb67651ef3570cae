// SPDX-License-Identifier: Apache-2.0
// The syntax tree of expressions and patterns, exactly as written: nothing is resolved or checked
// beyond the grammar. Each node is a plain struct with a kind and the range of its source text; a
// node owns its children. The parser limits the depth of the tree (kMaxTreeDepth), so recursive
// visitors and destructors are safe.
//
// Thread safety: plain data; a tree that is no longer changed may be read from several threads.
#pragma once

#include <cassert>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/base/value.h"

namespace kith::query::ast {

struct Query;

/// No tree is deeper than this, counting one for each level of expressions, patterns and
/// subqueries.
inline constexpr uint32_t kMaxTreeDepth = 1000;

/// A variable, alias, label or key as written; quoting with backticks is already removed.
struct Name {
  std::string text;
  SourceRange range;
  bool empty() const { return text.empty() && range.begin == range.end; }
};

enum class ExpressionKind : uint8_t {
  kLiteral,
  kParameter,
  kVariable,
  kProperty,
  kSubscript,
  kSlice,
  kUnary,
  kBinary,
  kLogical,
  kComparison,
  kLabelTest,
  kFunctionCall,
  kCountStar,
  kCase,
  kList,
  kMap,
  kMapProjection,
  kListComprehension,
  kPatternComprehension,
  kQuantifier,
  kReduce,
  kPatternPredicate,
  kShortestPath,
  kSubquery,
};

struct Expression {
  Expression(ExpressionKind k, SourceRange r) : kind(k), range(r) {}
  virtual ~Expression() = default;
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;

  const ExpressionKind kind;
  /// Of a parenthesized expression: without the parentheses.
  SourceRange range;
  /// 1 for a leaf, else one more than the deepest child.
  uint32_t depth = 1;
  bool parenthesized = false;
};

using ExpressionPtr = std::unique_ptr<Expression>;

/// `As<Binary>(expression)`: the node as its own type; the kind must match.
template <typename T>
const T& As(const Expression& expression) {
  assert(expression.kind == T::kKind);
  return static_cast<const T&>(expression);
}

/// Gives each node its kind: `struct Variable : Node<ExpressionKind::kVariable>`.
template <ExpressionKind K>
struct Node : Expression {
  static constexpr ExpressionKind kKind = K;
  explicit Node(SourceRange r) : Expression(K, r) {}
};

/// null, true, 1, 0x1F, 1.5e3, 'text'. A minus before a number is part of the literal.
struct Literal : Node<ExpressionKind::kLiteral> {
  using Node::Node;
  Value value;
};

/// $name, $`quoted name`, $1
struct Parameter : Node<ExpressionKind::kParameter> {
  using Node::Node;
  std::string name;
};

struct Variable : Node<ExpressionKind::kVariable> {
  using Node::Node;
  std::string name;
};

/// object.key
struct Property : Node<ExpressionKind::kProperty> {
  using Node::Node;
  ExpressionPtr object;
  Name key;
};

/// object[index], for lists, maps, nodes and relationships
struct Subscript : Node<ExpressionKind::kSubscript> {
  using Node::Node;
  ExpressionPtr object;
  ExpressionPtr index;
};

/// list[from..to]; both ends may be missing (null)
struct Slice : Node<ExpressionKind::kSlice> {
  using Node::Node;
  ExpressionPtr list;
  ExpressionPtr from;
  ExpressionPtr to;
};

enum class UnaryOperator : uint8_t { kNot, kPlus, kMinus, kIsNull, kIsNotNull };

struct Unary : Node<ExpressionKind::kUnary> {
  using Node::Node;
  UnaryOperator op = UnaryOperator::kNot;
  ExpressionPtr operand;
};

enum class BinaryOperator : uint8_t {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kPower,
  kConcatenate,  ///< ||
  kIn,
  kStartsWith,
  kEndsWith,
  kContains,
  kRegexMatch,
};

struct Binary : Node<ExpressionKind::kBinary> {
  using Node::Node;
  BinaryOperator op = BinaryOperator::kAdd;
  ExpressionPtr left;
  ExpressionPtr right;
};

enum class LogicalOperator : uint8_t { kAnd, kOr, kXor };

/// a AND b AND c: two or more operands of one operator, so that a chain of thousands stays flat.
struct Logical : Node<ExpressionKind::kLogical> {
  using Node::Node;
  LogicalOperator op = LogicalOperator::kAnd;
  std::vector<ExpressionPtr> operands;
};

enum class ComparisonOperator : uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual
};

/// a < b <= c: operands.size() == operators.size() + 1; it means a < b AND b <= c.
struct Comparison : Node<ExpressionKind::kComparison> {
  using Node::Node;
  std::vector<ExpressionPtr> operands;
  std::vector<ComparisonOperator> operators;
};

enum class LabelKind : uint8_t { kName, kAnd, kOr, kNot, kAny };

/// Labels or relationship types: A, A&B, A|B, !A, % (any). `:A:B` is A&B; `|:` in types is `|`.
struct LabelExpression {
  LabelKind kind = LabelKind::kName;
  SourceRange range;
  uint32_t depth = 1;
  std::string name;  ///< kName only
  std::vector<std::unique_ptr<LabelExpression>> operands;
};

using LabelExpressionPtr = std::unique_ptr<LabelExpression>;

/// n:A|B as a predicate
struct LabelTest : Node<ExpressionKind::kLabelTest> {
  using Node::Node;
  ExpressionPtr object;
  LabelExpressionPtr labels;
};

/// name(arguments), with dots in the name for namespaces. count(DISTINCT x) sets `distinct`.
struct FunctionCall : Node<ExpressionKind::kFunctionCall> {
  using Node::Node;
  Name name;  ///< As written; functions are found without regard to case.
  bool distinct = false;
  std::vector<ExpressionPtr> arguments;
};

/// count(*)
struct CountStar : Node<ExpressionKind::kCountStar> {
  using Node::Node;
};

struct CaseBranch {
  std::vector<ExpressionPtr>
      when;  ///< One condition, or with an operand one or more values to equal.
  ExpressionPtr then;
};

struct Case : Node<ExpressionKind::kCase> {
  using Node::Node;
  ExpressionPtr operand;  ///< null for CASE WHEN condition
  std::vector<CaseBranch> branches;
  ExpressionPtr otherwise;  ///< null without ELSE
};

struct List : Node<ExpressionKind::kList> {
  using Node::Node;
  std::vector<ExpressionPtr> elements;
};

struct MapEntry {
  Name key;
  ExpressionPtr value;
};

struct Map : Node<ExpressionKind::kMap> {
  using Node::Node;
  std::vector<MapEntry> entries;
};

enum class MapProjectionItemKind : uint8_t {
  kEntry,       ///< key: value
  kProperty,    ///< .key
  kVariable,    ///< key (the variable of that name)
  kAllEntries,  ///< .*
};

struct MapProjectionItem {
  MapProjectionItemKind kind = MapProjectionItemKind::kEntry;
  Name key;             ///< Empty for kAllEntries.
  ExpressionPtr value;  ///< kEntry only
};

/// n {.name, age: 3, other, .*}
struct MapProjection : Node<ExpressionKind::kMapProjection> {
  using Node::Node;
  ExpressionPtr object;
  std::vector<MapProjectionItem> items;
};

/// [variable IN list WHERE predicate | projection]
struct ListComprehension : Node<ExpressionKind::kListComprehension> {
  using Node::Node;
  Name variable;
  ExpressionPtr list;
  ExpressionPtr predicate;   ///< may be null
  ExpressionPtr projection;  ///< may be null: the element itself
};

enum class QuantifierKind : uint8_t { kAll, kAny, kNone, kSingle };

/// all(variable IN list WHERE predicate)
struct Quantifier : Node<ExpressionKind::kQuantifier> {
  using Node::Node;
  QuantifierKind quantifier = QuantifierKind::kAll;
  Name variable;
  ExpressionPtr list;
  ExpressionPtr predicate;  ///< null when WHERE is left out: each element is itself the condition
};

/// reduce(accumulator = initial, variable IN list | step)
struct Reduce : Node<ExpressionKind::kReduce> {
  using Node::Node;
  Name accumulator;
  ExpressionPtr initial;
  Name variable;
  ExpressionPtr list;
  ExpressionPtr step;
};

// ---- Patterns

struct NodePattern {
  SourceRange range;
  Name variable;              ///< may be empty
  LabelExpressionPtr labels;  ///< may be null
  ExpressionPtr properties;   ///< a Map or a Parameter; may be null
  ExpressionPtr where;        ///< (n WHERE n.x > 1); may be null
};

enum class Direction : uint8_t { kOutgoing, kIncoming, kBoth };

/// The `*`, `*2`, `*1..3`, `*..3`, `*2..` of a relationship pattern.
struct PathLength {
  SourceRange range;
  std::optional<uint64_t> minimum;  ///< Missing: 1.
  std::optional<uint64_t> maximum;  ///< Missing: unbounded.
};

struct RelationshipPattern {
  SourceRange range;
  Name variable;             ///< may be empty
  LabelExpressionPtr types;  ///< may be null
  Direction direction = Direction::kBoth;
  bool both_arrows = false;  ///< <--> rather than --; the same when matching
  std::optional<PathLength> length;
  ExpressionPtr properties;  ///< a Map or a Parameter; may be null
  ExpressionPtr where;       ///< may be null
};

enum class PathSelector : uint8_t { kNone, kShortest, kAllShortest };

/// variable = (node)-[relationship]-(node)...; nodes.size() == relationships.size() + 1
struct PathPattern {
  SourceRange range;
  Name variable;  ///< may be empty
  PathSelector selector = PathSelector::kNone;
  std::vector<NodePattern> nodes;
  std::vector<RelationshipPattern> relationships;
};

/// [variable = (a)-->(b) WHERE predicate | projection]
struct PatternComprehension : Node<ExpressionKind::kPatternComprehension> {
  using Node::Node;
  PathPattern pattern;
  ExpressionPtr predicate;  ///< may be null
  ExpressionPtr projection;
};

/// (a)-->(b) where a boolean is wanted, and exists((a)-->(b))
struct PatternPredicate : Node<ExpressionKind::kPatternPredicate> {
  using Node::Node;
  PathPattern pattern;
};

/// shortestPath((a)-[*]->(b)) as a value; pattern.selector says which
struct ShortestPath : Node<ExpressionKind::kShortestPath> {
  using Node::Node;
  PathPattern pattern;
};

enum class SubqueryKind : uint8_t { kExists, kCount, kCollect };

/// EXISTS { ... }, COUNT { ... }, COLLECT { ... }. A bare pattern inside becomes MATCH pattern
/// WHERE.
struct Subquery : Node<ExpressionKind::kSubquery> {
  explicit Subquery(SourceRange r);
  ~Subquery() override;
  SubqueryKind subquery = SubqueryKind::kExists;
  std::unique_ptr<Query> query;
  bool bare_pattern = false;  ///< Written without MATCH.
};

}  // namespace kith::query::ast
