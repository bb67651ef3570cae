// SPDX-License-Identifier: Apache-2.0
// See chunk_embedder.h.
#include "rag/ingest/chunk_embedder.h"

#include <algorithm>

#include "rag/column_values.h"
#include "rag/model/model_record.h"
#include "storage/catalog.h"

namespace kith::rag {
namespace {

std::vector<std::string_view> Views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

/// Calls `visit` with all chunks, so many at a time.
template <typename Visit>
Status VisitChunks(storage::ReadView* view, const GraphNames& names, const Visit& visit) {
  KITH_ASSIGN_OR_RETURN(const std::vector<GroupId> groups, view->LabelGroups(names.chunk));
  for (const GroupId group : groups) {
    storage::SlotBitmap members;
    KITH_RETURN_IF_ERROR(view->LabelNodes(group, names.chunk, &members));
    std::vector<NodeId> nodes;
    for (uint32_t slot = 0; slot < kGroupSlots; ++slot) {
      if (members.Contains(slot)) nodes.emplace_back(group, slot);
    }
    for (size_t first = 0; first < nodes.size(); first += kChunksAtOnce) {
      const size_t count = std::min(kChunksAtOnce, nodes.size() - first);
      KITH_RETURN_IF_ERROR(visit(std::span<const NodeId>(nodes).subspan(first, count)));
    }
  }
  return Status::Ok();
}

/// A chunk, and what the model reads of it.
struct ReadChunk {
  NodeId node;
  std::string text;
};

/// Those of `nodes` that are to get a vector: all, or those that have none; the others are counted.
Result<std::vector<ReadChunk>> ReadChunks(storage::ReadView* view, const GraphNames& names,
                                          std::span<const NodeId> nodes, bool replace,
                                          size_t* kept) {
  const PropertyId properties[] = {names.title, names.heading, names.text, *names.embedding};
  std::vector<storage::Column> columns;
  KITH_RETURN_IF_ERROR(view->GatherMany(nodes, properties, &columns));
  std::vector<ReadChunk> chunks;
  for (size_t i = 0; i < nodes.size(); ++i) {
    // A node of this label without a text is the user's own.
    if (!columns[2].At(i).IsString()) continue;
    if (!replace && columns[3].At(i).IsList()) {
      ++*kept;
      continue;
    }
    chunks.push_back({nodes[i], EmbeddedText(StringAt(columns[0], i), StringAt(columns[1], i),
                                             StringAt(columns[2], i))});
  }
  return chunks;
}

Status WriteVectors(const Embedder& embedder, PropertyId property,
                    std::span<const ReadChunk> chunks, const EmbedOptions& options,
                    storage::Transaction* transaction) {
  const size_t dimension = embedder.model().dimension;
  std::vector<std::string_view> texts;
  for (const ReadChunk& chunk : chunks) texts.push_back(chunk.text);
  std::vector<float> vectors(texts.size() * dimension);
  KITH_RETURN_IF_ERROR(embedder.Embed(texts, vectors.data(), options));
  for (size_t i = 0; i < chunks.size(); ++i) {
    const auto vector = std::span<const float>(vectors).subspan(i * dimension, dimension);
    const storage::PropertyWrite writes[] = {{property, VectorValue(vector)}};
    KITH_RETURN_IF_ERROR(transaction->SetProperties(chunks[i].node, writes));
  }
  return Status::Ok();
}

}  // namespace

std::string EmbeddedText(std::string_view title, std::string_view heading, std::string_view text) {
  std::string all;
  for (const std::string_view part : {title, heading, text}) {
    if (part.empty()) continue;
    if (!all.empty()) all += '\n';
    all += part;
  }
  return all;
}

Value VectorValue(std::span<const float> vector) {
  List list;
  list.reserve(vector.size());
  for (const float component : vector) list.emplace_back(double{component});
  return Value(std::move(list));
}

Status EmbedDocuments(const Embedder& embedder, std::span<PreparedDocument* const> documents,
                      const Interrupt* interrupt) {
  std::vector<PreparedChunk*> chunks;
  std::vector<std::string> texts;
  for (PreparedDocument* document : documents) {
    for (PreparedChunk& prepared : document->chunks) {
      if (!prepared.vector.empty()) continue;
      chunks.push_back(&prepared);
      texts.push_back(
          EmbeddedText(document->title, prepared.chunk.heading, prepared.chunk.text.text()));
    }
  }
  const size_t dimension = embedder.model().dimension;
  std::vector<float> vectors(texts.size() * dimension);
  EmbedOptions options;
  options.interrupt = interrupt;
  KITH_RETURN_IF_ERROR(embedder.Embed(Views(texts), vectors.data(), options));
  for (size_t i = 0; i < chunks.size(); ++i) {
    const float* from = vectors.data() + i * dimension;
    chunks[i]->vector.assign(from, from + dimension);
  }
  return Status::Ok();
}

Result<ReembedReport> EmbedStoredChunks(const DatabaseModel& model, storage::Catalog* catalog,
                                        const GraphNames& names, storage::Transaction* transaction,
                                        const Interrupt* interrupt) {
  KITH_ASSIGN_OR_RETURN(const Embedder* const embedder, model.Open());
  KITH_ASSIGN_OR_RETURN(const std::optional<EmbeddingModel> made,
                        ReadModelRecord(&transaction->view()));
  const bool own = made && CheckSameModel(*made, embedder->model()).ok();
  GraphNames all = names;
  KITH_ASSIGN_OR_RETURN(all.embedding, catalog->PropertyFor(kVectorProperty));
  ReembedReport report;
  report.model = embedder->model().name;
  EmbedOptions options;
  options.interrupt = interrupt;
  storage::ReadView* const view = &transaction->view();
  KITH_RETURN_IF_ERROR(VisitChunks(view, all, [&](std::span<const NodeId> nodes) -> Status {
    KITH_ASSIGN_OR_RETURN(const auto chunks, ReadChunks(view, all, nodes, !own, &report.kept));
    report.embedded += chunks.size();
    return WriteVectors(*embedder, *all.embedding, chunks, options, transaction);
  }));
  KITH_RETURN_IF_ERROR(WriteModelRecord(catalog, transaction, embedder->model()));
  return report;
}

Result<std::vector<NodeId>> ChunksWithoutVector(storage::ReadView* view, const GraphNames& names,
                                                size_t* kept) {
  std::vector<NodeId> missing;
  KITH_RETURN_IF_ERROR(VisitChunks(view, names, [&](std::span<const NodeId> nodes) -> Status {
    KITH_ASSIGN_OR_RETURN(const auto chunks, ReadChunks(view, names, nodes, false, kept));
    for (const ReadChunk& chunk : chunks) missing.push_back(chunk.node);
    return Status::Ok();
  }));
  return missing;
}

Result<size_t> EmbedChunks(const Embedder& embedder, const GraphNames& names,
                           std::span<const NodeId> nodes, const EmbedOptions& options,
                           storage::Transaction* transaction) {
  size_t kept = 0;
  KITH_ASSIGN_OR_RETURN(const auto chunks,
                        ReadChunks(&transaction->view(), names, nodes, false, &kept));
  KITH_RETURN_IF_ERROR(WriteVectors(embedder, *names.embedding, chunks, options, transaction));
  return chunks.size();
}

Status RemoveStoredVectors(const GraphNames& names, storage::Transaction* transaction) {
  const auto vector = names.embedding;
  if (!vector) return Status::Ok();
  return VisitChunks(&transaction->view(), names, [&](std::span<const NodeId> nodes) {
    const storage::PropertyWrite writes[] = {{*vector, Value()}};
    for (const NodeId node : nodes) KITH_RETURN_IF_ERROR(transaction->SetProperties(node, writes));
    return Status::Ok();
  });
}

}  // namespace kith::rag
