// SPDX-License-Identifier: Apache-2.0
// What the opaque handles of <kith/c.h> hold, and the guard that every C function runs in: checks
// of arguments, and exceptions turned into errors.
//
// Thread safety: as <kith/c.h> says of each handle.
#pragma once

#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "kith/c.h"
#include "kith/kith.h"

struct kith_error {
  kith::Status status;
  std::string description;
  kith::LineColumn place;
};

struct kith_options {
  kith::Options options;
  size_t max_document_bytes = 0;  ///< 0 is the default of kith::IngestOptions.
};

struct kith_database {
  std::unique_ptr<kith::Database> database;
  size_t max_document_bytes = 0;  ///< As in kith_options.
};

struct kith_connection {
  std::unique_ptr<kith::Connection> connection;
};

struct kith_statement {
  kith::Statement statement;
};

struct kith_result {
  kith::Cursor cursor;
  std::string statement;  ///< For the position of errors that come up while reading rows.
  bool has_row = false;
  std::string plan;
};

struct kith_answer {
  kith::Answer answer;
  std::string question;
  std::string svg;
  std::string html;
};

struct kith_ask_options {
  kith::AskOptions options;
};

struct kith_ingest_options {
  bool forget_others = false;
  bool skip_unreadable = true;
  size_t documents_per_transaction = kith::IngestOptions().documents_per_transaction;
  size_t max_document_bytes = 0;  ///< 0 is the database's.
};

struct kith_ingest_report {
  kith::IngestReport report;
};

namespace kith::capi {

// A kith_value is a kith::Value; the type is only ever used through pointers.
inline const Value* Unwrap(const kith_value* value) {
  return reinterpret_cast<const Value*>(value);
}
inline const kith_value* Wrap(const Value* value) {
  return reinterpret_cast<const kith_value*>(value);
}

/// Stores `status` into *error (when wanted) and returns its code. `statement` is the text that the
/// status's position is in.
kith_code Report(const Status& status, kith_error** error, std::string_view statement = {});

/// InvalidArgument: "kith_open: path is NULL; ...".
Status NullArgument(const char* function, const char* argument);

/// Reads an option that is 0 or 1, or a number of at least `least`; `function` and `name` are for
/// the message.
Status ReadFlag(const char* function, std::string_view name, int64_t value, bool* flag);
Status ReadNumber(const char* function, std::string_view name, int64_t value, int64_t least,
                  size_t* number);
/// `known` lists all options. `kind`: which of them the function sets, " that is a text"; may be
/// "".
Status UnknownOption(const char* function, std::string_view name, const char* kind,
                     const char* known);

/// The text of (pointer, length), checked to be UTF-8.
Result<std::string_view> CheckText(const char* function, const char* argument, const char* text,
                                   size_t length);

/// Runs `body`, a function that returns a Status, and reports what it returned or threw.
template <typename Body>
kith_code Guard(kith_error** error, Body body, std::string_view statement = {}) noexcept {
  if (error != nullptr) *error = nullptr;
  try {
    return Report(body(), error, statement);
  } catch (const std::bad_alloc&) {
    return KITH_RESOURCE_EXHAUSTED;
  } catch (...) {
    return KITH_INTERNAL;
  }
}

}  // namespace kith::capi
