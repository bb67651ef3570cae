// SPDX-License-Identifier: Apache-2.0
// Functions of nodes, relationships and paths. Whole ones answer by themselves; of those by id the
// graph is asked.
#include <fmt/core.h>

#include "query/function/builtins.h"
#include "query/function/function_error.h"

namespace kith::query {
namespace {

using Arguments = std::span<const Value>;

Result<Value> Id(FunctionContext& /*context*/, Arguments arguments) {
  const Value& entity = arguments[0];
  return Value(entity.IsNode() ? entity.AsNodeId().AsInteger() : entity.AsRelId().AsInteger());
}

Result<Value> ElementId(FunctionContext& /*context*/, Arguments arguments) {
  const Value& entity = arguments[0];
  // The prefix keeps nodes and relationships apart.
  if (entity.IsNode()) return Value(fmt::format("n:{}", entity.AsNodeId().bits()));
  return Value(fmt::format("r:{}", entity.AsRelId().bits()));
}

Result<Value> Labels(FunctionContext& context, Arguments arguments) {
  const Value& node = arguments[0];
  if (!node.IsWhole()) {
    KITH_ASSIGN_OR_RETURN(GraphAccess * graph, context.Graph());
    return graph->Labels(node.AsNodeId());
  }
  List labels;
  for (const std::string& label : node.AsNode().labels) labels.emplace_back(label);
  return Value(std::move(labels));
}

Result<Value> Type(FunctionContext& context, Arguments arguments) {
  const Value& relationship = arguments[0];
  if (relationship.IsWhole()) return Value(relationship.AsRelationship().type);
  KITH_ASSIGN_OR_RETURN(GraphAccess * graph, context.Graph());
  return graph->Type(relationship.AsRelId());
}

Result<RelationshipEnds> Ends(const FunctionContext& context, const Value& relationship) {
  if (relationship.IsWhole()) {
    return RelationshipEnds{relationship.AsRelationship().start, relationship.AsRelationship().end};
  }
  KITH_ASSIGN_OR_RETURN(GraphAccess * graph, context.Graph());
  return graph->Ends(relationship.AsRelId());
}

Result<Value> StartNode(FunctionContext& context, Arguments arguments) {
  KITH_ASSIGN_OR_RETURN(const RelationshipEnds ends, Ends(context, arguments[0]));
  return Value(ends.start);
}

Result<Value> EndNode(FunctionContext& context, Arguments arguments) {
  KITH_ASSIGN_OR_RETURN(const RelationshipEnds ends, Ends(context, arguments[0]));
  return Value(ends.end);
}

Result<Value> Properties(FunctionContext& context, Arguments arguments) {
  const Value& value = arguments[0];
  if (value.IsMap()) return value;
  if (!value.IsWhole()) {
    KITH_ASSIGN_OR_RETURN(GraphAccess * graph, context.Graph());
    return graph->Properties(value);
  }
  return Value::FromMap(value.IsNode() ? value.AsNode().properties
                                       : value.AsRelationship().properties);
}

Result<Value> Keys(FunctionContext& context, Arguments arguments) {
  KITH_ASSIGN_OR_RETURN(const Value properties, Properties(context, arguments));
  List keys;
  for (const auto& entry : properties.AsMap()) keys.emplace_back(entry.first);
  return Value(std::move(keys));
}

Result<Value> Length(FunctionContext& /*context*/, Arguments arguments) {
  return Value(static_cast<int64_t>(arguments[0].AsPath().relationships.size()));
}

Result<Value> Nodes(FunctionContext& /*context*/, Arguments arguments) {
  return Value(List(arguments[0].AsPath().nodes));
}

Result<Value> Relationships(FunctionContext& /*context*/, Arguments arguments) {
  return Value(List(arguments[0].AsPath().relationships));
}

}  // namespace

Status RegisterGraphFunctions(FunctionRegistry* registry) {
  const std::vector<FunctionParameter> node = {{"node", kNodeType}};
  const std::vector<FunctionParameter> relationship = {{"relationship", kRelationshipType}};
  const std::vector<FunctionParameter> entity = {{"entity", kNodeType | kRelationshipType}};
  const std::vector<FunctionParameter> with_map = {
      {"input", kNodeType | kRelationshipType | ValueType::kMap}};
  const std::vector<FunctionParameter> path = {{"path", kPathType}};
  std::vector<ScalarRow> rows = {
      {"id", entity, kIntegerType, Id, "The id of a node or relationship."},
      {"elementId", entity, kStringType, ElementId, "The id as a string that also tells the kind."},
      {"labels", node, kListType, Labels, "The labels of a node."},
      {"type", relationship, kStringType, Type, "The type of a relationship."},
      {"startNode", relationship, kNodeType, StartNode, "The node where a relationship begins."},
      {"endNode", relationship, kNodeType, EndNode, "The node where a relationship ends."},
      {"properties", with_map, kMapType, Properties, "All properties as a map."},
      {"keys", with_map, kListType, Keys, "The names of all properties or entries."},
  };
  for (ScalarRow& row : rows) row.reads_graph = true;
  KITH_RETURN_IF_ERROR(RegisterScalars(registry, "Graph", std::move(rows)));
  return RegisterScalars(
      registry, "Path",
      {
          {"length", path, kIntegerType, Length, "The number of relationships of a path."},
          {"nodes", path, kListType, Nodes, "The nodes of a path."},
          {"relationships", path, kListType, Relationships, "The relationships of a path."},
          {"rels", path, kListType, Relationships, "The relationships of a path."},
      });
}

}  // namespace kith::query
