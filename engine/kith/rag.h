// SPDX-License-Identifier: Apache-2.0
// Documents in, cited answers out. A document becomes chunks, mentions, links and index entries in
// one transaction; a question is routed, answered from the documents alone, and every sentence of
// the answer says which bytes of which document it comes from.
//
// Thread safety: a Rag may be used from any thread; each call uses a connection of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/export.h"
#include "engine/base/result.h"

namespace kith {

/// How far an ingest is. `documents_total` is 0 while the folder is still being listed.
struct IngestProgress {
  size_t documents_done = 0;
  size_t documents_total = 0;
  uint64_t bytes_done = 0;
  uint64_t bytes_total = 0;
  std::string current;  ///< The document that was finished last.
};

struct IngestOptions {
  /// Called for each document, after its transaction, by the calling thread; returning false stops
  /// with Cancelled, and what was committed stays.
  std::function<bool(const IngestProgress&)> progress;
  /// True: a document that cannot be read is listed in IngestReport::skipped and the rest goes on.
  bool skip_unreadable = true;
  /// At most so many are written together, and no longer than a tenth of a second's worth: each
  /// document is whole or not there, whatever this is, and the graph is the same. 1 is a
  /// transaction for each document (so is 0), at more than twice the cost. Transactions share
  /// syncs: all are durable when the ingest returns, and until then a crash of the machine takes
  /// the last tenth of a second at most; one of the process takes nothing that was committed.
  size_t documents_per_transaction = 64;
  /// A larger document is refused, with its reason. Ingesting one takes about thirty times its size
  /// in memory.
  size_t max_document_bytes = size_t{16} << 20;
  /// True: afterwards the database holds the documents of this ingest and no others; those that are
  /// gone from a folder are forgotten. Nothing is forgotten when some were skipped, which may be
  /// there, only not readable, or when there was none at all.
  bool forget_others = false;
};

struct SkippedDocument {
  std::string path;
  std::string reason;
};

struct IngestReport {
  size_t documents_added = 0;
  size_t documents_replaced = 0;  ///< Known by path, with other contents.
  size_t documents_unchanged = 0;
  size_t chunks = 0;
  size_t entities = 0;  ///< New in the graph.
  size_t links = 0;
  size_t documents_forgotten = 0;  ///< Of IngestOptions::forget_others.
  std::vector<SkippedDocument> skipped;
};

/// How far an Embed is. `chunks_total` are those that had no vector of the model.
struct EmbedProgress {
  size_t chunks_done = 0;
  size_t chunks_total = 0;
};

struct EmbedOptions {
  /// Called now and then by the calling thread; returning false stops with Cancelled, and what was
  /// committed stays.
  std::function<bool(const EmbedProgress&)> progress;
};

struct EmbedReport {
  size_t embedded = 0;  ///< Chunks that got a vector.
  size_t kept = 0;      ///< Chunks that had one of this model.
  std::string model;    ///< Empty: there are no documents.
};

/// A place in a document that supports a part of the answer. Bytes are of the document's text.
struct Citation {
  int number = 0;  ///< As [1] in the answer's text.
  std::string document;
  std::string title;
  uint64_t begin_byte = 0;
  uint64_t end_byte = 0;
  std::string quote;
};

/// One step from the question to a passage: "text" (to a chunk), "dense" (to one, by its vector),
/// "named" (to an entity), and along relationships "mentions", "about", "links", "mentioned-by",
/// "has-chunk".
struct Hop {
  std::string kind;
  int64_t node = 0;  ///< id(n) of where the step arrives.
  std::string name;
};

/// One retrieved passage, best first.
struct Passage {
  std::string document;
  std::string title;
  int64_t chunk_node = 0;  ///< id(chunk) in the graph.
  uint64_t begin_byte = 0;
  uint64_t end_byte = 0;
  std::string text;
  double score = 0;
  std::vector<Hop> path;  ///< How it was found; never empty.
  std::string found_by;   ///< Of "text", "dense" and "graph", joined by "+".
};

struct EvidenceNode {
  int64_t id = 0;     ///< id(n); -1 is the question itself.
  std::string label;  ///< "Question", "Document", "Chunk" or "Entity".
  std::string name;
};

struct EvidenceEdge {
  int64_t start = 0;
  int64_t end = 0;
  std::string type;
};

/// The part of the graph that the answer rests on.
struct Evidence {
  std::vector<EvidenceNode> nodes;
  std::vector<EvidenceEdge> edges;

  /// A standalone SVG picture. Never empty.
  KITH_EXPORT std::string ToSvg(std::string_view title = {}) const;
};

struct Retrieval {
  std::string route;                 ///< "factual" or "analytical".
  std::vector<std::string> reasons;  ///< Why that route, one sentence each.
  std::string statement;             ///< The Cypher that fetches the evidence.
  std::vector<Passage> passages;
  Evidence evidence;
};

struct Answer {
  std::string asked;  ///< The question as it was understood: with what it refers to put in.
  std::string text;
  bool abstained = false;  ///< The documents do not say; text tells so.
  /// The model of AskOptions worded it. False: it is sentences of the documents, because no model
  /// was asked, or nothing of what it wrote could be kept.
  bool by_model = false;
  double confidence = 0;  ///< 0 to 1: what the decision to abstain was made on.
  std::vector<Citation> citations;
  Retrieval retrieval;

  /// A standalone page: question, answer, citations, route, picture, passages.
  KITH_EXPORT std::string ToHtml(std::string_view question) const;
};

struct RetrieveOptions {
  size_t limit = 10;  ///< Passages, 1 to 1000.
  /// Empty: the router decides; else "factual", "analytical", "text" (BM25) or "dense" (vectors).
  std::string route;
};

struct AskOptions : RetrieveOptions {
  /// Where the question is a turn of a conversation: its name, 1 to 256 bytes of UTF-8. What the
  /// question refers to ("When was it built?") is taken from the turns before, and the turn is
  /// written to the graph, as (:Conversation)-[:HAS_TURN]->(:Turn). Empty: it stands alone.
  std::string conversation;
  /// A name of `kith model list` or the path of a GGUF file: a language model words the answer, in
  /// this process, and only what the passages support of it is kept; where that is nothing, the
  /// answer is the one without a model. It stays loaded for the next question. Empty: the answer is
  /// made of the documents' own sentences.
  std::string model;
  // The rest is for a model.
  size_t context_tokens =
      0;                    ///< What it reads and writes together. 0: its own limit, at most 4096.
  size_t max_tokens = 256;  ///< Of the answer.
  uint64_t max_ms = 0;      ///< After so long the answer is what is there. 0: no limit.
  double temperature = 0;   ///< 0 to 10. 0: the same question has the same answer.
  uint32_t seed = 1;        ///< Of the choice between words, with a temperature above 0.
  /// True: sentences that the passages do not support stay, with "[unsupported]" behind them.
  bool mark_unsupported = false;
  /// Called by the calling thread with each piece of the answer once it is checked, together its
  /// text, and from time to time with an empty one; false stops with Cancelled. Without a model
  /// there is one piece.
  std::function<bool(std::string_view piece)> on_text;
};

class KITH_EXPORT Rag {
 public:
  ~Rag();
  Rag(const Rag&) = delete;
  Rag& operator=(const Rag&) = delete;

  /// Adds the documents below `path` (a folder, or one file): Markdown, HTML, plain text, and JSON
  /// lines of {"id", "title", "text"}. A document that is known by its path is replaced when its
  /// contents changed. With Options::embedding_model the chunks of those that are written get
  /// vectors.
  Result<IngestReport> Ingest(const std::string& path, const IngestOptions& options = {});
  /// The same for several paths. A document's name is its path below the one that was given (the
  /// file's name for a file, file#id for a JSON line); of two with one name and different contents
  /// the second one is skipped.
  Result<IngestReport> IngestAll(const std::vector<std::string>& paths,
                                 const IngestOptions& options = {});
  /// Adds or replaces one document given as text. `name` identifies it; its ending tells the
  /// format. InvalidArgument, and nothing changes, when the text is empty, too long, not UTF-8 or
  /// otherwise no document.
  Result<IngestReport> IngestText(const std::string& name, std::string_view text,
                                  size_t max_document_bytes = IngestOptions().max_document_bytes);
  /// Deletes a document and everything in the graph that came from it alone. NotFound when unknown.
  Status Delete(const std::string& document);

  /// Makes all vectors those of Options::embedding_model: of documents that were ingested without
  /// it, or with another one, whose vectors go first. A transaction holds some hundred chunks: a
  /// call that was stopped, whatever stopped it, is gone on with by the next one. `CALL
  /// rag.embed()` does the same in one transaction. InvalidArgument when the database is open
  /// without a model.
  Result<EmbedReport> Embed(const EmbedOptions& options = {});

  /// The best passages for a question, without an answer.
  Result<Retrieval> Retrieve(std::string_view question, const RetrieveOptions& options = {});
  /// Errors of a model: NotFound; InvalidArgument when the file is no language model, or the
  /// question too long for it; Corruption; Unsupported when this build has no llama.cpp;
  /// ResourceExhausted. A turn of a conversation needs a database that can be written.
  Result<Answer> Ask(std::string_view question, const AskOptions& options = {});

 private:
  friend class Database;
  struct State;
  explicit Rag(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace kith
