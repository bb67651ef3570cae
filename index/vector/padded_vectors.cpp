// SPDX-License-Identifier: Apache-2.0
// Memory of many vectors.
#include "index/vector/padded_vectors.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace kith::index {
namespace {

constexpr size_t kCacheLineBytes = 64;
// A walk jumps from vector to vector: with pages of 4 KB nearly every jump would also miss the
// translation buffer.
constexpr size_t kHugePageBytes = size_t{2} << 20;

float* AllocateFloats(size_t bytes) {
  const size_t alignment = bytes >= 4 * kHugePageBytes ? kHugePageBytes : kCacheLineBytes;
  const size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, rounded);
  if (memory == nullptr) throw std::bad_alloc();
  // Only advice: without huge pages everything works, more slowly.
  if (alignment == kHugePageBytes) static_cast<void>(madvise(memory, rounded, MADV_HUGEPAGE));
  return static_cast<float*>(memory);
}

}  // namespace

void PaddedVectors::Reserve(size_t rows) {
  if (rows <= capacity_) return;
  std::unique_ptr<float, Free> larger(AllocateFloats(BytesFor(rows)));
  if (size_ != 0) std::memcpy(larger.get(), floats_.get(), BytesFor(size_));
  floats_ = std::move(larger);
  capacity_ = rows;
}

float* PaddedVectors::NewRow() {
  if (size_ == capacity_) Reserve(std::max<size_t>(1, 2 * capacity_));
  float* row = floats_.get() + size_ * stride_;
  std::fill(row + dimensions_, row + stride_, 0.0f);
  ++size_;
  return row;
}

void PaddedVectors::Append(std::span<const float> vector) {
  std::copy(vector.begin(), vector.end(), NewRow());
}

void PaddedVectors::AppendBytes(const char* bytes) {
  std::memcpy(NewRow(), bytes, dimensions_ * sizeof(float));
}

}  // namespace kith::index
