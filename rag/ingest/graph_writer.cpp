// SPDX-License-Identifier: Apache-2.0
// Adding documents. The order of the steps matters for the invariants: all names of the batch are
// in the dictionary before any text is scanned, earlier chunks are found before the new ones join
// the term lookup, and entities that lost an introducer go last, when the new version may have
// brought them back.
#include "rag/ingest/graph_writer.h"

#include <fmt/core.h>

#include <algorithm>

#include "index/index_catalog.h"
#include "index/property/property_index.h"
#include "rag/column_values.h"
#include "rag/ingest/chunk_embedder.h"

namespace kith::rag {
namespace {

using storage::Adjacency;
using storage::Column;
using storage::Direction;
using storage::PropertyWrite;

/// Texts are gathered so many at a time.
constexpr size_t kGatherBlock = 512;

Value RunsValue(const Chunk& chunk) {
  const std::vector<SourceRun>& runs = chunk.text.runs();
  // One run of the whole span follows from begin and end.
  if (runs.size() == 1 && chunk.span.end - chunk.span.begin == chunk.text.size()) return Value();
  List list;
  list.reserve(runs.size() * 3);
  for (const SourceRun& run : runs) {
    list.emplace_back(static_cast<int64_t>(run.plain_begin));
    list.emplace_back(static_cast<int64_t>(run.source_begin));
    list.emplace_back(static_cast<int64_t>(run.source_end));
  }
  return Value(std::move(list));
}

Value Number(size_t number) {
  return Value(static_cast<int64_t>(number));
}

}  // namespace

Result<std::unique_ptr<GraphWriter>> GraphWriter::Create(storage::Transaction* transaction,
                                                         const index::IndexCatalog* indexes,
                                                         const GraphNames* names,
                                                         NameCache* cache) {
  const RagIndexes found = FindIndexes(*indexes, *names);
  if (!found.complete()) {
    return Status(
        StatusCode::kNotFound,
        "the indexes of the document graph are missing; they are made by the first ingest");
  }
  std::unique_ptr<GraphWriter> writer(new GraphWriter());
  writer->transaction_ = transaction;
  writer->names_ = names;
  writer->cache_ = cache;
  writer->document_index_ = found.document_uri;
  writer->entity_index_ = found.entity_key;
  writer->target_index_ = found.link_target_uri;
  return writer;
}

Status GraphWriter::Begin() {
  if (begun_) return Status::Ok();
  // One writer at a time: a name that one introduces must be seen by the chunks of all others.
  KITH_RETURN_IF_ERROR(transaction_->keys().Lock("rag.documents"));
  KITH_RETURN_IF_ERROR(LoadCache());
  begun_ = true;
  return Status::Ok();
}

Status GraphWriter::LoadCache() {
  if (cache_->loaded) return Status::Ok();
  storage::ReadView& view = transaction_->view();
  KITH_ASSIGN_OR_RETURN(const std::vector<GroupId> groups, view.LabelGroups(names_->entity));
  for (const GroupId group : groups) {
    storage::SlotBitmap members;
    KITH_RETURN_IF_ERROR(view.LabelNodes(group, names_->entity, &members));
    std::vector<NodeId> nodes;
    for (uint32_t slot = 0; slot < kGroupSlots; ++slot) {
      if (members.Contains(slot)) nodes.emplace_back(group, slot);
    }
    Column keys;
    KITH_RETURN_IF_ERROR(view.Gather(std::span<const NodeId>(nodes), names_->key, &keys));
    for (size_t i = 0; i < nodes.size(); ++i) {
      const Value key = keys.At(i);
      if (key.IsString()) cache_->hashes.Insert(HashName(CutNameWords(key.AsString())));
    }
  }
  cache_->loaded = true;
  return Status::Ok();
}

Result<std::optional<NodeId>> GraphWriter::Lookup(const index::IndexDefinition& index,
                                                  std::string_view value) {
  index::PropertySeek seek;
  seek.equal.emplace_back(value);
  KITH_ASSIGN_OR_RETURN(auto cursor,
                        index::PropertyCursor::Open(&transaction_->keys(), index, seek));
  std::vector<NodeId> found;
  KITH_RETURN_IF_ERROR(cursor->Next(1, &found));
  return found.empty() ? std::optional<NodeId>() : found.front();
}

Result<std::optional<NodeId>> GraphWriter::FindDocument(std::string_view uri) {
  return Lookup(*document_index_, uri);
}

Result<std::optional<NodeId>> GraphWriter::FindEntity(const std::string& key) {
  if (const auto known = known_entities_.find(key); known != known_entities_.end()) {
    return std::optional<NodeId>(known->second);
  }
  if (absent_entities_.contains(key)) return std::optional<NodeId>();
  KITH_ASSIGN_OR_RETURN(const std::optional<NodeId> found, Lookup(*entity_index_, key));
  if (found) {
    known_entities_.emplace(key, *found);
  } else {
    absent_entities_.insert(key);
  }
  return found;
}

Result<Adjacency> GraphWriter::Expand(std::span<const NodeId> nodes, RelTypeId type,
                                      Direction direction) {
  Adjacency adjacency;
  const RelTypeId types[] = {type};
  storage::ExpandOptions options;
  options.types = types;
  options.direction = direction;
  KITH_RETURN_IF_ERROR(transaction_->view().Expand(nodes, options, &adjacency));
  return adjacency;
}

Status GraphWriter::Upsert(std::span<const PreparedDocument> documents, WriteReport* report) {
  KITH_RETURN_IF_ERROR(Begin());
  std::vector<NewChunk> chunks;
  for (const PreparedDocument& document : documents) {
    KITH_ASSIGN_OR_RETURN(const std::optional<NodeId> known, FindDocument(document.uri));
    if (known) {
      KITH_ASSIGN_OR_RETURN(const bool is_stored, IsStored(*known, document));
      if (is_stored) {
        ++report->unchanged;
        continue;
      }
      KITH_RETURN_IF_ERROR(RemoveContents(*known));
    }
    ++(known ? report->replaced : report->added);
    KITH_ASSIGN_OR_RETURN(const NodeId node, WriteDocument(document, known));
    KITH_RETURN_IF_ERROR(Introduce(node, document.names, report));
    KITH_RETURN_IF_ERROR(WriteChunks(node, document, &chunks, report));
  }
  for (const NewChunk& chunk : chunks) {
    KITH_RETURN_IF_ERROR(WriteLinks(chunk.node, chunk.prepared->links, report));
  }
  KITH_RETURN_IF_ERROR(MentionInEarlierChunks(report));
  KITH_RETURN_IF_ERROR(MentionInNewChunks(chunks, report));
  KITH_RETURN_IF_ERROR(AddTermsOf(chunks));
  return RemoveOrphans();
}

Result<bool> GraphWriter::IsStored(const PreparedDocument& document) {
  KITH_ASSIGN_OR_RETURN(const std::optional<NodeId> known, FindDocument(document.uri));
  return known ? IsStored(*known, document) : Result<bool>(false);
}

/// A statement may have deleted chunks: then ingesting the document again brings them back.
Result<bool> GraphWriter::IsStored(NodeId node, const PreparedDocument& document) {
  const NodeId nodes[] = {node};
  Column checksums;
  KITH_RETURN_IF_ERROR(transaction_->view().Gather(nodes, names_->checksum, &checksums));
  if (StringAt(checksums, 0) != document.checksum) return false;
  const RelTypeId types[] = {names_->has_chunk};
  storage::ExpandOptions options;
  options.types = types;
  options.direction = Direction::kOutgoing;
  std::vector<uint32_t> chunks;
  KITH_RETURN_IF_ERROR(transaction_->view().Degree(nodes, options, &chunks));
  return chunks.front() == document.chunks.size();
}

Result<NodeId> GraphWriter::WriteDocument(const PreparedDocument& document,
                                          std::optional<NodeId> known) {
  const PropertyWrite properties[] = {
      {names_->uri, Value(document.uri)},           {names_->title, Value(document.title)},
      {names_->language, Value(document.language)}, {names_->format, Value(document.format)},
      {names_->checksum, Value(document.checksum)}, {names_->bytes, Number(document.source.size())},
      {names_->source, Value(document.source)},
  };
  if (known) {
    KITH_RETURN_IF_ERROR(transaction_->SetProperties(*known, properties));
    return *known;
  }
  const LabelId labels[] = {names_->document};
  KITH_ASSIGN_OR_RETURN(const NodeId node, transaction_->CreateNode(labels, properties));
  KITH_RETURN_IF_ERROR(AdoptLinks(node, document.uri));
  return node;
}

Status GraphWriter::AdoptLinks(NodeId document, const std::string& uri) {
  KITH_ASSIGN_OR_RETURN(const std::optional<NodeId> target, Lookup(*target_index_, uri));
  if (!target) return Status::Ok();
  KITH_RETURN_IF_ERROR(MoveLinks(*target, document));
  const NodeId nodes[] = {*target};
  return DeleteWithRelationships(nodes);
}

Status GraphWriter::MoveLinks(NodeId from, NodeId to) {
  const NodeId nodes[] = {from};
  KITH_ASSIGN_OR_RETURN(const Adjacency inbound,
                        Expand(nodes, names_->links_to, Direction::kIncoming));
  if (inbound.neighbours.empty()) return Status::Ok();
  Column texts;
  KITH_RETURN_IF_ERROR(transaction_->view().Gather(std::span<const RelId>(inbound.relationships),
                                                   names_->text, &texts));
  for (size_t i = 0; i < inbound.neighbours.size(); ++i) {
    KITH_RETURN_IF_ERROR(transaction_->DeleteRelationship(inbound.relationships[i]));
    const PropertyWrite properties[] = {{names_->text, texts.At(i)}};
    const Result<RelId> moved =
        transaction_->CreateRelationship(inbound.neighbours[i], names_->links_to, to, properties);
    if (!moved.ok()) return moved.status();
  }
  return Status::Ok();
}

Status GraphWriter::WriteChunks(NodeId node, const PreparedDocument& document,
                                std::vector<NewChunk>* chunks, WriteReport* report) {
  const LabelId labels[] = {names_->chunk};
  std::optional<NodeId> previous;
  for (size_t i = 0; i < document.chunks.size(); ++i) {
    const PreparedChunk& prepared = document.chunks[i];
    const Chunk& chunk = prepared.chunk;
    std::vector<PropertyWrite> properties = {
        {names_->title, Value(document.title)},
        {names_->text, Value(chunk.text.text())},
        {names_->begin, Number(chunk.span.begin)},
        {names_->end, Number(chunk.span.end)},
        {names_->ordinal, Number(i)},
    };
    if (!chunk.heading.empty()) properties.push_back({names_->heading, Value(chunk.heading)});
    if (Value runs = RunsValue(chunk); !runs.IsNull()) {
      properties.push_back({names_->runs, std::move(runs)});
    }
    if (!prepared.vector.empty() && names_->embedding) {
      properties.push_back({*names_->embedding, VectorValue(prepared.vector)});
    }
    KITH_ASSIGN_OR_RETURN(const NodeId chunk_node, transaction_->CreateNode(labels, properties));
    Result<RelId> made = transaction_->CreateRelationship(node, names_->has_chunk, chunk_node, {});
    if (made.ok() && previous) {
      made = transaction_->CreateRelationship(*previous, names_->next, chunk_node, {});
    }
    if (!made.ok()) return made.status();
    previous = chunk_node;
    KITH_RETURN_IF_ERROR(Introduce(chunk_node, prepared.names, report));
    chunks->push_back({chunk_node, &prepared});
    ++report->chunks;
  }
  return Status::Ok();
}

Status GraphWriter::Introduce(NodeId introducer, const std::vector<IntroducedName>& names,
                              WriteReport* report) {
  const LabelId labels[] = {names_->entity};
  for (const IntroducedName& name : names) {
    KITH_ASSIGN_OR_RETURN(std::optional<NodeId> entity, FindEntity(name.key));
    if (!entity) {
      const PropertyWrite properties[] = {{names_->key, Value(name.key)},
                                          {names_->name, Value(name.name)}};
      KITH_ASSIGN_OR_RETURN(entity, transaction_->CreateNode(labels, properties));
      known_entities_.emplace(name.key, *entity);
      absent_entities_.erase(name.key);
      new_entities_.emplace_back(name.key, *entity);
      entity_names_.emplace(*entity, name.name);
      cache_->hashes.Insert(HashName(CutNameWords(name.key)));
      ++report->entities;
    } else {
      // The displayed name is the least of all introduced ones, so that order does not matter.
      auto known = entity_names_.find(*entity);
      if (known == entity_names_.end()) {
        const NodeId nodes[] = {*entity};
        Column current;
        KITH_RETURN_IF_ERROR(transaction_->view().Gather(nodes, names_->name, &current));
        const Value value = current.At(0);
        known =
            entity_names_.emplace(*entity, value.IsString() ? std::string(value.AsString()) : "")
                .first;
      }
      if (known->second.empty() || name.name < known->second) {
        known->second = name.name;
        const PropertyWrite properties[] = {{names_->name, Value(name.name)}};
        KITH_RETURN_IF_ERROR(transaction_->SetProperties(*entity, properties));
      }
    }
    const PropertyWrite properties[] = {{names_->kind, Value(NameKindWord(name.kind))},
                                        {names_->name, Value(name.name)}};
    const Result<RelId> made =
        transaction_->CreateRelationship(introducer, names_->about, *entity, properties);
    if (!made.ok()) return made.status();
  }
  return Status::Ok();
}

Status GraphWriter::WriteLinks(NodeId chunk, const std::vector<PreparedLink>& links,
                               WriteReport* report) {
  const LabelId labels[] = {names_->link_target};
  for (const PreparedLink& link : links) {
    KITH_ASSIGN_OR_RETURN(std::optional<NodeId> target, FindDocument(link.uri));
    if (!target) {
      KITH_ASSIGN_OR_RETURN(target, Lookup(*target_index_, link.uri));
    }
    if (!target) {
      const PropertyWrite properties[] = {{names_->uri, Value(link.uri)}};
      KITH_ASSIGN_OR_RETURN(target, transaction_->CreateNode(labels, properties));
    }
    const PropertyWrite properties[] = {{names_->text, Value(link.text)}};
    const Result<RelId> made =
        transaction_->CreateRelationship(chunk, names_->links_to, *target, properties);
    if (!made.ok()) return made.status();
    ++report->links;
  }
  return Status::Ok();
}

Status GraphWriter::MentionInEarlierChunks(WriteReport* report) {
  EarlierChunks to_scan;
  for (const auto& [key, entity] : new_entities_) {
    const std::vector<uint64_t> terms = TermsOf(CutNameWords(key));
    KITH_ASSIGN_OR_RETURN(const std::vector<NodeId> found,
                          FindChunks(terms, &cache_->waiting, &transaction_->keys()));
    to_scan.insert(found.begin(), found.end());
  }
  KITH_RETURN_IF_ERROR(MentionNewNames(to_scan, report));
  new_entities_.clear();
  return Status::Ok();
}

Status GraphWriter::MentionNewNames(const EarlierChunks& chunks, WriteReport* report) {
  NameSet names;
  std::unordered_map<uint64_t, NodeId> entities;
  for (const auto& [key, entity] : new_entities_) {
    const uint64_t hash = HashName(CutNameWords(key));
    names.Insert(hash);
    entities.emplace(hash, entity);
  }
  const std::vector<NodeId> all(chunks.begin(), chunks.end());
  for (size_t first = 0; first < all.size(); first += kGatherBlock) {
    const auto block = std::span(all).subspan(first, std::min(kGatherBlock, all.size() - first));
    Column texts;
    KITH_RETURN_IF_ERROR(transaction_->view().Gather(block, names_->text, &texts));
    for (size_t i = 0; i < block.size(); ++i) {
      const Value text = texts.At(i);
      if (!text.IsString()) continue;
      std::set<NodeId> mentioned;
      for (const NameMatch& match : FindNames(CutNameWords(text.AsString()), names)) {
        mentioned.insert(entities.at(match.hash));
      }
      for (const NodeId entity : mentioned) {
        const Result<RelId> made =
            transaction_->CreateRelationship(block[i], names_->mentions, entity, {});
        if (!made.ok()) return made.status();
        ++report->mentions;
      }
    }
  }
  return Status::Ok();
}

Status GraphWriter::MentionInNewChunks(const std::vector<NewChunk>& chunks, WriteReport* report) {
  for (const NewChunk& chunk : chunks) {
    const std::string_view text = chunk.prepared->chunk.text.text();
    std::unordered_set<uint64_t> seen;
    for (const NameMatch& match : FindNames(chunk.prepared->words, cache_->hashes)) {
      if (!seen.insert(match.hash).second) continue;
      KITH_ASSIGN_OR_RETURN(const std::optional<NodeId> entity,
                            FindEntity(NameKey(text.substr(match.begin, match.end - match.begin))));
      if (!entity) continue;
      const Result<RelId> made =
          transaction_->CreateRelationship(chunk.node, names_->mentions, *entity, {});
      if (!made.ok()) return made.status();
      ++report->mentions;
    }
  }
  return Status::Ok();
}

Status GraphWriter::AddTermsOf(const std::vector<NewChunk>& chunks) {
  std::vector<ChunkTerms> added;
  added.reserve(chunks.size());
  for (const NewChunk& chunk : chunks) {
    added.push_back({chunk.node, TermsOf(chunk.prepared->words)});
  }
  return AddTerms(added, &cache_->waiting, &transaction_->keys());
}

}  // namespace kith::rag
