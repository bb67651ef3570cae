// SPDX-License-Identifier: Apache-2.0
// Questions that leave out what the one before said: "And Jonas Holm?", "What about the mill?",
// "When?", "那陆维舟呢？".
//
// Thread safety: pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rag/converse/turn.h"

namespace kith::rag {

/// All borrowed.
struct ShortQuestion {
  std::string_view text;
  std::span<const SpokenName> names;  ///< In `text`, in order.
  bool refers = false;                ///< A pronoun was in it, whose name is among `names` now.
};

/// The question of the turn before with what `question` has in place of its own; nullopt when
/// `question` is a whole one, or asks something else of what it refers to ("What about its
/// owner?").
std::optional<std::string> CompleteEllipsis(const ShortQuestion& question, const SpokenTurn& last);

/// Without question marks, full stops and spaces at the end.
std::string_view WithoutEndMarks(std::string_view text);

}  // namespace kith::rag
