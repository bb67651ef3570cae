// SPDX-License-Identifier: Apache-2.0
// Makes a follow-up question one that stands by itself: "When was it built?" becomes "When was
// Kestrel Lighthouse built?", "And Jonas Holm?" the question before with another name.
//
// A pronoun takes the newest name that agrees with it. Within a turn "it" prefers what was asked
// about, "he" and "she" what the answer brought, as the subject of talk tends to go on (Grosz,
// Joshi and Weinstein: Centering, 1995). A pronoun behind a name in the same question is that
// name's. What has no antecedent stays as it is: nothing is guessed from the world.
//
// Thread safety: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rag/converse/turn.h"

namespace kith::rag {

struct ResolvedQuestion {
  std::string text;                  ///< The question itself where nothing refers to a turn.
  std::vector<std::string> reasons;  ///< What was taken for what, one sentence each.
};

/// `own` are the names in `question`; `turns` come newest first.
ResolvedQuestion ResolveFollowUp(std::string_view question, std::span<const SpokenName> own,
                                 std::span<const SpokenTurn> turns);

}  // namespace kith::rag
