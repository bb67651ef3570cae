// SPDX-License-Identifier: Apache-2.0
// Compiled regular expressions by their text, because `=~` meets the same one on every row.
//
// Thread safety: one cache belongs to one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/base/interrupt.h"
#include "engine/base/result.h"

namespace kith::query {

class RegexCache {
 public:
  /// `interrupt` may be null; it is polled while matching.
  explicit RegexCache(const Interrupt* interrupt);
  ~RegexCache();
  RegexCache(const RegexCache&) = delete;
  RegexCache& operator=(const RegexCache&) = delete;

  /// True when `pattern` (ICU's syntax) matches all of `text`. ArgumentError for a pattern that is
  /// none, ResourceExhausted when matching backtracks beyond its limit.
  Result<bool> Matches(std::string_view pattern, std::string_view text);

 private:
  struct Compiled;  // ICU's pattern and matcher
  Result<Compiled*> Find(std::string_view pattern);

  const Interrupt* interrupt_;
  std::unordered_map<std::string, std::unique_ptr<Compiled>> compiled_;
};

}  // namespace kith::query
