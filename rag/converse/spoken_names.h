// SPDX-License-Identifier: Apache-2.0
// The names in what was said, and what kind of thing a name is the name of. Nothing is learned: an
// entity's own passage says "she" of a woman and "it" of a lighthouse.
//
// Thread safety: pure functions.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "rag/converse/turn.h"
#include "rag/route/question.h"

namespace kith::rag {

/// The entities that were linked in `text`, and what else is written as a name in it: words with
/// capitals, but for a single one that opens a sentence. In order, without overlaps.
std::vector<SpokenName> NamesInText(std::string_view text, std::span<const LinkedEntity> entities);

/// What a passage that is about something tells of its kind.
ThingKind KindFromPassage(std::string_view passage, std::string_view language);

/// True when the answer to the question is a person: it asks who.
bool AsksForPerson(std::string_view question);
/// True when the question asks about a life: birth, death, family.
bool SpeaksOfPerson(std::string_view question);

}  // namespace kith::rag
