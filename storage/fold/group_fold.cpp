// SPDX-License-Identifier: Apache-2.0
// See group_fold.h.
#include "storage/fold/group_fold.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "storage/fold/adjacency_fold.h"
#include "storage/format/value_codec.h"
#include "storage/segment/stored_apart.h"

namespace kith::storage {
namespace {

MainKind ColumnKind(RowKind kind) {
  return kind == RowKind::kNode ? MainKind::kNodeColumn : MainKind::kRelationshipColumn;
}

bool IsNull(std::string_view value) {
  return static_cast<ValueTag>(value.front()) == ValueTag::kNull;
}

/// Of the chunks that one of the rows (ascending) belongs to.
template <typename Rows, typename RowOf>
uint64_t BytesOf(const ChunkList* list, const Rows& rows, RowOf row_of) {
  uint64_t bytes = 0;
  if (list == nullptr) return bytes;
  auto row = rows.begin();
  for (const ChunkRef& ref : list->chunks) {
    while (row != rows.end() && row_of(*row) < ref.first) ++row;
    if (row == rows.end()) break;
    // Rows behind a chunk that is not full join it.
    const bool joins = ref.bytes < kFullChunkBytes;
    const bool last = &ref == &list->chunks.back();
    const uint64_t end =
        !joins ? uint64_t{ref.first} + ref.rows : (last ? UINT64_MAX : uint64_t{(&ref + 1)->first});
    if (row_of(*row) < end) bytes += ref.bytes;
  }
  return bytes;
}

uint32_t CellRow(const RowCell& cell) {
  return cell.row;
}

/// The edges of one type, which lie apart in order of slots.
std::map<RelTypeId, std::vector<DeltaEdge>> ByType(const std::vector<DeltaEdge>& edges) {
  std::map<RelTypeId, std::vector<DeltaEdge>> types;
  for (const DeltaEdge& edge : edges) types[edge.type].push_back(edge);
  return types;
}

}  // namespace

Status GroupFold::Read() {
  KITH_ASSIGN_OR_RETURN(entries_, reader_->ReadDelta(group_));
  if (entries_.empty()) return Status::Ok();
  KITH_ASSIGN_OR_RETURN(old_, reader_->ReadDirectory(group_));
  run_ = DeltaRun::Build(group_, entries_);
  if (run_ == nullptr) {
    return Status(StatusCode::kCorruption,
                  "a delta entry cannot be decoded; the database is damaged: restore it from a "
                  "backup");
  }
  CollectRows(RowKind::kNode);
  CollectRows(RowKind::kRelationship);
  return Status::Ok();
}

void GroupFold::CollectRows(RowKind kind) {
  const std::vector<DeltaRow>& rows =
      kind == RowKind::kNode ? run_->nodes() : run_->relationships();
  for (auto begin = rows.begin(); begin != rows.end();) {
    auto end = begin;
    while (end != rows.end() && end->row == begin->row) ++end;
    CollectRow(kind, {begin, end});
    if (kind == RowKind::kRelationship) CollectPageRow({begin, end});
    begin = end;
  }
}

// Whether the chunks may have something of the row.
bool GroupFold::IsFolded(RowKind kind, uint32_t row) const {
  if (kind == RowKind::kNode) return old_->nodes.Contains(row);
  const ChunkList* pages = old_->Find(MainKind::kRelationshipPage, 0);
  return pages != nullptr && !pages->Of(row).empty();
}

// What a row's entries, newest first, make of each property.
void GroupFold::CollectRow(RowKind kind, std::span<const DeltaRow> rows) {
  const uint32_t row = rows.front().row;
  Changes& changes = changes_[static_cast<size_t>(kind)];
  std::map<uint32_t, std::string_view> values;
  bool whole = false;
  for (const DeltaRow& delta : rows) {
    whole = delta.entry.tombstone || delta.entry.image;
    PropertyCursor cursor(delta.entry);
    while (cursor.Next()) values.emplace(static_cast<uint32_t>(cursor.id()), cursor.value());
    damaged_ = damaged_ || !cursor.ok();
    if (whole) break;
  }
  if (whole && IsFolded(kind, row)) {
    for (const ChunkList& list : old_->Lists(ColumnKind(kind))) {
      values.emplace(list.id, std::string_view());
    }
  }
  for (const auto& [property, value] : values) {
    const bool none = value.empty() || IsNull(value);
    changes[property].push_back({row, none ? std::string_view() : value});
  }
}

void GroupFold::CollectPageRow(std::span<const DeltaRow> rows) {
  for (const DeltaRow& delta : rows) {
    const RowEntry& entry = delta.entry;
    if (entry.tombstone) return pages_.push_back({delta.row, {}});
    if (!entry.image) continue;
    const RelationshipRow row{entry.source_slot, entry.target, entry.type};
    return pages_.push_back({delta.row, Keep(PageCodec::EncodeRow(row))});
  }
}

uint64_t GroupFold::entry_bytes() const {
  uint64_t bytes = 0;
  for (const DeltaEntry& entry : entries_) bytes += entry.key.size() + entry.value.size();
  return bytes;
}

uint64_t GroupFold::touched_bytes() const {
  uint64_t bytes = 0;
  for (const RowKind kind : {RowKind::kNode, RowKind::kRelationship}) {
    for (const auto& [property, cells] : changes_[static_cast<size_t>(kind)]) {
      // Most cells without a value are of new images, and change nothing.
      std::vector<RowCell> filled;
      std::copy_if(cells.begin(), cells.end(), std::back_inserter(filled),
                   [](const RowCell& cell) { return !cell.bytes.empty(); });
      bytes += BytesOf(old_->Find(ColumnKind(kind), property), filled, CellRow);
    }
  }
  bytes += BytesOf(old_->Find(MainKind::kRelationshipPage, 0), pages_, CellRow);
  for (const bool outgoing : {false, true}) {
    for (const auto& [type, edges] : ByType(run_->edges(outgoing))) {
      bytes += BytesOf(old_->Find(outgoing ? MainKind::kOutgoing : MainKind::kIncoming,
                                  static_cast<uint32_t>(type)),
                       edges, [](const DeltaEdge& edge) { return edge.slot; });
    }
  }
  return bytes;
}

void GroupFold::FoldMembers() {
  uint32_t decided = kGroupSlots;
  std::map<LabelId, SlotBitmap> labels(directory_.labels.begin(), directory_.labels.end());
  for (const DeltaRow& delta : run_->nodes()) {
    if (delta.row == decided) continue;
    const bool lives = !delta.entry.tombstone;
    lives ? directory_.nodes.Insert(delta.row) : directory_.nodes.Remove(delta.row);
    if (lives && !delta.entry.has_labels) continue;
    decided = delta.row;
    for (auto& [label, members] : labels) members.Remove(delta.row);
    std::vector<LabelId> now;
    if (lives && !ApplyLabels(delta.entry, &now)) damaged_ = true;
    for (const LabelId label : now) labels[label].Insert(delta.row);
  }
  directory_.labels.assign(labels.begin(), labels.end());
  std::erase_if(directory_.labels, [](const auto& entry) { return entry.second.Count() == 0; });
}

void GroupFold::SetList(MainKind kind, uint32_t id, std::vector<ChunkRef> chunks) {
  std::vector<ChunkList>& lists = directory_.Lists(kind);
  auto at =
      std::lower_bound(lists.begin(), lists.end(), id,
                       [](const ChunkList& list, uint32_t wanted) { return list.id < wanted; });
  const bool there = at != lists.end() && at->id == id;
  if (chunks.empty()) {
    if (there) lists.erase(at);
  } else if (there) {
    at->chunks = std::move(chunks);
  } else {
    lists.insert(at, {id, std::move(chunks)});
  }
}

void GroupFold::SeparateLarge(std::vector<RowCell>* cells) {
  for (RowCell& cell : *cells) {
    if (cell.bytes.size() > kMaxColumnValueBytes)
      cell.bytes = Keep(writer_->WriteApart(cell.bytes));
  }
}

Status GroupFold::FoldColumns(RowKind kind, MainKind chunk_kind) {
  const ColumnCodec codec(chunk_kind);
  for (auto& [property, cells] : changes_[static_cast<size_t>(kind)]) {
    SeparateLarge(&cells);
    RowFold fold(&codec, property, folded_.get(), writer_.get());
    KITH_ASSIGN_OR_RETURN(auto chunks, fold.Fold(old_->Find(chunk_kind, property), cells));
    SetList(chunk_kind, property, std::move(chunks));
  }
  return Status::Ok();
}

Status GroupFold::FoldPages() {
  if (pages_.empty()) return Status::Ok();
  const PageCodec codec;
  RowFold fold(&codec, 0, folded_.get(), writer_.get());
  KITH_ASSIGN_OR_RETURN(auto chunks, fold.Fold(old_->Find(MainKind::kRelationshipPage, 0), pages_));
  SetList(MainKind::kRelationshipPage, 0, std::move(chunks));
  return Status::Ok();
}

Status GroupFold::FoldAdjacency(bool outgoing) {
  const MainKind kind = outgoing ? MainKind::kOutgoing : MainKind::kIncoming;
  for (const auto& [type, edges] : ByType(run_->edges(outgoing))) {
    AdjacencyFold fold(outgoing, type, folded_.get(), writer_.get());
    KITH_ASSIGN_OR_RETURN(auto chunks,
                          fold.Fold(old_->Find(kind, static_cast<uint32_t>(type)), edges));
    SetList(kind, static_cast<uint32_t>(type), std::move(chunks));
  }
  return Status::Ok();
}

Status GroupFold::Write(CommitOps* ops) {
  directory_ = *old_;
  writer_ = std::make_unique<ChunkWriter>(group_, &directory_.next_number, ops);
  auto version = std::make_shared<GroupVersion>();
  version->directory = old_;
  folded_ = reader_->ReaderOf(group_, std::move(version));
  FoldMembers();
  KITH_RETURN_IF_ERROR(FoldColumns(RowKind::kNode, MainKind::kNodeColumn));
  KITH_RETURN_IF_ERROR(FoldColumns(RowKind::kRelationship, MainKind::kRelationshipColumn));
  KITH_RETURN_IF_ERROR(FoldPages());
  KITH_RETURN_IF_ERROR(FoldAdjacency(true));
  KITH_RETURN_IF_ERROR(FoldAdjacency(false));
  if (damaged_) {
    return Status(StatusCode::kCorruption,
                  "a delta entry cannot be decoded; the database is damaged: restore it from a "
                  "backup");
  }
  writer_->WriteDirectory(directory_);
  for (const DeltaEntry& entry : entries_) ops->DeleteDelta(entry.key);
  ops->Sort();
  return Status::Ok();
}

std::shared_ptr<const GroupVersion> GroupFold::folded() const {
  auto version = std::make_shared<GroupVersion>();
  version->directory = std::make_shared<const GroupDirectory>(directory_);
  return version;
}

}  // namespace kith::storage
