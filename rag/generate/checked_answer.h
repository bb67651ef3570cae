// SPDX-License-Identifier: Apache-2.0
// The text of a model, sentence by sentence, becomes an answer: a sentence is let through once the
// passages support it, with numbers of its own for the spans that do. Nothing is let through before
// a sentence that has something of the kind that the question asks for.
//
// Thread safety: belongs to one call; what it is given is borrowed.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rag/generate/generator.h"
#include "rag/generate/support.h"

namespace kith::rag {

struct CheckedAnswerOptions {
  /// True: a sentence without support stays, marked with "[unsupported]"; false: it is left out.
  bool mark_unsupported = false;
  /// Called with each piece of the answer, and with empty text while there is none; false ends it.
  std::function<bool(std::string_view)> on_text;
  /// Where the passages say what is asked, as far as that is known: some sentence has to rest on
  /// one of these places. Empty: on any.
  std::vector<DraftCitation> stated = {};
  /// True: each sentence has to rest on such places alone; what is elsewhere may be true, but
  /// answers nothing.
  bool only_stated = false;
  /// What the answer is when nothing of the model's text holds. Without text: it abstains.
  Draft otherwise = {};
};

class CheckedAnswer {
 public:
  CheckedAnswer(const Question* question, const SupportChecker* checker,
                const CheckedAnswerOptions* options)
      : question_(*question), checker_(*checker), options_(*options) {}

  /// The next piece of the model's text. False when no more is wanted: the caller ended it
  /// (`ended_by_caller`), or the model repeats itself.
  bool Add(std::string_view piece);
  /// What the model's text ends with is a sentence too when the model ended it itself (`whole`).
  /// When nothing of the text holds, the answer is CheckedAnswerOptions::otherwise.
  Draft Finish(bool whole);

  bool ended_by_caller() const { return ended_by_caller_; }

 private:
  bool TakeSentence(std::string_view sentence);
  bool IsStated(const DraftCitation& span) const;
  std::string Numbers(const std::vector<DraftCitation>& spans);
  bool LetThrough(std::string text);
  bool Tell(std::string_view text);

  const Question& question_;
  const SupportChecker& checker_;
  const CheckedAnswerOptions& options_;
  std::string rest_;       ///< Of the model's text: what is no whole sentence yet.
  std::string held_back_;  ///< Of the answer: what waits for a sentence that answers.
  bool answers_ = false;   ///< Some sentence has what was asked for.
  bool ended_by_caller_ = false;
  std::set<std::string> said_;  ///< Sentences, folded.
  double least_share_ = 1;
  Draft draft_;
};

/// Takes the passage numbers, "[1]", "[2, 3]" or "[Passage 4]", out of *sentence. From 0.
std::vector<size_t> TakePassageNumbers(std::string* sentence);

}  // namespace kith::rag
