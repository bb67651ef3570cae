// SPDX-License-Identifier: Apache-2.0
// The run-time errors of temporal functions, in one place so that class, phase and detail agree:
// ArgumentError for a value of the right type that makes no temporal value, TypeError for a value
// of the wrong type.
//
// Thread safety: pure functions.
#pragma once

#include <string>

#include "engine/base/status.h"

namespace kith::query {

inline Status TemporalArgumentError(std::string message) {
  return Status(StatusCode::kArgumentError, std::move(message))
      .WithPhase(ErrorPhase::kRuntime)
      .WithDetail("InvalidArgumentValue");
}

inline Status TemporalTypeError(std::string message) {
  return Status(StatusCode::kTypeError, std::move(message))
      .WithPhase(ErrorPhase::kRuntime)
      .WithDetail("InvalidArgumentType");
}

/// A result outside the years, or a duration outside the 64-bit parts, that can be represented.
inline Status TemporalRangeError(std::string message) {
  return Status(StatusCode::kArgumentError, std::move(message))
      .WithPhase(ErrorPhase::kRuntime)
      .WithDetail("NumberOutOfRange");
}

}  // namespace kith::query
