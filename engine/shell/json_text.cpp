// SPDX-License-Identifier: Apache-2.0
// A writer of JSON (RFC 8259) for values.
#include "engine/shell/json_text.h"

#include <fmt/format.h>

#include <cmath>

#include "engine/base/utf8.h"

namespace kith::shell {
namespace {

void AppendFloat(double value, std::string* out) {
  if (std::isnan(value)) {
    *out += "\"NaN\"";
  } else if (std::isinf(value)) {
    *out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else {
    const std::string digits = fmt::format("{}", value);
    *out += digits;
    // 1.0 stays a float for whoever reads it back.
    if (digits.find_first_of(".eE") == std::string::npos) *out += ".0";
  }
}

void AppendList(const List& list, std::string* out) {
  *out += '[';
  for (size_t i = 0; i < list.size(); ++i) {
    if (i > 0) *out += ',';
    AppendJson(list[i], out);
  }
  *out += ']';
}

void AppendMap(const Map& map, std::string* out) {
  *out += '{';
  for (size_t i = 0; i < map.size(); ++i) {
    if (i > 0) *out += ',';
    AppendJsonString(map[i].first, out);
    *out += ':';
    AppendJson(map[i].second, out);
  }
  *out += '}';
}

void AppendNode(const Value& value, std::string* out) {
  *out += fmt::format("{{\"id\":{}", value.AsNodeId().AsInteger());
  if (value.IsWhole()) {
    *out += ",\"labels\":[";
    const Node& node = value.AsNode();
    for (size_t i = 0; i < node.labels.size(); ++i) {
      if (i > 0) *out += ',';
      AppendJsonString(node.labels[i], out);
    }
    *out += "],\"properties\":";
    AppendMap(node.properties, out);
  }
  *out += '}';
}

void AppendRelationship(const Value& value, std::string* out) {
  *out += fmt::format("{{\"id\":{}", value.AsRelId().AsInteger());
  if (value.IsWhole()) {
    const Relationship& relationship = value.AsRelationship();
    *out += ",\"type\":";
    AppendJsonString(relationship.type, out);
    *out += fmt::format(",\"start\":{},\"end\":{},\"properties\":", relationship.start.AsInteger(),
                        relationship.end.AsInteger());
    AppendMap(relationship.properties, out);
  }
  *out += '}';
}

}  // namespace

void AppendJsonString(std::string_view text, std::string* out) {
  *out += '"';
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const char32_t code = TakeUtf8(text, &at);
    if (code == kBadUtf8) {
      *out += "\\ufffd";
    } else if (code == U'"' || code == U'\\') {
      *out += '\\';
      *out += static_cast<char>(code);
    } else if (code == U'\n') {
      *out += "\\n";
    } else if (code < 0x20 || code == 0x7F) {
      *out += fmt::format("\\u{:04x}", static_cast<uint32_t>(code));
    } else {
      *out += text.substr(begin, at - begin);
    }
  }
  *out += '"';
}

void AppendJson(const Value& value, std::string* out) {
  switch (value.type()) {
    case ValueType::kNull: *out += "null"; return;
    case ValueType::kBoolean: *out += value.AsBoolean() ? "true" : "false"; return;
    case ValueType::kInteger: *out += fmt::format("{}", value.AsInteger()); return;
    case ValueType::kFloat: AppendFloat(value.AsFloat(), out); return;
    case ValueType::kString: AppendJsonString(value.AsString(), out); return;
    case ValueType::kList: AppendList(value.AsList(), out); return;
    case ValueType::kMap: AppendMap(value.AsMap(), out); return;
    case ValueType::kNode: AppendNode(value, out); return;
    case ValueType::kRelationship: AppendRelationship(value, out); return;
    case ValueType::kPath:
      *out += "{\"nodes\":";
      AppendList(value.AsPath().nodes, out);
      *out += ",\"relationships\":";
      AppendList(value.AsPath().relationships, out);
      *out += '}';
      return;
    default: AppendJsonString(value.ToString(), out); return;
  }
}

}  // namespace kith::shell
