// SPDX-License-Identifier: Apache-2.0
// Names and groups. Labels, relationship types and property keys are numbered at first use; the
// catalog also knows the label set that each node group was born with, and for a label the groups
// in which any node ever had it (a superset: membership itself is data).
//
// Tokens are created at once, outside transactions, and are made durable before any commit that
// uses them can be: a rolled-back transaction may leave an unused name, never a dangling id. Ids of
// each kind count up from 0 in order of first use.
//
// Thread safety: all functions may be called from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"

namespace kith::storage {

class Store;

/// What a group has given out: ids of nodes with lower slots and of relationships with lower
/// serials may exist, others not.
struct IdLimits {
  uint32_t slots = 0;
  uint64_t serials = 0;
};

/// How many names of each kind there are; their ids are those below.
struct NameCounts {
  uint32_t labels = 0;
  uint32_t types = 0;
  uint32_t properties = 0;
};

class Catalog {
 public:
  /// Reads the catalog of an open store, which must outlive it unless it is read-only. Corruption
  /// when entries contradict.
  static Result<std::unique_ptr<Catalog>> Load(Store* store);
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  /// Adds what the store has and this has not: for a catalog of another process's data, whose names
  /// and groups become more. Readers go on meanwhile. Corruption when a name has changed its id.
  Status Refresh(Store* store);

  /// The id of a name, created when new. InvalidArgument for an empty name, one over 64 KiB or one
  /// that is not UTF-8; ReadOnly when new and the store is read-only.
  Result<LabelId> LabelFor(std::string_view name);
  Result<RelTypeId> RelTypeFor(std::string_view name);
  Result<PropertyId> PropertyFor(std::string_view name);

  /// The id of a known name; nullopt when nobody has used it.
  std::optional<LabelId> FindLabel(std::string_view name) const;
  std::optional<RelTypeId> FindRelType(std::string_view name) const;
  std::optional<PropertyId> FindProperty(std::string_view name) const;

  /// The name of an id that this catalog gave out. The view lives as long as the catalog.
  std::string_view LabelName(LabelId id) const;
  std::string_view RelTypeName(RelTypeId id) const;
  std::string_view PropertyName(PropertyId id) const;

  /// All names in order of their ids.
  std::vector<std::string> Labels() const;
  std::vector<std::string> RelTypes() const;
  std::vector<std::string> Properties() const;
  NameCounts CountNames() const;

  /// Groups in which some node has or had the label, ascending.
  std::vector<GroupId> GroupsOf(LabelId label) const;
  /// All groups, ascending.
  std::vector<GroupId> Groups() const;
  /// Notes that nodes of `group` may have `label` from now on.
  Status NoteLabelInGroup(LabelId label, GroupId group);

  /// All zero for a group that does not exist.
  IdLimits LimitsOf(GroupId group) const;

  /// A fresh node id in a group whose birth label set is `labels` (sorted, distinct).
  Result<NodeId> AllocateNode(std::span<const LabelId> labels);
  /// A fresh relationship id for a source in `group`, from the serial block of `type`.
  Result<RelId> AllocateRelationship(GroupId source_group, RelTypeId type);
  /// The first of `count` consecutive serials for relationships of any types whose sources are in
  /// the group, which must exist. For bulk loads.
  Result<uint32_t> AllocateSerials(GroupId source_group, uint64_t count);

 private:
  struct State;
  explicit Catalog(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kith::storage
