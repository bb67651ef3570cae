// SPDX-License-Identifier: Apache-2.0
// See statements.h.
#include "rag/generate/statements.h"

#include <algorithm>

namespace kith::rag {
namespace {

/// Of a relation that leads to what is asked of at last.
bool IsInner(const Unit& unit) {
  return unit.type != Unit::Type::kName && !unit.fixed && !unit.asked_last;
}

}  // namespace

double Statements::AskedShare(const Coverage& covers) const {
  double covered = 0;
  double total = 0;
  for (size_t i = 0; i < question_.units.size(); ++i) {
    if (question_.units[i].type == Unit::Type::kName) continue;
    covered += question_.units[i].weight * covers[i];
    total += question_.units[i].weight;
  }
  return total > 0 ? covered / total : 1;
}

/// How much of the asked relation one sentence states of the asked name: with its title and
/// heading, and with the sentence before it when it begins with a pronoun. 0 when it lacks a name
/// or number of the question, for those have no other wording.
double Statements::StatementShare(size_t index, bool with_previous) const {
  const Sentence& sentence = evidence_.sentences()[index];
  Coverage covers = sentence.covers;
  for (size_t i = 0; i < question_.units.size(); ++i) {
    const Unit& unit = question_.units[i];
    const bool is_name = unit.type == Unit::Type::kName;
    covers[i] = std::max({covers[i], evidence_.in_title(sentence.passage)[i],
                          evidence_.in_heading(sentence.passage)[i]});
    // The pronoun stands for the name that the sentence before it begins with. What that sentence
    // says is another statement.
    const bool is_meant =
        is_name && with_previous && evidence_.sentences()[index - 1].first_name == unit.entity;
    if (is_meant) covers[i] = 1;
    if ((is_name || unit.fixed) && covers[i] == 0) return 0;
  }
  // A minister is no prime minister.
  for (size_t i = 0; i + 1 < question_.units.size(); ++i) {
    if (question_.units[i].joined && covers[i] == 0) covers[i + 1] = 0;
  }
  // A word may be common and yet be what was asked, so rarity cannot make up for it.
  double words = 0;
  double covered = 0;
  for (size_t i = 0; i < question_.units.size(); ++i) {
    // A name is no relation: who turned a prize down did not receive it.
    if (question_.units[i].type == Unit::Type::kName || question_.units[i].fixed) continue;
    words += 1;
    covered += covers[i];
  }
  return words > 0 ? std::min(AskedShare(covers), covered / words) : 1;
}

double Statements::Stated(const std::vector<size_t>& chosen) const {
  double best = 0;
  for (const size_t index : chosen) {
    const bool with_previous = evidence_.sentences()[index].follows &&
                               std::find(chosen.begin(), chosen.end(), index - 1) != chosen.end();
    const double before = with_previous ? evidence_.sentences()[index - 1].kind : 0;
    const double kind = std::max(evidence_.sentences()[index].kind, before);
    // What only may be of the kind counts for less.
    if (kind > 0) best = std::max(best, (1 + kind) / 2 * StatementShare(index, with_previous));
  }
  return best;
}

/// True when the sentence holds at least half of what is asked for at last or its last word, which
/// is the verb of most English questions, or when nothing tells what that is.
bool Statements::HoldsAskedRelation(size_t index) const {
  const Sentence& sentence = evidence_.sentences()[index];
  size_t asked = 0;
  size_t held = 0;
  bool last = false;
  for (size_t i = 0; i < question_.units.size(); ++i) {
    if (!question_.units[i].asked_last) continue;
    const double covers = std::max(sentence.covers[i], evidence_.in_heading(sentence.passage)[i]);
    asked += 1;
    held += covers > 0 ? 1 : 0;
    last = covers > 0 && question_.units[i].type == Unit::Type::kWord;
  }
  return last || held * 2 >= asked;
}

bool Statements::Answers(const std::vector<size_t>& chosen) const {
  return std::any_of(chosen.begin(), chosen.end(), [&](size_t index) {
    if (evidence_.sentences()[index].kind == 0 || !HoldsAskedRelation(index)) return false;
    return !question_.several_relations || SpeaksOfAnother(index);
  });
}

/// "When was the daughter of X born" is not answered by when X was born: what a document says of
/// its own subject must hold a relation that leads away from it.
bool Statements::SpeaksOfAnother(size_t index) const {
  const Sentence& sentence = evidence_.sentences()[index];
  const std::set<NodeId>& about = input_.passages[sentence.passage].about;
  const bool of_asked = std::any_of(about.begin(), about.end(),
                                    [&](NodeId name) { return question_.names.contains(name); });
  if (!of_asked) return true;
  bool leads = true;
  for (size_t i = 0; i < question_.units.size(); ++i) {
    if (!IsInner(question_.units[i])) continue;
    if (sentence.covers[i] > 0) return true;
    leads = false;
  }
  return leads;
}

}  // namespace kith::rag
