// SPDX-License-Identifier: Apache-2.0
// How values are written as text.
#include <charconv>
#include <cmath>

#include "engine/base/value.h"

namespace kith {
namespace {

bool IsPlainName(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool digit = c >= '0' && c <= '9';
    // Bytes past ASCII belong to letters in nearly every name; showing them unquoted reads better.
    if (!letter && !digit && static_cast<unsigned char>(c) < 0x80) return false;
  }
  return true;
}

void AppendName(std::string_view name, std::string* out) {
  if (IsPlainName(name)) {
    out->append(name);
    return;
  }
  out->push_back('`');
  for (const char c : name) {
    if (c == '`') out->push_back('`');
    out->push_back(c);
  }
  out->push_back('`');
}

void AppendQuoted(std::string_view text, std::string* out) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  out->push_back('\'');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '\'': out->append("\\'"); break;
      case '\\': out->append("\\\\"); break;
      case '\n': out->append("\\n"); break;
      case '\r': out->append("\\r"); break;
      case '\t': out->append("\\t"); break;
      case '\b': out->append("\\b"); break;
      case '\f': out->append("\\f"); break;
      default:
        if (byte >= 0x20 && byte != 0x7F) {
          out->push_back(c);
        } else {
          out->append("\\u00");
          out->push_back(kHex[byte >> 4]);
          out->push_back(kHex[byte & 15]);
        }
    }
  }
  out->push_back('\'');
}

void Append(const Value& value, std::string* out);

void AppendEntries(const Map& map, std::string* out) {
  out->push_back('{');
  bool first = true;
  for (const auto& [key, value] : map) {
    if (!first) out->append(", ");
    first = false;
    AppendName(key, out);
    out->append(": ");
    Append(value, out);
  }
  out->push_back('}');
}

void AppendList(const List& list, std::string* out) {
  out->push_back('[');
  for (size_t i = 0; i < list.size(); ++i) {
    if (i > 0) out->append(", ");
    Append(list[i], out);
  }
  out->push_back(']');
}

void AppendNode(const Value& value, std::string* out) {
  out->push_back('(');
  if (!value.IsWhole()) {
    out->append("#").append(std::to_string(value.AsNodeId().bits()));
  } else {
    const Node& node = value.AsNode();
    for (const std::string& label : node.labels) {
      out->push_back(':');
      AppendName(label, out);
    }
    if (!node.properties.empty()) {
      if (!node.labels.empty()) out->push_back(' ');
      AppendEntries(node.properties, out);
    }
  }
  out->push_back(')');
}

void AppendRelationship(const Value& value, std::string* out) {
  out->push_back('[');
  if (!value.IsWhole()) {
    out->append("#").append(std::to_string(value.AsRelId().bits()));
  } else {
    const Relationship& relationship = value.AsRelationship();
    out->push_back(':');
    AppendName(relationship.type, out);
    if (!relationship.properties.empty()) {
      out->push_back(' ');
      AppendEntries(relationship.properties, out);
    }
  }
  out->push_back(']');
}

void AppendPath(const Path& path, std::string* out) {
  out->push_back('<');
  AppendNode(path.nodes[0], out);
  for (size_t i = 0; i < path.relationships.size(); ++i) {
    const Value& relationship = path.relationships[i];
    // The direction is known only of a whole relationship.
    const bool forward =
        relationship.IsWhole() && relationship.AsRelationship().start == path.nodes[i].AsNodeId();
    const bool backward = relationship.IsWhole() && !forward;
    out->append(backward ? "<-" : "-");
    AppendRelationship(relationship, out);
    out->append(forward ? "->" : "-");
    AppendNode(path.nodes[i + 1], out);
  }
  out->push_back('>');
}

void Append(const Value& value, std::string* out) {
  switch (value.type()) {
    case ValueType::kNull: out->append("null"); return;
    case ValueType::kBoolean: out->append(value.AsBoolean() ? "true" : "false"); return;
    case ValueType::kInteger: out->append(std::to_string(value.AsInteger())); return;
    case ValueType::kFloat: out->append(FloatToString(value.AsFloat())); return;
    case ValueType::kString: AppendQuoted(value.AsString(), out); return;
    case ValueType::kList: AppendList(value.AsList(), out); return;
    case ValueType::kMap: AppendEntries(value.AsMap(), out); return;
    case ValueType::kNode: AppendNode(value, out); return;
    case ValueType::kRelationship: AppendRelationship(value, out); return;
    case ValueType::kPath: AppendPath(value.AsPath(), out); return;
    case ValueType::kDate: out->append(ToString(value.AsDate())); return;
    case ValueType::kLocalTime: out->append(ToString(value.AsLocalTime())); return;
    case ValueType::kTime: out->append(ToString(value.AsTime())); return;
    case ValueType::kLocalDateTime: out->append(ToString(value.AsLocalDateTime())); return;
    case ValueType::kDateTime: out->append(ToString(value.AsDateTime())); return;
    case ValueType::kDuration: out->append(ToString(value.AsDuration())); return;
  }
}

}  // namespace

std::string FloatToString(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  // The shortest digits that read back, as d.ddde[+-]xx; then laid out plainly from 0.001 to below
  // 10,000,000 and with an exponent elsewhere, as Java and with it other Cypher systems do.
  char buffer[40];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, std::abs(value), std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<size_t>(end.ptr - buffer));
  const size_t e = text.find('e');
  int exponent = 0;
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), end.ptr, exponent);
  std::string digits(1, text[0]);
  if (e > 2) digits.append(text.substr(2, e - 2));

  std::string out = std::signbit(value) ? "-" : "";
  if (exponent < -3 || exponent >= 7) {
    out.append(digits, 0, 1).append(".");
    out.append(digits.size() > 1 ? digits.substr(1) : "0").append("E");
    return out.append(std::to_string(exponent));
  }
  if (exponent < 0) {
    return out.append("0.").append(static_cast<size_t>(-exponent - 1), '0').append(digits);
  }
  const size_t whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() < whole) digits.append(whole - digits.size(), '0');
  out.append(digits, 0, whole).append(".");
  return out.append(digits.size() > whole ? digits.substr(whole) : "0");
}

std::string Value::ToString() const {
  std::string out;
  Append(*this, &out);
  return out;
}

}  // namespace kith
