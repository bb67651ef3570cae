// SPDX-License-Identifier: Apache-2.0
// Procedures over text indexes.
#include "query/procedures/index_procedures.h"

#include <algorithm>
#include <limits>

#include "index/index_manager.h"
#include "index/text/analyzer.h"
#include "query/procedures/procedure_arguments.h"

namespace kith::query {
namespace {

using index::EntityKind;
using index::IndexDefinition;
using index::IndexManager;

Status NullArgument(std::string_view procedure, std::string_view argument) {
  return Status(StatusCode::kArgumentError, std::string(procedure) + ": the argument " +
                                                std::string(argument) +
                                                " is null; give it a string")
      .WithPhase(ErrorPhase::kRuntime);
}

// The window of hits that the options ask for.
struct Window {
  size_t skip = 0;
  size_t limit = std::numeric_limits<size_t>::max();

  size_t Needed() const {
    const size_t most = std::numeric_limits<size_t>::max();
    return limit > most - skip ? most : skip + limit;
  }
};

Result<Window> WindowOf(const Value& options) {
  constexpr std::string_view kKnown[] = {"skip", "limit", "analyzer"};
  Window window;
  KITH_ASSIGN_OR_RETURN(const Map given, GivenOptions(options, kKnown, "a full-text query"));
  for (const auto& [key, value] : given) {
    if (key == "analyzer") continue;  // Neo4j's; a query is analysed as the index is.
    if (!value.IsInteger() || value.AsInteger() < 0) {
      return BadArgument("option " + key +
                         " of a full-text query must be an integer of 0 or more, not " +
                         value.ToString());
    }
    (key == "skip" ? window.skip : window.limit) = static_cast<size_t>(value.AsInteger());
  }
  return window;
}

class FulltextQuery final : public Procedure {
 public:
  FulltextQuery(EntityKind entity, IndexManager* indexes) : entity_(entity), indexes_(indexes) {
    const bool nodes = entity == EntityKind::kNode;
    signature_.name =
        nodes ? "db.index.fulltext.queryNodes" : "db.index.fulltext.queryRelationships";
    signature_.inputs = {TypedField("indexName", ValueType::kString),
                         TypedField("queryString", ValueType::kString),
                         TypedField("options", ValueType::kMap, Value::FromMap({}))};
    if (nodes) {
      signature_.outputs = {TypedField("node", ValueType::kNode)};
    } else {
      signature_.outputs = {TypedField("relationship", ValueType::kRelationship)};
    }
    signature_.outputs.push_back(TypedField("score", ValueType::kFloat));
    signature_.description = std::string("The ") + (nodes ? "nodes" : "relationships") +
                             " that match a full-text query, best first, with their BM25 scores.";
  }

  const ProcedureSignature& signature() const override { return signature_; }

  Status Call(ProcedureContext& context, std::span<const Value> arguments,
              const RowSink& sink) const override {
    if (arguments[0].IsNull()) return NullArgument(signature_.name, "indexName");
    if (arguments[1].IsNull()) return NullArgument(signature_.name, "queryString");
    KITH_ASSIGN_OR_RETURN(const Window window, WindowOf(arguments[2]));
    storage::ReadView& view = context.transaction.view();
    KITH_ASSIGN_OR_RETURN(const auto catalog, indexes_->CatalogFor(&view));
    KITH_ASSIGN_OR_RETURN(const IndexDefinition* definition,
                          catalog->FindText(arguments[0].AsString(), entity_));
    index::TextSearchOptions options;
    options.limit = window.Needed();
    options.interrupt = &context.interrupt;
    KITH_ASSIGN_OR_RETURN(
        const auto hits,
        indexes_->text().Search(&view, *definition, arguments[1].AsString(), options));
    for (size_t i = window.skip; i < hits.size(); ++i) {
      const Value entity =
          entity_ == EntityKind::kNode ? Value(hits[i].node()) : Value(hits[i].relationship());
      const Value row[] = {entity, Value(hits[i].score)};
      KITH_RETURN_IF_ERROR(sink(row));
    }
    return Status::Ok();
  }

 private:
  EntityKind entity_;
  IndexManager* indexes_;
  ProcedureSignature signature_;
};

class FulltextHighlight final : public Procedure {
 public:
  explicit FulltextHighlight(IndexManager* indexes) : indexes_(indexes) {
    signature_.name = "db.index.fulltext.highlight";
    signature_.inputs = {TypedField("indexName", ValueType::kString),
                         TypedField("queryString", ValueType::kString),
                         TypedField("text", ValueType::kString)};
    signature_.outputs = {TypedField("begin", ValueType::kInteger),
                          TypedField("end", ValueType::kInteger),
                          TypedField("matched", ValueType::kString)};
    signature_.description =
        "The parts of a text that a full-text query matches, with their byte offsets.";
  }

  const ProcedureSignature& signature() const override { return signature_; }

  Status Call(ProcedureContext& context, std::span<const Value> arguments,
              const RowSink& sink) const override {
    if (arguments[0].IsNull()) return NullArgument(signature_.name, "indexName");
    if (arguments[1].IsNull()) return NullArgument(signature_.name, "queryString");
    if (arguments[2].IsNull()) return Status::Ok();
    KITH_ASSIGN_OR_RETURN(const auto catalog, indexes_->CatalogFor(&context.transaction.view()));
    // An index on nodes if there is one of the name, else one on relationships.
    const std::string_view name = arguments[0].AsString();
    const IndexDefinition* found = catalog->Find(name);
    const EntityKind entity = found == nullptr ? EntityKind::kNode : found->entity;
    KITH_ASSIGN_OR_RETURN(const IndexDefinition* definition, catalog->FindText(name, entity));
    const std::string_view text = arguments[2].AsString();
    KITH_ASSIGN_OR_RETURN(const auto spans,
                          index::HighlightQuery(*definition, arguments[1].AsString(), text));
    for (const index::TextSpan& span : spans) {
      const Value row[] = {Value(static_cast<int64_t>(span.begin)),
                           Value(static_cast<int64_t>(span.end)),
                           Value(text.substr(span.begin, span.end - span.begin))};
      KITH_RETURN_IF_ERROR(sink(row));
    }
    return Status::Ok();
  }

 private:
  IndexManager* indexes_;
  ProcedureSignature signature_;
};

class ListAnalyzers final : public Procedure {
 public:
  ListAnalyzers() {
    signature_.name = "db.index.fulltext.listAvailableAnalyzers";
    signature_.outputs = {TypedField("analyzer", ValueType::kString),
                          TypedField("description", ValueType::kString)};
    signature_.description = "The analyzers that CREATE FULLTEXT INDEX knows.";
  }

  const ProcedureSignature& signature() const override { return signature_; }

  Status Call(ProcedureContext&, std::span<const Value>, const RowSink& sink) const override {
    for (const index::AnalyzerDescription& analyzer : index::KnownAnalyzers()) {
      const Value row[] = {Value(analyzer.name), Value(analyzer.description)};
      KITH_RETURN_IF_ERROR(sink(row));
    }
    return Status::Ok();
  }

 private:
  ProcedureSignature signature_;
};

}  // namespace

Status RegisterIndexProcedures(ProcedureRegistry* registry, IndexManager* indexes) {
  KITH_RETURN_IF_ERROR(
      registry->Register(std::make_unique<FulltextQuery>(EntityKind::kNode, indexes)));
  KITH_RETURN_IF_ERROR(
      registry->Register(std::make_unique<FulltextQuery>(EntityKind::kRelationship, indexes)));
  KITH_RETURN_IF_ERROR(registry->Register(std::make_unique<FulltextHighlight>(indexes)));
  return registry->Register(std::make_unique<ListAnalyzers>());
}

}  // namespace kith::query
