// SPDX-License-Identifier: Apache-2.0
// Parsing text queries by recursive descent over bytes.
#include "index/text/text_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "engine/base/utf8.h"
#include "index/text/analyzer.h"

namespace kith::index {
namespace {

using Node = TextQueryNode;

// Groups nest at most so deeply: parsing and evaluation recurse.
constexpr int kMaxDepth = 50;
// Shown in errors.
constexpr size_t kMaxShownBytes = 80;

bool IsSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool IsNameByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || c == '_' || (c >= '0' && c <= '9') ||
         ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

// A word as written: escapes resolved, and whether an unescaped * ended it.
struct RawWord {
  std::string text;
  bool prefix = false;
};

class Parser {
 public:
  Parser(const IndexDefinition& index, const Analyzer& analyzer, std::string_view query)
      : index_(index), analyzer_(analyzer), query_(query) {}

  Result<Node> ParseAll() {
    Node root;
    KITH_RETURN_IF_ERROR(ParseGroup(0, UINT32_MAX, &root));
    if (at_ < query_.size()) return Malformed(at_, "')' has no '(' before it");
    return root;
  }

 private:
  bool AtEnd() const { return at_ >= query_.size(); }
  char Peek() const { return AtEnd() ? '\0' : query_[at_]; }
  void SkipSpace() {
    while (!AtEnd() && IsSpace(query_[at_])) ++at_;
  }
  Status Malformed(size_t at, std::string_view what) const;
  bool TakeOperator(std::string_view word);

  Status ParseGroup(int depth, uint32_t properties, Node* group);
  Status ParseClause(int depth, uint32_t properties, Occurrence occurrence, Node* group);
  Result<uint32_t> TakeProperty(uint32_t properties);
  Status ParsePhrase(Node* node);
  Status ParseWord(Node* node);
  Result<RawWord> TakeRawWord();
  Status ParseBoost(Node* node);

  const IndexDefinition& index_;
  const Analyzer& analyzer_;
  std::string_view query_;
  size_t at_ = 0;
};

Status Parser::Malformed(size_t at, std::string_view what) const {
  std::string shown(query_.substr(0, kMaxShownBytes));
  while (!shown.empty() && !IsUtf8(shown)) shown.pop_back();
  if (shown.size() < query_.size()) shown += "...";
  return Status(StatusCode::kArgumentError,
                fmt::format("{} (byte {} of the full-text query '{}'); put \\ before a character "
                            "that is meant literally",
                            what, at + 1, shown))
      .WithPhase(ErrorPhase::kRuntime);
}

// AND, OR and NOT are operators only as whole words; signs need nothing behind them.
bool Parser::TakeOperator(std::string_view word) {
  if (query_.substr(at_, word.size()) != word) return false;
  const size_t after = at_ + word.size();
  if (IsNameByte(word.back()) && after < query_.size() && !IsSpace(query_[after]) &&
      query_[after] != '(' && query_[after] != '"') {
    return false;
  }
  at_ = after;
  SkipSpace();
  return true;
}

// Clauses up to the end or a ')', which stays.
Status Parser::ParseGroup(int depth, uint32_t properties, Node* group) {
  if (depth > kMaxDepth) {
    return Malformed(at_, fmt::format("more than {} parentheses are open", kMaxDepth));
  }
  for (SkipSpace(); !AtEnd() && Peek() != ')'; SkipSpace()) {
    Occurrence occurrence = Occurrence::kShould;
    const size_t start = at_;
    const bool has_left = !group->parts.empty();
    if (TakeOperator("AND") || TakeOperator("&&")) {
      if (!has_left) return Malformed(start, "AND has nothing before it");
      Node& left = group->parts.back();
      if (left.occurrence == Occurrence::kShould) left.occurrence = Occurrence::kMust;
      occurrence = Occurrence::kMust;
    } else if (TakeOperator("OR") || TakeOperator("||")) {
      if (!has_left) return Malformed(start, "OR has nothing before it");
    }
    const bool joined = at_ != start;
    if (TakeOperator("NOT") || TakeOperator("!")) {
      occurrence = Occurrence::kMustNot;
    } else if (Peek() == '+' || Peek() == '-') {
      occurrence = Peek() == '+' ? Occurrence::kMust : Occurrence::kMustNot;
      ++at_;
    }
    const bool marked = at_ != start;
    if (marked && (AtEnd() || Peek() == ')' || IsSpace(Peek()))) {
      // A lone dash or plus is punctuation; an operator needs its operand.
      if (!joined && occurrence != Occurrence::kShould && (start + 1 == at_)) continue;
      return Malformed(start, "the operator has nothing after it");
    }
    KITH_RETURN_IF_ERROR(ParseClause(depth, properties, occurrence, group));
  }
  return Status::Ok();
}

// `name:` before a clause; without one the properties of the group stay.
Result<uint32_t> Parser::TakeProperty(uint32_t properties) {
  size_t end = at_;
  while (end < query_.size() && IsNameByte(query_[end])) ++end;
  const bool named = end > at_ && end + 1 < query_.size() && query_[end] == ':' &&
                     !IsSpace(query_[end + 1]) && !(query_[at_] >= '0' && query_[at_] <= '9');
  if (!named) return properties;
  const std::string_view name = query_.substr(at_, end - at_);
  const auto& known = index_.properties;
  const auto found = std::find(known.begin(), known.end(), name);
  if (found == known.end()) {
    return Malformed(at_, fmt::format("text index '{}' has no property '{}'; it covers {}",
                                      index_.name, name, fmt::join(known, ", ")));
  }
  at_ = end + 1;
  return uint32_t{1} << (found - known.begin());
}

Status Parser::ParseClause(int depth, uint32_t properties, Occurrence occurrence, Node* group) {
  KITH_ASSIGN_OR_RETURN(const uint32_t within, TakeProperty(properties));
  Node node;
  node.occurrence = occurrence;
  node.properties = within;
  const size_t start = at_;
  if (Peek() == '(') {
    ++at_;
    KITH_RETURN_IF_ERROR(ParseGroup(depth + 1, within, &node));
    if (AtEnd()) return Malformed(start, "'(' is never closed");
    ++at_;
  } else if (Peek() == '"') {
    KITH_RETURN_IF_ERROR(ParsePhrase(&node));
  } else {
    KITH_RETURN_IF_ERROR(ParseWord(&node));
  }
  KITH_RETURN_IF_ERROR(ParseBoost(&node));
  const bool empty = node.words.empty() && node.parts.empty() && node.prefix.empty();
  if (!empty) group->parts.push_back(std::move(node));
  return Status::Ok();
}

Status Parser::ParsePhrase(Node* node) {
  const size_t start = at_++;
  std::string text;
  while (!AtEnd() && Peek() != '"') {
    if (Peek() == '\\' && at_ + 1 < query_.size()) ++at_;
    text.push_back(query_[at_++]);
  }
  if (AtEnd()) return Malformed(start, "the quotation mark is never closed");
  ++at_;
  node->words = analyzer_.AnalyzeQuery(text);
  node->kind = node->words.size() == 1 ? Node::Kind::kWord : Node::Kind::kPhrase;
  return Status::Ok();
}

Result<RawWord> Parser::TakeRawWord() {
  RawWord word;
  const size_t start = at_;
  while (!AtEnd() && !IsSpace(Peek())) {
    const char c = Peek();
    if (c == '"' || c == '(' || c == ')' || c == '^') break;
    if (c == '~') return Malformed(at_, "'~' (fuzzy search) is not supported");
    if (c == '*') {
      ++at_;
      const bool last = AtEnd() || IsSpace(Peek()) || Peek() == ')' || Peek() == '^';
      if (!last || word.text.empty()) {
        return Malformed(at_ - 1, "'*' is allowed at the end of a word only");
      }
      word.prefix = true;
      return word;
    }
    if (c == '\\') {
      if (at_ + 1 == query_.size()) return Malformed(at_, "'\\' is the last character");
      ++at_;
    }
    word.text.push_back(query_[at_++]);
  }
  if (at_ == start) return Malformed(at_, fmt::format("'{}' is not expected here", Peek()));
  return word;
}

// One written word may be several: they all count, as the group's clauses would.
Status Parser::ParseWord(Node* node) {
  KITH_ASSIGN_OR_RETURN(const RawWord word, TakeRawWord());
  std::vector<QueryWord> words = analyzer_.AnalyzeQuery(word.text);
  if (words.empty()) return Status::Ok();
  std::vector<Node> parts;
  for (size_t i = 0; i < words.size(); ++i) {
    Node part;
    part.kind = Node::Kind::kWord;
    part.properties = node->properties;
    part.occurrence =
        node->occurrence == Occurrence::kMust ? Occurrence::kMust : Occurrence::kShould;
    if (word.prefix && i + 1 == words.size()) {
      part.kind = Node::Kind::kPrefix;
      // The last word as written: stems of it match as well, since "databases" is kept as its stem.
      AnalyzedText analyzed;
      analyzer_.Analyze(word.text, &analyzed);
      const Token& last = analyzed.tokens.back();
      part.prefix = analyzer_.FoldPrefix(
          std::string_view(word.text).substr(last.begin, last.end - last.begin));
    }
    part.words.push_back(std::move(words[i]));
    parts.push_back(std::move(part));
  }
  if (parts.size() == 1) {
    parts[0].occurrence = node->occurrence;
    *node = std::move(parts[0]);
  } else {
    node->parts = std::move(parts);
  }
  return Status::Ok();
}

Status Parser::ParseBoost(Node* node) {
  if (Peek() != '^') return Status::Ok();
  const size_t start = at_++;
  size_t end = at_;
  while (end < query_.size() &&
         ((query_[end] >= '0' && query_[end] <= '9') || query_[end] == '.')) {
    ++end;
  }
  double boost = 0;
  const char* from = query_.data() + at_;
  const char* to = query_.data() + end;
  const auto [parsed, error] = std::from_chars(from, to, boost);
  if (error != std::errc() || parsed != to || from == to || !(boost > 0) || boost > 1e6) {
    return Malformed(start, "after '^' there must be a number above 0 and at most 1000000");
  }
  at_ = end;
  node->boost = boost;
  return Status::Ok();
}

}  // namespace

Result<Node> ParseTextQuery(const IndexDefinition& index, std::string_view query) {
  KITH_ASSIGN_OR_RETURN(const Analyzer analyzer,
                        Analyzer::Make(index.text.analyzer, index.text.stop_words));
  return Parser(index, analyzer, query).ParseAll();
}

Result<Node> WordsQuery(const IndexDefinition& index, std::string_view text) {
  KITH_ASSIGN_OR_RETURN(const Analyzer analyzer,
                        Analyzer::Make(index.text.analyzer, index.text.stop_words));
  Node root;
  std::map<QueryWord, size_t> seen;
  for (QueryWord& word : analyzer.AnalyzeQuery(text)) {
    const auto [place, fresh] = seen.emplace(word, root.parts.size());
    if (!fresh) {
      root.parts[place->second].boost += 1;
      continue;
    }
    Node& node = root.parts.emplace_back();
    node.kind = Node::Kind::kWord;
    node.words.push_back(std::move(word));
  }
  return root;
}

}  // namespace kith::index
