// SPDX-License-Identifier: Apache-2.0
// Taking documents out: the part of GraphWriter that leaves nothing behind. What several documents
// share (an entity, a link target) is counted by its relationships and goes with the last of them.
#include <algorithm>

#include "rag/ingest/graph_writer.h"

namespace kith::rag {

using storage::Adjacency;
using storage::Column;
using storage::Direction;
using storage::PropertyWrite;

Result<bool> GraphWriter::Delete(std::string_view uri) {
  KITH_RETURN_IF_ERROR(Begin());
  KITH_ASSIGN_OR_RETURN(const std::optional<NodeId> document, FindDocument(uri));
  if (!document) return false;
  KITH_RETURN_IF_ERROR(RemoveContents(*document));
  KITH_RETURN_IF_ERROR(ReleaseInbound(*document, uri));
  const NodeId nodes[] = {*document};
  KITH_RETURN_IF_ERROR(DeleteWithRelationships(nodes));
  KITH_RETURN_IF_ERROR(RemoveOrphans());
  return true;
}

Status GraphWriter::RemoveContents(NodeId document) {
  const NodeId documents[] = {document};
  KITH_ASSIGN_OR_RETURN(const Adjacency owned,
                        Expand(documents, names_->has_chunk, Direction::kOutgoing));
  const std::vector<NodeId>& chunks = owned.neighbours;
  Column texts;
  KITH_RETURN_IF_ERROR(
      transaction_->view().Gather(std::span<const NodeId>(chunks), names_->text, &texts));
  for (size_t i = 0; i < chunks.size(); ++i) {
    const Value text = texts.At(i);
    if (!text.IsString()) continue;
    const ChunkTerms removed{chunks[i], TermsOf(CutNameWords(text.AsString()))};
    KITH_RETURN_IF_ERROR(RemoveTerms(removed, &cache_->waiting, &transaction_->keys()));
  }
  std::vector<NodeId> introducers = chunks;
  introducers.push_back(document);
  KITH_ASSIGN_OR_RETURN(const Adjacency about,
                        Expand(introducers, names_->about, Direction::kOutgoing));
  loosened_.insert(about.neighbours.begin(), about.neighbours.end());
  for (const RelId relationship : about.relationships) {
    KITH_RETURN_IF_ERROR(transaction_->DeleteRelationship(relationship));
  }
  KITH_ASSIGN_OR_RETURN(const Adjacency links,
                        Expand(chunks, names_->links_to, Direction::kOutgoing));
  loosened_targets_.insert(links.neighbours.begin(), links.neighbours.end());
  return DeleteWithRelationships(chunks);
}

Status GraphWriter::ReleaseInbound(NodeId document, std::string_view uri) {
  const NodeId documents[] = {document};
  KITH_ASSIGN_OR_RETURN(const Adjacency inbound,
                        Expand(documents, names_->links_to, Direction::kIncoming));
  if (inbound.neighbours.empty()) return Status::Ok();
  const LabelId labels[] = {names_->link_target};
  const PropertyWrite properties[] = {{names_->uri, Value(uri)}};
  KITH_ASSIGN_OR_RETURN(const NodeId target, transaction_->CreateNode(labels, properties));
  return MoveLinks(document, target);
}

Status GraphWriter::RemoveOrphans() {
  storage::ReadView& view = transaction_->view();
  std::vector<NodeId> gone;
  for (const NodeId entity : loosened_) {
    const NodeId nodes[] = {entity};
    KITH_ASSIGN_OR_RETURN(const Adjacency introducers,
                          Expand(nodes, names_->about, Direction::kIncoming));
    if (introducers.neighbours.empty()) {
      gone.push_back(entity);
    } else {
      KITH_RETURN_IF_ERROR(Rename(entity));
    }
  }
  if (!loosened_targets_.empty()) {
    const std::vector<NodeId> targets(loosened_targets_.begin(), loosened_targets_.end());
    std::vector<uint8_t> is_target;
    KITH_RETURN_IF_ERROR(view.HaveLabel(targets, names_->link_target, &is_target));
    KITH_ASSIGN_OR_RETURN(const Adjacency links,
                          Expand(targets, names_->links_to, Direction::kIncoming));
    for (size_t i = 0; i < targets.size(); ++i) {
      if (is_target[i] != 0 && links.offsets[i] == links.offsets[i + 1]) gone.push_back(targets[i]);
    }
  }
  if (!gone.empty()) {
    KITH_RETURN_IF_ERROR(DeleteWithRelationships(gone));
    known_entities_.clear();
    entity_names_.clear();
  }
  loosened_.clear();
  loosened_targets_.clear();
  return Status::Ok();
}

Status GraphWriter::Rename(NodeId entity) {
  const NodeId nodes[] = {entity};
  KITH_ASSIGN_OR_RETURN(const Adjacency about, Expand(nodes, names_->about, Direction::kIncoming));
  Column names;
  KITH_RETURN_IF_ERROR(transaction_->view().Gather(std::span<const RelId>(about.relationships),
                                                   names_->name, &names));
  std::string least;
  for (size_t i = 0; i < about.relationships.size(); ++i) {
    const Value name = names.At(i);
    if (!name.IsString()) continue;
    if (least.empty() || name.AsString() < least) least = name.AsString();
  }
  Column current;
  KITH_RETURN_IF_ERROR(transaction_->view().Gather(nodes, names_->name, &current));
  const Value known = current.At(0);
  entity_names_[entity] = least;
  if (known.IsString() && known.AsString() == least) return Status::Ok();
  const PropertyWrite properties[] = {{names_->name, Value(least)}};
  return transaction_->SetProperties(entity, properties);
}

Status GraphWriter::DeleteWithRelationships(std::span<const NodeId> nodes) {
  Adjacency all;
  storage::ExpandOptions options;
  options.direction = Direction::kBoth;
  KITH_RETURN_IF_ERROR(transaction_->view().Expand(nodes, options, &all));
  // A relationship between two of the nodes is listed at both.
  const std::set<RelId> relationships(all.relationships.begin(), all.relationships.end());
  for (const RelId relationship : relationships) {
    KITH_RETURN_IF_ERROR(transaction_->DeleteRelationship(relationship));
  }
  for (const NodeId node : nodes) KITH_RETURN_IF_ERROR(transaction_->DeleteNode(node));
  return transaction_->CheckDangling();
}

}  // namespace kith::rag
