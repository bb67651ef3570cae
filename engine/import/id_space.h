// SPDX-License-Identifier: Apache-2.0
// Which node has which external id, for the ids of one space: an array where they are whole numbers
// that lie close together from zero, and a hash table of numbers, or of texts, otherwise. An id is
// a text: "7" and "07" are two.
//
// Thread safety: adding belongs to one thread at a time; then any number may look up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/status.h"

namespace kith::import {

class IdSpace {
 public:
  explicit IdSpace(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }

  /// Takes the id for the next node; false when another node has it.
  bool Add(std::string_view id);
  /// The nodes of the ids that were added since the last call, in their order. ResourceExhausted
  /// when a node is beyond what four bytes number: 262,143 groups.
  Status Assign(const std::vector<NodeId>& nodes);
  /// Nothing when no node has the id.
  std::optional<NodeId> Find(std::string_view id) const;

 private:
  struct NumberEntry {
    int64_t id = 0;
    uint32_t ordinal = kNone;
  };
  struct TextEntry {
    uint32_t hash = 0;
    uint32_t text = kNone;  ///< Which of texts_.
  };
  struct Text {
    uint64_t end = 0;  ///< In text_bytes_; it begins where the one before ends.
    uint32_t ordinal = kNone;
  };
  static constexpr uint32_t kNone = UINT32_MAX;

  bool AddNumber(int64_t number);
  bool AddText(std::string_view id);
  void LeaveArray();
  void GrowNumbers();
  void GrowTexts();
  size_t SlotOf(int64_t number) const;
  size_t SlotOf(std::string_view id, uint32_t hash) const;
  std::string_view IdOf(uint32_t text) const;
  uint32_t OrdinalOf(std::string_view id) const;

  std::string name_;
  uint32_t next_ordinal_ = 0;    // Ids are numbered as they come.
  std::vector<uint32_t> nodes_;  // By ordinal, the node's id.

  bool in_array_ = true;
  std::vector<uint32_t> array_;       // The ordinal of each number, or kNone.
  std::vector<NumberEntry> numbers_;  // A power of two of them, linear probing.
  size_t number_count_ = 0;
  std::vector<TextEntry> text_slots_;  // The same.
  std::vector<Text> texts_;
  std::string text_bytes_;
};

}  // namespace kith::import
