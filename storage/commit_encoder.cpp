// SPDX-License-Identifier: Apache-2.0
// Turns a transaction's overlays into a commit: the delta entries, the counters, the keys to
// validate and the commit record.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "storage/format/row_codec.h"
#include "storage/graph_transaction.h"

namespace kith::storage {
namespace {

// Rows up to this many bytes are rewritten whole: an image then costs little more than a patch, and
// readers find it at once.
constexpr size_t kSmallRowBytes = 256;

Status TooLong(std::string_view what, size_t bytes) {
  return Status(StatusCode::kResourceExhausted,
                std::string(what) + " takes " + std::to_string(bytes) +
                    " bytes, and 1 GiB is the limit; store large values apart");
}

// Collects what one commit writes. Everything is in order of ids, so that RocksDB inserts near to
// where it inserted last.
class CommitEncoder {
 public:
  explicit CommitEncoder(CommitRequest* request) : request_(request), ops_(&request->ops) {}

  Status EncodeNode(NodeId node, const NodeEntry& entry);
  Status EncodeRelationship(RelId relationship, const RelationshipEntry& entry);
  void EncodeLocks(const std::set<ValidationKey>& locks);
  void Finish();

 private:
  void CreateNode(NodeId node, const NodeState& state);
  void DeleteNode(NodeId node, const NodeEntry::Base& base);
  void UpdateNode(NodeId node, const NodeEntry& entry);
  void CreateRelationship(RelId relationship, const RelationshipState& state);
  void DeleteRelationship(RelId relationship, const RelationshipEntry& entry);
  void UpdateRelationship(RelId relationship, const RelationshipEntry& entry);
  void WriteRow(const DeltaKey& key, size_t patches);
  void Touch(GroupId group) { groups_.insert(group); }
  void Exclusive(ValidationKey key) {
    request_->checks.push_back(key);
    request_->marks.push_back(key);
  }
  void Attach(NodeId node) {
    request_->checks.push_back(NodeDeleted(node));
    request_->marks.push_back(NodeAttached(node));
    Touch(node.group());
  }

  CommitRequest* request_;
  CommitOps* ops_;
  std::set<GroupId> groups_;
  int64_t nodes_ = 0;
  int64_t relationships_ = 0;
  std::map<LabelId, int64_t> labels_;
  std::map<RelTypeId, int64_t> types_;
  std::string image_;
  std::string patch_;
};

// Writes the row's new entry, given as image_ and patch_. An image hides what came before.
void CommitEncoder::WriteRow(const DeltaKey& key, size_t patches) {
  const bool image = patches >= kMaxRowPatches || image_.size() <= kSmallRowBytes ||
                     patch_.size() * 2 > image_.size();
  ops_->PutDelta(key, image ? image_ : patch_);
}

void CommitEncoder::CreateNode(NodeId node, const NodeState& state) {
  AppendNodeImage(state, &image_);
  ops_->PutDelta(DeltaKey::NodeRow(node), image_);
  for (const LabelId label : state.labels) ++labels_[label];
  ++nodes_;
}

void CommitEncoder::DeleteNode(NodeId node, const NodeEntry::Base& base) {
  AppendNodeTombstone(&image_);
  ops_->PutDelta(DeltaKey::NodeRow(node), image_);
  for (const LabelId label : base.state.labels) --labels_[label];
  Exclusive(RowWritten(node));
  request_->checks.push_back(NodeAttached(node));
  request_->marks.push_back(NodeDeleted(node));
  --nodes_;
}

void CommitEncoder::UpdateNode(NodeId node, const NodeEntry& entry) {
  // A write of what was there already changes no bytes, but it is a write to whoever else writes.
  Exclusive(RowWritten(node));
  const NodeState& before = entry.base->state;
  const NodeState& after = entry.state;
  if (before.labels == after.labels && before.properties == after.properties) return;
  AppendNodeImage(after, &image_);
  AppendNodePatch(before, after, &patch_);
  WriteRow(DeltaKey::NodeRow(node), entry.base->patches);
  for (const LabelId label : after.labels) ++labels_[label];
  for (const LabelId label : before.labels) --labels_[label];
}

Status CommitEncoder::EncodeNode(NodeId node, const NodeEntry& entry) {
  image_.clear();
  patch_.clear();
  if (entry.base == nullptr && !entry.exists) return Status::Ok();
  Touch(node.group());
  if (entry.base == nullptr) {
    CreateNode(node, entry.state);
  } else if (!entry.exists) {
    DeleteNode(node, *entry.base);
  } else {
    UpdateNode(node, entry);
  }
  return image_.size() > kMaxRowBytes ? TooLong("a node", image_.size()) : Status::Ok();
}

void CommitEncoder::CreateRelationship(RelId relationship, const RelationshipState& state) {
  AppendRelationshipImage(state, &image_);
  ops_->PutDelta(DeltaKey::RelationshipRow(relationship), image_);
  ops_->PutDelta(DeltaKey::Incoming(state.end, state.type, state.start, relationship), {});
  Attach(state.start);
  Attach(state.end);
  ++relationships_;
  ++types_[state.type];
}

void CommitEncoder::DeleteRelationship(RelId relationship, const RelationshipEntry& entry) {
  const RelationshipState& state = entry.state;
  AppendRelationshipTombstone(state, &image_);
  ops_->PutDelta(DeltaKey::RelationshipRow(relationship), image_);
  ops_->PutDelta(DeltaKey::Incoming(state.end, state.type, state.start, relationship),
                 kRemovedEntry);
  Exclusive(RowWritten(relationship));
  Touch(state.start.group());
  Touch(state.end.group());
  --relationships_;
  --types_[state.type];
}

void CommitEncoder::UpdateRelationship(RelId relationship, const RelationshipEntry& entry) {
  Exclusive(RowWritten(relationship));
  Touch(relationship.source_group());
  if (entry.base->properties == entry.state.properties) return;
  AppendRelationshipImage(entry.state, &image_);
  AppendRelationshipPatch(entry.base->properties, entry.state.properties, &patch_);
  WriteRow(DeltaKey::RelationshipRow(relationship), entry.base->patches);
}

Status CommitEncoder::EncodeRelationship(RelId relationship, const RelationshipEntry& entry) {
  image_.clear();
  patch_.clear();
  if (entry.base == nullptr && !entry.exists) return Status::Ok();
  if (entry.base == nullptr) {
    CreateRelationship(relationship, entry.state);
  } else if (!entry.exists) {
    DeleteRelationship(relationship, entry);
  } else {
    UpdateRelationship(relationship, entry);
  }
  return image_.size() > kMaxRowBytes ? TooLong("a relationship", image_.size()) : Status::Ok();
}

void CommitEncoder::EncodeLocks(const std::set<ValidationKey>& locks) {
  for (const ValidationKey lock : locks) Exclusive(lock);
}

void Distinct(std::vector<ValidationKey>* keys) {
  std::sort(keys->begin(), keys->end());
  keys->erase(std::unique(keys->begin(), keys->end()), keys->end());
}

void CommitEncoder::Finish() {
  if (nodes_ != 0) ops_->Add(NodeCounterKey(), nodes_);
  for (const auto& [label, count] : labels_) {
    if (count != 0) ops_->Add(NodeCounterKey(label), count);
  }
  if (relationships_ != 0) ops_->Add(RelationshipCounterKey(), relationships_);
  for (const auto& [type, count] : types_) {
    if (count != 0) ops_->Add(RelationshipCounterKey(type), count);
  }
  request_->record.groups.assign(groups_.begin(), groups_.end());
  Distinct(&request_->checks);
  Distinct(&request_->marks);
}

template <typename Id, typename Entry>
std::vector<std::pair<Id, const Entry*>> Sorted(const std::unordered_map<Id, Entry>& entries) {
  std::vector<std::pair<Id, const Entry*>> sorted;
  sorted.reserve(entries.size());
  for (const auto& [id, entry] : entries) sorted.emplace_back(id, &entry);
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

}  // namespace

Status GraphTransaction::Encode(CommitRequest* request) {
  request->snapshot = snapshot_->commit();
  CommitEncoder encoder(request);
  for (const auto& [node, entry] : Sorted(graph_.nodes())) {
    KITH_RETURN_IF_ERROR(encoder.EncodeNode(node, *entry));
  }
  for (const auto& [relationship, entry] : Sorted(graph_.relationships())) {
    KITH_RETURN_IF_ERROR(encoder.EncodeRelationship(relationship, *entry));
  }
  encoder.EncodeLocks(key_spaces_.locks());
  encoder.Finish();
  key_spaces_.AppendTo(&request->ops);
  request->ops.Sort();
  return Status::Ok();
}

}  // namespace kith::storage
