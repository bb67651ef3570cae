// SPDX-License-Identifier: Apache-2.0
// Reading committed data.
#include "storage/snapshot_reader.h"

#include <fmt/core.h>

#include <utility>

#include "storage/rocksdb_status.h"

namespace kith::storage {
namespace {

// Steps that are tried before a seek: a step costs about a tenth of a seek.
constexpr int kStepsBeforeSeek = 6;

rocksdb::Slice ToSlice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

}  // namespace

DeltaCursor::DeltaCursor(Store* store, rocksdb::ReadOptions options, Access access)
    : access_(access) {
  options.iterate_upper_bound = &bound_;
  options.total_order_seek = access == Access::kScan;
  options.prefix_same_as_start = access == Access::kPoint;
  iterator_.reset(store->db()->NewIterator(options, store->family(Family::kDelta)));
}

bool DeltaCursor::MoveBound(std::string_view target) {
  // The bound is the head with the next kind, and kinds stay far below 255.
  char bound[kDeltaHeadBytes];
  target.copy(bound, sizeof bound);
  ++bound[sizeof bound - 1];
  const std::string_view bytes(bound, sizeof bound);
  if (bound_bytes_ == bytes) return false;
  bound_bytes_.assign(bytes);
  bound_ = ToSlice(bound_bytes_);
  return true;
}

void DeltaCursor::Seek(std::string_view target) {
  const bool ahead = floor_passed_ ? floor_ < target : floor_ <= target;
  const bool moved = MoveBound(target);
  bool reached = false;
  if (access_ == Access::kScan && positioned_ && ahead && !moved) {
    for (int step = 0; step < kStepsBeforeSeek && !reached; ++step) {
      // Past the end stays past the end; an iterator that failed must seek to say so again.
      reached = iterator_->Valid() ? key() >= target : iterator_->status().ok();
      if (!reached && iterator_->Valid()) iterator_->Next();
    }
  }
  if (!reached) iterator_->Seek(ToSlice(target));
  positioned_ = true;
  floor_passed_ = false;
  floor_.assign(target);
}

SnapshotReader::SnapshotReader(Store* store, const rocksdb::Snapshot* snapshot)
    : store_(store), snapshot_(snapshot) {}

SnapshotReader::~SnapshotReader() = default;

rocksdb::ReadOptions SnapshotReader::Options() const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot_;
  return options;
}

DeltaCursor& SnapshotReader::Cursor(CursorKind kind, Access access) {
  auto& cursor = cursors_[2 * kind + static_cast<size_t>(access)];
  if (cursor == nullptr) {
    cursor = std::make_unique<DeltaCursor>(store_, Options(), access);
  }
  return *cursor;
}

Status SnapshotReader::Check(const DeltaCursor& cursor) const {
  return FromRocksDb(cursor.status(), "reading " + store_->path());
}

Status SnapshotReader::Damaged(std::string_view what) const {
  return Status(
      StatusCode::kCorruption,
      fmt::format("{} in {} cannot be decoded; the database is damaged: restore it from a "
                  "backup",
                  what, store_->path()));
}

Status SnapshotReader::ReadChain(std::string_view prefix, bool node, DeltaCursor* cursor,
                                 RowChain* chain) {
  chain->entries.clear();
  chain->commits.clear();
  chain->copies.clear();
  // The entries point into these strings, which must therefore not move.
  for (cursor->Seek(prefix); cursor->On(prefix); cursor->Next()) {
    if (cursor->key().size() != prefix.size() + kCommitBytes) return Damaged("the key of a row");
    RowEntry entry;
    std::string_view bytes = cursor->value();
    bool parsed = node ? ParseNodeEntry(bytes, &entry) : ParseRelationshipEntry(bytes, &entry);
    if (parsed && !entry.image) {
      if (chain->copies.capacity() < kMaxRowChain) chain->copies.reserve(kMaxRowChain);
      if (chain->copies.size() == kMaxRowChain) return Damaged("a row");
      chain->copies.emplace_back(bytes);
      bytes = chain->copies.back();
      parsed = node ? ParseNodeEntry(bytes, &entry) : ParseRelationshipEntry(bytes, &entry);
    }
    if (!parsed) return Damaged("a row");
    chain->entries.push_back(entry);
    chain->commits.push_back(CommitOfKey(cursor->key()));
    if (entry.image) return Status::Ok();
  }
  KITH_RETURN_IF_ERROR(Check(*cursor));
  return chain->entries.empty() ? Status::Ok() : Damaged("a row without an image");
}

Status SnapshotReader::ReadNode(NodeId node, Access access, RowChain* chain) {
  return ReadChain(DeltaKey::NodeRow(node).view(), true, &Cursor(kNodes, access), chain);
}

Status SnapshotReader::ReadRelationship(RelId relationship, Access access, RowChain* chain) {
  return ReadChain(DeltaKey::RelationshipRow(relationship).view(), false,
                   &Cursor(kRelationships, access), chain);
}

Status SnapshotReader::NodeExists(NodeId node, Access access, bool* exists) {
  const DeltaKey prefix = DeltaKey::NodeRow(node);
  DeltaCursor& cursor = Cursor(kNodes, access);
  cursor.Seek(prefix.view());
  *exists = cursor.On(prefix.view());
  return Check(cursor);
}

Result<std::optional<NodeState>> SnapshotReader::NodeOf(NodeId node, Access access,
                                                        RowChain* chain) {
  KITH_RETURN_IF_ERROR(ReadNode(node, access, chain));
  if (chain->entries.empty()) return std::optional<NodeState>();
  NodeState state;
  for (auto entry = chain->entries.rbegin(); entry != chain->entries.rend(); ++entry) {
    if (!ApplyLabels(*entry, &state.labels) || !ApplyProperties(*entry, &state.properties)) {
      return Damaged("a node's row");
    }
  }
  return std::optional<NodeState>(std::move(state));
}

Result<std::optional<RelationshipState>> SnapshotReader::RelationshipOf(RelId relationship,
                                                                        Access access,
                                                                        RowChain* chain) {
  KITH_RETURN_IF_ERROR(ReadRelationship(relationship, access, chain));
  if (chain->entries.empty()) return std::optional<RelationshipState>();
  RelationshipState state;
  const RowEntry& image = chain->entries.back();
  state.start = NodeId(relationship.source_group(), image.source_slot);
  state.end = image.target;
  state.type = image.type;
  for (auto entry = chain->entries.rbegin(); entry != chain->entries.rend(); ++entry) {
    if (!ApplyProperties(*entry, &state.properties)) return Damaged("a relationship's row");
  }
  return std::optional<RelationshipState>(std::move(state));
}

Status SnapshotReader::LabelMembers(GroupId group, LabelId label, SlotBitmap* members) {
  const DeltaKey prefix = DeltaKey::Label(group, label);
  DeltaCursor& cursor = Cursor(kLabels, Access::kScan);
  uint32_t slot = 0;
  for (cursor.Seek(prefix.view()); cursor.On(prefix.view()); cursor.Next()) {
    if (!DecodeLabelSlot(cursor.key(), &slot)) return Damaged("a label entry");
    members->Insert(slot);
  }
  return Check(cursor);
}

Status SnapshotReader::AllMembers(GroupId group, SlotBitmap* members) {
  const DeltaKey prefix = DeltaKey::Group(group, DeltaKind::kNode);
  DeltaCursor& cursor = Cursor(kNodes, Access::kScan);
  uint32_t slot = 0;
  for (cursor.Seek(prefix.view()); cursor.On(prefix.view()); cursor.Next()) {
    if (!DecodeSlot(cursor.key(), &slot)) return Damaged("the key of a node's row");
    members->Insert(slot);
  }
  return Check(cursor);
}

Status SnapshotReader::HasLabel(NodeId node, LabelId label, Access access, bool* has) {
  const DeltaKey prefix = DeltaKey::LabelEntry(node, label);
  DeltaCursor& cursor = Cursor(kLabels, access);
  cursor.Seek(prefix.view());
  *has = cursor.On(prefix.view());
  return Check(cursor);
}

Result<std::optional<CommitNumber>> SnapshotReader::LabelCommit(NodeId node, LabelId label) {
  const DeltaKey prefix = DeltaKey::LabelEntry(node, label);
  DeltaCursor& cursor = Cursor(kLabels, Access::kPoint);
  cursor.Seek(prefix.view());
  if (cursor.On(prefix.view())) return std::optional<CommitNumber>(CommitOfKey(cursor.key()));
  KITH_RETURN_IF_ERROR(Check(cursor));
  return std::optional<CommitNumber>();
}

Result<std::optional<std::string>> SnapshotReader::Get(Family family, std::string_view key) {
  if (store_->family(family) == nullptr) return std::optional<std::string>();
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
  if (store_->family(family) == nullptr) return Status::Ok();
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
  if (store_->family(family) == nullptr) return Status::Ok();
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
