// SPDX-License-Identifier: Apache-2.0
// See chunk_embedder.h.
#include "rag/ingest/chunk_embedder.h"

#include <algorithm>

#include "rag/column_values.h"
#include "rag/model/model_record.h"
#include "storage/catalog.h"

namespace kith::rag {
namespace {

// Chunks whose texts are in memory at a time; enough to keep all threads busy.
constexpr size_t kChunksAtOnce = 512;

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

// The re-embedding of one database.
class Reembedding {
 public:
  Reembedding(const Embedder& embedder, const GraphNames& names, PropertyId vector, bool replace,
              storage::Transaction* transaction, const Interrupt* interrupt)
      : embedder_(embedder),
        names_(names),
        vector_(vector),
        replace_(replace),
        transaction_(*transaction),
        interrupt_(interrupt) {}

  Status Run(ReembedReport* report) {
    return VisitChunks(&transaction_.view(), names_,
                       [&](std::span<const NodeId> nodes) { return Embed(nodes, report); });
  }

 private:
  Status Embed(std::span<const NodeId> nodes, ReembedReport* report) {
    const PropertyId properties[] = {names_.title, names_.heading, names_.text, vector_};
    std::vector<storage::Column> columns;
    KITH_RETURN_IF_ERROR(transaction_.view().GatherMany(nodes, properties, &columns));
    std::vector<NodeId> chosen;
    std::vector<std::string> texts;
    for (size_t i = 0; i < nodes.size(); ++i) {
      // A node of this label without a text is the user's own.
      if (!columns[2].At(i).IsString()) continue;
      if (!replace_ && columns[3].At(i).IsList()) {
        ++report->kept;
        continue;
      }
      chosen.push_back(nodes[i]);
      texts.push_back(
          EmbeddedText(StringAt(columns[0], i), StringAt(columns[1], i), StringAt(columns[2], i)));
    }
    const size_t dimension = embedder_.model().dimension;
    std::vector<float> vectors(texts.size() * dimension);
    EmbedOptions options;
    options.interrupt = interrupt_;
    KITH_RETURN_IF_ERROR(embedder_.Embed(Views(texts), vectors.data(), options));
    for (size_t i = 0; i < chosen.size(); ++i) {
      const auto vector = std::span<const float>(vectors).subspan(i * dimension, dimension);
      const storage::PropertyWrite writes[] = {{vector_, VectorValue(vector)}};
      KITH_RETURN_IF_ERROR(transaction_.SetProperties(chosen[i], writes));
    }
    report->embedded += chosen.size();
    return Status::Ok();
  }

  const Embedder& embedder_;
  const GraphNames& names_;
  PropertyId vector_;
  bool replace_;
  storage::Transaction& transaction_;
  const Interrupt* interrupt_;
};

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
  KITH_ASSIGN_OR_RETURN(const PropertyId vector, catalog->PropertyFor(kVectorProperty));
  ReembedReport report;
  report.model = embedder->model().name;
  KITH_RETURN_IF_ERROR(
      Reembedding(*embedder, names, vector, !own, transaction, interrupt).Run(&report));
  KITH_RETURN_IF_ERROR(WriteModelRecord(catalog, transaction, embedder->model()));
  return report;
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
