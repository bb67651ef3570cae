// SPDX-License-Identifier: Apache-2.0
// Writes documents into the graph, and takes them out. Everything happens in the caller's
// transaction; see rag/pipeline.h for the graph's picture and its invariants.
//
// Writers of one database must not overlap: each locks the same bytes, so that of two transactions
// that did the later commit fails with Conflict.
//
// Thread safety: a writer belongs to the thread of its transaction. A NameCache is shared by all
// writers of a database, under the caller's lock.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/base/result.h"
#include "rag/ingest/graph_names.h"
#include "rag/ingest/names.h"
#include "rag/ingest/prepared_document.h"
#include "rag/ingest/term_lookup.h"
#include "storage/transaction.h"

namespace kith::index {
class IndexCatalog;
struct IndexDefinition;
}  // namespace kith::index

namespace kith::rag {

/// What writers of one database remember of it from one transaction to the next.
struct NameCache {
  bool loaded = false;
  /// Of all keys of entities, and perhaps of some that are gone: what is not in it is no name. Each
  /// hit is looked up in the transaction's own view.
  NameSet hashes;
  WaitingChunks waiting;
};

struct WriteReport {
  size_t added = 0;
  size_t replaced = 0;
  size_t unchanged = 0;
  size_t chunks = 0;
  size_t entities = 0;
  size_t mentions = 0;
  size_t links = 0;
};

class GraphWriter {
 public:
  /// All borrowed. `indexes` is the catalog that the transaction's view may use; NotFound when it
  /// lacks one of RAG's indexes.
  static Result<std::unique_ptr<GraphWriter>> Create(storage::Transaction* transaction,
                                                     const index::IndexCatalog* indexes,
                                                     const GraphNames* names, NameCache* cache);

  /// Adds the documents, or replaces those whose uri is known and whose checksum is another or
  /// whose chunks are not all there. Uris must differ. After an error the transaction must be
  /// rolled back (to a savepoint at least).
  Status Upsert(std::span<const PreparedDocument> documents, WriteReport* report);
  /// False when there is no such document.
  Result<bool> Delete(std::string_view uri);
  /// The document with that uri.
  Result<std::optional<NodeId>> FindDocument(std::string_view uri);
  /// True when Upsert would leave the document as it is.
  Result<bool> IsStored(const PreparedDocument& document);

 private:
  struct NewChunk {
    NodeId node;
    const PreparedChunk* prepared = nullptr;
  };
  using EarlierChunks = std::set<NodeId>;

  GraphWriter() = default;

  Status Begin();
  Status LoadCache();
  Result<std::optional<NodeId>> Lookup(const index::IndexDefinition& index, std::string_view value);
  Result<std::optional<NodeId>> FindEntity(const std::string& key);

  /// True when the stored document has the checksum and the number of chunks.
  Result<bool> IsStored(NodeId node, const PreparedDocument& document);
  Result<NodeId> WriteDocument(const PreparedDocument& document, std::optional<NodeId> known);
  Status AdoptLinks(NodeId document, const std::string& uri);
  Status WriteChunks(NodeId node, const PreparedDocument& document, std::vector<NewChunk>* chunks,
                     WriteReport* report);
  Status Introduce(NodeId introducer, const std::vector<IntroducedName>& names,
                   WriteReport* report);
  Status WriteLinks(NodeId chunk, const std::vector<PreparedLink>& links, WriteReport* report);
  Status MentionInEarlierChunks(WriteReport* report);
  Status MentionNewNames(const EarlierChunks& chunks, WriteReport* report);
  Status MentionInNewChunks(const std::vector<NewChunk>& chunks, WriteReport* report);
  Status AddTermsOf(const std::vector<NewChunk>& chunks);

  Status RemoveContents(NodeId document);
  /// Entities without an introducer and link targets without a link go.
  Status RemoveOrphans();
  Status ReleaseInbound(NodeId document, std::string_view uri);
  Status MoveLinks(NodeId from, NodeId to);
  Status Rename(NodeId entity);
  Status DeleteWithRelationships(std::span<const NodeId> nodes);
  Result<storage::Adjacency> Expand(std::span<const NodeId> nodes, RelTypeId type,
                                    storage::Direction direction);

  storage::Transaction* transaction_ = nullptr;
  const GraphNames* names_ = nullptr;
  NameCache* cache_ = nullptr;
  const index::IndexDefinition* document_index_ = nullptr;
  const index::IndexDefinition* entity_index_ = nullptr;
  const index::IndexDefinition* target_index_ = nullptr;
  bool begun_ = false;

  std::unordered_map<std::string, NodeId> known_entities_;  ///< Found or made by this writer.
  std::unordered_set<std::string> absent_entities_;         ///< Looked for in vain.
  std::vector<std::pair<std::string, NodeId>> new_entities_;
  std::unordered_map<NodeId, std::string> entity_names_;
  std::set<NodeId> loosened_;          ///< Entities that lost an introducer.
  std::set<NodeId> loosened_targets_;  ///< Link targets that lost a link.
};

}  // namespace kith::rag
