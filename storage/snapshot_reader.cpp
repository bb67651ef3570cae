// SPDX-License-Identifier: Apache-2.0
// Reading committed data.
#include "storage/snapshot_reader.h"

#include <fmt/core.h>

#include <utility>

#include "storage/format/checksum.h"
#include "storage/format/delta_key.h"
#include "storage/rocksdb_status.h"

namespace kith::storage {
namespace {

// Groups whose chunks a reader keeps pinned: enough for the frontier of a traversal.
constexpr size_t kOpenGroups = 64;
// What one reader may keep from being evicted. Several wait with each snapshot for the next
// transaction.
constexpr size_t kMaxPinnedBytes = size_t{16} << 20;
constexpr size_t kSwitchesPerLook = 16;

rocksdb::Slice ToSlice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

}  // namespace

SnapshotReader::SnapshotReader(Store* store, const rocksdb::Snapshot* snapshot, CommitNumber commit)
    : store_(store), snapshot_(snapshot), commit_(commit) {}

SnapshotReader::~SnapshotReader() = default;

rocksdb::ReadOptions SnapshotReader::Options() const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot_;
  return options;
}

Status SnapshotReader::Damaged(std::string_view what) const {
  return Status(
      StatusCode::kCorruption,
      fmt::format("{} in {} cannot be decoded; the database is damaged: restore it from a "
                  "backup",
                  what, store_->path()));
}

size_t SnapshotReader::PinnedBytes() const {
  size_t bytes = 0;
  for (const auto& place : opened_) {
    if (place->reader != nullptr) bytes += place->reader->pinned_bytes();
  }
  return bytes;
}

// A new place while there are few, else that of a group that has not been asked for since the hand
// came by last.
SnapshotReader::OpenedGroup* SnapshotReader::FreePlace() {
  if (opened_.size() < kOpenGroups) {
    opened_.push_back(std::make_unique<OpenedGroup>());
    return opened_.back().get();
  }
  while (opened_[hand_]->used) {
    opened_[hand_]->used = false;
    hand_ = (hand_ + 1) % kOpenGroups;
  }
  OpenedGroup* place = opened_[hand_].get();
  hand_ = (hand_ + 1) % kOpenGroups;
  places_.erase(place->group);
  place->reader = nullptr;
  return place;
}

Result<GroupReader*> SnapshotReader::OpenGroup(GroupId group) {
  last_ = nullptr;
  if (++switches_ % kSwitchesPerLook == 0 && PinnedBytes() > kMaxPinnedBytes) {
    places_.clear();
    opened_.clear();
    hand_ = 0;
  }
  const auto known = places_.find(group);
  if (known != places_.end()) {
    last_ = known->second;
    last_->used = true;
    return last_->reader.get();
  }
  KITH_ASSIGN_OR_RETURN(
      std::shared_ptr<const GroupVersion> version,
      store_->cache().groups().Get(group, commit_, [&] { return LoadGroup(group); }));
  auto reader = ReaderOf(group, std::move(version));
  OpenedGroup* place = FreePlace();
  places_.emplace(group, place);
  place->group = group;
  place->reader = std::move(reader);
  place->used = true;
  last_ = place;
  return place->reader.get();
}

Result<std::vector<DeltaEntry>> SnapshotReader::ReadDelta(GroupId group) {
  const std::string begin = DeltaGroupBegin(group);
  const std::string end = DeltaGroupEnd(group);
  const rocksdb::Slice bound = end;
  rocksdb::ReadOptions options = Options();
  options.iterate_upper_bound = &bound;
  // The filters know which files have entries of the group.
  options.prefix_same_as_start = true;
  const std::unique_ptr<rocksdb::Iterator> iterator(
      store_->db()->NewIterator(options, store_->family(Family::kDelta)));
  std::vector<DeltaEntry> entries;
  for (iterator->Seek(begin); iterator->Valid(); iterator->Next()) {
    entries.push_back({iterator->key().ToString(), iterator->value().ToString()});
  }
  KITH_RETURN_IF_ERROR(FromRocksDb(iterator->status(), "reading " + store_->path()));
  return entries;
}

std::unique_ptr<GroupReader> SnapshotReader::ReaderOf(GroupId group,
                                                      std::shared_ptr<const GroupVersion> version) {
  MainSource* source = this;
  return std::make_unique<GroupReader>(group, std::move(version), source,
                                       &store_->cache().chunks());
}

Result<std::shared_ptr<const GroupDirectory>> SnapshotReader::ReadDirectory(GroupId group) {
  KITH_ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                        Get(Family::kMain, EncodeMainKey({group, MainKind::kDirectory, 0, 0})));
  std::optional<GroupDirectory> directory = GroupDirectory();
  if (bytes) {
    std::string_view content = *bytes;
    directory = StripChecksum(&content) ? GroupDirectory::Decode(content) : std::nullopt;
    if (!directory) return Damaged("a group's directory");
  }
  return std::make_shared<const GroupDirectory>(*std::move(directory));
}

Result<std::shared_ptr<const GroupVersion>> SnapshotReader::LoadGroup(GroupId group) {
  auto version = std::make_shared<GroupVersion>();
  KITH_ASSIGN_OR_RETURN(version->directory, ReadDirectory(group));
  KITH_ASSIGN_OR_RETURN(const std::vector<DeltaEntry> entries, ReadDelta(group));
  if (entries.empty()) return std::shared_ptr<const GroupVersion>(std::move(version));
  version->runs[0] = DeltaRun::Build(group, entries);
  if (version->runs[0] == nullptr) return Damaged("a delta entry");
  return std::shared_ptr<const GroupVersion>(std::move(version));
}

Result<std::string> SnapshotReader::ReadMain(const MainKey& key) {
  // The chunk goes to the cache of chunks; in RocksDB's, too, it would be there twice.
  rocksdb::ReadOptions options = Options();
  options.fill_cache = false;
  std::string bytes;
  const rocksdb::Status status =
      store_->db()->Get(options, store_->family(Family::kMain), EncodeMainKey(key), &bytes);
  if (status.IsNotFound()) return Damaged("a chunk that is missing");
  KITH_RETURN_IF_ERROR(FromRocksDb(status, "reading " + store_->path()));
  return bytes;
}

Result<bool> SnapshotReader::Exists(NodeId node) {
  if (!IsNodeId(node)) return false;
  KITH_ASSIGN_OR_RETURN(const GroupReader* group, Group(node.group()));
  return group->Exists(node.slot());
}

Result<std::optional<NodeState>> SnapshotReader::NodeOf(NodeId node) {
  if (!IsNodeId(node)) return std::optional<NodeState>();
  KITH_ASSIGN_OR_RETURN(GroupReader * group, Group(node.group()));
  if (!group->Exists(node.slot())) return std::optional<NodeState>();
  NodeState state;
  KITH_RETURN_IF_ERROR(group->Labels(node.slot(), &state.labels));
  KITH_RETURN_IF_ERROR(group->Properties(RowKind::kNode, node.slot(), &state.properties));
  return std::optional<NodeState>(std::move(state));
}

Result<std::optional<RelationshipState>> SnapshotReader::RelationshipOf(RelId relationship) {
  KITH_ASSIGN_OR_RETURN(GroupReader * group, Group(relationship.source_group()));
  KITH_ASSIGN_OR_RETURN(const std::optional<Endpoints> ends, group->Ends(relationship.serial()));
  if (!ends) return std::optional<RelationshipState>();
  RelationshipState state{ends->start, ends->end, ends->type, {}};
  KITH_RETURN_IF_ERROR(
      group->Properties(RowKind::kRelationship, relationship.serial(), &state.properties));
  return std::optional<RelationshipState>(std::move(state));
}

Result<std::optional<std::string>> SnapshotReader::Get(Family family, std::string_view key) {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      store_->db()->Get(Options(), store_->family(family), ToSlice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  KITH_RETURN_IF_ERROR(FromRocksDb(status, "reading " + store_->path()));
  return std::optional<std::string>(value.ToString());
}

std::unique_ptr<RangeIterator> SnapshotReader::TakeIterator(Family family, std::string_view lower,
                                                            std::string_view upper) {
  std::unique_ptr<RangeIterator> range;
  if (!upper.empty()) range = std::move(iterators_[static_cast<size_t>(family)]);
  const bool fresh = range == nullptr;
  if (fresh) range = std::make_unique<RangeIterator>();
  range->lower_bytes.assign(lower);
  range->upper_bytes.assign(upper);
  range->lower = ToSlice(range->lower_bytes);
  range->upper = ToSlice(range->upper_bytes);
  if (!fresh) return range;
  rocksdb::ReadOptions options = Options();
  options.iterate_lower_bound = &range->lower;
  if (!upper.empty()) options.iterate_upper_bound = &range->upper;
  range->iterator.reset(store_->db()->NewIterator(options, store_->family(family)));
  return range;
}

void SnapshotReader::GiveIterator(Family family, std::unique_ptr<RangeIterator> range) {
  if (!range->upper_bytes.empty()) iterators_[static_cast<size_t>(family)] = std::move(range);
}

Status SnapshotReader::Scan(Family family, std::string_view lower, std::string_view upper,
                            const KeySpaceReader::Visitor& visit) {
  auto range = TakeIterator(family, lower, upper);
  rocksdb::Iterator* iterator = range->iterator.get();
  for (iterator->Seek(range->lower); iterator->Valid(); iterator->Next()) {
    const std::string_view key = iterator->key().ToStringView();
    if (!upper.empty() && key >= range->upper_bytes) break;
    if (!visit(key, iterator->value().ToStringView())) break;
  }
  Status status = FromRocksDb(iterator->status(), "reading " + store_->path());
  GiveIterator(family, std::move(range));
  return status;
}

Status SnapshotReader::ScanBackwards(Family family, std::string_view lower, std::string_view upper,
                                     const KeySpaceReader::Visitor& visit) {
  auto range = TakeIterator(family, lower, upper);
  rocksdb::Iterator* iterator = range->iterator.get();
  if (upper.empty()) {
    iterator->SeekToLast();
  } else {
    iterator->SeekForPrev(range->upper);
    if (iterator->Valid() && iterator->key() == range->upper) iterator->Prev();
  }
  for (; iterator->Valid(); iterator->Prev()) {
    const std::string_view key = iterator->key().ToStringView();
    if (key < range->lower_bytes || !visit(key, iterator->value().ToStringView())) break;
  }
  Status status = FromRocksDb(iterator->status(), "reading " + store_->path());
  GiveIterator(family, std::move(range));
  return status;
}

Result<int64_t> SnapshotReader::Counter(std::string_view key) {
  KITH_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, Get(Family::kCounter, key));
  if (!bytes) return int64_t{0};
  const std::optional<int64_t> value = DecodeCounter(*bytes);
  if (!value) return Damaged("a counter");
  return *value;
}

}  // namespace kith::storage
