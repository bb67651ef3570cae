// SPDX-License-Identifier: Apache-2.0
// Distinct keys of several columns, numbered 0, 1, 2, ... in order of first appearance. Two keys
// are the same when all their values are Equivalent (null is null, NaN is NaN, 1 is 1.0). Open
// addressing with linear probing over (hash, group) pairs; keys themselves lie in columns.
//
// Thread safety: used by one thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/status.h"
#include "query/execute/batch.h"
#include "query/execute/execution_context.h"

namespace kith::query {

class GroupTable {
 public:
  GroupTable(size_t key_columns, MemoryBudget* memory);

  /// (*groups)[i] is the number of row i's key. keys[k] has `rows` rows and lives during the call.
  Status FindOrAdd(std::span<const Column* const> keys, size_t rows, std::vector<uint32_t>* groups);
  size_t size() const { return hashes_.size(); }
  /// One column of all keys, by group number.
  const Column& key(size_t k) const { return keys_[k]; }
  void Clear();

 private:
  uint32_t FindOrAddRow(std::span<const Column* const> keys, size_t row, uint64_t hash);
  bool SameKey(std::span<const Column* const> keys, size_t row, uint32_t group) const;
  void Grow();

  std::vector<Column> keys_;
  std::vector<uint64_t> hashes_;   // By group.
  std::vector<uint32_t> buckets_;  // Group numbers; kEmpty where none. A power of two.
  MemoryCharge memory_;
  size_t charged_bytes_ = 0;
};

}  // namespace kith::query
