// SPDX-License-Identifier: Apache-2.0
// Published states of the database.
#include "storage/snapshot.h"

#include <utility>

namespace kith::storage {
namespace {

// Idle readers pin memtables and files, so only as many stay as threads are likely to use.
constexpr size_t kIdleReaders = 8;

}  // namespace

Snapshot::Snapshot(Store* store, CommitNumber commit)
    : store_(store),
      commit_(commit),
      snapshot_(store->frozen() ? nullptr : store->db()->GetSnapshot()) {
  store_->NoteSnapshots(+1);
}

Snapshot::~Snapshot() {
  idle_.clear();
  if (snapshot_ != nullptr) store_->db()->ReleaseSnapshot(snapshot_);
  store_->NoteSnapshots(-1);
}

std::unique_ptr<SnapshotReader> Snapshot::BorrowReader() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    // GiveBack, which destructors call, must not throw.
    idle_.reserve(kIdleReaders);
    if (!idle_.empty()) {
      std::unique_ptr<SnapshotReader> reader = std::move(idle_.back());
      idle_.pop_back();
      return reader;
    }
  }
  return std::make_unique<SnapshotReader>(store_, snapshot_, commit_);
}

void Snapshot::GiveBack(std::unique_ptr<SnapshotReader> reader) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (idle_.size() < kIdleReaders) idle_.push_back(std::move(reader));
}

}  // namespace kith::storage
