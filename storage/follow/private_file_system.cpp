// SPDX-License-Identifier: Apache-2.0
// Shared files below, files in memory above.
#include "storage/follow/private_file_system.h"

#include <rocksdb/env.h>

#include <algorithm>
#include <utility>

#include "storage/follow/log_tail.h"
#include "storage/rocksdb_status.h"

namespace kith::storage {
namespace {

using rocksdb::FileOptions;
using rocksdb::FileSystem;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

std::shared_ptr<FileSystem> NewMemory() {
  const std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  return env->GetFileSystem();
}

// RocksDB joins a folder and a name with one slash or two.
std::string Plain(std::string path) {
  const auto doubled = [](char a, char b) { return a == '/' && b == '/'; };
  path.erase(std::unique(path.begin(), path.end(), doubled), path.end());
  return path;
}

}  // namespace

Result<std::shared_ptr<PrivateFileSystem>> PrivateFileSystem::Make(
    const std::shared_ptr<FileSystem>& shared, const std::string& folder) {
  std::shared_ptr<PrivateFileSystem> files(new PrivateFileSystem(NewMemory(), shared));
  std::vector<std::string> names;
  KITH_RETURN_IF_ERROR(
      FromRocksDb(shared->GetChildren(folder, IOOptions(), &names, nullptr), "listing " + folder));
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(files->target_);
  KITH_RETURN_IF_ERROR(FromRocksDb(env->CreateDirIfMissing(folder), "making " + folder));
  for (const std::string& name : names) {
    if (name == "." || name == "..") continue;
    const std::string path = Plain(folder + "/" + name);
    std::unique_ptr<rocksdb::FSSequentialFile> log;
    if (const std::optional<uint64_t> number = LogNumberOf(name)) {
      KITH_RETURN_IF_ERROR(FromRocksDb(
          shared->NewSequentialFile(path, FileOptions(), &log, nullptr), "opening " + path));
      KITH_RETURN_IF_ERROR(
          FromRocksDb(shared->GetFileSize(path, IOOptions(), &files->log_bytes_[path], nullptr),
                      "opening " + path));
      files->newest_log_ = std::max(files->newest_log_, *number);
    }
    files->listed_.emplace(path, std::move(log));
  }
  return files;
}

// Where the file is: a file of our own hides a shared one of its name.
FileSystem* PrivateFileSystem::Home(const std::string& path) {
  if (target_->FileExists(path, IOOptions(), nullptr).ok()) return target_.get();
  const std::lock_guard<std::mutex> lock(mutex_);
  return listed_.contains(Plain(path)) ? shared_.get() : target_.get();
}

IOStatus PrivateFileSystem::NewSequentialFile(const std::string& path, const FileOptions& options,
                                              std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                              IODebugContext* debug) {
  FileSystem* const home = Home(path);
  if (home == shared_.get()) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto listed = listed_.find(Plain(path));
    if (listed != listed_.end() && listed->second != nullptr) {
      *file = std::move(listed->second);
      return IOStatus::OK();
    }
  }
  return home->NewSequentialFile(path, options, file, debug);
}

IOStatus PrivateFileSystem::NewRandomAccessFile(const std::string& path, const FileOptions& options,
                                                std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                                IODebugContext* debug) {
  return Home(path)->NewRandomAccessFile(path, options, file, debug);
}

// Asked for to cut off what was allocated beyond the end of a log.
IOStatus PrivateFileSystem::ReopenWritableFile(const std::string& path, const FileOptions& options,
                                               std::unique_ptr<rocksdb::FSWritableFile>* file,
                                               IODebugContext* debug) {
  if (Home(path) == shared_.get()) return IOStatus::NotSupported("a shared file");
  return target_->ReopenWritableFile(path, options, file, debug);
}

IOStatus PrivateFileSystem::FileExists(const std::string& path, const IOOptions& options,
                                       IODebugContext* debug) {
  IOStatus status = Home(path)->FileExists(path, options, debug);
  return status.IsNotFound() && log_bytes_.contains(Plain(path)) ? IOStatus::OK() : status;
}

IOStatus PrivateFileSystem::GetChildren(const std::string& folder, const IOOptions& options,
                                        std::vector<std::string>* names, IODebugContext* debug) {
  IOStatus status = target_->GetChildren(folder, options, names, debug);
  if (!status.ok()) return status;
  const std::string prefix = Plain(folder + "/");
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [path, log] : listed_) {
    if (path.starts_with(prefix)) names->push_back(path.substr(prefix.size()));
  }
  std::sort(names->begin(), names->end());
  names->erase(std::unique(names->begin(), names->end()), names->end());
  return status;
}

IOStatus PrivateFileSystem::GetChildrenFileAttributes(const std::string& folder,
                                                      const IOOptions& options,
                                                      std::vector<rocksdb::FileAttributes>* files,
                                                      IODebugContext* debug) {
  std::vector<std::string> names;
  IOStatus status = GetChildren(folder, options, &names, debug);
  for (const std::string& name : names) {
    uint64_t bytes = 0;
    if (!GetFileSize(folder + "/" + name, options, &bytes, debug).ok()) continue;
    files->push_back({name, bytes});
  }
  return status;
}

IOStatus PrivateFileSystem::DeleteFile(const std::string& path, const IOOptions& options,
                                       IODebugContext* debug) {
  size_t forgotten = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    forgotten = listed_.erase(Plain(path));
  }
  IOStatus status = target_->DeleteFile(path, options, debug);
  return forgotten != 0 ? IOStatus::OK() : status;
}

IOStatus PrivateFileSystem::GetFileSize(const std::string& path, const IOOptions& options,
                                        uint64_t* bytes, IODebugContext* debug) {
  IOStatus status = Home(path)->GetFileSize(path, options, bytes, debug);
  if (status.ok()) return status;
  const auto log = log_bytes_.find(Plain(path));
  if (log == log_bytes_.end()) return status;
  *bytes = log->second;
  return IOStatus::OK();
}

IOStatus PrivateFileSystem::GetFileModificationTime(const std::string& path,
                                                    const IOOptions& options, uint64_t* time,
                                                    IODebugContext* debug) {
  return Home(path)->GetFileModificationTime(path, options, time, debug);
}

IOStatus PrivateFileSystem::GetAbsolutePath(const std::string& path, const IOOptions& options,
                                            std::string* absolute, IODebugContext* debug) {
  return shared_->GetAbsolutePath(path, options, absolute, debug);
}

}  // namespace kith::storage
