// SPDX-License-Identifier: Apache-2.0
// Forms of English verbs that spelling does not tell: "wrote" and "written" are one verb.
//
// Thread safety: pure function.
#pragma once

#include <string_view>

namespace kith::rag {

/// Whether two lower-case words are forms of one irregular verb.
bool AreFormsOfOneVerb(std::string_view a, std::string_view b);

}  // namespace kith::rag
