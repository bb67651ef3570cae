// SPDX-License-Identifier: Apache-2.0
// Which name of the turns before a word refers to.
//
// Thread safety: pure functions.
#pragma once

#include <span>
#include <string_view>

#include "rag/converse/referring_words.h"
#include "rag/converse/turn.h"

namespace kith::rag {

/// Whether a pronoun can stand for such a thing: surely, perhaps, or not.
enum class Agreement : uint8_t { kNone, kPerhaps, kFull };
Agreement AgreementOf(Pronoun pronoun, ThingKind kind);

/// The newest name that agrees fully, else the newest that may; null when none does. Borrowed from
/// `turns`, which come newest first.
const SpokenName* FindAntecedent(Pronoun pronoun, std::span<const SpokenTurn> turns);

/// The newest name of several words that ends with `noun`: "the lighthouse" of "Kestrel
/// Lighthouse". Null when there is none.
const SpokenName* FindNamed(std::string_view noun, std::span<const SpokenTurn> turns);

}  // namespace kith::rag
