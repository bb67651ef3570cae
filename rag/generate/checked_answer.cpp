// SPDX-License-Identifier: Apache-2.0
// See checked_answer.h.
#include "rag/generate/checked_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "rag/generate/answer_cues.h"
#include "rag/ingest/chunker.h"
#include "rag/ingest/names.h"

namespace kith::rag {
namespace {

bool IsAsciiDigit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// Past a bracket with numbers that begins at `at`, or `at` when there is none: brackets with words
/// are the text's own, but for the word that a model may put before the number.
size_t EndOfNumbers(std::string_view text, size_t at, std::vector<size_t>* numbers) {
  if (at >= text.size() || text[at] != '[') return at;
  const size_t close = text.find(']', at);
  if (close == std::string_view::npos) return at;
  std::vector<size_t> found;
  std::string word;
  for (size_t i = at + 1; i < close;) {
    if (IsAsciiDigit(text[i])) {
      size_t number = 0;
      for (; i < close && IsAsciiDigit(text[i]); ++i) {
        number = std::min<size_t>(number * 10 + static_cast<size_t>(text[i] - '0'), 1'000'000);
      }
      if (number > 0) found.push_back(number - 1);
      continue;
    }
    if (std::isalpha(static_cast<unsigned char>(text[i])) != 0) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
    }
    ++i;
  }
  const bool known = word.empty() || word == "passage" || word == "passages" || word == "source";
  if (found.empty() || !known) return at;
  if (numbers != nullptr) numbers->insert(numbers->end(), found.begin(), found.end());
  return close + 1;
}

/// Past the numbers that `text` begins with; they belong to the sentence before it.
size_t LeadingNumbers(std::string_view text) {
  size_t end = 0;
  for (size_t at = 0; at < text.size();) {
    while (at < text.size() && text[at] == ' ') ++at;
    const size_t after = EndOfNumbers(text, at, nullptr);
    if (after == at) break;
    at = end = after;
  }
  return end;
}

std::string_view TrimSpace(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
}

/// Without the marks of a list: "- ", "* ", "2. ".
std::string_view WithoutListMark(std::string_view text) {
  size_t at = 0;
  while (at < text.size() && IsAsciiDigit(text[at])) ++at;
  const bool numbered = at > 0 && at < text.size() && (text[at] == '.' || text[at] == ')');
  const bool marked = at == 0 && !text.empty() && (text[0] == '-' || text[0] == '*');
  if ((!numbered && !marked) || at + 1 >= text.size() || text[at + 1] != ' ') return text;
  return TrimSpace(text.substr(at + 1));
}

/// True when the sentence has something of the kind that the question asks for.
bool HoldsAnswer(std::string_view sentence, std::string_view question) {
  const AnswerKind kind = AskedKind(question);
  if (HoldsKind(kind, sentence, question)) return true;
  if (kind == AnswerKind::kPerson) return MayNamePerson(sentence, question);
  return kind == AnswerKind::kAny || (kind == AnswerKind::kPlace && HoldsChinesePlace(sentence));
}

}  // namespace

std::vector<size_t> TakePassageNumbers(std::string* sentence) {
  std::vector<size_t> numbers;
  std::string text;
  for (size_t at = 0; at < sentence->size();) {
    const size_t end = EndOfNumbers(*sentence, at, &numbers);
    if (end == at) {
      text += (*sentence)[at++];
      continue;
    }
    // "in 1862 [1]." becomes "in 1862."
    while (!text.empty() && text.back() == ' ') text.pop_back();
    at = end;
  }
  *sentence = std::string(TrimSpace(text));
  return numbers;
}

bool CheckedAnswer::Tell(std::string_view text) {
  if (options_.on_text && !ended_by_caller_) ended_by_caller_ = !options_.on_text(text);
  return !ended_by_caller_;
}

bool CheckedAnswer::Add(std::string_view piece) {
  if (piece.empty()) return Tell({});
  rest_ += piece;
  for (;;) {
    const auto sentences = CutSentences(rest_, question_.language);
    // A sentence is whole once something else than its numbers follows it.
    size_t end = 0;
    for (size_t i = 1; i < sentences.size() && end == 0; ++i) {
      const std::string_view next = std::string_view(rest_).substr(sentences[i].first);
      const size_t numbers = LeadingNumbers(next);
      if (!TrimSpace(next.substr(numbers)).empty()) end = sentences[i].first + numbers;
    }
    if (end == 0) return Tell({});
    const std::string sentence = rest_.substr(0, end);
    rest_.erase(0, end);
    if (!TakeSentence(sentence)) return false;
  }
}

std::string CheckedAnswer::Numbers(const std::vector<DraftCitation>& spans) {
  std::string text;
  for (const DraftCitation& span : spans) {
    const auto same = std::find_if(draft_.citations.begin(), draft_.citations.end(),
                                   [&](const DraftCitation& other) {
                                     return other.passage == span.passage &&
                                            other.begin == span.begin && other.end == span.end;
                                   });
    const auto number = same - draft_.citations.begin() + 1;
    if (same == draft_.citations.end()) draft_.citations.push_back(span);
    text += fmt::format("[{}]", number);
  }
  return text;
}

/// False when the caller wants no more.
bool CheckedAnswer::LetThrough(std::string text) {
  held_back_ += (draft_.text.empty() && held_back_.empty() ? "" : " ") + text;
  if (!answers_) return true;
  const std::string piece = std::move(held_back_);
  held_back_.clear();
  draft_.text += piece;
  return Tell(piece);
}

bool CheckedAnswer::IsStated(const DraftCitation& span) const {
  const auto overlaps = [&](const DraftCitation& place) {
    return place.passage == span.passage && place.begin < span.end && span.begin < place.end;
  };
  return options_.stated.empty() ||
         std::any_of(options_.stated.begin(), options_.stated.end(), overlaps);
}

bool CheckedAnswer::TakeSentence(std::string_view sentence) {
  std::string body(WithoutListMark(TrimSpace(sentence)));
  const std::vector<size_t> cited = TakePassageNumbers(&body);
  if (body.empty()) return true;
  // Small models go round in circles; the second time is no news, and no third one is waited for.
  if (!said_.insert(NameKey(body)).second) return false;
  const Support support = checker_.Check(body, cited);
  if (!support.supported) {
    return !options_.mark_unsupported || LetThrough(body + " [unsupported]");
  }
  const auto stated = std::count_if(support.spans.begin(), support.spans.end(),
                                    [&](const DraftCitation& span) { return IsStated(span); });
  if (options_.only_stated && stated < std::ssize(support.spans)) return true;
  least_share_ = std::min(least_share_, support.share);
  answers_ = answers_ || (stated > 0 && HoldsAnswer(body, question_.text));
  return LetThrough(body + " " + Numbers(support.spans));
}

Draft CheckedAnswer::Finish(bool whole) {
  if (whole && !TrimSpace(rest_).empty()) TakeSentence(rest_);
  rest_.clear();
  if (answers_) {
    draft_.by_model = true;
    draft_.confidence = least_share_;
    return std::move(draft_);
  }
  Draft otherwise = options_.otherwise;
  if (otherwise.text.empty()) {
    otherwise.abstained = true;
    otherwise.text = AbstainText(question_.language);
  }
  Tell(otherwise.text);
  return otherwise;
}

}  // namespace kith::rag
