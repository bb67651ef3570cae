// SPDX-License-Identifier: Apache-2.0
// See membership.h.
#include "storage/segment/membership.h"

#include <algorithm>

namespace kith::storage {
namespace {

/// As far as the last member.
void AppendMembers(const SlotBitmap& members, std::string* out) {
  std::vector<bool> has(members.words.size() * 64);
  for (size_t slot = 0; slot < has.size(); ++slot) {
    has[slot] = members.Contains(static_cast<uint32_t>(slot));
  }
  while (!has.empty() && !has.back()) has.pop_back();
  AppendPresence(has, out);
}

}  // namespace

std::string Membership::Encode(const SlotBitmap& nodes,
                               const std::vector<std::pair<LabelId, SlotBitmap>>& labels) {
  std::string bytes;
  AppendMembers(nodes, &bytes);
  AppendVarint(labels.size(), &bytes);
  for (const auto& [label, members] : labels) {
    AppendVarint(static_cast<uint64_t>(label), &bytes);
    AppendMembers(members, &bytes);
  }
  return bytes;
}

std::optional<Membership> Membership::Parse(std::string_view bytes) {
  ByteReader reader(bytes);
  Membership taken;
  taken.nodes_ = Presence::Take(kGroupSlots, &reader);
  for (uint64_t left = reader.Varint(); left > 0 && reader.ok(); --left) {
    const auto label = static_cast<LabelId>(reader.Varint32());
    if (!taken.labels_.empty() && label <= taken.labels_.back().first) reader.Fail();
    taken.labels_.emplace_back(label, Presence::Take(kGroupSlots, &reader));
  }
  if (!reader.ok() || !reader.AtEnd()) return std::nullopt;
  return taken;
}

const Presence* Membership::Label(LabelId label) const {
  const auto at =
      std::lower_bound(labels_.begin(), labels_.end(), label,
                       [](const auto& entry, LabelId wanted) { return entry.first < wanted; });
  return at != labels_.end() && at->first == label ? &at->second : nullptr;
}

}  // namespace kith::storage
