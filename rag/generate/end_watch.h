// SPDX-License-Identifier: Apache-2.0
// What ends a call of a language model early: its caller, its time, its interrupt.
//
// Thread safety: belongs to the thread of its call.
#pragma once

#include <chrono>
#include <exception>
#include <optional>

#include "engine/base/status.h"
#include "rag/generate/language_model.h"

namespace kith::rag {

class EndWatch {
 public:
  /// From now on. `options` is borrowed.
  explicit EndWatch(const GenerateOptions* options);

  /// Since the watch was made.
  double Ms() const;
  /// What the interrupt says.
  Status Interrupted() const;
  /// The end that the time or the caller has come to, if any.
  std::optional<GenerationEnd> Reached() const;
  /// Whether the call is to end, for those who wait or compute for it and may not throw. Asks the
  /// caller too, but not each time.
  bool MustEnd() noexcept;
  /// What the caller threw when MustEnd asked, if anything.
  void Rethrow() const;

 private:
  using Clock = std::chrono::steady_clock;

  const GenerateOptions& options_;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point deadline_ = Clock::time_point::max();
  Clock::time_point asked_ = begin_;
  bool ended_by_caller_ = false;
  std::exception_ptr thrown_;
};

}  // namespace kith::rag
