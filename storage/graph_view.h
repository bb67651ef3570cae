// SPDX-License-Identifier: Apache-2.0
// ReadView over a snapshot, with a transaction's own changes on top when there are any. Inside
// storage only; everyone else uses storage/read_view.h.
//
// Thread safety: used by one thread at a time.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "storage/overlay.h"
#include "storage/read_view.h"
#include "storage/snapshot.h"

namespace kith::storage {

class GraphView final : public ReadView {
 public:
  /// `catalog`, `overlay` and `keys` are borrowed; `overlay` may be null.
  GraphView(const Catalog* catalog, std::shared_ptr<Snapshot> snapshot, SnapshotReader* reader,
            const GraphOverlay* overlay, KeySpaceReader* keys);

  CommitNumber commit_number() const override { return snapshot_->commit(); }
  const Catalog& catalog() const override { return *catalog_; }
  Result<std::unique_ptr<Statistics>> GetStatistics() override;
  KeySpaceReader& keys() override { return *keys_; }

  Result<std::vector<GroupId>> LabelGroups(std::optional<LabelId> label) override;
  Status LabelNodes(GroupId group, std::optional<LabelId> label, SlotBitmap* members) override;
  Status Exist(std::span<const NodeId> nodes, std::vector<uint8_t>* exist) override;
  Status HaveLabel(std::span<const NodeId> nodes, LabelId label,
                   std::vector<uint8_t>* has) override;
  Status Labels(std::span<const NodeId> nodes, std::vector<std::vector<LabelId>>* labels) override;

  Status Expand(std::span<const NodeId> nodes, const ExpandOptions& options,
                Adjacency* adjacency) override;
  Status Degree(std::span<const NodeId> nodes, const ExpandOptions& options,
                std::vector<uint32_t>* degrees) override;
  Status EndpointsOf(std::span<const RelId> relationships, std::vector<Endpoints>* ends) override;

  Status Gather(std::span<const NodeId> nodes, PropertyId property, Column* column) override;
  Status Gather(std::span<const RelId> relationships, PropertyId property, Column* column) override;
  Status GatherMany(std::span<const NodeId> nodes, std::span<const PropertyId> properties,
                    std::vector<Column>* columns) override;
  Status Properties(std::span<const NodeId> nodes, std::vector<PropertyList>* lists) override;
  Status Properties(std::span<const RelId> relationships,
                    std::vector<PropertyList>* lists) override;

  Status ScanFilter(GroupId group, PropertyId property, const PropertyPredicate& predicate,
                    SlotBitmap* members) override;

  bool WasDeleted(NodeId node) const override;
  bool WasDeleted(RelId relationship) const override;

  /// The entries of one node's list, deleted or not, for the check for dangling relationships.
  Status HasRelationships(NodeId node, bool* has);

 private:
  const NodeEntry* Own(NodeId node) const {
    return overlay_ == nullptr ? nullptr : overlay_->Find(node);
  }
  const RelationshipEntry* Own(RelId relationship) const {
    return overlay_ == nullptr ? nullptr : overlay_->Find(relationship);
  }
  // Appends the list of one node, sorted; `items` is cleared first. Types are ascending.
  Status List(NodeId node, const ExpandOptions& options, std::vector<AdjacencyItem>* items);
  Status OneDirection(NodeId node, bool outgoing, std::span<const RelTypeId> types,
                      std::vector<AdjacencyItem>* items);
  Status AppendStored(NodeId node, bool outgoing, std::span<const RelTypeId> types,
                      std::vector<AdjacencyItem>* items);
  Status ExpandOne(NodeId node, const ExpandOptions& options, Adjacency* adjacency);
  // True when the list of one direction is the snapshot's.
  bool Unchanged(NodeId node, bool outgoing) const;
  Result<uint32_t> DegreeOf(NodeId node, const ExpandOptions& options);
  // One property of entities of the snapshot and of the transaction, in order.
  template <typename Id>
  Status GatherColumn(std::span<const Id> ids, PropertyId property, Column* column);
  void FilterOwn(GroupId group, PropertyId property, const CompiledPredicate& predicate,
                 SlotBitmap* members, SlotBitmap* stored) const;

  const Catalog* catalog_;
  std::shared_ptr<Snapshot> snapshot_;
  SnapshotReader* reader_;
  const GraphOverlay* overlay_;
  KeySpaceReader* keys_;
  std::vector<uint32_t> rows_;
  std::vector<AdjacencyItem> first_;
  std::vector<AdjacencyItem> second_;
  std::vector<AdjacencyItem> items_;
};

}  // namespace kith::storage
