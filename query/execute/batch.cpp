// SPDX-License-Identifier: Apache-2.0
// Batches: selecting and joining rows, slot by slot.
#include "query/execute/batch.h"

namespace kith::query {

void Batch::Clear() {
  rows = 0;
  for (Column& column : columns) column.Reset(ColumnKind::kNull);
}

void Batch::Gather(const Batch& from, std::span<const uint32_t> selected,
                   std::span<const uint32_t> slots) {
  rows = selected.size();
  for (uint32_t slot : slots) columns[slot].Gather(from.columns[slot], selected);
}

void Batch::Keep(std::span<const uint32_t> selected) {
  rows = selected.size();
  for (Column& column : columns) {
    if (column.size() > 0) column.Keep(selected);
  }
}

void Batch::Slice(size_t begin, size_t count) {
  rows = count;
  for (Column& column : columns) {
    if (column.size() > 0) column.Slice(begin, count);
  }
}

void Batch::AppendAll(const Batch& from, std::span<const uint32_t> slots) {
  for (uint32_t slot : slots) columns[slot].AppendAll(from.columns[slot]);
  rows += from.rows;
}

size_t Batch::HeapBytes() const {
  size_t bytes = 0;
  for (const Column& column : columns) bytes += column.HeapBytes();
  return bytes;
}

}  // namespace kith::query
