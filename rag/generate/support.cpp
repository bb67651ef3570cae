// SPDX-License-Identifier: Apache-2.0
// See support.h.
#include "rag/generate/support.h"

#include <algorithm>
#include <functional>

#include "rag/generate/asked_relation.h"
#include "rag/generate/denial.h"
#include "rag/generate/word_forms.h"
#include "rag/ingest/chunker.h"
#include "rag/ingest/names.h"

namespace kith::rag {
namespace {

constexpr size_t kMaxSpans = 2;
/// Of the words that are neither names nor numbers. Models add "also" and "was known as", and say
/// with other words what the passage says.
constexpr double kMinShare = 0.65;
/// Nothing is gained from another span beyond this.
constexpr double kEnoughShare = 0.85;
/// Between spans that have the same words, what the model itself named wins, then the shorter one.
constexpr double kCitedBonus = 0.3;
constexpr double kLengthCost = 0.05;

/// Calls `word` with each folded word of the text, and returns the characters of scripts without
/// spaces, folded, with a bar where they do not follow each other.
std::string CutUp(std::string_view text, const std::function<void(std::string)>& word) {
  std::string characters;
  size_t last_end = 0;
  for (const NameWord& part : CutNameWords(text)) {
    std::string folded = NameKey(text.substr(part.begin, part.end - part.begin));
    if (!part.is_single) {
      word(std::move(folded));
      continue;
    }
    if (part.begin != last_end) characters += '|';
    characters += folded;
    last_end = part.end;
  }
  return characters;
}

/// What each denial denies: the first content word behind it ("was not designed"), of scripts
/// without spaces the first two characters. Empty where nothing stands behind it.
std::vector<std::string> DeniedIn(std::string_view text) {
  std::vector<std::string> denied;
  for (const Denial& denial : DenialsIn(text)) {
    const ContentWords content = ContentOf(text.substr(denial.behind, denial.end - denial.behind));
    if (!content.words.empty()) {
      denied.push_back(content.words.front());
    } else if (!content.runs.empty()) {
      const std::string& run = content.runs.front();
      const std::vector<NameWord> characters = CutNameWords(run);
      denied.push_back(run.substr(0, characters[std::min<size_t>(1, characters.size() - 1)].end));
    } else {
      denied.emplace_back();
    }
  }
  return denied;
}

}  // namespace

SupportChecker::SupportChecker(std::span<const SourcedPassage> passages,
                               std::span<const ShownPassage> shown, std::string_view question)
    : asked_(ContentOf(question).words) {
  for (size_t i = 0; i < shown.size(); ++i) {
    passages_.push_back(shown[i].index);
    AddSpans(i, passages[shown[i].index], shown[i].text_bytes);
  }
}

/// Each sentence alone, and each with the next one, which may say "he" of whom the first names.
void SupportChecker::AddSpans(size_t shown, const SourcedPassage& passage, size_t text_bytes) {
  const std::string_view text = std::string_view(passage.text.text()).substr(0, text_bytes);
  const auto sentences = CutSentences(text, passage.language);
  const std::string title = passage.passage->title + "\n" + passage.heading;
  const auto add = [&](size_t begin, size_t end) {
    Span span;
    span.shown = shown;
    span.begin = begin;
    span.end = end;
    const std::string_view said = text.substr(begin, end - begin);
    const auto keep = [&](std::string word) { span.words.insert(std::move(word)); };
    span.characters = CutUp(said, keep) + "|" + CutUp(title, keep);
    span.denied = DeniedIn(said);
    spans_.push_back(std::move(span));
  };
  for (size_t i = 0; i < sentences.size(); ++i) {
    add(sentences[i].first, sentences[i].second);
    if (i + 1 < sentences.size()) add(sentences[i].first, sentences[i + 1].second);
  }
}

std::vector<SupportChecker::Part> SupportChecker::PartsOf(std::string_view sentence) const {
  std::vector<Part> parts;
  const ContentWords content = ContentOf(sentence);
  for (size_t i = 0; i < content.words.size(); ++i) {
    const std::string& word = content.words[i];
    const bool asked = std::any_of(asked_.begin(), asked_.end(),
                                   [&](const std::string& other) { return SameWord(word, other); });
    parts.push_back({word, 1, content.fixed[i], false, asked});
  }
  for (const std::string& run : content.runs) {
    const std::vector<NameWord> characters = CutNameWords(run);
    if (characters.size() == 1) parts.push_back({run, 0.5, false, true, false});
    for (size_t i = 0; i + 1 < characters.size(); ++i) {
      const size_t begin = characters[i].begin;
      parts.push_back({run.substr(begin, characters[i + 1].end - begin), 0.5, false, true, false});
    }
  }
  return parts;
}

bool SupportChecker::Has(const Span& span, const Part& part) {
  if (part.characters) return span.characters.find(part.text) != std::string::npos;
  if (span.words.contains(part.text)) return true;
  if (part.fixed) return false;
  return std::any_of(span.words.begin(), span.words.end(),
                     [&](const std::string& word) { return SameWord(word, part.text); });
}

/// Whether a name of the sentence is in both. Without it, one span says something of one thing and
/// the other of another: "Port Merrin" here, and the inhabitants of some other town there.
bool SupportChecker::Linked(const Span& a, const Span& b, const std::vector<Part>& parts) {
  bool has_names = false;
  for (const Part& part : parts) {
    const bool is_number = part.text.find_first_of("0123456789") != std::string::npos;
    if ((!part.fixed && !part.characters) || is_number) continue;
    has_names = true;
    if (Has(a, part) && Has(b, part)) return true;
  }
  return !has_names;
}

/// The span that adds most to what was found, linked to the first one where there is one; null when
/// none adds anything.
const SupportChecker::Span* SupportChecker::BestSpan(const std::vector<Part>& parts,
                                                     const std::vector<bool>& found,
                                                     const Span* first,
                                                     std::span<const size_t> cited) const {
  const Span* best = nullptr;
  double best_value = 0;
  for (const Span& span : spans_) {
    double gain = 0;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (!found[i] && Has(span, parts[i])) gain += parts[i].weight;
    }
    if (gain == 0 || (first != nullptr && !Linked(*first, span, parts))) continue;
    const bool named = std::find(cited.begin(), cited.end(), span.shown) != cited.end();
    const double value = gain + (named ? kCitedBonus : 0) -
                         kLengthCost * static_cast<double>(span.end - span.begin) / 100;
    if (best != nullptr && value <= best_value) continue;
    best = &span;
    best_value = value;
  }
  return best;
}

/// Whether each span that has a word of what was asked has a name or number that the question
/// lacks, where the sentence has any: who designed it here and Ann there do not say that Ann did.
bool SupportChecker::SayAnew(const std::vector<const Span*>& spans,
                             const std::vector<Part>& parts) {
  const auto is_new = [](const Part& part) { return part.fixed && !part.asked; };
  if (std::none_of(parts.begin(), parts.end(), is_new)) return true;
  return std::all_of(spans.begin(), spans.end(), [&](const Span* span) {
    const auto has = [&](const Part& part) { return Has(*span, part); };
    const bool says = std::any_of(parts.begin(), parts.end(), [&](const Part& part) {
      return part.asked && !part.fixed && has(part);
    });
    return !says || std::any_of(parts.begin(), parts.end(),
                                [&](const Part& part) { return is_new(part) && has(part); });
  });
}

bool SupportChecker::Means(const Part& part, std::string_view denied) {
  if (denied.empty()) return false;
  return part.characters ? part.text.find(denied) != std::string::npos
                         : SameWord(part.text, denied);
}

/// Whether the spans deny what the sentence denies, and nothing that it says.
bool SupportChecker::Agree(const std::vector<const Span*>& spans, std::string_view sentence,
                           const std::vector<Part>& parts) {
  std::vector<std::string> by_spans;
  for (const Span* span : spans) {
    by_spans.insert(by_spans.end(), span->denied.begin(), span->denied.end());
  }
  const std::vector<std::string> by_sentence = DeniedIn(sentence);
  const auto denied_by = [](const std::vector<std::string>& denied, const Part& part) {
    return std::any_of(denied.begin(), denied.end(),
                       [&](const std::string& word) { return Means(part, word); });
  };
  if (!by_sentence.empty() && by_spans.empty()) return false;
  return std::all_of(parts.begin(), parts.end(), [&](const Part& part) {
    return denied_by(by_sentence, part) == denied_by(by_spans, part);
  });
}

Support SupportChecker::Check(std::string_view sentence, std::span<const size_t> cited) const {
  Support support;
  const std::vector<Part> parts = PartsOf(sentence);
  if (parts.empty()) return support;
  std::vector<bool> found(parts.size());
  std::vector<const Span*> spans;
  bool complete = false;
  while (spans.size() < kMaxSpans && support.share < kEnoughShare) {
    const Span* best = BestSpan(parts, found, spans.empty() ? nullptr : spans.front(), cited);
    if (best == nullptr) break;
    spans.push_back(best);
    double weight = 0;
    double total = 0;
    complete = true;
    for (size_t i = 0; i < parts.size(); ++i) {
      found[i] = found[i] || Has(*best, parts[i]);
      total += parts[i].weight;
      weight += found[i] ? parts[i].weight : 0;
      complete = complete && (found[i] || (!parts[i].fixed && !parts[i].asked));
    }
    support.share = complete ? weight / total : std::min(weight / total, kMinShare);
  }
  support.supported = complete && support.share >= kMinShare && SayAnew(spans, parts) &&
                      Agree(spans, sentence, parts);
  if (!support.supported) return support;
  for (const Span* span : spans) {
    support.spans.push_back({passages_[span->shown], span->begin, span->end});
  }
  return support;
}

}  // namespace kith::rag
