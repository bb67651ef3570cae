// SPDX-License-Identifier: Apache-2.0
// A value or the Status that says why there is none. C++20 has no std::expected; this is the small
// part of it that Kith needs.
//
//   Result<int> Parse(std::string_view text);
//   KITH_ASSIGN_OR_RETURN(int n, Parse(text));
//
// Thread safety: that of T.
#pragma once

#include <cassert>
#include <optional>
#include <utility>

#include "engine/base/status.h"

namespace kith {

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT: implicit by design, as in std::expected
  /// `status` must not be OK.
  Result(Status status) : status_(std::move(status)) {  // NOLINT: implicit by design
    assert(!status_.ok());
  }

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  /// OK when there is a value.
  const Status& status() const { return status_; }

  /// The value; asserts that there is one.
  T& value() & {
    assert(ok());
    return *value_;
  }
  const T& value() const& {
    assert(ok());
    return *value_;
  }
  T&& value() && {
    assert(ok());
    return *std::move(value_);
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace kith

#define KITH_CONCAT_INNER(a, b) a##b
#define KITH_CONCAT(a, b) KITH_CONCAT_INNER(a, b)
/// Evaluates `expression`, a Result; on an error returns its Status, else declares or assigns
/// `target`.
#define KITH_ASSIGN_OR_RETURN(target, expression) \
  KITH_ASSIGN_OR_RETURN_IMPL(KITH_CONCAT(kith_result_, __LINE__), target, expression)
#define KITH_ASSIGN_OR_RETURN_IMPL(result, target, expression) \
  auto result = (expression);                                  \
  if (!result.ok()) return result.status();                    \
  target = std::move(result).value()
