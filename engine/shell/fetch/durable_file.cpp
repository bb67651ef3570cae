// SPDX-License-Identifier: Apache-2.0
// write, fsync, flock.
#include "engine/shell/fetch/durable_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace kith::shell {
namespace {

Status FileFailed(const std::string& path, const char* what, int error) {
  const char* advice = "check the folder and its permissions, or name another in KITH_MODELS";
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    advice = "make room, or name a folder on another disk in KITH_MODELS; what came so far is kept";
  }
  return Status(StatusCode::kIoError, fmt::format("{} could not be {}: {}; {}", path, what,
                                                  std::strerror(error), advice));
}

}  // namespace

Result<std::unique_ptr<DurableFile>> DurableFile::Open(const std::string& path) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  struct stat about = {};
  if (file < 0 || fstat(file, &about) != 0) {
    const int error = errno;
    if (file >= 0) close(file);
    return FileFailed(path, "opened for writing", error);
  }
  return std::unique_ptr<DurableFile>(
      new DurableFile(path, file, static_cast<uint64_t>(about.st_size)));
}

DurableFile::~DurableFile() {
  close(file_);
}

Status DurableFile::Truncate() {
  if (ftruncate(file_, 0) != 0) return FileFailed(path_, "emptied", errno);
  bytes_ = 0;
  return Status::Ok();
}

Status DurableFile::Write(uint64_t at, std::string_view bytes) {
  if (at == 0 && bytes_ > 0) KITH_RETURN_IF_ERROR(Truncate());
  while (!bytes.empty()) {
    const ssize_t written = pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(bytes_));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return FileFailed(path_, "written", written < 0 ? errno : ENOSPC);
    bytes.remove_prefix(static_cast<size_t>(written));
    bytes_ += static_cast<uint64_t>(written);
  }
  return Status::Ok();
}

Status DurableFile::Sync() {
  return fsync(file_) == 0 ? Status::Ok() : FileFailed(path_, "synced", errno);
}

Status SyncFolder(const std::string& path) {
  const int folder = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return FileFailed(path, "opened", errno);
  const int failed = fsync(folder);
  const int error = errno;
  close(folder);
  return failed == 0 ? Status::Ok() : FileFailed(path, "synced", error);
}

Result<std::unique_ptr<FileLock>> FileLock::Try(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0) return FileFailed(path, "opened for writing", errno);
  if (flock(file, LOCK_EX | LOCK_NB) == 0) return std::unique_ptr<FileLock>(new FileLock(file));
  const int error = errno;
  close(file);
  if (error == EWOULDBLOCK) return std::unique_ptr<FileLock>();
  return FileFailed(path, "locked", error);
}

FileLock::~FileLock() {
  close(file_);
}

}  // namespace kith::shell
