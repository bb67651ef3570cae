// SPDX-License-Identifier: Apache-2.0
// What a transaction wants written, encoded while other transactions still commit: operations in
// one buffer, to which the leader adds the commit number. Inside storage only.
//
// Thread safety: belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "storage/cache/group_table.h"
#include "storage/format/delta_key.h"
#include "storage/store.h"

namespace kith::storage {

class CommitOps {
 public:
  /// A new delta entry; the key gets the commit number of this transaction.
  void PutDelta(const DeltaKey& key, std::string_view value);
  /// Removes exactly one delta entry, by its whole key, commit included. Only folds do.
  void DeleteDelta(std::string_view key);
  void Put(Family family, std::string_view key, std::string_view value);
  void Delete(Family family, std::string_view key);
  void Add(std::string_view counter, int64_t delta);

  /// What this does to each group's delta; with the entries themselves when `keep`, as the
  /// commit's.
  std::vector<GroupChange> Changes(CommitNumber commit, bool keep) const;

  /// Puts the operations in the order of their keys: a memtable inserts next to where it inserted
  /// last several times faster than somewhere else. No key occurs twice.
  void Sort();

  bool empty() const { return ops_.empty(); }
  size_t bytes() const { return bytes_.size(); }
  /// What this takes in memory.
  size_t memory_bytes() const { return bytes_.capacity() + ops_.capacity() * sizeof(Op); }
  /// The most that AppendTo adds to a batch.
  size_t batch_bytes() const { return bytes_.size() + ops_.size() * kBatchOpBytes; }
  /// Appends everything to `batch` as the commit's.
  Status AppendTo(const Store& store, CommitNumber commit, rocksdb::WriteBatch* batch) const;

 private:
  enum class Kind : uint8_t { kPutDelta, kDeleteDelta, kPut, kDelete, kAdd };
  struct Op {
    Kind kind;
    Family family;
    uint32_t key_bytes;
    uint32_t value_bytes;
    uint64_t key_head;  // The first 8 bytes of the key as a number, for sorting.
    size_t offset;      // Of the key in bytes_; the value follows it.
  };
  // Of a batch, beside key and value: a tag, three varints of 32 bits, and a commit number.
  static constexpr size_t kBatchOpBytes = 1 + 3 * 5 + kCommitBytes;

  std::string_view KeyOf(const Op& op) const {
    return std::string_view(bytes_).substr(op.offset, op.key_bytes);
  }
  void Append(Kind kind, Family family, std::string_view key, std::string_view value);

  std::vector<Op> ops_;
  std::string bytes_;
};

}  // namespace kith::storage
