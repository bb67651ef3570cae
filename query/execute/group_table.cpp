// SPDX-License-Identifier: Apache-2.0
// The hash table of distinct keys; its layout is described in the header.
#include "query/execute/group_table.h"

namespace kith::query {
namespace {

constexpr uint32_t kEmpty = UINT32_MAX;
constexpr size_t kFirstBuckets = 64;

}  // namespace

GroupTable::GroupTable(size_t key_columns, MemoryBudget* memory)
    : keys_(key_columns), memory_(memory) {}

void GroupTable::Clear() {
  for (Column& key : keys_) key = Column();
  hashes_.clear();
  buckets_.clear();
  memory_.Release();
  charged_bytes_ = 0;
}

Status GroupTable::FindOrAdd(std::span<const Column* const> keys, size_t rows,
                             std::vector<uint32_t>* groups) {
  groups->resize(rows);
  for (size_t row = 0; row < rows; ++row) {
    uint64_t hash = 0x2545F4914F6CDD1Dull;
    for (const Column* key : keys) hash = key->Hash(row, hash);
    (*groups)[row] = FindOrAddRow(keys, row, hash);
  }
  size_t bytes = hashes_.capacity() * sizeof(uint64_t) + buckets_.size() * sizeof(uint32_t);
  for (const Column& key : keys_) bytes += key.HeapBytes();
  if (bytes > charged_bytes_) {
    KITH_RETURN_IF_ERROR(memory_.Add(bytes - charged_bytes_));
    charged_bytes_ = bytes;
  }
  return Status::Ok();
}

uint32_t GroupTable::FindOrAddRow(std::span<const Column* const> keys, size_t row, uint64_t hash) {
  if (2 * (hashes_.size() + 1) > buckets_.size()) Grow();
  const size_t mask = buckets_.size() - 1;
  size_t bucket = hash & mask;
  for (; buckets_[bucket] != kEmpty; bucket = (bucket + 1) & mask) {
    const uint32_t group = buckets_[bucket];
    if (hashes_[group] == hash && SameKey(keys, row, group)) return group;
  }
  const uint32_t group = static_cast<uint32_t>(hashes_.size());
  buckets_[bucket] = group;
  hashes_.push_back(hash);
  for (size_t k = 0; k < keys.size(); ++k) keys_[k].AppendRow(*keys[k], row);
  return group;
}

bool GroupTable::SameKey(std::span<const Column* const> keys, size_t row, uint32_t group) const {
  for (size_t k = 0; k < keys.size(); ++k) {
    if (Column::Compare(*keys[k], row, keys_[k], group) != 0) return false;
  }
  return true;
}

void GroupTable::Grow() {
  buckets_.assign(buckets_.empty() ? kFirstBuckets : 2 * buckets_.size(), kEmpty);
  const size_t mask = buckets_.size() - 1;
  for (uint32_t group = 0; group < hashes_.size(); ++group) {
    size_t bucket = hashes_[group] & mask;
    while (buckets_[bucket] != kEmpty) bucket = (bucket + 1) & mask;
    buckets_[bucket] = group;
  }
}

}  // namespace kith::query
