// SPDX-License-Identifier: Apache-2.0
// Folds a group's delta into its chunks: as one commit that changes nothing for any reader. It
// deletes exactly the delta entries that it has read, so that what others commit meanwhile stays
// above it. Two folds of one group must not run at once. Inside storage only.
//
// Thread safety: belongs to one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "storage/commit_ops.h"
#include "storage/fold/row_fold.h"
#include "storage/snapshot_reader.h"

namespace kith::storage {

class GroupFold {
 public:
  /// `reader` is borrowed and must outlive this.
  GroupFold(GroupId group, SnapshotReader* reader) : group_(group), reader_(reader) {}

  /// Reads the delta. Nothing is to be done when it has no entries.
  Status Read();
  size_t entries() const { return entries_.size(); }
  /// Of their keys and values.
  uint64_t entry_bytes() const;
  /// Bytes of the chunks that have a changed row: what this fold would write again.
  uint64_t touched_bytes() const;

  /// Appends what is to be written and deleted. After Read.
  Status Write(CommitOps* ops);
  /// The group without its delta. After Write.
  std::shared_ptr<const GroupVersion> folded() const;

 private:
  using Changes = std::map<uint32_t, std::vector<RowCell>>;  // By property, rows ascending.

  void CollectRows(RowKind kind);
  void CollectRow(RowKind kind, std::span<const DeltaRow> rows);
  void CollectPageRow(std::span<const DeltaRow> rows);
  bool IsFolded(RowKind kind, uint32_t row) const;
  std::string_view Keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  void FoldMembers();
  Status FoldColumns(RowKind kind, MainKind chunk_kind);
  Status FoldPages();
  Status FoldAdjacency(bool outgoing);
  void SetList(MainKind kind, uint32_t id, std::vector<ChunkRef> chunks);
  void SeparateLarge(std::vector<RowCell>* cells);

  GroupId group_;
  SnapshotReader* reader_;
  std::vector<DeltaEntry> entries_;
  std::shared_ptr<const DeltaRun> run_;
  std::shared_ptr<const GroupDirectory> old_;
  GroupDirectory directory_;
  Changes changes_[2];  // Of columns, by RowKind.
  std::vector<RowCell> pages_;
  bool damaged_ = false;
  std::deque<std::string> texts_;  // What cells borrow beside the run's entries.
  std::unique_ptr<GroupReader> folded_;
  std::unique_ptr<ChunkWriter> writer_;
};

}  // namespace kith::storage
