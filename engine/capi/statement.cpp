// SPDX-License-Identifier: Apache-2.0
// Statements and results in C.

#include "engine/capi/handles.h"

using kith::Status;
using kith::Value;
using kith::capi::CheckText;
using kith::capi::Guard;
using kith::capi::NullArgument;
using kith::capi::Unwrap;
using kith::capi::Wrap;

namespace {

/// Binds what `make`, a function that returns a Result<Value>, gives.
template <typename Make>
kith_code Bind(const char* function, kith_statement* statement, const char* name,
               kith_error** error, Make make) {
  return Guard(error, [&]() -> Status {
    if (statement == nullptr) return NullArgument(function, "statement");
    if (name == nullptr) return NullArgument(function, "name");
    KITH_ASSIGN_OR_RETURN(std::string_view parameter,
                          CheckText(function, "name", name, KITH_NUL_TERMINATED));
    // "$name" is how it is written in the statement; both forms are meant to be the same.
    if (parameter.starts_with('$')) parameter.remove_prefix(1);
    if (parameter.empty()) {
      return Status(kith::StatusCode::kInvalidArgument,
                    std::string(function) + ": name is empty; give the parameter's, such as born");
    }
    KITH_ASSIGN_OR_RETURN(Value value, make());
    statement->statement.Bind(parameter, std::move(value));
    return Status::Ok();
  });
}

}  // namespace

extern "C" {

kith_code kith_execute(kith_connection* connection, const char* text, size_t length,
                       kith_result** result, kith_error** error) {
  if (result != nullptr) *result = nullptr;
  std::string_view statement;
  if (text != nullptr) {
    statement =
        length == KITH_NUL_TERMINATED ? std::string_view(text) : std::string_view(text, length);
  }
  return Guard(
      error,
      [&]() -> Status {
        if (connection == nullptr) return NullArgument("kith_execute", "connection");
        if (text == nullptr) return NullArgument("kith_execute", "text");
        if (result == nullptr) return NullArgument("kith_execute", "result");
        KITH_ASSIGN_OR_RETURN(kith::Cursor cursor, connection->connection->Execute(statement));
        *result = new kith_result{std::move(cursor), std::string(statement), false, {}};
        return Status::Ok();
      },
      statement);
}

kith_code kith_prepare(kith_connection* connection, const char* text, size_t length,
                       kith_statement** statement, kith_error** error) {
  if (statement != nullptr) *statement = nullptr;
  std::string_view view;
  if (text != nullptr) {
    view = length == KITH_NUL_TERMINATED ? std::string_view(text) : std::string_view(text, length);
  }
  return Guard(
      error,
      [&]() -> Status {
        if (connection == nullptr) return NullArgument("kith_prepare", "connection");
        if (text == nullptr) return NullArgument("kith_prepare", "text");
        if (statement == nullptr) return NullArgument("kith_prepare", "statement");
        KITH_ASSIGN_OR_RETURN(kith::Statement prepared, connection->connection->Prepare(view));
        *statement = new kith_statement{std::move(prepared)};
        return Status::Ok();
      },
      view);
}

void kith_statement_free(kith_statement* statement) {
  delete statement;
}

kith_code kith_bind_null(kith_statement* statement, const char* name, kith_error** error) {
  return Bind("kith_bind_null", statement, name, error,
              []() -> kith::Result<Value> { return Value(); });
}

kith_code kith_bind_boolean(kith_statement* statement, const char* name, int value,
                            kith_error** error) {
  return Bind("kith_bind_boolean", statement, name, error,
              [&]() -> kith::Result<Value> { return Value(value != 0); });
}

kith_code kith_bind_integer(kith_statement* statement, const char* name, int64_t value,
                            kith_error** error) {
  return Bind("kith_bind_integer", statement, name, error,
              [&]() -> kith::Result<Value> { return Value(value); });
}

kith_code kith_bind_float(kith_statement* statement, const char* name, double value,
                          kith_error** error) {
  return Bind("kith_bind_float", statement, name, error,
              [&]() -> kith::Result<Value> { return Value(value); });
}

kith_code kith_bind_string(kith_statement* statement, const char* name, const char* text,
                           size_t length, kith_error** error) {
  return Bind("kith_bind_string", statement, name, error, [&]() -> kith::Result<Value> {
    KITH_ASSIGN_OR_RETURN(const std::string_view checked,
                          CheckText("kith_bind_string", "text", text, length));
    return Value(checked);
  });
}

kith_code kith_bind_value(kith_statement* statement, const char* name, const kith_value* value,
                          kith_error** error) {
  return Bind("kith_bind_value", statement, name, error, [&]() -> kith::Result<Value> {
    if (value == nullptr) return NullArgument("kith_bind_value", "value");
    return *Unwrap(value);
  });
}

void kith_clear_bindings(kith_statement* statement) {
  if (statement != nullptr) statement->statement.ClearBindings();
}

kith_code kith_statement_execute(kith_statement* statement, kith_result** result,
                                 kith_error** error) {
  if (result != nullptr) *result = nullptr;
  return Guard(
      error,
      [&]() -> Status {
        if (statement == nullptr) return NullArgument("kith_statement_execute", "statement");
        if (result == nullptr) return NullArgument("kith_statement_execute", "result");
        KITH_ASSIGN_OR_RETURN(kith::Cursor cursor, statement->statement.Execute());
        *result = new kith_result{std::move(cursor), statement->statement.text(), false, {}};
        return Status::Ok();
      },
      statement == nullptr ? std::string_view() : std::string_view(statement->statement.text()));
}

void kith_result_free(kith_result* result) {
  delete result;
}

size_t kith_result_column_count(const kith_result* result) {
  return result == nullptr ? 0 : result->cursor.columns().size();
}

const char* kith_result_column_name(const kith_result* result, size_t column) {
  if (column >= kith_result_column_count(result)) return nullptr;
  return result->cursor.columns()[column].c_str();
}

int kith_result_next(kith_result* result, kith_error** error) {
  const kith_code code = Guard(
      error,
      [&]() -> Status {
        if (result == nullptr) return NullArgument("kith_result_next", "result");
        result->has_row = false;  // Also when Next throws.
        result->has_row = result->cursor.Next();
        return result->has_row ? Status::Ok() : result->cursor.status();
      },
      result == nullptr ? std::string_view() : std::string_view(result->statement));
  if (code != KITH_OK) return -1;
  return result->has_row ? 1 : 0;
}

const kith_value* kith_result_value(const kith_result* result, size_t column) {
  if (result == nullptr || !result->has_row || column >= result->cursor.columns().size()) {
    return nullptr;
  }
  return Wrap(&result->cursor.Get(column));
}

const char* kith_result_plan(kith_result* result) {
  if (result == nullptr) return "";
  const kith_code code = Guard(nullptr, [&]() -> Status {
    result->plan = result->cursor.plan();
    return Status::Ok();
  });
  return code == KITH_OK ? result->plan.c_str() : "";
}

uint64_t kith_result_counter(const kith_result* result, kith_counter counter) {
  if (result == nullptr) return 0;
  const kith::WriteStatistics& counts = result->cursor.statistics();
  switch (counter) {
    case KITH_NODES_CREATED: return counts.nodes_created;
    case KITH_NODES_DELETED: return counts.nodes_deleted;
    case KITH_RELATIONSHIPS_CREATED: return counts.relationships_created;
    case KITH_RELATIONSHIPS_DELETED: return counts.relationships_deleted;
    case KITH_PROPERTIES_SET: return counts.properties_set;
    case KITH_LABELS_ADDED: return counts.labels_added;
    case KITH_LABELS_REMOVED: return counts.labels_removed;
    case KITH_INDEXES_ADDED: return counts.indexes_added;
    case KITH_INDEXES_REMOVED: return counts.indexes_removed;
    case KITH_CONSTRAINTS_ADDED: return counts.constraints_added;
    case KITH_CONSTRAINTS_REMOVED: return counts.constraints_removed;
  }
  return 0;
}
}
