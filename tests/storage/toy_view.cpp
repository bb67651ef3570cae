// SPDX-License-Identifier: Apache-2.0
// The toy graph: reading, and key spaces.
#include <algorithm>
#include <tuple>

#include "engine/base/value_compare.h"
#include "tests/storage/toy_graph.h"

namespace kith::storage {
namespace {

class ToyStatistics final : public Statistics {
 public:
  explicit ToyStatistics(const ToyState& state) : state_(state) {}
  uint64_t NodeCount() const override { return state_.nodes.size(); }
  uint64_t NodeCount(LabelId label) const override {
    uint64_t count = 0;
    for (const auto& [id, node] : state_.nodes) {
      count += static_cast<uint64_t>(std::count(node.labels.begin(), node.labels.end(), label));
    }
    return count;
  }
  uint64_t RelationshipCount() const override { return state_.relationships.size(); }
  uint64_t RelationshipCount(RelTypeId type) const override {
    uint64_t count = 0;
    for (const auto& [id, relationship] : state_.relationships) count += relationship.type == type;
    return count;
  }

 private:
  ToyState state_;
};

// A column in the plainest form. Its kind is the real one's: typed when all types agree.
Column ToColumn(const std::vector<Value>& values) {
  Column column;
  column.size = values.size();
  std::set<ValueType> types;
  for (const Value& value : values) {
    if (!value.IsNull()) types.insert(value.type());
  }
  if (types.empty()) return column;
  for (const Value& value : values) column.valid.push_back(value.IsNull() ? 0 : 1);
  const ValueType type = types.size() == 1 ? *types.begin() : ValueType::kList;
  switch (type) {
    case ValueType::kBoolean:
      column.kind = Column::Kind::kBoolean;
      for (const Value& v : values) column.booleans.push_back(!v.IsNull() && v.AsBoolean());
      break;
    case ValueType::kInteger:
      column.kind = Column::Kind::kInteger;
      for (const Value& v : values) column.integers.push_back(v.IsNull() ? 0 : v.AsInteger());
      break;
    case ValueType::kFloat:
      column.kind = Column::Kind::kFloat;
      for (const Value& v : values) column.floats.push_back(v.IsNull() ? 0 : v.AsFloat());
      break;
    case ValueType::kString:
      column.kind = Column::Kind::kString;
      for (const Value& v : values) {
        column.codes.push_back(static_cast<uint32_t>(column.dictionary.size()));
        column.dictionary.push_back(v);
      }
      break;
    default: column.kind = Column::Kind::kMixed; column.values = values;
  }
  return column;
}

template <typename Entities, typename Id>
Column GatherFrom(const Entities& entities, std::span<const Id> ids, PropertyId property) {
  std::vector<Value> values(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    const auto found = entities.find(ids[i]);
    if (found == entities.end()) continue;
    for (const auto& [id, value] : found->second.properties) {
      if (id == property) values[i] = value;
    }
  }
  return ToColumn(values);
}

template <typename Entities, typename Id>
void ListFrom(const Entities& entities, std::span<const Id> ids, std::vector<PropertyList>* lists) {
  lists->assign(ids.size(), {});
  for (size_t i = 0; i < ids.size(); ++i) {
    const auto found = entities.find(ids[i]);
    if (found != entities.end()) (*lists)[i] = found->second.properties;
  }
}

bool Passes(const Value& value, const PropertyPredicate& predicate) {
  const Value& operand = predicate.operand;
  switch (predicate.op) {
    case PropertyPredicate::Operator::kEqual: return Equals(value, operand) == true;
    case PropertyPredicate::Operator::kLess: return Less(value, operand) == true;
    case PropertyPredicate::Operator::kLessOrEqual: return LessOrEqual(value, operand) == true;
    case PropertyPredicate::Operator::kGreater: return Less(operand, value) == true;
    case PropertyPredicate::Operator::kGreaterOrEqual: return LessOrEqual(operand, value) == true;
    case PropertyPredicate::Operator::kIn:
      for (const Value& element : operand.AsList()) {
        if (Equals(value, element) == true) return true;
      }
      return false;
    case PropertyPredicate::Operator::kExists: return !value.IsNull();
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<Statistics>> ToyTransaction::GetStatistics() {
  return std::unique_ptr<Statistics>(std::make_unique<ToyStatistics>(*base_));
}

Result<std::vector<GroupId>> ToyTransaction::LabelGroups(std::optional<LabelId> label) {
  std::set<GroupId> groups;
  for (const auto& [id, node] : state_.nodes) {
    if (!label || std::count(node.labels.begin(), node.labels.end(), *label) != 0) {
      groups.insert(id.group());
    }
  }
  return std::vector<GroupId>(groups.begin(), groups.end());
}

Status ToyTransaction::LabelNodes(GroupId group, std::optional<LabelId> label,
                                  SlotBitmap* members) {
  members->words.clear();
  for (const auto& [id, node] : state_.nodes) {
    if (id.group() != group) continue;
    if (!label || std::count(node.labels.begin(), node.labels.end(), *label) != 0) {
      members->Insert(id.slot());
    }
  }
  return Status::Ok();
}

Status ToyTransaction::Exist(std::span<const NodeId> nodes, std::vector<uint8_t>* exist) {
  exist->clear();
  for (const NodeId node : nodes) exist->push_back(state_.nodes.count(node) != 0);
  return Status::Ok();
}

Status ToyTransaction::HaveLabel(std::span<const NodeId> nodes, LabelId label,
                                 std::vector<uint8_t>* has) {
  std::vector<std::vector<LabelId>> labels;
  KITH_RETURN_IF_ERROR(Labels(nodes, &labels));
  has->clear();
  for (const auto& list : labels) {
    has->push_back(std::count(list.begin(), list.end(), label) != 0);
  }
  return Status::Ok();
}

Status ToyTransaction::Labels(std::span<const NodeId> nodes,
                              std::vector<std::vector<LabelId>>* labels) {
  labels->assign(nodes.size(), {});
  for (size_t i = 0; i < nodes.size(); ++i) {
    const auto found = state_.nodes.find(nodes[i]);
    if (found != state_.nodes.end()) (*labels)[i] = found->second.labels;
  }
  return Status::Ok();
}

Status ToyTransaction::Expand(std::span<const NodeId> nodes, const ExpandOptions& options,
                              Adjacency* adjacency) {
  using Entry = std::tuple<RelTypeId, NodeId, RelId, bool>;
  std::map<NodeId, std::set<Entry>> entries;
  for (const auto& [id, relationship] : state_.relationships) {
    const auto& [start, end, type, properties] = relationship;
    const bool wanted =
        options.types.empty() || std::count(options.types.begin(), options.types.end(), type) != 0;
    if (!wanted) continue;
    const bool out = options.direction != Direction::kIncoming;
    const bool in = options.direction != Direction::kOutgoing;
    if (out) entries[start].insert({type, end, id, true});
    if (in && !(out && start == end)) entries[end].insert({type, start, id, false});
  }
  *adjacency = Adjacency();
  adjacency->offsets.push_back(0);
  for (const NodeId node : nodes) {
    if (state_.nodes.count(node) == 0) entries.erase(node);
    for (const auto& [type, neighbour, id, outgoing] : entries[node]) {
      adjacency->neighbours.push_back(neighbour);
      if (!options.relationships) continue;
      adjacency->relationships.push_back(id);
      adjacency->types.push_back(type);
      adjacency->outgoing.push_back(outgoing);
    }
    adjacency->offsets.push_back(static_cast<uint32_t>(adjacency->neighbours.size()));
  }
  return Status::Ok();
}

Status ToyTransaction::Degree(std::span<const NodeId> nodes, const ExpandOptions& options,
                              std::vector<uint32_t>* degrees) {
  Adjacency adjacency;
  KITH_RETURN_IF_ERROR(Expand(nodes, options, &adjacency));
  degrees->clear();
  for (size_t i = 0; i < nodes.size(); ++i) {
    degrees->push_back(adjacency.offsets[i + 1] - adjacency.offsets[i]);
  }
  return Status::Ok();
}

Status ToyTransaction::EndpointsOf(std::span<const RelId> relationships,
                                   std::vector<Endpoints>* ends) {
  ends->clear();
  for (const RelId id : relationships) {
    const auto found = state_.relationships.find(id);
    const auto deleted = writes_.last_ends.find(id);
    if (found != state_.relationships.end()) {
      ends->push_back({true, found->second.start, found->second.end, found->second.type});
    } else if (deleted != writes_.last_ends.end()) {
      ends->push_back({false, deleted->second.start, deleted->second.end, deleted->second.type});
    } else {
      ends->emplace_back();
    }
  }
  return Status::Ok();
}

Status ToyTransaction::Gather(std::span<const NodeId> nodes, PropertyId property, Column* column) {
  *column = GatherFrom(state_.nodes, nodes, property);
  return Status::Ok();
}

Status ToyTransaction::Gather(std::span<const RelId> relationships, PropertyId property,
                              Column* column) {
  *column = GatherFrom(state_.relationships, relationships, property);
  return Status::Ok();
}

Status ToyTransaction::GatherMany(std::span<const NodeId> nodes,
                                  std::span<const PropertyId> properties,
                                  std::vector<Column>* columns) {
  columns->clear();
  for (const PropertyId property : properties) {
    columns->push_back(GatherFrom(state_.nodes, nodes, property));
  }
  return Status::Ok();
}

Status ToyTransaction::Properties(std::span<const NodeId> nodes, std::vector<PropertyList>* lists) {
  ListFrom(state_.nodes, nodes, lists);
  return Status::Ok();
}

Status ToyTransaction::Properties(std::span<const RelId> relationships,
                                  std::vector<PropertyList>* lists) {
  ListFrom(state_.relationships, relationships, lists);
  return Status::Ok();
}

Status ToyTransaction::ScanFilter(GroupId group, PropertyId property,
                                  const PropertyPredicate& predicate, SlotBitmap* members) {
  for (uint32_t slot = 0; slot < kGroupSlots; ++slot) {
    if (!members->Contains(slot)) continue;
    const NodeId node(group, slot);
    const Column column = GatherFrom(state_.nodes, std::span<const NodeId>(&node, 1), property);
    if (!Passes(column.At(0), predicate)) members->Remove(slot);
  }
  return Status::Ok();
}

bool ToyTransaction::WasDeleted(NodeId node) const {
  return writes_.deleted_nodes.count(node) != 0;
}

bool ToyTransaction::WasDeleted(RelId relationship) const {
  return writes_.deleted_relationships.count(relationship) != 0;
}

Result<std::optional<std::string>> ToyTransaction::Get(KeySpace space, std::string_view key) {
  if (space == KeySpace::kCounter) return Status(StatusCode::kInvalidArgument, "a counter");
  const auto found = state_.keys.find({space, std::string(key)});
  if (found == state_.keys.end()) return std::optional<std::string>();
  return std::optional<std::string>(found->second);
}

Status ToyTransaction::Scan(KeySpace space, std::string_view lower, std::string_view upper,
                            const Visitor& visit) {
  if (space == KeySpace::kCounter) return Status(StatusCode::kInvalidArgument, "a counter");
  for (const auto& [key, value] : state_.keys) {
    if (key.first != space || key.second < lower || (!upper.empty() && key.second >= upper)) {
      continue;
    }
    if (!visit(key.second, value)) break;
  }
  return Status::Ok();
}

Status ToyTransaction::ScanBackwards(KeySpace space, std::string_view lower, std::string_view upper,
                                     const Visitor& visit) {
  std::vector<std::pair<std::string, std::string>> found;
  KITH_RETURN_IF_ERROR(Scan(space, lower, upper, [&](std::string_view key, std::string_view value) {
    found.emplace_back(key, value);
    return true;
  }));
  for (auto entry = found.rbegin(); entry != found.rend(); ++entry) {
    if (!visit(entry->first, entry->second)) break;
  }
  return Status::Ok();
}

Result<int64_t> ToyTransaction::Counter(std::string_view key) {
  const auto found = state_.counters.find(std::string(key));
  return found == state_.counters.end() ? int64_t{0} : found->second;
}

Status ToyTransaction::Put(KeySpace space, std::string_view key, std::string_view value) {
  if (read_only_) return Status(StatusCode::kReadOnly, "read-only");
  if (space == KeySpace::kCounter) return Status(StatusCode::kInvalidArgument, "a counter");
  state_.keys[{space, std::string(key)}] = value;
  writes_.keys.insert({space, std::string(key)});
  return Status::Ok();
}

Status ToyTransaction::Delete(KeySpace space, std::string_view key) {
  if (read_only_) return Status(StatusCode::kReadOnly, "read-only");
  if (space == KeySpace::kCounter) return Status(StatusCode::kInvalidArgument, "a counter");
  state_.keys.erase({space, std::string(key)});
  writes_.keys.insert({space, std::string(key)});
  return Status::Ok();
}

Status ToyTransaction::Add(std::string_view counter, int64_t delta) {
  if (read_only_) return Status(StatusCode::kReadOnly, "read-only");
  state_.counters[std::string(counter)] += delta;
  writes_.added[std::string(counter)] += delta;
  return Status::Ok();
}

Status ToyTransaction::Lock(std::string_view bytes) {
  if (read_only_) return Status(StatusCode::kReadOnly, "read-only");
  writes_.locks.insert(std::string(bytes));
  return Status::Ok();
}

}  // namespace kith::storage
