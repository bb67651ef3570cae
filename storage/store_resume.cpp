// SPDX-License-Identifier: Apache-2.0
// Writing again after a write has failed: RocksDB is closed and opened anew. Its log may hold a
// part or all of the failed write, which nobody has been promised and whose commit number will be
// given to another; it is left out when the log is read.
#include <fmt/core.h>
#include <rocksdb/write_batch.h>

#include <algorithm>

#include "storage/rocksdb_status.h"
#include "storage/store.h"

namespace kith::storage {
namespace {

// What opening writes beside the contents of the log: a manifest, a new log, the superblock.
constexpr uint64_t kSpareBytes = uint64_t{1} << 20;
// What is written to see whether writing works.
constexpr size_t kProbeBytes = size_t{64} << 10;

// So many Reopens in a row may be of no use before the next one has to wait, longer each time.
constexpr int kFreeReopens = 8;
constexpr std::chrono::milliseconds kFirstReopenDelay(100);
constexpr std::chrono::milliseconds kLongestReopenDelay(10'000);

std::chrono::milliseconds DelayAfter(int fruitless_reopens) {
  if (fruitless_reopens < kFreeReopens) return std::chrono::milliseconds(0);
  // Seven doublings pass the longest delay.
  return std::min(kFirstReopenDelay * (1 << std::min(fruitless_reopens - kFreeReopens, 7)),
                  kLongestReopenDelay);
}

// A batch in the log begins with the number of its first operation, little-endian.
rocksdb::SequenceNumber FirstNumberOf(const rocksdb::WriteBatch& batch) {
  rocksdb::SequenceNumber number = 0;
  for (size_t i = sizeof number; i-- > 0;) {
    number = number << 8 | static_cast<uint8_t>(batch.Data()[i]);
  }
  return number;
}

// Leaves out of the log what came after the last write that succeeded.
class FailedWriteFilter final : public rocksdb::WalFilter {
 public:
  explicit FailedWriteFilter(rocksdb::SequenceNumber written) : written_(written) {}
  WalProcessingOption LogRecordFound(unsigned long long, const std::string&,
                                     const rocksdb::WriteBatch& batch, rocksdb::WriteBatch*,
                                     bool*) override {
    return FirstNumberOf(batch) > written_ ? WalProcessingOption::kIgnoreCurrentRecord
                                           : WalProcessingOption::kContinueProcessing;
  }
  const char* Name() const override { return "kith.FailedWrite"; }

 private:
  rocksdb::SequenceNumber written_;
};

}  // namespace

// The memtables that opening makes of the log go to files at once.
bool Store::HasRoom() const {
  uint64_t needed = kSpareBytes;
  std::vector<std::string> names;
  if (!env_->GetChildren(DataFolder(), &names).ok()) return false;
  for (const std::string& name : names) {
    uint64_t bytes = 0;
    if (name.ends_with(".log") && env_->GetFileSize(DataFolder() + "/" + name, &bytes).ok()) {
      needed += bytes;
    }
  }
  uint64_t free = 0;
  return !env_->GetFreeSpace(DataFolder(), &free).ok() || free >= needed;
}

Status Store::BackgroundFailure() const {
  const std::lock_guard<std::mutex> lock(background_mutex_);
  return background_failure_;
}

// A disk may be emptied or mended, and memory given back; damage stays, and opening would only meet
// it again.
bool Store::IsPassing(const Status& cause) {
  return cause.code() == StatusCode::kIoError || cause.code() == StatusCode::kResourceExhausted;
}

// True when there is a compaction to be run again, after which writing may stop once more. The
// caller holds write_mutex_.
bool Store::ForCompaction() const {
  return failure_.ok() || compaction_failed_.load(std::memory_order_acquire);
}

// The caller holds write_mutex_.
bool Store::MustWait() const {
  const int fruitless =
      ForCompaction() ? fruitless_compactions_.load(std::memory_order_acquire) : fruitless_reopens_;
  return Clock::now() < last_reopen_ + DelayAfter(fruitless);
}

bool Store::MayReopen() {
  {
    const std::lock_guard<std::mutex> lock(write_mutex_);
    if (in_memory() || MustWait()) return false;
    // Nothing can be read: every attempt is worth it, for reading needs no room.
    if (!unreadable_.ok()) return true;
    if (!IsPassing(failure_.ok() ? BackgroundFailure() : failure_)) return false;
  }
  if (!HasRoom()) return false;
  const std::lock_guard<std::mutex> lock(superblock_mutex_);
  const std::string draft = SuperblockDraft();
  const bool written =
      rocksdb::WriteStringToFile(env_.get(), std::string(kProbeBytes, '\0'), draft, true).ok();
  return env_->DeleteFile(draft).ok() && written;
}

// Every write that succeeded must be there, and of commits no other.
Status Store::OpenAgain(OpenMode mode) {
  const rocksdb::SequenceNumber written = written_;
  filter_ = std::make_unique<FailedWriteFilter>(written);
  Status status = OpenDatabase(mode, filter_.get());
  if (status.ok()) status = CheckIdentity();
  if (status.ok()) {
    const Result<CommitNumber> newest = NewestRecord();
    status = newest.status();
    if (status.ok() && (*newest != newest_commit() || written_ < written)) {
      status = Status(StatusCode::kCorruption,
                      fmt::format("{} ends at commit {} after a failed write, and commit {} had "
                                  "been acknowledged; restore the folder from a backup",
                                  options_.path, static_cast<uint64_t>(*newest),
                                  static_cast<uint64_t>(newest_commit())));
    }
  }
  if (!status.ok()) CloseDatabase();
  // What opening counted stands for what was written only where the checks passed.
  if (!status.ok() || mode == OpenMode::kRead) written_ = written;
  return status;
}

void Store::Reopen() {
  const std::lock_guard<std::mutex> lock(write_mutex_);
  reopened_for_compaction_ = ForCompaction();
  if (failure_.ok()) Fail(Stopped(BackgroundFailure()));
  unreadable_ = Status(StatusCode::kIoError,
                       fmt::format("opening {} again was broken off; try again", options_.path));
  CloseDatabase();
  background_failed_.store(false, std::memory_order_release);
  {
    const std::lock_guard<std::mutex> background_lock(background_mutex_);
    background_failure_ = Status::Ok();
  }
  compaction_failed_.store(false, std::memory_order_release);
  // Before opening, after which a compaction may end at once.
  if (reopened_for_compaction_) {
    fruitless_compactions_.fetch_add(1, std::memory_order_acq_rel);
  } else {
    ++fruitless_reopens_;
  }
  unreadable_ = OpenAgain(OpenMode::kWrite);
  if (unreadable_.ok()) {
    // Whoever follows may have read the failed write, and must learn of this before the next one.
    unreadable_ = notice_->Begin(newest_commit());
    if (!unreadable_.ok()) CloseDatabase();
  }
  if (unreadable_.ok()) {
    failure_ = Status::Ok();
    writing_.store(true, std::memory_order_release);
    flushed_since_superblock_.store(true, std::memory_order_release);
  } else {
    // Too little room after all, perhaps: reading needs none.
    unreadable_ = OpenAgain(OpenMode::kRead);
  }
  last_reopen_ = Clock::now();
}

}  // namespace kith::storage
