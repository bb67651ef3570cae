// SPDX-License-Identifier: Apache-2.0
// A database: one folder on disk, or memory only. One process may have it open for writing.
//
// Thread safety: a Database may be used from any thread. Destroying it while connections,
// statements or cursors are left is safe: the folder stays open, and locked, until the last of them
// is gone. A child process that was forked must not use its copy, but may destroy it, which touches
// no file: let it open the database read-only by itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/backup.h"
#include "engine/base/check.h"
#include "engine/base/export.h"
#include "engine/base/result.h"
#include "kith/import.h"

namespace kith {

class Connection;
class Cursor;
class Rag;
class Statement;

struct Options {
  /// False: opening a folder that holds no database is a NotFound error instead of a new database.
  bool create_if_missing = true;
  /// True: nothing is written, and every writing statement is refused with ReadOnly.
  bool read_only = false;
  /// True, with read_only: every transaction begins at the newest commit of the process that writes
  /// the database, which arrives here within milliseconds. False: what was there when it was opened
  /// stays. Any number of processes may follow one that writes; none slows it or keeps it from
  /// anything, and it may end and be started again. A transaction keeps its state until it ends.
  bool follow = false;
  /// What caches, transactions and queries may hold together. 0: a quarter of the machine's memory.
  size_t memory_limit_bytes = 0;
  /// What of the limit above the hot-subgraph cache may take: chunks of the graph that queries come
  /// back to, found without the disk. 0: nothing is kept. Unless given, a quarter of the limit.
  std::optional<size_t> cache_bytes;
  /// What one statement may hold, inside the limit above. 0: no limit of its own.
  size_t query_memory_limit_bytes = 0;
  /// False: a commit returns before the disk has it; a power cut may lose the last commits, never
  /// half of one. (Should power fail in the instant in which such a commit begins a new log file,
  /// opening may report Corruption.) A killed process loses nothing either way.
  bool sync_commits = true;
  /// The model of embed(), of ingested chunks and of questions: a name ("kith model list") or
  /// folder. Empty: there is none. Read by the first use, whose error it is when the model is
  /// missing, damaged, or another than the one that made the vectors of this database.
  std::string embedding_model;
  /// The folder whose files LOAD CSV may read. Empty: none, and LOAD CSV is an error.
  std::string import_folder;
  /// What one call may embed with at a time. 0: one for each processor.
  size_t embedding_threads = 0;
};

class KITH_EXPORT Database {
 public:
  /// Opens the database in folder `path`, creating it when missing; ":memory:" is a new database
  /// that lives in memory and dies with the object. Errors: Busy when another process has it open
  /// for writing (the message names it), Corruption when it is damaged or holds something else,
  /// Unsupported for a version of the format that this build does not read, NotFound, IoError,
  /// InvalidArgument when the path is a file or empty or an option is out of range,
  /// ResourceExhausted when memory runs out, after which Busy may say to start the process again.
  static Result<std::unique_ptr<Database>> Open(const std::string& path,
                                                const Options& options = {});

  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// A connection for one thread at a time. Cheap: a few hundred bytes.
  std::unique_ptr<Connection> Connect();

  /// Documents in, cited answers out. Owned by the database; safe from any thread.
  Rag& rag();

  /// Adds a backup of all that is committed to a folder of backups, while others read and write; a
  /// database in memory, too. Each backup is complete; files that several have in common are stored
  /// once. Errors: InvalidArgument (the folder holds something else), Busy (another process backs
  /// up into it), ReadOnly, IoError, Cancelled, Corruption when a file of the database cannot be
  /// read as it was written. After an error the backups that were there still are.
  Result<BackupInfo> Backup(const std::string& folder, const BackupOptions& options = {});
  /// Oldest first; damaged ones are left out. NotFound when the folder holds no backups.
  static Result<std::vector<BackupInfo>> Backups(const std::string& folder);
  /// Makes the database folder `path` of a backup by its number, 0 for the newest. All of it is
  /// there afterwards, or nothing. Errors: NotFound, InvalidArgument when `path` holds anything,
  /// Busy when this process is restoring to it already, Corruption when a file of the backup is not
  /// what was written, IoError.
  static Result<BackupInfo> Restore(const std::string& folder, const std::string& path,
                                    uint32_t number = 0);

  /// Reads all files against their checksums, and compares the graph with itself and with every
  /// index, as of now; others read and write meanwhile. What is wrong: empty when nothing is.
  /// Errors: Cancelled; IoError or Corruption when nothing can be read at all.
  Result<std::vector<CheckFinding>> Check(const CheckOptions& options = {});

  /// Makes the database folder `path` of CSV files, by several threads; see kith/import.h. All of
  /// it is there afterwards, or nothing. Errors: InvalidArgument when `path` holds anything, when
  /// headers or names do not say what files hold, or when more lines are bad than are tolerated
  /// (file and line of the first are in the message); NotFound, IoError, Cancelled,
  /// ResourceExhausted.
  static Result<ImportReport> Import(const std::string& path, const ImportInput& input,
                                     const ImportOptions& options = {});

  const std::string& path() const;
  bool is_read_only() const;

  /// "0.1.0".
  static std::string_view Version();

 private:
  friend class Connection;
  friend class Cursor;
  friend class Statement;
  struct Parts;
  explicit Database(std::shared_ptr<Parts> parts);

  std::shared_ptr<Parts> parts_;
};

}  // namespace kith
