// SPDX-License-Identifier: Apache-2.0
// What one commit changed, in the terms in which serializable transactions note what they read
// (read_set.h): the keys of single nodes and relationships, those of their groups, and the written
// keys of the key spaces. A write of what was there already is none.
//
// A commit may also have used names that are newer than a transaction: a label, type or property
// that nobody knew finds nothing, so that nothing can be noted; whoever began before the name was
// there is taken to have looked for it.
//
// Inside storage only. Thread safety: immutable once made.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/key_overlay.h"
#include "storage/key_ranges.h"
#include "storage/overlay.h"
#include "storage/read_set.h"

namespace kith::storage {

class WriteSet {
 public:
  /// Of a transaction's changes, before they are encoded.
  static std::shared_ptr<const WriteSet> Of(const GraphOverlay& graph, const KeyOverlay& keys);

  /// True when something of this was read.
  bool Meets(const ReadSet& reads) const;
  /// In memory.
  size_t bytes() const;

 private:
  // The keys of one space, ascending.
  struct WrittenKeys {
    std::string bytes;
    std::vector<size_t> ends;

    std::string_view At(size_t i) const {
      const size_t begin = i == 0 ? 0 : ends[i - 1];
      return std::string_view(bytes).substr(begin, ends[i] - begin);
    }
    bool Meet(const KeyRanges::Range& range) const;
  };

  void AddNode(NodeId node, const NodeEntry& entry);
  void AddRelationship(RelId relationship, const RelationshipEntry& entry);
  void AddLinks(NodeId node, bool outgoing, RelTypeId type);
  void AddLabel(GroupId group, LabelId label);
  void AddNodeProperty(GroupId group, PropertyId property);
  void AddRelationshipProperty(GroupId group, PropertyId property);
  void AddKey(KeySpace space, std::string_view key);
  void Add(ValidationKey key) { keys_.push_back(key); }
  // Sorted and distinct. Too many to keep become everything.
  void Compact();
  bool MeetsKeys(const ReadSet& reads) const;

  bool everything_ = false;          // More than can be kept.
  std::vector<ValidationKey> keys_;  // Ascending.
  std::array<WrittenKeys, kKeySpaces> written_;
  NameCounts names_;  // Those up to the newest that was used.
};

}  // namespace kith::storage
