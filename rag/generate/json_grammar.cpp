// SPDX-License-Identifier: Apache-2.0
// One rule for each place of the schema; rules of places that others refer to have names, so that a
// schema may refer to itself.
#include "rag/generate/json_grammar.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

namespace kith::rag {
namespace {

using Element = simdjson::dom::element;
using Object = simdjson::dom::object;

constexpr size_t kMaxDepth = 64;
constexpr uint64_t kMaxRepeats = 2000;

constexpr std::string_view kBasics = R"(space ::= " "?
character ::= [^"\\\x00-\x1F] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4})
string ::= "\"" character* "\""
integer ::= "-"? ("0" | [1-9] [0-9]{0,15})
number ::= integer ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,3})?
boolean ::= "true" | "false"
null ::= "null"
value ::= string | number | boolean | null | object | array
object ::= "{" space (string ":" space value ("," space string ":" space value)*)? "}"
array ::= "[" space (value ("," space value)*)? "]"
)";

/// What says something about a value, and is in the grammar; then what only people read.
constexpr std::array kKnown = std::to_array<std::string_view>(
    {"type",     "properties",  "required",    "items",
     "minItems", "maxItems",    "minLength",   "maxLength",
     "enum",     "const",       "anyOf",       "oneOf",
     "$ref",     "$defs",       "definitions", "additionalProperties",
     "title",    "description", "default",     "examples",
     "$schema",  "$id",         "$comment"});

/// What says all of a value; of the rest below, only `type` may stand beside the first two.
constexpr std::array kWhole =
    std::to_array<std::string_view>({"const", "enum", "anyOf", "oneOf", "$ref"});
/// What says something about values of one type.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kTypeOf = {
    {{"properties", "object"},
     {"required", "object"},
     {"additionalProperties", "object"},
     {"items", "array"},
     {"minItems", "array"},
     {"maxItems", "array"},
     {"minLength", "string"},
     {"maxLength", "string"}}};

Status Invalid(std::string message) {
  return Status(StatusCode::kInvalidArgument, "the JSON schema " + std::move(message));
}

/// A literal of the grammar that stands for `text`.
std::string Literal(std::string_view text) {
  std::string literal = "\"";
  for (const char c : text) {
    if (c == '\n') {
      literal += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') literal += '\\';
    literal += c;
  }
  return literal + "\"";
}

class Writer {
 public:
  explicit Writer(Element root) : root_(root) {}

  Result<std::string> Write() {
    KITH_ASSIGN_OR_RETURN(const std::string root, Place(root_, 0));
    std::string text = fmt::format("root ::= {}\n{}", root, kBasics);
    for (const auto& [name, rule] : rules_) text += fmt::format("{} ::= {}\n", name, rule);
    return text;
  }

 private:
  std::string NewRule(std::string rule) {
    const std::string name = fmt::format("r{}", ++count_);
    rules_[name] = std::move(rule);
    return name;
  }

  static Status CheckKeywords(const Object& schema) {
    for (const auto& [key, value] : schema) {
      if (std::find(kKnown.begin(), kKnown.end(), key) == kKnown.end()) {
        return Invalid(
            fmt::format("has the keyword '{}', which cannot be kept to; leave it out and "
                        "check the answer for it",
                        key));
      }
    }
    return CheckTogether(schema);
  }

  static bool Has(const Object& schema, std::string_view key) {
    return schema[key].error() == simdjson::SUCCESS;
  }

  /// What stands beside a keyword that says all of the value would be passed over.
  static Status CheckTogether(const Object& schema) {
    const auto whole = std::find_if(kWhole.begin(), kWhole.end(),
                                    [&](std::string_view key) { return Has(schema, key); });
    if (whole == kWhole.end()) return Status::Ok();
    const bool listed = *whole == "const" || *whole == "enum";
    std::string_view beside = Has(schema, "type") && !listed ? "type" : "";
    for (const auto& [key, type] : kTypeOf) beside = Has(schema, key) ? key : beside;
    for (auto other = whole + 1; other != kWhole.end(); ++other) {
      beside = Has(schema, *other) ? *other : beside;
    }
    if (beside.empty()) return Status::Ok();
    return Invalid(
        fmt::format("has {} beside {}, which cannot be kept to together", beside, *whole));
  }

  /// The number of a keyword, or `otherwise` without it.
  static Result<uint64_t> CountOf(const Object& schema, std::string_view key, uint64_t otherwise) {
    Element found;
    if (schema[key].get(found) != simdjson::SUCCESS) return otherwise;
    uint64_t count = 0;
    if (found.get(count) == simdjson::SUCCESS && count <= kMaxRepeats) return count;
    return Invalid(fmt::format("has a {} that is no number from 0 to {}", key, kMaxRepeats));
  }

  /// An expression for the values that `element`, a schema, describes.
  Result<std::string> Place(Element element, size_t depth) {
    if (depth > kMaxDepth) return Invalid(fmt::format("is deeper than {} levels", kMaxDepth));
    bool any = false;
    if (element.get(any) == simdjson::SUCCESS && any) return std::string("value");
    Object schema;
    if (element.get(schema) != simdjson::SUCCESS) return Invalid("is no object where it should be");
    KITH_RETURN_IF_ERROR(CheckKeywords(schema));
    Element found;
    if (schema["$ref"].get(found) == simdjson::SUCCESS) return Reference(found, depth);
    if (schema["const"].get(found) == simdjson::SUCCESS) {
      return Literal(simdjson::minify(found));
    }
    for (const std::string_view key : {"enum", "anyOf", "oneOf"}) {
      if (schema[key].get(found) != simdjson::SUCCESS) continue;
      return Choice(key, found, depth);
    }
    return OfType(schema, depth);
  }

  Result<std::string> Reference(Element element, size_t depth) {
    std::string_view path;
    if (element.get(path) != simdjson::SUCCESS || !path.starts_with("#")) {
      return Invalid("has a $ref that is no \"#/...\"");
    }
    const std::string key(path);
    if (const auto known = references_.find(key); known != references_.end()) return known->second;
    Element target;
    if (root_.at_pointer(path.substr(1)).get(target) != simdjson::SUCCESS) {
      return Invalid(fmt::format("refers to {}, which it does not have", path));
    }
    const std::string name = NewRule("");
    references_[key] = name;
    KITH_ASSIGN_OR_RETURN(rules_[name], Place(target, depth + 1));
    return name;
  }

  Result<std::string> Choice(std::string_view key, Element element, size_t depth) {
    simdjson::dom::array choices;
    if (element.get(choices) != simdjson::SUCCESS || choices.size() == 0) {
      return Invalid(fmt::format("has a {} that is no list", key));
    }
    std::string text;
    for (const Element choice : choices) {
      text += text.empty() ? "(" : " | ";
      if (key == "enum") {
        text += Literal(simdjson::minify(choice));
        continue;
      }
      KITH_ASSIGN_OR_RETURN(const std::string one, Place(choice, depth + 1));
      text += one;
    }
    return text + ")";
  }

  Result<std::string> OfType(const Object& schema, size_t depth) {
    Element found;
    if (schema["type"].get(found) != simdjson::SUCCESS) {
      const auto tells = std::find_if(kTypeOf.begin(), kTypeOf.end(),
                                      [&](const auto& known) { return Has(schema, known.first); });
      if (tells == kTypeOf.end()) return std::string("value");
      return Named(tells->second, schema, depth);
    }
    std::string_view name;
    if (found.get(name) == simdjson::SUCCESS) return Named(name, schema, depth);
    simdjson::dom::array names;
    if (found.get(names) != simdjson::SUCCESS || names.size() == 0) {
      return Invalid("has a type that is neither a name nor a list");
    }
    std::string text;
    for (const Element each : names) {
      if (each.get(name) != simdjson::SUCCESS) return Invalid("has a type that is no name");
      KITH_ASSIGN_OR_RETURN(const std::string one, Named(name, schema, depth));
      text += (text.empty() ? "(" : " | ") + one;
    }
    return text + ")";
  }

  Result<std::string> Named(std::string_view type, const Object& schema, size_t depth) {
    if (type == "object") return ObjectRule(schema, depth);
    if (type == "array") return ArrayRule(schema, depth);
    if (type == "string") {
      KITH_ASSIGN_OR_RETURN(const uint64_t least, CountOf(schema, "minLength", 0));
      KITH_ASSIGN_OR_RETURN(const uint64_t most, CountOf(schema, "maxLength", kMaxRepeats + 1));
      if (least == 0 && most > kMaxRepeats) return std::string("string");
      if (least > most) return Invalid("has a minLength above its maxLength");
      const std::string upper = most > kMaxRepeats ? "" : std::to_string(most);
      return fmt::format("\"\\\"\" character{{{},{}}} \"\\\"\"", least, upper);
    }
    for (const std::string_view basic : {"integer", "number", "boolean", "null"}) {
      if (type == basic) return std::string(basic);
    }
    return Invalid(fmt::format("has the type '{}', which JSON has not", type));
  }

  Result<std::string> ArrayRule(const Object& schema, size_t depth) {
    KITH_ASSIGN_OR_RETURN(const uint64_t least, CountOf(schema, "minItems", 0));
    KITH_ASSIGN_OR_RETURN(const uint64_t most, CountOf(schema, "maxItems", kMaxRepeats + 1));
    if (least > most) return Invalid("has a minItems above its maxItems");
    std::string item = "value";
    Element items;
    if (schema["items"].get(items) == simdjson::SUCCESS) {
      KITH_ASSIGN_OR_RETURN(item, Place(items, depth + 1));
    }
    const std::string name = NewRule(std::move(item));
    if (most == 0) return std::string("\"[\" space \"]\"");
    const std::string upper = most > kMaxRepeats ? "" : std::to_string(most - 1);
    const std::string list =
        fmt::format("{0} (\",\" space {0}){{{1},{2}}}", name, least == 0 ? 0 : least - 1, upper);
    return fmt::format("\"[\" space {} \"]\"", least == 0 ? "(" + list + ")?" : list);
  }

  /// An object whose properties have any names.
  Result<std::string> OpenObject(const Object& schema, size_t depth) {
    Element found;
    bool any = true;
    if (schema["additionalProperties"].get(found) != simdjson::SUCCESS) {
      return std::string("object");
    }
    if (found.get(any) == simdjson::SUCCESS)
      return std::string(any ? "object" : R"("{" space "}")");
    KITH_ASSIGN_OR_RETURN(std::string value, Place(found, depth + 1));
    const std::string member =
        NewRule(fmt::format(R"(string ":" space {})", NewRule(std::move(value))));
    return fmt::format(R"("{{" space ({0} ("," space {0})*)? "}}")", member);
  }

  /// The names of `required`, each a property.
  static Result<std::vector<std::string>> RequiredOf(const Object& schema,
                                                     const Object& properties) {
    std::vector<std::string> required;
    simdjson::dom::array names;
    if (!Has(schema, "required")) return required;
    if (schema["required"].get(names) != simdjson::SUCCESS) {
      return Invalid("has a required that is no list");
    }
    for (const Element each : names) {
      std::string_view name;
      if (each.get(name) != simdjson::SUCCESS || !Has(properties, name)) {
        return Invalid(fmt::format("requires the property {}, which its properties lack",
                                   std::string(simdjson::minify(each))));
      }
      required.emplace_back(name);
    }
    return required;
  }

  /// The properties in their order; a comma stands before each but the first that is there.
  Result<std::string> ObjectRule(const Object& schema, size_t depth) {
    Element found;
    Object properties;
    const bool open = schema["properties"].get(found) != simdjson::SUCCESS;
    if (!open && found.get(properties) != simdjson::SUCCESS) {
      return Invalid("has properties that are none");
    }
    if (open && !Has(schema, "required")) return OpenObject(schema, depth);
    if (open) return Invalid("requires properties that it does not describe");
    KITH_ASSIGN_OR_RETURN(const std::vector<std::string> required, RequiredOf(schema, properties));
    std::vector<std::pair<std::string, bool>> members;  // Its rule, and whether it has to be there.
    for (const auto& [key, value] : properties) {
      KITH_ASSIGN_OR_RETURN(const std::string place, Place(value, depth + 1));
      const bool needed = std::find(required.begin(), required.end(), key) != required.end();
      members.emplace_back(
          NewRule(fmt::format("{} space {}", Literal(QuotedKey(key) + ":"), place)), needed);
    }
    // From the last one: the rest of an object in which nothing, or something, came before.
    std::string rest_first = "\"\"";
    std::string rest_later = "\"\"";
    for (auto member = members.rbegin(); member != members.rend(); ++member) {
      const std::string here = fmt::format("{} {}", member->first, rest_later);
      const std::string behind = fmt::format("\",\" space {}", here);
      if (member->second) {
        rest_first = NewRule(here);
        rest_later = NewRule(behind);
      } else {
        rest_first = NewRule(fmt::format("{} | {}", here, rest_first));
        rest_later = NewRule(fmt::format("{} | {}", behind, rest_later));
      }
    }
    return fmt::format("\"{{\" space {} \"}}\"", rest_first);
  }

  /// As JSON writes it.
  static std::string QuotedKey(std::string_view key) {
    std::string quoted = "\"";
    for (const char c : key) {
      if (static_cast<unsigned char>(c) < 0x20) {
        quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        continue;
      }
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    return quoted + "\"";
  }

  Element root_;
  size_t count_ = 0;
  std::map<std::string, std::string> rules_;
  std::map<std::string, std::string> references_;
};

}  // namespace

Result<std::string> GrammarOfJsonSchema(std::string_view schema) {
  simdjson::dom::parser parser;
  Element root;
  const simdjson::padded_string text(schema);
  if (const auto error = parser.parse(text).get(root); error != simdjson::SUCCESS) {
    return Invalid(fmt::format("is no JSON: {}", simdjson::error_message(error)));
  }
  return Writer(root).Write();
}

}  // namespace kith::rag
