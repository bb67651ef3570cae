// SPDX-License-Identifier: Apache-2.0
// See antecedents.h.
#include "rag/converse/antecedents.h"

#include <vector>

#include "rag/ingest/names.h"

namespace kith::rag {
namespace {

/// The names of a turn in the order in which the pronoun prefers them.
std::vector<const SpokenName*> InOrderFor(Pronoun pronoun, const SpokenTurn& turn) {
  std::vector<const SpokenName*> names;
  const auto add = [&](const std::vector<SpokenName>& from) {
    for (const SpokenName& name : from) names.push_back(&name);
  };
  if (pronoun == Pronoun::kIt) {
    add(turn.asked_names);
    add(turn.answer_names);
  } else {
    add(turn.answer_names);
    add(turn.asked_names);
  }
  return names;
}

}  // namespace

Agreement AgreementOf(Pronoun pronoun, ThingKind kind) {
  if (kind == ThingKind::kUnknown) return Agreement::kPerhaps;
  switch (pronoun) {
    case Pronoun::kHe:
      return kind == ThingKind::kMan || kind == ThingKind::kPerson ? Agreement::kFull
                                                                   : Agreement::kNone;
    case Pronoun::kShe:
      return kind == ThingKind::kWoman || kind == ThingKind::kPerson ? Agreement::kFull
                                                                     : Agreement::kNone;
    case Pronoun::kIt:
    case Pronoun::kThere: return kind == ThingKind::kThing ? Agreement::kFull : Agreement::kNone;
    // Several things have several names; a team, a family and somebody unnamed have one.
    case Pronoun::kThey: return kind == ThingKind::kThing ? Agreement::kNone : Agreement::kPerhaps;
  }
  return Agreement::kNone;
}

const SpokenName* FindAntecedent(Pronoun pronoun, std::span<const SpokenTurn> turns) {
  for (const Agreement wanted : {Agreement::kFull, Agreement::kPerhaps}) {
    for (const SpokenTurn& turn : turns) {
      for (const SpokenName* name : InOrderFor(pronoun, turn)) {
        if (AgreementOf(pronoun, name->kind) == wanted) return name;
      }
    }
  }
  return nullptr;
}

const SpokenName* FindNamed(std::string_view noun, std::span<const SpokenTurn> turns) {
  const std::string ending = " " + NameKey(noun);
  for (const SpokenTurn& turn : turns) {
    for (const auto* names : {&turn.asked_names, &turn.answer_names}) {
      for (const SpokenName& name : *names) {
        if (name.key.ends_with(ending)) return &name;
      }
    }
  }
  return nullptr;
}

}  // namespace kith::rag
