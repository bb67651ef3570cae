// SPDX-License-Identifier: Apache-2.0
// Turns a seek into ranges of encoded tuples.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "index/property/property_index.h"

namespace kith::index {

/// Tuples with lower <= tuple < upper (bytewise; an empty upper means no bound).
struct TupleRange {
  std::string lower;
  std::string upper;

  bool Contains(std::string_view front, std::string_view rest) const;
};

struct SeekRanges {
  std::vector<TupleRange> ranges;  ///< Disjoint, ascending.
  /// Comparing lists is three-valued (`[1, 'a'] < [1, 2]` is unknown), so list bounds have to be
  /// checked on the decoded value.
  bool check_lists = false;
};

/// No ranges when nothing can be found.
Result<SeekRanges> RangesOf(const IndexDefinition& definition, const PropertySeek& seek);

/// True when `value` lies within the bounds of the seek by openCypher's comparison.
bool WithinBounds(const PropertySeek& seek, const Value& value);

}  // namespace kith::index
