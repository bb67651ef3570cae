// SPDX-License-Identifier: Apache-2.0
// See row_fold.h.
#include "storage/fold/row_fold.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "storage/segment/column_encoder.h"
#include "storage/segment/stored_apart.h"

namespace kith::storage {
namespace {

static_assert(kColumnRows == RelationshipPage::kRows);

constexpr size_t kMaxTriedBytes = 32 * kMaxChunkBytes;

std::span<const RowCell> TakeBelow(uint64_t row, std::span<const RowCell>* cells) {
  const auto end = std::partition_point(cells->begin(), cells->end(),
                                        [&](const RowCell& cell) { return cell.row < row; });
  const std::span<const RowCell> taken(cells->begin(), end);
  *cells = cells->subspan(taken.size());
  return taken;
}

/// Both in order of rows, where the newer cells count.
std::vector<RowCell> Overlay(const std::vector<RowCell>& old, std::span<const RowCell> newer) {
  std::vector<RowCell> cells;
  cells.reserve(old.size() + newer.size());
  std::set_union(newer.begin(), newer.end(), old.begin(), old.end(), std::back_inserter(cells),
                 [](const RowCell& a, const RowCell& b) { return a.row < b.row; });
  std::erase_if(cells, [](const RowCell& cell) { return cell.bytes.empty(); });
  return cells;
}

/// Outside of chunks a cell without bytes says nothing.
std::vector<RowCell> Filled(std::span<const RowCell> cells) {
  std::vector<RowCell> filled(cells.begin(), cells.end());
  std::erase_if(filled, [](const RowCell& cell) { return cell.bytes.empty(); });
  return filled;
}

Status DamagedCell() {
  return Status(StatusCode::kCorruption,
                "a chunk cannot be decoded; the database is damaged: restore it from a backup");
}

}  // namespace

bool ColumnCodec::Append(const Chunk& chunk, uint32_t row, std::string* bytes) const {
  return chunk.column().AppendEncoded(row, bytes);
}

std::string ColumnCodec::Encode(std::span<const std::string_view> rows) const {
  return EncodeColumnChunk(rows);
}

std::string PageCodec::EncodeRow(const RelationshipRow& row) {
  std::string bytes;
  AppendLittleEndian32(row.source_slot, &bytes);
  AppendLittleEndian64(row.target.bits(), &bytes);
  AppendLittleEndian32(static_cast<uint32_t>(row.type), &bytes);
  return bytes;
}

bool PageCodec::Append(const Chunk& chunk, uint32_t row, std::string* bytes) const {
  if (const auto found = chunk.page().At(row)) bytes->append(EncodeRow(*found));
  return true;
}

std::string PageCodec::Encode(std::span<const std::string_view> rows) const {
  std::vector<std::optional<RelationshipRow>> decoded(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].empty()) continue;
    ByteReader reader(rows[i]);
    RelationshipRow row;
    row.source_slot = reader.LittleEndian32();
    row.target = NodeId(reader.LittleEndian64());
    row.type = static_cast<RelTypeId>(reader.LittleEndian32());
    decoded[i] = row;
  }
  return RelationshipPage::Encode(decoded);
}

Status RowFold::ReadCells(const ChunkRef& ref, const Chunk& chunk, std::vector<RowCell>* cells) {
  std::string& text = texts_.emplace_back();
  std::vector<size_t> ends;
  for (uint32_t row = 0; row < ref.rows; ++row) {
    if (!codec_->Append(chunk, row, &text)) return DamagedCell();
    ends.push_back(text.size());
  }
  size_t begin = 0;
  for (uint32_t row = 0; row < ref.rows; ++row) {
    const std::string_view bytes = std::string_view(text).substr(begin, ends[row] - begin);
    if (!bytes.empty()) cells->push_back({ref.first + row, bytes});
    begin = ends[row];
  }
  return Status::Ok();
}

// What is to be as it is already is no change.
Result<bool> RowFold::ChangesChunk(const ChunkRef& ref, std::span<const RowCell> changes) {
  if (changes.empty()) return false;
  KITH_ASSIGN_OR_RETURN(const Chunk* chunk, reader_->Fetch(codec_->kind(), id_, ref));
  std::string bytes;
  for (const RowCell& change : changes) {
    bytes.clear();
    if (!codec_->Append(*chunk, change.row - ref.first, &bytes)) return DamagedCell();
    if (bytes != change.bytes) return true;
  }
  return false;
}

Status RowFold::FoldChunk(const ChunkRef& ref, std::span<const RowCell> changes,
                          std::span<const RowCell> behind) {
  KITH_ASSIGN_OR_RETURN(const Chunk* chunk, reader_->Fetch(codec_->kind(), id_, ref));
  std::vector<RowCell> old;
  KITH_RETURN_IF_ERROR(ReadCells(ref, *chunk, &old));
  auto cell = old.begin();
  for (const RowCell& change : changes) {
    while (cell != old.end() && cell->row < change.row) ++cell;
    if (cell != old.end() && cell->row == change.row) writer_->DropApart(cell->bytes);
  }
  std::vector<RowCell> cells = Overlay(old, changes);
  cells.insert(cells.end(), behind.begin(), behind.end());
  writer_->Drop(codec_->kind(), id_, ref);
  Emit(cells);
  return Status::Ok();
}

// Rows without gaps that are wider than a chunk's.
void RowFold::Emit(std::span<const RowCell> cells) {
  while (!cells.empty()) {
    EmitDense(TakeBelow(uint64_t{cells.front().row} + kColumnRows, &cells));
  }
}

void RowFold::EmitDense(std::span<const RowCell> cells) {
  size_t bytes = 0;
  for (const RowCell& cell : cells) bytes += cell.bytes.size();
  // What no encoding makes small enough need not be tried.
  if (bytes > kMaxTriedBytes && cells.size() > 1) {
    EmitDense(cells.first(cells.size() / 2));
    EmitDense(cells.subspan(cells.size() / 2));
    return;
  }
  const uint32_t first = cells.front().row;
  std::vector<std::string_view> rows(cells.back().row - first + 1);
  for (const RowCell& cell : cells) rows[cell.row - first] = cell.bytes;
  std::string chunk = codec_->Encode(rows);
  if (chunk.size() > kMaxChunkBytes && cells.size() > 1) {
    EmitDense(cells.first(cells.size() / 2));
    EmitDense(cells.subspan(cells.size() / 2));
    return;
  }
  refs_.push_back(writer_->Write(codec_->kind(), id_, first, static_cast<uint32_t>(rows.size()),
                                 std::move(chunk)));
}

Result<std::vector<ChunkRef>> RowFold::Fold(const ChunkList* old,
                                            std::span<const RowCell> changes) {
  const std::vector<ChunkRef> none;
  const std::vector<ChunkRef>& chunks = old != nullptr ? old->chunks : none;
  Emit(Filled(TakeBelow(chunks.empty() ? UINT64_MAX : chunks.front().first, &changes)));
  for (size_t i = 0; i < chunks.size(); ++i) {
    const ChunkRef& ref = chunks[i];
    const uint64_t next = i + 1 < chunks.size() ? chunks[i + 1].first : UINT64_MAX;
    const auto own = TakeBelow(uint64_t{ref.first} + ref.rows, &changes);
    auto loose = TakeBelow(next, &changes);
    std::span<const RowCell> behind;
    if (ref.bytes < kFullChunkBytes) {
      behind = TakeBelow(uint64_t{ref.first} + kColumnRows, &loose);
    }
    const std::vector<RowCell> joining = Filled(behind);
    KITH_ASSIGN_OR_RETURN(const bool changed, ChangesChunk(ref, own));
    if (changed || !joining.empty()) {
      KITH_RETURN_IF_ERROR(FoldChunk(ref, own, joining));
    } else {
      refs_.push_back(ref);
    }
    Emit(Filled(loose));
  }
  return std::move(refs_);
}

}  // namespace kith::storage
