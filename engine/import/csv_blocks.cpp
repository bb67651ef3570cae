// SPDX-License-Identifier: Apache-2.0
// See csv_blocks.h.
#include "engine/import/csv_blocks.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace kith::import {
namespace {

constexpr size_t kBlockBytes = size_t{1} << 20;

Status HasChanged(const std::string& path) {
  return Status(StatusCode::kInvalidArgument,
                fmt::format("{} has changed while it was being imported; import it again when "
                            "nobody writes to it",
                            path));
}

Status ReadFailed(const std::string& path) {
  return Status(errno == ENOENT ? StatusCode::kNotFound : StatusCode::kIoError,
                fmt::format("{} cannot be read: {}", path, std::strerror(errno)));
}

}  // namespace

CsvBlocks::~CsvBlocks() {
  CloseFile();
}

void CsvBlocks::CloseFile() {
  if (descriptor_ >= 0) close(descriptor_);
  descriptor_ = -1;
}

Status CsvBlocks::OpenFile() {
  descriptor_ = open(file().path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status = {};
  if (descriptor_ < 0 || fstat(descriptor_, &status) != 0) return ReadFailed(file().path);
  if (static_cast<uint64_t>(status.st_size) != file().bytes) {
    return HasChanged(file().path);
  }
  offset_ = file().begin;
  return Status::Ok();
}

Result<bool> CsvBlocks::Next(CsvBlock* block) {
  const std::lock_guard<std::mutex> lock(mutex_);
  while (group_ < groups_->size()) {
    if (file_ == group().files.size()) {
      ++group_;
      file_ = 0;
      continue;
    }
    if (descriptor_ < 0) KITH_RETURN_IF_ERROR(OpenFile());
    KITH_ASSIGN_OR_RETURN(const bool filled, Fill(block));
    if (filled) return true;
    CloseFile();
    ++file_;
  }
  return false;
}

// The next whole records of the open file; false when there are no more.
Result<bool> CsvBlocks::Fill(CsvBlock* block) {
  size_t whole = 0;
  for (size_t bytes = kBlockBytes; whole == 0; bytes *= 2) {
    KITH_ASSIGN_OR_RETURN(const size_t got, Read(offset_, bytes, &block->bytes));
    if (got < bytes && offset_ + got < file().bytes) return HasChanged(file().path);
    if (got == 0) return false;
    const bool at_end = offset_ + got >= file().bytes;
    whole = at_end ? got : WholeRecords({block->bytes.data(), got}, group().dialect);
    if (whole == 0 && bytes > kMaxCsvRecordBytes) {
      return Status(
          StatusCode::kInvalidArgument,
          fmt::format("{}, line {}: a record is over {} MiB; is a quote missing?", file().path,
                      LineCounter(file().path).LineAt(offset_), kMaxCsvRecordBytes >> 20));
    }
  }
  block->bytes.resize(whole);
  block->sequence = sequence_++;
  block->group = group_;
  block->file = file_;
  block->offset = offset_;
  offset_ += whole;
  return true;
}

Result<size_t> CsvBlocks::Read(uint64_t offset, size_t bytes, std::vector<char>* into) {
  into->resize(bytes);
  size_t filled = 0;
  while (filled < bytes) {
    const ssize_t got = pread(descriptor_, into->data() + filled, bytes - filled,
                              static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ReadFailed(file().path);
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  return filled;
}

LineCounter::LineCounter(const std::string& path)
    : file_(std::fopen(path.c_str(), "rbe"), &std::fclose), buffer_(kBlockBytes) {}

uint64_t LineCounter::LineAt(uint64_t offset) {
  if (file_ == nullptr) return 0;
  while (at_ < offset) {
    const size_t wanted = static_cast<size_t>(std::min<uint64_t>(offset - at_, buffer_.size()));
    const size_t got = std::fread(buffer_.data(), 1, wanted, file_.get());
    if (got == 0) return 0;
    const auto end = buffer_.begin() + static_cast<ptrdiff_t>(got);
    line_ += static_cast<uint64_t>(std::count(buffer_.begin(), end, '\n'));
    at_ += got;
  }
  return line_;
}

}  // namespace kith::import
