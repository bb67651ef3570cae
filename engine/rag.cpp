// SPDX-License-Identifier: Apache-2.0
// The public face of the rag pipeline: its plain data in the terms of the C++ API.
#include "kith/rag.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/rag_state.h"
#include "rag/evidence_picture.h"

namespace kith {
namespace {

rag::IngestOptions FromPublic(const IngestOptions& from) {
  rag::IngestOptions to;
  to.skip_unreadable = from.skip_unreadable;
  to.documents_per_transaction = from.documents_per_transaction;
  to.max_document_bytes = from.max_document_bytes;
  to.forget_others = from.forget_others;
  if (from.progress) {
    to.progress = [&from](const rag::IngestProgress& at) {
      return from.progress(
          {at.documents_done, at.documents_total, at.bytes_done, at.bytes_total, at.current});
    };
  }
  return to;
}

IngestReport ToPublic(rag::IngestReport&& from) {
  IngestReport to;
  to.documents_added = from.documents_added;
  to.documents_replaced = from.documents_replaced;
  to.documents_unchanged = from.documents_unchanged;
  to.chunks = from.chunks;
  to.entities = from.entities;
  to.links = from.links;
  to.documents_forgotten = from.documents_forgotten;
  for (rag::SkippedDocument& document : from.skipped) {
    to.skipped.push_back({std::move(document.path), std::move(document.reason)});
  }
  return to;
}

Result<rag::RetrieveOptions> FromPublic(const RetrieveOptions& from) {
  if (from.limit == 0 || from.limit > rag::kMaxPassages) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("limit is {}; give 1 to {} passages", from.limit, rag::kMaxPassages));
  }
  rag::RetrieveOptions to;
  to.limit = from.limit;
  to.route = from.route;
  return to;
}

Result<rag::AskOptions> FromPublic(const AskOptions& from) {
  KITH_ASSIGN_OR_RETURN(rag::RetrieveOptions retrieve,
                        FromPublic(static_cast<const RetrieveOptions&>(from)));
  rag::AskOptions to;
  static_cast<rag::RetrieveOptions&>(to) = std::move(retrieve);
  to.conversation = from.conversation;
  to.model = from.model;
  to.context_tokens = from.context_tokens;
  to.max_tokens = from.max_tokens;
  to.max_ms = from.max_ms;
  to.temperature = from.temperature;
  to.seed = from.seed;
  to.mark_unsupported = from.mark_unsupported;
  to.on_text = from.on_text;
  return to;
}

Passage ToPublic(rag::Passage&& from) {
  Passage to;
  to.document = std::move(from.document);
  to.title = std::move(from.title);
  to.chunk_node = from.chunk.AsInteger();
  to.begin_byte = from.begin_byte;
  to.end_byte = from.end_byte;
  to.text = std::move(from.text);
  to.score = from.score;
  for (rag::Hop& hop : from.path) {
    to.path.push_back({std::move(hop.kind), hop.node.AsInteger(), std::move(hop.name)});
  }
  to.found_by = std::move(from.found_by);
  return to;
}

Evidence ToPublic(rag::Evidence&& from) {
  Evidence to;
  for (rag::EvidenceNode& node : from.nodes) {
    to.nodes.push_back({node.node.AsInteger(), std::move(node.label), std::move(node.name)});
  }
  for (rag::EvidenceEdge& edge : from.edges) {
    to.edges.push_back({edge.start.AsInteger(), edge.end.AsInteger(), std::move(edge.type)});
  }
  return to;
}

Retrieval ToPublic(rag::Retrieval&& from) {
  Retrieval to;
  to.route = rag::RouteName(from.route.kind);
  to.reasons = std::move(from.route.reasons);
  to.statement = std::move(from.route.statement);
  for (rag::Passage& passage : from.passages) to.passages.push_back(ToPublic(std::move(passage)));
  to.evidence = ToPublic(std::move(from.evidence));
  return to;
}

NodeId IdOf(int64_t id) {
  return NodeId(static_cast<uint64_t>(id));
}

rag::Evidence FromPublic(const Evidence& from) {
  rag::Evidence to;
  for (const EvidenceNode& node : from.nodes)
    to.nodes.push_back({IdOf(node.id), node.label, node.name});
  for (const EvidenceEdge& edge : from.edges)
    to.edges.push_back({IdOf(edge.start), IdOf(edge.end), edge.type});
  return to;
}

rag::Answer FromPublic(const Answer& from) {
  rag::Answer to;
  to.text = from.text;
  to.abstained = from.abstained;
  to.by_model = from.by_model;
  to.confidence = from.confidence;
  for (const Citation& citation : from.citations) {
    to.citations.push_back({citation.number, NodeId(), citation.document, citation.title,
                            citation.begin_byte, citation.end_byte, citation.quote});
  }
  to.retrieval.route.kind =
      from.retrieval.route == "analytical" ? rag::RouteKind::kAnalytical : rag::RouteKind::kFactual;
  to.retrieval.route.reasons = from.retrieval.reasons;
  to.retrieval.route.statement = from.retrieval.statement;
  for (const Passage& passage : from.retrieval.passages) {
    rag::Passage& added = to.retrieval.passages.emplace_back();
    added.chunk = IdOf(passage.chunk_node);
    added.document = passage.document;
    added.title = passage.title;
    added.begin_byte = passage.begin_byte;
    added.end_byte = passage.end_byte;
    added.text = passage.text;
    added.score = passage.score;
    for (const Hop& hop : passage.path) added.path.push_back({hop.kind, IdOf(hop.node), hop.name});
    added.found_by = passage.found_by;
  }
  to.retrieval.evidence = FromPublic(from.retrieval.evidence);
  return to;
}

}  // namespace

std::string Evidence::ToSvg(std::string_view title) const {
  return rag::EvidenceToSvg(FromPublic(*this), title);
}

std::string Answer::ToHtml(std::string_view question) const {
  return rag::AnswerToHtml(question, FromPublic(*this));
}

Rag::Rag(std::unique_ptr<State> state) : state_(std::move(state)) {}

Rag::~Rag() = default;

Result<IngestReport> Rag::Ingest(const std::string& path, const IngestOptions& options) {
  KITH_ASSIGN_OR_RETURN(rag::IngestReport report,
                        state_->pipeline->Ingest(path, FromPublic(options)));
  return ToPublic(std::move(report));
}

Result<IngestReport> Rag::IngestAll(const std::vector<std::string>& paths,
                                    const IngestOptions& options) {
  KITH_ASSIGN_OR_RETURN(rag::IngestReport report,
                        state_->pipeline->IngestAll(paths, FromPublic(options)));
  return ToPublic(std::move(report));
}

Result<IngestReport> Rag::IngestText(const std::string& name, std::string_view text,
                                     size_t max_document_bytes) {
  rag::IngestOptions options;
  options.max_document_bytes = max_document_bytes;
  // Of many documents some may be skipped; of one that is a failure.
  options.skip_unreadable = false;
  KITH_ASSIGN_OR_RETURN(rag::IngestReport report,
                        state_->pipeline->IngestText(name, text, options));
  return ToPublic(std::move(report));
}

Status Rag::Delete(const std::string& document) {
  return state_->pipeline->Delete(document);
}

Result<EmbedReport> Rag::Embed(const EmbedOptions& options) {
  rag::EmbedAllOptions to;
  if (options.progress) {
    to.progress = [&options](const rag::EmbedAllProgress& at) {
      return options.progress({at.chunks_done, at.chunks_total});
    };
  }
  KITH_ASSIGN_OR_RETURN(rag::ReembedReport report, state_->pipeline->EmbedAll(to));
  return EmbedReport{report.embedded, report.kept, std::move(report.model)};
}

Result<Retrieval> Rag::Retrieve(std::string_view question, const RetrieveOptions& options) {
  KITH_ASSIGN_OR_RETURN(const rag::RetrieveOptions wanted, FromPublic(options));
  KITH_ASSIGN_OR_RETURN(rag::Retrieval found, state_->pipeline->Retrieve(question, wanted));
  return ToPublic(std::move(found));
}

Result<Answer> Rag::Ask(std::string_view question, const AskOptions& options) {
  KITH_ASSIGN_OR_RETURN(const rag::AskOptions wanted, FromPublic(options));
  KITH_ASSIGN_OR_RETURN(rag::Answer answer, state_->pipeline->Ask(question, wanted));
  Answer to;
  to.asked = std::move(answer.asked);
  to.text = std::move(answer.text);
  to.abstained = answer.abstained;
  to.by_model = answer.by_model;
  to.confidence = answer.confidence;
  for (rag::Citation& citation : answer.citations) {
    to.citations.push_back({citation.number, std::move(citation.document),
                            std::move(citation.title), citation.begin_byte, citation.end_byte,
                            std::move(citation.quote)});
  }
  to.retrieval = ToPublic(std::move(answer.retrieval));
  return to;
}

}  // namespace kith
