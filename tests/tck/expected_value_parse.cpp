// SPDX-License-Identifier: Apache-2.0
// The parser of TCK values.
#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "tests/tck/expected_value.h"

namespace kith::tck {
namespace {

using Kind = ExpectedValue::Kind;
constexpr int kMaxDepth = 200;

class ValueParser {
 public:
  explicit ValueParser(std::string_view text) : text_(text) {}

  Result<ExpectedValue> ParseAll() {
    KITH_ASSIGN_OR_RETURN(ExpectedValue value, ParseValue());
    SkipBlanks();
    if (position_ != text_.size()) return Error("the cell must end");
    return value;
  }

 private:
  Result<ExpectedValue> ParseValue();
  Result<ExpectedValue> ParseNode();
  Result<ExpectedValue> ParseRelationship();
  Result<ExpectedValue> ParsePath();
  Result<ExpectedValue> ParseList();
  Result<ExpectedValue> ParseMap();
  Result<ExpectedValue> ParseString();
  Result<ExpectedValue> ParseWordOrNumber();
  Result<ExpectedValue> ParseNumber(std::string_view word);
  Status ParseEntries(ExpectedValue* value);
  Result<std::string> ParseName();

  Status Error(std::string_view reason) const {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("'{}' is no TCK value: {} at byte {}", text_, reason, position_ + 1));
  }
  void SkipBlanks() {
    while (position_ < text_.size() && text_[position_] == ' ') ++position_;
  }
  bool Next(std::string_view wanted) {
    SkipBlanks();
    return text_.substr(position_, wanted.size()) == wanted;
  }
  bool Take(std::string_view wanted) {
    if (!Next(wanted)) return false;
    position_ += wanted.size();
    return true;
  }
  static bool IsNameCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$';
  }

  std::string_view text_;
  size_t position_ = 0;
  int depth_ = 0;
};

Result<std::string> ValueParser::ParseName() {
  SkipBlanks();
  const size_t begin = position_;
  while (position_ < text_.size() && IsNameCharacter(text_[position_])) ++position_;
  if (begin == position_) return Error("a name must stand");
  return std::string(text_.substr(begin, position_ - begin));
}

// What follows the opening brace, up to the closing one.
Status ValueParser::ParseEntries(ExpectedValue* value) {
  if (Take("}")) return Status::Ok();
  do {
    KITH_ASSIGN_OR_RETURN(std::string key, ParseName());
    if (!Take(":")) return Error("':' must follow a key");
    KITH_ASSIGN_OR_RETURN(ExpectedValue entry, ParseValue());
    value->keys.push_back(std::move(key));
    value->values.push_back(std::move(entry));
  } while (Take(","));
  return Take("}") ? Status::Ok() : Error("',' or '}' must follow an entry");
}

Result<ExpectedValue> ValueParser::ParseNode() {
  ExpectedValue node;
  node.kind = Kind::kNode;
  if (!Take("(")) return Error("a node must stand");
  while (Take(":")) {
    KITH_ASSIGN_OR_RETURN(std::string label, ParseName());
    node.labels.push_back(std::move(label));
  }
  if (Take("{")) KITH_RETURN_IF_ERROR(ParseEntries(&node));
  if (!Take(")")) return Error("')' must end a node");
  return node;
}

Result<ExpectedValue> ValueParser::ParseRelationship() {
  ExpectedValue relationship;
  relationship.kind = Kind::kRelationship;
  if (!Take("[") || !Take(":")) return Error("a relationship must stand");
  KITH_ASSIGN_OR_RETURN(relationship.text, ParseName());
  if (Take("{")) KITH_RETURN_IF_ERROR(ParseEntries(&relationship));
  if (!Take("]")) return Error("']' must end a relationship");
  return relationship;
}

Result<ExpectedValue> ValueParser::ParsePath() {
  ExpectedValue path;
  path.kind = Kind::kPath;
  Take("<");
  KITH_ASSIGN_OR_RETURN(ExpectedValue start, ParseNode());
  path.items.push_back(std::move(start));
  while (!Take(">")) {
    const bool backward = Take("<-");
    if (!backward && !Take("-")) return Error("'-', '<-' or '>' must follow a node of a path");
    KITH_ASSIGN_OR_RETURN(ExpectedValue hop, ParseRelationship());
    if (!Take(backward ? "-" : "->")) return Error("an arrow must follow a relationship");
    KITH_ASSIGN_OR_RETURN(ExpectedValue node, ParseNode());
    path.forward.push_back(!backward);
    path.items.push_back(std::move(hop));
    path.items.push_back(std::move(node));
  }
  return path;
}

Result<ExpectedValue> ValueParser::ParseList() {
  ExpectedValue list;
  list.kind = Kind::kList;
  Take("[");
  if (Take("]")) return list;
  do {
    KITH_ASSIGN_OR_RETURN(ExpectedValue item, ParseValue());
    list.items.push_back(std::move(item));
  } while (Take(","));
  if (!Take("]")) return Error("',' or ']' must follow an element");
  return list;
}

Result<ExpectedValue> ValueParser::ParseMap() {
  ExpectedValue map;
  map.kind = Kind::kMap;
  Take("{");
  KITH_RETURN_IF_ERROR(ParseEntries(&map));
  return map;
}

Result<ExpectedValue> ValueParser::ParseString() {
  ExpectedValue string;
  string.kind = Kind::kString;
  Take("'");
  for (; position_ < text_.size(); ++position_) {
    if (text_[position_] == '\'') {
      ++position_;
      return string;
    }
    const bool escaped = text_[position_] == '\\' && position_ + 1 < text_.size() &&
                         (text_[position_ + 1] == '\'' || text_[position_ + 1] == '\\');
    if (escaped) ++position_;
    string.text.push_back(text_[position_]);
  }
  return Error("the string must end");
}

Result<ExpectedValue> ValueParser::ParseNumber(std::string_view word) {
  ExpectedValue value;
  const char* end = word.data() + word.size();
  if (word.find_first_of(".eE") == std::string_view::npos) {
    value.kind = Kind::kInteger;
    const auto [stop, error] = std::from_chars(word.data(), end, value.integer);
    if (error == std::errc() && stop == end) return value;
  } else {
    value.kind = Kind::kFloat;
    const auto [stop, error] = std::from_chars(word.data(), end, value.number);
    if (error == std::errc() && stop == end) return value;
  }
  return Error(fmt::format("'{}' is no number", word));
}

Result<ExpectedValue> ValueParser::ParseWordOrNumber() {
  const size_t begin = position_;
  while (position_ < text_.size() && (IsNameCharacter(text_[position_]) ||
                                      text_[position_] == '-' || text_[position_] == '.')) {
    ++position_;
  }
  const std::string_view word = text_.substr(begin, position_ - begin);
  ExpectedValue value;
  if (word == "null") return value;
  if (word == "true" || word == "false") {
    value.kind = Kind::kBoolean;
    value.boolean = word == "true";
    return value;
  }
  if (word == "NaN") {
    value.kind = Kind::kFloat;
    value.number = std::numeric_limits<double>::quiet_NaN();
    return value;
  }
  return ParseNumber(word);
}

Result<ExpectedValue> ValueParser::ParseValue() {
  if (++depth_ > kMaxDepth) return Error("the value is nested too deeply");
  SkipBlanks();
  Result<ExpectedValue> value = Next("(")    ? ParseNode()
                                : Next("[:") ? ParseRelationship()
                                : Next("[")  ? ParseList()
                                : Next("<")  ? ParsePath()
                                : Next("{")  ? ParseMap()
                                : Next("'")  ? ParseString()
                                             : ParseWordOrNumber();
  --depth_;
  return value;
}

}  // namespace

Result<ExpectedValue> ParseExpected(std::string_view cell) {
  return ValueParser(cell).ParseAll();
}

}  // namespace kith::tck
