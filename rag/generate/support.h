// SPDX-License-Identifier: Apache-2.0
// Whether a sentence that a model wrote is in the passages that it read, and where. A sentence is
// supported when at most two spans of passages, with the titles over them, have every name and
// number of it and most of its other words, have one of the names in common when they are two, and
// deny what it denies and nothing else of it. That is a check of words, not of meaning: it stops
// what the passages do not have, which is what small models invent.
//
// Thread safety: a checker is const once made; the passages are borrowed.
#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rag/generate/generator.h"

namespace kith::rag {

/// A passage as the model has it: the first bytes of one of GeneratorInput::passages.
struct ShownPassage {
  size_t index = 0;       ///< Of GeneratorInput::passages.
  size_t text_bytes = 0;  ///< So much of its text was shown.
};

struct Support {
  bool supported = false;
  double share = 0;  ///< Of the sentence's words, those that the spans have; 0 to 1.
  std::vector<DraftCitation> spans;  ///< Empty when not supported.
};

class SupportChecker {
 public:
  /// What a sentence takes over from `question` has to be in the spans as well: without it the
  /// passages say something else than what was asked. And where the sentence has names or numbers
  /// besides, the span that has what was asked has one of them.
  SupportChecker(std::span<const SourcedPassage> passages, std::span<const ShownPassage> shown,
                 std::string_view question = {});

  /// `cited` are positions in `shown`, as the model named them: where others support the sentence
  /// as well, these are taken. A sentence without words of its own is not supported.
  Support Check(std::string_view sentence, std::span<const size_t> cited) const;

 private:
  using Words = std::set<std::string, std::less<>>;
  /// One or two sentences of a passage, cut up.
  struct Span {
    size_t shown = 0;
    size_t begin = 0;
    size_t end = 0;
    Words words;                      ///< Folded, those of the title and heading included.
    std::string characters;           ///< Of scripts without spaces, folded.
    std::vector<std::string> denied;  ///< Words and pairs of characters.
  };
  /// A part of the checked sentence that a span may have.
  struct Part {
    std::string text;
    double weight = 1;
    bool fixed = false;       ///< A name or number: has to be there as it is.
    bool characters = false;  ///< Of a script without spaces.
    bool asked = false;       ///< A word of the question: has to be there, in some form.
  };

  std::vector<Part> PartsOf(std::string_view sentence) const;
  static bool Has(const Span& span, const Part& part);
  static bool Linked(const Span& a, const Span& b, const std::vector<Part>& parts);
  static bool SayAnew(const std::vector<const Span*>& spans, const std::vector<Part>& parts);
  static bool Means(const Part& part, std::string_view denied);
  static bool Agree(const std::vector<const Span*>& spans, std::string_view sentence,
                    const std::vector<Part>& parts);
  const Span* BestSpan(const std::vector<Part>& parts, const std::vector<bool>& found,
                       const Span* first, std::span<const size_t> cited) const;
  void AddSpans(size_t shown, const SourcedPassage& passage, size_t text_bytes);

  std::vector<std::string> asked_;  ///< The question's content words.
  std::vector<Span> spans_;
  std::vector<size_t> passages_;  ///< By position in `shown`: the index of the passage.
};

}  // namespace kith::rag
