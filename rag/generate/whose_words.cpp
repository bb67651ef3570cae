// SPDX-License-Identifier: Apache-2.0
// See whose_words.h.
#include "rag/generate/whose_words.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "rag/generate/plain_words.h"
#include "rag/ingest/names.h"

namespace kith::rag {
namespace {

/// What makes another office of an office: a deputy mayor is no mayor.
constexpr std::array kOfficeWords = std::to_array<std::string_view>(
    {"deputy", "vice", "former", "acting", "assistant", "interim", "honorary", "ex"});

constexpr std::array kPossessives = std::to_array<std::string_view>({"his", "her", "their"});

/// True when a genitive follows the word in the text ("father's").
bool HasGenitive(std::string_view text, std::string_view word) {
  const std::vector<std::string> words = FoldedWords(text);
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == word && words[i + 1] == "s") return true;
  }
  return false;
}

constexpr std::array kDenials = std::to_array<std::string_view>(
    {"not", "never", "neither", "nor", "without", "cannot", "no", "nobody", "none"});
/// "not only", "not until 1990": what follows is said, not denied.
constexpr std::array kNoDenials = std::to_array<std::string_view>({"only", "until", "just"});
constexpr std::array kChineseDenials =
    std::to_array<std::string_view>({"没有", "从未", "并未", "尚未", "未能", "未曾", "并非", "不"});
constexpr std::array kChineseNoDenials = std::to_array<std::string_view>(
    {"不仅", "不但", "不久", "不少", "不同", "不断", "不只", "不止", "不过", "不锈"});
constexpr std::array kClauseEnds = std::to_array<std::string_view>(
    {",", ";", ".", ":", "(", ")", " but ", "，", "；", "。", "：", "（", "）"});

size_t ClauseEnd(std::string_view text, size_t from) {
  size_t end = text.size();
  for (const std::string_view mark : kClauseEnds) end = std::min(end, text.find(mark, from));
  return end;
}

/// The "t" of "didn't", with either apostrophe.
bool IsContractedNot(std::string_view text, const NameWord& word) {
  if (text.substr(word.begin, word.end - word.begin) != "t") return false;
  const std::string_view before = text.substr(0, word.begin);
  return before.ends_with("n'") || before.ends_with("n’");
}

/// With a capital only where a sentence begins: "No. 1", "Never Let Me Go" and "the Never Land" are
/// names.
bool IsDenial(std::string_view text, const NameWord& word) {
  const std::string_view written = text.substr(word.begin, word.end - word.begin);
  if (IsContractedNot(text, word)) return true;
  if (!In(kDenials, NameKey(written))) return false;
  if (!IsCapital(written)) return true;
  const std::string_view behind = text.substr(word.end);
  const bool goes_on =
      behind.size() > 1 && behind[0] == ' ' && behind[1] >= 'a' && behind[1] <= 'z';
  return word.begin == 0 && goes_on;
}

bool Denies(std::string_view text, const NameWord& word, size_t clause_end) {
  if (!IsDenial(text, word)) return false;
  const std::vector<std::string> next = FoldedWords(text.substr(word.end, clause_end - word.end));
  return std::none_of(kNoDenials.begin(), kNoDenials.end(),
                      [&](std::string_view said) { return In(next, said); });
}

/// Bytes [begin, end) that are denied, none when begin is the text's size.
std::pair<size_t, size_t> DeniedAfter(std::string_view text, size_t from) {
  for (const NameWord& word : CutNameWords(text)) {
    if (word.begin < from || word.is_single) continue;
    const size_t end = ClauseEnd(text, word.end);
    if (Denies(text, word, end)) return {word.begin, end};
  }
  for (size_t at = from; at < text.size(); ++at) {
    const auto begins = [&](std::string_view part) { return text.substr(at).starts_with(part); };
    if (std::none_of(kChineseDenials.begin(), kChineseDenials.end(), begins)) continue;
    if (std::any_of(kChineseNoDenials.begin(), kChineseNoDenials.end(), begins)) continue;
    return {at, ClauseEnd(text, at)};
  }
  return {text.size(), text.size()};
}

constexpr std::array kChineseOfficeWords =
    std::to_array<std::string_view>({"副", "代理", "名誉", "前任", "候任"});
/// Of two characters, as most offices and all kin are.
constexpr size_t kOfficeBytes = 6;

constexpr std::array kRoleWords = std::to_array<std::string_view>({"to", "by"});

/// Names that stand behind the word, and all other names.
struct NamesByRole {
  std::set<std::string, std::less<>> behind;
  std::set<std::string, std::less<>> elsewhere;
};

NamesByRole NamesBehind(std::string_view role, std::string_view text) {
  NamesByRole names;
  bool led = false;
  size_t last_end = 0;
  for (const NameWord& word : CutNameWords(text)) {
    const std::string_view written = text.substr(word.begin, word.end - word.begin);
    const std::string folded = NameKey(written);
    if (IsCapital(written) && !IsFunctionWord(folded)) {
      // A comma ends a name.
      led = led && word.begin <= last_end + 1;
      (led ? names.behind : names.elsewhere).insert(folded);
    } else {
      led = folded == role || (led && folded == "the");
    }
    last_end = word.end;
  }
  return names;
}

bool HoldsAnyOf(const std::set<std::string, std::less<>>& words,
                const std::set<std::string, std::less<>>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(),
                     [&](const std::string& word) { return words.contains(word); });
}

}  // namespace

std::string WithoutDenied(std::string_view sentence, std::string_view question) {
  std::string said(sentence);
  if (DeniedAfter(question, 0).first != question.size()) return said;
  for (size_t at = 0; at < said.size();) {
    const auto [begin, end] = DeniedAfter(said, at);
    std::fill(said.begin() + static_cast<ptrdiff_t>(begin),
              said.begin() + static_cast<ptrdiff_t>(end), ' ');
    at = end;
  }
  return said;
}

std::string WithoutOtherOffices(std::string_view sentence, std::string_view question) {
  std::string said(sentence);
  for (const std::string_view word : kChineseOfficeWords) {
    if (question.find(word) != std::string_view::npos) continue;
    for (size_t at = said.find(word); at != std::string::npos; at = said.find(word, at)) {
      const size_t bytes = std::min(word.size() + kOfficeBytes, said.size() - at);
      said.replace(at, bytes, bytes, ' ');
    }
  }
  return said;
}

bool SwapsRoles(std::string_view sentence, std::string_view question) {
  return std::any_of(kRoleWords.begin(), kRoleWords.end(), [&](std::string_view role) {
    const NamesByRole asked = NamesBehind(role, question);
    const NamesByRole said = NamesBehind(role, sentence);
    return HoldsAnyOf(said.behind, asked.elsewhere) && HoldsAnyOf(said.elsewhere, asked.behind) &&
           !HoldsAnyOf(said.behind, asked.behind);
  });
}

std::set<std::string, std::less<>> HeldByOthers(std::string_view sentence,
                                                std::string_view question, bool of_name) {
  const std::vector<std::string> asked = FoldedWords(question);
  const std::vector<NameWord> words = CutNameWords(sentence);
  std::vector<std::string> folded;
  for (const NameWord& word : words) {
    folded.push_back(NameKey(sentence.substr(word.begin, word.end - word.begin)));
  }
  const auto is_other = [&](size_t i) {
    return of_name && i < words.size() && !In(asked, folded[i]) &&
           IsCapital(sentence.substr(words[i].begin, words[i].end - words[i].begin));
  };
  const auto is_content = [&](size_t i) { return i < words.size() && !IsFunctionWord(folded[i]); };
  std::vector<bool> held(words.size());
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    // "the father of his successor", "his father's heir"
    const bool of_another = folded[i] == "of" && In(kPossessives, folded[i + 1]);
    if (is_content(i) && folded[i + 1] == "s" && !is_other(i) &&
        !HasGenitive(question, folded[i])) {
      held[i] = true;
    }
    if (of_another || (folded[i] == "of" && is_other(i + 1))) {
      for (size_t at = i; at > 0 && is_content(at - 1); --at) held[at - 1] = true;
    } else if (is_other(i) && folded[i + 1] == "s") {
      for (size_t at = i + 2; is_content(at); ++at) held[at] = true;
    }
  }
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    if (In(kOfficeWords, folded[i]) && !In(asked, folded[i])) held[i + 1] = true;
  }
  std::set<std::string, std::less<>> others;
  for (size_t i = 0; i < words.size(); ++i) {
    if (held[i]) others.insert(folded[i]);
  }
  for (size_t i = 0; i < words.size(); ++i) {
    if (!held[i]) others.erase(folded[i]);
  }
  return others;
}

}  // namespace kith::rag
