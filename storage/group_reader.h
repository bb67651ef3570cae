// SPDX-License-Identifier: Apache-2.0
// Reads one group as of one view: lays the delta's runs over the folded chunks. It pins the chunks
// that it has used, so that a second look at them takes no lock. Inside storage only.
//
// Rows are slots of nodes and serials of relationships. A row that is not in the view has no
// labels, no properties and no lists.
//
// Thread safety: used by one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/result.h"
#include "storage/cache/subgraph_cache.h"
#include "storage/change_sink.h"
#include "storage/column_builder.h"
#include "storage/overlay.h"
#include "storage/predicate.h"
#include "storage/read_view.h"

namespace kith::storage {

/// Gives the bytes of column family `main` as of the reader's view.
class MainSource {
 public:
  virtual ~MainSource() = default;
  /// Corruption when there is no such key.
  virtual Result<std::string> ReadMain(const MainKey& key) = 0;
};

enum class RowKind : uint8_t { kNode, kRelationship };

class GroupReader {
 public:
  /// `source` and `chunks` are borrowed.
  GroupReader(GroupId group, std::shared_ptr<const GroupVersion> version, MainSource* source,
              ChunkCache* chunks);

  const GroupVersion& version() const { return *version_; }
  /// Of the chunks that it keeps from going.
  size_t pinned_bytes() const { return pinned_bytes_; }

  // Members (group_reader.cpp).
  Status Members(std::optional<LabelId> label, SlotBitmap* members) const;
  bool Exists(uint32_t slot) const;
  Status HasLabel(uint32_t slot, LabelId label, bool* has) const;
  Status Labels(uint32_t slot, std::vector<LabelId>* labels) const;

  // Properties (group_properties.cpp).
  /// Appends the property of each row.
  Status Gather(RowKind kind, std::span<const uint32_t> rows, PropertyId property,
                ColumnBuilder* builder);
  Status Properties(RowKind kind, uint32_t row, PropertyList* properties);
  /// Appends the encoded value of a property of a folded row, whatever the delta has; nothing where
  /// there is none. A value stored apart is fetched.
  Status AppendFolded(RowKind kind, uint32_t row, const ChunkList& list, std::string* value);
  /// Keeps in `members` the slots whose property passes.
  Status ScanFilter(PropertyId property, const CompiledPredicate& predicate, SlotBitmap* members);
  /// How many patches stand above the row's image, or above what is folded.
  size_t Patches(RowKind kind, uint32_t row) const;

  // Relationships (group_adjacency.cpp).
  /// The ends of a relationship whose source is in this group; nullopt when there is none.
  Result<std::optional<Endpoints>> Ends(uint32_t serial);
  /// Appends the list of one direction, of these types (ascending; none: all), sorted by (type,
  /// neighbour, RelId).
  Status AppendList(uint32_t slot, bool outgoing, std::span<const RelTypeId> types,
                    std::vector<AdjacencyItem>* items);
  /// False when the list is only what is folded: then AppendFolded takes it, without making items.
  bool HasChangedList(uint32_t slot, bool outgoing) const;
  Status AppendFolded(uint32_t slot, bool outgoing, std::span<const RelTypeId> types,
                      bool relationships, Adjacency* adjacency);
  Status Degree(uint32_t slot, bool outgoing, std::span<const RelTypeId> types, uint32_t* degree);

  /// The chunk, from the cache or else from RocksDB. Valid until the next call.
  Result<const Chunk*> Fetch(MainKind kind, uint32_t id, const ChunkRef& ref);

 private:
  std::span<const DeltaRow> DeltaRows(size_t run, RowKind kind, uint32_t row) const;
  bool InDelta(RowKind kind, uint32_t row) const;
  const GroupDirectory& directory() const { return *version_->directory; }

  Status FindInDelta(RowKind kind, uint32_t row, PropertyId property, std::string_view* value,
                     bool* decided) const;
  Status GatherDelta(RowKind kind, uint32_t row, PropertyId property, const ChunkList* list,
                     ColumnBuilder* builder);
  Status GatherChunk(const ColumnChunk& chunk, std::span<const uint32_t> rows,
                     ColumnBuilder* builder);
  Status AppendStoredApart(std::string* value);
  Status FilterDelta(PropertyId property, const ChunkList* list, const CompiledPredicate& predicate,
                     SlotBitmap* members);
  Status FilterChunk(const ChunkRef& ref, const ColumnChunk& chunk,
                     const CompiledPredicate& predicate, const SlotBitmap& changed,
                     SlotBitmap* members);
  Status FoldedProperties(RowKind kind, uint32_t row, PropertyList* properties);
  template <typename Visit>
  Status VisitFolded(uint32_t slot, bool outgoing, std::span<const RelTypeId> types,
                     const Visit& visit);
  void ApplyRun(const DeltaRun& run, uint32_t slot, bool outgoing, std::span<const RelTypeId> types,
                size_t begin, std::vector<AdjacencyItem>* items);
  Status Damaged(std::string_view what) const;

  GroupId group_;
  std::shared_ptr<const GroupVersion> version_;
  MainSource* source_;
  ChunkCache* chunks_;
  std::unordered_map<uint32_t, std::shared_ptr<const Chunk>> pinned_;  // By number.
  size_t pinned_bytes_ = 0;
  std::vector<uint32_t> stretch_;
  std::string value_;
  std::vector<AdjacencyItem> merged_;
};

}  // namespace kith::storage
