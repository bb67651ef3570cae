// SPDX-License-Identifier: Apache-2.0
// Conversion of expected and returned values, and their canonical text.
#include "tests/tck/expected_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace kith::tck {
namespace {

using Kind = ExpectedValue::Kind;

ExpectedValue OfKind(Kind kind) {
  ExpectedValue value;
  value.kind = kind;
  return value;
}

ExpectedValue OfText(std::string text) {
  ExpectedValue value = OfKind(Kind::kString);
  value.text = std::move(text);
  return value;
}

void SetEntries(const Map& map, ExpectedValue* value) {
  for (const auto& [key, entry] : map) {
    value->keys.push_back(key);
    value->values.push_back(FromEngine(entry));
  }
}

ExpectedValue FromPath(const Path& path) {
  ExpectedValue value = OfKind(Kind::kPath);
  for (size_t i = 0; i < path.nodes.size(); ++i) {
    value.items.push_back(FromEngine(path.nodes[i]));
    if (i == path.relationships.size()) break;
    const Value& hop = path.relationships[i];
    value.items.push_back(FromEngine(hop));
    value.forward.push_back(hop.IsWhole() &&
                            hop.AsRelationship().start == path.nodes[i].AsNodeId());
  }
  return value;
}

ExpectedValue FromTemporal(const Value& value) {
  switch (value.type()) {
    case ValueType::kDate: return OfText(ToString(value.AsDate()));
    case ValueType::kLocalTime: return OfText(ToString(value.AsLocalTime()));
    case ValueType::kTime: return OfText(ToString(value.AsTime()));
    case ValueType::kLocalDateTime: return OfText(ToString(value.AsLocalDateTime()));
    case ValueType::kDateTime: return OfText(ToString(value.AsDateTime()));
    default: return OfText(ToString(value.AsDuration()));
  }
}

std::string Join(std::vector<std::string> parts, bool sorted) {
  if (sorted) std::sort(parts.begin(), parts.end());
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted + "'";
}

std::string FloatText(double number) {
  if (std::isnan(number)) return "NaN";
  if (number == 0) return "0.0";
  const std::string text = fmt::format("{}", number);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

std::string EntriesText(const ExpectedValue& value, ListOrder order) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < value.keys.size(); ++i) {
    parts.push_back(value.keys[i] + ": " + CanonicalText(value.values[i], order));
  }
  return "{" + Join(std::move(parts), true) + "}";
}

std::string PropertiesText(const ExpectedValue& value, ListOrder order) {
  return value.keys.empty() ? "" : " " + EntriesText(value, order);
}

std::string NodeText(const ExpectedValue& value, ListOrder order) {
  std::vector<std::string> labels = value.labels;
  std::sort(labels.begin(), labels.end());
  std::string text = "(";
  for (const std::string& label : labels) text += ":" + label;
  return text + PropertiesText(value, order) + ")";
}

std::string PathText(const ExpectedValue& value, ListOrder order) {
  std::string text = "<";
  for (size_t i = 0; i < value.items.size(); ++i) {
    const std::string part = CanonicalText(value.items[i], order);
    if (i % 2 == 0) {
      text += part;
    } else {
      text += value.forward[i / 2] ? "-" + part + "->" : "<-" + part + "-";
    }
  }
  return text + ">";
}

}  // namespace

ExpectedValue FromEngine(const Value& value) {
  ExpectedValue expected;
  switch (value.type()) {
    case ValueType::kNull: return expected;
    case ValueType::kBoolean:
      expected.kind = Kind::kBoolean;
      expected.boolean = value.AsBoolean();
      return expected;
    case ValueType::kInteger:
      expected.kind = Kind::kInteger;
      expected.integer = value.AsInteger();
      return expected;
    case ValueType::kFloat:
      expected.kind = Kind::kFloat;
      expected.number = value.AsFloat();
      return expected;
    case ValueType::kString: return OfText(std::string(value.AsString()));
    case ValueType::kList:
      expected.kind = Kind::kList;
      for (const Value& item : value.AsList()) expected.items.push_back(FromEngine(item));
      return expected;
    case ValueType::kMap:
      expected.kind = Kind::kMap;
      SetEntries(value.AsMap(), &expected);
      return expected;
    case ValueType::kNode:
      expected.kind = Kind::kNode;
      if (!value.IsWhole()) return OfText("(a node without its contents)");
      expected.labels = value.AsNode().labels;
      SetEntries(value.AsNode().properties, &expected);
      return expected;
    case ValueType::kRelationship:
      expected.kind = Kind::kRelationship;
      if (!value.IsWhole()) return OfText("(a relationship without its contents)");
      expected.text = value.AsRelationship().type;
      SetEntries(value.AsRelationship().properties, &expected);
      return expected;
    case ValueType::kPath: return FromPath(value.AsPath());
    default: return FromTemporal(value);
  }
}

Result<Value> ToEngine(const ExpectedValue& expected) {
  switch (expected.kind) {
    case Kind::kNull: return Value();
    case Kind::kBoolean: return Value(expected.boolean);
    case Kind::kInteger: return Value(expected.integer);
    case Kind::kFloat: return Value(expected.number);
    case Kind::kString: return Value(expected.text);
    case Kind::kList: {
      List list;
      for (const ExpectedValue& item : expected.items) {
        KITH_ASSIGN_OR_RETURN(Value converted, ToEngine(item));
        list.push_back(std::move(converted));
      }
      return Value(std::move(list));
    }
    case Kind::kMap: {
      Map map;
      for (size_t i = 0; i < expected.keys.size(); ++i) {
        KITH_ASSIGN_OR_RETURN(Value converted, ToEngine(expected.values[i]));
        map.emplace_back(expected.keys[i], std::move(converted));
      }
      return Value::FromMap(std::move(map));
    }
    default: break;
  }
  return Status(StatusCode::kInvalidArgument,
                "a node, relationship or path cannot be a parameter or a procedure's value");
}

std::string CanonicalText(const ExpectedValue& value, ListOrder order) {
  switch (value.kind) {
    case Kind::kNull: return "null";
    case Kind::kBoolean: return value.boolean ? "true" : "false";
    case Kind::kInteger: return fmt::format("{}", value.integer);
    case Kind::kFloat: return FloatText(value.number);
    case Kind::kString: return Quoted(value.text);
    case Kind::kList: {
      std::vector<std::string> parts;
      for (const ExpectedValue& item : value.items) parts.push_back(CanonicalText(item, order));
      return "[" + Join(std::move(parts), order == ListOrder::kIgnored) + "]";
    }
    case Kind::kMap: return EntriesText(value, order);
    case Kind::kNode: return NodeText(value, order);
    case Kind::kRelationship: return "[:" + value.text + PropertiesText(value, order) + "]";
    case Kind::kPath: return PathText(value, order);
  }
  return "";
}

}  // namespace kith::tck
