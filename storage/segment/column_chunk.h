// SPDX-License-Identifier: Apache-2.0
// One property of up to 16,384 consecutive rows (nodes by slot, relationships by serial), readable
// in constant time a value as it is stored: nothing is unpacked when a chunk is loaded.
//
//   encoding (1)  presence  zone  payload
//
//   zone      the least and the greatest value: varint length and encoded value, each; length 0
//             when not known. Strings count up to 64 bytes. NaN is not counted.
//   encoding  payload (n: values that are there)
//   1 tuple   value tag (1); for each varint of the tag's payload n packed integers; for date times
//             the zones' names: n packed integers into a table, number of names (varint), table
//   2 boolean n packed integers, 0 or 1
//   3 float   8 bytes each
//   4 string  distinct values (varint), 0: none is shared; n packed integers into the table (when
//             shared); table
//   5 mixed   the same, of encoded values
//   6 vector  dimensions (varint); 4 bytes a number, value after value
//   7 apart   as mixed; some are references to values stored apart (stored_apart.h)
//   table     m + 1 packed integers: where each text begins, and the end; the bytes of all
//
// Thread safety: immutable; borrows the bytes that it was parsed from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/value.h"
#include "storage/column_builder.h"
#include "storage/predicate.h"
#include "storage/segment/presence.h"

namespace kith::storage {

inline constexpr size_t kColumnRows = kGroupSlots;

enum class ColumnEncoding : uint8_t {
  kTuple = 1,
  kBoolean = 2,
  kFloat = 3,
  kString = 4,
  kMixed = 5,
  kVector = 6,
  kApart = 7,
};

class ColumnChunk {
 public:
  virtual ~ColumnChunk() = default;
  /// Null when the bytes are damaged.
  static std::unique_ptr<ColumnChunk> Parse(std::string_view bytes);

  const Presence& presence() const { return presence_; }
  /// Appends the value of each row, null where there is none. False when it is damaged.
  bool Gather(std::span<const uint32_t> rows, ColumnBuilder* builder) const;
  /// Appends a row's encoded value (value_codec.h), nothing where there is none. False when
  /// damaged.
  bool AppendEncoded(size_t row, std::string* out) const;
  /// True when some values are references, which Gather takes for damage.
  bool has_stored_apart() const { return has_stored_apart_; }
  /// False when the zone says that no row passes.
  bool MayPass(const PropertyPredicate& predicate) const;

 protected:
  ColumnChunk() = default;
  /// Of the i-th value that is there.
  virtual bool GatherValue(size_t i, ColumnBuilder* builder) const = 0;
  virtual bool AppendValueAt(size_t i, std::string* out) const = 0;

 private:
  Presence presence_;
  bool has_stored_apart_ = false;
  Value low_;  ///< Null when not known.
  Value high_;
};

}  // namespace kith::storage
