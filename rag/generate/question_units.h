// SPDX-License-Identifier: Apache-2.0
// The parts of a question that an answer has to account for: its content words, its characters (of
// scripts without spaces), the names in it.
//
// Thread safety: values; ReadUnits calls the input's functions.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "rag/generate/answer_cues.h"
#include "rag/generate/generator.h"

namespace kith::rag {

struct Unit {
  enum class Type : uint8_t { kWord, kCharacters, kName };
  Type type = Type::kWord;
  double weight = 0;  ///< By rarity.
  std::string word;
  bool fixed = false;              ///< kWord: a name or number, which has no other wording.
  bool asked_last = false;         ///< Of the relation that is asked for at last.
  bool joined = false;             ///< kWord: with the next unit, as in "prime minister".
  std::vector<std::string> pairs;  ///< kCharacters: any of these.
  NodeId entity;                   ///< kName.
};

struct QuestionUnits {
  std::vector<Unit> units;
  double total_weight = 0;
  AnswerKind kind = AnswerKind::kAny;
  bool of_name = false;            ///< A name or number is among the units.
  bool one_relation = false;       ///< Of one thing: see AsksOneRelation.
  bool several_relations = false;  ///< One after another.
  double steps = 2;                ///< Through relations, when there are several.
  std::set<NodeId> names;          ///< Of the units.
};

Result<QuestionUnits> ReadUnits(const GeneratorInput& input);

}  // namespace kith::rag
