// SPDX-License-Identifier: Apache-2.0
// See group_table.h.
#include "storage/cache/group_table.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>

namespace kith::storage {
namespace {

constexpr size_t kTableShards = 16;
/// When nobody has read a group for so many entries, it is read again from RocksDB.
constexpr size_t kMaxWaiting = 4096;
constexpr size_t kMaxWaitingBytes = size_t{1} << 20;

Status DamagedEntry() {
  return Status(StatusCode::kInternal, "a delta entry that was just written cannot be decoded");
}

}  // namespace

struct GroupTable::Entry {
  struct Waiting {
    CommitNumber commit{};
    DeltaEntry entry;
  };

  CommitNumber touched{};  ///< The last commit of the group, since the database was opened.
  Version version;         ///< Null: not here.
  CommitNumber version_commit{};
  std::vector<Waiting> waiting;  ///< Commits after the version's, in order.
  size_t waiting_bytes = 0;
  size_t loading =
      0;  ///< Readers that are reading RocksDB for a version: commits wait for them, too.
  uint64_t epoch = 0;   ///< Changes when a version that is being loaded will be of no use.
  size_t unfolded = 0;  ///< Delta entries, as far as known.
  size_t check_at = 0;  ///< Entries; 0: not set yet.
  bool used = false;

  static size_t BytesOf(const DeltaEntry& entry) {
    return sizeof(Waiting) + entry.key.size() + entry.value.size();
  }
  size_t bytes() const {
    return (version == nullptr ? 0 : version->memory_bytes()) + waiting_bytes;
  }
  void Forget() {
    version = nullptr;
    waiting.clear();
    waiting_bytes = 0;
    ++epoch;
  }
  void KeepWaiting(CommitNumber commit, std::vector<DeltaEntry> entries) {
    for (DeltaEntry& entry : entries) {
      waiting_bytes += BytesOf(entry);
      waiting.push_back({commit, std::move(entry)});
    }
  }
  /// Those of commits up to `commit`.
  void DropWaiting(CommitNumber commit) {
    std::erase_if(waiting, [&](const Waiting& one) { return one.commit <= commit; });
    waiting_bytes = 0;
    for (const Waiting& one : waiting) waiting_bytes += BytesOf(one.entry);
  }
  /// The version with what waits of commits up to `view` on top.
  Result<Version> At(GroupId group, CommitNumber view) {
    const auto end = std::partition_point(waiting.begin(), waiting.end(),
                                          [&](const Waiting& one) { return one.commit <= view; });
    if (end == waiting.begin()) return version;
    std::vector<DeltaEntry> entries;
    for (auto one = waiting.begin(); one != end; ++one) entries.push_back(one->entry);
    std::sort(entries.begin(), entries.end(),
              [](const DeltaEntry& a, const DeltaEntry& b) { return a.key < b.key; });
    auto run = DeltaRun::Build(group, entries);
    if (run == nullptr) return DamagedEntry();
    Version made = WithRun(*version, std::move(run));
    if (end == waiting.end()) {
      version = made;
      version_commit = touched;
      waiting.clear();
      waiting_bytes = 0;
    }
    return made;
  }
};

class GroupTable::Shard {
 public:
  Shard(size_t budget, size_t check_entries) : budget_(budget), check_entries_(check_entries) {}

  Result<Version> Get(GroupId group, CommitNumber view, const Load& load,
                      const std::function<void(GroupId)>& full) {
    std::unique_lock<std::mutex> lock(mutex_);
    Entry& entry = entries_[group];
    entry.used = true;
    if (entry.version != nullptr && entry.version_commit <= view) {
      ++stats_.hits;
      const size_t before = entry.bytes();
      auto version = entry.At(group, view);
      Account(group, before, entry.bytes());
      return version;
    }
    ++stats_.loads;
    if (entry.touched > view) {
      lock.unlock();
      return load();
    }
    return LoadNewest(group, &entry, load, full, &lock);
  }

  void Prepare(GroupId group) {
    const std::lock_guard<std::mutex> lock(mutex_);
    entries_.try_emplace(group);
  }

  /// True when the group is to be looked at for a fold.
  bool Apply(CommitNumber commit, GroupChange change) noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    Entry& entry = entries_.find(change.group)->second;
    const size_t before = entry.bytes();
    entry.touched = commit;
    entry.unfolded += change.entries;
    Keep(commit, &entry, &change);
    Account(change.group, before, entry.bytes());
    return IsFull(&entry);
  }

  void ApplyFold(CommitNumber commit, const GroupChange& change, CommitNumber snapshot,
                 Version folded) noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    Entry& entry = entries_.find(change.group)->second;
    const size_t before = entry.bytes();
    const bool wanted = entry.version != nullptr && entry.touched <= snapshot;
    entry.touched = commit;
    entry.unfolded -= std::min(entry.unfolded, change.entries);
    entry.check_at = 0;
    entry.Forget();
    if (wanted) {
      entry.version = std::move(folded);
      entry.version_commit = commit;
    }
    Account(change.group, before, entry.bytes());
  }

  void AddStats(GroupTableStats* sum) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    sum->hits += stats_.hits;
    sum->loads += stats_.loads;
    sum->bytes += bytes_;
    sum->budget_bytes += budget_;
    for (const auto& [group, entry] : entries_) sum->versions += entry.version != nullptr ? 1 : 0;
  }

 private:
  // While it lives commits wait for the version that is being loaded. Begins and ends with the lock
  // held, however the load ends.
  class Loading {
   public:
    Loading(Shard* shard, Entry* entry, std::unique_lock<std::mutex>* lock)
        : shard_(shard), entry_(entry), lock_(lock) {
      ++entry->loading;
    }
    ~Loading() {
      if (!lock_->owns_lock()) lock_->lock();
      if (--entry_->loading != 0 || entry_->version != nullptr) return;
      // Nobody comes for what has waited.
      shard_->bytes_ -= entry_->bytes();
      entry_->Forget();
    }
    Loading(const Loading&) = delete;
    Loading& operator=(const Loading&) = delete;

   private:
    Shard* shard_;
    Entry* entry_;
    std::unique_lock<std::mutex>* lock_;
  };

  // The group has not changed since before the caller's view: what it reads is the newest version.
  Result<Version> LoadNewest(GroupId group, Entry* entry, const Load& load,
                             const std::function<void(GroupId)>& full,
                             std::unique_lock<std::mutex>* lock) {
    const CommitNumber newest = entry->touched;
    const uint64_t epoch = entry->epoch;
    const Loading loading(this, entry, lock);
    lock->unlock();
    Result<Version> loaded = load();
    lock->lock();
    if (!loaded.ok() || entry->epoch != epoch || entry->version != nullptr) return loaded;
    const size_t before = entry->bytes();
    entry->version = *loaded;
    entry->version_commit = newest;
    entry->DropWaiting(newest);
    if (entry->touched == newest) entry->unfolded = (*loaded)->delta_entries();
    Account(group, before, entry->bytes());
    // FoldScheduler::Add takes no lock of ours.
    if (IsFull(entry) && full) full(group);
    return loaded;
  }

  // Entries wait for readers where there is a version that they belong to, or will be.
  static void Keep(CommitNumber commit, Entry* entry, GroupChange* change) noexcept {
    if (entry->version == nullptr && entry->loading == 0) return;
    const bool whole = change->kept.size() == change->entries;
    const bool much = entry->waiting.size() + change->entries > kMaxWaiting ||
                      entry->waiting_bytes > kMaxWaitingBytes;
    if (!whole || much) return entry->Forget();
    try {
      entry->KeepWaiting(commit, std::move(change->kept));
    } catch (const std::bad_alloc&) {
      entry->Forget();
    }
  }

  // Whoever is told once need not be told again at once.
  bool IsFull(Entry* entry) const {
    if (entry->unfolded < std::max(entry->check_at, check_entries_)) return false;
    entry->check_at = entry->unfolded + entry->unfolded / 2;
    return true;
  }

  void Account(GroupId keep, size_t before, size_t after) noexcept {
    bytes_ = bytes_ - before + after;
    if (after > budget_) {
      // It would push out everything else.
      Entry& entry = entries_.find(keep)->second;
      bytes_ -= entry.bytes();
      entry.Forget();
    }
    for (int pass = 0; pass < 2 && bytes_ > budget_; ++pass) Shrink(keep);
  }

  // Forgets groups that nobody has asked for since it came by last (a clock).
  void Shrink(GroupId keep) {
    for (auto& [group, entry] : entries_) {
      if (bytes_ <= budget_) return;
      if (group == keep || entry.loading != 0) continue;
      if (!entry.used && entry.version != nullptr) {
        bytes_ -= entry.bytes();
        entry.Forget();
      }
      entry.used = false;
    }
  }

  const size_t budget_;
  const size_t check_entries_;
  mutable std::mutex mutex_;
  std::unordered_map<GroupId, Entry> entries_;  // Its elements stay where they are.
  size_t bytes_ = 0;
  GroupTableStats stats_;
};

GroupTable::GroupTable(size_t budget_bytes, size_t check_entries) {
  for (size_t i = 0; i < kTableShards; ++i) {
    shards_.push_back(std::make_unique<Shard>(budget_bytes / kTableShards, check_entries));
  }
}

GroupTable::~GroupTable() = default;

GroupTable::Shard& GroupTable::ShardOf(GroupId group) const {
  return *shards_[static_cast<uint32_t>(group) % kTableShards];
}

Result<GroupTable::Version> GroupTable::Get(GroupId group, CommitNumber view, const Load& load) {
  return ShardOf(group).Get(group, view, load, full_);
}

void GroupTable::Prepare(std::span<const GroupChange> changes) {
  for (const GroupChange& change : changes) ShardOf(change.group).Prepare(change.group);
}

void GroupTable::Apply(CommitNumber commit, std::vector<GroupChange> changes) noexcept {
  for (GroupChange& change : changes) {
    const GroupId group = change.group;
    if (ShardOf(group).Apply(commit, std::move(change)) && full_) full_(group);
  }
}

void GroupTable::ApplyFold(CommitNumber commit, const GroupChange& change, CommitNumber snapshot,
                           Version folded) noexcept {
  ShardOf(change.group).ApplyFold(commit, change, snapshot, std::move(folded));
}

GroupTableStats GroupTable::stats() const {
  GroupTableStats sum;
  for (const auto& shard : shards_) shard->AddStats(&sum);
  return sum;
}

}  // namespace kith::storage
