// SPDX-License-Identifier: Apache-2.0
// A bar on standard error, drawn only when that is a terminal, at most ten times a second.
//
// Thread safety: one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace kith::shell {

/// What is counted.
enum class ProgressUnit { kThings, kBytes };

class ProgressBar {
 public:
  /// `wanted` false never draws.
  explicit ProgressBar(bool wanted, ProgressUnit unit = ProgressUnit::kThings);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// `total` 0 is not known yet: a count without a bar.
  void Show(uint64_t done, uint64_t total, std::string_view what);
  /// Takes the bar off the screen.
  void Clear();

 private:
  bool enabled_;
  ProgressUnit unit_;
  double first_share_ = 0;  ///< What was done before its first Show says nothing about speed.
  bool drawn_ = false;
  uint64_t total_ = 0;  ///< Of the last Show; another one begins another piece of work.
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace kith::shell
