// SPDX-License-Identifier: Apache-2.0
// From ranked chunks to passages with texts, documents and paths, and the evidence subgraph.
#include <algorithm>
#include <map>
#include <set>

#include "rag/column_values.h"
#include "rag/retrieve/retriever.h"

namespace kith::rag {
namespace {

using storage::Adjacency;
using storage::Column;
using storage::Direction;

/// A picture with more passages than this explains nothing.
constexpr size_t kEvidencePassages = 6;
/// Names in the picture and in paths.
constexpr size_t kMaxNameBytes = 80;

std::string Shortened(std::string_view text) {
  if (text.size() <= kMaxNameBytes) return std::string(text);
  size_t end = kMaxNameBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

/// What the path says, and the lists that have the passage among their best.
std::string FoundBy(const std::vector<Hop>& path, bool by_text, bool by_dense) {
  const std::string& first = path.front().kind;
  const bool by_graph = path.size() > 1 || (first != "text" && first != "dense");
  std::string found_by;
  const auto add = [&](const char* what) {
    found_by += (found_by.empty() ? "" : "+") + std::string(what);
  };
  if (by_text || (!by_graph && first == "text")) add("text");
  if (by_dense || (!by_graph && first == "dense")) add("dense");
  if (by_graph) add("graph");
  return found_by;
}

}  // namespace

Result<std::vector<Passage>> Retriever::Passages(const Ranked& ranked) {
  std::vector<NodeId> chunks;
  for (const auto& [score, chunk] : ranked) chunks.push_back(chunk);
  const PropertyId properties[] = {names_.title, names_.text, names_.begin, names_.end};
  std::vector<Column> columns;
  KITH_RETURN_IF_ERROR(view_.GatherMany(chunks, properties, &columns));
  std::set<NodeId> best_by_text;
  for (size_t i = 0; i < std::min(ranked.size(), hits_.size()); ++i) {
    best_by_text.insert(hits_[i].node());
  }
  std::set<NodeId> best_by_dense;
  for (size_t i = 0; dense_ != nullptr && i < std::min(ranked.size(), dense_->hits().size()); ++i) {
    best_by_dense.insert(dense_->hits()[i].chunk);
  }
  std::vector<Passage> passages;
  for (size_t i = 0; i < chunks.size(); ++i) {
    Passage passage;
    passage.chunk = chunks[i];
    passage.title = StringAt(columns[0], i);
    passage.text = StringAt(columns[1], i);
    passage.begin_byte = NumberAt(columns[2], i);
    passage.end_byte = NumberAt(columns[3], i);
    passage.score = ranked[i].first;
    const auto text_score = text_scores_.find(chunks[i]);
    passage.text_score = text_score == text_scores_.end() ? 0 : text_score->second;
    passage.path = PathTo(chunks[i]);
    passage.found_by =
        FoundBy(passage.path, best_by_text.contains(chunks[i]), best_by_dense.contains(chunks[i]));
    passages.push_back(std::move(passage));
  }
  KITH_RETURN_IF_ERROR(DocumentsOf(&passages));
  KITH_RETURN_IF_ERROR(NameHops(&passages));
  return passages;
}

/// The list that has the chunk at the better place.
std::string_view Retriever::ListThatBrought(NodeId chunk) const {
  if (dense_ == nullptr) return "text";
  const auto text = std::find_if(hits_.begin(), hits_.end(),
                                 [&](const index::TextHit& hit) { return hit.node() == chunk; });
  const auto& hits = dense_->hits();
  const auto dense = std::find_if(hits.begin(), hits.end(),
                                  [&](const DenseHit& hit) { return hit.chunk == chunk; });
  if (dense == hits.end()) return "text";
  const bool sooner = dense - hits.begin() < text - hits_.begin();
  return text == hits_.end() || sooner ? "dense" : "text";
}

Status Retriever::DocumentsOf(std::vector<Passage>* passages) {
  std::vector<NodeId> chunks;
  for (const Passage& passage : *passages) chunks.push_back(passage.chunk);
  const RelTypeId types[] = {names_.has_chunk};
  storage::ExpandOptions options;
  options.types = types;
  options.direction = Direction::kIncoming;
  options.relationships = false;
  Adjacency owners;
  KITH_RETURN_IF_ERROR(view_.Expand(chunks, options, &owners));
  Column uris;
  KITH_RETURN_IF_ERROR(view_.Gather(std::span<const NodeId>(owners.neighbours), names_.uri, &uris));
  for (size_t i = 0; i < chunks.size(); ++i) {
    const size_t at = owners.offsets[i];
    if (at == owners.offsets[i + 1]) continue;
    (*passages)[i].document_node = owners.neighbours[at];
    (*passages)[i].document = StringAt(uris, at);
  }
  return Status::Ok();
}

std::vector<Hop> Retriever::PathTo(NodeId chunk) const {
  std::vector<Hop> path;
  std::set<NodeId> seen;
  NodeId at = chunk;
  while (seen.insert(at).second) {
    const auto found = arrivals_.find(at);
    if (found == arrivals_.end()) {
      path.push_back({std::string(ListThatBrought(at)), at, {}});
      break;
    }
    const Arrival& arrival = found->second;
    const bool from_question = arrival.parent == kQuestionNode;
    path.push_back({std::string(arrival.kind), at, {}});
    if (arrival.kind == "about") {
      if (arrival.document != kNoNode) path.back().kind = "has-chunk";
      if (arrival.document != kNoNode) path.push_back({"about", arrival.document, {}});
      path.push_back({from_question ? "named" : "mentions", arrival.entity, {}});
    } else if (arrival.kind == "mentioned-by") {
      path.push_back({from_question ? "named" : "about", arrival.entity, {}});
    } else if (arrival.kind == "links" && arrival.document != kNoNode) {
      path.back().kind = "has-chunk";
      path.push_back({"links", arrival.document, {}});
    }
    if (from_question) break;
    at = arrival.parent;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

Status Retriever::NameHops(std::vector<Passage>* passages) {
  std::vector<NodeId> nodes;
  for (const Passage& passage : *passages) {
    for (const Hop& hop : passage.path) nodes.push_back(hop.node);
  }
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  const PropertyId properties[] = {names_.name, names_.title};
  std::vector<Column> columns;
  KITH_RETURN_IF_ERROR(view_.GatherMany(nodes, properties, &columns));
  for (Passage& passage : *passages) {
    for (Hop& hop : passage.path) {
      const auto at = static_cast<size_t>(std::lower_bound(nodes.begin(), nodes.end(), hop.node) -
                                          nodes.begin());
      const std::string name = StringAt(columns[0], at);
      hop.name = Shortened(name.empty() ? StringAt(columns[1], at) : name);
    }
  }
  return Status::Ok();
}

Evidence Retriever::EvidenceOf(const std::vector<Passage>& passages) const {
  Evidence evidence;
  std::set<NodeId> nodes;
  std::set<std::tuple<NodeId, NodeId, std::string>> edges;
  const auto add_node = [&](NodeId node, const char* label, const std::string& name) {
    if (nodes.insert(node).second) evidence.nodes.push_back({node, label, name});
  };
  const auto add_edge = [&](NodeId start, NodeId end, const char* type) {
    if (edges.emplace(start, end, type).second) evidence.edges.push_back({start, end, type});
  };
  add_node(kQuestionNode, "Question", "");
  for (size_t i = 0; i < std::min(kEvidencePassages, passages.size()); ++i) {
    NodeId from = kQuestionNode;
    for (const Hop& hop : passages[i].path) {
      if (hop.kind == "text" || hop.kind == "dense") {
        add_node(hop.node, "Chunk", hop.name);
        add_edge(from, hop.node, hop.kind == "text" ? "MATCHES" : "RESEMBLES");
      } else if (hop.kind == "named" || hop.kind == "mentions") {
        add_node(hop.node, "Entity", hop.name);
        add_edge(from, hop.node, hop.kind == "named" ? "NAMES" : "MENTIONS");
      } else if (hop.kind == "about") {
        const bool to_document = chunks_of_.contains(hop.node) && !chunks_of_.at(hop.node).empty();
        // Towards an entity it is the chunk's own document that is about it.
        const bool to_entity = !to_document && !arrivals_.contains(hop.node);
        add_node(hop.node, to_document ? "Document" : to_entity ? "Entity" : "Chunk", hop.name);
        add_edge(to_entity ? from : hop.node, to_entity ? hop.node : from, "ABOUT");
      } else if (hop.kind == "mentioned-by") {
        add_node(hop.node, "Chunk", hop.name);
        add_edge(hop.node, from, "MENTIONS");
      } else if (hop.kind == "links") {
        add_node(hop.node, "Document", hop.name);
        add_edge(from, hop.node, "LINKS_TO");
      } else {
        add_node(hop.node, "Chunk", hop.name);
        add_edge(from, hop.node, "HAS_CHUNK");
      }
      from = hop.node;
    }
  }
  return evidence;
}

}  // namespace kith::rag
