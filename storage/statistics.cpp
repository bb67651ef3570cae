// SPDX-License-Identifier: Apache-2.0
// The counters of a snapshot.
#include "storage/statistics.h"

#include <utility>

#include "storage/format/meta_codec.h"

namespace kith::storage {
namespace {

uint64_t NotNegative(int64_t count) {
  return count > 0 ? static_cast<uint64_t>(count) : 0;
}

}  // namespace

SnapshotStatistics::SnapshotStatistics(std::shared_ptr<Snapshot> snapshot)
    : snapshot_(std::move(snapshot)), reader_(snapshot_->BorrowReader()) {}

SnapshotStatistics::~SnapshotStatistics() {
  snapshot_->GiveBack(std::move(reader_));
}

Result<std::unique_ptr<Statistics>> SnapshotStatistics::Read(std::shared_ptr<Snapshot> snapshot) {
  std::unique_ptr<SnapshotStatistics> statistics(new SnapshotStatistics(std::move(snapshot)));
  KITH_ASSIGN_OR_RETURN(const int64_t nodes, statistics->reader_->Counter(NodeCounterKey()));
  KITH_ASSIGN_OR_RETURN(const int64_t relationships,
                        statistics->reader_->Counter(RelationshipCounterKey()));
  statistics->nodes_ = NotNegative(nodes);
  statistics->relationships_ = NotNegative(relationships);
  return std::unique_ptr<Statistics>(std::move(statistics));
}

uint64_t SnapshotStatistics::Cached(const std::string& key) const {
  const auto known = counts_.find(key);
  if (known != counts_.end()) return known->second;
  const Result<int64_t> count = reader_->Counter(key);
  return counts_[key] = count.ok() ? NotNegative(*count) : 0;
}

uint64_t SnapshotStatistics::NodeCount(LabelId label) const {
  return Cached(NodeCounterKey(label));
}

uint64_t SnapshotStatistics::RelationshipCount(RelTypeId type) const {
  return Cached(RelationshipCounterKey(type));
}

}  // namespace kith::storage
