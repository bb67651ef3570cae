// SPDX-License-Identifier: Apache-2.0
// A folder that a database is made in until it is whole, by a restore or an import:
// TARGET.VERB-PID, beside its place. Its lock file is held while it is worked in, so that what a
// killed process has left can be told from what a living one writes. A folder that is in its place
// is whole.
//
// Thread safety: belongs to one thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "storage/lock_file.h"

namespace kith::storage {

class DraftFolder {
 public:
  /// InvalidArgument when the target is there and no empty folder; `what` is made there ("a backup
  /// is restored").
  static Status CheckTarget(const std::string& target, const char* what);
  /// An empty folder for what becomes `target`, after removing those that dead processes have left
  /// beside it. `verb` says what is being done: "restoring". IoError when its parent is missing or
  /// cannot be written; Busy when this process is at it already.
  static Result<std::unique_ptr<DraftFolder>> Make(const std::string& target, const char* verb);
  /// Removes the folder, unless it has become its target.
  ~DraftFolder();
  DraftFolder(const DraftFolder&) = delete;
  DraftFolder& operator=(const DraftFolder&) = delete;

  std::string path() const { return path_.native(); }
  /// For a store that is opened in the folder, which takes the same lock.
  void ReleaseLock() { lock_ = nullptr; }
  /// Durably takes the place of the target, which must be missing or an empty folder.
  Status TakePlace();

 private:
  DraftFolder(std::filesystem::path target, const char* verb);
  Status Begin();
  void RemoveLeftovers() const;

  std::filesystem::path target_;
  std::string mark_;
  std::filesystem::path path_;
  std::unique_ptr<LockFile> lock_;
  bool ours_ = false;  ///< The folder is there, and to be removed.
};

/// Makes the names in a folder durable.
Status SyncFolder(const std::string& folder);

}  // namespace kith::storage
