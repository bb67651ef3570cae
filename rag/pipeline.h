// SPDX-License-Identifier: Apache-2.0
// Documents in, cited answers out: the one entry to rag. A document becomes chunks, entities,
// mentions, links and text-index entries in one transaction; a question is routed, answered from
// the documents alone, and every sentence of the answer names the bytes it comes from.
//
//   (:Document {uri, title, language, format, checksum, bytes, source})
//   (:Chunk {title, heading, text, begin, end, ordinal, runs, embedding})   (:Entity {key, name})
//   (:Document)-[:HAS_CHUNK]->(:Chunk)-[:NEXT]->(:Chunk)
//   (:Document)-[:ABOUT {kind, name}]->(:Entity)   kind: title, alias
//   (:Chunk)-[:ABOUT {kind, name}]->(:Entity)      kind: heading, link
//   (:Chunk)-[:MENTIONS]->(:Entity)
//   (:Chunk)-[:LINKS_TO {text}]->(:Document), or -> (:LinkTarget {uri}) while there is none
//
// Conversations are beside it: rag/converse/conversation.h.
//
// Invariants: the graph is a function of the set of documents, whatever order they came in. An
// Entity exists while some ABOUT points at it; its MENTIONS are exactly the chunks whose text holds
// its key as whole words. Deleting a document leaves the graph of never having added it.
//
// One Pipeline serves a database. Thread safety: all functions may be called from any thread; those
// that write take turns.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "query/procedure.h"
#include "rag/ingest/chunk_embedder.h"
#include "rag/types.h"
#include "storage/graph_store.h"

namespace kith::index {
class IndexManager;
}

namespace kith::rag {

/// Makes what runs Cypher inside a transaction; the engine supplies it. The runner borrows all
/// three.
using StatementRunnerFactory = std::function<Result<std::unique_ptr<query::StatementRunner>>(
    storage::Transaction& transaction, const Interrupt& interrupt, MemoryBudget& memory)>;

class Pipeline {
 public:
  /// All borrowed; they must outlive the pipeline. `memory` may be null, and so may `model`: then
  /// chunks get no vectors. Touches nothing on disk: the indexes that RAG needs are made by the
  /// first ingest.
  static Result<std::unique_ptr<Pipeline>> Create(storage::GraphStore* store,
                                                  index::IndexManager* indexes,
                                                  StatementRunnerFactory runners,
                                                  MemoryBudget* memory,
                                                  const DatabaseModel* model = nullptr);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // With transactions of their own.

  /// Adds the documents below `path` (a folder, searched recursively, or one file): .md, .markdown,
  /// .html, .htm, .txt, .text, .jsonl. A document's uri is its path below `path` (the file's name
  /// when `path` is a file), for a JSON line file#id. NotFound when there is no such path.
  Result<IngestReport> Ingest(const std::string& path, const IngestOptions& options = {});
  /// The same for several paths in one ingest. A uri that comes twice with different contents is
  /// skipped the second time: it would replace the first one.
  Result<IngestReport> IngestAll(std::span<const std::string> paths,
                                 const IngestOptions& options = {});
  /// Adds or replaces one document given as text; the ending of `uri` tells the format (plain text
  /// when unknown).
  Result<IngestReport> IngestText(const std::string& uri, std::string_view text,
                                  const IngestOptions& options = {});
  /// NotFound when there is no such document.
  Status Delete(const std::string& uri);
  /// Makes all vectors those of the database's model, some hundred chunks in a transaction. Vectors
  /// of another model go first, all at once: whatever stops this, what is there is of one model,
  /// and the next call goes on with the chunks that have none. InvalidArgument when there is no
  /// model.
  Result<ReembedReport> EmbedAll(const EmbedAllOptions& options = {});
  Result<Retrieval> Retrieve(std::string_view question, const RetrieveOptions& options = {},
                             const Interrupt* interrupt = nullptr);
  Result<Answer> Ask(std::string_view question, const AskOptions& options = {},
                     const Interrupt* interrupt = nullptr);

  // Inside the caller's transaction; what they write commits with it.

  Result<IngestReport> Ingest(query::ProcedureContext& context, const std::string& path,
                              const IngestOptions& options);
  Status Delete(query::ProcedureContext& context, const std::string& uri);
  Result<Retrieval> Retrieve(query::ProcedureContext& context, std::string_view question,
                             const RetrieveOptions& options);
  Result<Answer> Ask(query::ProcedureContext& context, std::string_view question,
                     const AskOptions& options);
  /// Makes all vectors those of the database's model; see EmbedStoredChunks. InvalidArgument when
  /// it has none.
  Result<ReembedReport> Embed(query::ProcedureContext& context);
  /// Only the decision and the statement it compiles to.
  Result<Route> PlanRoute(query::ProcedureContext& context, std::string_view question,
                          const RetrieveOptions& options);

 private:
  struct State;
  explicit Pipeline(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kith::rag
