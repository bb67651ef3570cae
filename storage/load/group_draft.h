// SPDX-License-Identifier: Apache-2.0
// One group while a bulk load makes it: its chunks are written as soon as enough rows are there,
// its directory stays here until it has them all. Nothing is read again. Inside storage only.
//
// Rows of nodes come in order of slots, rows of relationships in order of serials.
//
// Thread safety: belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "storage/bulk_batch.h"
#include "storage/commit_ops.h"
#include "storage/delta/delta_run.h"
#include "storage/fold/row_fold.h"
#include "storage/segment/relationship_page.h"

namespace kith::storage {

class GroupDraft {
 public:
  explicit GroupDraft(GroupId group) : group_(group) {}
  GroupDraft(const GroupDraft&) = delete;
  GroupDraft& operator=(const GroupDraft&) = delete;

  GroupId group() const { return group_; }
  bool HasNode(uint32_t slot) const { return directory_.nodes.Contains(slot); }
  /// What is not written yet.
  CommitOps* ops() { return &ops_; }

  void AddNode(uint32_t slot, std::span<const LabelId> labels);
  /// The value that a row has in `column` at `from`, if any. ResourceExhausted for one over 1 GiB,
  /// and the errors of CheckStorable.
  Status AddValue(RowKind kind, uint32_t row, const BulkColumn& column, size_t from);
  /// No more values of this kind come.
  Status FinishValues(RowKind kind);

  /// Of consecutive serials from 0 on; all at once.
  void AddRelationships(std::span<const RelationshipRow> rows);
  /// All of one type and direction, in order. Types ascend.
  Status AddEdges(bool outgoing, RelTypeId type, std::span<const DeltaEdge> edges);

  /// When the group has everything.
  void WriteDirectory();

 private:
  /// The values of one column that wait to be written, and the chunks of those that were.
  struct Column {
    struct Cell {
      uint32_t row = 0;
      size_t end = 0;  ///< In bytes; where the next one begins.
    };
    std::vector<Cell> cells;
    std::string bytes;
    std::vector<ChunkRef> chunks;
  };
  using Columns = std::map<uint32_t, Column>;  // By property.

  Columns& ColumnsOf(RowKind kind) { return columns_[static_cast<size_t>(kind)]; }
  ChunkWriter Writer() { return {group_, &directory_.next_number, &ops_}; }
  Status WriteColumn(MainKind kind, uint32_t property, Column* column);
  SlotBitmap* Members(LabelId label);

  GroupId group_;
  GroupDirectory directory_;
  Columns columns_[2];  // By RowKind.
  std::string value_;   // The one that is added, encoded.
  CommitOps ops_;
};

}  // namespace kith::storage
