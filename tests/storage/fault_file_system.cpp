// SPDX-License-Identifier: Apache-2.0
// A file system that breaks at a chosen operation.
#include "tests/storage/fault_file_system.h"

#include <rocksdb/env.h>

#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

namespace kith::storage {
namespace {

constexpr std::chrono::milliseconds kHang(20);

}  // namespace

class FaultFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultFile(std::unique_ptr<rocksdb::FSWritableFile> file, std::string name,
            FaultFileSystem* system)
      : FSWritableFileOwnerWrapper(std::move(file)), name_(std::move(name)), system_(system) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* context) override {
    using Verdict = FaultFileSystem::Verdict;
    // RocksDB's compactions give their files this priority, and nobody else does.
    if (system_->fail_compactions_ && GetIOPriority() == rocksdb::Env::IO_LOW) {
      ++system_->failed_compactions_;
      return FaultFileSystem::Failure(Verdict::kNoSpace);
    }
    const Verdict verdict = system_->Count(FaultFileSystem::Operation::kAppend);
    if (verdict == Verdict::kTear || verdict == Verdict::kTearNoSpace) {
      const rocksdb::Slice half(data.data(), data.size() / 2);
      FSWritableFileOwnerWrapper::Append(half, options, context).PermitUncheckedError();
    }
    if (verdict != FaultFileSystem::Verdict::kGoOn) return FaultFileSystem::Failure(verdict);
    written_ += data.size();
    return FSWritableFileOwnerWrapper::Append(data, options, context);
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo&,
                           rocksdb::IODebugContext* context) override {
    return Append(data, options, context);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* context) override {
    return Synced(FSWritableFileOwnerWrapper::Sync(options, context));
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* context) override {
    return Synced(FSWritableFileOwnerWrapper::Fsync(options, context));
  }

 private:
  rocksdb::IOStatus Synced(rocksdb::IOStatus status) {
    const auto verdict = system_->Count(FaultFileSystem::Operation::kSync);
    if (verdict != FaultFileSystem::Verdict::kGoOn) return FaultFileSystem::Failure(verdict);
    if (status.ok()) system_->NoteSynced(name_, written_);
    return status;
  }

  std::string name_;
  FaultFileSystem* system_;
  uint64_t written_ = 0;
};

FaultFileSystem::FaultFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

void FaultFileSystem::Arm(Mode mode, uint64_t at) {
  const std::lock_guard<std::mutex> lock(mutex_);
  mode_ = mode;
  torn_ = false;
  at_ = at == 0 ? 0 : count_ + at;
}

uint64_t FaultFileSystem::operations() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return count_;
}

bool FaultFileSystem::broken() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return at_ != 0 && count_ >= at_;
}

FaultFileSystem::Verdict FaultFileSystem::Count(Operation operation) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++count_;
  if (at_ == 0 || count_ < at_) return Verdict::kGoOn;
  const bool append = operation == Operation::kAppend;
  switch (mode_) {
    case Mode::kNoSpace: return append ? Verdict::kNoSpace : Verdict::kGoOn;
    case Mode::kNoSpaceAtSync:
      return operation == Operation::kSync ? Verdict::kNoSpace : Verdict::kGoOn;
    case Mode::kNoSpaceTorn:
      if (!append) return Verdict::kGoOn;
      return std::exchange(torn_, true) ? Verdict::kNoSpace : Verdict::kTearNoSpace;
    case Mode::kOnce: return count_ == at_ ? Verdict::kFail : Verdict::kGoOn;
    case Mode::kDelay:
      // Whoever else has an operation waits, too: a disk that hangs.
      if (count_ == at_) std::this_thread::sleep_for(kHang);
      return Verdict::kGoOn;
    case Mode::kTear: return count_ == at_ && append ? Verdict::kTear : Verdict::kFail;
    case Mode::kError: break;
  }
  return Verdict::kFail;
}

rocksdb::IOStatus FaultFileSystem::Failure(Verdict verdict) {
  const bool full = verdict == Verdict::kNoSpace || verdict == Verdict::kTearNoSpace;
  return full ? rocksdb::IOStatus::NoSpace("injected") : rocksdb::IOStatus::IOError("injected");
}

void FaultFileSystem::NoteSynced(const std::string& name, uint64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  synced_[name] = bytes;
}

void FaultFileSystem::DropUnsynced() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [name, bytes] : synced_) {
    std::error_code error;
    const uint64_t size = std::filesystem::file_size(name, error);
    if (!error && size > bytes) std::filesystem::resize_file(name, bytes, error);
  }
}

uint64_t FaultFileSystem::SyncedBytes(const std::string& name) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = synced_.find(name);
  return found == synced_.end() ? 0 : found->second;
}

rocksdb::IOStatus FaultFileSystem::NewSequentialFile(
    const std::string& name, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSSequentialFile>* file, rocksdb::IODebugContext* context) {
  if (fail_reads_) return rocksdb::IOStatus::IOError("injected");
  return target()->NewSequentialFile(name, options, file, context);
}

rocksdb::IOStatus FaultFileSystem::NewRandomAccessFile(
    const std::string& name, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSRandomAccessFile>* file, rocksdb::IODebugContext* context) {
  if (fail_reads_) return rocksdb::IOStatus::IOError("injected");
  return target()->NewRandomAccessFile(name, options, file, context);
}

rocksdb::IOStatus FaultFileSystem::NewWritableFile(const std::string& name,
                                                   const rocksdb::FileOptions& options,
                                                   std::unique_ptr<rocksdb::FSWritableFile>* file,
                                                   rocksdb::IODebugContext* context) {
  const auto verdict = Count(Operation::kOther);
  if (verdict != Verdict::kGoOn) return Failure(verdict);
  if (name.find("/MANIFEST-") != std::string::npos) {
    ++openings_;
    if (fail_openings_) return rocksdb::IOStatus::IOError("injected");
  }
  std::unique_ptr<rocksdb::FSWritableFile> inner;
  rocksdb::IOStatus status = target()->NewWritableFile(name, options, &inner, context);
  if (!status.ok()) return status;
  NoteSynced(name, 0);
  *file = std::make_unique<FaultFile>(std::move(inner), name, this);
  return status;
}

rocksdb::IOStatus FaultFileSystem::RenameFile(const std::string& from, const std::string& to,
                                              const rocksdb::IOOptions& options,
                                              rocksdb::IODebugContext* context) {
  const auto verdict = Count(Operation::kOther);
  if (verdict != Verdict::kGoOn) return Failure(verdict);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (const auto found = synced_.find(from); found != synced_.end()) {
      synced_[to] = found->second;
      synced_.erase(from);
    }
  }
  return target()->RenameFile(from, to, options, context);
}

rocksdb::IOStatus FaultFileSystem::DeleteFile(const std::string& name,
                                              const rocksdb::IOOptions& options,
                                              rocksdb::IODebugContext* context) {
  const auto verdict = Count(Operation::kOther);
  if (verdict != Verdict::kGoOn) return Failure(verdict);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    synced_.erase(name);
  }
  return target()->DeleteFile(name, options, context);
}

}  // namespace kith::storage
