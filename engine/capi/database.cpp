// SPDX-License-Identifier: Apache-2.0
// Options, databases, connections and transactions in C.
#include <fmt/format.h>

#include "engine/capi/handles.h"

using kith::Status;
using kith::StatusCode;
using kith::capi::CheckText;
using kith::capi::Guard;
using kith::capi::NullArgument;
using kith::capi::ReadFlag;
using kith::capi::ReadNumber;
using kith::capi::UnknownOption;

namespace {

constexpr const char* kOptionNames =
    "create_if_missing, read_only, follow, memory_limit_bytes, cache_bytes, "
    "query_memory_limit_bytes, sync_commits, max_document_bytes and embedding_threads (whole "
    "numbers), embedding_model (a text) and import_folder (a text)";

Status SetOption(kith_options* to, std::string_view name, int64_t value) {
  const char* const function = "kith_options_set";
  const auto flag = [&](bool* member) { return ReadFlag(function, name, value, member); };
  const auto number = [&](size_t* member) { return ReadNumber(function, name, value, 0, member); };
  kith::Options* const options = &to->options;
  if (name == "create_if_missing") return flag(&options->create_if_missing);
  if (name == "read_only") return flag(&options->read_only);
  if (name == "follow") return flag(&options->follow);
  if (name == "sync_commits") return flag(&options->sync_commits);
  if (name == "memory_limit_bytes") return number(&options->memory_limit_bytes);
  if (name == "cache_bytes") {
    size_t bytes = 0;
    KITH_RETURN_IF_ERROR(number(&bytes));
    options->cache_bytes = bytes;
    return Status::Ok();
  }
  if (name == "query_memory_limit_bytes") return number(&options->query_memory_limit_bytes);
  if (name == "max_document_bytes") return number(&to->max_document_bytes);
  if (name == "embedding_threads") return number(&options->embedding_threads);
  return UnknownOption(function, name, " that is a whole number", kOptionNames);
}

Status SetTextOption(kith_options* to, std::string_view name, std::string_view value) {
  if (name != "embedding_model" && name != "import_folder") {
    return UnknownOption("kith_options_set_text", name, " that is a text", kOptionNames);
  }
  (name == "import_folder" ? to->options.import_folder : to->options.embedding_model) = value;
  return Status::Ok();
}

kith_code Begin(const char* function, kith_connection* connection, kith::TransactionMode mode,
                kith_error** error) {
  return Guard(error, [&]() -> Status {
    if (connection == nullptr) return NullArgument(function, "connection");
    return connection->connection->Begin(mode);
  });
}

}  // namespace

extern "C" {

kith_options* kith_options_new(void) {
  return new (std::nothrow) kith_options();
}

void kith_options_free(kith_options* options) {
  delete options;
}

kith_code kith_options_set(kith_options* options, const char* name, int64_t value,
                           kith_error** error) {
  return Guard(error, [&]() -> Status {
    if (options == nullptr) return NullArgument("kith_options_set", "options");
    if (name == nullptr) return NullArgument("kith_options_set", "name");
    return SetOption(options, name, value);
  });
}

kith_code kith_options_set_text(kith_options* options, const char* name, const char* value,
                                kith_error** error) {
  const char* const function = "kith_options_set_text";
  return Guard(error, [&]() -> Status {
    if (options == nullptr) return NullArgument(function, "options");
    if (name == nullptr) return NullArgument(function, "name");
    KITH_ASSIGN_OR_RETURN(const std::string_view text,
                          CheckText(function, "value", value, KITH_NUL_TERMINATED));
    return SetTextOption(options, name, text);
  });
}

kith_code kith_open(const char* path, const kith_options* options, kith_database** database,
                    kith_error** error) {
  if (database != nullptr) *database = nullptr;
  return Guard(error, [&]() -> Status {
    if (database == nullptr) return NullArgument("kith_open", "database");
    if (path == nullptr) return NullArgument("kith_open", "path");
    KITH_ASSIGN_OR_RETURN(
        auto opened,
        kith::Database::Open(path, options == nullptr ? kith::Options() : options->options));
    *database =
        new kith_database{std::move(opened), options == nullptr ? 0 : options->max_document_bytes};
    return Status::Ok();
  });
}

void kith_close(kith_database* database) {
  delete database;
}

kith_code kith_backup(kith_database* database, const char* folder, size_t keep, uint32_t* number,
                      kith_error** error) {
  if (number != nullptr) *number = 0;
  return Guard(error, [&]() -> Status {
    if (database == nullptr) return NullArgument("kith_backup", "database");
    if (folder == nullptr) return NullArgument("kith_backup", "folder");
    kith::BackupOptions options;
    options.keep = keep;
    KITH_ASSIGN_OR_RETURN(const kith::BackupInfo made, database->database->Backup(folder, options));
    if (number != nullptr) *number = made.number;
    return Status::Ok();
  });
}

kith_code kith_restore(const char* folder, const char* path, uint32_t number, kith_error** error) {
  return Guard(error, [&]() -> Status {
    if (folder == nullptr) return NullArgument("kith_restore", "folder");
    if (path == nullptr) return NullArgument("kith_restore", "path");
    return kith::Database::Restore(folder, path, number).status();
  });
}

kith_code kith_check(kith_database* database, size_t limit, kith_check_progress progress,
                     kith_check_finding finding, void* context, size_t* findings,
                     kith_error** error) {
  if (findings != nullptr) *findings = 0;
  return Guard(error, [&]() -> Status {
    if (database == nullptr) return NullArgument("kith_check", "database");
    kith::CheckOptions options;
    if (limit != 0) options.limit = limit;
    if (progress != nullptr) {
      options.progress = [&](const kith::CheckProgress& at) {
        return progress(std::string(at.stage).c_str(), at.done, at.total, context) != 0;
      };
    }
    KITH_ASSIGN_OR_RETURN(const auto found, database->database->Check(options));
    for (const kith::CheckFinding& one : found) {
      if (finding == nullptr) break;
      finding(one.what.c_str(), one.place.c_str(), one.expected.c_str(), one.found.c_str(),
              context);
    }
    if (findings != nullptr) *findings = found.size();
    return Status::Ok();
  });
}

kith_code kith_connect(kith_database* database, kith_connection** connection, kith_error** error) {
  if (connection != nullptr) *connection = nullptr;
  return Guard(error, [&]() -> Status {
    if (database == nullptr) return NullArgument("kith_connect", "database");
    if (connection == nullptr) return NullArgument("kith_connect", "connection");
    *connection = new kith_connection{database->database->Connect()};
    return Status::Ok();
  });
}

void kith_disconnect(kith_connection* connection) {
  delete connection;
}

kith_code kith_begin(kith_connection* connection, kith_error** error) {
  return Begin("kith_begin", connection, kith::TransactionMode::kReadWrite, error);
}

kith_code kith_begin_serializable(kith_connection* connection, kith_error** error) {
  return Guard(error, [&]() -> Status {
    if (connection == nullptr) return NullArgument("kith_begin_serializable", "connection");
    return connection->connection->Begin(kith::IsolationLevel::kSerializable);
  });
}

kith_code kith_set_isolation(kith_connection* connection, kith_isolation isolation,
                             kith_error** error) {
  return Guard(error, [&]() -> Status {
    if (connection == nullptr) return NullArgument("kith_set_isolation", "connection");
    switch (isolation) {
      case KITH_SNAPSHOT:
        connection->connection->SetIsolation(kith::IsolationLevel::kSnapshot);
        return Status::Ok();
      case KITH_SERIALIZABLE:
        connection->connection->SetIsolation(kith::IsolationLevel::kSerializable);
        return Status::Ok();
    }
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("kith_set_isolation: {} is no isolation; give KITH_SNAPSHOT or "
                              "KITH_SERIALIZABLE",
                              static_cast<int>(isolation)));
  });
}

kith_code kith_begin_read_only(kith_connection* connection, kith_error** error) {
  return Begin("kith_begin_read_only", connection, kith::TransactionMode::kReadOnly, error);
}

kith_code kith_commit(kith_connection* connection, kith_error** error) {
  return Guard(error, [&]() -> Status {
    if (connection == nullptr) return NullArgument("kith_commit", "connection");
    return connection->connection->Commit();
  });
}

kith_code kith_rollback(kith_connection* connection, kith_error** error) {
  return Guard(error, [&]() -> Status {
    if (connection == nullptr) return NullArgument("kith_rollback", "connection");
    return connection->connection->Rollback();
  });
}

int kith_in_transaction(const kith_connection* connection) {
  return connection != nullptr && connection->connection->in_transaction() ? 1 : 0;
}

void kith_cancel(kith_connection* connection) {
  if (connection != nullptr) connection->connection->Cancel();
}

kith_code kith_set_timeout(kith_connection* connection, uint64_t timeout_ms, kith_error** error) {
  return Guard(error, [&]() -> Status {
    if (connection == nullptr) return NullArgument("kith_set_timeout", "connection");
    // A century is for ever; more would overflow the clock's arithmetic.
    constexpr uint64_t kCenturyMs = 100ull * 366 * 24 * 3600 * 1000;
    if (timeout_ms > kCenturyMs) {
      return Status(
          StatusCode::kInvalidArgument,
          fmt::format("kith_set_timeout: {} ms is over a century; 0 means no limit", timeout_ms));
    }
    connection->connection->SetTimeout(std::chrono::milliseconds(timeout_ms));
    return Status::Ok();
  });
}
}
