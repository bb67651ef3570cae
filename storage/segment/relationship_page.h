// SPDX-License-Identifier: Apache-2.0
// The ends and types of up to 16,384 relationships of one group with consecutive serials.
//
//   presence of the serials
//   for each that is there: source slots (blocked integers), targets (blocked integers, the bits of
//   NodeId), types (packed integers)
//
// Thread safety: immutable; borrows the bytes that it was parsed from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "storage/segment/blocked_integers.h"
#include "storage/segment/packed_integers.h"
#include "storage/segment/presence.h"

namespace kith::storage {

struct RelationshipRow {
  uint32_t source_slot = 0;
  NodeId target;
  RelTypeId type{};
  bool operator==(const RelationshipRow&) const = default;
};

class RelationshipPage {
 public:
  static constexpr size_t kRows = 16384;

  /// Rows of consecutive serials; nothing where there is none. At most kRows.
  static std::string Encode(std::span<const std::optional<RelationshipRow>> rows);
  /// Nothing when the bytes are damaged.
  static std::optional<RelationshipPage> Parse(std::string_view bytes);

  const Presence& presence() const { return presence_; }
  /// Nothing when there is none.
  std::optional<RelationshipRow> At(size_t row) const;

 private:
  Presence presence_;
  BlockedIntegers source_slots_;
  BlockedIntegers targets_;
  PackedIntegers types_;
};

}  // namespace kith::storage
