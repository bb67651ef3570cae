// SPDX-License-Identifier: Apache-2.0
// A published state of the database: a commit number and RocksDB's snapshot of it. Transactions
// share it; it also keeps readers whose iterators are warm, for the next transaction that begins
// here.
//
// Thread safety: all functions may be called from any thread.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/base/ids.h"
#include "storage/snapshot_reader.h"

namespace kith::storage {

class Snapshot {
 public:
  /// Takes RocksDB's snapshot of now. `store` is borrowed and must outlive this.
  Snapshot(Store* store, CommitNumber commit);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  CommitNumber commit() const { return commit_; }
  /// A reader of this state, to be given back before the last reference to the snapshot goes.
  std::unique_ptr<SnapshotReader> BorrowReader();
  void GiveBack(std::unique_ptr<SnapshotReader> reader);

 private:
  Store* store_;
  CommitNumber commit_;
  const rocksdb::Snapshot* snapshot_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<SnapshotReader>> idle_;
};

/// A reader for as long as this lives.
class BorrowedReader {
 public:
  explicit BorrowedReader(Snapshot* snapshot)
      : snapshot_(snapshot), reader_(snapshot->BorrowReader()) {}
  ~BorrowedReader() { snapshot_->GiveBack(std::move(reader_)); }
  BorrowedReader(const BorrowedReader&) = delete;
  BorrowedReader& operator=(const BorrowedReader&) = delete;

  SnapshotReader* get() const { return reader_.get(); }

 private:
  Snapshot* snapshot_;
  std::unique_ptr<SnapshotReader> reader_;
};

}  // namespace kith::storage
