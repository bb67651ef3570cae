// SPDX-License-Identifier: Apache-2.0
// The bytes of one property index entry, and keeping them up to date.
//
//   key    index id (4, big-endian) | tuple | entity id (8, big-endian)
//   value  empty, or what is beyond the first kMaxTupleBytes of the tuple
//
// The tuple is the key codec's encoding of the properties in order. A long one is cut in the key
// and goes on in the value, so a 10 MB string costs no 10 MB key, yet nothing is lost: readers
// compare the whole. No tuple is a prefix of another, so keys order as their tuples up to the cut.
//
// Thread safety: pure functions; those with a writer belong to its thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "index/covered_change.h"
#include "index/index_definition.h"
#include "storage/key_space.h"
#include "storage/read_view.h"

namespace kith::index {

/// Part of the disk format: existing entries were cut here.
inline constexpr size_t kMaxTupleBytes = 1024;
inline constexpr size_t kIndexIdBytes = 4;
inline constexpr size_t kEntityIdBytes = 8;

struct PropertyEntry {
  std::string key;
  std::string value;
};

/// A stored entry taken apart. Views into the key and value.
struct PropertyEntryView {
  std::string_view tuple_front;  ///< The whole tuple when `tuple_rest` is empty.
  std::string_view tuple_rest;
  uint64_t entity = 0;
};

PropertyEntry MakePropertyEntry(IndexId index, std::string_view tuple, uint64_t entity);
/// Corruption when the key is too short to be one.
Result<PropertyEntryView> ReadPropertyEntry(std::string_view key, std::string_view value);

/// The key of the counter of an index's entries.
std::string PropertyCountKey(IndexId index);

/// The encoded tuple of an entity's properties; nullopt when one is missing.
Result<std::optional<std::string>> TupleOf(const IndexDefinition& index,
                                           const storage::PropertyList& properties);

/// False where a value is NaN, which equals nothing: such tuples are never duplicates.
bool EqualsItself(const IndexDefinition& index, const storage::PropertyList& properties);

/// Brings a range or unique index up to date. ConstraintViolation when a unique one would hold two
/// equal tuples. A populating index may lack the entry of `before` or have that of `after`. Adds
/// the bytes written to *bytes.
Status UpdatePropertyIndex(const IndexDefinition& index, const CoveredChange& change,
                           storage::KeySpaceWriter* keys, size_t* bytes);

}  // namespace kith::index
