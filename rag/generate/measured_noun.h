// SPDX-License-Identifier: Apache-2.0
// Nouns of what is measured, and the units that it is measured in: "at what temperature" asks for
// degrees, and an answer seldom holds the noun.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kith::rag {

/// The noun that stands behind "what" or "which" in a question's folded words; empty without one.
std::string_view MeasuredNoun(const std::vector<std::string>& question);

/// True when a number with a unit of that noun is among a sentence's folded words.
bool HoldsMeasureOf(std::string_view noun, const std::vector<std::string>& sentence);

}  // namespace kith::rag
