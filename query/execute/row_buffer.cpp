// SPDX-License-Identifier: Apache-2.0
// Rows held between operators; see the header.
#include "query/execute/row_buffer.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace kith::query {

Status RowBuffer::Append(const Batch& batch, std::span<const uint32_t> columns) {
  rows_.AppendAll(batch, columns);
  const size_t bytes = rows_.HeapBytes();
  if (bytes > charged_bytes_) {
    KITH_RETURN_IF_ERROR(memory_.Add(bytes - charged_bytes_));
    charged_bytes_ = bytes;
  }
  return Status::Ok();
}

void RowBuffer::Emit(std::span<const uint32_t> columns, Batch* batch) {
  batch->Clear();
  const size_t count = std::min(kBatchRows, rows_.rows - next_);
  if (count == 0) return;
  std::vector<uint32_t> selected(count);
  std::iota(selected.begin(), selected.end(), static_cast<uint32_t>(next_));
  batch->Gather(rows_, selected, columns);
  batch->rows = count;
  next_ += count;
}

void RowBuffer::Clear() {
  rows_ = Batch(slots_);
  memory_.Release();
  charged_bytes_ = 0;
  next_ = 0;
}

}  // namespace kith::query
