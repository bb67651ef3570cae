// SPDX-License-Identifier: Apache-2.0
// What a serializable transaction has read of its snapshot, as far as others can change it. Nodes
// and relationships are noted one by one up to a number, then by group: (group, property), (group,
// label), (group, type). Reading with a label notes the groups that were looked at, and which
// groups the label had, as a node may get it in another one. Keys are noted in ranges, empty ones
// too.
//
// A transaction's own writes are validated by themselves, so that what it wrote need not be noted.
// Inside storage only.
//
// Thread safety: belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "engine/base/ids.h"
#include "storage/catalog.h"
#include "storage/key_ranges.h"
#include "storage/read_view.h"
#include "storage/validation_key.h"

namespace kith::storage {

class ReadSet {
 public:
  /// `catalog` is borrowed. The names that it learns later count as read, always; see WriteSet.
  explicit ReadSet(const Catalog* catalog);

  void NoteExistence(std::span<const NodeId> nodes);
  /// One label, or all.
  void NoteLabels(std::span<const NodeId> nodes, std::optional<LabelId> label);
  /// One property, or all.
  void NoteProperties(std::span<const NodeId> nodes, std::optional<PropertyId> property);
  /// The same of relationships; all: whether they exist, too.
  void NoteProperties(std::span<const RelId> relationships, std::optional<PropertyId> property);
  /// Lists of relationships, of some types or (none given) all.
  void NoteLinks(std::span<const NodeId> nodes, Direction direction,
                 std::span<const RelTypeId> types);

  /// `groups` are all where nodes with the label (without one: any nodes) might be.
  void NoteGroups(std::optional<LabelId> label, std::span<const GroupId> groups);
  void NoteMembers(GroupId group, std::optional<LabelId> label);
  /// One property of the group's nodes.
  void NoteScan(GroupId group, PropertyId property);

  void NoteKey(KeySpace space, std::string_view key) { key_ranges_.AddKey(space, key); }
  void NoteRange(KeySpace space, std::string_view lower, std::string_view upper) {
    key_ranges_.AddRange(space, lower, upper);
  }

  /// Brings in the groups that labels have got since they were looked at: nodes there were not
  /// seen. Before each validation, after the commits to be validated have been recorded: a group is
  /// known to the catalog before a commit can use it.
  void AddNewGroups();

  const std::unordered_set<ValidationKey>& keys() const { return keys_; }
  const KeyRanges& key_ranges() const { return key_ranges_; }
  /// How many names there were when the transaction began.
  const NameCounts& names() const { return names_; }

 private:
  template <typename Id, typename Fine, typename Coarse>
  void Note(std::span<const Id> ids, const Fine& fine, const Coarse& coarse);
  void NoteLinks(std::span<const NodeId> nodes, bool outgoing, std::optional<RelTypeId> type);

  const Catalog* catalog_;
  NameCounts names_;
  std::unordered_set<ValidationKey> keys_;
  size_t single_ = 0;  // Of keys_: those of one node or relationship.
  std::map<std::optional<LabelId>, std::vector<GroupId>> groups_;
  KeyRanges key_ranges_;
};

}  // namespace kith::storage
