// SPDX-License-Identifier: Apache-2.0
// See vector_procedures.h.
#include "query/procedures/vector_procedures.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "index/index_manager.h"
#include "query/procedures/procedure_arguments.h"

namespace kith::query {
namespace {

using index::EntityKind;
using index::IndexDefinition;
using index::IndexManager;

// What the options map says, and the list that it points to.
struct VectorQueryOptions {
  index::VectorSearchOptions search;
  std::vector<uint64_t> entities;
};

Status ReadOptions(const Value& map, EntityKind kind, VectorQueryOptions* options) {
  constexpr std::string_view kKnown[] = {"filter", "ef"};
  KITH_ASSIGN_OR_RETURN(const Map given, GivenOptions(map, kKnown, "a vector query"));
  for (const auto& [key, value] : given) {
    if (key == "filter") {
      KITH_ASSIGN_OR_RETURN(options->entities,
                            EntitiesArgument(value, kind, "option filter of a vector query"));
      options->search.entities = &options->entities;
    } else {
      if (!value.IsInteger() || value.AsInteger() < 1) {
        return BadArgument(
            fmt::format("option ef of a vector query must be an integer of 1 or more, not {}",
                        value.ToString()));
      }
      options->search.breadth = static_cast<size_t>(value.AsInteger());
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
    KITH_RETURN_IF_ERROR(CheckNotNull(signature_, arguments, 3));
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
