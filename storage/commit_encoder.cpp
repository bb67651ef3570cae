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
  CommitEncoder(SnapshotReader* reader, CommitRequest* request)
      : reader_(reader), request_(request), ops_(&request->ops) {}

  Status EncodeNode(NodeId node, const NodeEntry& entry);
  Status EncodeRelationship(RelId relationship, const RelationshipEntry& entry);
  void EncodeLocks(const std::set<ValidationKey>& locks);
  void Finish();

 private:
  void CreateNode(NodeId node, const NodeState& state);
  Status DeleteNode(NodeId node, const NodeEntry::Base& base);
  Status UpdateNode(NodeId node, const NodeEntry& entry);
  Status RemoveLabel(NodeId node, LabelId label);
  void AddLabel(NodeId node, LabelId label);
  void CreateRelationship(RelId relationship, const RelationshipState& state);
  void DeleteRelationship(RelId relationship, const RelationshipEntry& entry);
  void UpdateRelationship(RelId relationship, const RelationshipEntry& entry);
  void WriteRow(const DeltaKey& key, const std::vector<CommitNumber>& chain);
  void DeleteRow(const DeltaKey& key, const std::vector<CommitNumber>& chain);
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

  SnapshotReader* reader_;
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

void CommitEncoder::AddLabel(NodeId node, LabelId label) {
  ops_->PutDelta(DeltaKey::LabelEntry(node, label), {});
  ++labels_[label];
}

Status CommitEncoder::RemoveLabel(NodeId node, LabelId label) {
  KITH_ASSIGN_OR_RETURN(const std::optional<CommitNumber> commit,
                        reader_->LabelCommit(node, label));
  if (!commit) {
    return Status(
        StatusCode::kCorruption,
        "a node's label has no entry of its own; the database is damaged: restore it from "
        "a backup");
  }
  ops_->DeleteDelta(DeltaKey::LabelEntry(node, label), *commit);
  --labels_[label];
  return Status::Ok();
}

// Writes the row's new entry, given as image_ and patch_. An image replaces the whole chain.
void CommitEncoder::WriteRow(const DeltaKey& key, const std::vector<CommitNumber>& chain) {
  if (chain.size() + 1 > kMaxRowChain || image_.size() <= kSmallRowBytes ||
      patch_.size() * 2 > image_.size()) {
    ops_->PutDelta(key, image_);
    DeleteRow(key, chain);
  } else {
    ops_->PutDelta(key, patch_);
  }
}

void CommitEncoder::DeleteRow(const DeltaKey& key, const std::vector<CommitNumber>& chain) {
  for (const CommitNumber commit : chain) ops_->DeleteDelta(key, commit);
}

void CommitEncoder::CreateNode(NodeId node, const NodeState& state) {
  image_.clear();
  AppendNodeImage(state, &image_);
  ops_->PutDelta(DeltaKey::NodeRow(node), image_);
  for (const LabelId label : state.labels) AddLabel(node, label);
  ++nodes_;
}

Status CommitEncoder::DeleteNode(NodeId node, const NodeEntry::Base& base) {
  DeleteRow(DeltaKey::NodeRow(node), base.chain);
  for (const LabelId label : base.state.labels) KITH_RETURN_IF_ERROR(RemoveLabel(node, label));
  Exclusive(RowWritten(node));
  request_->checks.push_back(NodeAttached(node));
  request_->marks.push_back(NodeDeleted(node));
  --nodes_;
  return Status::Ok();
}

Status CommitEncoder::UpdateNode(NodeId node, const NodeEntry& entry) {
  // A write of what was there already changes no bytes, but it is a write to whoever else writes.
  Exclusive(RowWritten(node));
  const NodeState& before = entry.base->state;
  const NodeState& after = entry.state;
  if (before.labels == after.labels && before.properties == after.properties) return Status::Ok();
  image_.clear();
  patch_.clear();
  AppendNodeImage(after, &image_);
  AppendNodePatch(before, after, &patch_);
  WriteRow(DeltaKey::NodeRow(node), entry.base->chain);
  for (const LabelId label : after.labels) {
    if (!std::binary_search(before.labels.begin(), before.labels.end(), label)) {
      AddLabel(node, label);
    }
  }
  for (const LabelId label : before.labels) {
    if (!std::binary_search(after.labels.begin(), after.labels.end(), label)) {
      KITH_RETURN_IF_ERROR(RemoveLabel(node, label));
    }
  }
  return Status::Ok();
}

Status CommitEncoder::EncodeNode(NodeId node, const NodeEntry& entry) {
  image_.clear();
  if (entry.base == nullptr && !entry.exists) return Status::Ok();
  Touch(node.group());
  if (entry.base == nullptr) {
    CreateNode(node, entry.state);
  } else if (!entry.exists) {
    KITH_RETURN_IF_ERROR(DeleteNode(node, *entry.base));
  } else {
    KITH_RETURN_IF_ERROR(UpdateNode(node, entry));
  }
  return image_.size() > kMaxRowBytes ? TooLong("a node", image_.size()) : Status::Ok();
}

void CommitEncoder::CreateRelationship(RelId relationship, const RelationshipState& state) {
  image_.clear();
  AppendRelationshipImage(state, CommitNumber{}, &image_);
  ops_->PutDelta(DeltaKey::RelationshipRow(relationship), image_);
  ops_->PutDelta(DeltaKey::OutEntry(state.start, state.type, state.end, relationship), {});
  ops_->PutDelta(DeltaKey::InEntry(state.end, state.type, state.start, relationship), {});
  Attach(state.start);
  Attach(state.end);
  ++relationships_;
  ++types_[state.type];
}

void CommitEncoder::DeleteRelationship(RelId relationship, const RelationshipEntry& entry) {
  const RelationshipState& state = entry.state;
  const CommitNumber created = entry.base->created;
  DeleteRow(DeltaKey::RelationshipRow(relationship), entry.base->chain);
  ops_->DeleteDelta(DeltaKey::OutEntry(state.start, state.type, state.end, relationship), created);
  ops_->DeleteDelta(DeltaKey::InEntry(state.end, state.type, state.start, relationship), created);
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
  image_.clear();
  patch_.clear();
  AppendRelationshipImage(entry.state, entry.base->created, &image_);
  AppendRelationshipPatch(entry.base->properties, entry.state.properties, &patch_);
  WriteRow(DeltaKey::RelationshipRow(relationship), entry.base->chain);
}

Status CommitEncoder::EncodeRelationship(RelId relationship, const RelationshipEntry& entry) {
  image_.clear();
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
  CommitEncoder encoder(reader_.get(), request);
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
