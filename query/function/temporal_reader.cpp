// SPDX-License-Identifier: Apache-2.0
// The cursor that all temporal text readers share.
#include "query/function/temporal_reader.h"

#include <fmt/format.h>

#include "query/function/temporal_error.h"

namespace kith::query {

bool TemporalReader::Take(char expected) {
  if (Peek() != expected || AtEnd()) return false;
  ++position_;
  return true;
}

int TemporalReader::CountDigits() const {
  size_t end = position_;
  while (end < text_.size() && text_[end] >= '0' && text_[end] <= '9') ++end;
  return static_cast<int>(end - position_);
}

bool TemporalReader::TakeNumber(int digits, int64_t* number) {
  if (CountDigits() < digits) return false;
  int64_t value = 0;
  for (int i = 0; i < digits; ++i) value = value * 10 + (text_[position_++] - '0');
  *number = value;
  return true;
}

std::string_view TemporalReader::TakeDigits() {
  const auto length = static_cast<size_t>(CountDigits());
  const std::string_view digits = text_.substr(position_, length);
  position_ += length;
  return digits;
}

bool TemporalReader::TakeNanos(int64_t* nanos) {
  const int digits = CountDigits();
  if (digits < 1 || digits > 9 || !TakeNumber(digits, nanos)) return false;
  for (int i = digits; i < 9; ++i) *nanos *= 10;
  return true;
}

bool TemporalReader::TakeUntil(char end, std::string_view* part) {
  const size_t found = text_.find(end, position_);
  if (found == std::string_view::npos) return false;
  *part = text_.substr(position_, found - position_);
  position_ = found + 1;
  return true;
}

Status TemporalReader::Error(std::string_view reason) const {
  return TemporalArgumentError(
      fmt::format("the text '{}' is no {}: {} at byte {}", text_, what_, reason, position_ + 1));
}

Status TemporalReader::Error(const Status& cause) const {
  return TemporalArgumentError(
      fmt::format("the text '{}' is no {}: {}", text_, what_, cause.message()));
}

}  // namespace kith::query
