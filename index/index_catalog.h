// SPDX-License-Identifier: Apache-2.0
// The indexes and constraints of one moment, for the planner, the executor and the sink that keeps
// indexes up to date. Plans that were made with one catalog are valid while the version is the
// same.
//
// Thread safety: immutable, shared between threads.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "index/index_definition.h"

namespace kith::index {

/// How well a property index serves a set of equality and range predicates.
struct PropertyMatch {
  const IndexDefinition* index = nullptr;
  size_t equal_prefix = 0;  ///< Its first properties that have equality predicates.
  bool range_next = false;  ///< The property after those has a range or prefix predicate.
};

class IndexCatalog {
 public:
  /// Counts schema changes of the database; 0 before the first.
  uint64_t version() const { return version_; }
  /// All, sorted by name. Borrowed from the catalog, like every definition below.
  const std::vector<std::unique_ptr<const IndexDefinition>>& all() const { return all_; }

  /// Null when there is none of that name.
  const IndexDefinition* Find(std::string_view name) const;
  /// NotFound, naming the indexes (of that kind of entity, where given) that exist; also when the
  /// index is still being built or is of another kind.
  Result<const IndexDefinition*> FindText(std::string_view name, EntityKind entity) const;
  /// The same for vector indexes.
  Result<const IndexDefinition*> FindVector(std::string_view name, EntityKind entity) const;

  /// Online range and unique indexes over one label or type.
  std::vector<const IndexDefinition*> PropertyIndexes(LabelId label) const;
  std::vector<const IndexDefinition*> PropertyIndexes(RelTypeId type) const;
  /// The online range or unique index over exactly these properties in this order; null when none.
  const IndexDefinition* FindProperty(LabelId label, std::span<const PropertyId> properties) const;
  const IndexDefinition* FindProperty(RelTypeId type, std::span<const PropertyId> properties) const;
  /// Online text indexes that cover the label and the property.
  std::vector<const IndexDefinition*> TextIndexes(LabelId label, PropertyId property) const;
  std::vector<const IndexDefinition*> TextIndexes(RelTypeId type, PropertyId property) const;

  /// The indexes that can serve predicates on these properties, best first: those with the longest
  /// equality prefix, unique ones before others. An index holds only entities that have all its
  /// properties: one with properties beyond the match serves only when those are known to exist,
  /// so it is listed only when each of its properties is in `equal`, `ranged` or `exist`.
  std::vector<PropertyMatch> MatchProperty(LabelId label, std::span<const PropertyId> equal,
                                           std::span<const PropertyId> ranged,
                                           std::span<const PropertyId> exist) const;
  std::vector<PropertyMatch> MatchProperty(RelTypeId type, std::span<const PropertyId> equal,
                                           std::span<const PropertyId> ranged,
                                           std::span<const PropertyId> exist) const;

  /// For the sink: every index (populating ones too) that a node with this label, or a relationship
  /// of this type, may be in. Borrowed.
  std::span<const IndexDefinition* const> IndexesOn(LabelId label) const;
  std::span<const IndexDefinition* const> IndexesOn(RelTypeId type) const;

  IndexCatalog(uint64_t version, std::vector<IndexDefinition> definitions);

 private:
  Result<const IndexDefinition*> FindKind(std::string_view name, EntityKind entity,
                                          IndexKind kind) const;

  uint64_t version_ = 0;
  std::vector<std::unique_ptr<const IndexDefinition>> all_;
  std::map<LabelId, std::vector<const IndexDefinition*>> by_label_;
  std::map<RelTypeId, std::vector<const IndexDefinition*>> by_type_;
};

}  // namespace kith::index
