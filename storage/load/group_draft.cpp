// SPDX-License-Identifier: Apache-2.0
// See group_draft.h.
#include "storage/load/group_draft.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "storage/fold/adjacency_fold.h"
#include "storage/format/row_codec.h"
#include "storage/format/value_codec.h"
#include "storage/segment/stored_apart.h"

namespace kith::storage {
namespace {

// So much of one column waits at most: several chunks, so that few are cut short.
constexpr size_t kWaitingBytes = 8 * kMaxChunkBytes;

MainKind ColumnKindOf(RowKind kind) {
  return kind == RowKind::kNode ? MainKind::kNodeColumn : MainKind::kRelationshipColumn;
}

Status TooLarge(size_t bytes) {
  return Status(StatusCode::kResourceExhausted,
                "a value takes " + std::to_string(bytes) +
                    " bytes, and 1 GiB is the limit; store large values apart");
}

}  // namespace

SlotBitmap* GroupDraft::Members(LabelId label) {
  auto& labels = directory_.labels;
  auto at =
      std::lower_bound(labels.begin(), labels.end(), label,
                       [](const auto& entry, LabelId wanted) { return entry.first < wanted; });
  if (at == labels.end() || at->first != label) at = labels.insert(at, {label, {}});
  return &at->second;
}

void GroupDraft::AddNode(uint32_t slot, std::span<const LabelId> labels) {
  directory_.nodes.Insert(slot);
  for (const LabelId label : labels) Members(label)->Insert(slot);
}

Status GroupDraft::AddValue(RowKind kind, uint32_t row, const BulkColumn& column, size_t from) {
  value_.clear();
  KITH_RETURN_IF_ERROR(column.AppendEncoded(from, &value_));
  if (value_.empty()) return Status::Ok();
  if (value_.size() > kMaxRowBytes) return TooLarge(value_.size());
  if (value_.size() > kMaxColumnValueBytes) value_ = Writer().WriteApart(value_);
  const auto property = static_cast<uint32_t>(column.property());
  Column& waiting = ColumnsOf(kind)[property];
  waiting.bytes.append(value_);
  waiting.cells.push_back({row, waiting.bytes.size()});
  if (waiting.bytes.size() < kWaitingBytes) return Status::Ok();
  return WriteColumn(ColumnKindOf(kind), property, &waiting);
}

Status GroupDraft::WriteColumn(MainKind kind, uint32_t property, Column* column) {
  std::vector<RowCell> cells;
  cells.reserve(column->cells.size());
  size_t begin = 0;
  for (const Column::Cell& cell : column->cells) {
    cells.push_back({cell.row, std::string_view(column->bytes).substr(begin, cell.end - begin)});
    begin = cell.end;
  }
  const ColumnCodec codec(kind);
  ChunkWriter writer = Writer();
  KITH_ASSIGN_OR_RETURN(const std::vector<ChunkRef> chunks,
                        RowFold(&codec, property, nullptr, &writer).Fold(nullptr, cells));
  column->chunks.insert(column->chunks.end(), chunks.begin(), chunks.end());
  column->cells.clear();
  column->bytes.clear();
  return Status::Ok();
}

Status GroupDraft::FinishValues(RowKind kind) {
  Columns columns = std::exchange(ColumnsOf(kind), {});
  for (auto& [property, column] : columns) {
    KITH_RETURN_IF_ERROR(WriteColumn(ColumnKindOf(kind), property, &column));
    directory_.Lists(ColumnKindOf(kind)).push_back({property, std::move(column.chunks)});
  }
  return Status::Ok();
}

void GroupDraft::AddRelationships(std::span<const RelationshipRow> rows) {
  ChunkList pages;
  std::vector<std::optional<RelationshipRow>> page;
  for (size_t at = 0; at < rows.size(); at += page.size()) {
    const auto some = rows.subspan(at, std::min(RelationshipPage::kRows, rows.size() - at));
    page.assign(some.begin(), some.end());
    pages.chunks.push_back(Writer().Write(MainKind::kRelationshipPage, 0, static_cast<uint32_t>(at),
                                          static_cast<uint32_t>(page.size()),
                                          RelationshipPage::Encode(page)));
  }
  directory_.Lists(MainKind::kRelationshipPage).push_back(std::move(pages));
}

Status GroupDraft::AddEdges(bool outgoing, RelTypeId type, std::span<const DeltaEdge> edges) {
  ChunkWriter writer = Writer();
  KITH_ASSIGN_OR_RETURN(std::vector<ChunkRef> chunks,
                        AdjacencyFold(outgoing, type, nullptr, &writer).Fold(nullptr, edges));
  directory_.Lists(outgoing ? MainKind::kOutgoing : MainKind::kIncoming)
      .push_back({static_cast<uint32_t>(type), std::move(chunks)});
  return Status::Ok();
}

void GroupDraft::WriteDirectory() {
  Writer().WriteDirectory(directory_);
}

}  // namespace kith::storage
