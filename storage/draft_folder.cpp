// SPDX-License-Identifier: Apache-2.0
// See draft_folder.h.
#include "storage/draft_folder.h"

#include <fmt/core.h>
#include <rocksdb/env.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

#include "storage/rocksdb_status.h"

namespace kith::storage {
namespace {

namespace fs = std::filesystem;

Status DraftFailed(const std::string& what, const std::error_code& error) {
  return Status(StatusCode::kIoError, fmt::format("{} failed: {}", what, error.message()));
}

/// Absolute and without a slash at its end, which would make it the parent of its draft.
fs::path PlaceOf(const std::string& target) {
  std::error_code no_folder;  // The current one was removed; then only absolute paths name any.
  const fs::path whole = fs::absolute(target, no_folder);
  const fs::path place = (no_folder ? fs::path(target) : whole).lexically_normal();
  return place.has_filename() ? place : place.parent_path();
}

/// Whether the folder was made by another process that lives and may be about to lock it. One with
/// our own number is of an earlier process, or locked.
bool MakerMayLive(std::string_view number) {
  pid_t pid = 0;
  const char* end = number.data() + number.size();
  const auto parsed = std::from_chars(number.data(), end, pid);
  if (parsed.ec != std::errc() || parsed.ptr != end || pid <= 0) return true;  // Not of ours.
  if (pid == getpid()) return false;
  return kill(pid, 0) == 0 || errno != ESRCH;
}

}  // namespace

Status SyncFolder(const std::string& folder) {
  std::unique_ptr<rocksdb::Directory> directory;
  rocksdb::Status status = rocksdb::Env::Default()->NewDirectory(folder, &directory);
  if (status.ok()) status = directory->Fsync();
  return FromRocksDb(status, "syncing " + folder);
}

Status DraftFolder::CheckTarget(const std::string& target, const char* what) {
  std::error_code error;
  const fs::file_status status = fs::status(target, error);
  if (!fs::exists(status)) return Status::Ok();
  if (fs::is_directory(status) && fs::is_empty(target, error)) return Status::Ok();
  return Status(StatusCode::kInvalidArgument,
                fmt::format("{} is there already; {} into a new or an empty folder", target, what));
}

DraftFolder::DraftFolder(fs::path target, const char* verb)
    : target_(std::move(target)), mark_(fmt::format(".{}-", verb)) {
  path_ = target_;
  path_ += fmt::format("{}{}", mark_, getpid());
}

DraftFolder::~DraftFolder() {
  std::error_code ignored;
  if (ours_) fs::remove_all(path_, ignored);
}

Result<std::unique_ptr<DraftFolder>> DraftFolder::Make(const std::string& target,
                                                       const char* verb) {
  std::unique_ptr<DraftFolder> draft(new DraftFolder(PlaceOf(target), verb));
  draft->RemoveLeftovers();
  KITH_RETURN_IF_ERROR(draft->Begin());
  return draft;
}

Status DraftFolder::Begin() {
  std::error_code error;
  const bool made = fs::create_directory(path_, error);
  if (error) return DraftFailed("creating the folder " + path_.native(), error);
  if (!made) {
    return Status(StatusCode::kBusy,
                  fmt::format("{} is there: this process is making {} already, or what an earlier "
                              "attempt has left cannot be removed",
                              path_.native(), target_.native()));
  }
  KITH_ASSIGN_OR_RETURN(lock_, LockFile::Acquire(path_));
  ours_ = true;
  return Status::Ok();
}

/// Two signs are asked for: nobody holds the folder's lock, which is true, too, of one that was
/// made a moment ago; and its maker is gone, which cannot be told of a process in another
/// container. What cannot be removed stays: it is in nobody's way.
void DraftFolder::RemoveLeftovers() const {
  const std::string prefix = target_.filename().native() + mark_;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(target_.parent_path(), error)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(prefix) || entry.symlink_status(error).type() != fs::file_type::directory)
      continue;
    if (MakerMayLive(std::string_view(name).substr(prefix.size()))) continue;
    const auto lock = LockFile::Acquire(entry.path());
    if (lock.ok()) fs::remove_all(entry.path(), error);
  }
}

Status DraftFolder::TakePlace() {
  std::error_code error;
  fs::rename(path_, target_, error);
  if (error) {
    return DraftFailed(fmt::format("renaming {} to {}", path_.native(), target_.native()), error);
  }
  lock_ = nullptr;
  ours_ = false;
  return SyncFolder(target_.parent_path());
}

}  // namespace kith::storage
