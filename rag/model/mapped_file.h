// SPDX-License-Identifier: Apache-2.0
// A file mapped read-only into memory: its pages are the kernel's, shared by all processes that map
// it, and do not count as memory of the database.
//
// Thread safety: immutable; any thread may read. The file must not be cut short while it is mapped.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "engine/base/result.h"

namespace kith::rag {

class MappedFile {
 public:
  /// NotFound when there is no such file; IoError when it cannot be read or is no regular file. An
  /// empty file has no bytes.
  static Result<std::unique_ptr<MappedFile>> Open(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::string& path() const { return path_; }
  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  MappedFile(std::string path, const std::byte* data, size_t size)
      : path_(std::move(path)), data_(data), size_(size) {}

  std::string path_;
  const std::byte* data_;
  size_t size_;
};

}  // namespace kith::rag
