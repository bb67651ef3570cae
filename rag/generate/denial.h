// SPDX-License-Identifier: Apache-2.0
// What a text denies: "never acted", "did not open", "refused to paint", "没有子女". The one list
// of such words, for all that must not take what is denied for what is said.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace kith::rag {

/// Bytes of the text.
struct Denial {
  size_t begin = 0;   ///< Of the denying words; those of a refusal are said, so it is `behind`.
  size_t behind = 0;  ///< What they deny begins,
  size_t end = 0;     ///< and ends with the clause.
};

/// In order, none inside another. "Not only", "not until 1990" and "never failed to" deny nothing,
/// nor does a name that is worded so: "No. 1", "Never Let Me Go".
std::vector<Denial> DenialsIn(std::string_view text);

}  // namespace kith::rag
