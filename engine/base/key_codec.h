// SPDX-License-Identifier: Apache-2.0
// One order-preserving codec for all index keys: memcmp order of the encodings is Order (ORDER
// BY's) of the values, and equal bytes mean Equivalent values. 1 and 1.0 encode alike, also past
// 2^53; NaN has one place; zoned times order by instant, then by offset and zone; strings of any
// length and with zero bytes keep their order. A value may be followed by another: the encoding is
// self-delimiting, so a prefix of a tuple is a prefix of its bytes.
//
// Layout: a type tag byte (list < temporal types < string < boolean < number < NaN < null), then
// the payload: numbers as the nearest double and, from 2^53 to 2^63, the remainder; strings with
// 0x00 escaped as 0x00 0xFF and ended by 0x00 0x01; integers big-endian with the sign bit flipped;
// lists element by element, ended by 0x01. The tags are part of the disk format: never renumbered.
// Maps, nodes, relationships and paths are no index keys.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/export.h"
#include "engine/base/result.h"
#include "engine/base/value.h"

namespace kith {

/// True when a value of this kind can be part of an index key (lists: when every element can).
KITH_EXPORT bool IsIndexable(const Value& value);

/// Appends the encoding of `value`. TypeError when it is not indexable; then nothing is appended.
KITH_EXPORT Status AppendKey(const Value& value, std::string* out);

/// Decodes one value from the front of `*in` and removes its bytes. An integral number inside int64
/// comes back as an integer, so 1.0 comes back as 1. Corruption when the bytes are no encoding.
KITH_EXPORT Result<Value> TakeKey(std::string_view* in);

/// The encoding of a tuple is the concatenation of its parts.
KITH_EXPORT Result<std::string> EncodeKeyTuple(std::span<const Value> values);

/// Appends what the keys of all strings that begin with `prefix` begin with, and no others do.
KITH_EXPORT void AppendStringKeyPrefix(std::string_view prefix, std::string* out);

/// The smallest byte string greater than every string that begins with `prefix`; empty when none.
KITH_EXPORT std::string PrefixSuccessor(std::string_view prefix);

/// The encodings between which all values lie that Less can compare with a value of this type
/// (numbers with numbers but NaN, strings with strings), for open-ended ranges: [lower, upper).
/// Both are empty for a type that Less compares with nothing or that is not indexable.
KITH_EXPORT void KeyTypeBounds(const Value& like, std::string* lower, std::string* upper);

// Fixed-width big-endian integers, for keys.
KITH_EXPORT void AppendBigEndian32(uint32_t value, std::string* out);
KITH_EXPORT void AppendBigEndian64(uint64_t value, std::string* out);
KITH_EXPORT uint32_t ReadBigEndian32(const char* bytes);
KITH_EXPORT uint64_t ReadBigEndian64(const char* bytes);

}  // namespace kith
