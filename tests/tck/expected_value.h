// SPDX-License-Identifier: Apache-2.0
// Values as the TCK writes them in its tables, and a canonical text by which they are compared with
// what the engine returned: ids left out, labels and keys sorted, temporal values as strings.
//
// Thread safety: plain values and pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/value.h"

namespace kith::tck {

struct ExpectedValue {
  enum class Kind : uint8_t {
    kNull,
    kBoolean,
    kInteger,
    kFloat,
    kString,
    kList,
    kMap,
    kNode,
    kRelationship,
    kPath
  };
  Kind kind = Kind::kNull;
  bool boolean = false;
  int64_t integer = 0;
  double number = 0;
  std::string text;                 ///< A string, or a relationship's type.
  std::vector<std::string> labels;  ///< Of a node.
  /// Elements of a list; nodes and relationships of a path, alternating.
  std::vector<ExpectedValue> items;
  std::vector<bool> forward;      ///< Of each relationship of a path: traversed from start to end.
  std::vector<std::string> keys;  ///< Of a map, node or relationship.
  std::vector<ExpectedValue> values;  ///< values[i] belongs to keys[i].
};

/// Reads a table cell. InvalidArgument, with the place, when it is no TCK value.
Result<ExpectedValue> ParseExpected(std::string_view cell);

/// What the engine returned, in the same form. Nodes and relationships must be whole.
ExpectedValue FromEngine(const Value& value);

/// A parameter or a procedure's value. InvalidArgument for nodes, relationships and paths.
Result<Value> ToEngine(const ExpectedValue& expected);

enum class ListOrder : uint8_t { kMatters, kIgnored };

/// Equal texts mean equal values: 1 and 1.0 differ, NaN is NaN, -0.0 is 0.0.
std::string CanonicalText(const ExpectedValue& value, ListOrder order);

}  // namespace kith::tck
