// SPDX-License-Identifier: Apache-2.0
// What the threads of an import share beside its data: whether to go on, the lines that are bad,
// progress, and whose turn it is where the order of the file matters.
//
// Thread safety: all functions may be called from any thread, but for those that say otherwise.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "kith/import.h"

namespace kith::import {

class ImportMonitor {
 public:
  explicit ImportMonitor(const ImportOptions* options) : options_(options) {}

  /// Begins a phase; one thread. Turns count from 0 again.
  void BeginPhase(std::string_view name, uint64_t bytes);
  /// Counts bytes that are done, and asks the caller of the import whether it goes on.
  void Advance(uint64_t bytes);

  /// Notes a bad record of a file, by where it begins. Too many of them end the import.
  void NoteBad(const std::string& file, uint64_t offset, std::string problem);
  void Fail(Status status);
  bool failed() const { return failed_.load(std::memory_order_acquire); }

  /// Waits until all turns before `turn` are over; false when the import has failed. Turns are
  /// taken from 0 on, each by whoever has the block of that number.
  bool AwaitTurn(size_t turn);
  void EndTurn();

  /// OK, or why the import ends. One thread, after the others; finds the lines of bad records.
  Status Outcome();
  /// Puts what was bad into the report. One thread, after Outcome.
  void Report(ImportReport* report) const;

 private:
  struct BadRecord {
    std::string file;
    uint64_t offset;
    std::string problem;
  };

  Status TooManyBad();

  const ImportOptions* options_;
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::condition_variable turn_ended_;
  size_t turn_ = 0;
  Status failure_;
  ImportProgress progress_;
  uint64_t bad_count_ = 0;
  std::vector<BadRecord> bad_;
  std::vector<ImportBadLine> bad_lines_;
};

/// Runs `work` on so many threads, this one among them, and waits for all. What `work` throws for
/// lack of memory fails the import.
void RunThreads(size_t threads, ImportMonitor* monitor, const std::function<Status()>& work);

}  // namespace kith::import
