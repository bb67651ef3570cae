// SPDX-License-Identifier: Apache-2.0
// Lookups among the indexes of one moment.
#include "index/index_catalog.h"

#include <fmt/format.h>

#include <algorithm>

namespace kith::index {
namespace {

template <typename Id>
using IndexesById = std::map<Id, std::vector<const IndexDefinition*>>;

template <typename Id>
std::span<const IndexDefinition* const> On(const IndexesById<Id>& indexes, Id id) {
  const auto found = indexes.find(id);
  if (found == indexes.end()) return {};
  return found->second;
}

using IndexSpan = std::span<const IndexDefinition* const>;

std::vector<const IndexDefinition*> OnlineProperty(IndexSpan indexes) {
  std::vector<const IndexDefinition*> online;
  for (const IndexDefinition* index : indexes) {
    if (index->IsProperty() && index->state == IndexState::kOnline) online.push_back(index);
  }
  return online;
}

const IndexDefinition* ExactProperty(IndexSpan indexes, std::span<const PropertyId> properties) {
  const IndexDefinition* exact = nullptr;
  for (const IndexDefinition* index : OnlineProperty(indexes)) {
    if (!std::equal(properties.begin(), properties.end(), index->property_ids.begin(),
                    index->property_ids.end())) {
      continue;
    }
    if (exact == nullptr || index->kind == IndexKind::kUnique) exact = index;
  }
  return exact;
}

std::vector<const IndexDefinition*> OnlineText(IndexSpan indexes, PropertyId property) {
  std::vector<const IndexDefinition*> online;
  for (const IndexDefinition* index : indexes) {
    const auto& ids = index->property_ids;
    if (index->kind == IndexKind::kText && index->state == IndexState::kOnline &&
        std::find(ids.begin(), ids.end(), property) != ids.end()) {
      online.push_back(index);
    }
  }
  return online;
}

bool Contains(std::span<const PropertyId> properties, PropertyId property) {
  return std::find(properties.begin(), properties.end(), property) != properties.end();
}

std::vector<PropertyMatch> Match(IndexSpan indexes, std::span<const PropertyId> equal,
                                 std::span<const PropertyId> ranged,
                                 std::span<const PropertyId> exist) {
  std::vector<PropertyMatch> matches;
  for (const IndexDefinition* index : OnlineProperty(indexes)) {
    const auto& ids = index->property_ids;
    const bool all_exist = std::all_of(ids.begin(), ids.end(), [&](PropertyId id) {
      return Contains(equal, id) || Contains(ranged, id) || Contains(exist, id);
    });
    if (!all_exist) continue;
    PropertyMatch match{index, 0, false};
    while (match.equal_prefix < ids.size() && Contains(equal, ids[match.equal_prefix])) {
      ++match.equal_prefix;
    }
    match.range_next = match.equal_prefix < ids.size() && Contains(ranged, ids[match.equal_prefix]);
    matches.push_back(match);
  }
  std::stable_sort(matches.begin(), matches.end(), [](const auto& a, const auto& b) {
    // A unique index that is met in full finds at most one entity.
    const auto single = [](const PropertyMatch& match) {
      return match.index->kind == IndexKind::kUnique &&
             match.equal_prefix == match.index->property_ids.size();
    };
    if (single(a) != single(b)) return single(a);
    if (a.equal_prefix != b.equal_prefix) return a.equal_prefix > b.equal_prefix;
    if (a.range_next != b.range_next) return a.range_next;
    return a.index->property_ids.size() < b.index->property_ids.size();
  });
  return matches;
}

}  // namespace

IndexCatalog::IndexCatalog(uint64_t version, std::vector<IndexDefinition> definitions)
    : version_(version) {
  std::sort(definitions.begin(), definitions.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  for (IndexDefinition& definition : definitions) {
    all_.push_back(std::make_unique<const IndexDefinition>(std::move(definition)));
    const IndexDefinition* index = all_.back().get();
    for (const LabelId label : index->label_ids) by_label_[label].push_back(index);
    for (const RelTypeId type : index->type_ids) by_type_[type].push_back(index);
  }
}

const IndexDefinition* IndexCatalog::Find(std::string_view name) const {
  for (const auto& index : all_) {
    if (index->name == name) return index.get();
  }
  return nullptr;
}

Result<const IndexDefinition*> IndexCatalog::FindText(std::string_view name,
                                                      EntityKind entity) const {
  return FindKind(name, entity, IndexKind::kText);
}

Result<const IndexDefinition*> IndexCatalog::FindVector(std::string_view name,
                                                        EntityKind entity) const {
  return FindKind(name, entity, IndexKind::kVector);
}

Result<const IndexDefinition*> IndexCatalog::FindKind(std::string_view name, EntityKind entity,
                                                      IndexKind kind) const {
  const std::string_view entities = entity == EntityKind::kNode ? "nodes" : "relationships";
  const std::string_view what = kind == IndexKind::kText ? "full-text" : "vector";
  const IndexDefinition* found = Find(name);
  if (found != nullptr && found->kind == kind && found->entity == entity) {
    if (found->state == IndexState::kOnline) return found;
    return Status(StatusCode::kBusy,
                  fmt::format("{} index '{}' is still being built; try again later", what, name));
  }
  std::vector<std::string> known;
  for (const auto& index : all_) {
    if (index->kind == kind && index->entity == entity) known.push_back(index->name);
  }
  const std::string hint = known.empty()
                               ? fmt::format("CREATE {} INDEX makes one", IndexTypeName(kind))
                               : fmt::format("known are {}", fmt::join(known, ", "));
  if (found == nullptr) {
    return Status(StatusCode::kNotFound,
                  fmt::format("there is no {} index '{}' on {}; {}", what, name, entities, hint));
  }
  return Status(StatusCode::kNotFound,
                fmt::format("index '{}' is a {} index on {}, not a {} index on {}; {}", name,
                            IndexTypeName(found->kind), found->Describe(), what, entities, hint));
}

std::vector<const IndexDefinition*> IndexCatalog::PropertyIndexes(LabelId label) const {
  return OnlineProperty(IndexesOn(label));
}
std::vector<const IndexDefinition*> IndexCatalog::PropertyIndexes(RelTypeId type) const {
  return OnlineProperty(IndexesOn(type));
}

const IndexDefinition* IndexCatalog::FindProperty(LabelId label,
                                                  std::span<const PropertyId> properties) const {
  return ExactProperty(IndexesOn(label), properties);
}
const IndexDefinition* IndexCatalog::FindProperty(RelTypeId type,
                                                  std::span<const PropertyId> properties) const {
  return ExactProperty(IndexesOn(type), properties);
}

std::vector<const IndexDefinition*> IndexCatalog::TextIndexes(LabelId label,
                                                              PropertyId property) const {
  return OnlineText(IndexesOn(label), property);
}
std::vector<const IndexDefinition*> IndexCatalog::TextIndexes(RelTypeId type,
                                                              PropertyId property) const {
  return OnlineText(IndexesOn(type), property);
}

std::vector<PropertyMatch> IndexCatalog::MatchProperty(LabelId label,
                                                       std::span<const PropertyId> equal,
                                                       std::span<const PropertyId> ranged,
                                                       std::span<const PropertyId> exist) const {
  return Match(IndexesOn(label), equal, ranged, exist);
}
std::vector<PropertyMatch> IndexCatalog::MatchProperty(RelTypeId type,
                                                       std::span<const PropertyId> equal,
                                                       std::span<const PropertyId> ranged,
                                                       std::span<const PropertyId> exist) const {
  return Match(IndexesOn(type), equal, ranged, exist);
}

IndexSpan IndexCatalog::IndexesOn(LabelId label) const {
  return On(by_label_, label);
}
IndexSpan IndexCatalog::IndexesOn(RelTypeId type) const {
  return On(by_type_, type);
}

}  // namespace kith::index
