// SPDX-License-Identifier: Apache-2.0
// The lock file of a database folder: one process writes. The kernel's lock on the file tells
// whether the holder lives; the text in it tells who that is. On a file system that only this
// machine mounts, the kernel's word is all: host names do not matter, which containers make up
// anew. On any other, a lock that is held on another machine may not be visible here, and the text
// tells whether the holder was on this one.
//
// The lock is an open-file-description lock over all bytes. Like a lock of flock it belongs to one
// opening of the file, and unlike one it also meets the locks of NFS and Samba clients, where the
// folder is exported from this machine. A virtual machine that has the folder by virtiofs or 9p
// mostly keeps its locks to itself: a writer in it is not seen from here, only the reverse.
//
// Thread safety: none needed; the lock is held from Acquire to destruction.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/result.h"

namespace kith::storage {

/// Whose locks the kernel shows.
enum class LockReach : uint8_t {
  kEveryone,     ///< A file system of this machine alone.
  kThisMachine,  ///< A network or shared file system, or one that we do not know.
};

/// `type` is statfs's f_type.
LockReach LockReachOf(int64_t type);

class LockFile {
 public:
  /// Takes the lock of `folder`, which must exist. Busy, naming the holder's host, pid and start
  /// time, when a living process has it, or one on another host that we cannot see; IoError when
  /// the file cannot be written. A holder that is dead does not block, where we can know.
  static Result<std::unique_ptr<LockFile>> Acquire(const std::string& folder);
  /// The same, told the reach instead of asking the file system. For tests.
  static Result<std::unique_ptr<LockFile>> Acquire(const std::string& folder, LockReach reach);
  /// Removes the file's text and gives the lock back, also when a forked child has a copy of the
  /// descriptor. In such a child: closes the copy, and the lock stays with the parent.
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

  static constexpr const char* kName = "kith.lock";

 private:
  explicit LockFile(int descriptor);
  int descriptor_;
  int owner_;  // The process that acquired it.
};

}  // namespace kith::storage
