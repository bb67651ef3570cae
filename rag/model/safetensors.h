// SPDX-License-Identifier: Apache-2.0
// Reads safetensors files (github.com/huggingface/safetensors): eight bytes of little-endian header
// length, a JSON header that names each tensor with type, shape and byte range, then the data.
//
// Thread safety: immutable; any thread may read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "rag/model/mapped_file.h"

namespace kith::rag {

enum class TensorType : uint8_t { kFloat32, kFloat16, kBFloat16, kOther };

/// Row-major; the bytes are the file's and live as long as it. They may be unaligned.
struct TensorView {
  TensorType type = TensorType::kOther;
  std::vector<size_t> shape;
  std::span<const std::byte> bytes;

  /// The product of the shape.
  size_t elements() const;
};

class SafetensorsFile {
 public:
  /// Corruption naming the file, and the tensor where one is to blame, when lengths, ranges or the
  /// header are not as the format has them.
  static Result<std::unique_ptr<SafetensorsFile>> Open(const std::string& path);

  const std::string& path() const { return file_->path(); }
  /// Null when there is no tensor of that name.
  const TensorView* Find(std::string_view name) const;
  /// The tensor as float32 (converted from half or bfloat16), which must have this shape.
  /// Corruption naming both shapes, or the missing tensor.
  Result<std::vector<float>> Floats(std::string_view name, std::span<const size_t> shape) const;

 private:
  explicit SafetensorsFile(std::unique_ptr<MappedFile> file) : file_(std::move(file)) {}
  Status ReadHeader();
  Status Damaged(const std::string& what) const;

  std::unique_ptr<MappedFile> file_;
  std::map<std::string, TensorView, std::less<>> tensors_;
};

}  // namespace kith::rag
