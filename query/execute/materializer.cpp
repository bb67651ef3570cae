// SPDX-License-Identifier: Apache-2.0
// Two passes over the values of a batch: collect ids, then replace.
#include "query/execute/materializer.h"

#include <unordered_map>

#include "query/execute/view_access.h"
#include "storage/catalog.h"

namespace kith::query {

namespace {

class Materializer {
 public:
  explicit Materializer(storage::ReadView& view) : view_(view) {}

  /// Notes the entities in a value; true when there are any.
  bool Collect(const Value& value) {
    switch (value.type()) {
      case ValueType::kNode:
        if (value.IsWhole()) return false;
        nodes_.try_emplace(value.AsNodeId());
        return true;
      case ValueType::kRelationship:
        if (value.IsWhole()) return false;
        relationships_.try_emplace(value.AsRelId());
        return true;
      case ValueType::kList: return CollectAll(value.AsList());
      case ValueType::kMap: {
        bool any = false;
        for (const auto& [key, entry] : value.AsMap()) any = Collect(entry) || any;
        return any;
      }
      case ValueType::kPath: {
        const bool nodes = CollectAll(value.AsPath().nodes);
        return CollectAll(value.AsPath().relationships) || nodes;
      }
      default: return false;
    }
  }

  bool IsEmpty() const { return nodes_.empty() && relationships_.empty(); }

  Status Fetch() {
    KITH_RETURN_IF_ERROR(FetchNodes());
    return FetchRelationships();
  }

  Value Replace(const Value& value) const {
    switch (value.type()) {
      case ValueType::kNode: return value.IsWhole() ? value : nodes_.at(value.AsNodeId());
      case ValueType::kRelationship:
        return value.IsWhole() ? value : relationships_.at(value.AsRelId());
      case ValueType::kList: {
        List list;
        list.reserve(value.AsList().size());
        for (const Value& element : value.AsList()) list.push_back(Replace(element));
        return Value(std::move(list));
      }
      case ValueType::kMap: {
        Map map;
        for (const auto& [key, entry] : value.AsMap()) map.emplace_back(key, Replace(entry));
        return Value::FromMap(std::move(map));
      }
      case ValueType::kPath: {
        Path path;
        for (const Value& node : value.AsPath().nodes) path.nodes.push_back(Replace(node));
        for (const Value& relationship : value.AsPath().relationships) {
          path.relationships.push_back(Replace(relationship));
        }
        return Value(std::move(path));
      }
      default: return value;
    }
  }

 private:
  bool CollectAll(const std::vector<Value>& values) {
    bool any = false;
    for (const Value& value : values) any = Collect(value) || any;
    return any;
  }

  Status FetchNodes() {
    std::vector<NodeId> ids;
    ids.reserve(nodes_.size());
    for (const auto& [id, whole] : nodes_) ids.push_back(id);
    std::vector<std::vector<LabelId>> labels;
    std::vector<storage::PropertyList> properties;
    if (ids.empty()) return Status::Ok();
    KITH_RETURN_IF_ERROR(view_.Labels(ids, &labels));
    KITH_RETURN_IF_ERROR(view_.Properties(ids, &properties));
    for (size_t i = 0; i < ids.size(); ++i) {
      Node node;
      node.id = ids[i];
      for (LabelId label : labels[i]) node.labels.emplace_back(view_.catalog().LabelName(label));
      node.properties = NamedProperties(view_.catalog(), properties[i]);
      nodes_[ids[i]] = Value(std::move(node));
    }
    return Status::Ok();
  }

  Status FetchRelationships() {
    std::vector<RelId> ids;
    ids.reserve(relationships_.size());
    for (const auto& [id, whole] : relationships_) ids.push_back(id);
    std::vector<storage::Endpoints> ends;
    std::vector<storage::PropertyList> properties;
    if (ids.empty()) return Status::Ok();
    KITH_RETURN_IF_ERROR(view_.EndpointsOf(ids, &ends));
    KITH_RETURN_IF_ERROR(view_.Properties(ids, &properties));
    for (size_t i = 0; i < ids.size(); ++i) {
      Relationship relationship;
      relationship.id = ids[i];
      relationship.start = ends[i].start;
      relationship.end = ends[i].end;
      if (ends[i].exists || view_.WasDeleted(ids[i])) {
        relationship.type = std::string(view_.catalog().RelTypeName(ends[i].type));
      }
      relationship.properties = NamedProperties(view_.catalog(), properties[i]);
      relationships_[ids[i]] = Value(std::move(relationship));
    }
    return Status::Ok();
  }

  storage::ReadView& view_;
  std::unordered_map<NodeId, Value> nodes_;
  std::unordered_map<RelId, Value> relationships_;
};

}  // namespace

Status MaterializeRows(storage::ReadView& view, const Batch& batch,
                       std::span<const uint32_t> columns, bool whole,
                       std::vector<std::vector<Value>>* rows) {
  rows->resize(batch.rows);
  Materializer materializer(view);
  std::vector<uint8_t> has_entities(columns.size(), 0);
  for (std::vector<Value>& row : *rows) row.resize(columns.size());
  for (size_t j = 0; j < columns.size(); ++j) {
    const Column& column = batch.columns[columns[j]];
    for (size_t i = 0; i < batch.rows; ++i) {
      Value& value = (*rows)[i][j];
      value = column.At(i);
      if (whole && materializer.Collect(value)) has_entities[j] = 1;
    }
  }
  if (materializer.IsEmpty()) return Status::Ok();
  KITH_RETURN_IF_ERROR(materializer.Fetch());
  for (std::vector<Value>& row : *rows) {
    for (size_t j = 0; j < columns.size(); ++j) {
      if (has_entities[j] != 0) row[j] = materializer.Replace(row[j]);
    }
  }
  return Status::Ok();
}

}  // namespace kith::query
