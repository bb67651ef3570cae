// SPDX-License-Identifier: Apache-2.0
// The outcome of anything that can fail. A Status is one pointer: null when OK, else an immutable
// shared record, so success costs a register and copies are cheap.
//
// Messages state the fact, then the values, then what to do. A query error also has a phase, the
// openCypher detail word and a source position; `position` is rendered as line, column and caret by
// whoever holds the query text.
//
// Thread safety: a Status is immutable after construction and may be copied between threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/export.h"

namespace kith {

/// What kind of thing went wrong. Values are part of the C API and are never renumbered.
enum class StatusCode : uint8_t {
  kOk = 0,
  kInvalidArgument = 1,    ///< A call, option or file that does not make sense as given.
  kNotFound = 2,           ///< A named file, index, model, document... does not exist.
  kAlreadyExists = 3,      ///< A named thing exists already.
  kCorruption = 4,         ///< Stored bytes are not what was written.
  kIoError = 5,            ///< The operating system refused or failed an operation.
  kConflict = 6,           ///< Another transaction won; running the transaction again may succeed.
  kCancelled = 7,          ///< The caller asked for it to stop.
  kTimeout = 8,            ///< The time limit of the query or transaction passed.
  kResourceExhausted = 9,  ///< A memory, size or depth limit was reached.
  kReadOnly = 10,          ///< A write where only reading is allowed.
  kBusy = 11,              ///< Another process or thread holds what is needed.
  kUnsupported = 12,       ///< Valid, but this build or version does not do it.
  kInternal = 13,          ///< A bug in Kith.
  // Query errors, named after openCypher's error classes.
  kSyntaxError = 32,
  kSemanticError = 33,
  kParameterMissing = 34,
  kConstraintViolation =
      35,  ///< openCypher's ConstraintVerificationFailed / ConstraintValidationFailed.
  kEntityNotFound = 36,
  kTypeError = 37,
  kArgumentError = 38,
  kArithmeticError = 39,
  kProcedureError = 40,
};

/// The detail of ResourceExhausted where the machine has no memory left: no limit was reached, and
/// the same may succeed once there is some.
inline constexpr std::string_view kOutOfMemory = "OutOfMemory";

/// When a query error was found. "Compile time" means without executing anything.
enum class ErrorPhase : uint8_t { kNone, kCompileTime, kRuntime };

/// A range of bytes in the text that an error speaks of. `end == begin` marks a single point.
struct SourceRange {
  uint32_t begin = 0;  ///< Byte offset of the first byte.
  uint32_t end = 0;    ///< Byte offset past the last byte.
};

class [[nodiscard]] KITH_EXPORT Status {
 public:
  Status() = default;  ///< OK.
  Status(StatusCode code, std::string message);

  static Status Ok() { return {}; }

  bool ok() const { return state_ == nullptr; }
  StatusCode code() const { return ok() ? StatusCode::kOk : state_->code; }
  /// Empty when OK. Owned by the Status.
  const std::string& message() const;
  ErrorPhase phase() const { return ok() ? ErrorPhase::kNone : state_->phase; }
  /// openCypher's detail word, such as "UndefinedVariable"; empty when there is none.
  const std::string& detail() const;
  bool has_position() const { return !ok() && state_->has_position; }
  SourceRange position() const { return ok() ? SourceRange{} : state_->position; }
  bool IsRetryable() const { return code() == StatusCode::kConflict; }

  /// Copies of this status with one part set. On an OK status they do nothing.
  Status WithDetail(std::string_view detail) const;
  Status WithPhase(ErrorPhase phase) const;
  Status WithPosition(SourceRange position) const;
  /// Puts "prefix: " before the message.
  Status WithContext(std::string_view prefix) const;

  /// "SyntaxError: message", for logs and terminals. "OK" when OK.
  std::string ToString() const;

 private:
  struct State {
    StatusCode code = StatusCode::kOk;
    ErrorPhase phase = ErrorPhase::kNone;
    bool has_position = false;
    SourceRange position;
    std::string message;
    std::string detail;
  };
  template <typename Edit>
  Status Edited(Edit edit) const;

  std::shared_ptr<const State> state_;
};

/// The name of a code as users see it: "SyntaxError", "Conflict", ...
KITH_EXPORT std::string_view StatusCodeName(StatusCode code);

}  // namespace kith

/// Returns from the enclosing function when `expression` is a Status that is not OK.
#define KITH_RETURN_IF_ERROR(expression)                                                     \
  do {                                                                                       \
    if (::kith::Status kith_status_ = (expression); !kith_status_.ok()) return kith_status_; \
  } while (false)
