// SPDX-License-Identifier: Apache-2.0
// Finds what somebody probably meant: the nearest of some words by edits of letters.
//
// Thread safety: a function without state.
#pragma once

#include <span>
#include <string_view>

namespace kith::query {

/// The candidate that `word` is a misspelling of, without regard to ASCII case; empty when none is
/// near (one edit for each three letters of the longer; swapping two neighbours is one edit). The
/// first of equals.
std::string_view NearestSpelling(std::string_view word,
                                 std::span<const std::string_view> candidates);

}  // namespace kith::query
