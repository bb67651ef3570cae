// SPDX-License-Identifier: Apache-2.0
// See graph_names.h and the picture of the graph in rag/pipeline.h.
#include "rag/ingest/graph_names.h"

#include <fmt/core.h>

#include <string>
#include <utility>
#include <vector>

#include "index/index_manager.h"
#include "storage/catalog.h"

namespace kith::rag {
namespace {

using index::IndexKind;
using index::IndexRequest;

IndexRequest Unique(std::string_view name, const char* label, const char* property) {
  IndexRequest request;
  request.name = name;
  request.kind = IndexKind::kUnique;
  request.labels = {label};
  request.properties = {property};
  return request;
}

IndexRequest ChunkText() {
  IndexRequest request;
  request.name = kTextIndex;
  request.kind = IndexKind::kText;
  request.labels = {"Chunk"};
  request.properties = {"title", "heading", "text"};
  // Unstemmed: questions turn on names, and documents come in many languages. Over three public
  // question sets English stemming moves recall at 10 by +2, 0 and -4 points.
  request.text.analyzer = "standard";
  return request;
}

IndexRequest ChunkVector(uint32_t dimensions) {
  IndexRequest request;
  request.name = kVectorIndex;
  request.kind = IndexKind::kVector;
  request.labels = {"Chunk"};
  request.properties = {std::string(kVectorProperty)};
  request.vector.dimensions = dimensions;
  return request;
}

/// There is one at most.
const index::IndexDefinition* FindVectorIndex(const index::IndexCatalog& catalog,
                                              const GraphNames& names) {
  if (!names.embedding) return nullptr;
  for (const index::IndexDefinition* definition : catalog.IndexesOn(names.chunk)) {
    if (definition->kind == IndexKind::kVector && definition->state == index::IndexState::kOnline &&
        definition->property_ids == std::vector<PropertyId>{*names.embedding}) {
      return definition;
    }
  }
  return nullptr;
}

/// For an index that the user made.
Status DoesNotServe(const index::IndexDefinition& index, uint32_t has_dimensions,
                    uint32_t dimensions) {
  const std::string size =
      has_dimensions == 0 ? "" : fmt::format("has {} dimensions and ", has_dimensions);
  return Status(
      StatusCode::kInvalidArgument,
      fmt::format("the vector index {} on {} {}compares by {}; the vectors of the database's model "
                  "have {} dimensions and are compared by cosine: drop it with DROP INDEX {}, the "
                  "one that is needed is made then",
                  index.name, index.Describe(), size,
                  index::SimilarityName(index.vector.similarity), dimensions, index.name));
}

template <typename Id>
using Fields = std::vector<std::pair<Id*, const char*>>;

Fields<LabelId> LabelFields(GraphNames* names) {
  return {{&names->document, "Document"},
          {&names->chunk, "Chunk"},
          {&names->entity, "Entity"},
          {&names->link_target, "LinkTarget"}};
}

Fields<RelTypeId> TypeFields(GraphNames* names) {
  return {{&names->has_chunk, "HAS_CHUNK"},
          {&names->next, "NEXT"},
          {&names->about, "ABOUT"},
          {&names->mentions, "MENTIONS"},
          {&names->links_to, "LINKS_TO"}};
}

Fields<PropertyId> PropertyFields(GraphNames* names) {
  return {
      {&names->uri, "uri"},       {&names->title, "title"},       {&names->language, "language"},
      {&names->format, "format"}, {&names->checksum, "checksum"}, {&names->bytes, "bytes"},
      {&names->source, "source"}, {&names->heading, "heading"},   {&names->text, "text"},
      {&names->begin, "begin"},   {&names->end, "end"},           {&names->ordinal, "ordinal"},
      {&names->runs, "runs"},     {&names->key, "key"},           {&names->name, "name"},
      {&names->kind, "kind"}};
}

}  // namespace

Result<GraphNames> GraphNames::Resolve(storage::Catalog* catalog) {
  GraphNames names;
  for (const auto& [id, name] : LabelFields(&names)) {
    KITH_ASSIGN_OR_RETURN(*id, catalog->LabelFor(name));
  }
  for (const auto& [id, name] : TypeFields(&names)) {
    KITH_ASSIGN_OR_RETURN(*id, catalog->RelTypeFor(name));
  }
  for (const auto& [id, name] : PropertyFields(&names)) {
    KITH_ASSIGN_OR_RETURN(*id, catalog->PropertyFor(name));
  }
  names.embedding = catalog->FindProperty(kVectorProperty);
  return names;
}

std::optional<GraphNames> GraphNames::Find(const storage::Catalog& catalog) {
  GraphNames names;
  for (const auto& [id, name] : LabelFields(&names)) {
    const auto found = catalog.FindLabel(name);
    if (!found) return std::nullopt;
    *id = *found;
  }
  for (const auto& [id, name] : TypeFields(&names)) {
    const auto found = catalog.FindRelType(name);
    if (!found) return std::nullopt;
    *id = *found;
  }
  for (const auto& [id, name] : PropertyFields(&names)) {
    const auto found = catalog.FindProperty(name);
    if (!found) return std::nullopt;
    *id = *found;
  }
  names.embedding = catalog.FindProperty(kVectorProperty);
  return names;
}

RagIndexes FindIndexes(const index::IndexCatalog& catalog, const GraphNames& names) {
  RagIndexes found;
  const PropertyId uri[] = {names.uri};
  const PropertyId key[] = {names.key};
  found.document_uri = catalog.FindProperty(names.document, uri);
  found.entity_key = catalog.FindProperty(names.entity, key);
  found.link_target_uri = catalog.FindProperty(names.link_target, uri);
  const auto texts = catalog.TextIndexes(names.chunk, names.text);
  for (const index::IndexDefinition* text : texts) {
    if (text->name == kTextIndex) found.chunk_text = text;
  }
  if (found.chunk_text == nullptr && !texts.empty()) found.chunk_text = texts.front();
  const index::IndexDefinition* vector = FindVectorIndex(catalog, names);
  const bool by_cosine =
      vector != nullptr && vector->vector.similarity == index::VectorSimilarity::kCosine;
  if (by_cosine) found.chunk_vector = vector;
  return found;
}

Result<bool> EnsureIndexes(index::IndexManager* indexes, const GraphNames& names) {
  const auto catalog = indexes->catalog();
  const RagIndexes found = FindIndexes(*catalog, names);
  const std::pair<const index::IndexDefinition*, IndexRequest> wanted[] = {
      {found.document_uri, Unique(kDocumentIndex, "Document", "uri")},
      {found.entity_key, Unique(kEntityIndex, "Entity", "key")},
      {found.link_target_uri, Unique(kLinkTargetIndex, "LinkTarget", "uri")},
      {found.chunk_text, ChunkText()}};
  bool created = false;
  for (const auto& [known, request] : wanted) {
    if (known != nullptr) continue;
    KITH_ASSIGN_OR_RETURN(const index::SchemaChange change, indexes->Create(request));
    created = created || change.changed;
  }
  return created;
}

Status CheckVectorIndex(storage::ReadView* view, index::IndexManager* indexes,
                        const GraphNames& names, uint32_t dimensions) {
  const auto catalog = indexes->catalog();
  const index::IndexDefinition* known = FindVectorIndex(*catalog, names);
  if (known == nullptr || known->name == kVectorIndex) return Status::Ok();
  KITH_ASSIGN_OR_RETURN(const index::VectorIndexSize size, indexes->vectors().Size(view, *known));
  const bool holds = size.dimensions == 0 || size.dimensions == dimensions;
  if (holds && known->vector.similarity == index::VectorSimilarity::kCosine) return Status::Ok();
  return DoesNotServe(*known, size.dimensions, dimensions);
}

Result<bool> EnsureVectorIndex(index::IndexManager* indexes, const GraphNames& names,
                               uint32_t dimensions) {
  const auto catalog = indexes->catalog();
  if (const index::IndexDefinition* known = FindVectorIndex(*catalog, names)) {
    const index::VectorOptions& has = known->vector;
    // Without dimensions of its own it takes those of the first vector.
    const bool holds = has.dimensions == 0 || has.dimensions == dimensions;
    if (holds && has.similarity == index::VectorSimilarity::kCosine) return false;
    if (known->name != kVectorIndex) return DoesNotServe(*known, has.dimensions, dimensions);
    KITH_RETURN_IF_ERROR(indexes->DropIndex(kVectorIndex, true).status());
  }
  KITH_ASSIGN_OR_RETURN(const index::SchemaChange change, indexes->Create(ChunkVector(dimensions)));
  return change.changed;
}

}  // namespace kith::rag
