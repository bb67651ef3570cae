// SPDX-License-Identifier: Apache-2.0
// See document_source.h. std::filesystem is used without exceptions.
#include "rag/ingest/document_source.h"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <streambuf>
#include <system_error>

#include "engine/base/utf8.h"

namespace kith::rag {
namespace {

namespace fs = std::filesystem;

constexpr const char* kReadKinds = ".md, .markdown, .html, .htm, .txt, .text and .jsonl";

bool IsJsonLines(std::string_view path) {
  return path.ends_with(".jsonl") || path.ends_with(".ndjson");
}

bool IsRead(std::string_view path) {
  DocumentFormat format{};
  return IsJsonLines(path) || FormatOfPath(path, &format);
}

SkippedDocument Skip(std::string path, std::string reason) {
  return {std::move(path), std::move(reason)};
}

/// Why an entry that has the name of a document is none; empty when it is one.
std::string ReasonNotRead(const fs::directory_entry& entry) {
  std::error_code error;
  const fs::file_status status = entry.status(error);
  if (status.type() == fs::file_type::regular) return {};
  std::error_code ignored;
  if (entry.is_symlink(ignored) && status.type() != fs::file_type::directory) {
    return error && status.type() != fs::file_type::not_found
               ? fmt::format("is a link that cannot be followed: {}", error.message())
               : "is a link to nothing; mend or delete it";
  }
  if (error) return fmt::format("cannot be read: {}", error.message());
  return "is not a regular file";
}

}  // namespace

Status DocumentSource::AddFolder(const std::string& root_path) {
  const fs::path root(root_path);
  std::error_code error;
  // Links to folders are not followed: they lead in circles, or to what is read anyway.
  fs::recursive_directory_iterator at(root, error);
  const fs::recursive_directory_iterator end;
  for (; !error && at != end; at.increment(error)) {
    const fs::path& path = at->path();
    const std::string name = path.filename().string();
    const std::string uri = path.lexically_relative(root).generic_string();
    std::error_code ignored;
    const bool is_folder = at->is_directory(ignored);
    if (name.starts_with('.')) {
      if (is_folder) at.disable_recursion_pending();
    } else if (is_folder) {
      if (at->is_symlink(ignored)) continue;
      std::error_code unreadable;
      fs::directory_iterator probe(path, unreadable);
      if (!unreadable) continue;
      at.disable_recursion_pending();
      skipped_.push_back(
          Skip(uri, fmt::format("the folder cannot be read: {}", unreadable.message())));
    } else if (IsRead(name)) {
      if (std::string reason = ReasonNotRead(*at); !reason.empty()) {
        skipped_.push_back(Skip(uri, std::move(reason)));
        continue;
      }
      const uint64_t bytes = at->file_size(ignored);
      files_.push_back({path.string(), uri, ignored ? 0 : bytes});
    }
  }
  if (error) {
    return Status(StatusCode::kIoError,
                  fmt::format("cannot list the folder '{}': {}", root_path, error.message()));
  }
  std::sort(files_.begin(), files_.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.uri < b.uri; });
  return Status::Ok();
}

namespace {

/// Text of a string, or of an integer as it is written; false for anything else.
bool TextOf(simdjson::dom::element element, std::string* text) {
  if (std::string_view view; element.get_string().get(view) == simdjson::SUCCESS) {
    *text = view;
    return true;
  }
  if (int64_t number = 0; element.get_int64().get(number) == simdjson::SUCCESS) {
    *text = std::to_string(number);
    return true;
  }
  return false;
}

/// The next line without its end, and how long it is: of a line longer than `limit` only the
/// beginning is kept, so that a file without line ends costs no more memory than a document. False
/// at the end of the file.
bool TakeLine(std::streambuf& in, size_t limit, std::string* line, uint64_t* bytes) {
  using Traits = std::streambuf::traits_type;
  line->clear();
  *bytes = 0;
  auto c = in.sbumpc();
  if (Traits::eq_int_type(c, Traits::eof())) return false;
  for (; !Traits::eq_int_type(c, Traits::eof()) && c != '\n'; c = in.sbumpc()) {
    if ((*bytes)++ < limit) *line += Traits::to_char_type(c);
  }
  return true;
}

/// Fills uri (from "id"), title and source; the reason when it cannot.
std::string ReadLine(simdjson::dom::parser* parser, const std::string& line,
                     const std::string& file_uri, RawDocument* raw) {
  simdjson::dom::element root;
  if (const auto error = parser->parse(line).get(root); error != simdjson::SUCCESS) {
    return fmt::format("is not JSON ({})", simdjson::error_message(error));
  }
  simdjson::dom::object object;
  if (root.get_object().get(object) != simdjson::SUCCESS) return "is not a JSON object";
  std::string id;
  simdjson::dom::element field;
  if (object.at_key("id").get(field) != simdjson::SUCCESS || !TextOf(field, &id)) {
    return "has no \"id\" that is a string or an integer";
  }
  std::string_view text;
  if (object.at_key("text").get_string().get(text) != simdjson::SUCCESS) {
    return "has no \"text\" that is a string";
  }
  raw->source = text;
  const bool titled = object.at_key("title").get(field) == simdjson::SUCCESS && !field.is_null();
  if (titled && !TextOf(field, &raw->title)) {
    return "has a \"title\" that is neither a string nor an integer";
  }
  raw->uri = file_uri + "#" + id;
  return {};
}

}  // namespace

Result<DocumentSource> DocumentSource::Open(const std::string& path, size_t max_document_bytes) {
  DocumentSource source;
  source.max_document_bytes_ = max_document_bytes;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (path.empty() || status.type() == fs::file_type::not_found) {
    return Status(StatusCode::kNotFound, fmt::format("there is no file or folder '{}'", path));
  }
  if (error) {
    return Status(StatusCode::kIoError, fmt::format("cannot read '{}': {}", path, error.message()));
  }
  if (fs::is_directory(status)) {
    KITH_RETURN_IF_ERROR(source.AddFolder(path));
    if (source.files_.empty() && source.skipped_.empty()) {
      return Status(StatusCode::kInvalidArgument,
                    fmt::format("the folder '{}' has no documents; {} are read", path, kReadKinds));
    }
  } else if (fs::is_regular_file(status)) {
    if (!IsRead(path)) {
      return Status(StatusCode::kInvalidArgument,
                    fmt::format("'{}' is of a kind that is not read; {} are", path, kReadKinds));
    }
    const uint64_t bytes = fs::file_size(path, error);
    source.files_.push_back({path, fs::path(path).filename().string(), error ? 0 : bytes});
  } else {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("'{}' is neither a file nor a folder", path));
  }
  for (const SourceFile& file : source.files_) source.total_bytes_ += file.bytes;
  return source;
}

bool DocumentSource::has_json_lines() const {
  return std::any_of(files_.begin(), files_.end(),
                     [](const SourceFile& file) { return IsJsonLines(file.uri); });
}

Status DocumentSource::Read(const SourceFile& file, const SourceVisitor& visitor) const {
  if (!IsUtf8(file.uri)) {
    return visitor.skipped(Skip(file.path, "has a name that is not UTF-8; rename the file"));
  }
  if (IsJsonLines(file.uri)) return ReadJsonLines(file, visitor);
  if (file.bytes > max_document_bytes_) {
    return visitor.skipped(Skip(
        file.uri, fmt::format("'{}' is {} bytes, and documents are limited to {}; split it into "
                              "smaller files, or raise the limit on documents",
                              file.uri, file.bytes, max_document_bytes_)));
  }
  std::ifstream in(file.path, std::ios::binary);
  RawDocument raw;
  raw.uri = file.uri;
  FormatOfPath(file.uri, &raw.format);
  raw.source.resize(file.bytes);
  if (in) in.read(raw.source.data(), static_cast<std::streamsize>(file.bytes));
  if (!in) {
    return visitor.skipped(
        Skip(file.uri, fmt::format("'{}' cannot be read: {}", file.uri, std::strerror(errno))));
  }
  return visitor.document(std::move(raw));
}

Status DocumentSource::ReadJsonLines(const SourceFile& file, const SourceVisitor& visitor) const {
  std::ifstream in(file.path, std::ios::binary);
  if (!in) {
    return visitor.skipped(
        Skip(file.uri, fmt::format("'{}' cannot be read: {}", file.uri, std::strerror(errno))));
  }
  simdjson::dom::parser parser;
  std::string line;
  // JSON at most doubles a text with escapes; more than that is no document of allowed size.
  const size_t max_line_bytes = 2 * max_document_bytes_ + 8192;
  uint64_t line_bytes = 0;
  for (size_t number = 1; TakeLine(*in.rdbuf(), max_line_bytes, &line, &line_bytes); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    RawDocument raw;
    std::string reason;
    if (line_bytes > max_line_bytes) {
      reason = fmt::format(
          "is {} bytes, and documents are limited to {}; split it into several "
          "documents, or raise the limit on documents",
          line_bytes, max_document_bytes_);
    } else {
      reason = ReadLine(&parser, line, file.uri, &raw);
    }
    if (reason.empty()) {
      KITH_RETURN_IF_ERROR(visitor.document(std::move(raw)));
    } else {
      KITH_RETURN_IF_ERROR(
          visitor.skipped(Skip(file.uri, fmt::format("line {} {}", number, reason))));
    }
  }
  return Status::Ok();
}

}  // namespace kith::rag
