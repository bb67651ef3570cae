// SPDX-License-Identifier: Apache-2.0
// See relationship_page.h.
#include "storage/segment/relationship_page.h"

#include <vector>

namespace kith::storage {

std::string RelationshipPage::Encode(std::span<const std::optional<RelationshipRow>> rows) {
  std::vector<bool> has;
  std::vector<uint64_t> source_slots;
  std::vector<uint64_t> targets;
  std::vector<uint64_t> types;
  for (const std::optional<RelationshipRow>& row : rows) {
    has.push_back(row.has_value());
    if (!row) continue;
    source_slots.push_back(row->source_slot);
    targets.push_back(row->target.bits());
    types.push_back(static_cast<uint64_t>(row->type));
  }
  std::string page;
  AppendPresence(has, &page);
  AppendBlocked(source_slots, &page);
  AppendBlocked(targets, &page);
  AppendPacked(types, &page);
  return page;
}

std::optional<RelationshipPage> RelationshipPage::Parse(std::string_view bytes) {
  ByteReader reader(bytes);
  RelationshipPage page;
  page.presence_ = Presence::Take(kRows, &reader);
  page.source_slots_ = BlockedIntegers::Take(page.presence_.values(), &reader);
  page.targets_ = BlockedIntegers::Take(page.presence_.values(), &reader);
  page.types_ = PackedIntegers::Take(page.presence_.values(), &reader);
  if (!reader.ok() || !reader.AtEnd()) return std::nullopt;
  return page;
}

std::optional<RelationshipRow> RelationshipPage::At(size_t row) const {
  if (!presence_.Has(row)) return std::nullopt;
  const size_t i = presence_.Rank(row);
  // A slot beyond the group's would be another group's node.
  return RelationshipRow{static_cast<uint32_t>(source_slots_[i] % kGroupSlots), NodeId(targets_[i]),
                         static_cast<RelTypeId>(types_[i])};
}

}  // namespace kith::storage
