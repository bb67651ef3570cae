// SPDX-License-Identifier: Apache-2.0
// A file that is written at any place and is on disk when Sync has returned.
//
// Thread safety: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace kith::shell {

class DurableFile {
 public:
  /// Makes the file, or opens what is there. IoError with the reason.
  static Result<std::unique_ptr<DurableFile>> Open(const std::string& path);
  ~DurableFile();
  DurableFile(const DurableFile&) = delete;
  DurableFile& operator=(const DurableFile&) = delete;

  uint64_t bytes() const { return bytes_; }
  /// At the end, or at 0, which drops what was there. A full disk says so.
  Status Write(uint64_t at, std::string_view bytes);
  Status Truncate();
  Status Sync();

 private:
  DurableFile(std::string path, int file, uint64_t bytes)
      : path_(std::move(path)), file_(file), bytes_(bytes) {}

  std::string path_;
  int file_;
  uint64_t bytes_;
};

/// Syncs the entries of a folder.
Status SyncFolder(const std::string& path);

/// A lock between processes that ends with this object, or with the process. The file stays.
class FileLock {
 public:
  /// Null when another process holds it.
  static Result<std::unique_ptr<FileLock>> Try(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int file) : file_(file) {}
  int file_;
};

}  // namespace kith::shell
