// SPDX-License-Identifier: Apache-2.0
// See denial.h.
#include "rag/generate/denial.h"

#include <algorithm>
#include <array>
#include <string>

#include "rag/generate/plain_words.h"
#include "rag/ingest/names.h"

namespace kith::rag {
namespace {

constexpr std::array kDenials = std::to_array<std::string_view>(
    {"not", "never", "neither", "nor", "without", "cannot", "no", "nobody", "none", "nothing"});
/// With "to" behind them: who refused to do something did not do it.
constexpr std::array kRefusals = std::to_array<std::string_view>(
    {"refuse", "refused", "refuses", "refusing", "decline", "declined", "declines", "declining",
     "fail", "failed", "fails", "failing", "neglected", "neglects", "omitted", "unable",
     "unwilling", "forbidden"});
/// "Not only", "not just": what follows is said, not denied.
constexpr std::array kNoDenialsNext = std::to_array<std::string_view>({"only", "just"});
constexpr std::array kChineseDenials = std::to_array<std::string_view>(
    {"没有", "没能", "没被", "从未", "并未", "尚未", "未能", "未曾", "未", "并非", "不", "无法"});
constexpr std::array kChineseRefusals = std::to_array<std::string_view>({"拒绝", "谢绝", "婉拒"});
constexpr std::array kChineseNoDenials =
    std::to_array<std::string_view>({"不仅", "不但", "不久", "不少", "不同", "不断", "不只", "不止",
                                     "不过", "不锈", "未来", "未婚夫", "未婚妻"});
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

/// True for words, behind a denial, that turn it into something said.
bool AreSaid(const std::vector<std::string>& behind) {
  const bool refusal = behind.size() > 1 && In(kRefusals, behind[0]) && behind[1] == "to";
  return refusal || (!behind.empty() && In(kNoDenialsNext, behind[0])) || In(behind, "until");
}

void FindWords(std::string_view text, std::vector<Denial>* denials) {
  const std::vector<NameWord> words = CutNameWords(text);
  const auto folded = [&](size_t i) {
    return i < words.size() ? NameKey(text.substr(words[i].begin, words[i].end - words[i].begin))
                            : std::string();
  };
  for (size_t i = 0; i < words.size(); ++i) {
    const bool inside = !denials->empty() && words[i].begin < denials->back().end;
    if (inside || words[i].is_single) continue;
    if (IsDenial(text, words[i])) {
      const size_t end = ClauseEnd(text, words[i].end);
      if (AreSaid(FoldedWords(text.substr(words[i].end, end - words[i].end)))) {
        ++i;  // Neither does the refusal in "never failed to" deny anything.
      } else {
        denials->push_back({words[i].begin, words[i].end, end});
      }
    } else if (folded(i + 1) == "to" && In(kRefusals, folded(i))) {
      const size_t behind = words[i + 1].end;
      denials->push_back({behind, behind, ClauseEnd(text, behind)});
    }
  }
}

/// Those of Chinese, outside the ones that are there already.
void FindCharacters(std::string_view text, std::vector<Denial>* denials) {
  for (size_t at = 0; at < text.size(); ++at) {
    const auto begins = [&](std::string_view part) { return text.substr(at).starts_with(part); };
    const auto inside = [&](const Denial& denial) { return denial.begin <= at && at < denial.end; };
    const auto refusal = std::find_if(kChineseRefusals.begin(), kChineseRefusals.end(), begins);
    const auto denial = std::find_if(kChineseDenials.begin(), kChineseDenials.end(), begins);
    if (std::any_of(denials->begin(), denials->end(), inside)) continue;
    if (refusal != kChineseRefusals.end()) {
      const size_t behind = at + refusal->size();
      denials->push_back({behind, behind, ClauseEnd(text, behind)});
    } else if (denial != kChineseDenials.end() &&
               std::none_of(kChineseNoDenials.begin(), kChineseNoDenials.end(), begins)) {
      denials->push_back({at, at + denial->size(), ClauseEnd(text, at)});
    }
  }
}

}  // namespace

std::vector<Denial> DenialsIn(std::string_view text) {
  std::vector<Denial> denials;
  FindWords(text, &denials);
  FindCharacters(text, &denials);
  std::sort(denials.begin(), denials.end(),
            [](const Denial& a, const Denial& b) { return a.begin < b.begin; });
  return denials;
}

}  // namespace kith::rag
