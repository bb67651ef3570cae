// SPDX-License-Identifier: Apache-2.0
// The context of the cursor decides which words fit.
#include "engine/shell/schema_words.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "engine/shell/dot_command.h"

namespace kith::shell {
namespace {

constexpr std::string_view kKeywords[] = {"ALL",
                                          "AND",
                                          "AS",
                                          "ASC",
                                          "BEGIN",
                                          "BY",
                                          "CALL",
                                          "CASE",
                                          "COMMIT",
                                          "CONSTRAINT",
                                          "CONTAINS",
                                          "CREATE",
                                          "DELETE",
                                          "DESC",
                                          "DETACH",
                                          "DISTINCT",
                                          "DROP",
                                          "ELSE",
                                          "END",
                                          "ENDS WITH",
                                          "EXISTS",
                                          "EXPLAIN",
                                          "FALSE",
                                          "FOR",
                                          "FULLTEXT",
                                          "IF NOT EXISTS",
                                          "IN",
                                          "INDEX",
                                          "INDEXES",
                                          "IS NOT NULL",
                                          "IS NULL",
                                          "IS UNIQUE",
                                          "LIMIT",
                                          "MATCH",
                                          "MERGE",
                                          "NOT",
                                          "NULL",
                                          "ON",
                                          "ON CREATE SET",
                                          "ON MATCH SET",
                                          "OPTIONAL MATCH",
                                          "OR",
                                          "ORDER BY",
                                          "PROFILE",
                                          "REMOVE",
                                          "REQUIRE",
                                          "RETURN",
                                          "ROLLBACK",
                                          "SCORE AS",
                                          "SEARCH",
                                          "SERIALIZABLE",
                                          "SET",
                                          "SHOW",
                                          "SKIP",
                                          "STARTS WITH",
                                          "THEN",
                                          "TRUE",
                                          "UNION",
                                          "UNWIND",
                                          "VECTOR",
                                          "WHEN",
                                          "WHERE",
                                          "WITH",
                                          "XOR",
                                          "YIELD"};

constexpr std::string_view kFunctions[] = {
    "abs(",      "all(",           "any(",        "avg(",       "ceil(",
    "coalesce(", "collect(",       "count(",      "date(",      "datetime(",
    "duration(", "endNode(",       "exists(",     "floor(",     "head(",
    "id(",       "keys(",          "labels(",     "last(",      "left(",
    "length(",   "localdatetime(", "localtime(",  "max(",       "min(",
    "nodes(",    "none(",          "properties(", "rand(",      "range(",
    "reduce(",   "relationships(", "replace(",    "reverse(",   "right(",
    "round(",    "shortestPath(",  "sign(",       "single(",    "size(",
    "split(",    "sqrt(",          "startNode(",  "substring(", "sum(",
    "tail(",     "time(",          "toBoolean(",  "toFloat(",   "toInteger(",
    "toLower(",  "toString(",      "toUpper(",    "trim(",      "type("};

bool IsWordByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || byte >= 0x80;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

/// A name that is no plain identifier needs backticks.
std::string Quoted(const std::string& name) {
  const bool plain = !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
                     std::all_of(name.begin(), name.end(), IsWordByte);
  if (plain) return name;
  std::string quoted = "`";
  for (const char c : name) {
    if (c == '`') quoted += '`';
    quoted += c;
  }
  return quoted + "`";
}

template <typename Words>
void AddMatching(const Words& words, std::string_view prefix, bool ignore_case,
                 std::vector<std::string>* out) {
  const std::string wanted = ignore_case ? Lower(prefix) : std::string(prefix);
  for (const auto& word : words) {
    const std::string seen = ignore_case ? Lower(word) : std::string(word);
    if (seen.starts_with(wanted)) out->emplace_back(word);
  }
}

/// A keyword or command that is the only choice is done, and the next word follows.
void AddBlankToOnly(std::vector<std::string>* found) {
  if (found->size() == 1) found->front() += ' ';
}

/// Adds the names that begin with `prefix`, in whatever case when none does in this one, quoted
/// where they need it.
void AddNames(const std::vector<std::string>& names, std::string_view prefix,
              std::vector<std::string>* out) {
  std::vector<std::string> matching;
  AddMatching(names, prefix, false, &matching);
  if (matching.empty()) AddMatching(names, prefix, true, &matching);
  for (const std::string& name : matching) out->push_back(Quoted(name));
}

/// The bracket of a pattern that the end of `text` is in: '(' of a node, '[' of a relationship, or
/// '\0'. Braces are passed over.
char OpenBracket(std::string_view text) {
  int closed = 0;
  for (size_t at = text.size(); at > 0; --at) {
    const char c = text[at - 1];
    if (c == ')' || c == ']' || c == '}') ++closed;
    if (c != '(' && c != '[' && c != '{') continue;
    if (closed > 0) {
      --closed;
    } else if (c != '{') {
      return c;
    }
  }
  return '\0';
}

bool EndsWithCall(std::string_view text) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return Lower(text).ends_with("call");
}

}  // namespace

std::vector<std::string> SchemaWords::Column(std::string_view statement) const {
  std::vector<std::string> names;
  auto cursor = connection_->Execute(statement);
  while (cursor.ok() && cursor->Next()) {
    if (cursor->Get(0).IsString()) names.emplace_back(cursor->Get(0).AsString());
  }
  return names;
}

std::vector<std::string> SchemaWords::Complete(std::string_view line, size_t* replaced) const {
  size_t begin = line.size();
  while (begin > 0 && IsWordByte(line[begin - 1])) --begin;
  const char before = begin > 0 ? line[begin - 1] : '\0';
  std::vector<std::string> found;
  if (line.starts_with('.') && line.find(' ') == std::string_view::npos) {
    *replaced = line.size();
    AddMatching(DotCommandNames(), line, false, &found);
    AddBlankToOnly(&found);
    return found;
  }
  // A procedure's name has dots in it.
  size_t call_begin = begin;
  while (call_begin > 0 && (IsWordByte(line[call_begin - 1]) || line[call_begin - 1] == '.'))
    --call_begin;
  if (EndsWithCall(line.substr(0, call_begin)) && call_begin > 0) {
    *replaced = line.size() - call_begin;
    AddMatching(Column("SHOW PROCEDURES YIELD name RETURN name"), line.substr(call_begin), false,
                &found);
    return found;
  }
  const std::string_view prefix = line.substr(begin);
  *replaced = prefix.size();
  if (before == ':' || before == '|') {
    const char bracket = OpenBracket(line.substr(0, begin));
    if (bracket != '[')
      AddNames(Column("CALL db.labels() YIELD label RETURN label"), prefix, &found);
    if (bracket != '(') {
      AddNames(Column("CALL db.relationshipTypes() YIELD relationshipType RETURN relationshipType"),
               prefix, &found);
    }
  } else if (before == '.' || before == '{') {
    AddNames(Column("CALL db.propertyKeys() YIELD propertyKey RETURN propertyKey"), prefix, &found);
  } else if (!prefix.empty()) {
    AddMatching(kFunctions, prefix, true, &found);
    const bool function = !found.empty();
    AddMatching(kKeywords, prefix, true, &found);
    if (!function) AddBlankToOnly(&found);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace kith::shell
