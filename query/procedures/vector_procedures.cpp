// SPDX-License-Identifier: Apache-2.0
// Procedures over vector indexes.
#include "query/procedures/vector_procedures.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "index/index_manager.h"

namespace kith::query {
namespace {

using index::EntityKind;
using index::IndexDefinition;
using index::IndexManager;

Status BadArgument(std::string message) {
  return Status(StatusCode::kArgumentError, std::move(message)).WithPhase(ErrorPhase::kRuntime);
}

Result<std::vector<double>> VectorArgument(const Value& value) {
  std::vector<double> components;
  components.reserve(value.AsList().size());
  for (const Value& component : value.AsList()) {
    if (!component.IsNumber()) {
      return BadArgument(fmt::format("a vector query takes a list of numbers, and {} is none",
                                     component.ToString()));
    }
    components.push_back(component.AsNumber());
  }
  return components;
}

// The bits of a node or relationship; nullopt for anything else.
std::optional<uint64_t> EntityOf(const Value& value, EntityKind kind) {
  if (kind == EntityKind::kNode && value.IsNode()) return value.AsNodeId().bits();
  if (kind == EntityKind::kRelationship && value.IsRelationship()) {
    return value.AsRelId().bits();
  }
  return std::nullopt;
}

// What the options map says, and the list that it points to.
struct VectorQueryOptions {
  index::VectorSearchOptions search;
  std::vector<uint64_t> entities;
};

Status ReadFilter(const Value& value, EntityKind kind, VectorQueryOptions* options) {
  const std::string_view entities = kind == EntityKind::kNode ? "nodes" : "relationships";
  if (value.IsNull()) return Status::Ok();
  if (!value.IsList()) {
    return BadArgument(fmt::format("option filter of a vector query must be a list of {}, not {}",
                                   entities, value.ToString()));
  }
  for (const Value& element : value.AsList()) {
    if (element.IsNull()) continue;
    const auto entity = EntityOf(element, kind);
    if (!entity.has_value()) {
      return BadArgument(fmt::format("option filter of a vector query holds {}, not {}",
                                     element.ToString(), entities));
    }
    options->entities.push_back(*entity);
  }
  std::sort(options->entities.begin(), options->entities.end());
  options->entities.erase(std::unique(options->entities.begin(), options->entities.end()),
                          options->entities.end());
  options->search.entities = &options->entities;
  return Status::Ok();
}

Status ReadOptions(const Value& map, EntityKind kind, VectorQueryOptions* options) {
  if (map.IsNull()) return Status::Ok();
  for (const auto& [key, value] : map.AsMap()) {
    if (key == "filter") {
      KITH_RETURN_IF_ERROR(ReadFilter(value, kind, options));
    } else if (key == "ef") {
      if (!value.IsInteger() || value.AsInteger() < 1) {
        return BadArgument(
            fmt::format("option ef of a vector query must be an integer of 1 or more, not {}",
                        value.ToString()));
      }
      options->search.breadth = static_cast<size_t>(value.AsInteger());
    } else {
      return BadArgument(
          fmt::format("unknown option '{}' of a vector query; known are filter and ef", key));
    }
  }
  return Status::Ok();
}

class VectorQuery final : public Procedure {
 public:
  VectorQuery(EntityKind entity, IndexManager* indexes) : entity_(entity), indexes_(indexes) {
    const bool nodes = entity == EntityKind::kNode;
    signature_.name = nodes ? "db.index.vector.queryNodes" : "db.index.vector.queryRelationships";
    signature_.inputs = {TypedField("indexName", ValueType::kString),
                         TypedField("numberOfNearestNeighbours", ValueType::kInteger),
                         TypedField("query", ValueType::kList),
                         TypedField("options", ValueType::kMap, Value::FromMap({}))};
    signature_.outputs = {nodes ? TypedField("node", ValueType::kNode)
                                : TypedField("relationship", ValueType::kRelationship),
                          TypedField("score", ValueType::kFloat)};
    signature_.description = fmt::format(
        "The {} whose vectors are nearest to a vector, nearest first, with their similarities.",
        nodes ? "nodes" : "relationships");
  }

  const ProcedureSignature& signature() const override { return signature_; }

  Status Call(ProcedureContext& context, std::span<const Value> arguments,
              const RowSink& sink) const override {
    for (size_t i = 0; i < 3; ++i) {
      if (!arguments[i].IsNull()) continue;
      return BadArgument(fmt::format("{}: the argument {} is null; give it a value",
                                     signature_.name, signature_.inputs[i].name));
    }
    if (arguments[1].AsInteger() < 1) {
      return BadArgument(fmt::format("{}: the number of neighbours must be 1 or more, not {}",
                                     signature_.name, arguments[1].AsInteger()));
    }
    VectorQueryOptions options;
    KITH_RETURN_IF_ERROR(ReadOptions(arguments[3], entity_, &options));
    KITH_ASSIGN_OR_RETURN(const std::vector<double> query, VectorArgument(arguments[2]));
    options.search.limit = static_cast<size_t>(arguments[1].AsInteger());
    options.search.interrupt = &context.interrupt;
    return Search(context, arguments[0].AsString(), query, options.search, sink);
  }

 private:
  Status Search(ProcedureContext& context, std::string_view name, const std::vector<double>& query,
                const index::VectorSearchOptions& options, const RowSink& sink) const {
    storage::ReadView& view = context.transaction.view();
    KITH_ASSIGN_OR_RETURN(const auto catalog, indexes_->CatalogFor(&view));
    KITH_ASSIGN_OR_RETURN(const IndexDefinition* definition, catalog->FindVector(name, entity_));
    KITH_ASSIGN_OR_RETURN(const auto hits,
                          indexes_->vectors().Search(&view, *definition, query, options));
    for (const index::VectorHit& hit : hits) {
      const Value entity =
          entity_ == EntityKind::kNode ? Value(hit.node()) : Value(hit.relationship());
      const Value row[] = {entity, Value(hit.score)};
      KITH_RETURN_IF_ERROR(sink(row));
    }
    return Status::Ok();
  }

  EntityKind entity_;
  IndexManager* indexes_;
  ProcedureSignature signature_;
};

}  // namespace

Status RegisterVectorProcedures(ProcedureRegistry* registry, IndexManager* indexes) {
  KITH_RETURN_IF_ERROR(
      registry->Register(std::make_unique<VectorQuery>(EntityKind::kNode, indexes)));
  return registry->Register(std::make_unique<VectorQuery>(EntityKind::kRelationship, indexes));
}

}  // namespace kith::query
