// SPDX-License-Identifier: Apache-2.0
// Writing and reading the newest commit.
#include "storage/follow/commit_notice.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <random>
#include <string_view>

#include "storage/format/bytes.h"
#include "storage/format/meta_codec.h"

namespace kith::storage {
namespace {

constexpr std::string_view kNoticeMagic = "KITHNEW\n";
constexpr size_t kChecksumAt = kCommitNoticeBytes - 8;

std::string NoticePath(const std::string& folder) {
  return folder + "/" + kCommitNoticeName;
}

uint64_t RandomOpening() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

}  // namespace

std::string EncodeCommitNotice(const CommitNotice& notice) {
  std::string bytes(kNoticeMagic);
  AppendLittleEndian64(notice.opening, &bytes);
  AppendLittleEndian64(static_cast<uint64_t>(notice.newest), &bytes);
  AppendLittleEndian64(Fnv1a(bytes), &bytes);
  return bytes;
}

// Opened each time: a file system that is shared between machines then shows what is new.
std::optional<CommitNotice> ReadCommitNotice(const std::string& folder) {
  const int descriptor = open(NoticePath(folder).c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  std::array<char, kCommitNoticeBytes> buffer;
  const ssize_t got = pread(descriptor, buffer.data(), buffer.size(), 0);
  close(descriptor);
  if (got != static_cast<ssize_t>(buffer.size())) return std::nullopt;
  const std::string_view bytes(buffer.data(), buffer.size());
  if (bytes.substr(0, kNoticeMagic.size()) != kNoticeMagic) return std::nullopt;
  ByteReader reader(bytes.substr(kNoticeMagic.size()));
  CommitNotice notice;
  notice.opening = reader.LittleEndian64();
  notice.newest = static_cast<CommitNumber>(reader.LittleEndian64());
  if (reader.LittleEndian64() != Fnv1a(bytes.substr(0, kChecksumAt))) return std::nullopt;
  return notice;
}

Result<std::unique_ptr<CommitNoticeWriter>> CommitNoticeWriter::Open(const std::string& folder) {
  const std::string path = NoticePath(folder);
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) {
    return Status(StatusCode::kIoError,
                  fmt::format("opening {} failed: {}; check the permissions of the folder and the "
                              "space on its disk",
                              path, std::strerror(errno)));
  }
  return std::unique_ptr<CommitNoticeWriter>(new CommitNoticeWriter(descriptor, path));
}

CommitNoticeWriter::~CommitNoticeWriter() {
  close(descriptor_);
}

bool CommitNoticeWriter::Write() const {
  const std::string bytes = EncodeCommitNotice(notice_);
  const ssize_t written = pwrite(descriptor_, bytes.data(), bytes.size(), 0);
  if (written >= 0 && written != static_cast<ssize_t>(bytes.size())) errno = ENOSPC;
  return written == static_cast<ssize_t>(bytes.size());
}

Status CommitNoticeWriter::Begin(CommitNumber newest) {
  notice_ = {RandomOpening(), newest};
  if (Write()) return Status::Ok();
  return Status(StatusCode::kIoError,
                fmt::format("writing {} failed: {}; check the space on its disk", path_,
                            std::strerror(errno)));
}

void CommitNoticeWriter::Announce(CommitNumber newest) {
  notice_.newest = newest;
  static_cast<void>(Write());
}

}  // namespace kith::storage
