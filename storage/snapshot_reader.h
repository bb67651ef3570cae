// SPDX-License-Identifier: Apache-2.0
// Reads committed data as of one snapshot: groups of the graph, and key spaces. It keeps what it
// has opened, readers of groups with their chunks as well as RocksDB's iterators, because opening
// costs more than a read. Inside storage only.
//
// Thread safety: used by one thread at a time.
#pragma once

#include <rocksdb/db.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/result.h"
#include "storage/group_reader.h"
#include "storage/key_space.h"
#include "storage/read_view.h"
#include "storage/store.h"

namespace kith::storage {

/// An iterator over a key space, bounded on both sides.
struct RangeIterator {
  std::string lower_bytes;
  std::string upper_bytes;
  rocksdb::Slice lower;
  rocksdb::Slice upper;
  std::unique_ptr<rocksdb::Iterator> iterator;
};

class SnapshotReader final : private MainSource {
 public:
  /// `store` is borrowed; `snapshot` may be null (read-only stores), else is borrowed.
  SnapshotReader(Store* store, const rocksdb::Snapshot* snapshot, CommitNumber commit);
  ~SnapshotReader() override;

  /// The group, whether it has anything or not. Valid until the next call for another group.
  Result<GroupReader*> Group(GroupId group) {
    if (last_ != nullptr && last_->group == group) return last_->reader.get();
    return OpenGroup(group);
  }

  Result<bool> Exists(NodeId node);
  /// Nullopt when there is none.
  Result<std::optional<NodeState>> NodeOf(NodeId node);
  Result<std::optional<RelationshipState>> RelationshipOf(RelId relationship);
  /// All delta entries of a group, in the order of their keys.
  Result<std::vector<DeltaEntry>> ReadDelta(GroupId group);
  /// What is folded of the group.
  Result<std::shared_ptr<const GroupDirectory>> ReadDirectory(GroupId group);
  /// A reader of some version of the group, which borrows this one.
  std::unique_ptr<GroupReader> ReaderOf(GroupId group, std::shared_ptr<const GroupVersion> version);

  Result<std::optional<std::string>> Get(Family family, std::string_view key);
  Status Scan(Family family, std::string_view lower, std::string_view upper,
              const KeySpaceReader::Visitor& visit);
  Status ScanBackwards(Family family, std::string_view lower, std::string_view upper,
                       const KeySpaceReader::Visitor& visit);
  Result<int64_t> Counter(std::string_view key);

 private:
  struct OpenedGroup {
    GroupId group{};
    std::unique_ptr<GroupReader> reader;
    bool used = false;
  };

  Result<GroupReader*> OpenGroup(GroupId group);
  Result<std::shared_ptr<const GroupVersion>> LoadGroup(GroupId group);
  OpenedGroup* FreePlace();
  size_t PinnedBytes() const;
  Result<std::string> ReadMain(const MainKey& key) override;
  rocksdb::ReadOptions Options() const;
  Status Damaged(std::string_view what) const;
  // Key-space iterators are taken out while they are in use, so that a visitor may read as well. An
  // empty `upper` is no bound.
  std::unique_ptr<RangeIterator> TakeIterator(Family family, std::string_view lower,
                                              std::string_view upper);
  void GiveIterator(Family family, std::unique_ptr<RangeIterator> range);

  Store* store_;
  const rocksdb::Snapshot* snapshot_;
  const CommitNumber commit_;
  std::vector<std::unique_ptr<OpenedGroup>> opened_;
  std::unordered_map<GroupId, OpenedGroup*> places_;
  OpenedGroup* last_ = nullptr;
  size_t switches_ = 0;
  size_t hand_ = 0;  // Of the clock that finds a place for another group.
  std::array<std::unique_ptr<RangeIterator>, kFamilyCount> iterators_;
};

}  // namespace kith::storage
