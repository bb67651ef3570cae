// SPDX-License-Identifier: Apache-2.0
// Checking range and unique indexes.
#include <fmt/format.h>

#include <optional>
#include <utility>

#include "engine/base/key_codec.h"
#include "index/check_entries.h"
#include "index/check_indexes.h"
#include "index/entity_scan.h"
#include "index/property/property_entry.h"

namespace kith::index {
namespace {

using storage::CheckReport;
using storage::KeySpace;
using storage::PropertyList;
using storage::ReadView;

class PropertyIndexCheck {
 public:
  PropertyIndexCheck(ReadView* view, const IndexDefinition& index, CheckReport* report)
      : view_(view), index_(index), report_(*report), stage_(IndexWhere(index)) {}

  Status Run() {
    KITH_ASSIGN_OR_RETURN(EntityScan scan, EntityScan::Start(view_, &index_));
    while (!scan.done()) {
      KITH_RETURN_IF_ERROR(report_.Step({stage_, entities_, 0}));
      KITH_RETURN_IF_ERROR(scan.Next(view_, [&](uint64_t entity, const PropertyList& properties) {
        ++entities_;
        return CheckEntity(entity, properties);
      }));
    }
    std::string prefix;
    AppendBigEndian32(static_cast<uint32_t>(index_.id), &prefix);
    KITH_RETURN_IF_ERROR(VisitEntries(view_, KeySpace::kProperty, prefix,
                                      [&](const KeyEntries& entries) { return Visit(entries); }));
    return CheckCounter(view_, index_, "entries", PropertyCountKey(index_.id), entries_, &report_);
  }

 private:
  Status CheckEntity(uint64_t entity, const PropertyList& properties) {
    KITH_ASSIGN_OR_RETURN(const auto tuple, TupleOf(index_, properties));
    if (!tuple.has_value()) return Status::Ok();
    const PropertyEntry entry = MakePropertyEntry(index_.id, *tuple, entity);
    KITH_ASSIGN_OR_RETURN(const auto stored, view_->keys().Get(KeySpace::kProperty, entry.key));
    if (stored == entry.value) return Status::Ok();
    return report_.Add({"index lacks an entry", EntityWhere(index_, entity),
                        "an entry for its values", stored ? "the front of another" : "none"});
  }

  Status Visit(const KeyEntries& entries) {
    KITH_RETURN_IF_ERROR(report_.Step({stage_, entities_, 0}));
    entries_ += entries.size();
    KeyEntries readable;
    std::vector<uint64_t> entities;
    for (const auto& [key, value] : entries) {
      const auto entry = ReadPropertyEntry(key, value);
      if (!entry.ok()) {
        KITH_RETURN_IF_ERROR(
            report_.Add({"index entry is damaged", IndexWhere(index_), "tuple and entity",
                         fmt::format("a key of {} bytes", key.size())}));
        continue;
      }
      readable.emplace_back(key, value);
      entities.push_back(entry->entity);
    }
    KITH_ASSIGN_OR_RETURN(const auto properties, CoveredProperties(view_, index_, entities));
    for (size_t i = 0; i < entities.size(); ++i) {
      KITH_RETURN_IF_ERROR(CheckEntry(readable[i], entities[i], properties[i]));
    }
    return Status::Ok();
  }

  Status CheckEntry(const std::pair<std::string, std::string>& entry, uint64_t entity,
                    const std::optional<PropertyList>& properties) {
    std::optional<std::string> tuple;
    if (properties.has_value()) {
      KITH_ASSIGN_OR_RETURN(tuple, TupleOf(index_, *properties));
    }
    const PropertyEntry expected = MakePropertyEntry(index_.id, tuple.value_or(""), entity);
    if (!tuple || expected.key != entry.first || expected.value != entry.second) {
      return report_.Add({"index has an entry too many", EntityWhere(index_, entity),
                          tuple ? "one for its values" : "none", "an entry for other values"});
    }
    if (index_.kind != IndexKind::kUnique || !EqualsItself(index_, *properties))
      return Status::Ok();
    // Entries with equal tuples lie side by side, but for cut ones, whose rests are in no order.
    const bool same = previous_ == *tuple;
    const uint64_t other = std::exchange(previous_entity_, entity);
    previous_ = *std::move(tuple);
    if (!same) return Status::Ok();
    return report_.Add({"uniqueness constraint is violated", EntityWhere(index_, entity),
                        "values of its own", fmt::format("those of {}, too", other)});
  }

  ReadView* view_;
  const IndexDefinition& index_;
  CheckReport& report_;
  const std::string stage_;
  uint64_t entities_ = 0;
  uint64_t entries_ = 0;
  std::string previous_;
  uint64_t previous_entity_ = 0;
};

}  // namespace

Status CheckPropertyIndex(ReadView* view, const IndexDefinition& index, CheckReport* report) {
  return PropertyIndexCheck(view, index, report).Run();
}

}  // namespace kith::index
