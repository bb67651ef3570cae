// SPDX-License-Identifier: Apache-2.0
// The groups' newest versions, kept up to date by commits: a reader of a group that is here makes
// no call to RocksDB.
//
// A version has every commit up to a number; later commits of the group wait beside it, as entries,
// until a reader wants them, who then lays them over the version as a new run. So any view from the
// version's commit on is served; an older one reads RocksDB by its own snapshot.
//
// Thread safety: all functions may be called from any thread; Prepare and Apply belong to the
// leader of the commit pipeline, which calls Apply before anyone can have a view of the commit.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "storage/cache/group_version.h"

namespace kith::storage {

struct GroupTableStats {
  uint64_t hits = 0;      ///< Reads that needed nothing from RocksDB.
  uint64_t loads = 0;     ///< Reads that took the group from RocksDB.
  uint64_t versions = 0;  ///< Groups that are here.
  uint64_t bytes = 0;     ///< Of them and of what waits beside them.
  uint64_t budget_bytes = 0;
};

/// What a commit does to one group.
struct GroupChange {
  GroupId group{};
  size_t entries = 0;  ///< Delta entries that the commit wrote, or that a fold deleted.
  /// The entries themselves; empty when the commit is too large to hand them over.
  std::vector<DeltaEntry> kept;
};

class GroupTable {
 public:
  using Version = std::shared_ptr<const GroupVersion>;
  /// Reads the group from RocksDB as of the caller's view.
  using Load = std::function<Result<Version>()>;

  /// A group is first looked at for a fold when its delta has `check_entries` entries.
  GroupTable(size_t budget_bytes, size_t check_entries);
  ~GroupTable();
  GroupTable(const GroupTable&) = delete;
  GroupTable& operator=(const GroupTable&) = delete;

  /// The group as of `view`. Whatever `load` fails with.
  Result<Version> Get(GroupId group, CommitNumber view, const Load& load);

  /// Takes what memory Apply needs to note the commit. Nothing changes for readers.
  void Prepare(std::span<const GroupChange> changes);
  /// The commit has been written. Where memory is short it forgets versions.
  void Apply(CommitNumber commit, std::vector<GroupChange> changes) noexcept;
  /// The same of a fold, which read the group as of `snapshot` and made `folded` of it.
  void ApplyFold(CommitNumber commit, const GroupChange& change, CommitNumber snapshot,
                 Version folded) noexcept;

  /// `full` is called, by whichever thread notices, when a group is to be looked at for a fold, and
  /// again whenever its delta has grown by half. Set before the first read.
  void OnFull(std::function<void(GroupId)> full) { full_ = std::move(full); }

  GroupTableStats stats() const;

 private:
  struct Entry;
  class Shard;
  Shard& ShardOf(GroupId group) const;

  std::vector<std::unique_ptr<Shard>> shards_;
  std::function<void(GroupId)> full_;
};

}  // namespace kith::storage
