// SPDX-License-Identifier: Apache-2.0
// Folds changed rows into the chunks of a column, or of the pages of relationships: only chunks
// that have a changed row, and the last one that has room for rows behind it, are written again.
// Inside storage only.
//
// Thread safety: belongs to one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "storage/fold/chunk_writer.h"
#include "storage/group_reader.h"

namespace kith::storage {

/// A row and its bytes; empty: the row has nothing (any more).
struct RowCell {
  uint32_t row = 0;
  std::string_view bytes;
};

/// How the cells of one kind of chunk lie in it.
class RowCodec {
 public:
  virtual ~RowCodec() = default;
  virtual MainKind kind() const = 0;
  /// Appends the bytes of a row of the chunk, counted from its first. False when damaged.
  virtual bool Append(const Chunk& chunk, uint32_t row, std::string* bytes) const = 0;
  /// A chunk of consecutive rows.
  virtual std::string Encode(std::span<const std::string_view> rows) const = 0;
};

/// Cells are encoded values, or references to values stored apart.
class ColumnCodec final : public RowCodec {
 public:
  explicit ColumnCodec(MainKind kind) : kind_(kind) {}
  MainKind kind() const override { return kind_; }
  bool Append(const Chunk& chunk, uint32_t row, std::string* bytes) const override;
  std::string Encode(std::span<const std::string_view> rows) const override;

 private:
  MainKind kind_;
};

/// Cells are EncodeRow's.
class PageCodec final : public RowCodec {
 public:
  static std::string EncodeRow(const RelationshipRow& row);
  MainKind kind() const override { return MainKind::kRelationshipPage; }
  bool Append(const Chunk& chunk, uint32_t row, std::string* bytes) const override;
  std::string Encode(std::span<const std::string_view> rows) const override;
};

class RowFold {
 public:
  /// All borrowed. `reader` reads the group as folded so far; null when nothing is.
  RowFold(const RowCodec* codec, uint32_t id, GroupReader* reader, ChunkWriter* writer)
      : codec_(codec), id_(id), reader_(reader), writer_(writer) {}

  /// The chunks after the changes (rows ascending, each once). `old` may be null.
  Result<std::vector<ChunkRef>> Fold(const ChunkList* old, std::span<const RowCell> changes);

 private:
  Status FoldChunk(const ChunkRef& ref, std::span<const RowCell> changes,
                   std::span<const RowCell> behind);
  Status ReadCells(const ChunkRef& ref, const Chunk& chunk, std::vector<RowCell>* cells);
  Result<bool> ChangesChunk(const ChunkRef& ref, std::span<const RowCell> changes);
  void Emit(std::span<const RowCell> cells);
  void EmitDense(std::span<const RowCell> cells);

  const RowCodec* codec_;
  uint32_t id_;
  GroupReader* reader_;
  ChunkWriter* writer_;
  std::vector<ChunkRef> refs_;
  std::deque<std::string> texts_;  // What cells borrow.
};

}  // namespace kith::storage
