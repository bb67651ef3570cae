// SPDX-License-Identifier: Apache-2.0
// Reads RocksDB's log while another process writes it: the records of one log, then those of the
// next. RocksDB's own readers of a log are not public, or end with the newest write of their own
// database. The format is LevelDB's (doc/log_format.md), in which a record is cut into fragments
// that do not cross blocks of 32 KiB; every fragment has a checksum, so the end of what has been
// written is found wherever it is, also in the midst of a record.
//
// Thread safety: belongs to one thread.
#pragma once

#include <rocksdb/env.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace kith::storage {

/// The number of a log by its name; nullopt for another file's.
std::optional<uint64_t> LogNumberOf(std::string_view name);
/// The numbers of the logs in a folder of RocksDB's, ascending.
Result<std::vector<uint64_t>> LogNumbers(rocksdb::Env* env, const std::string& folder);
std::string LogPath(const std::string& folder, uint64_t number);

class LogTail {
 public:
  /// Begins with the first record of that log; 0: of the first log that there is. `env` is
  /// borrowed.
  LogTail(rocksdb::Env* env, std::string folder, uint64_t number);

  /// The next record, whole; nullopt when no more has been written yet. An error when a file cannot
  /// be read. What a log is lacking that was deleted before it was opened shows in the sequence
  /// numbers of the records.
  Result<std::optional<std::string>> Next();
  /// Of all records that Next has returned.
  uint64_t bytes() const { return bytes_; }

 private:
  struct Fragment {
    uint8_t type = 0;
    size_t payload_at = 0;  ///< In buffer_.
    size_t payload_bytes = 0;
  };

  Result<std::optional<std::string>> ReadRecord();
  Result<std::optional<Fragment>> ReadFragment(uint64_t at);
  Result<bool> Fill(uint64_t at, size_t wanted);

  rocksdb::Env* env_;
  std::string folder_;
  uint64_t number_;  ///< Of the log that is open, or is to be opened first.
  std::unique_ptr<rocksdb::RandomAccessFile> file_;
  uint64_t position_ = 0;     ///< Where the next record begins.
  std::vector<char> buffer_;  ///< Bytes of the file from buffer_at_.
  uint64_t buffer_at_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace kith::storage
