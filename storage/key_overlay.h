// SPDX-License-Identifier: Apache-2.0
// A transaction's own writes to the key spaces, laid over its snapshot, with what is needed to undo
// them. Inside storage only.
//
// Thread safety: belongs to one thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "storage/commit_ops.h"
#include "storage/key_space.h"
#include "storage/snapshot_reader.h"
#include "storage/validation_key.h"

namespace kith::storage {

/// A key's value in the transaction; nullopt when it deleted the key.
using OverlayValue = std::optional<std::string>;

class KeyOverlay {
 public:
  /// Null when the transaction has not written the key.
  const OverlayValue* Find(KeySpace space, std::string_view key) const;
  int64_t Added(std::string_view counter) const;

  /// Returns what the key had in the overlay before (nullopt: nothing), for Restore.
  std::optional<OverlayValue> Write(KeySpace space, std::string_view key, OverlayValue value);
  void Restore(KeySpace space, const std::string& key, std::optional<OverlayValue> previous);
  void Add(std::string_view counter, int64_t delta);
  /// True when the lock is new to the transaction.
  bool Lock(ValidationKey key) { return locks_.insert(key).second; }
  void Unlock(ValidationKey key) { locks_.erase(key); }

  // Merges the snapshot's entries with the overlay's.
  Status Scan(SnapshotReader* reader, KeySpace space, std::string_view lower,
              std::string_view upper, const KeySpaceReader::Visitor& visit) const;
  Status ScanBackwards(SnapshotReader* reader, KeySpace space, std::string_view lower,
                       std::string_view upper, const KeySpaceReader::Visitor& visit) const;

  bool empty() const;
  const std::set<ValidationKey>& locks() const { return locks_; }
  void AppendTo(CommitOps* ops) const;
  /// Calls `visit(space, key)` for every key and counter that is written, ascending in each space.
  template <typename Visit>
  void ForEachKey(const Visit& visit) const {
    for (size_t i = 0; i < entries_.size(); ++i) {
      for (const auto& entry : entries_[i]) visit(static_cast<KeySpace>(i + 1), entry.first);
    }
    for (const auto& [key, delta] : counters_) {
      if (delta != 0) visit(KeySpace::kCounter, key);
    }
  }

 private:
  using Entries = std::map<std::string, OverlayValue, std::less<>>;
  const Entries& Of(KeySpace space) const { return entries_[static_cast<size_t>(space) - 1]; }

  std::array<Entries, 5> entries_;  // By key space; that of kCounter stays empty.
  std::map<std::string, int64_t, std::less<>> counters_;
  std::set<ValidationKey> locks_;
};

}  // namespace kith::storage
