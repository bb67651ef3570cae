// SPDX-License-Identifier: Apache-2.0
// The lock file of a database folder: one process writes. The kernel's lock on the file tells
// whether the holder lives; the text in it tells who that is, and whether the kernel's answer can
// be trusted: a lock held on another machine may not be visible here.
//
// Thread safety: none needed; the lock is held from Acquire to destruction.
#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"

namespace kith::storage {

class LockFile {
 public:
  /// Takes the lock of `folder`, which must exist. Busy, naming the holder's host, pid and start
  /// time, when a living process has it, or one on another host that we cannot see; IoError when
  /// the file cannot be written. A holder that is dead does not block.
  static Result<std::unique_ptr<LockFile>> Acquire(const std::string& folder);
  /// Removes the file's text and gives the lock back.
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

  static constexpr const char* kName = "kith.lock";

 private:
  explicit LockFile(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace kith::storage
