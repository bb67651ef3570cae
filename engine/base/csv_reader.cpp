// SPDX-License-Identifier: Apache-2.0
// A buffer that slides over the file, cut where a record ends.
#include "engine/base/csv_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace kith {
namespace {

constexpr size_t kBlockBytes = size_t{256} << 10;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

Status Unreadable(const std::string& path, int error) {
  StatusCode code = StatusCode::kIoError;
  if (error == ENOENT || error == ENOTDIR) code = StatusCode::kNotFound;
  if (error == EISDIR) code = StatusCode::kInvalidArgument;
  return Status(code, fmt::format("{} cannot be read: {}", path, std::strerror(error)));
}

}  // namespace

Result<std::unique_ptr<CsvReader>> CsvReader::Open(const std::string& path,
                                                   const CsvDialect& dialect) {
  File file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (file == nullptr) return Unreadable(path, errno);
  // The buffer here is the only one.
  std::setvbuf(file.get(), nullptr, _IONBF, 0);
  return std::unique_ptr<CsvReader>(new CsvReader(std::move(file), path, dialect));
}

CsvReader::CsvReader(File file, std::string path, const CsvDialect& dialect)
    : file_(std::move(file)), path_(std::move(path)), dialect_(dialect) {
  parser_.emplace(std::span<char>(), dialect_);
}

Status CsvReader::Bad(std::string_view what) const {
  return Status(StatusCode::kInvalidArgument, fmt::format("{}, line {}: {}", path_, line(), what));
}

Result<bool> CsvReader::Next() {
  while (!parser_->Next()) {
    KITH_ASSIGN_OR_RETURN(const bool more, Refill());
    if (!more) return false;
  }
  if (!parser_->problem().empty()) return Bad(parser_->problem());
  return true;
}

// Gives the parser the whole records of the next part of the file; false at its end.
Result<bool> CsvReader::Refill() {
  lines_before_ += parser_->next_line();
  std::move(buffer_.begin() + static_cast<ptrdiff_t>(whole_),
            buffer_.begin() + static_cast<ptrdiff_t>(filled_), buffer_.begin());
  filled_ -= whole_;
  whole_ = 0;
  parser_.emplace(std::span<char>(), dialect_);
  while (whole_ == 0) {
    if (at_end_ && filled_ == 0) return false;
    if (filled_ > kMaxCsvRecordBytes) {
      return Bad(
          fmt::format("a record is over {} MiB; is a quote missing?", kMaxCsvRecordBytes >> 20));
    }
    // A record that does not end here is looked for in twice as much.
    if (!at_end_) KITH_RETURN_IF_ERROR(ReadMore(std::max(kBlockBytes, 2 * filled_)));
    const std::string_view text(buffer_.data(), filled_);
    whole_ = at_end_ ? filled_ : WholeRecords(text, dialect_);
  }
  parser_.emplace(std::span<char>(buffer_.data(), whole_), dialect_);
  return true;
}

// Reads until the buffer holds `bytes`, or the file ends.
Status CsvReader::ReadMore(size_t bytes) {
  if (buffer_.size() < bytes) buffer_.resize(bytes);
  filled_ += std::fread(buffer_.data() + filled_, 1, bytes - filled_, file_.get());
  if (std::ferror(file_.get()) != 0) return Unreadable(path_, errno);
  at_end_ = std::feof(file_.get()) != 0;
  if (!begun_ && std::string_view(buffer_.data(), filled_).starts_with(kByteOrderMark)) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + kByteOrderMark.size());
    filled_ -= kByteOrderMark.size();
  }
  begun_ = true;
  return Status::Ok();
}

}  // namespace kith
