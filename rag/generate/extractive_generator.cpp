// SPDX-License-Identifier: Apache-2.0
// See extractive_generator.h. "Units" are the parts of the question that an answer has to account
// for: its content words, its characters (of scripts without spaces), the names in it.
#include "rag/generate/extractive_generator.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

#include "rag/generate/answer_cues.h"
#include "rag/ingest/chunker.h"
#include "rag/ingest/names.h"

namespace kith::rag {
namespace {

// What a match counts for when it is not in a chosen sentence itself.
constexpr double kInTitle = 1.0;
constexpr double kInPassage = 0.5;
/// A name of the question against a word that stands in one chunk only.
constexpr double kNameWeight = 1.5;
// What choosing more costs, as a share of the question.
constexpr double kSentenceCost = 0.05;
constexpr double kPassageCost = 0.03;
/// A better-ranked passage wins between equals.
constexpr double kRankCost = 0.02;
constexpr double kKindBonus = 0.15;
/// Off the confidence when nothing of the asked kind was found.
constexpr double kKindMissing = 0.2;

struct Unit {
  enum class Type : uint8_t { kWord, kCharacters, kName };
  Type type = Type::kWord;
  double weight = 0;
  std::string word;
  std::vector<std::string> pairs;  ///< kCharacters: any of these.
  NodeId entity;
};

using Coverage = std::vector<double>;  ///< One for each unit, 0 to 1.

struct Sentence {
  size_t passage = 0;
  size_t begin = 0;
  size_t end = 0;
  Coverage covers;
  bool holds_kind = false;
  std::set<NodeId> names;
};

/// The text of a sentence or passage, cut up once for all units.
struct CutText {
  std::set<std::string, std::less<>> words;
  std::string characters;
  std::set<NodeId> names;
};

class Chooser {
 public:
  Chooser(const GeneratorInput& input, const ExtractiveOptions& options)
      : input_(input), options_(options) {}

  Status Prepare();
  /// Indexes of sentences, in the order to read them; fills *confidence.
  std::vector<size_t> Choose(double* confidence) const;

  const std::vector<Sentence>& sentences() const { return sentences_; }

 private:
  Result<double> Rarity(std::string_view word) const;
  Status MakeUnits();
  CutText Cut(std::string_view text) const;
  Coverage Match(const CutText& text) const;
  double Covered(const std::vector<size_t>& chosen) const;
  double Value(const std::vector<size_t>& chosen) const;
  bool HoldsKind(const std::vector<size_t>& chosen) const;
  bool Connected(const Sentence& a, const Sentence& b) const;
  std::vector<size_t> BestStart() const;
  void Extend(std::vector<size_t>* chosen) const;
  void Reduce(std::vector<size_t>* chosen) const;

  const GeneratorInput& input_;
  const ExtractiveOptions& options_;
  std::vector<Unit> units_;
  double total_weight_ = 0;
  NameSet name_hashes_;
  std::unordered_map<uint64_t, NodeId> entity_of_;
  std::vector<Sentence> sentences_;
  std::vector<Coverage> in_passage_;  ///< Per passage: text and title.
  std::vector<Coverage> in_title_;
};

Result<double> Chooser::Rarity(std::string_view word) const {
  KITH_ASSIGN_OR_RETURN(const double chunks, input_.chunks_with(word));
  const double total = std::max(input_.chunks_total, chunks);
  return std::log(1 + (total - chunks + 0.5) / (chunks + 0.5));
}

Status Chooser::MakeUnits() {
  const ContentWords content = ContentOf(input_.question.rest);
  for (const std::string& word : content.words) {
    Unit unit;
    unit.word = word;
    KITH_ASSIGN_OR_RETURN(unit.weight, Rarity(word));
    units_.push_back(std::move(unit));
  }
  for (const std::string& run : content.runs) {
    const std::vector<NameWord> characters = CutNameWords(run);
    const auto pair_at = [&](size_t i) {
      return run.substr(characters[i].begin, characters[i + 1].end - characters[i].begin);
    };
    for (size_t i = 0; i < characters.size(); ++i) {
      Unit unit;
      unit.type = Unit::Type::kCharacters;
      if (i > 0) unit.pairs.push_back(pair_at(i - 1));
      if (i + 1 < characters.size()) unit.pairs.push_back(pair_at(i));
      if (unit.pairs.empty()) unit.pairs.push_back(run);
      for (const std::string& pair : unit.pairs) {
        KITH_ASSIGN_OR_RETURN(const double rarity, Rarity(pair));
        // Two characters make about one word.
        unit.weight += rarity / 2 / static_cast<double>(unit.pairs.size());
      }
      units_.push_back(std::move(unit));
    }
  }
  const double once = std::log(1 + (std::max(input_.chunks_total, 1.0) - 0.5) / 1.5);
  for (const LinkedEntity& entity : input_.question.entities) {
    Unit unit;
    unit.type = Unit::Type::kName;
    unit.entity = entity.node;
    unit.weight = kNameWeight * once;
    units_.push_back(std::move(unit));
  }
  for (const Unit& unit : units_) total_weight_ += unit.weight;
  return Status::Ok();
}

CutText Chooser::Cut(std::string_view text) const {
  CutText cut;
  const std::vector<NameWord> words = CutNameWords(text);
  size_t last_end = 0;
  for (const NameWord& word : words) {
    std::string folded = NameKey(text.substr(word.begin, word.end - word.begin));
    if (word.is_single) {
      if (word.begin != last_end) cut.characters += ' ';
      cut.characters += folded;
      last_end = word.end;
    } else {
      cut.words.insert(std::move(folded));
    }
  }
  for (const NameMatch& match : FindNames(words, name_hashes_)) {
    cut.names.insert(entity_of_.at(match.hash));
  }
  return cut;
}

Coverage Chooser::Match(const CutText& text) const {
  Coverage covers;
  for (const Unit& unit : units_) {
    bool matched = false;
    switch (unit.type) {
      case Unit::Type::kWord:
        matched = text.words.contains(unit.word) ||
                  std::any_of(text.words.begin(), text.words.end(),
                              [&](const std::string& word) { return SameWord(unit.word, word); });
        break;
      case Unit::Type::kCharacters:
        matched = std::any_of(unit.pairs.begin(), unit.pairs.end(), [&](const std::string& pair) {
          return text.characters.find(pair) != std::string::npos;
        });
        break;
      case Unit::Type::kName: matched = text.names.contains(unit.entity); break;
    }
    covers.push_back(matched ? 1 : 0);
  }
  return covers;
}

Status Chooser::Prepare() {
  KITH_RETURN_IF_ERROR(MakeUnits());
  const auto know = [&](NodeId entity, std::string_view key) {
    const uint64_t hash = HashName(CutNameWords(key));
    name_hashes_.Insert(hash);
    entity_of_.emplace(hash, entity);
  };
  for (const KnownName& name : input_.names) know(name.entity, name.key);
  for (const LinkedEntity& entity : input_.question.entities) know(entity.node, entity.key);
  const AnswerKind kind = AskedKind(input_.question.text);
  std::set<NodeId> asked;
  for (const LinkedEntity& entity : input_.question.entities) asked.insert(entity.node);
  for (size_t i = 0; i < std::min(options_.passages, input_.passages.size()); ++i) {
    const SourcedPassage& passage = input_.passages[i];
    const std::string& text = passage.text.text();
    CutText title = Cut(passage.passage->title);
    title.names.insert(passage.about.begin(), passage.about.end());
    in_title_.push_back(Match(title));
    CutText whole = Cut(text);
    whole.words.insert(title.words.begin(), title.words.end());
    whole.names.insert(title.names.begin(), title.names.end());
    in_passage_.push_back(Match(whole));
    for (const auto& [begin, end] : CutSentences(text, passage.language)) {
      const std::string_view words = std::string_view(text).substr(begin, end - begin);
      Sentence sentence{i, begin, end, {}, false, {}};
      CutText cut = Cut(words);
      sentence.covers = Match(cut);
      sentence.names = std::move(cut.names);
      sentence.holds_kind = kith::rag::HoldsKind(kind, words, input_.question.text);
      if (kind == AnswerKind::kPerson || kind == AnswerKind::kPlace) {
        sentence.holds_kind =
            sentence.holds_kind || std::any_of(sentence.names.begin(), sentence.names.end(),
                                               [&](NodeId name) { return !asked.contains(name); });
      }
      sentences_.push_back(std::move(sentence));
    }
  }
  return Status::Ok();
}

double Chooser::Covered(const std::vector<size_t>& chosen) const {
  double covered = 0;
  for (size_t i = 0; i < units_.size(); ++i) {
    double best = 0;
    for (const size_t index : chosen) {
      const Sentence& sentence = sentences_[index];
      best = std::max({best, sentence.covers[i], kInTitle * in_title_[sentence.passage][i],
                       kInPassage * in_passage_[sentence.passage][i]});
    }
    covered += units_[i].weight * best;
  }
  return total_weight_ > 0 ? covered / total_weight_ : 0;
}

bool Chooser::HoldsKind(const std::vector<size_t>& chosen) const {
  return std::any_of(chosen.begin(), chosen.end(),
                     [&](size_t index) { return sentences_[index].holds_kind; });
}

double Chooser::Value(const std::vector<size_t>& chosen) const {
  std::set<size_t> passages;
  for (const size_t index : chosen) passages.insert(sentences_[index].passage);
  double value = Covered(chosen) + (HoldsKind(chosen) ? kKindBonus : -kKindBonus);
  value -= kSentenceCost * static_cast<double>(chosen.size());
  value -= kPassageCost * static_cast<double>(passages.size());
  for (const size_t passage : passages) value -= kRankCost * static_cast<double>(passage);
  return value;
}

/// One of them names what the other's passage is about.
bool Chooser::Connected(const Sentence& a, const Sentence& b) const {
  if (a.passage == b.passage) return true;
  const auto names = [&](const Sentence& sentence, size_t passage) {
    const std::set<NodeId>& about = input_.passages[passage].about;
    return std::any_of(sentence.names.begin(), sentence.names.end(),
                       [&](NodeId name) { return about.contains(name); });
  };
  return names(a, b.passage) || names(b, a.passage);
}

std::vector<size_t> Chooser::BestStart() const {
  std::vector<size_t> best;
  double best_value = 0;
  for (size_t i = 0; i < sentences_.size(); ++i) {
    const double alone = Value({i});
    if (best.empty() || alone > best_value) {
      best = {i};
      best_value = alone;
    }
    for (size_t j = 0; j < i; ++j) {
      if (!Connected(sentences_[i], sentences_[j])) continue;
      const double together = Value({j, i});
      if (together > best_value) {
        best = {j, i};
        best_value = together;
      }
    }
  }
  return best;
}

void Chooser::Extend(std::vector<size_t>* chosen) const {
  while (chosen->size() < options_.max_sentences) {
    double best_value = Value(*chosen) + 1e-9;
    size_t best = sentences_.size();
    for (size_t i = 0; i < sentences_.size(); ++i) {
      const bool fits = std::find(chosen->begin(), chosen->end(), i) == chosen->end() &&
                        std::any_of(chosen->begin(), chosen->end(), [&](size_t other) {
                          return Connected(sentences_[i], sentences_[other]);
                        });
      if (!fits) continue;
      std::vector<size_t> more = *chosen;
      more.push_back(i);
      if (const double value = Value(more); value > best_value) {
        best_value = value;
        best = i;
      }
    }
    if (best == sentences_.size()) return;
    chosen->push_back(best);
  }
}

void Chooser::Reduce(std::vector<size_t>* chosen) const {
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

std::vector<size_t> Chooser::Choose(double* confidence) const {
  *confidence = 0;
  if (sentences_.empty() || units_.empty()) return {};
  std::vector<size_t> chosen = BestStart();
  Extend(&chosen);
  Reduce(&chosen);
  *confidence = std::clamp(Covered(chosen) - (HoldsKind(chosen) ? 0 : kKindMissing), 0.0, 1.0);
  // Sentences of one passage stand together and in their own order.
  std::vector<size_t> passages;
  for (const size_t index : chosen) {
    const size_t passage = sentences_[index].passage;
    if (std::find(passages.begin(), passages.end(), passage) == passages.end()) {
      passages.push_back(passage);
    }
  }
  std::sort(chosen.begin(), chosen.end(), [&](size_t a, size_t b) {
    const auto place = [&](size_t index) {
      return std::find(passages.begin(), passages.end(), sentences_[index].passage);
    };
    return place(a) != place(b) ? place(a) < place(b) : a < b;
  });
  return chosen;
}

}  // namespace

std::string_view AbstainText(std::string_view language) {
  if (language == "zh") return "文档中没有说明。";
  return "The documents do not say.";
}

Result<Draft> ExtractiveGenerator::Generate(const GeneratorInput& input) const {
  Draft draft;
  Chooser chooser(input, options_);
  KITH_RETURN_IF_ERROR(chooser.Prepare());
  const std::vector<size_t> chosen = chooser.Choose(&draft.confidence);
  if (chosen.empty() || draft.confidence < options_.abstain_below) {
    draft.abstained = true;
    draft.text = AbstainText(input.question.language);
    return draft;
  }
  for (const size_t index : chosen) {
    const Sentence& sentence = chooser.sentences()[index];
    const SourcedPassage& passage = input.passages[sentence.passage];
    if (!draft.text.empty()) draft.text += ' ';
    // "She was born on the island" needs its title to be understood.
    const bool named = std::any_of(sentence.names.begin(), sentence.names.end(),
                                   [&](NodeId name) { return passage.about.contains(name); });
    if (!named) draft.text += passage.passage->title + ": ";
    draft.text += passage.text.text().substr(sentence.begin, sentence.end - sentence.begin);
    draft.citations.push_back({sentence.passage, sentence.begin, sentence.end});
    draft.text += fmt::format(" [{}]", draft.citations.size());
  }
  return draft;
}

}  // namespace kith::rag
