// SPDX-License-Identifier: Apache-2.0
// A cursor over the text of a temporal value: digits, signs and single characters.
//
// Thread safety: none; one reader a thread. The text must outlive the reader.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/status.h"

namespace kith::query {

class TemporalReader {
 public:
  /// `what` is named in errors: "date", "time", ...
  TemporalReader(std::string_view text, std::string_view what) : text_(text), what_(what) {}

  bool AtEnd() const { return position_ == text_.size(); }
  /// The next character, or '\0' at the end.
  char Peek() const { return AtEnd() ? '\0' : text_[position_]; }
  bool Take(char expected);
  /// How many digits come next.
  int CountDigits() const;
  /// Reads exactly `digits` (1 to 18) digits; false, and nothing read, when there are fewer.
  bool TakeNumber(int digits, int64_t* number);
  /// Reads all digits that come next, perhaps none.
  std::string_view TakeDigits();
  /// Reads up to nine digits as a fraction of a second; false when there are none or more.
  bool TakeNanos(int64_t* nanos);
  /// Reads up to `end`, which is read too but not part of the result; false when it does not come.
  bool TakeUntil(char end, std::string_view* part);

  std::string_view what() const { return what_; }
  /// "the text 'x' is no date: reason (at character 5)".
  Status Error(std::string_view reason) const;
  /// An error of the calendar, with the text named.
  Status Error(const Status& cause) const;

 private:
  std::string_view text_;
  std::string_view what_;
  size_t position_ = 0;
};

}  // namespace kith::query
