// SPDX-License-Identifier: Apache-2.0
// RocksDB's outcomes as ours.
#include "storage/rocksdb_status.h"

#include <fmt/core.h>

namespace kith::storage {
namespace {

struct Meaning {
  StatusCode code;
  std::string_view advice;
};

Meaning MeaningOf(const rocksdb::Status& status) {
  if (status.IsNoSpace()) {
    return {StatusCode::kIoError, "the disk is full; free some space and try again"};
  }
  if (status.IsMemoryLimit()) {
    return {StatusCode::kResourceExhausted, "raise the memory limit or do less at once"};
  }
  switch (status.code()) {
    case rocksdb::Status::kCorruption:
    case rocksdb::Status::kNotFound:
      return {StatusCode::kCorruption,
              "the stored data is damaged; restore the database from a backup"};
    case rocksdb::Status::kIOError:
      return {StatusCode::kIoError,
              "check the disk, the permissions of the folder and the limit of open files"};
    case rocksdb::Status::kIncomplete:
      return {StatusCode::kIoError, "it waits for a flush or compaction that has failed"};
    case rocksdb::Status::kBusy:
    case rocksdb::Status::kTimedOut:
    case rocksdb::Status::kTryAgain: return {StatusCode::kBusy, "try again"};
    case rocksdb::Status::kInvalidArgument:
    case rocksdb::Status::kNotSupported:
      return {StatusCode::kInvalidArgument, "the storage engine refused the request"};
    case rocksdb::Status::kShutdownInProgress:
    case rocksdb::Status::kAborted:
      return {StatusCode::kIoError, "the storage engine has stopped; open the database again"};
    default: return {StatusCode::kInternal, "this is unexpected: please report it"};
  }
}

}  // namespace

Status FromRocksDb(const rocksdb::Status& status, std::string_view doing) {
  if (status.ok()) return Status::Ok();
  const Meaning meaning = MeaningOf(status);
  return Status(meaning.code,
                fmt::format("{} failed: {}; {}", doing, status.ToString(), meaning.advice));
}

}  // namespace kith::storage
