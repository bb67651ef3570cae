// SPDX-License-Identifier: Apache-2.0
// Memory for vectors of any width: begins at a cache line and is not cleared.
//
// Thread safety: that of an array.
#pragma once

#include <cstddef>
#include <new>
#include <utility>

namespace kith::rag {

class AlignedBytes {
 public:
  AlignedBytes() = default;
  explicit AlignedBytes(size_t size)
      : data_(static_cast<std::byte*>(::operator new(size, kLine))), size_(size) {}
  AlignedBytes(AlignedBytes&& other) noexcept { *this = std::move(other); }
  AlignedBytes& operator=(AlignedBytes&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~AlignedBytes() { ::operator delete(data_, kLine); }

  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  float* floats() { return reinterpret_cast<float*>(data_); }
  const float* floats() const { return reinterpret_cast<const float*>(data_); }
  size_t size() const { return size_; }

 private:
  static constexpr std::align_val_t kLine{64};

  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace kith::rag
