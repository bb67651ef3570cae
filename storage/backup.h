// SPDX-License-Identifier: Apache-2.0
// Backups of a database in a folder of their own, while it is in use: RocksDB's backup engine, and
// what it does not know of a Kith folder. Each backup is complete; files that several have in
// common are stored once, so that a further one costs what has changed.
//
// One process at a time writes a folder of backups; its lock file names the holder. A backup that
// was interrupted is not there, and the next one cleans up what it left.
//
// Thread safety: functions may be called from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/backup.h"
#include "engine/base/ids.h"
#include "engine/base/result.h"

namespace kith::storage {

class Store;

/// Of a store that is open for writing and that the caller keeps from being reopened, by a
/// snapshot. `commit` is the snapshot's. The folder is made when its parent exists. Errors:
/// InvalidArgument (the folder holds something else, or is the database's own), Busy, IoError,
/// Cancelled, Corruption when a file of the database cannot be read as it was written.
Result<BackupInfo> CreateBackup(Store* store, CommitNumber commit, const std::string& folder,
                                const BackupOptions& options);

/// Oldest first. Damaged ones are left out. NotFound when the folder holds no backups.
Result<std::vector<BackupInfo>> ListBackups(const std::string& folder);

/// Makes the database folder `target` of the backup with this number, 0 for the newest. All of it
/// is there afterwards, or nothing; what a killed attempt has left beside it is removed. Errors:
/// NotFound, InvalidArgument when `target` holds anything, Busy when this process is restoring to
/// it already, Corruption when a file of the backup is not what was written, IoError.
Result<BackupInfo> RestoreBackup(const std::string& folder, uint32_t number,
                                 const std::string& target);

}  // namespace kith::storage
