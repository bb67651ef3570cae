// SPDX-License-Identifier: Apache-2.0
// Vectors of one size, one after another, each filled up with zeros to a multiple of the kernels'
// padding and aligned to a cache line.
//
// Thread safety: reading from several threads; appending belongs to one.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <span>

#include "index/vector/kernel/distance_kernels.h"

namespace kith::index {

class PaddedVectors {
 public:
  explicit PaddedVectors(size_t dimensions)
      : dimensions_(dimensions),
        stride_((dimensions + kVectorPadding - 1) / kVectorPadding * kVectorPadding) {}

  size_t dimensions() const { return dimensions_; }
  size_t stride() const { return stride_; }
  size_t size() const { return size_; }
  /// What `rows` vectors of this size take.
  size_t BytesFor(size_t rows) const { return rows * stride_ * sizeof(float); }

  const float* Row(size_t row) const { return floats_.get() + row * stride_; }
  void Clear() { size_ = 0; }
  /// Room for so many in all: fewer moves while appending.
  void Reserve(size_t rows);
  /// `vector` has `dimensions` floats.
  void Append(std::span<const float> vector);
  /// The same from little-endian bytes, four a float.
  void AppendBytes(const char* bytes);

 private:
  struct Free {
    void operator()(float* floats) const { std::free(floats); }
  };

  float* NewRow();

  size_t dimensions_;
  size_t stride_;
  size_t size_ = 0;
  size_t capacity_ = 0;
  std::unique_ptr<float, Free> floats_;
};

}  // namespace kith::index
