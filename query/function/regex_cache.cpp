// SPDX-License-Identifier: Apache-2.0
// Regular expressions through ICU.
#include "query/function/regex_cache.h"

#include <fmt/core.h>
#include <unicode/regex.h>
#include <unicode/unistr.h>

#include <cstdint>

namespace kith::query {
namespace {

// A statement uses few patterns; one that makes up a new pattern for each row must not fill memory.
constexpr size_t kMaxPatterns = 64;
// Of ICU's steps (about a millisecond each): a match that takes longer backtracks without end.
constexpr int32_t kTimeLimit = 2000;
constexpr int32_t kStackBytes = 8 << 20;
constexpr size_t kMaxTextBytes = size_t{1} << 30;  // ICU counts UTF-16 units in int32_t.

UBool KeepGoing(const void* context, int32_t /*steps*/) {
  const auto* interrupt = static_cast<const Interrupt*>(context);
  return interrupt == nullptr || interrupt->Check().ok();
}

icu::UnicodeString FromUtf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

Status BadPattern(std::string_view pattern, const UParseError& error, UErrorCode code) {
  return Status(
             StatusCode::kArgumentError,
             fmt::format("'{}' is not a regular expression ({} at character {}); see ICU's regular "
                         "expressions for the syntax",
                         pattern, u_errorName(code), error.offset))
      .WithDetail("InvalidRegex")
      .WithPhase(ErrorPhase::kRuntime);
}

}  // namespace

struct RegexCache::Compiled {
  std::unique_ptr<icu::RegexPattern> pattern;
  std::unique_ptr<icu::RegexMatcher> matcher;
};

RegexCache::RegexCache(const Interrupt* interrupt) : interrupt_(interrupt) {}
RegexCache::~RegexCache() = default;

Result<RegexCache::Compiled*> RegexCache::Find(std::string_view pattern) {
  std::string key(pattern);
  if (const auto found = compiled_.find(key); found != compiled_.end()) return found->second.get();
  UErrorCode code = U_ZERO_ERROR;
  UParseError error = {};
  auto compiled = std::make_unique<Compiled>();
  compiled->pattern.reset(icu::RegexPattern::compile(FromUtf8(pattern), 0, error, code));
  if (U_FAILURE(code)) return BadPattern(pattern, error, code);
  compiled->matcher.reset(compiled->pattern->matcher(code));
  if (U_SUCCESS(code)) compiled->matcher->setTimeLimit(kTimeLimit, code);
  if (U_SUCCESS(code)) compiled->matcher->setStackLimit(kStackBytes, code);
  if (U_SUCCESS(code)) compiled->matcher->setMatchCallback(KeepGoing, interrupt_, code);
  if (U_FAILURE(code)) return BadPattern(pattern, error, code);
  if (compiled_.size() >= kMaxPatterns) compiled_.clear();
  Compiled* borrowed = compiled.get();
  compiled_.emplace(std::move(key), std::move(compiled));
  return borrowed;
}

Result<bool> RegexCache::Matches(std::string_view pattern, std::string_view text) {
  if (pattern.size() > kMaxTextBytes || text.size() > kMaxTextBytes) {
    return Status(StatusCode::kResourceExhausted,
                  fmt::format("=~ takes strings of at most {} bytes", kMaxTextBytes));
  }
  KITH_ASSIGN_OR_RETURN(Compiled * compiled, Find(pattern));
  const icu::UnicodeString subject = FromUtf8(text);
  compiled->matcher->reset(subject);
  UErrorCode code = U_ZERO_ERROR;
  const bool matches = compiled->matcher->matches(code) != 0;
  if (U_SUCCESS(code)) return matches;
  if (interrupt_ != nullptr) KITH_RETURN_IF_ERROR(interrupt_->Check());
  return Status(
      StatusCode::kResourceExhausted,
      fmt::format("matching the regular expression '{}' took too many steps ({}); make it "
                  "less ambiguous",
                  pattern, u_errorName(code)));
}

}  // namespace kith::query
