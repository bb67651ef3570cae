// SPDX-License-Identifier: Apache-2.0
// How property values are stored: one tag byte, then a payload that tells its own length.
//
//   tag  type             payload
//   0    null             none (in a patch: the property was removed)
//   1    false            none
//   2    true             none
//   3    integer          zigzag varint
//   4    float            8 bytes, little-endian IEEE 754
//   5    string           varint length, bytes
//   6    list             varint count, then each element as tag and payload; no list in a list
//   7    date             zigzag varint days
//   8    local time       varint nanoseconds of the day
//   9    time             varint nanoseconds of the day, zigzag varint offset seconds
//   10   local date time  zigzag varint seconds, varint nanoseconds
//   11   date time        zigzag varint UTC seconds, varint nanoseconds, zigzag varint offset
//                         seconds, varint length of the zone's name, its bytes
//   12   duration         zigzag varints months, days, seconds; varint nanoseconds
//   13   list of floats   varint count, then 8 bytes each
//   14   the same, when each equals a 32-bit float: varint count, then 4 bytes each
//
// Tags are never renumbered. Decoding checks every range, so that damaged bytes give Corruption.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/value.h"
#include "storage/format/bytes.h"

namespace kith::storage {

enum class ValueTag : uint8_t {
  kNull = 0,
  kFalse = 1,
  kTrue = 2,
  kInteger = 3,
  kFloat = 4,
  kString = 5,
  kList = 6,
  kDate = 7,
  kLocalTime = 8,
  kTime = 9,
  kLocalDateTime = 10,
  kDateTime = 11,
  kDuration = 12,
  kFloatList = 13,
  kFloat32List = 14,
};

/// OK when the value may be a property: not a map, node, relationship or path, and no list that
/// holds one, a list or null. TypeError, detail InvalidPropertyType, otherwise.
Status CheckStorable(const Value& value);

/// Appends a value that passes CheckStorable.
void AppendValue(const Value& value, std::string* out);

/// Takes one value from the reader. On bad bytes gives null and makes reader->ok() false.
Value TakeValue(ByteReader* reader);

/// Passes over one value and returns its bytes, tag included; empty and !ok() on bad bytes. Checks
/// lengths, not contents.
std::string_view SkipValue(ByteReader* reader);

}  // namespace kith::storage
