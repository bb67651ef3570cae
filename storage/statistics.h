// SPDX-License-Identifier: Apache-2.0
// The counters of a snapshot. Inside storage only.
//
// Thread safety: belongs to one thread.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "storage/read_view.h"
#include "storage/snapshot.h"

namespace kith::storage {

class SnapshotStatistics final : public Statistics {
 public:
  /// Reads the totals; counts of labels and types are read when asked for, and a counter that
  /// cannot be read then counts as 0, because these numbers only guide plans.
  static Result<std::unique_ptr<Statistics>> Read(std::shared_ptr<Snapshot> snapshot);
  ~SnapshotStatistics() override;

  uint64_t NodeCount() const override { return nodes_; }
  uint64_t NodeCount(LabelId label) const override;
  uint64_t RelationshipCount() const override { return relationships_; }
  uint64_t RelationshipCount(RelTypeId type) const override;

 private:
  explicit SnapshotStatistics(std::shared_ptr<Snapshot> snapshot);
  uint64_t Cached(const std::string& key) const;

  std::shared_ptr<Snapshot> snapshot_;
  std::unique_ptr<SnapshotReader> reader_;
  uint64_t nodes_ = 0;
  uint64_t relationships_ = 0;
  mutable std::unordered_map<std::string, uint64_t> counts_;
};

}  // namespace kith::storage
