// SPDX-License-Identifier: Apache-2.0
// The records of a CSV file (or pipe) one after the other, in little memory: a buffer of a few
// blocks, or of the longest record.
//
// Thread safety: belongs to one thread.
#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/csv_parser.h"
#include "engine/base/result.h"

namespace kith {

class KITH_EXPORT CsvReader {
 public:
  /// Errors: NotFound, IoError, InvalidArgument for a folder.
  static Result<std::unique_ptr<CsvReader>> Open(const std::string& path,
                                                 const CsvDialect& dialect);

  /// Moves to the next record; false at the end of the file. InvalidArgument, naming file and line,
  /// for what is not CSV in UTF-8 or is longer than kMaxCsvRecordBytes; IoError.
  Result<bool> Next();
  /// Of the current record; the views live until the next call of Next.
  std::span<const CsvField> fields() const { return parser_->fields(); }
  /// Of the first line of the current record, from 1.
  size_t line() const { return lines_before_ + parser_->line() + 1; }
  /// InvalidArgument that says what is wrong with the current record.
  Status Bad(std::string_view what) const;

 private:
  using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
  CsvReader(File file, std::string path, const CsvDialect& dialect);
  Result<bool> Refill();
  Status ReadMore(size_t bytes);

  File file_;
  std::string path_;
  CsvDialect dialect_;
  std::vector<char> buffer_;
  size_t filled_ = 0;  // Bytes of the buffer that were read...
  size_t whole_ = 0;   // ...and of those, the whole records at the front, which parser_ has.
  bool at_end_ = false;
  bool begun_ = false;
  size_t lines_before_ = 0;  // Before the buffer.
  std::optional<CsvParser> parser_;
};

}  // namespace kith
