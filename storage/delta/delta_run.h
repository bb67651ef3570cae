// SPDX-License-Identifier: Apache-2.0
// Delta entries of one group, decoded and in the order in which they are looked for: what commits
// did to the group since its last fold, or the newer part of that.
//
// Of a row the entries down to its newest image or tombstone are kept, newest first, as readers
// stop at the first that answers. Outgoing adjacency follows from the relationship rows. A list's
// entry that is there is to be added to what older runs and the group's chunks have, unless they
// have it already (a row's image was written again), one that is removed is to be taken out of it.
//
// Thread safety: immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "engine/base/ids.h"
#include "storage/format/row_codec.h"
#include "storage/read_view.h"

namespace kith::storage {

/// An entry of the delta as stored; the key ends in its commit.
struct DeltaEntry {
  std::string key;
  std::string value;
};

/// An entry of the row of a slot or serial.
struct DeltaRow {
  uint32_t row = 0;
  CommitNumber commit{};
  RowEntry entry;
};

/// A change to the list of one direction of a node.
struct DeltaEdge {
  uint32_t slot = 0;
  RelTypeId type{};
  NodeId neighbour;
  uint32_t serial = 0;
  bool removed = false;

  auto Order() const { return std::tie(slot, type, neighbour, serial); }
};

class DeltaRun {
 public:
  /// From entries in the order of their keys, all of `group`. Null when one is damaged.
  static std::shared_ptr<const DeltaRun> Build(GroupId group, std::span<const DeltaEntry> entries);
  /// Both in one. Either may be null.
  static std::shared_ptr<const DeltaRun> Merge(std::shared_ptr<const DeltaRun> older,
                                               std::shared_ptr<const DeltaRun> newer);

  const std::vector<DeltaRow>& nodes() const { return nodes_; }
  const std::vector<DeltaRow>& relationships() const { return relationships_; }
  /// By (slot, type, neighbour, serial), each once.
  const std::vector<DeltaEdge>& edges(bool outgoing) const { return edges_[outgoing ? 1 : 0]; }

  /// Newest first; empty for what has no entry.
  std::span<const DeltaRow> Node(uint32_t slot) const;
  std::span<const DeltaRow> Relationship(uint32_t serial) const;
  std::span<const DeltaEdge> Edges(uint32_t slot, bool outgoing) const;
  /// Which slots have a row entry.
  bool HasNode(uint32_t slot) const { return touched_.Contains(slot); }
  const SlotBitmap& touched_nodes() const { return touched_; }
  bool HasEdges(uint32_t slot, bool outgoing) const {
    return touched_lists_[outgoing ? 1 : 0].Contains(slot);
  }

  /// How many delta entries this stands for.
  size_t entries() const { return entries_; }
  size_t memory_bytes() const;

 private:
  void Finish();

  std::vector<DeltaRow> nodes_;  // By (row, newest first), as the other.
  std::vector<DeltaRow> relationships_;
  std::vector<DeltaEdge> edges_[2];  // Incoming, outgoing.
  SlotBitmap touched_;
  SlotBitmap touched_lists_[2];
  size_t entries_ = 0;
  size_t text_bytes_ = 0;
  std::vector<std::shared_ptr<const std::string>> texts_;  // What the rows' entries borrow.
};

}  // namespace kith::storage
