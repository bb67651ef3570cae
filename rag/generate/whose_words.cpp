// SPDX-License-Identifier: Apache-2.0
// See whose_words.h.
#include "rag/generate/whose_words.h"

#include <algorithm>
#include <array>
#include <vector>

#include "rag/generate/denial.h"
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
  if (!DenialsIn(question).empty()) return said;
  for (const Denial& denial : DenialsIn(sentence)) {
    said.replace(denial.begin, denial.end - denial.begin, denial.end - denial.begin, ' ');
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
