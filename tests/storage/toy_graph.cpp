// SPDX-License-Identifier: Apache-2.0
// The toy graph: transactions. Reading is in toy_view.cpp.
#include "tests/storage/toy_graph.h"

#include <algorithm>
#include <cstdlib>

#include "storage/format/value_codec.h"

namespace kith::storage {
namespace {

Status Absent(bool deleted) {
  return Status(StatusCode::kEntityNotFound, "absent")
      .WithDetail(deleted ? "DeletedEntityAccess" : "");
}

template <typename Key>
bool After(const std::map<Key, uint64_t>& table, const Key& key, uint64_t snapshot) {
  const auto found = table.find(key);
  return found != table.end() && found->second > snapshot;
}

uint64_t Apply(std::span<const PropertyWrite> writes, PropertyList* properties) {
  std::map<PropertyId, Value> map(properties->begin(), properties->end());
  uint64_t effective = 0;
  for (const PropertyWrite& write : writes) {
    if (!write.value.IsNull()) {
      map[write.property] = write.value;
      ++effective;
    } else {
      effective += map.erase(write.property);
    }
  }
  properties->assign(map.begin(), map.end());
  return effective;
}

std::vector<LabelId> Distinct(std::span<const LabelId> labels) {
  const std::set<LabelId> set(labels.begin(), labels.end());
  return {set.begin(), set.end()};
}

// The ends of the relationships that a transaction creates in this state.
std::vector<NodeId> EndsOfCreated(const ToyState& state, const ToyState& mine,
                                  const ToyWrites& writes) {
  std::vector<NodeId> ends;
  for (const RelId id : writes.relationships) {
    const auto found = mine.relationships.find(id);
    if (found == mine.relationships.end() || state.relationships.count(id) != 0) continue;
    ends.push_back(found->second.start);
    ends.push_back(found->second.end);
  }
  return ends;
}

template <typename Map, typename Key>
void CopyEntry(const Map& from, const Key& key, Map* to) {
  const auto found = from.find(key);
  if (found != from.end()) {
    (*to)[key] = found->second;
  } else {
    to->erase(key);
  }
}

}  // namespace

ToyGraph::ToyGraph(Catalog* catalog) : catalog_(catalog) {
  if (catalog != nullptr) return;
  GraphStoreOptions options;
  options.path = ":memory:";
  auto store = GraphStore::Open(options);
  if (!store.ok()) std::abort();
  catalog_owner_ = *std::move(store);
  catalog_ = &catalog_owner_->catalog();
}

ToyGraph::~ToyGraph() = default;

Result<std::unique_ptr<Transaction>> ToyGraph::Begin(TransactionMode mode) {
  return std::unique_ptr<Transaction>(
      std::make_unique<ToyTransaction>(this, mode == TransactionMode::kRead));
}

Status ToyGraph::ChangeSchema(const std::function<Status(Transaction&)>& change,
                              const std::function<void()>& published) {
  ToyTransaction transaction(this, false);
  KITH_RETURN_IF_ERROR(change(transaction));
  KITH_RETURN_IF_ERROR(transaction.Commit());
  schema_commit_ = commit_;
  published();
  return Status::Ok();
}

void ApplyWrites(const ToyState& mine, const ToyWrites& writes, ToyState* state) {
  for (const NodeId id : writes.nodes) CopyEntry(mine.nodes, id, &state->nodes);
  for (const RelId id : writes.relationships) {
    CopyEntry(mine.relationships, id, &state->relationships);
  }
  for (const auto& key : writes.keys) CopyEntry(mine.keys, key, &state->keys);
  for (const auto& [counter, delta] : writes.added) state->counters[counter] += delta;
}

Status ToyGraph::Validate(const ToyState& mine, const ToyWrites& writes,
                          CommitNumber snapshot_number) const {
  const Status conflict(StatusCode::kConflict, "conflict");
  const auto snapshot = static_cast<uint64_t>(snapshot_number);
  if (snapshot < schema_commit_) return conflict;
  for (const RelId id : writes.relationships) {
    if (After(relationship_written_, id, snapshot)) return conflict;
  }
  for (const NodeId end : EndsOfCreated(state_, mine, writes)) {
    if (After(node_deleted_, end, snapshot)) return conflict;
  }
  for (const NodeId id : writes.nodes) {
    if (After(node_written_, id, snapshot)) return conflict;
  }
  for (const NodeId id : writes.deleted_nodes) {
    if (After(node_attached_, id, snapshot)) return conflict;
  }
  for (const std::string& lock : writes.locks) {
    if (After(locked_, lock, snapshot)) return conflict;
  }
  return Status::Ok();
}

Status ToyGraph::CommitAs(CommitNumber number, const ToyState& mine, const ToyWrites& writes,
                          CommitNumber snapshot) {
  KITH_RETURN_IF_ERROR(Validate(mine, writes, snapshot));
  commit_ = static_cast<uint64_t>(number);
  for (const NodeId end : EndsOfCreated(state_, mine, writes)) node_attached_[end] = commit_;
  for (const NodeId id : writes.nodes) node_written_[id] = commit_;
  for (const NodeId id : writes.deleted_nodes) node_deleted_[id] = commit_;
  for (const RelId id : writes.relationships) relationship_written_[id] = commit_;
  for (const std::string& lock : writes.locks) locked_[lock] = commit_;
  ApplyWrites(mine, writes, &state_);
  return Status::Ok();
}

ToyTransaction::ToyTransaction(ToyGraph* graph, bool read_only)
    : ToyTransaction(graph, std::make_shared<const ToyState>(graph->state_),
                     CommitNumber{graph->commit_}, read_only) {}

ToyTransaction::ToyTransaction(ToyGraph* graph, std::shared_ptr<const ToyState> base,
                               CommitNumber snapshot, bool read_only)
    : graph_(graph),
      read_only_(read_only),
      snapshot_(static_cast<uint64_t>(snapshot)),
      base_(std::move(base)),
      state_(*base_) {}

template <typename Mutate>
Status ToyTransaction::Try(const Mutate& mutate) {
  if (read_only_) return Status(StatusCode::kReadOnly, "read-only");
  // Every mutation checks before it writes: behind that, only a sink can make it fail.
  if (graph_->sinks_.empty()) return mutate();
  const Saved before{0, state_, writes_, counts_};
  Status status = mutate();
  if (!status.ok()) {
    state_ = before.state;
    writes_ = before.writes;
    counts_ = before.counts;
  }
  return status;
}

Status ToyTransaction::CheckNode(NodeId node) const {
  return state_.nodes.count(node) != 0 ? Status::Ok() : Absent(WasDeleted(node));
}

Status ToyTransaction::CheckRelationship(RelId relationship) const {
  return state_.relationships.count(relationship) != 0 ? Status::Ok()
                                                       : Absent(WasDeleted(relationship));
}

Status ToyTransaction::TellNode(NodeId node, std::optional<NodeState> before) {
  writes_.nodes.insert(node);
  const auto now = state_.nodes.find(node);
  const NodeChange change{node, before ? &*before : nullptr,
                          now != state_.nodes.end() ? &now->second : nullptr};
  for (ChangeSink* sink : graph_->sinks_) KITH_RETURN_IF_ERROR(sink->OnNodeChange(change, *this));
  return Status::Ok();
}

Status ToyTransaction::TellRelationship(RelId relationship,
                                        std::optional<RelationshipState> before) {
  writes_.relationships.insert(relationship);
  const auto now = state_.relationships.find(relationship);
  const RelationshipChange change{relationship, before ? &*before : nullptr,
                                  now != state_.relationships.end() ? &now->second : nullptr};
  for (ChangeSink* sink : graph_->sinks_) {
    KITH_RETURN_IF_ERROR(sink->OnRelationshipChange(change, *this));
  }
  return Status::Ok();
}

Status ToyTransaction::CreateNodeAs(NodeId node, std::span<const LabelId> labels,
                                    std::span<const PropertyWrite> properties) {
  return Try([&]() -> Status {
    for (const PropertyWrite& write : properties) KITH_RETURN_IF_ERROR(CheckStorable(write.value));
    NodeState& state = state_.nodes[node];
    state.labels = Distinct(labels);
    counts_.properties_set += Apply(properties, &state.properties);
    counts_.labels_added += state.labels.size();
    ++counts_.nodes_created;
    return TellNode(node, std::nullopt);
  });
}

Result<NodeId> ToyTransaction::CreateNode(std::span<const LabelId> labels,
                                          std::span<const PropertyWrite> properties) {
  if (read_only_) return Status(StatusCode::kReadOnly, "read-only");
  KITH_ASSIGN_OR_RETURN(const NodeId node, graph_->catalog().AllocateNode(Distinct(labels)));
  KITH_RETURN_IF_ERROR(CreateNodeAs(node, labels, properties));
  return node;
}

Status ToyTransaction::CreateRelationshipAs(RelId relationship, NodeId start, RelTypeId type,
                                            NodeId end, std::span<const PropertyWrite> properties) {
  return Try([&]() -> Status {
    for (const PropertyWrite& write : properties) KITH_RETURN_IF_ERROR(CheckStorable(write.value));
    KITH_RETURN_IF_ERROR(CheckNode(start));
    KITH_RETURN_IF_ERROR(CheckNode(end));
    RelationshipState& state = state_.relationships[relationship];
    state.start = start;
    state.end = end;
    state.type = type;
    counts_.properties_set += Apply(properties, &state.properties);
    ++counts_.relationships_created;
    return TellRelationship(relationship, std::nullopt);
  });
}

Result<RelId> ToyTransaction::CreateRelationship(NodeId start, RelTypeId type, NodeId end,
                                                 std::span<const PropertyWrite> properties) {
  if (read_only_) return Status(StatusCode::kReadOnly, "read-only");
  KITH_RETURN_IF_ERROR(CheckNode(start));
  KITH_ASSIGN_OR_RETURN(const RelId relationship,
                        graph_->catalog().AllocateRelationship(start.group(), type));
  KITH_RETURN_IF_ERROR(CreateRelationshipAs(relationship, start, type, end, properties));
  return relationship;
}

Status ToyTransaction::SetProperties(NodeId node, std::span<const PropertyWrite> writes) {
  return Try([&]() -> Status {
    for (const PropertyWrite& write : writes) KITH_RETURN_IF_ERROR(CheckStorable(write.value));
    KITH_RETURN_IF_ERROR(CheckNode(node));
    const NodeState before = state_.nodes[node];
    counts_.properties_set += Apply(writes, &state_.nodes[node].properties);
    return TellNode(node, before);
  });
}

Status ToyTransaction::SetProperties(RelId relationship, std::span<const PropertyWrite> writes) {
  return Try([&]() -> Status {
    for (const PropertyWrite& write : writes) KITH_RETURN_IF_ERROR(CheckStorable(write.value));
    KITH_RETURN_IF_ERROR(CheckRelationship(relationship));
    const RelationshipState before = state_.relationships[relationship];
    counts_.properties_set += Apply(writes, &state_.relationships[relationship].properties);
    return TellRelationship(relationship, before);
  });
}

Status ToyTransaction::AddLabels(NodeId node, std::span<const LabelId> labels) {
  return Try([&]() -> Status {
    KITH_RETURN_IF_ERROR(CheckNode(node));
    const NodeState before = state_.nodes[node];
    std::set<LabelId> set(before.labels.begin(), before.labels.end());
    set.insert(labels.begin(), labels.end());
    if (set.size() == before.labels.size()) return Status::Ok();
    for (const LabelId label : labels) {
      KITH_RETURN_IF_ERROR(graph_->catalog().NoteLabelInGroup(label, node.group()));
    }
    counts_.labels_added += set.size() - before.labels.size();
    state_.nodes[node].labels.assign(set.begin(), set.end());
    return TellNode(node, before);
  });
}

Status ToyTransaction::RemoveLabels(NodeId node, std::span<const LabelId> labels) {
  return Try([&]() -> Status {
    KITH_RETURN_IF_ERROR(CheckNode(node));
    const NodeState before = state_.nodes[node];
    std::set<LabelId> set(before.labels.begin(), before.labels.end());
    for (const LabelId label : labels) set.erase(label);
    if (set.size() == before.labels.size()) return Status::Ok();
    counts_.labels_removed += before.labels.size() - set.size();
    state_.nodes[node].labels.assign(set.begin(), set.end());
    return TellNode(node, before);
  });
}

Status ToyTransaction::DeleteNode(NodeId node) {
  return Try([&]() -> Status {
    if (writes_.deleted_nodes.count(node) != 0) return Status::Ok();
    KITH_RETURN_IF_ERROR(CheckNode(node));
    const NodeState before = state_.nodes[node];
    state_.nodes.erase(node);
    writes_.deleted_nodes.insert(node);
    writes_.unchecked.insert(node);
    ++counts_.nodes_deleted;
    return TellNode(node, before);
  });
}

Status ToyTransaction::DeleteRelationship(RelId relationship) {
  return Try([&]() -> Status {
    if (writes_.deleted_relationships.count(relationship) != 0) return Status::Ok();
    KITH_RETURN_IF_ERROR(CheckRelationship(relationship));
    const RelationshipState before = state_.relationships[relationship];
    state_.relationships.erase(relationship);
    writes_.deleted_relationships.insert(relationship);
    writes_.last_ends[relationship] = before;
    ++counts_.relationships_deleted;
    return TellRelationship(relationship, before);
  });
}

Status ToyTransaction::CheckDangling() {
  for (const auto& [id, relationship] : state_.relationships) {
    if (writes_.unchecked.count(relationship.start) + writes_.unchecked.count(relationship.end) >
        0) {
      return Status(StatusCode::kConstraintViolation, "dangling").WithDetail("DeleteConnectedNode");
    }
  }
  writes_.unchecked.clear();
  return Status::Ok();
}

uint64_t ToyTransaction::Savepoint() {
  saved_.push_back({next_savepoint_, state_, writes_, counts_});
  return next_savepoint_++;
}

Status ToyTransaction::RollbackTo(uint64_t savepoint) {
  while (!saved_.empty() && saved_.back().id > savepoint) saved_.pop_back();
  if (saved_.empty() || saved_.back().id != savepoint) {
    return Status(StatusCode::kInvalidArgument, "no such savepoint");
  }
  state_ = saved_.back().state;
  writes_ = saved_.back().writes;
  counts_ = saved_.back().counts;
  return Status::Ok();
}

void ToyTransaction::ReleaseSavepoint(uint64_t savepoint) {
  while (!saved_.empty() && saved_.back().id >= savepoint) saved_.pop_back();
}

Status ToyTransaction::Commit(Durability) {
  const bool was_open = std::exchange(open_, false);
  if (read_only_) return Status::Ok();
  if (!was_open) return Status(StatusCode::kInvalidArgument, "ended");
  writes_.unchecked = writes_.deleted_nodes;
  KITH_RETURN_IF_ERROR(CheckDangling());
  const CommitNumber number{graph_->commit_ + 1};
  KITH_RETURN_IF_ERROR(graph_->CommitAs(number, state_, writes_, CommitNumber{snapshot_}));
  committed_as_ = number;
  return Status::Ok();
}

}  // namespace kith::storage
