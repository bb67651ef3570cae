// SPDX-License-Identifier: Apache-2.0
// Hands out the records of many files, about a megabyte at a time, to the threads that parse them.
// Whoever takes a block reads it: the kernel copies from its cache faster than anyone parses.
//
// Thread safety: Next may be called from any number of threads.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/csv_parser.h"
#include "engine/base/result.h"
#include "engine/import/import_plan.h"

namespace kith::import {

/// Some whole records of a file.
struct CsvBlock {
  size_t sequence = 0;  ///< Counted from 0 over all files.
  size_t group = 0;
  size_t file = 0;      ///< Of the group.
  uint64_t offset = 0;  ///< In the file.
  std::vector<char> bytes;
};

class CsvBlocks {
 public:
  /// `groups` is borrowed.
  explicit CsvBlocks(const std::vector<PlannedGroup>* groups) : groups_(groups) {}
  ~CsvBlocks();
  CsvBlocks(const CsvBlocks&) = delete;
  CsvBlocks& operator=(const CsvBlocks&) = delete;

  /// False at the end of the last file. IoError; InvalidArgument for a record that is too long, or
  /// a file that has changed since the import was planned.
  Result<bool> Next(CsvBlock* block);

 private:
  const PlannedGroup& group() const { return (*groups_)[group_]; }
  const PlannedFile& file() const { return group().files[file_]; }
  Status OpenFile();
  void CloseFile();
  Result<bool> Fill(CsvBlock* block);
  Result<size_t> Read(uint64_t offset, size_t bytes, std::vector<char>* into);

  const std::vector<PlannedGroup>* groups_;
  std::mutex mutex_;
  size_t sequence_ = 0;
  size_t group_ = 0;
  size_t file_ = 0;
  int descriptor_ = -1;
  uint64_t offset_ = 0;
};

/// Finds the lines of bytes of a file.
class LineCounter {
 public:
  explicit LineCounter(const std::string& path);

  /// The line, from 1, that has the byte at `offset`, which must not decrease from call to call; 0
  /// when the file cannot be read any more.
  uint64_t LineAt(uint64_t offset);

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::vector<char> buffer_;
  uint64_t at_ = 0;
  uint64_t line_ = 1;
};

}  // namespace kith::import
