// SPDX-License-Identifier: Apache-2.0
// A file system that breaks at a chosen operation: every write, sync, rename, creation or deletion
// counts as one. After a crash only what was synced is sure to be there. Apart from that, opening
// files for reading, opening a database for writing, and compactions can be made to fail.
//
// Thread safety: all functions may be called from any thread.
#pragma once

#include <rocksdb/file_system.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace kith::storage {

class FaultFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  enum class Mode {
    kError,          ///< The operation fails, and every later one: a disk that has gone.
    kOnce,           ///< The operation fails, and the later ones work.
    kDelay,          ///< The operation takes longer, and nothing fails.
    kTear,           ///< An append writes half of its bytes first.
    kNoSpace,        ///< Appends fail for want of space until Heal.
    kNoSpaceTorn,    ///< The same, and the first of them writes half of its bytes.
    kNoSpaceAtSync,  ///< Appends reach the file, and syncs fail for want of space until Heal.
  };

  FaultFileSystem();
  const char* Name() const override { return "kith.test.Fault"; }

  /// Breaks at operation number `at` from now, counted from 1; 0 never.
  void Arm(Mode mode, uint64_t at);
  /// Ends the fault.
  void Heal() { Arm(Mode::kError, 0); }
  uint64_t operations() const;
  bool broken() const;
  /// What a power failure leaves: cuts every file that was written to its synced length.
  void DropUnsynced();
  /// How much of a file a power failure is sure to leave; 0 for one that was not written here.
  uint64_t SyncedBytes(const std::string& name) const;

  /// While set, no file can be opened for reading.
  void FailReads(bool fail) { fail_reads_ = fail; }
  /// While set, RocksDB cannot be opened for writing: it begins by making a manifest.
  void FailOpenings(bool fail) { fail_openings_ = fail; }
  /// While set, compactions find no room, and what else is written does.
  void FailCompactions(bool fail) { fail_compactions_ = fail; }
  /// How often one found none.
  int failed_compactions() const { return failed_compactions_; }
  /// How often RocksDB was opened for writing, or tried to be.
  int openings() const { return openings_; }

  rocksdb::IOStatus NewSequentialFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus NewRandomAccessFile(const std::string& name,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* context) override;

 private:
  friend class FaultFile;
  enum class Operation { kAppend, kSync, kOther };
  enum class Verdict { kGoOn, kTear, kFail, kNoSpace, kTearNoSpace };
  Verdict Count(Operation operation);
  static rocksdb::IOStatus Failure(Verdict verdict);
  void NoteSynced(const std::string& name, uint64_t bytes);

  std::atomic<bool> fail_reads_{false};
  std::atomic<bool> fail_openings_{false};
  std::atomic<int> openings_{0};
  std::atomic<bool> fail_compactions_{false};
  std::atomic<int> failed_compactions_{0};

  mutable std::mutex mutex_;
  Mode mode_ = Mode::kError;
  uint64_t at_ = 0;
  bool torn_ = false;  // kNoSpaceTorn has torn its append.
  uint64_t count_ = 0;
  std::map<std::string, uint64_t> synced_;  // Files open for writing or written, by name.
};

}  // namespace kith::storage
