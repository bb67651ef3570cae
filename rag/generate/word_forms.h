// SPDX-License-Identifier: Apache-2.0
// Forms of one word.
//
// Thread safety: pure functions.
#pragma once

#include <string_view>

namespace kith::rag {

/// Forms of one word, as far as spelling and a list of irregular English verbs tell: "designed" and
/// "designer", "wrote" and "written".
bool SameWord(std::string_view a, std::string_view b);

}  // namespace kith::rag
