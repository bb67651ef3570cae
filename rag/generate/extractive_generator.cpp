// SPDX-License-Identifier: Apache-2.0
// See extractive_generator.h. "Units" are the parts of the question that an answer has to account
// for: its content words, its characters (of scripts without spaces), the names in it.
//
// Length: one class, because choosing weighs units, sentences and passages against each other; what
// stands on its own is in answer_cues.cpp.
#include "rag/generate/extractive_generator.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

#include "rag/generate/answer_cues.h"
#include "rag/ingest/chunker.h"
#include "rag/ingest/names.h"
#include "rag/route/router.h"

namespace kith::rag {
namespace {

// What a match counts for when it is not in a chosen sentence itself.
constexpr double kInTitle = 1.0;
/// What the first sentence of a document says that its subject is holds for all of it.
constexpr double kInLead = 0.9;
constexpr double kInPassage = 0.5;
/// Another form of a word against the word itself.
constexpr double kOtherForm = 0.95;
/// A name of the question against a word that stands in one chunk only.
constexpr double kNameWeight = 1.5;
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
/// Something that may be of the kind: a place that is the document's own subject or follows a
/// preposition, a person whose name does not show as one.
constexpr double kPerhaps = 0.5;
/// A sentence that begins with a pronoun, together with the one before it.
constexpr double kFollows = 0.03;
/// Off the confidence when nothing of the asked kind was found, or what was found holds nothing
/// else that was asked.
constexpr double kKindMissing = 0.2;

struct Unit {
  enum class Type : uint8_t { kWord, kCharacters, kName };
  Type type = Type::kWord;
  double weight = 0;
  std::string word;
  bool fixed = false;              ///< kWord: a name or number, which has no other wording.
  bool asked_last = false;         ///< Of the relation that is asked for at last.
  bool joined = false;             ///< kWord: with the next unit, as in "prime minister".
  std::vector<std::string> pairs;  ///< kCharacters: any of these.
  NodeId entity;
};

using Coverage = std::vector<double>;  ///< One for each unit, 0 to 1.

struct Sentence {
  size_t passage = 0;
  size_t begin = 0;
  size_t end = 0;
  Coverage covers;
  double kind = 0;             ///< How well it holds something of the asked kind, 0 to 1.
  bool under_heading = false;  ///< The passage's heading leads it.
  bool follows = false;        ///< It begins with a pronoun, and is not the first of its passage.
  std::set<NodeId> names;
  std::set<NodeId> acting;      ///< Names that stand elsewhere than behind a preposition of place.
  NodeId first_name = kNoNode;  ///< What a pronoun in the next sentence means.
};

/// The text of a sentence or passage, cut up once for all units.
struct CutText {
  std::set<std::string, std::less<>> words;
  std::set<std::string, std::less<>> in_names;  ///< Of words: with a capital, not at the start.
  std::string characters;
  std::set<NodeId> names;
  std::set<NodeId> acting;
  NodeId first_name = kNoNode;
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
  CutText CutSentence(std::string_view text) const;
  Coverage Match(const CutText& text) const;
  void AddSentences(size_t index, AnswerKind kind);
  double KindOf(AnswerKind kind, std::string_view words, const Sentence& sentence) const;
  bool HoldsLifeAsked(const SourcedPassage& passage, std::string_view words) const;
  double AskedShare(const Coverage& covers) const;
  double StatementShare(size_t index, bool with_previous) const;
  double Stated(const std::vector<size_t>& chosen) const;
  bool HoldsAskedRelation(size_t index) const;
  double Covered(const std::vector<size_t>& chosen) const;
  double Confidence(const std::vector<size_t>& chosen) const;
  double Value(const std::vector<size_t>& chosen) const;
  double Kind(const std::vector<size_t>& chosen) const;
  bool Connected(const Sentence& a, const Sentence& b) const;
  std::vector<size_t> BestStart() const;
  void Extend(std::vector<size_t>* chosen) const;
  void Reduce(std::vector<size_t>* chosen) const;

  const GeneratorInput& input_;
  const ExtractiveOptions& options_;
  std::vector<Unit> units_;
  double total_weight_ = 0;
  bool one_relation_ = false;
  double steps_ = 2;  ///< Through relations, when there are several.
  NameSet name_hashes_;
  std::unordered_map<uint64_t, NodeId> entity_of_;
  std::set<NodeId> asked_names_;
  std::vector<Sentence> sentences_;
  std::vector<Coverage> in_passage_;  ///< Per passage: text and title.
  std::vector<Coverage> in_title_;    ///< Per passage: title, and what the lead says.
  std::vector<Coverage> in_heading_;  ///< Per passage.
};

Result<double> Chooser::Rarity(std::string_view word) const {
  KITH_ASSIGN_OR_RETURN(const double chunks, input_.chunks_with(word));
  const double total = std::max(input_.chunks_total, chunks);
  return std::log(1 + (total - chunks + 0.5) / (chunks + 0.5));
}

Status Chooser::MakeUnits() {
  ContentWords content = ContentOf(input_.question.rest);
  const auto& entities = input_.question.entities;
  ContentWords asked;
  if (CountedSteps(input_.question) > 1) {
    asked = AskedRelation(input_.question.text, entities.empty() ? 0 : entities.back().end);
  }
  const auto is_asked = [](const std::vector<std::string>& list, const std::string& part) {
    return std::find(list.begin(), list.end(), part) != list.end();
  };
  // In "how high is X" the measure is the relation; in "how long is X's span" the span is.
  const std::string measure = MeasureOf(input_.question.rest);
  if (!measure.empty() && content.words.empty()) {
    content.words = {measure};
    content.fixed = {false};
    content.joined = {false};
  }
  for (size_t i = 0; i < content.words.size(); ++i) {
    Unit unit;
    unit.word = content.words[i];
    unit.fixed = content.fixed[i];
    unit.joined = content.joined[i];
    unit.asked_last = is_asked(asked.words, unit.word);
    KITH_ASSIGN_OR_RETURN(unit.weight, Rarity(unit.word));
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
      unit.asked_last = is_asked(asked.runs, run);
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
      const char letter = text[word.begin];
      if (word.begin > 0 && letter >= 'A' && letter <= 'Z') cut.in_names.insert(folded);
      cut.words.insert(std::move(folded));
    }
  }
  for (const NameMatch& match : FindNames(words, name_hashes_)) {
    const NodeId name = entity_of_.at(match.hash);
    if (cut.names.empty()) cut.first_name = name;
    cut.names.insert(name);
    if (!StandsAsPlace(text, match.begin)) cut.acting.insert(name);
  }
  return cut;
}

/// Without what the sentence says of others, where the question asks one thing of one.
CutText Chooser::CutSentence(std::string_view text) const {
  CutText cut = Cut(text);
  if (!one_relation_) return cut;
  for (const std::string& word : HeldByOthers(text, input_.question.text)) cut.words.erase(word);
  return cut;
}

Coverage Chooser::Match(const CutText& text) const {
  const auto any = [](bool found) { return found ? 1.0 : 0.0; };
  Coverage covers;
  for (const Unit& unit : units_) {
    double match = 0;
    switch (unit.type) {
      case Unit::Type::kWord:
        match = any(text.words.contains(unit.word));
        if (match == 0) {
          match = kOtherForm *
                  any(std::any_of(text.words.begin(), text.words.end(), [&](const auto& word) {
                    // Names have no other forms: a miller is not of Tessel Mill.
                    return !text.in_names.contains(word) && SameWord(unit.word, word);
                  }));
        }
        break;
      case Unit::Type::kCharacters:
        match = any(std::any_of(unit.pairs.begin(), unit.pairs.end(), [&](const auto& pair) {
          return text.characters.find(pair) != std::string::npos;
        }));
        break;
      case Unit::Type::kName: match = any(text.names.contains(unit.entity)); break;
    }
    covers.push_back(match);
  }
  return covers;
}

Status Chooser::Prepare() {
  one_relation_ = AsksOneRelation(input_.question);
  steps_ = std::max(2, CountedSteps(input_.question));
  KITH_RETURN_IF_ERROR(MakeUnits());
  const auto know = [&](NodeId entity, std::string_view key) {
    const uint64_t hash = HashName(CutNameWords(key));
    name_hashes_.Insert(hash);
    entity_of_.emplace(hash, entity);
  };
  for (const KnownName& name : input_.names) know(name.entity, name.key);
  for (const LinkedEntity& entity : input_.question.entities) {
    know(entity.node, entity.key);
    asked_names_.insert(entity.node);
  }
  const AnswerKind kind = AskedKind(input_.question.text);
  for (size_t i = 0; i < std::min(options_.passages, input_.passages.size()); ++i) {
    AddSentences(i, kind);
  }
  return Status::Ok();
}

void Chooser::AddSentences(size_t index, AnswerKind kind) {
  const SourcedPassage& passage = input_.passages[index];
  const std::string& text = passage.text.text();
  CutText title = Cut(passage.passage->title);
  title.names.insert(passage.about.begin(), passage.about.end());
  Coverage in_title = Match(title);
  CutText whole = Cut(passage.heading + "\n" + text);
  whole.words.insert(title.words.begin(), title.words.end());
  whole.characters += " " + title.characters;
  whole.names.insert(title.names.begin(), title.names.end());
  in_passage_.push_back(Match(whole));
  in_heading_.push_back(Match(Cut(passage.heading)));
  const size_t first = sentences_.size();
  for (const auto& [begin, end] : CutSentences(text, passage.language)) {
    const std::string_view words = std::string_view(text).substr(begin, end - begin);
    // The heading that a chunk begins with is not in its text.
    const bool under_heading = sentences_.size() == first && !passage.heading.empty();
    CutText cut = CutSentence(under_heading ? passage.heading + "\n" + std::string(words) : words);
    const bool begins = passage.is_first && sentences_.size() == first;
    if (kind == AnswerKind::kTime && begins && HoldsLifeAsked(passage, words)) {
      cut.words.insert({"born", "died"});
      cut.characters += " 出生 去世";
    }
    Sentence sentence;
    sentence.passage = index;
    sentence.begin = begin;
    sentence.end = end;
    sentence.covers = Match(cut);
    sentence.names = std::move(cut.names);
    sentence.acting = std::move(cut.acting);
    sentence.first_name = cut.first_name;
    sentence.kind = KindOf(kind, words, sentence);
    sentence.under_heading = under_heading;
    sentence.follows = sentences_.size() > first && BeginsWithPronoun(words);
    sentences_.push_back(std::move(sentence));
  }
  if (passage.is_first && sentences_.size() > first) {
    const Sentence& lead = sentences_[first];
    const Coverage defined =
        Match(Cut(DefinitionIn(std::string_view(text).substr(lead.begin, lead.end - lead.begin))));
    for (size_t i = 0; i < units_.size(); ++i) {
      const bool is_name = units_[i].type == Unit::Type::kName;
      in_title[i] = std::max(in_title[i], is_name ? 0 : kInLead * defined[i]);
    }
  }
  in_title_.push_back(std::move(in_title));
}

/// The years of a life are those of the document's subject, whoever else the sentence names.
bool Chooser::HoldsLifeAsked(const SourcedPassage& passage, std::string_view words) const {
  if (!HoldsLifespan(words)) return false;
  if (!one_relation_ || asked_names_.empty()) return true;
  return std::any_of(asked_names_.begin(), asked_names_.end(),
                     [&](NodeId name) { return passage.about.contains(name); });
}

double Chooser::KindOf(AnswerKind kind, std::string_view words, const Sentence& sentence) const {
  const bool by_name = kind == AnswerKind::kPerson || kind == AnswerKind::kPlace;
  const std::string& question = input_.question.text;
  if (!by_name) return HoldsKind(kind, words, question) ? 1 : 0;
  const SourcedPassage& passage = input_.passages[sentence.passage];
  const auto is_new = [&](NodeId name) { return !asked_names_.contains(name); };
  const auto is_other = [&](NodeId name) { return is_new(name) && !passage.about.contains(name); };
  const std::set<NodeId>& names = kind == AnswerKind::kPerson ? sentence.acting : sentence.names;
  // Where something is, its own name does not tell.
  if (HoldsKind(kind, words, question + "\n" + passage.passage->title) ||
      std::any_of(names.begin(), names.end(), is_other)) {
    return 1;
  }
  const bool own =
      HoldsKind(kind, words, question) || std::any_of(names.begin(), names.end(), is_new);
  if (kind == AnswerKind::kPerson && own) return 1;
  if (kind == AnswerKind::kPerson) return MayNamePerson(words, question) ? kPerhaps : 0;
  return own || HoldsChinesePlace(words) ? kPerhaps : 0;
}

/// Of what was asked besides names, the share that is covered.
double Chooser::AskedShare(const Coverage& covers) const {
  double covered = 0;
  double total = 0;
  for (size_t i = 0; i < units_.size(); ++i) {
    if (units_[i].type == Unit::Type::kName) continue;
    covered += units_[i].weight * covers[i];
    total += units_[i].weight;
  }
  return total > 0 ? covered / total : 1;
}

/// How much of the asked relation one sentence states of the asked name: with its title and
/// heading, and with the sentence before it when it begins with a pronoun. 0 when it lacks a name
/// or number of the question, for those have no other wording.
double Chooser::StatementShare(size_t index, bool with_previous) const {
  const Sentence& sentence = sentences_[index];
  Coverage covers = sentence.covers;
  for (size_t i = 0; i < units_.size(); ++i) {
    const Unit& unit = units_[i];
    const bool is_name = unit.type == Unit::Type::kName;
    covers[i] =
        std::max({covers[i], in_title_[sentence.passage][i], in_heading_[sentence.passage][i]});
    // The pronoun stands for the name that the sentence before it begins with. What that sentence
    // says is another statement.
    const bool is_meant =
        is_name && with_previous && sentences_[index - 1].first_name == unit.entity;
    if (is_meant) covers[i] = 1;
    if ((is_name || unit.fixed) && covers[i] == 0) return 0;
  }
  // A minister is no prime minister.
  for (size_t i = 0; i + 1 < units_.size(); ++i) {
    if (units_[i].joined && covers[i] == 0) covers[i + 1] = 0;
  }
  // A word may be common and yet be what was asked, so rarity cannot make up for it.
  double words = 0;
  double covered = 0;
  for (size_t i = 0; i < units_.size(); ++i) {
    if (units_[i].type == Unit::Type::kName) continue;
    words += 1;
    covered += covers[i];
  }
  return words > 0 ? std::min(AskedShare(covers), covered / words) : 1;
}

/// The best statement among the chosen sentences that holds something of the asked kind.
double Chooser::Stated(const std::vector<size_t>& chosen) const {
  double best = 0;
  for (const size_t index : chosen) {
    const bool with_previous = sentences_[index].follows &&
                               std::find(chosen.begin(), chosen.end(), index - 1) != chosen.end();
    const double before = with_previous ? sentences_[index - 1].kind : 0;
    const double kind = std::max(sentences_[index].kind, before);
    // What only may be of the kind counts for less.
    if (kind > 0) best = std::max(best, (1 + kind) / 2 * StatementShare(index, with_previous));
  }
  return best;
}

/// True when the sentence holds at least half of what is asked for at last, or nothing tells what
/// that is.
bool Chooser::HoldsAskedRelation(size_t index) const {
  const Sentence& sentence = sentences_[index];
  size_t asked = 0;
  size_t held = 0;
  for (size_t i = 0; i < units_.size(); ++i) {
    if (!units_[i].asked_last) continue;
    const double covers = std::max(sentence.covers[i], in_heading_[sentence.passage][i]);
    asked += 1;
    held += covers > 0 ? 1 : 0;
  }
  return held * 2 >= asked;
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

/// The best of the sentences; 0 when none holds anything of the kind.
double Chooser::Kind(const std::vector<size_t>& chosen) const {
  double best = 0;
  for (const size_t index : chosen) {
    const Sentence& sentence = sentences_[index];
    const double share = kKindAlone + (1 - kKindAlone) * AskedShare(sentence.covers);
    best = std::max(best, sentence.kind * share);
  }
  return best;
}

double Chooser::Confidence(const std::vector<size_t>& chosen) const {
  const double covered = Covered(chosen);
  // One relation is answered in one place, so the answer is no surer than what that place states.
  if (one_relation_) return std::min(covered, Stated(chosen));
  // Of several relations no sentence needs to state more than its own.
  const bool answers = std::any_of(chosen.begin(), chosen.end(), [&](size_t index) {
    return sentences_[index].kind > 0 && HoldsAskedRelation(index);
  });
  const double kind = answers ? std::min(1.0, Kind(chosen) * steps_) : 0;
  return std::clamp(covered - kKindMissing * (1 - kind), 0.0, 1.0);
}

double Chooser::Value(const std::vector<size_t>& chosen) const {
  std::set<size_t> passages;
  for (const size_t index : chosen) passages.insert(sentences_[index].passage);
  const double kind = Kind(chosen);
  double value = Covered(chosen) + kKindBonus * (kind > 0 ? kind : -1);
  if (one_relation_) value += kStatementBonus * Stated(chosen);
  value -= kSentenceCost * static_cast<double>(chosen.size());
  value -= kPassageCost * static_cast<double>(passages.size());
  for (const size_t passage : passages) value -= kRankCost * static_cast<double>(passage);
  for (const size_t index : chosen) {
    const bool after = sentences_[index].follows &&
                       std::find(chosen.begin(), chosen.end(), index - 1) != chosen.end();
    value += after ? kFollows : 0;
  }
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
  *confidence = Confidence(chosen);
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
  size_t last_passage = input.passages.size();
  for (const size_t index : chosen) {
    const Sentence& sentence = chooser.sentences()[index];
    const SourcedPassage& passage = input.passages[sentence.passage];
    if (!draft.text.empty()) draft.text += ' ';
    // "She was born on the island" needs its title to be understood.
    const bool named = std::any_of(sentence.names.begin(), sentence.names.end(),
                                   [&](NodeId name) { return passage.about.contains(name); });
    if (!named && sentence.passage != last_passage) {
      draft.text += passage.passage->title;
      if (sentence.under_heading) draft.text += " > " + passage.heading;
      draft.text += ": ";
    }
    last_passage = sentence.passage;
    draft.text += passage.text.text().substr(sentence.begin, sentence.end - sentence.begin);
    draft.citations.push_back({sentence.passage, sentence.begin, sentence.end});
    draft.text += fmt::format(" [{}]", draft.citations.size());
  }
  return draft;
}

}  // namespace kith::rag
