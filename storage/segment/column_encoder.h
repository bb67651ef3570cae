// SPDX-License-Identifier: Apache-2.0
// Writes column chunks (column_chunk.h has the layout): looks at the values and takes the encoding
// that fits them.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "storage/format/value_codec.h"

namespace kith::storage {

inline constexpr size_t kMaxTupleFields = 4;

/// How many varints a value's payload begins with; 0 for a tag that is no tuple.
size_t TupleFields(ValueTag tag);

/// A chunk of the encoded values of consecutive rows; an empty one is none. At most kColumnRows.
std::string EncodeColumnChunk(std::span<const std::string_view> rows);

}  // namespace kith::storage
