// SPDX-License-Identifier: Apache-2.0
// The labels, relationship types, property keys and indexes of the RAG graph, as one database
// numbers them.
//
// Thread safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/result.h"

namespace kith::storage {
class Catalog;
class ReadView;
}  // namespace kith::storage
namespace kith::index {
class IndexCatalog;
class IndexManager;
struct IndexDefinition;
}  // namespace kith::index

namespace kith::rag {

inline constexpr std::string_view kDocumentIndex = "rag_document_uri";
inline constexpr std::string_view kEntityIndex = "rag_entity_key";
inline constexpr std::string_view kLinkTargetIndex = "rag_link_target_uri";
inline constexpr std::string_view kTextIndex = "rag_chunk_text";
inline constexpr std::string_view kVectorIndex = "rag_chunk_embedding";

/// The property of a chunk's vector.
inline constexpr std::string_view kVectorProperty = "embedding";

struct GraphNames {
  LabelId document{}, chunk{}, entity{}, link_target{};
  RelTypeId has_chunk{}, next{}, about{}, mentions{}, links_to{};
  // Of documents (uri also of link targets).
  PropertyId uri{}, title{}, language{}, format{}, checksum{}, bytes{}, source{};
  // Of chunks.
  PropertyId heading{}, text{}, begin{}, end{}, ordinal{}, runs{};
  // Of entities and relationships.
  PropertyId key{}, name{}, kind{};
  /// Of chunks; there once vectors were written.
  std::optional<PropertyId> embedding;

  /// Numbers the names that are new, but not that of vectors. ReadOnly when some are new and the
  /// store is read-only.
  static Result<GraphNames> Resolve(storage::Catalog* catalog);
  /// nullopt when some are not numbered: nothing was ever ingested.
  static std::optional<GraphNames> Find(const storage::Catalog& catalog);
};

/// The indexes that RAG needs, as one catalog has them. An index that the user made over the same
/// label and properties serves as well, whatever its name.
struct RagIndexes {
  const index::IndexDefinition* document_uri = nullptr;
  const index::IndexDefinition* entity_key = nullptr;
  const index::IndexDefinition* link_target_uri = nullptr;
  const index::IndexDefinition* chunk_text = nullptr;
  const index::IndexDefinition* chunk_vector = nullptr;  ///< Only with a model's vectors.

  /// All but the vectors'.
  bool complete() const {
    return document_uri != nullptr && entity_key != nullptr && link_target_uri != nullptr &&
           chunk_text != nullptr;
  }
};

/// Borrowed from the catalog; null where there is none.
RagIndexes FindIndexes(const index::IndexCatalog& catalog, const GraphNames& names);

/// Creates the missing ones. True when it created any: then transactions that were open before
/// cannot commit any more. AlreadyExists when something else has the name of one.
Result<bool> EnsureIndexes(index::IndexManager* indexes, const GraphNames& names);
/// The same for the index over the chunks' vectors, by cosine, of a model of `dimensions`. One of
/// Kith's own that has others is made anew; InvalidArgument for one that the user made and that
/// cannot hold them, or cannot compare them so.
Result<bool> EnsureVectorIndex(index::IndexManager* indexes, const GraphNames& names,
                               uint32_t dimensions);
/// That error alone, also where an index took its dimensions from the first vector.
Status CheckVectorIndex(storage::ReadView* view, index::IndexManager* indexes,
                        const GraphNames& names, uint32_t dimensions);

}  // namespace kith::rag
