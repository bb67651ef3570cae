// SPDX-License-Identifier: Apache-2.0
// Applying the log.
#include "storage/follow/followed_store.h"

#include <fmt/core.h>

#include <utility>

#include "storage/follow/commit_notice.h"
#include "storage/format/meta_codec.h"
#include "storage/rocksdb_status.h"

namespace kith::storage {
namespace {

// Published at once: a follower that has fallen behind shows what it has got to.
constexpr uint64_t kStepBytes = uint64_t{8} << 20;
// A commit is in the log before it is announced, so it can be missing only where a shared file
// system shows the two out of order, or where it came another way.
constexpr std::chrono::milliseconds kPatience(30);

// Finds what a write says of commits and names.
class WriteReader final : public rocksdb::WriteBatch::Handler {
 public:
  rocksdb::Status PutCF(uint32_t family, const rocksdb::Slice& key,
                        const rocksdb::Slice& value) override {
    if (family != static_cast<uint32_t>(Family::kDefault) || key.empty()) return {};
    switch (key[0]) {
      case kCommitKey: return NoteCommit(key.ToStringView(), value.ToStringView());
      case kGroupKey:
      case kReservedKey:
      case kLabelGroupKey:
      case kLabelNameKey:
      case kPropertyNameKey:
      case kTypeNameKey: names = true; break;
      default: break;
    }
    return {};
  }
  rocksdb::Status MergeCF(uint32_t, const rocksdb::Slice&, const rocksdb::Slice&) override {
    return {};
  }
  rocksdb::Status DeleteCF(uint32_t, const rocksdb::Slice&) override { return {}; }
  rocksdb::Status SingleDeleteCF(uint32_t, const rocksdb::Slice&) override { return {}; }
  rocksdb::Status DeleteRangeCF(uint32_t, const rocksdb::Slice&, const rocksdb::Slice&) override {
    return {};
  }
  void LogData(const rocksdb::Slice&) override {}
  rocksdb::Status MarkNoop(bool) override { return {}; }

  CommitNumber first{};
  CommitNumber last{};
  bool contiguous = true;
  bool names = false;
  std::vector<FollowedCommit> commits;

 private:
  rocksdb::Status NoteCommit(std::string_view key, std::string_view value) {
    const CommitNumber commit = CommitOfRecordKey(key).value_or(CommitNumber{});
    if (first == CommitNumber{}) first = commit;
    const bool follows = static_cast<uint64_t>(commit) == static_cast<uint64_t>(last) + 1;
    contiguous = contiguous && (last == CommitNumber{} || follows);
    last = commit;
    const Result<CommitRecord> record = DecodeCommitRecord(value);
    if (!record.ok()) return rocksdb::Status::Corruption("a commit record cannot be decoded");
    commits.push_back({commit, record->groups});
    return {};
  }
};

// A write in the log begins with the number of its first operation, little-endian.
rocksdb::SequenceNumber NumberOf(const rocksdb::WriteBatch& batch) {
  rocksdb::SequenceNumber number = 0;
  for (size_t i = sizeof number; i-- > 0;) {
    number = number << 8 | static_cast<uint8_t>(batch.Data()[i]);
  }
  return number;
}

Status Lost(std::string what) {
  return Status(StatusCode::kCorruption, std::move(what));
}

}  // namespace

Result<std::shared_ptr<FollowedStore>> FollowedStore::Open(const GraphStoreOptions& options,
                                                           std::shared_ptr<rocksdb::Cache> cache) {
  // Before the data: should it be opened for writing anew meanwhile, that will be seen.
  const CommitNotice notice = ReadCommitNotice(options.path).value_or(CommitNotice{});
  KITH_ASSIGN_OR_RETURN(std::unique_ptr<Store> store,
                        Store::OpenToFollow(options, std::move(cache)));
  return std::shared_ptr<FollowedStore>(new FollowedStore(std::move(store), notice.opening));
}

FollowedStore::FollowedStore(std::unique_ptr<Store> store, uint64_t opening)
    : store_(std::move(store)),
      pipeline_(store_.get()),
      tail_(store_->env(), store_->DataFolder(), store_->followed_log()),
      opening_(opening),
      newest_(store_->opened_at()),
      next_write_(store_->db()->GetLatestSequenceNumber() + 1) {}

Result<bool> FollowedStore::CatchUp(CommitNumber announced, Catalog* catalog) {
  const CommitNumber before = newest_;
  const uint64_t enough = tail_.bytes() + kStepBytes;
  while (newest_ < announced && tail_.bytes() < enough) {
    KITH_ASSIGN_OR_RETURN(const bool there, ReadCommit());
    if (!there) {
      KITH_RETURN_IF_ERROR(NoteMissing());
      break;
    }
    missing_since_.reset();
    if (queue_.back().last_commit > announced) break;
    KITH_RETURN_IF_ERROR(ApplyQueued(catalog));
  }
  if (newest_ == before) return false;
  pipeline_.Show(newest_);
  return newest_ < announced;
}

// Reads on until the queue ends with a commit; false when the log does not have it yet.
Result<bool> FollowedStore::ReadCommit() {
  while (queue_.empty() || queue_.back().last_commit == CommitNumber{}) {
    KITH_ASSIGN_OR_RETURN(std::optional<std::string> record, tail_.Next());
    if (!record) return false;
    KITH_RETURN_IF_ERROR(Queue(*std::move(record)));
  }
  return true;
}

Status FollowedStore::NoteMissing() {
  const Clock::time_point now = Clock::now();
  if (!missing_since_) missing_since_ = now;
  if (now - *missing_since_ < kPatience) return Status::Ok();
  return Lost(fmt::format("the log of {} does not have a commit after {}, which was announced",
                          store_->path(), static_cast<uint64_t>(newest_)));
}

Result<FollowedStore::LoggedWrite> FollowedStore::Decode(std::string record) {
  LoggedWrite write;
  write.batch = rocksdb::WriteBatch(std::move(record));
  WriteReader reader;
  KITH_RETURN_IF_ERROR(FromRocksDb(write.batch.Iterate(&reader), "reading a write of the log"));
  if (!reader.contiguous) return Lost("a write of the log commits with a gap");
  write.first_commit = reader.first;
  write.last_commit = reader.last;
  write.names = reader.names;
  write.commits = std::move(reader.commits);
  return write;
}

Status FollowedStore::Queue(std::string record) {
  KITH_ASSIGN_OR_RETURN(LoggedWrite write, Decode(std::move(record)));
  const uint64_t operations = write.batch.Count();
  const rocksdb::SequenceNumber number = NumberOf(write.batch);
  // The store had it when it was opened.
  if (number + operations <= next_write_) return Status::Ok();
  if (number != next_write_) {
    return Lost(fmt::format("the log of {} goes on with write {} instead of {}", store_->path(),
                            number, next_write_));
  }
  const bool commits = write.last_commit != CommitNumber{};
  if (commits && static_cast<uint64_t>(write.first_commit) != static_cast<uint64_t>(newest_) + 1) {
    return Lost(fmt::format("the log of {} goes on with commit {} after {}", store_->path(),
                            static_cast<uint64_t>(write.first_commit),
                            static_cast<uint64_t>(newest_)));
  }
  next_write_ += operations;
  taken_bytes_ += write.batch.GetDataSize();
  queue_.push_back(std::move(write));
  return Status::Ok();
}

// The cache reads these groups anew for views of the commit.
void FollowedStore::NoteChanges(const FollowedCommit& commit) {
  std::vector<GroupChange> changes;
  for (const GroupId group : commit.groups) changes.push_back({group, 1, {}});
  GroupTable& groups = store_->cache().groups();
  groups.Prepare(changes);
  groups.Apply(commit.number, std::move(changes));
}

Status FollowedStore::ApplyQueued(Catalog* catalog) {
  bool names = false;
  for (LoggedWrite& write : queue_) {
    KITH_RETURN_IF_ERROR(store_->Apply(&write.batch));
    names = names || write.names;
    for (const FollowedCommit& commit : write.commits) NoteChanges(commit);
  }
  newest_ = queue_.back().last_commit;
  queue_.clear();
  return names ? catalog->Refresh(store_.get()) : Status::Ok();
}

}  // namespace kith::storage
