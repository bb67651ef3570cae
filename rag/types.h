// SPDX-License-Identifier: Apache-2.0
// What goes into and comes out of the RAG pipeline. Plain data, no behaviour.
//
// A byte span [begin, end) always refers to a document's stored source text: the bytes of the file,
// or of a JSON line's "text" field after decoding. source.substr(begin, end - begin) is the quote.
//
// Thread safety: values; copies may go to other threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/interrupt.h"

namespace kith::rag {

/// In place of a node where there is none: 0 is a node like any other.
inline constexpr NodeId kNoNode{~uint64_t{0} - 1};

/// How far an ingest is. `documents_total` is 0 while it is unknown (JSON lines are counted as they
/// come); `bytes_total` is the size of all files.
struct IngestProgress {
  size_t documents_done = 0;
  size_t documents_total = 0;
  uint64_t bytes_done = 0;
  uint64_t bytes_total = 0;
  std::string current;  ///< The uri of the document that was finished last.
};

struct IngestOptions {
  /// Called for each document, after its transaction, by the calling thread; false stops with
  /// Cancelled, and what was committed stays.
  std::function<bool(const IngestProgress&)> progress;
  /// Polled between documents; may be null. Borrowed.
  const Interrupt* interrupt = nullptr;
  /// True: a document that cannot be read is listed in IngestReport::skipped and the rest goes on.
  bool skip_unreadable = true;
  /// At most so many are written together, and no longer than a tenth of a second's worth: each
  /// document is whole or not there, whatever this is, and the graph is the same. 1 is a
  /// transaction for each document (so is 0), at more than twice the cost. Transactions share
  /// syncs: all are durable when the ingest returns, and until then a crash of the machine takes
  /// the last tenth of a second at most; one of the process takes nothing that was committed.
  size_t documents_per_transaction = 64;
  /// A larger document is refused (skipped with its reason): its source is kept as one value.
  size_t max_document_bytes = size_t{16} << 20;
  /// For Pipeline::IngestAll: afterwards the database holds the documents of this ingest and no
  /// others. Nothing is forgotten when some were skipped, which may be there, only not readable, or
  /// when there was none at all.
  bool forget_others = false;
};

struct SkippedDocument {
  std::string path;
  std::string reason;  ///< The fact, the values, and what to do.
};

struct IngestReport {
  size_t documents_added = 0;
  size_t documents_replaced = 0;  ///< Known by uri, with other contents.
  size_t documents_unchanged = 0;
  size_t chunks = 0;    ///< Written for added and replaced documents.
  size_t entities = 0;  ///< New in the graph.
  size_t mentions = 0;  ///< Chunk -> entity, new in the graph, also from documents known before.
  size_t links = 0;     ///< Links found in added and replaced documents.
  size_t documents_forgotten = 0;  ///< Of IngestOptions::forget_others.
  std::vector<SkippedDocument> skipped;
};

/// How far an EmbedAll is. `chunks_total` are those that had no vector of the model.
struct EmbedAllProgress {
  size_t chunks_done = 0;
  size_t chunks_total = 0;
};

struct EmbedAllOptions {
  /// Called now and then by the calling thread; false stops with Cancelled, and what was committed
  /// stays.
  std::function<bool(const EmbedAllProgress&)> progress;
  const Interrupt* interrupt = nullptr;  ///< May be null. Borrowed.
};

enum class RouteKind : uint8_t { kFactual, kAnalytical };

/// "factual" or "analytical".
const char* RouteName(RouteKind route);

/// How a question will be answered, and why.
struct Route {
  RouteKind kind = RouteKind::kFactual;
  std::vector<std::string> reasons;   ///< One sentence each.
  std::string statement;              ///< The Cypher that fetches the evidence.
  std::vector<std::string> entities;  ///< Keys of the entities that the question names.
};

/// One step on the path that brought a passage: from the question to a chunk (text, or dense: by
/// its vector), from the question to an entity (named), and along relationships.
struct Hop {
  /// "text", "dense", "named", "mentions", "about", "links", "mentioned-by" or "has-chunk".
  std::string kind;
  NodeId node;       ///< Where the step arrives.
  std::string name;  ///< The entity's or document's name there.
};

/// One retrieved chunk.
struct Passage {
  NodeId chunk;
  NodeId document_node = kNoNode;
  std::string document;  ///< Its uri.
  std::string title;
  uint64_t begin_byte = 0;
  uint64_t end_byte = 0;
  std::string text;       ///< As indexed: without markup.
  double score = 0;       ///< Falls from passage to passage; comparable within one retrieval.
  double text_score = 0;  ///< BM25.
  std::vector<Hop> path;  ///< Never empty.
  std::string found_by;   ///< Of "text", "dense" and "graph", joined by "+".
};

struct EvidenceNode {
  NodeId node;
  std::string label;  ///< "Question", "Document", "Chunk" or "Entity".
  std::string name;
};

struct EvidenceEdge {
  NodeId start;
  NodeId end;
  std::string type;
};

/// The part of the graph that the passages came by. The question itself has NodeId kQuestionNode.
struct Evidence {
  std::vector<EvidenceNode> nodes;
  std::vector<EvidenceEdge> edges;
};

inline constexpr NodeId kQuestionNode{~uint64_t{0}};

/// The most passages of one question.
inline constexpr size_t kMaxPassages = 1000;

struct RetrieveOptions {
  size_t limit = 10;  ///< 1 to kMaxPassages; the surfaces check it.
  /// Empty: the router decides; else "factual", "analytical", "text" (BM25) or "dense" (vectors).
  std::string route;
};

/// How a question is answered from what is retrieved.
struct AskOptions : RetrieveOptions {
  /// Where this question is a turn of a conversation: its name, 1 to 256 bytes. What the question
  /// refers to ("When was it built?") is taken from the turns before, and it is written to the
  /// graph as a turn with its answer. Empty: the question stands alone and nothing is written.
  std::string conversation;
  /// A name of the table of models or the path of a GGUF file: a language model words the answer,
  /// and only what the passages support of it is kept; where that is nothing, the answer is the one
  /// without a model. Empty: sentences of the documents are the answer.
  std::string model;
  // The rest is for a model.
  size_t context_tokens = 0;  ///< Of prompt and answer together. 0: as ModelOptions.
  size_t max_tokens = 256;    ///< Of the answer.
  uint64_t max_ms = 0;        ///< After so long the answer is what is there. 0: no limit.
  double temperature = 0;     ///< 0: the same question has the same answer.
  uint32_t seed = 1;
  /// True: sentences that the passages do not support stay, and are marked; false: they go.
  bool mark_unsupported = false;
  /// Called with each piece of the answer as it is made and checked, and from time to time with an
  /// empty one; false stops with Cancelled. Without a model there is one piece.
  std::function<bool(std::string_view piece)> on_text;
};

struct Retrieval {
  Route route;
  std::vector<Passage> passages;  ///< Best first, each chunk once.
  Evidence evidence;
};

/// A place in a document that supports a part of the answer.
struct Citation {
  int number = 0;  ///< As [1] in the answer's text.
  NodeId chunk;
  std::string document;
  std::string title;
  uint64_t begin_byte = 0;
  uint64_t end_byte = 0;
  std::string quote;  ///< Exactly the document's source bytes [begin_byte, end_byte).
};

struct Answer {
  std::string asked;  ///< The question as it was understood: with what it refers to put in.
  std::string text;
  bool abstained = false;  ///< The documents do not say; text tells so, citations is empty.
  /// The model of AskOptions worded it. False: it is sentences of the documents, because no model
  /// was asked, or nothing of what it wrote could be kept.
  bool by_model = false;
  double confidence = 0;  ///< 0 to 1, what the decision to abstain was made on.
  std::vector<Citation> citations;
  Retrieval retrieval;
};

}  // namespace kith::rag
