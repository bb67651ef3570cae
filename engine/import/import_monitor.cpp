// SPDX-License-Identifier: Apache-2.0
// See import_monitor.h.
#include "engine/import/import_monitor.h"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <tuple>

#include "engine/import/csv_blocks.h"

namespace kith::import {
namespace {

/// More are counted only.
constexpr size_t kMaxReported = 100;

}  // namespace

void ImportMonitor::BeginPhase(std::string_view name, uint64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  progress_ = {name, 0, bytes};
  turn_ = 0;
}

void ImportMonitor::Advance(uint64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  progress_.done_bytes += bytes;
  if (!options_->goes_on || !failure_.ok() || options_->goes_on(progress_)) return;
  failure_ = Status(StatusCode::kCancelled, "the import was stopped; nothing was made");
  failed_.store(true, std::memory_order_release);
  turn_ended_.notify_all();
}

void ImportMonitor::NoteBad(const std::string& file, uint64_t offset, std::string problem) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++bad_count_;
  if (bad_count_ > options_->bad_tolerance) {
    failed_.store(true, std::memory_order_release);
    turn_ended_.notify_all();
  }
  bad_.push_back({file, offset, std::move(problem)});
  if (bad_.size() < 2 * kMaxReported) return;
  // Of those that wait, the first ones are kept; files are read in order, so these come early.
  std::nth_element(bad_.begin(), bad_.begin() + kMaxReported, bad_.end(),
                   [](const BadRecord& a, const BadRecord& b) {
                     return std::tie(a.file, a.offset) < std::tie(b.file, b.offset);
                   });
  bad_.resize(kMaxReported);
}

void ImportMonitor::Fail(Status status) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (failure_.ok()) failure_ = std::move(status);
  failed_.store(true, std::memory_order_release);
  turn_ended_.notify_all();
}

bool ImportMonitor::AwaitTurn(size_t turn) {
  std::unique_lock<std::mutex> lock(mutex_);
  turn_ended_.wait(lock, [&] { return turn_ == turn || failed(); });
  return !failed();
}

void ImportMonitor::EndTurn() {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++turn_;
  turn_ended_.notify_all();
}

Status ImportMonitor::Outcome() {
  std::sort(bad_.begin(), bad_.end(), [](const BadRecord& a, const BadRecord& b) {
    return std::tie(a.file, a.offset) < std::tie(b.file, b.offset);
  });
  bad_.resize(std::min(bad_.size(), kMaxReported));
  bad_lines_.clear();
  std::optional<LineCounter> lines;
  for (const BadRecord& record : bad_) {
    const bool same_file = !bad_lines_.empty() && bad_lines_.back().file == record.file;
    if (!same_file) lines.emplace(record.file);
    bad_lines_.push_back({record.file, lines->LineAt(record.offset), record.problem});
  }
  if (!failure_.ok()) return failure_;
  return bad_count_ > options_->bad_tolerance ? TooManyBad() : Status::Ok();
}

Status ImportMonitor::TooManyBad() {
  const ImportBadLine& first = bad_lines_[0];
  std::string message = fmt::format("{}, line {}: {}", first.file, first.line, first.problem);
  if (bad_count_ > 1) {
    message += fmt::format("; {} bad lines were found so far, and {} are tolerated", bad_count_,
                           options_->bad_tolerance);
  }
  return Status(StatusCode::kInvalidArgument, message + "; nothing was made");
}

void ImportMonitor::Report(ImportReport* report) const {
  report->bad_lines = bad_count_;
  report->bad = bad_lines_;
}

void RunThreads(size_t threads, ImportMonitor* monitor, const std::function<Status()>& work) {
  const auto run = [&] {
    try {
      if (Status status = work(); !status.ok()) monitor->Fail(std::move(status));
    } catch (const std::bad_alloc&) {
      monitor->Fail(Status(StatusCode::kResourceExhausted, "the machine's memory is used up")
                        .WithDetail(kOutOfMemory));
    }
  };
  std::vector<std::jthread> others;
  try {
    for (size_t i = 1; i < threads; ++i) others.emplace_back(run);
  } catch (const std::system_error&) {
    // Fewer threads do the same.
  }
  run();
}

}  // namespace kith::import
