// SPDX-License-Identifier: Apache-2.0
// Two open hash tables and an array; entries are never removed.
#include "engine/import/id_space.h"

#include <algorithm>
#include <functional>

#include "engine/import/column_type.h"

namespace kith::import {
namespace {

constexpr size_t kFirstSlots = 1024;
/// The array may have so many places for each id: a hash table takes about as much.
constexpr uint64_t kPlacesPerId = 8;
constexpr uint64_t kFirstPlaces = 4096;

/// Fibonacci hashing: the upper bits are mixed best.
size_t HashOf(int64_t number) {
  const uint64_t mixed = static_cast<uint64_t>(number) * 0x9E3779B97F4A7C15ull;
  return static_cast<size_t>(mixed ^ (mixed >> 32));
}

uint32_t HashOf(std::string_view id) {
  return static_cast<uint32_t>(std::hash<std::string_view>()(id));
}

/// Two thirds is the most; then probes are short.
bool IsCrowded(size_t count, size_t slots) {
  return count * 3 >= slots * 2;
}

}  // namespace

bool IdSpace::Add(std::string_view id) {
  int64_t number = 0;
  const bool added = ReadPlainInteger(id, &number) ? AddNumber(number) : AddText(id);
  if (added) ++next_ordinal_;
  return added;
}

Status IdSpace::Assign(const std::vector<NodeId>& nodes) {
  for (const NodeId node : nodes) {
    if (node.bits() >= kNone || nodes_.size() + 1 >= kNone) {
      return Status(StatusCode::kResourceExhausted,
                    "one import takes at most 262,143 groups of nodes; import fewer");
    }
    nodes_.push_back(static_cast<uint32_t>(node.bits()));
  }
  return Status::Ok();
}

std::optional<NodeId> IdSpace::Find(std::string_view id) const {
  const uint32_t ordinal = OrdinalOf(id);
  if (ordinal >= nodes_.size()) return std::nullopt;
  return NodeId(nodes_[ordinal]);
}

uint32_t IdSpace::OrdinalOf(std::string_view id) const {
  int64_t number = 0;
  if (!ReadPlainInteger(id, &number)) {
    if (texts_.empty()) return kNone;
    const TextEntry& entry = text_slots_[SlotOf(id, HashOf(id))];
    return entry.text == kNone ? kNone : texts_[entry.text].ordinal;
  }
  if (in_array_) {
    return number >= 0 && static_cast<uint64_t>(number) < array_.size()
               ? array_[static_cast<size_t>(number)]
               : kNone;
  }
  return numbers_[SlotOf(number)].ordinal;
}

bool IdSpace::AddNumber(int64_t number) {
  if (in_array_) {
    const uint64_t most = std::max(kFirstPlaces, kPlacesPerId * (next_ordinal_ + uint64_t{1}));
    const auto place = static_cast<size_t>(number);
    if (number >= 0 && place < most) {
      if (place >= array_.size()) array_.resize(place + 1, kNone);
      if (array_[place] != kNone) return false;
      array_[place] = next_ordinal_;
      return true;
    }
    LeaveArray();
  }
  if (IsCrowded(number_count_ + 1, numbers_.size())) GrowNumbers();
  NumberEntry& entry = numbers_[SlotOf(number)];
  if (entry.ordinal != kNone) return false;
  entry = {number, next_ordinal_};
  ++number_count_;
  return true;
}

void IdSpace::LeaveArray() {
  const std::vector<uint32_t> array = std::exchange(array_, {});
  in_array_ = false;
  for (size_t place = 0; place < array.size(); ++place) {
    if (array[place] == kNone) continue;
    if (IsCrowded(number_count_ + 1, numbers_.size())) GrowNumbers();
    const auto number = static_cast<int64_t>(place);
    numbers_[SlotOf(number)] = {number, array[place]};
    ++number_count_;
  }
  if (numbers_.empty()) GrowNumbers();
}

size_t IdSpace::SlotOf(int64_t number) const {
  const size_t mask = numbers_.size() - 1;
  size_t slot = HashOf(number) & mask;
  while (numbers_[slot].ordinal != kNone && numbers_[slot].id != number) slot = (slot + 1) & mask;
  return slot;
}

void IdSpace::GrowNumbers() {
  const std::vector<NumberEntry> old = std::exchange(numbers_, {});
  numbers_.resize(std::max(kFirstSlots, old.size() * 2));
  for (const NumberEntry& entry : old) {
    if (entry.ordinal != kNone) numbers_[SlotOf(entry.id)] = entry;
  }
}

bool IdSpace::AddText(std::string_view id) {
  if (IsCrowded(texts_.size() + 1, text_slots_.size())) GrowTexts();
  const uint32_t hash = HashOf(id);
  TextEntry& entry = text_slots_[SlotOf(id, hash)];
  if (entry.text != kNone) return false;
  entry = {hash, static_cast<uint32_t>(texts_.size())};
  text_bytes_.append(id);
  texts_.push_back({text_bytes_.size(), next_ordinal_});
  return true;
}

std::string_view IdSpace::IdOf(uint32_t text) const {
  const uint64_t begin = text == 0 ? 0 : texts_[text - 1].end;
  return std::string_view(text_bytes_).substr(begin, texts_[text].end - begin);
}

size_t IdSpace::SlotOf(std::string_view id, uint32_t hash) const {
  const size_t mask = text_slots_.size() - 1;
  size_t slot = hash & mask;
  while (text_slots_[slot].text != kNone &&
         (text_slots_[slot].hash != hash || IdOf(text_slots_[slot].text) != id)) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

void IdSpace::GrowTexts() {
  const std::vector<TextEntry> old = std::exchange(text_slots_, {});
  text_slots_.resize(std::max(kFirstSlots, old.size() * 2));
  const size_t mask = text_slots_.size() - 1;
  for (const TextEntry& entry : old) {
    if (entry.text == kNone) continue;
    size_t slot = entry.hash & mask;
    while (text_slots_[slot].text != kNone) slot = (slot + 1) & mask;
    text_slots_[slot] = entry;
  }
}

}  // namespace kith::import
