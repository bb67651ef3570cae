// SPDX-License-Identifier: Apache-2.0
// See evidence.h.
#include "rag/generate/evidence.h"

#include <algorithm>

#include "rag/generate/whose_words.h"
#include "rag/generate/word_forms.h"
#include "rag/ingest/chunker.h"

namespace kith::rag {
namespace {

/// What the first sentence of a document says that its subject is holds for all of it.
constexpr double kInLead = 0.9;
/// Another form of a word against the word itself.
constexpr double kOtherForm = 0.95;
/// Something that may be of the kind: a place that is the document's own subject or follows a
/// preposition, a person whose name does not show as one.
constexpr double kPerhaps = 0.5;

}  // namespace

/// The text of a sentence or passage, cut up once for all units.
struct PassageEvidence::CutText {
  std::set<std::string, std::less<>> words;
  std::set<std::string, std::less<>> in_names;  ///< Of words: with a capital, not at the start.
  std::string characters;
  std::set<NodeId> names;
  std::set<NodeId> acting;
  NodeId first_name = kNoNode;
};

PassageEvidence::PassageEvidence(const GeneratorInput& input, const QuestionUnits& question,
                                 size_t max_passages)
    : input_(input), question_(question) {
  const auto know = [&](NodeId entity, std::string_view key) {
    const uint64_t hash = HashName(CutNameWords(key));
    name_hashes_.Insert(hash);
    entity_of_.emplace(hash, entity);
  };
  for (const KnownName& name : input_.names) know(name.entity, name.key);
  for (const LinkedEntity& entity : input_.question.entities) know(entity.node, entity.key);
  for (size_t i = 0; i < std::min(max_passages, input_.passages.size()); ++i) {
    AddPassage(i);
    AddSentences(i);
  }
}

PassageEvidence::CutText PassageEvidence::Cut(std::string_view text) const {
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

/// Without what the sentence denies, and what it says of others where the question asks one thing
/// of one.
PassageEvidence::CutText PassageEvidence::CutSentence(std::string_view text) const {
  CutText cut = Cut(text);
  const std::string& question = input_.question.text;
  std::string said = WithoutDenied(text, question);
  if (question_.one_relation) said = WithoutHeldByNames(WithoutOtherOffices(said, question));
  if (said != text) {
    CutText left = Cut(said);
    cut.words = std::move(left.words);
    cut.characters = std::move(left.characters);
  }
  if (!question_.one_relation) return cut;
  if (SwapsRoles(text, question)) cut.words.clear();
  for (const std::string& word : HeldByOthers(text, question, question_.of_name)) {
    cut.words.erase(word);
  }
  return cut;
}

/// "X的女儿" says nothing of the question's daughter unless it names X.
std::string PassageEvidence::WithoutHeldByNames(std::string said) const {
  constexpr std::string_view kGenitive = "的";
  constexpr size_t kHeldBytes = 6;  // Two characters, as most offices and all kin.
  for (const NameMatch& match : FindNames(CutNameWords(said), name_hashes_)) {
    if (question_.names.contains(entity_of_.at(match.hash))) continue;
    const size_t at = match.end + kGenitive.size();
    if (!std::string_view(said).substr(match.end).starts_with(kGenitive)) continue;
    const size_t bytes = std::min(kHeldBytes, said.size() - at);
    said.replace(at, bytes, bytes, ' ');
  }
  return said;
}

Coverage PassageEvidence::Match(const CutText& text) const {
  const auto any = [](bool found) { return found ? 1.0 : 0.0; };
  Coverage covers;
  for (const Unit& unit : question_.units) {
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

void PassageEvidence::AddPassage(size_t index) {
  const SourcedPassage& passage = input_.passages[index];
  CutText title = Cut(passage.passage->title);
  title.names.insert(passage.about.begin(), passage.about.end());
  in_title_.push_back(Match(title));
  CutText whole = Cut(passage.heading + "\n" + passage.text.text());
  whole.words.insert(title.words.begin(), title.words.end());
  whole.characters += " " + title.characters;
  whole.names.insert(title.names.begin(), title.names.end());
  in_passage_.push_back(Match(whole));
  in_heading_.push_back(Match(Cut(passage.heading)));
}

void PassageEvidence::AddSentences(size_t index) {
  const SourcedPassage& passage = input_.passages[index];
  const std::string& text = passage.text.text();
  const size_t first = sentences_.size();
  for (const auto& [begin, end] : CutSentences(text, passage.language)) {
    const std::string_view words = std::string_view(text).substr(begin, end - begin);
    // The heading that a chunk begins with is not in its text.
    const bool under_heading = sentences_.size() == first && !passage.heading.empty();
    CutText cut = CutSentence(under_heading ? passage.heading + "\n" + std::string(words) : words);
    const bool begins = passage.is_first && sentences_.size() == first;
    if (question_.kind == AnswerKind::kTime && begins && HoldsLifeAsked(passage, words)) {
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
    sentence.kind = KindOf(words, sentence);
    if (question_.one_relation) MatchClauses(words, &sentence);
    sentence.under_heading = under_heading;
    sentence.follows = sentences_.size() > first && BeginsWithPronoun(words);
    sentences_.push_back(std::move(sentence));
  }
  if (passage.is_first && sentences_.size() > first) AddDefinition(index, sentences_[first]);
}

/// What semicolons part are statements of their own: one of them has to hold what is asked.
void PassageEvidence::MatchClauses(std::string_view words, Sentence* sentence) const {
  double best = -1;
  Coverage best_covers;
  for (const std::string_view clause : CutAtSemicolons(words)) {
    if (clause.size() == words.size()) return;
    Coverage covers = Match(CutSentence(clause));
    double sum = 0;
    for (size_t i = 0; i < covers.size(); ++i) {
      // Whom the sentence names, all of its parts may speak of.
      const bool is_name = question_.units[i].type == Unit::Type::kName;
      if (is_name) covers[i] = sentence->covers[i];
      sum += covers[i];
    }
    const double kind = KindOf(clause, *sentence);
    if (kind == 0 || sum <= best) continue;
    best = sum;
    best_covers = std::move(covers);
    sentence->kind = kind;
  }
  if (best >= 0) sentence->covers = std::move(best_covers);
}

void PassageEvidence::AddDefinition(size_t index, const Sentence& lead) {
  const std::string_view text = input_.passages[index].text.text();
  const Coverage defined = Match(Cut(DefinitionIn(text.substr(lead.begin, lead.end - lead.begin))));
  Coverage& in_title = in_title_[index];
  for (size_t i = 0; i < in_title.size(); ++i) {
    const bool is_name = question_.units[i].type == Unit::Type::kName;
    in_title[i] = std::max(in_title[i], is_name ? 0 : kInLead * defined[i]);
  }
}

/// The years of a life are those of the document's subject, whoever else the sentence names.
bool PassageEvidence::HoldsLifeAsked(const SourcedPassage& passage, std::string_view words) const {
  if (!HoldsLifespan(words)) return false;
  if (!question_.one_relation || question_.names.empty()) return true;
  return std::any_of(question_.names.begin(), question_.names.end(),
                     [&](NodeId name) { return passage.about.contains(name); });
}

double PassageEvidence::KindOf(std::string_view words, const Sentence& sentence) const {
  const AnswerKind kind = question_.kind;
  const bool by_name = kind == AnswerKind::kPerson || kind == AnswerKind::kPlace;
  const std::string& question = input_.question.text;
  if (!by_name) return HoldsKind(kind, words, question) ? 1 : 0;
  const SourcedPassage& passage = input_.passages[sentence.passage];
  // Letters tell no person from a place, but prepositions do.
  if (kind == AnswerKind::kPlace && passage.language != "zh") {
    if (!HoldsKind(kind, words, question)) return 0;
    // Where something is, its own name does not tell.
    return HoldsKind(kind, words, question + "\n" + passage.passage->title) ? 1 : kPerhaps;
  }
  const auto is_new = [&](NodeId name) { return !question_.names.contains(name); };
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

}  // namespace kith::rag
