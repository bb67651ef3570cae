// SPDX-License-Identifier: Apache-2.0
// See chunk_writer.h.
#include "storage/fold/chunk_writer.h"

#include <utility>

#include "storage/format/checksum.h"
#include "storage/segment/stored_apart.h"

namespace kith::storage {

void ChunkWriter::Put(const MainKey& key, std::string bytes) {
  AppendChecksum(&bytes);
  ops_->Put(Family::kMain, EncodeMainKey(key), bytes);
}

ChunkRef ChunkWriter::Write(MainKind kind, uint32_t id, uint32_t first, uint32_t rows,
                            std::string chunk) {
  const uint32_t number = (*next_number_)++;
  const auto bytes = static_cast<uint32_t>(chunk.size() + kChecksumBytes);
  Put({group_, kind, id, number}, std::move(chunk));
  return {number, first, rows, bytes};
}

void ChunkWriter::Drop(MainKind kind, uint32_t id, const ChunkRef& ref) {
  ops_->Delete(Family::kMain, EncodeMainKey({group_, kind, id, ref.number}));
}

std::string ChunkWriter::WriteApart(std::string_view value) {
  const uint32_t number = (*next_number_)++;
  Put({group_, MainKind::kValue, 0, number}, std::string(value));
  return EncodeStoredApart({number, value.size()});
}

void ChunkWriter::DropApart(std::string_view value) {
  if (!IsStoredApart(value)) return;
  if (const auto reference = DecodeStoredApart(value)) {
    ops_->Delete(Family::kMain, EncodeMainKey({group_, MainKind::kValue, 0, reference->number}));
  }
}

void ChunkWriter::WriteDirectory(const GroupDirectory& directory) {
  Put({group_, MainKind::kDirectory, 0, 0}, directory.Encode());
}

}  // namespace kith::storage
