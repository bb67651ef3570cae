// SPDX-License-Identifier: Apache-2.0
// The folder that a restored database is made in until it is whole: TARGET.restoring-PID, beside
// its place. Its lock file is held while a restore works in it, so that what a killed one has left
// can be told from what a living one writes.
//
// Thread safety: belongs to one thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "storage/lock_file.h"

namespace kith::storage {

class RestoreDraft {
 public:
  /// An empty folder for what becomes `target`, after removing those that dead processes have left
  /// beside it. IoError when its parent is missing or cannot be written; Busy when this process is
  /// restoring to `target` already.
  static Result<std::unique_ptr<RestoreDraft>> Make(const std::string& target);
  /// Removes the folder, unless it has become its target.
  ~RestoreDraft();
  RestoreDraft(const RestoreDraft&) = delete;
  RestoreDraft& operator=(const RestoreDraft&) = delete;

  std::string path() const { return path_.native(); }
  /// Durably takes the place of the target, which must be missing or an empty folder.
  Status Become();

 private:
  explicit RestoreDraft(std::filesystem::path target);
  Status Begin();
  void RemoveLeftovers() const;

  std::filesystem::path target_;
  std::filesystem::path path_;
  std::unique_ptr<LockFile> lock_;  ///< Null: the folder is not ours.
};

/// Makes the names in a folder durable.
Status SyncFolder(const std::string& folder);

}  // namespace kith::storage
