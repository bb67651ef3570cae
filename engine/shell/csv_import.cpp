// SPDX-License-Identifier: Apache-2.0
// Batches of UNWIND.
#include "engine/shell/csv_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>
#include <vector>

#include "engine/base/csv_reader.h"
#include "engine/base/utf8.h"

namespace kith::shell {
namespace {

constexpr size_t kBatchRows = 1000;

Value ValueOf(const CsvField& field) {
  const std::string_view text = field.text;
  if (field.quoted) return Value(text);
  if (text.empty()) return Value();
  if (text == "true" || text == "false") return Value(text == "true");
  const char* end = text.data() + text.size();
  int64_t integer = 0;
  if (const auto parsed = std::from_chars(text.data(), end, integer);
      parsed.ec == std::errc() && parsed.ptr == end) {
    return Value(integer);
  }
  double number = 0;
  // "nan" and "inf" are words in a table, not numbers.
  const bool numeric = text.find_first_not_of("+-.0123456789eE") == std::string_view::npos;
  if (const auto parsed = std::from_chars(text.data(), end, number);
      numeric && parsed.ec == std::errc() && parsed.ptr == end) {
    return Value(number);
  }
  return Value(text);
}

std::string Backticked(const std::string& name) {
  std::string quoted = "`";
  for (const char c : name) {
    if (c == '`') quoted += '`';
    quoted += c;
  }
  return quoted + "`";
}

/// The names of the properties.
Result<std::vector<std::string>> ReadHeader(CsvReader& reader) {
  KITH_ASSIGN_OR_RETURN(const bool any, reader.Next());
  if (!any) return reader.Bad("the file is empty; its first line must name the properties");
  std::vector<std::string> names;
  for (const CsvField& field : reader.fields()) {
    if (field.text.empty()) {
      return reader.Bad(fmt::format("column {} has no name", names.size() + 1));
    }
    if (std::find(names.begin(), names.end(), field.text) != names.end()) {
      return reader.Bad(fmt::format("two columns are named '{}'", field.text));
    }
    names.emplace_back(field.text);
  }
  return names;
}

Result<uint64_t> CreateNodes(CsvReader& reader, Statement& statement,
                             const std::function<bool()>& stopped) {
  KITH_ASSIGN_OR_RETURN(const std::vector<std::string> names, ReadHeader(reader));
  uint64_t created = 0;
  List rows;
  const auto flush = [&]() -> Status {
    if (stopped()) return Status(StatusCode::kCancelled, "the import was stopped");
    if (rows.empty()) return Status::Ok();
    created += rows.size();
    statement.Bind("rows", Value(std::exchange(rows, {})));
    return statement.Execute().status();
  };
  while (true) {
    KITH_ASSIGN_OR_RETURN(const bool more, reader.Next());
    if (!more) break;
    const auto fields = reader.fields();
    if (fields.size() != names.size()) {
      return reader.Bad(
          fmt::format("{} fields, but the first line names {}", fields.size(), names.size()));
    }
    Map row;
    for (size_t i = 0; i < fields.size(); ++i) row.emplace_back(names[i], ValueOf(fields[i]));
    rows.push_back(Value::FromMap(std::move(row)));
    if (rows.size() >= kBatchRows) KITH_RETURN_IF_ERROR(flush());
  }
  KITH_RETURN_IF_ERROR(flush());
  return created;
}

}  // namespace

Result<uint64_t> ImportCsv(Connection& connection, const std::string& path,
                           const std::string& label, const std::function<bool()>& stopped) {
  if (label.empty() || !IsUtf8(label))
    return Status(StatusCode::kInvalidArgument, "a label is one word of UTF-8 text");
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<CsvReader> reader, CsvReader::Open(path, {}));
  const bool own_transaction = !connection.in_transaction();
  if (own_transaction) KITH_RETURN_IF_ERROR(connection.Begin());
  const auto run = [&]() -> Result<uint64_t> {
    KITH_ASSIGN_OR_RETURN(Statement statement,
                          connection.Prepare(fmt::format(
                              "UNWIND $rows AS row CREATE (n:{}) SET n = row", Backticked(label))));
    return CreateNodes(*reader, statement, stopped);
  };
  Result<uint64_t> created = run();
  if (!own_transaction) return created;
  if (!created.ok()) {
    KITH_RETURN_IF_ERROR(connection.Rollback());
    return created;
  }
  KITH_RETURN_IF_ERROR(connection.Commit());
  return created;
}

}  // namespace kith::shell
