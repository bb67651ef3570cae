// SPDX-License-Identifier: Apache-2.0
// Reads committed data as of one snapshot: rows, adjacency lists, label members, key spaces. Keeps
// its RocksDB iterators, because making one costs more than a read. Inside storage only.
//
// Iterators come in two kinds. A point iterator uses the prefix bloom filters and serves single
// look-ups; a scan iterator serves sorted spans, where the next entry is usually a step away.
//
// Thread safety: used by one thread at a time.
#pragma once

#include <rocksdb/db.h>

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "storage/format/delta_key.h"
#include "storage/format/row_codec.h"
#include "storage/key_space.h"
#include "storage/read_view.h"
#include "storage/store.h"

namespace kith::storage {

/// How the ids of a call are spread: decides which iterator serves it.
enum class Access : uint8_t { kPoint, kScan };

/// One iterator over the delta and what is known about its position. It does not look beyond the
/// kind and group of the key that it seeks: past the last live entry RocksDB would walk over all
/// that was deleted behind it.
class DeltaCursor {
 public:
  /// `options` get the bound.
  DeltaCursor(Store* store, rocksdb::ReadOptions options, Access access);
  DeltaCursor(const DeltaCursor&) = delete;
  DeltaCursor& operator=(const DeltaCursor&) = delete;

  /// Moves to the first key >= `target` of its group and kind, by steps when it is near.
  void Seek(std::string_view target);
  /// True when on a key that begins with `prefix`.
  bool On(std::string_view prefix) const {
    return iterator_->Valid() && iterator_->key().starts_with({prefix.data(), prefix.size()});
  }
  void Next() {
    floor_.assign(key());
    floor_passed_ = true;
    iterator_->Next();
  }
  std::string_view key() const { return iterator_->key().ToStringView(); }
  std::string_view value() const { return iterator_->value().ToStringView(); }
  rocksdb::Status status() const { return iterator_->status(); }

 private:
  // Moves the bound behind the group and kind of `target`; false when it is there already.
  bool MoveBound(std::string_view target);

  Access access_;
  std::string bound_bytes_;
  rocksdb::Slice bound_;  // The iterator reads it at every seek.
  std::unique_ptr<rocksdb::Iterator> iterator_;
  // The iterator is on the first key at or after the floor (after it, when it has passed it).
  bool positioned_ = false;
  bool floor_passed_ = false;
  std::string floor_;
};

/// An iterator over a key space, bounded on both sides.
struct RangeIterator {
  std::string lower_bytes;
  std::string upper_bytes;
  rocksdb::Slice lower;
  rocksdb::Slice upper;
  std::unique_ptr<rocksdb::Iterator> iterator;
};

/// A row as stored: its entries, newest first, the last one an image. Empty when there is no row.
struct RowChain {
  std::vector<RowEntry> entries;
  std::vector<CommitNumber> commits;
  std::vector<std::string> copies;  ///< Bytes of the entries that the iterator has left.
};

class SnapshotReader {
 public:
  /// `store` is borrowed; `snapshot` may be null (read-only stores), else is borrowed.
  SnapshotReader(Store* store, const rocksdb::Snapshot* snapshot);
  ~SnapshotReader();

  /// The chain borrows from the iterator: valid until the next read of the same kind.
  Status ReadNode(NodeId node, Access access, RowChain* chain);
  Status ReadRelationship(RelId relationship, Access access, RowChain* chain);
  Status NodeExists(NodeId node, Access access, bool* exists);

  /// Decodes a whole row; nullopt when there is none. `chain` gets the row's entries.
  Result<std::optional<NodeState>> NodeOf(NodeId node, Access access, RowChain* chain);
  Result<std::optional<RelationshipState>> RelationshipOf(RelId relationship, Access access,
                                                          RowChain* chain);

  /// Calls `visit(type, neighbour, relationship)` for each entry of one direction's list, in order;
  /// without a type, of all types.
  template <typename Visit>
  Status VisitAdjacency(NodeId node, bool outgoing, std::optional<RelTypeId> type, Access access,
                        Visit&& visit);

  Status LabelMembers(GroupId group, LabelId label, SlotBitmap* members);
  Status AllMembers(GroupId group, SlotBitmap* members);
  Status HasLabel(NodeId node, LabelId label, Access access, bool* has);
  /// The commit of a membership entry; nullopt when the node does not have the label.
  Result<std::optional<CommitNumber>> LabelCommit(NodeId node, LabelId label);

  Result<std::optional<std::string>> Get(Family family, std::string_view key);
  Status Scan(Family family, std::string_view lower, std::string_view upper,
              const KeySpaceReader::Visitor& visit);
  Status ScanBackwards(Family family, std::string_view lower, std::string_view upper,
                       const KeySpaceReader::Visitor& visit);
  Result<int64_t> Counter(std::string_view key);

 private:
  enum CursorKind : uint8_t { kNodes, kRelationships, kOut, kIn, kLabels, kCursorKinds };

  rocksdb::ReadOptions Options() const;
  DeltaCursor& Cursor(CursorKind kind, Access access);
  Status ReadChain(std::string_view prefix, bool node, DeltaCursor* cursor, RowChain* chain);
  Status Check(const DeltaCursor& cursor) const;
  Status Damaged(std::string_view what) const;
  // Key-space iterators are taken out while they are in use, so that a visitor may read as well. An
  // empty `upper` is no bound.
  std::unique_ptr<RangeIterator> TakeIterator(Family family, std::string_view lower,
                                              std::string_view upper);
  void GiveIterator(Family family, std::unique_ptr<RangeIterator> range);

  Store* store_;
  const rocksdb::Snapshot* snapshot_;
  std::array<std::unique_ptr<DeltaCursor>, 2 * kCursorKinds> cursors_;
  std::array<std::unique_ptr<RangeIterator>, kFamilyCount> iterators_;
};

template <typename Visit>
Status SnapshotReader::VisitAdjacency(NodeId node, bool outgoing, std::optional<RelTypeId> type,
                                      Access access, Visit&& visit) {
  const DeltaKey prefix = outgoing ? (type ? DeltaKey::OutType(node, *type) : DeltaKey::Out(node))
                                   : (type ? DeltaKey::InType(node, *type) : DeltaKey::In(node));
  DeltaCursor& cursor = Cursor(outgoing ? kOut : kIn, access);
  AdjacencyBody body;
  for (cursor.Seek(prefix.view()); cursor.On(prefix.view()); cursor.Next()) {
    if (!DecodeAdjacency(cursor.key(), &body)) return Damaged("an adjacency entry");
    const GroupId source = outgoing ? node.group() : body.neighbour.group();
    visit(body.type, body.neighbour, RelId(source, body.serial));
  }
  return Check(cursor);
}

}  // namespace kith::storage
