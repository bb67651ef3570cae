// SPDX-License-Identifier: Apache-2.0
// Phrases and highlights.
#include "index/text/document_matcher.h"

#include <algorithm>

namespace kith::index {
namespace {

using Node = TextQueryNode;

bool IsOneOf(const std::vector<std::string>& terms, std::string_view term) {
  return std::find(terms.begin(), terms.end(), term) != terms.end();
}

bool PhraseAt(const Node& phrase, const AnalyzedText& text, size_t first) {
  if (phrase.words.size() > text.tokens.size() - first) return false;
  for (size_t i = 0; i < phrase.words.size(); ++i) {
    if (!IsOneOf(phrase.words[i].terms, text.Term(text.tokens[first + i]))) return false;
  }
  return true;
}

bool MatchesToken(const Node& node, std::string_view term) {
  if (IsOneOf(node.words[0].terms, term)) return true;
  return node.kind == Node::Kind::kPrefix && term.starts_with(node.prefix);
}

std::vector<TextSpan> Merged(std::vector<TextSpan> spans) {
  std::sort(spans.begin(), spans.end(), [](const TextSpan& a, const TextSpan& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  std::vector<TextSpan> merged;
  for (const TextSpan& span : spans) {
    if (!merged.empty() && span.begin < merged.back().end) {
      merged.back().end = std::max(merged.back().end, span.end);
    } else {
      merged.push_back(span);
    }
  }
  return merged;
}

Result<std::vector<TextSpan>> Highlight(const IndexDefinition& index, const Node& query,
                                        std::string_view text) {
  KITH_ASSIGN_OR_RETURN(const Analyzer analyzer,
                        Analyzer::Make(index.text.analyzer, index.text.stop_words));
  AnalyzedText analyzed;
  analyzer.Analyze(text, &analyzed);
  std::vector<TextSpan> spans;
  AddMatches(query, analyzed, &spans);
  return Merged(std::move(spans));
}

}  // namespace

Result<AnalyzedDocument> AnalyzeForMatching(const IndexDefinition& index,
                                            const std::vector<PropertyText>& texts) {
  KITH_ASSIGN_OR_RETURN(const Analyzer analyzer,
                        Analyzer::Make(index.text.analyzer, index.text.stop_words));
  AnalyzedDocument document;
  for (const PropertyText& text : texts) {
    document.texts.push_back({text.property, {}});
    analyzer.Analyze(text.text, &document.texts.back().analyzed);
  }
  return document;
}

bool HasPhrase(const AnalyzedDocument& document, const Node& phrase) {
  for (const auto& text : document.texts) {
    if ((phrase.properties >> text.property & 1) == 0) continue;
    for (size_t i = 0; i < text.analyzed.tokens.size(); ++i) {
      if (PhraseAt(phrase, text.analyzed, i)) return true;
    }
  }
  return false;
}

void AddMatches(const Node& node, const AnalyzedText& text, std::vector<TextSpan>* spans) {
  if (node.occurrence == Occurrence::kMustNot) return;
  const auto& tokens = text.tokens;
  switch (node.kind) {
    case Node::Kind::kGroup:
      for (const Node& part : node.parts) AddMatches(part, text, spans);
      return;
    case Node::Kind::kPhrase:
      for (size_t i = 0; i < tokens.size(); ++i) {
        if (!PhraseAt(node, text, i)) continue;
        spans->push_back({tokens[i].begin, tokens[i + node.words.size() - 1].end});
      }
      return;
    default:
      for (const Token& token : tokens) {
        if (MatchesToken(node, text.Term(token))) spans->push_back({token.begin, token.end});
      }
  }
}

Result<std::vector<TextSpan>> HighlightQuery(const IndexDefinition& index, std::string_view query,
                                             std::string_view text) {
  KITH_ASSIGN_OR_RETURN(const Node parsed, ParseTextQuery(index, query));
  return Highlight(index, parsed, text);
}

std::vector<TextSpan> HighlightWords(const IndexDefinition& index, std::string_view words,
                                     std::string_view text) {
  const Result<Node> query = WordsQuery(index, words);
  if (!query.ok()) return {};
  Result<std::vector<TextSpan>> spans = Highlight(index, *query, text);
  return spans.ok() ? std::move(spans).value() : std::vector<TextSpan>();
}

}  // namespace kith::index
