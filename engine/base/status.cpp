// SPDX-License-Identifier: Apache-2.0
// Status records, and the names of their codes.
#include "engine/base/status.h"

#include <utility>

namespace kith {
namespace {
const std::string kEmpty;
}  // namespace

Status::Status(StatusCode code, std::string message) {
  if (code == StatusCode::kOk) return;
  auto state = std::make_shared<State>();
  state->code = code;
  state->message = std::move(message);
  state_ = std::move(state);
}

const std::string& Status::message() const {
  return ok() ? kEmpty : state_->message;
}
const std::string& Status::detail() const {
  return ok() ? kEmpty : state_->detail;
}

template <typename Edit>
Status Status::Edited(Edit edit) const {
  if (ok()) return *this;
  auto state = std::make_shared<State>(*state_);
  edit(*state);
  Status result;
  result.state_ = std::move(state);
  return result;
}

Status Status::WithDetail(std::string_view detail) const {
  return Edited([&](State& state) { state.detail = detail; });
}

Status Status::WithPhase(ErrorPhase phase) const {
  return Edited([&](State& state) { state.phase = phase; });
}

Status Status::WithPosition(SourceRange position) const {
  return Edited([&](State& state) {
    state.position = position;
    state.has_position = true;
  });
}

Status Status::WithContext(std::string_view prefix) const {
  return Edited([&](State& state) { state.message = std::string(prefix) + ": " + state.message; });
}

std::string Status::ToString() const {
  if (ok()) return "OK";
  return std::string(StatusCodeName(code())) + ": " + message();
}

std::string_view StatusCodeName(StatusCode code) {
  switch (code) {
    case StatusCode::kOk: return "OK";
    case StatusCode::kInvalidArgument: return "InvalidArgument";
    case StatusCode::kNotFound: return "NotFound";
    case StatusCode::kAlreadyExists: return "AlreadyExists";
    case StatusCode::kCorruption: return "Corruption";
    case StatusCode::kIoError: return "IoError";
    case StatusCode::kConflict: return "Conflict";
    case StatusCode::kCancelled: return "Cancelled";
    case StatusCode::kTimeout: return "Timeout";
    case StatusCode::kResourceExhausted: return "ResourceExhausted";
    case StatusCode::kReadOnly: return "ReadOnly";
    case StatusCode::kBusy: return "Busy";
    case StatusCode::kUnsupported: return "Unsupported";
    case StatusCode::kInternal: return "Internal";
    case StatusCode::kSyntaxError: return "SyntaxError";
    case StatusCode::kSemanticError: return "SemanticError";
    case StatusCode::kParameterMissing: return "ParameterMissing";
    case StatusCode::kConstraintViolation: return "ConstraintVerificationFailed";
    case StatusCode::kEntityNotFound: return "EntityNotFound";
    case StatusCode::kTypeError: return "TypeError";
    case StatusCode::kArgumentError: return "ArgumentError";
    case StatusCode::kArithmeticError: return "ArithmeticError";
    case StatusCode::kProcedureError: return "ProcedureError";
  }
  return "Unknown";
}

}  // namespace kith
