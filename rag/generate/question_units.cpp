// SPDX-License-Identifier: Apache-2.0
// See question_units.h.
#include "rag/generate/question_units.h"

#include <algorithm>
#include <cmath>

#include "rag/generate/asked_relation.h"
#include "rag/generate/measured_noun.h"
#include "rag/generate/plain_words.h"
#include "rag/ingest/names.h"
#include "rag/route/router.h"

namespace kith::rag {
namespace {

/// A name of the question against a word that stands in one chunk only.
constexpr double kNameWeight = 1.5;

Result<double> RarityOf(std::string_view word, const GeneratorInput& input) {
  KITH_ASSIGN_OR_RETURN(const double chunks, input.chunks_with(word));
  const double total = std::max(input.chunks_total, chunks);
  return std::log(1 + (total - chunks + 0.5) / (chunks + 0.5));
}

bool Holds(const std::vector<std::string>& list, const std::string& part) {
  return std::find(list.begin(), list.end(), part) != list.end();
}

Status AddWords(const ContentWords& content, const ContentWords& asked, const GeneratorInput& input,
                std::vector<Unit>* units) {
  for (size_t i = 0; i < content.words.size(); ++i) {
    Unit unit;
    unit.word = content.words[i];
    unit.fixed = content.fixed[i];
    unit.joined = content.joined[i];
    unit.asked_last = Holds(asked.words, unit.word);
    KITH_ASSIGN_OR_RETURN(unit.weight, RarityOf(unit.word, input));
    units->push_back(std::move(unit));
  }
  return Status::Ok();
}

/// A unit for each character of a run, matched together with a neighbour.
Status AddCharacters(const std::string& run, bool asked_last, const GeneratorInput& input,
                     std::vector<Unit>* units) {
  const std::vector<NameWord> characters = CutNameWords(run);
  const auto pair_at = [&](size_t i) {
    return run.substr(characters[i].begin, characters[i + 1].end - characters[i].begin);
  };
  for (size_t i = 0; i < characters.size(); ++i) {
    Unit unit;
    unit.type = Unit::Type::kCharacters;
    unit.asked_last = asked_last;
    if (i > 0) unit.pairs.push_back(pair_at(i - 1));
    if (i + 1 < characters.size()) unit.pairs.push_back(pair_at(i));
    if (unit.pairs.empty()) unit.pairs.push_back(run);
    for (const std::string& pair : unit.pairs) {
      KITH_ASSIGN_OR_RETURN(const double rarity, RarityOf(pair, input));
      // Two characters make about one word.
      unit.weight += rarity / 2 / static_cast<double>(unit.pairs.size());
    }
    units->push_back(std::move(unit));
  }
  return Status::Ok();
}

/// "In what year", "in which town", "at what height": an answer holds a year, a town or a height,
/// but seldom the word.
void LeaveOutKind(AnswerKind kind, std::string_view question, std::vector<Unit>* units) {
  if (units->size() < 2 || kind == AnswerKind::kAny || kind == AnswerKind::kPerson) return;
  const std::vector<std::string> words = FoldedWords(question);
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] != "what" && words[i] != "which") continue;
    const std::string& noun = words[i + 1];
    const bool is_kind = noun == "year" || noun == "date" || IsPlaceNoun(noun);
    if (!is_kind && MeasuredNoun(words) != noun) continue;
    std::erase_if(*units, [&](const Unit& unit) { return unit.word == noun; });
    return;
  }
}

}  // namespace

Result<QuestionUnits> ReadUnits(const GeneratorInput& input) {
  const Question& question = input.question;
  QuestionUnits read;
  read.kind = AskedKind(question.text);
  read.one_relation = AsksOneRelation(question);
  const int steps = CountedSteps(question);
  read.several_relations = steps > 1;
  read.steps = std::max(2, steps);
  ContentWords asked;
  if (steps > 1) {
    asked =
        AskedRelation(question.text, question.entities.empty() ? 0 : question.entities.back().end);
  }
  ContentWords content = ContentOf(question.rest);
  // In "how high is X" the measure is the relation; in "how long is X's span" the span is.
  if (const std::string measure = MeasureOf(question.rest);
      !measure.empty() && content.words.empty()) {
    content.words = {measure};
    content.fixed = {false};
    content.joined = {false};
  }
  KITH_RETURN_IF_ERROR(AddWords(content, asked, input, &read.units));
  LeaveOutKind(read.kind, question.rest, &read.units);
  for (const std::string& run : content.runs) {
    KITH_RETURN_IF_ERROR(AddCharacters(run, Holds(asked.runs, run), input, &read.units));
  }
  const double once = std::log(1 + (std::max(input.chunks_total, 1.0) - 0.5) / 1.5);
  for (const LinkedEntity& entity : question.entities) {
    Unit unit;
    unit.type = Unit::Type::kName;
    unit.entity = entity.node;
    unit.weight = kNameWeight * once;
    read.units.push_back(std::move(unit));
    read.names.insert(entity.node);
  }
  for (const Unit& unit : read.units) {
    read.total_weight += unit.weight;
    read.of_name = read.of_name || unit.fixed || unit.type == Unit::Type::kName;
  }
  return read;
}

}  // namespace kith::rag
