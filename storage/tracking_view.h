// SPDX-License-Identifier: Apache-2.0
// The view and the key spaces of a serializable transaction: pass every call on and note in a
// ReadSet what it read. Statistics are for planning and are not noted. Inside storage only.
//
// Thread safety: used by one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/key_space.h"
#include "storage/overlay.h"
#include "storage/read_set.h"
#include "storage/read_view.h"

namespace kith::storage {

class TrackingKeys final : public KeySpaceWriter {
 public:
  /// Borrowed.
  TrackingKeys(KeySpaceWriter* keys, ReadSet* reads) : keys_(keys), reads_(reads) {}

  Result<std::optional<std::string>> Get(KeySpace space, std::string_view key) override;
  Status Scan(KeySpace space, std::string_view lower, std::string_view upper,
              const Visitor& visit) override;
  Status ScanBackwards(KeySpace space, std::string_view lower, std::string_view upper,
                       const Visitor& visit) override;
  Result<int64_t> Counter(std::string_view key) override;

  Status Put(KeySpace space, std::string_view key, std::string_view value) override {
    return keys_->Put(space, key, value);
  }
  Status Delete(KeySpace space, std::string_view key) override { return keys_->Delete(space, key); }
  Status Add(std::string_view counter, int64_t delta) override {
    return keys_->Add(counter, delta);
  }
  Status Lock(std::string_view bytes) override { return keys_->Lock(bytes); }

 private:
  KeySpaceWriter* keys_;
  ReadSet* reads_;
};

class TrackingView final : public ReadView {
 public:
  /// Borrowed. `overlay` tells what the transaction itself has created, which nobody can change.
  TrackingView(ReadView* view, KeySpaceReader* keys, const GraphOverlay* overlay, ReadSet* reads)
      : view_(view), keys_(keys), overlay_(overlay), reads_(reads) {}

  CommitNumber commit_number() const override { return view_->commit_number(); }
  const Catalog& catalog() const override { return view_->catalog(); }
  Result<std::unique_ptr<Statistics>> GetStatistics() override { return view_->GetStatistics(); }
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

  bool WasDeleted(NodeId node) const override { return view_->WasDeleted(node); }
  bool WasDeleted(RelId relationship) const override { return view_->WasDeleted(relationship); }

 private:
  // Those that the transaction has not created itself. Valid until the next call.
  std::span<const NodeId> Stored(std::span<const NodeId> nodes);
  std::span<const RelId> Stored(std::span<const RelId> relationships);

  ReadView* view_;
  KeySpaceReader* keys_;
  const GraphOverlay* overlay_;
  ReadSet* reads_;
  std::vector<NodeId> nodes_;
  std::vector<RelId> relationships_;
};

}  // namespace kith::storage
