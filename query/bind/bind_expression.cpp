// SPDX-License-Identifier: Apache-2.0
// Expressions: literals, names, properties, calls and constructors.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "query/bind/statement_binder.h"
#include "query/parse/literal.h"

namespace kith::query {
namespace {

using bound::ExpressionPtr;

constexpr TypeSet kHasProperties = kNodeType | kRelationshipType | kMapType | kTemporalType;

bool IsConstant(const ExpressionPtr& expression) {
  return expression->kind == bound::ExpressionKind::kConstant;
}

/// The types of a value that is known.
StaticType TypeOfValue(const Value& value) {
  StaticType type;
  type.types = TypeSet(value.type()) | kNullType;
  if (!value.IsList()) return type;
  type.elements = kNullType;
  for (const Value& element : value.AsList()) type.elements = type.elements | element.type();
  return type;
}

char Upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// INF, INFINITY and NAN are numbers where no variable has that name.
bool IsNumberName(std::string_view name, double* value) {
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(), Upper);
  if (upper == "NAN") {
    *value = std::numeric_limits<double>::quiet_NaN();
  } else if (upper == "INF" || upper == "INFINITY") {
    *value = std::numeric_limits<double>::infinity();
  } else {
    return false;
  }
  return true;
}

/// What a function gives where that depends on its arguments in a way that signatures do not tell.
StaticType ResultType(const FunctionSignature& signature,
                      const std::vector<ExpressionPtr>& arguments) {
  StaticType type;
  type.types = signature.result;
  const std::string& name = signature.name;
  if (name == "nodes") type.elements = kNodeType;
  if (name == "relationships") type.elements = kRelationshipType;
  if (name == "keys" || name == "labels" || name == "split") type.elements = kStringType;
  if (name == "range") type.elements = kIntegerType;
  if (arguments.empty()) return type;
  const StaticType& first = arguments[0]->type;
  if ((name == "head" || name == "last") && first.IsAlways(kListType)) {
    type.types = first.elements | kNullType;
  }
  if (name == "tail" || name == "reverse") type.elements = first.elements;
  if (name == "coalesce") {
    type = first;
    for (const ExpressionPtr& argument : arguments) type = type | argument->type;
  }
  return type;
}

}  // namespace

Result<ExpressionPtr> StatementBinder::BindExpression(const ast::Expression& expression) {
  const bool predicate = predicate_position_;
  predicate_position_ = false;
  if (const Grouping::Key* key = FindKey(expression)) return MakeSlot(key->slot, expression.range);
  return Dispatch(expression, predicate);
}

Result<ExpressionPtr> StatementBinder::Dispatch(const ast::Expression& expression, bool predicate) {
  using Kind = ast::ExpressionKind;
  switch (expression.kind) {
    case Kind::kLiteral: return BindLiteral(ast::As<ast::Literal>(expression));
    case Kind::kParameter: return BindParameter(ast::As<ast::Parameter>(expression));
    case Kind::kVariable: return BindVariable(ast::As<ast::Variable>(expression));
    case Kind::kProperty: return BindProperty(ast::As<ast::Property>(expression));
    case Kind::kSubscript: return BindSubscript(ast::As<ast::Subscript>(expression));
    case Kind::kSlice: return BindSlice(ast::As<ast::Slice>(expression));
    case Kind::kUnary: return BindUnary(ast::As<ast::Unary>(expression));
    case Kind::kBinary: return BindBinary(ast::As<ast::Binary>(expression));
    case Kind::kLogical: return BindLogical(ast::As<ast::Logical>(expression));
    case Kind::kComparison: return BindComparison(ast::As<ast::Comparison>(expression));
    case Kind::kLabelTest: return BindLabelTest(ast::As<ast::LabelTest>(expression));
    case Kind::kFunctionCall: return BindFunction(ast::As<ast::FunctionCall>(expression));
    case Kind::kCountStar: return BindAggregate(expression);
    case Kind::kCase: return BindCase(ast::As<ast::Case>(expression));
    case Kind::kList: return BindList(ast::As<ast::List>(expression));
    case Kind::kMap: return BindMap(ast::As<ast::Map>(expression));
    case Kind::kMapProjection: return BindMapProjection(ast::As<ast::MapProjection>(expression));
    case Kind::kListComprehension:
      return BindListComprehension(ast::As<ast::ListComprehension>(expression));
    case Kind::kPatternComprehension:
      return BindPatternComprehension(ast::As<ast::PatternComprehension>(expression));
    case Kind::kQuantifier: return BindQuantifier(ast::As<ast::Quantifier>(expression));
    case Kind::kReduce: return BindReduce(ast::As<ast::Reduce>(expression));
    case Kind::kShortestPath: return BindShortestPath(ast::As<ast::ShortestPath>(expression));
    case Kind::kSubquery: return BindSubquery(ast::As<ast::Subquery>(expression));
    case Kind::kPatternPredicate:
      if (predicate) return BindPatternPredicate(ast::As<ast::PatternPredicate>(expression));
      return SyntaxError(
          "UnexpectedSyntax", expression.range,
          "a pattern is a condition, so it can stand in WHERE, AND, OR, NOT and exists(); "
          "for its matches write a pattern comprehension [(a)-->(b) | b]");
  }
  return Status(StatusCode::kInternal, "unknown kind of expression");
}

Result<ExpressionPtr> StatementBinder::BindPredicate(const ast::Expression& expression) {
  predicate_position_ = true;
  KITH_ASSIGN_OR_RETURN(ExpressionPtr predicate, BindExpression(expression));
  if (predicate->type.MayBe(kBooleanType)) return predicate;
  return SyntaxError("InvalidArgumentType", expression.range,
                     fmt::format("a condition must be true or false, but this is {}",
                                 predicate->type.types.ToString()));
}

Result<ExpressionPtr> StatementBinder::BindLiteral(const ast::Literal& literal) {
  auto node = Make<bound::Constant>(literal.range);
  node->value = literal.value;
  node->type = TypeOfValue(literal.value);
  return ExpressionPtr(std::move(node));
}

Result<ExpressionPtr> StatementBinder::BindParameter(const ast::Parameter& parameter) {
  const auto next = static_cast<uint32_t>(statement_->parameters.size());
  const auto [entry, added] = parameter_indexes_.emplace(parameter.name, next);
  if (added) statement_->parameters.push_back({parameter.name, parameter.range});
  auto node = Make<bound::Parameter>(parameter.range);
  node->index = entry->second;
  return ExpressionPtr(std::move(node));
}

Result<ExpressionPtr> StatementBinder::BindVariable(const ast::Variable& variable) {
  if (!constant_clause_.empty()) return CheckConstantContext(variable.range);
  KITH_ASSIGN_OR_RETURN(const bound::SlotId slot, Lookup(variable.name, variable.range));
  if (slot != bound::kNoSlot) return MakeSlot(slot, variable.range);
  double number = 0;
  if (!IsNumberName(variable.name, &number))
    return UndefinedVariable(variable.name, variable.range);
  auto node = Make<bound::Constant>(variable.range);
  node->value = Value(number);
  node->type.types = kFloatType;
  return ExpressionPtr(std::move(node));
}

/// The error for SKIP and LIMIT; OK elsewhere.
Status StatementBinder::CheckConstantContext(SourceRange range) const {
  if (constant_clause_.empty()) return Status::Ok();
  return SyntaxError(
      "NonConstantExpression", range,
      fmt::format("{} takes a number that is the same for all rows, so it cannot read {}; "
                  "use a literal or a parameter",
                  constant_clause_, Text(range)));
}

Result<ExpressionPtr> StatementBinder::BindProperty(const ast::Property& property) {
  auto node = Make<bound::Property>(property.range);
  KITH_ASSIGN_OR_RETURN(node->object, BindExpression(*property.object));
  const StaticType& type = node->object->type;
  if (!type.MayBe(kHasProperties)) {
    const bool path = type.IsAlways(kPathType);
    const std::string message = fmt::format("{} has no properties, because it is {}",
                                            Text(property.object->range), type.types.ToString());
    // openCypher calls the first a syntax error and the second a type error.
    return Status(path ? StatusCode::kSyntaxError : StatusCode::kTypeError, message)
        .WithDetail("InvalidArgumentType")
        .WithPhase(ErrorPhase::kCompileTime)
        .WithPosition(property.range);
  }
  node->key = property.key.text;
  return ExpressionPtr(std::move(node));
}

Result<ExpressionPtr> StatementBinder::BindSubscript(const ast::Subscript& subscript) {
  auto node = Make<bound::Subscript>(subscript.range);
  KITH_ASSIGN_OR_RETURN(node->object, BindExpression(*subscript.object));
  KITH_ASSIGN_OR_RETURN(node->index, BindExpression(*subscript.index));
  if (node->object->type.IsAlways(kListType)) {
    node->type.types = node->object->type.elements | kNullType;
  }
  return ExpressionPtr(std::move(node));
}

Result<ExpressionPtr> StatementBinder::BindSlice(const ast::Slice& slice) {
  auto node = Make<bound::Slice>(slice.range);
  KITH_ASSIGN_OR_RETURN(node->list, BindExpression(*slice.list));
  if (slice.from) {
    KITH_ASSIGN_OR_RETURN(node->from, BindExpression(*slice.from));
  }
  if (slice.to) {
    KITH_ASSIGN_OR_RETURN(node->to, BindExpression(*slice.to));
  }
  node->type = StaticType::ListOf(node->list->type.elements);
  return ExpressionPtr(std::move(node));
}

Result<ExpressionPtr> StatementBinder::BindFunction(const ast::FunctionCall& call) {
  const FunctionRegistry& registry = *options_.functions;
  const std::string& name = call.name.text;
  if (registry.FindAggregate(name) != nullptr) return BindAggregate(call);
  if (call.arguments.size() == 1 && FindKeyword(name) == Keyword::kEXISTS) {
    return BindExistsFunction(call);
  }
  const ScalarFunction* function = registry.FindScalar(name);
  if (function == nullptr) {
    const std::string_view nearest = registry.NearestName(name);
    return SyntaxError("UnknownFunction", call.name.range,
                       fmt::format("there is no function '{}'{}", name,
                                   nearest.empty() ? "; SHOW FUNCTIONS lists them"
                                                   : fmt::format(" (did you mean {}?)", nearest)));
  }
  if (call.distinct) {
    return SyntaxError("UnexpectedSyntax", call.range,
                       fmt::format("DISTINCT is for aggregates such as count(); {} is none", name));
  }
  if (Status status = CheckArgumentCount(function->signature, call.arguments.size());
      !status.ok()) {
    return status.WithPosition(call.range);
  }
  auto node = Make<bound::Function>(call.range);
  node->function = function;
  std::vector<TypeSet> types;
  for (const ast::ExpressionPtr& argument : call.arguments) {
    KITH_ASSIGN_OR_RETURN(ExpressionPtr value, BindExpression(*argument));
    types.push_back(value->type.types);
    node->arguments.push_back(std::move(value));
  }
  size_t wrong = 0;
  if (Status status = CheckArgumentTypes(function->signature, types, &wrong); !status.ok()) {
    return status.WithPosition(call.arguments[wrong]->range);
  }
  node->type = ResultType(function->signature, node->arguments);
  return ExpressionPtr(std::move(node));
}

/// exists(pattern) is the pattern as a condition; exists(n.key) is n.key IS NOT NULL.
Result<ExpressionPtr> StatementBinder::BindExistsFunction(const ast::FunctionCall& call) {
  const ast::Expression& argument = *call.arguments[0];
  if (argument.kind == ast::ExpressionKind::kPatternPredicate) return BindPredicate(argument);
  auto node = Make<bound::Unary>(call.range);
  node->op = bound::UnaryOperator::kIsNotNull;
  KITH_ASSIGN_OR_RETURN(node->operand, BindExpression(argument));
  node->type.types = kBooleanType;
  return ExpressionPtr(std::move(node));
}

Result<ExpressionPtr> StatementBinder::BindCase(const ast::Case& node) {
  auto bound = Make<bound::Case>(node.range);
  if (node.operand) {
    KITH_ASSIGN_OR_RETURN(bound->operand, BindExpression(*node.operand));
  }
  bound->type = {kNullType, kNullType};
  for (const ast::CaseBranch& branch : node.branches) {
    bound::CaseBranch out;
    for (const ast::ExpressionPtr& when : branch.when) {
      KITH_ASSIGN_OR_RETURN(ExpressionPtr value,
                            node.operand ? BindExpression(*when) : BindPredicate(*when));
      out.when.push_back(std::move(value));
    }
    KITH_ASSIGN_OR_RETURN(out.then, BindExpression(*branch.then));
    bound->type = bound->type | out.then->type;
    bound->branches.push_back(std::move(out));
  }
  if (node.otherwise) {
    KITH_ASSIGN_OR_RETURN(bound->otherwise, BindExpression(*node.otherwise));
    bound->type = bound->type | bound->otherwise->type;
  }
  return ExpressionPtr(std::move(bound));
}

/// A list of constants is a constant.
Result<ExpressionPtr> StatementBinder::BindList(const ast::List& list) {
  auto node = Make<bound::List>(list.range);
  TypeSet elements = kNullType;
  for (const ast::ExpressionPtr& element : list.elements) {
    KITH_ASSIGN_OR_RETURN(ExpressionPtr value, BindExpression(*element));
    elements = elements | value->type.types;
    node->elements.push_back(std::move(value));
  }
  node->type = StaticType::ListOf(elements);
  if (!std::all_of(node->elements.begin(), node->elements.end(), IsConstant)) {
    return ExpressionPtr(std::move(node));
  }
  kith::List values;
  values.reserve(node->elements.size());
  for (const ExpressionPtr& element : node->elements) {
    values.push_back(bound::As<bound::Constant>(*element).value);
  }
  auto constant = Make<bound::Constant>(list.range);
  constant->value = Value(std::move(values));
  constant->type = node->type;
  return ExpressionPtr(std::move(constant));
}

Result<ExpressionPtr> StatementBinder::BindMap(const ast::Map& map) {
  auto node = Make<bound::Map>(map.range);
  bool constant_entries = true;
  for (const ast::MapEntry& entry : map.entries) {
    KITH_ASSIGN_OR_RETURN(ExpressionPtr value, BindExpression(*entry.value));
    constant_entries = constant_entries && IsConstant(value);
    node->entries.emplace_back(entry.key.text, std::move(value));
  }
  node->type.types = kMapType;
  if (!constant_entries) return ExpressionPtr(std::move(node));
  kith::Map values;
  for (const auto& [key, value] : node->entries) {
    values.emplace_back(key, bound::As<bound::Constant>(*value).value);
  }
  auto constant = Make<bound::Constant>(map.range);
  constant->value = Value::FromMap(std::move(values));
  constant->type.types = kMapType;
  return ExpressionPtr(std::move(constant));
}

Result<ExpressionPtr> StatementBinder::BindMapProjection(const ast::MapProjection& projection) {
  auto node = Make<bound::MapProjection>(projection.range);
  KITH_ASSIGN_OR_RETURN(node->object, BindExpression(*projection.object));
  node->type.types = kMapType;
  if (!node->object->type.MayBe(kNodeType | kRelationshipType | kMapType)) {
    return SyntaxError(
        "InvalidArgumentType", projection.object->range,
        fmt::format("a map projection takes a node, a relationship or a map, but '{}' "
                    "is {}",
                    Text(projection.object->range), node->object->type.types.ToString()));
  }
  for (const ast::MapProjectionItem& item : projection.items) {
    ExpressionPtr value;
    switch (item.kind) {
      case ast::MapProjectionItemKind::kAllEntries: node->all_entries = true; continue;
      case ast::MapProjectionItemKind::kEntry: {
        KITH_ASSIGN_OR_RETURN(value, BindExpression(*item.value));
        break;
      }
      case ast::MapProjectionItemKind::kVariable: {
        ast::Variable variable(item.key.range);
        variable.name = item.key.text;
        KITH_ASSIGN_OR_RETURN(value, BindVariable(variable));
        break;
      }
      case ast::MapProjectionItemKind::kProperty: {
        auto property = Make<bound::Property>(item.key.range);
        KITH_ASSIGN_OR_RETURN(property->object, BindExpression(*projection.object));
        property->key = item.key.text;
        value = std::move(property);
        break;
      }
    }
    node->entries.emplace_back(item.key.text, std::move(value));
  }
  return ExpressionPtr(std::move(node));
}

Result<ExpressionPtr> StatementBinder::BindLabelTest(const ast::LabelTest& test) {
  auto node = Make<bound::LabelTest>(test.range);
  KITH_ASSIGN_OR_RETURN(node->object, BindExpression(*test.object));
  if (!node->object->type.MayBe(kNodeType | kRelationshipType)) {
    return SyntaxError(
        "InvalidArgumentType", test.object->range,
        fmt::format("labels and types belong to nodes and relationships, but '{}' is {}",
                    Text(test.object->range), node->object->type.types.ToString()));
  }
  node->labels = BindLabels(*test.labels);
  node->type.types = kBooleanType;
  return ExpressionPtr(std::move(node));
}

}  // namespace kith::query
