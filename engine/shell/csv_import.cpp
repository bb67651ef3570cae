// SPDX-License-Identifier: Apache-2.0
// A streaming CSV reader and batches of UNWIND.
#include "engine/shell/csv_import.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "engine/base/utf8.h"

namespace kith::shell {
namespace {

constexpr size_t kBatchRows = 1000;
constexpr size_t kMaxFieldBytes = size_t{64} << 20;

struct Field {
  std::string text;
  bool quoted = false;
};

Status Unreadable(const std::string& path) {
  return Status(errno == ENOENT ? StatusCode::kNotFound : StatusCode::kIoError,
                fmt::format("{} cannot be read: {}", path, std::strerror(errno)));
}

class CsvReader {
 public:
  CsvReader(std::FILE* file, std::string path) : file_(file), path_(std::move(path)) {}

  /// The next record; an empty one at the end of the file.
  Result<std::vector<Field>> Next() {
    std::vector<Field> fields;
    record_line_ = line_;
    int c = Skip();
    if (std::ferror(file_) != 0) return Unreadable(path_);
    if (c == EOF) return fields;
    while (true) {
      Field field;
      KITH_ASSIGN_OR_RETURN(const int end, ReadField(c, &field));
      if (std::ferror(file_) != 0) return Unreadable(path_);
      if (!IsUtf8(field.text)) return Bad("a field is not UTF-8; convert the file to UTF-8");
      fields.push_back(std::move(field));
      if (end != ',') return fields;
      c = Get();
    }
  }

  size_t record_line() const { return record_line_; }
  Status Bad(std::string_view what) const {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("{}, line {}: {}", path_, record_line_, what));
  }

 private:
  int Get() {
    const int c = pushed_.empty() ? std::getc(file_) : TakePushed();
    if (c == '\n') ++line_;
    return c;
  }

  /// The first character of the next record, past blank lines and a byte order mark.
  int Skip() {
    int c = Get();
    if (first_ && c == 0xEF) c = SkipByteOrderMark();
    first_ = false;
    while (c == '\n' || c == '\r') c = Get();
    if (c != EOF) record_line_ = line_;
    return c;
  }

  int TakePushed() {
    const int c = pushed_.back();
    pushed_.pop_back();
    return c;
  }

  /// Behind a first byte 0xEF. Other characters begin with it too; those are read again. A pipe
  /// cannot be rewound, hence the pushed bytes.
  int SkipByteOrderMark() {
    const int second = Get();
    const int third = Get();
    if (second == 0xBB && third == 0xBF) return Get();
    pushed_ = {third, second};
    return 0xEF;
  }

  /// Reads from its first character `c`; gives ',' , '\n' or EOF, whichever ended it.
  Result<int> ReadField(int c, Field* field) {
    if (c == '"') {
      field->quoted = true;
      KITH_RETURN_IF_ERROR(ReadQuoted(field));
      c = Get();
      if (c == '\r') c = Get();
      if (c != ',' && c != '\n' && c != EOF)
        return Bad("text follows a closing quote; double the quote to have it in the field");
      return c;
    }
    for (; c != ',' && c != '\n' && c != EOF; c = Get()) {
      field->text += static_cast<char>(c);
      if (field->text.size() > kMaxFieldBytes) return Bad("a field is over 64 MiB");
    }
    if (c != ',' && !field->text.empty() && field->text.back() == '\r') field->text.pop_back();
    return c;
  }

  Status ReadQuoted(Field* field) {
    while (true) {
      const int c = Get();
      if (c == EOF) return Bad("a quoted field is never closed");
      if (c == '"') {
        const int next = std::getc(file_);
        if (next != '"') {
          if (next != EOF) std::ungetc(next, file_);
          return Status::Ok();
        }
      }
      field->text += static_cast<char>(c);
      if (field->text.size() > kMaxFieldBytes) return Bad("a field is over 64 MiB");
    }
  }

  std::FILE* file_;
  std::string path_;
  std::vector<int> pushed_;  ///< Read again before the file, the last one first; may hold EOF.
  size_t line_ = 1;
  size_t record_line_ = 1;
  bool first_ = true;
};

Value ValueOf(const Field& field) {
  const std::string& text = field.text;
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
  const bool numeric = text.find_first_not_of("+-.0123456789eE") == std::string::npos;
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

Status CheckHeader(const CsvReader& reader, const std::vector<Field>& header) {
  if (header.empty())
    return reader.Bad("the file is empty; its first line must name the properties");
  for (size_t i = 0; i < header.size(); ++i) {
    if (header[i].text.empty()) return reader.Bad(fmt::format("column {} has no name", i + 1));
    for (size_t j = 0; j < i; ++j) {
      if (header[j].text == header[i].text) {
        return reader.Bad(fmt::format("two columns are named '{}'", header[i].text));
      }
    }
  }
  return Status::Ok();
}

Result<uint64_t> CreateNodes(CsvReader& reader, Statement& statement,
                             const std::function<bool()>& stopped) {
  KITH_ASSIGN_OR_RETURN(const std::vector<Field> header, reader.Next());
  KITH_RETURN_IF_ERROR(CheckHeader(reader, header));
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
    KITH_ASSIGN_OR_RETURN(const std::vector<Field> record, reader.Next());
    if (record.empty()) break;
    if (record.size() != header.size()) {
      return reader.Bad(
          fmt::format("{} fields, but the first line names {}", record.size(), header.size()));
    }
    Map row;
    for (size_t i = 0; i < record.size(); ++i) row.emplace_back(header[i].text, ValueOf(record[i]));
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
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (file == nullptr) return Unreadable(path);
  const bool own_transaction = !connection.in_transaction();
  if (own_transaction) KITH_RETURN_IF_ERROR(connection.Begin());
  CsvReader reader(file.get(), path);
  const auto run = [&]() -> Result<uint64_t> {
    KITH_ASSIGN_OR_RETURN(Statement statement,
                          connection.Prepare(fmt::format(
                              "UNWIND $rows AS row CREATE (n:{}) SET n = row", Backticked(label))));
    return CreateNodes(reader, statement, stopped);
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
