// SPDX-License-Identifier: Apache-2.0
// A backup's metadata is the superblock that its restored folder gets.
#include "storage/backup.h"

#include <fmt/core.h>
#include <rocksdb/env.h>
#include <rocksdb/utilities/backup_engine.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>

#include "storage/draft_folder.h"
#include "storage/format/meta_codec.h"
#include "storage/lock_file.h"
#include "storage/rocksdb_status.h"
#include "storage/store.h"

namespace kith::storage {
namespace {

namespace fs = std::filesystem;

/// What RocksDB's backup engine and we put into a folder of backups.
constexpr std::array<std::string_view, 5> kBackupNames = {"meta", "private", "shared",
                                                          "shared_checksum", LockFile::kName};

Status Failed(const std::string& what, const std::error_code& error) {
  return Status(StatusCode::kIoError, fmt::format("{} failed: {}", what, error.message()));
}

Status NoBackups(const std::string& folder) {
  return Status(StatusCode::kNotFound, fmt::format("there are no backups in {}", folder));
}

/// InvalidArgument when the folder holds anything that is not a backup's. One that is missing is
/// fine.
Status CheckBackupFolder(const std::string& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (!fs::exists(status)) return Status::Ok();
  if (!fs::is_directory(status)) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("{} is a file; backups need a folder of their own", folder));
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename();
    if (std::find(kBackupNames.begin(), kBackupNames.end(), name) != kBackupNames.end()) continue;
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("{} holds {}, which is not of a backup; backups need a folder of "
                              "their own",
                              folder, name));
  }
  return error ? Failed("listing " + folder, error) : Status::Ok();
}

bool HasBackups(const std::string& folder) {
  std::error_code error;
  return fs::is_directory(folder + "/meta", error);
}

rocksdb::BackupEngineOptions EngineOptions(const std::string& folder) {
  rocksdb::BackupEngineOptions options(folder, rocksdb::Env::Default());
  options.max_background_operations = 2;
  return options;
}

/// Nothing for a backup whose metadata is not ours.
Result<BackupInfo> InfoOf(const rocksdb::BackupInfo& backup, const std::string& folder,
                          Superblock* superblock) {
  KITH_ASSIGN_OR_RETURN(*superblock, DecodeSuperblock(backup.app_metadata, folder));
  return BackupInfo{backup.backup_id, backup.timestamp, backup.size, superblock->flushed};
}

/// Says afterwards whether it was the caller who stopped the engine.
struct Progress {
  rocksdb::BackupEngine* engine = nullptr;
  const std::function<bool()>* goes_on = nullptr;
  bool stopped = false;

  void operator()() {
    if (!*goes_on || stopped || (*goes_on)()) return;
    stopped = true;
    engine->StopBackup();
  }
};

/// `env` is the database's, which may lie in memory.
Result<std::unique_ptr<rocksdb::BackupEngine>> OpenEngine(const std::string& folder,
                                                          rocksdb::Env* env) {
  rocksdb::BackupEngine* engine = nullptr;
  const rocksdb::Status opened = rocksdb::BackupEngine::Open(EngineOptions(folder), env, &engine);
  std::unique_ptr<rocksdb::BackupEngine> owned(engine);
  KITH_RETURN_IF_ERROR(FromRocksDb(opened, "opening the backups in " + folder));
  return owned;
}

Result<std::unique_ptr<rocksdb::BackupEngineReadOnly>> OpenReader(const std::string& folder) {
  if (!HasBackups(folder)) return NoBackups(folder);
  rocksdb::BackupEngineReadOnly* engine = nullptr;
  const rocksdb::Status opened =
      rocksdb::BackupEngineReadOnly::Open(EngineOptions(folder), rocksdb::Env::Default(), &engine);
  std::unique_ptr<rocksdb::BackupEngineReadOnly> owned(engine);
  KITH_RETURN_IF_ERROR(FromRocksDb(opened, "opening the backups in " + folder));
  return owned;
}

Status MakeBackupFolder(const Store& store, const std::string& folder) {
  std::error_code error;
  if (!store.in_memory() &&
      fs::weakly_canonical(folder, error)
          .native()
          .starts_with(fs::weakly_canonical(store.path(), error).native() + "/")) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("{} lies inside the database {}; backups need a folder of their own, "
                              "best on another disk",
                              folder, store.path()));
  }
  KITH_RETURN_IF_ERROR(CheckBackupFolder(folder));
  // Only the last folder: a misspelt parent is an error, not a new tree.
  fs::create_directory(folder, error);
  return error ? Failed("creating the folder " + folder, error) : Status::Ok();
}

Status WriteSuperblockOf(const Superblock& superblock, const std::string& folder) {
  const std::string path = folder + "/KITH";
  const rocksdb::Status written =
      rocksdb::WriteStringToFile(rocksdb::Env::Default(), EncodeSuperblock(superblock), path, true);
  KITH_RETURN_IF_ERROR(FromRocksDb(written, "writing " + path));
  return SyncFolder(folder);
}

}  // namespace

Result<BackupInfo> CreateBackup(Store* store, CommitNumber commit, const std::string& folder,
                                const BackupOptions& options) {
  KITH_RETURN_IF_ERROR(MakeBackupFolder(*store, folder));
  KITH_ASSIGN_OR_RETURN(const auto lock, LockFile::Acquire(folder));
  KITH_ASSIGN_OR_RETURN(const auto engine, OpenEngine(folder, store->db()->GetEnv()));
  Progress progress{engine.get(), &options.goes_on};
  rocksdb::CreateBackupOptions create;
  create.flush_before_backup = true;
  create.progress_callback = std::ref(progress);
  Superblock superblock = store->superblock();
  superblock.state = Superblock::State::kReady;  // A store in memory has none on disk.
  superblock.flushed = commit;
  rocksdb::BackupID number = 0;
  progress();
  const rocksdb::Status made = engine->CreateNewBackupWithMetadata(
      create, store->db(), EncodeSuperblock(superblock), &number);
  if (progress.stopped) return Status(StatusCode::kCancelled, "the backup was stopped");
  KITH_RETURN_IF_ERROR(FromRocksDb(made, "writing a backup to " + folder));
  if (options.keep > 0) {
    const rocksdb::Status purged =
        engine->PurgeOldBackups(static_cast<uint32_t>(std::min<size_t>(options.keep, UINT32_MAX)));
    KITH_RETURN_IF_ERROR(FromRocksDb(purged, "deleting old backups in " + folder));
  }
  rocksdb::BackupInfo backup;
  KITH_RETURN_IF_ERROR(
      FromRocksDb(engine->GetBackupInfo(number, &backup), "reading the backups in " + folder));
  return InfoOf(backup, folder, &superblock);
}

Result<std::vector<BackupInfo>> ListBackups(const std::string& folder) {
  KITH_ASSIGN_OR_RETURN(const auto engine, OpenReader(folder));
  std::vector<rocksdb::BackupInfo> backups;
  engine->GetBackupInfo(&backups);
  std::vector<BackupInfo> infos;
  for (const rocksdb::BackupInfo& backup : backups) {
    Superblock superblock;
    const Result<BackupInfo> info = InfoOf(backup, folder, &superblock);
    if (info.ok()) infos.push_back(*info);
  }
  return infos;
}

Result<BackupInfo> RestoreBackup(const std::string& folder, uint32_t number,
                                 const std::string& target) {
  KITH_ASSIGN_OR_RETURN(const auto engine, OpenReader(folder));
  rocksdb::BackupInfo backup;
  const rocksdb::Status found =
      number == 0 ? engine->GetLatestBackupInfo(&backup) : engine->GetBackupInfo(number, &backup);
  if (!found.ok()) {
    return Status(StatusCode::kNotFound,
                  number == 0
                      ? fmt::format("there is no whole backup in {}", folder)
                      : fmt::format("there is no whole backup number {} in {}", number, folder));
  }
  Superblock superblock;
  KITH_ASSIGN_OR_RETURN(const BackupInfo info, InfoOf(backup, folder, &superblock));
  KITH_RETURN_IF_ERROR(DraftFolder::CheckTarget(target, "a backup is restored"));
  KITH_RETURN_IF_ERROR(FromRocksDb(engine->VerifyBackup(info.number, true),
                                   fmt::format("backup {} in {}", info.number, folder)));
  KITH_ASSIGN_OR_RETURN(const auto draft, DraftFolder::Make(target, "restoring"));
  const std::string data = draft->path() + "/data";
  KITH_RETURN_IF_ERROR(FromRocksDb(engine->RestoreDBFromBackup(info.number, data, data),
                                   fmt::format("restoring backup {} of {}", info.number, folder)));
  KITH_RETURN_IF_ERROR(WriteSuperblockOf(superblock, draft->path()));
  KITH_RETURN_IF_ERROR(draft->TakePlace());
  return info;
}

}  // namespace kith::storage
