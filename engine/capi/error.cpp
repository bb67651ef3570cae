// SPDX-License-Identifier: Apache-2.0
// Errors of the C API, and the checks of its arguments.
#include <fmt/format.h>

#include <cstring>

#include "engine/base/utf8.h"
#include "engine/capi/handles.h"

static_assert(static_cast<int>(KITH_BUSY) == static_cast<int>(kith::StatusCode::kBusy));
static_assert(static_cast<int>(KITH_INTERNAL) == static_cast<int>(kith::StatusCode::kInternal));
static_assert(static_cast<int>(KITH_SYNTAX_ERROR) ==
              static_cast<int>(kith::StatusCode::kSyntaxError));
static_assert(static_cast<int>(KITH_PROCEDURE_ERROR) ==
              static_cast<int>(kith::StatusCode::kProcedureError));

namespace kith::capi {

kith_code Report(const Status& status, kith_error** error, std::string_view statement) {
  if (status.ok()) return KITH_OK;
  const auto code = static_cast<kith_code>(status.code());
  if (error == nullptr) return code;
  auto made = std::make_unique<kith_error>();
  made->status = status;
  made->description = DescribeError(status, statement);
  if (status.has_position()) made->place = LocateOffset(statement, status.position().begin);
  *error = made.release();
  return code;
}

Status NullArgument(const char* function, const char* argument) {
  return Status(StatusCode::kInvalidArgument,
                fmt::format("{}: {} is NULL; this argument is required", function, argument));
}

Status ReadFlag(const char* function, std::string_view name, int64_t value, bool* flag) {
  if (value != 0 && value != 1) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("{}: {} is 0 or 1, not {}", function, name, value));
  }
  *flag = value == 1;
  return Status::Ok();
}

Status ReadNumber(const char* function, std::string_view name, int64_t value, int64_t least,
                  size_t* number) {
  if (value < least) {
    return Status(
        StatusCode::kInvalidArgument,
        fmt::format("{}: {} is {}; give {}", function, name, value,
                    least == 0 ? "0 for the default, or more" : fmt::format("at least {}", least)));
  }
  *number = static_cast<size_t>(value);
  return Status::Ok();
}

Status UnknownOption(const char* function, std::string_view name, const char* kind,
                     const char* known) {
  return Status(StatusCode::kInvalidArgument,
                fmt::format("{}: there is no option '{}'{}; the options are {}", function, name,
                            kind, known));
}

Result<std::string_view> CheckText(const char* function, const char* argument, const char* text,
                                   size_t length) {
  if (text == nullptr) {
    if (length == 0) return std::string_view();
    return NullArgument(function, argument);
  }
  const std::string_view view(text, length == KITH_NUL_TERMINATED ? std::strlen(text) : length);
  const size_t bad = FindBadUtf8(view);
  if (bad == view.size()) return view;
  return Status(StatusCode::kInvalidArgument,
                fmt::format("{}: {} is not UTF-8 at byte {} (0x{:02X}); convert it to UTF-8",
                            function, argument, bad, static_cast<unsigned char>(view[bad])));
}

}  // namespace kith::capi

extern "C" {

const char* kith_version(void) {
  return kith::Database::Version().data();
}

const char* kith_code_name(kith_code code) {
  // Numbers between the two groups of codes, and past them, are not codes.
  const bool known = (code >= KITH_OK && code <= KITH_INTERNAL) ||
                     (code >= KITH_SYNTAX_ERROR && code <= KITH_PROCEDURE_ERROR);
  return known ? kith::StatusCodeName(static_cast<kith::StatusCode>(code)).data() : "Unknown";
}

void kith_error_free(kith_error* error) {
  delete error;
}

kith_code kith_error_code(const kith_error* error) {
  return error == nullptr ? KITH_OK : static_cast<kith_code>(error->status.code());
}

const char* kith_error_message(const kith_error* error) {
  return error == nullptr ? "" : error->status.message().c_str();
}

const char* kith_error_detail(const kith_error* error) {
  return error == nullptr ? "" : error->status.detail().c_str();
}

const char* kith_error_describe(const kith_error* error) {
  return error == nullptr ? "" : error->description.c_str();
}

uint32_t kith_error_line(const kith_error* error) {
  return error == nullptr || !error->status.has_position() ? 0 : error->place.line;
}

uint32_t kith_error_column(const kith_error* error) {
  return error == nullptr || !error->status.has_position() ? 0 : error->place.column;
}
}
