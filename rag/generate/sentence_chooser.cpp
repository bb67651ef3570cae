// SPDX-License-Identifier: Apache-2.0
// See sentence_chooser.h. The weights were chosen by hand beside the threshold of
// extractive_generator.h.
#include "rag/generate/sentence_chooser.h"

#include <algorithm>

namespace kith::rag {
namespace {

// What a match counts for when it is not in a chosen sentence itself.
constexpr double kInTitle = 1.0;
constexpr double kInPassage = 0.5;
// What choosing more costs, as a share of the question.
constexpr double kSentenceCost = 0.05;
constexpr double kPassageCost = 0.03;
/// A better-ranked passage wins between equals.
constexpr double kRankCost = 0.02;
constexpr double kKindBonus = 0.15;
/// The same where one statement has to hold all that was asked: it outweighs what else is covered.
constexpr double kStatementBonus = 0.5;
/// How much of it a sentence gets that holds something of the kind but nothing else that was asked.
constexpr double kKindAlone = 0.25;
/// A sentence that begins with a pronoun, together with the one before it.
constexpr double kFollows = 0.03;
/// Off the confidence when nothing of the asked kind was found, or what was found holds nothing
/// else that was asked.
constexpr double kKindMissing = 0.2;
/// No more than this for words of the question without what it asks of the last thing.
constexpr double kNotStated = 0.5;

}  // namespace

double SentenceChooser::Covered(const std::vector<size_t>& chosen) const {
  double covered = 0;
  for (size_t i = 0; i < question_.units.size(); ++i) {
    double best = 0;
    for (const size_t index : chosen) {
      const Sentence& sentence = evidence_.sentences()[index];
      best = std::max({best, sentence.covers[i], kInTitle * evidence_.in_title(sentence.passage)[i],
                       kInPassage * evidence_.in_passage(sentence.passage)[i]});
    }
    covered += question_.units[i].weight * best;
  }
  return question_.total_weight > 0 ? covered / question_.total_weight : 0;
}

/// The best of the sentences; 0 when none holds anything of the kind.
double SentenceChooser::Kind(const std::vector<size_t>& chosen) const {
  double best = 0;
  for (const size_t index : chosen) {
    const Sentence& sentence = evidence_.sentences()[index];
    const double share = kKindAlone + (1 - kKindAlone) * statements_.AskedShare(sentence.covers);
    best = std::max(best, sentence.kind * share);
  }
  return best;
}

double SentenceChooser::Confidence(const std::vector<size_t>& chosen) const {
  const double covered = Covered(chosen);
  // One relation is answered in one place, so the answer is no surer than what that place states.
  if (question_.one_relation) return std::min(covered, statements_.Stated(chosen));
  // Of several relations no sentence needs to state more than its own.
  const bool answers = statements_.Answers(chosen);
  const double kind = answers ? std::min(1.0, Kind(chosen) * question_.steps) : 0;
  const double confidence = std::clamp(covered - kKindMissing * (1 - kind), 0.0, 1.0);
  return answers || !question_.several_relations ? confidence : std::min(confidence, kNotStated);
}

double SentenceChooser::Value(const std::vector<size_t>& chosen) const {
  std::set<size_t> passages;
  for (const size_t index : chosen) passages.insert(evidence_.sentences()[index].passage);
  const double kind = Kind(chosen);
  double value = Covered(chosen) + kKindBonus * (kind > 0 ? kind : -1);
  if (question_.one_relation) value += kStatementBonus * statements_.Stated(chosen);
  if (question_.several_relations && statements_.Answers(chosen)) value += kStatementBonus;
  value -= kSentenceCost * static_cast<double>(chosen.size());
  value -= kPassageCost * static_cast<double>(passages.size());
  for (const size_t passage : passages) value -= kRankCost * static_cast<double>(passage);
  for (const size_t index : chosen) {
    const bool after = evidence_.sentences()[index].follows &&
                       std::find(chosen.begin(), chosen.end(), index - 1) != chosen.end();
    value += after ? kFollows : 0;
  }
  return value;
}

/// One of them names what the other's passage is about.
bool SentenceChooser::Connected(const Sentence& a, const Sentence& b) const {
  if (a.passage == b.passage) return true;
  const auto names = [&](const Sentence& sentence, size_t passage) {
    const std::set<NodeId>& about = input_.passages[passage].about;
    return std::any_of(sentence.names.begin(), sentence.names.end(),
                       [&](NodeId name) { return about.contains(name); });
  };
  return names(a, b.passage) || names(b, a.passage);
}

std::vector<size_t> SentenceChooser::BestStart() const {
  std::vector<size_t> best;
  double best_value = 0;
  for (size_t i = 0; i < evidence_.sentences().size(); ++i) {
    const double alone = Value({i});
    if (best.empty() || alone > best_value) {
      best = {i};
      best_value = alone;
    }
    for (size_t j = 0; j < i; ++j) {
      if (!Connected(evidence_.sentences()[i], evidence_.sentences()[j])) continue;
      const double together = Value({j, i});
      if (together > best_value) {
        best = {j, i};
        best_value = together;
      }
    }
  }
  return best;
}

void SentenceChooser::Extend(std::vector<size_t>* chosen) const {
  while (chosen->size() < max_sentences_) {
    double best_value = Value(*chosen) + 1e-9;
    size_t best = evidence_.sentences().size();
    for (size_t i = 0; i < evidence_.sentences().size(); ++i) {
      const bool fits = std::find(chosen->begin(), chosen->end(), i) == chosen->end() &&
                        std::any_of(chosen->begin(), chosen->end(), [&](size_t other) {
                          return Connected(evidence_.sentences()[i], evidence_.sentences()[other]);
                        });
      if (!fits) continue;
      std::vector<size_t> more = *chosen;
      more.push_back(i);
      if (const double value = Value(more); value > best_value) {
        best_value = value;
        best = i;
      }
    }
    if (best == evidence_.sentences().size()) return;
    chosen->push_back(best);
  }
}

void SentenceChooser::Reduce(std::vector<size_t>* chosen) const {
  for (size_t i = 0; i < chosen->size() && chosen->size() > 1;) {
    std::vector<size_t> fewer = *chosen;
    fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(i));
    if (Value(fewer) > Value(*chosen)) {
      *chosen = std::move(fewer);
      i = 0;
    } else {
      ++i;
    }
  }
}

std::vector<size_t> SentenceChooser::Choose(double* confidence) const {
  *confidence = 0;
  if (evidence_.sentences().empty() || question_.units.empty()) return {};
  std::vector<size_t> chosen = BestStart();
  Extend(&chosen);
  Reduce(&chosen);
  *confidence = Confidence(chosen);
  // Sentences of one passage stand together and in their own order.
  std::vector<size_t> passages;
  for (const size_t index : chosen) {
    const size_t passage = evidence_.sentences()[index].passage;
    if (std::find(passages.begin(), passages.end(), passage) == passages.end()) {
      passages.push_back(passage);
    }
  }
  std::sort(chosen.begin(), chosen.end(), [&](size_t a, size_t b) {
    const auto place = [&](size_t index) {
      return std::find(passages.begin(), passages.end(), evidence_.sentences()[index].passage);
    };
    return place(a) != place(b) ? place(a) < place(b) : a < b;
  });
  return chosen;
}

}  // namespace kith::rag
