// SPDX-License-Identifier: Apache-2.0
// What a follower's RocksDB takes for its disk: the files of another process's database as they
// were listed at one moment, under files of its own, which lie in memory. So RocksDB opens the
// database for writing, and takes what is tailed from the log into its memtables, while nothing is
// ever written, locked or deleted where the other process has its files: every call that is not
// overridden here goes to memory.
//
// The logs are held open from the beginning, so that what is in them is read though the other
// process deletes them meanwhile. A table that is deleted before RocksDB has opened it fails the
// opening, which is tried again; one that is open stays readable until it is closed, where the file
// system promises that.
//
// Thread safety: all functions may be called from any thread.
#pragma once

#include <rocksdb/file_system.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace kith::storage {

class PrivateFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  /// Lists `folder` and opens its logs. An error when a file has vanished in between, among others.
  static Result<std::shared_ptr<PrivateFileSystem>> Make(
      const std::shared_ptr<rocksdb::FileSystem>& shared, const std::string& folder);

  /// Of the newest log in the folder then; 0 when there was none.
  uint64_t newest_log() const { return newest_log_; }

  const char* Name() const override { return "kith.Private"; }
  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomAccessFile(const std::string& path,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus FileExists(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetChildren(const std::string& folder, const rocksdb::IOOptions& options,
                                std::vector<std::string>* names,
                                rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetChildrenFileAttributes(const std::string& folder,
                                              const rocksdb::IOOptions& options,
                                              std::vector<rocksdb::FileAttributes>* files,
                                              rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetFileSize(const std::string& path, const rocksdb::IOOptions& options,
                                uint64_t* bytes, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetFileModificationTime(const std::string& path,
                                            const rocksdb::IOOptions& options, uint64_t* time,
                                            rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetAbsolutePath(const std::string& path, const rocksdb::IOOptions& options,
                                    std::string* absolute, rocksdb::IODebugContext* debug) override;

 private:
  PrivateFileSystem(const std::shared_ptr<rocksdb::FileSystem>& memory,
                    const std::shared_ptr<rocksdb::FileSystem>& shared)
      : FileSystemWrapper(memory), shared_(shared) {}

  rocksdb::FileSystem* Home(const std::string& path);

  std::shared_ptr<rocksdb::FileSystem> shared_;
  uint64_t newest_log_ = 0;
  /// How long the logs were then; RocksDB asks for it though the other process has deleted one.
  std::map<std::string, uint64_t> log_bytes_;
  std::mutex mutex_;
  /// By path, the shared files that RocksDB has not deleted, as it thinks. The logs' are open.
  std::map<std::string, std::unique_ptr<rocksdb::FSSequentialFile>> listed_;
};

}  // namespace kith::storage
