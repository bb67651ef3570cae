// SPDX-License-Identifier: Apache-2.0
// See load_csv_procedure.h.
#include "query/procedures/load_csv_procedure.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "engine/base/csv_reader.h"
#include "engine/base/utf8.h"
#include "query/parse/ast.h"
#include "query/procedures/procedure_arguments.h"

namespace kith::query {
namespace {

namespace fs = std::filesystem;

/// "%20" is a space. Nothing for a percent sign without two hexadecimal digits behind it.
std::optional<std::string> PercentDecoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    unsigned value = 0;
    const char* const digits = text.data() + i + 1;
    const auto [end, error] = std::from_chars(digits, digits + 2, value, 16);
    if (error != std::errc() || end != digits + 2) return std::nullopt;
    decoded += static_cast<char>(value);
    i += 2;
  }
  return decoded;
}

/// The path in a URL, relative to the folder; a text without a scheme is one as it is.
Result<std::string> PathIn(std::string_view url) {
  constexpr std::string_view kFile = "file:";
  const size_t colon = url.find(':');
  if (colon == std::string_view::npos) return std::string(url);
  if (!url.starts_with(kFile)) {
    return BadArgument(
        fmt::format("LOAD CSV reads local files only, and '{}' is none; write "
                    "'file:///NAME.csv'",
                    url));
  }
  std::string_view path = url.substr(kFile.size());
  // file://HOST/PATH: a host would be another machine.
  if (path.starts_with("//") && !path.starts_with("///")) {
    return BadArgument(
        fmt::format("'{}' names the host {}; local files have three slashes: "
                    "'file:///NAME.csv'",
                    url, path.substr(2, path.find('/', 2) - 2)));
  }
  const std::optional<std::string> decoded = PercentDecoded(path);
  if (decoded && IsUtf8(*decoded) && decoded->find('\0') == std::string::npos) return *decoded;
  return BadArgument(fmt::format("'{}' is no URL; write a percent sign as %25", url));
}

Status LeavesFolder(std::string_view url) {
  return BadArgument(fmt::format("'{}' leads out of the folder that LOAD CSV may read", url));
}

class CsvRowSource final : public RowSource {
 public:
  CsvRowSource(std::unique_ptr<CsvReader> reader, bool headers)
      : reader_(std::move(reader)), headers_(headers) {}

  Result<bool> Next(std::vector<Value>* row) override {
    if (headers_ && !named_) KITH_RETURN_IF_ERROR(ReadNames());
    KITH_ASSIGN_OR_RETURN(const bool more, reader_->Next());
    if (!more) return false;
    if (headers_) {
      KITH_ASSIGN_OR_RETURN(Value map, MapRow());
      row->assign(1, std::move(map));
    } else {
      row->assign(1, ListRow());
    }
    return true;
  }

 private:
  static Value ValueOf(const CsvField& field) {
    return field.absent() ? Value() : Value(field.text);
  }

  Status ReadNames() {
    named_ = true;
    KITH_ASSIGN_OR_RETURN(const bool any, reader_->Next());
    if (!any) return Status::Ok();
    for (const CsvField& field : reader_->fields()) {
      for (const std::string& name : names_) {
        if (name == field.text) {
          return reader_->Bad(fmt::format("two columns are named '{}'", field.text));
        }
      }
      names_.emplace_back(field.text);
    }
    return Status::Ok();
  }

  Value ListRow() const {
    List list;
    for (const CsvField& field : reader_->fields()) list.push_back(ValueOf(field));
    return Value(std::move(list));
  }

  /// Columns that a short record lacks are null.
  Result<Value> MapRow() const {
    const auto fields = reader_->fields();
    for (size_t i = names_.size(); i < fields.size(); ++i) {
      if (fields[i].absent()) continue;
      return reader_->Bad(
          fmt::format("{} fields, but the header names {}", fields.size(), names_.size()));
    }
    Map map;
    for (size_t i = 0; i < names_.size(); ++i) {
      map.emplace_back(names_[i], i < fields.size() ? ValueOf(fields[i]) : Value());
    }
    return Value::FromMap(std::move(map));
  }

  std::unique_ptr<CsvReader> reader_;
  bool headers_;
  bool named_ = false;
  std::vector<std::string> names_;
};

class LoadCsvProcedure final : public StreamingProcedure {
 public:
  explicit LoadCsvProcedure(std::string folder) : folder_(std::move(folder)) {
    signature_.name = ast::kLoadCsvProcedure;
    signature_.inputs = {TypedField("url", ValueType::kString),
                         TypedField("headers", ValueType::kBoolean, Value(false)),
                         TypedField("fieldTerminator", ValueType::kString, Value(","))};
    signature_.outputs = {{"row", {}, std::nullopt}};
    signature_.mode = ProcedureMode::kNoGraph;
    signature_.description = "The rows of a CSV file in the folder for imports; see LOAD CSV.";
  }
  const ProcedureSignature& signature() const override { return signature_; }

  Result<std::unique_ptr<RowSource>> Open(ProcedureContext&,
                                          std::span<const Value> arguments) const override {
    KITH_RETURN_IF_ERROR(CheckNotNull(signature_, arguments, arguments.size()));
    const std::string_view terminator = arguments[2].AsString();
    CsvDialect dialect;
    if (terminator.size() != 1 || terminator[0] == '\n' || terminator[0] == '\r' ||
        terminator[0] == '\0' || terminator[0] == dialect.quote) {
      return BadArgument(
          fmt::format("FIELDTERMINATOR is one ASCII character, no quote and no line "
                      "break, and not '{}'",
                      terminator));
    }
    dialect.delimiter = terminator[0];
    KITH_ASSIGN_OR_RETURN(const std::string path,
                          ResolveImportPath(folder_, arguments[0].AsString()));
    KITH_ASSIGN_OR_RETURN(auto reader, CsvReader::Open(path, dialect));
    return std::unique_ptr<RowSource>(
        std::make_unique<CsvRowSource>(std::move(reader), arguments[1].AsBoolean()));
  }

 private:
  std::string folder_;
  ProcedureSignature signature_;
};

}  // namespace

Result<std::string> ResolveImportPath(const std::string& folder, std::string_view url) {
  if (folder.empty()) {
    return BadArgument(
        "LOAD CSV is off, because no folder is open to it; name one with the option "
        "import_folder (kith --import-folder)");
  }
  KITH_ASSIGN_OR_RETURN(const std::string named, PathIn(url));
  const fs::path relative = fs::path("/" + named).lexically_normal().relative_path();
  // The normal form of "/../x" is "/x", so what leads out is looked for before.
  int depth = 0;
  for (const fs::path& part : fs::path(named).relative_path()) {
    if (part == "..") --depth;
    if (part != ".." && part != "." && !part.empty()) ++depth;
    if (depth < 0) return LeavesFolder(url);
  }
  std::error_code error;
  const fs::path root = fs::canonical(folder, error);
  if (error) {
    return Status(StatusCode::kNotFound, fmt::format("the folder for imports, {}, is not there: {}",
                                                     folder, error.message()));
  }
  const fs::path path = fs::canonical(root / relative, error);
  if (error) {
    return Status(StatusCode::kNotFound, fmt::format("there is no file '{}' in the folder for "
                                                     "imports: {}",
                                                     url, error.message()));
  }
  if (!path.native().starts_with((root / "").native())) return LeavesFolder(url);
  if (!fs::is_regular_file(path, error)) {
    return BadArgument(fmt::format("'{}' is no file that can be read", url));
  }
  return path.string();
}

void RegisterLoadCsv(const std::string& folder, ProcedureRegistry* registry) {
  std::error_code error;
  // Whatever the working directory is later.
  const std::string absolute = folder.empty() ? "" : fs::absolute(folder, error).string();
  // A name that is taken stays whose it is.
  static_cast<void>(registry->Register(std::make_unique<LoadCsvProcedure>(absolute)).ok());
}

}  // namespace kith::query
