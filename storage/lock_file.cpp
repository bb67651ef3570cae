// SPDX-License-Identifier: Apache-2.0
// The lock file of a database folder.
#include "storage/lock_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <string_view>

namespace kith::storage {
namespace {

// Who holds the lock. `boot` names one run of one kernel: containers on a machine share it, so a
// lock taken in another container is visible when the boots are equal.
struct Holder {
  std::string host;
  std::string boot;
  std::string pid;
  std::string started;
};

std::string FirstLine(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// The time as UTC text, without the global state of gmtime.
std::string UtcNow() {
  using namespace std::chrono;
  const auto now = floor<seconds>(system_clock::now());
  const auto day = floor<days>(now);
  const year_month_day date(day);
  const hh_mm_ss time(now - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

Holder ThisProcess() {
  char host[256] = {};
  if (gethostname(host, sizeof host - 1) != 0) std::strcpy(host, "unknown");
  return {host, FirstLine("/proc/sys/kernel/random/boot_id"), std::to_string(getpid()), UtcNow()};
}

std::string Encode(const Holder& holder) {
  return fmt::format("host {}\nboot {}\npid {}\nstarted {}\n", holder.host, holder.boot, holder.pid,
                     holder.started);
}

std::string Field(std::string_view text, std::string_view name) {
  const size_t at = text.find(name);
  if (at == std::string_view::npos) return {};
  const size_t begin = at + name.size();
  return std::string(text.substr(begin, text.find('\n', begin) - begin));
}

Holder Decode(std::string_view text) {
  return {Field(text, "host "), Field(text, "boot "), Field(text, "pid "), Field(text, "started ")};
}

std::string ReadAll(int descriptor) {
  char buffer[1024];
  const ssize_t bytes = pread(descriptor, buffer, sizeof buffer, 0);
  return bytes > 0 ? std::string(buffer, static_cast<size_t>(bytes)) : std::string();
}

Status Failed(const std::string& path, const char* doing) {
  return Status(
      StatusCode::kIoError,
      fmt::format("{} {} failed: {}; check the permissions of the folder and the space on "
                  "its disk",
                  doing, path, std::strerror(errno)));
}

Status HeldBy(const std::string& folder, const Holder& holder) {
  if (holder.pid.empty()) {
    return Status(StatusCode::kBusy,
                  fmt::format("{} is locked by another process that has not written who it is; it "
                              "may be opening or closing the database: try again, or open it "
                              "read-only",
                              folder));
  }
  return Status(StatusCode::kBusy,
                fmt::format("{} is open for writing in another process: host {}, pid {}, since {}; "
                            "close it there, or open it read-only",
                            folder, holder.host, holder.pid, holder.started));
}

Status HeldElsewhere(const std::string& path, const Holder& holder) {
  return Status(StatusCode::kBusy,
                fmt::format("the lock file {} was left by another machine: host {}, pid {}, since "
                            "{}; its file system may be shared with that machine, so we cannot "
                            "see whether the process lives: if it no longer runs, delete the file",
                            path, holder.host, holder.pid, holder.started));
}

bool WriteHolder(int descriptor, const Holder& holder) {
  const std::string text = Encode(holder);
  if (ftruncate(descriptor, 0) != 0) return false;
  const ssize_t written = pwrite(descriptor, text.data(), text.size(), 0);
  if (written == static_cast<ssize_t>(text.size())) return true;
  // A short write leaves errno as it was.
  if (written >= 0) errno = ENOSPC;
  return false;
}

// `type` is F_WRLCK or F_UNLCK, for the whole file.
bool SetFileLock(int descriptor, short type) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return fcntl(descriptor, F_OFD_SETLK, &lock) == 0;
}

// Closing alone would leave the lock with a child that was forked meanwhile.
void UnlockAndClose(int descriptor) {
  static_cast<void>(SetFileLock(descriptor, F_UNLCK));
  close(descriptor);
}

// The lock file while it is not known yet whether it will be ours; given back on every way out,
// also when memory runs out.
class LockDescriptor {
 public:
  explicit LockDescriptor(int descriptor) : descriptor_(descriptor) {}
  ~LockDescriptor() {
    if (descriptor_ >= 0) UnlockAndClose(descriptor_);
  }
  LockDescriptor(const LockDescriptor&) = delete;
  LockDescriptor& operator=(const LockDescriptor&) = delete;

  int get() const { return descriptor_; }
  void Release() { descriptor_ = -1; }

 private:
  int descriptor_;
};

}  // namespace

LockReach LockReachOf(int64_t type) {
  constexpr int64_t kZfs = 0x2FC12FC1;
  constexpr int64_t kBcachefs = 0xCA451A4E;
  switch (type) {
    case EXT4_SUPER_MAGIC:
    case BTRFS_SUPER_MAGIC:
    case F2FS_SUPER_MAGIC:
    case TMPFS_MAGIC:
    case RAMFS_MAGIC:
    case OVERLAYFS_SUPER_MAGIC:
    case XFS_SUPER_MAGIC:
    case kZfs:
    case kBcachefs: return LockReach::kEveryone;
    default: return LockReach::kThisMachine;
  }
}

Result<std::unique_ptr<LockFile>> LockFile::Acquire(const std::string& folder) {
  struct statfs system;
  const bool known = statfs(folder.c_str(), &system) == 0;
  return Acquire(folder, known ? LockReachOf(system.f_type) : LockReach::kThisMachine);
}

Result<std::unique_ptr<LockFile>> LockFile::Acquire(const std::string& folder, LockReach reach) {
  const std::string path = folder + "/" + kName;
  LockDescriptor descriptor(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (descriptor.get() < 0) return Failed(path, "opening");
  const bool locked = SetFileLock(descriptor.get(), F_WRLCK);
  const int lock_error = errno;
  const Holder holder = Decode(ReadAll(descriptor.get()));
  const Holder self = ThisProcess();
  if (!locked) {
    errno = lock_error;
    const bool held = lock_error == EAGAIN || lock_error == EACCES;
    return held ? HeldBy(folder, holder) : Failed(path, "locking");
  }
  const bool here = holder.host.empty() || holder.host == self.host || holder.boot == self.boot;
  if (reach == LockReach::kThisMachine && !here) return HeldElsewhere(path, holder);
  if (!WriteHolder(descriptor.get(), self)) return Failed(path, "writing");
  std::unique_ptr<LockFile> lock(new LockFile(descriptor.get()));
  descriptor.Release();
  return lock;
}

LockFile::LockFile(int descriptor) : descriptor_(descriptor), owner_(getpid()) {}

LockFile::~LockFile() {
  if (getpid() != owner_) {
    close(descriptor_);
    return;
  }
  // An empty file says that nobody holds it; failing to say so only costs the next holder a check.
  if (ftruncate(descriptor_, 0) != 0) errno = 0;
  UnlockAndClose(descriptor_);
}

}  // namespace kith::storage
