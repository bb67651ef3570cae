// SPDX-License-Identifier: Apache-2.0
// One-entity reads for functions.
#include "query/execute/view_access.h"

#include <algorithm>

#include "storage/catalog.h"

namespace kith::query {

namespace {

Status Deleted(std::string_view what) {
  return Status(StatusCode::kEntityNotFound,
                "this " + std::string(what) +
                    " has been deleted in this transaction; read what you need before DELETE")
      .WithDetail("DeletedEntityAccess");
}

}  // namespace

Map NamedProperties(const storage::Catalog& catalog, const storage::PropertyList& properties) {
  Map map;
  map.reserve(properties.size());
  for (const auto& [id, value] : properties) {
    map.emplace_back(std::string(catalog.PropertyName(id)), value);
  }
  std::sort(map.begin(), map.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return map;
}

Status ViewAccess::CheckAlive(const Value& entity) const {
  if (entity.IsNode() && view_.WasDeleted(entity.AsNodeId())) return Deleted("node");
  if (entity.IsRelationship() && view_.WasDeleted(entity.AsRelId())) {
    return Deleted("relationship");
  }
  return Status::Ok();
}

Result<Value> ViewAccess::Labels(NodeId node) {
  KITH_RETURN_IF_ERROR(CheckAlive(Value(node)));
  std::vector<std::vector<LabelId>> labels;
  KITH_RETURN_IF_ERROR(view_.Labels({&node, 1}, &labels));
  List names;
  for (LabelId label : labels[0]) names.emplace_back(view_.catalog().LabelName(label));
  return Value(std::move(names));
}

Result<Value> ViewAccess::Type(RelId relationship) {
  // The type of a deleted relationship may still be asked for.
  std::vector<storage::Endpoints> ends;
  KITH_RETURN_IF_ERROR(view_.EndpointsOf({&relationship, 1}, &ends));
  if (!ends[0].exists && !view_.WasDeleted(relationship)) return Value();
  return Value(view_.catalog().RelTypeName(ends[0].type));
}

Result<Value> ViewAccess::Properties(const Value& entity) {
  KITH_RETURN_IF_ERROR(CheckAlive(entity));
  std::vector<storage::PropertyList> lists;
  if (entity.IsNode()) {
    const NodeId id = entity.AsNodeId();
    KITH_RETURN_IF_ERROR(view_.Properties({&id, 1}, &lists));
  } else {
    const RelId id = entity.AsRelId();
    KITH_RETURN_IF_ERROR(view_.Properties({&id, 1}, &lists));
  }
  return Value::FromMap(NamedProperties(view_.catalog(), lists[0]));
}

Result<Value> ViewAccess::Property(const Value& entity, std::string_view key) {
  KITH_RETURN_IF_ERROR(CheckAlive(entity));
  const std::optional<PropertyId> property = view_.catalog().FindProperty(key);
  if (!property.has_value()) return Value();
  storage::Column column;
  if (entity.IsNode()) {
    const NodeId id = entity.AsNodeId();
    KITH_RETURN_IF_ERROR(view_.Gather({&id, 1}, *property, &column));
  } else {
    const RelId id = entity.AsRelId();
    KITH_RETURN_IF_ERROR(view_.Gather({&id, 1}, *property, &column));
  }
  return column.At(0);
}

Result<RelationshipEnds> ViewAccess::Ends(RelId relationship) {
  std::vector<storage::Endpoints> ends;
  KITH_RETURN_IF_ERROR(view_.EndpointsOf({&relationship, 1}, &ends));
  return RelationshipEnds{ends[0].start, ends[0].end};
}

}  // namespace kith::query
