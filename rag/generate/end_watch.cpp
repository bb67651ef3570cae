// SPDX-License-Identifier: Apache-2.0
// See end_watch.h.
#include "rag/generate/end_watch.h"

#include <algorithm>
#include <cstdint>

namespace kith::rag {
namespace {

/// So often the caller is asked whether to go on.
constexpr std::chrono::milliseconds kCallerPoll{50};
/// A longer time is none: the clock would overflow.
constexpr uint64_t kMostMs = uint64_t{1} << 40;

}  // namespace

EndWatch::EndWatch(const GenerateOptions* options) : options_(*options) {
  if (options_.max_ms == 0) return;
  deadline_ = begin_ + std::chrono::milliseconds(std::min(options_.max_ms, kMostMs));
}

double EndWatch::Ms() const {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin_).count();
}

Status EndWatch::Interrupted() const {
  return options_.interrupt == nullptr ? Status::Ok() : options_.interrupt->Check();
}

std::optional<GenerationEnd> EndWatch::Reached() const {
  if (ended_by_caller_) return GenerationEnd::kCaller;
  return Clock::now() >= deadline_ ? std::optional(GenerationEnd::kTime) : std::nullopt;
}

bool EndWatch::MustEnd() noexcept {
  if (thrown_ != nullptr) return true;
  try {
    if (options_.on_text && Clock::now() - asked_ >= kCallerPoll) {
      asked_ = Clock::now();
      if (!options_.on_text({})) ended_by_caller_ = true;
    }
  } catch (...) {
    thrown_ = std::current_exception();
    return true;
  }
  return Reached().has_value() || !Interrupted().ok();
}

void EndWatch::Rethrow() const {
  if (thrown_ != nullptr) std::rethrow_exception(thrown_);
}

}  // namespace kith::rag
