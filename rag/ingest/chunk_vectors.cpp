// SPDX-License-Identifier: Apache-2.0
// See chunk_vectors.h.
#include "rag/ingest/chunk_vectors.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "index/index_manager.h"
#include "rag/ingest/chunk_embedder.h"
#include "rag/model/model_record.h"

namespace kith::rag {
namespace {

Result<bool> EnsureIndexFor(const ChunkVectors& vectors, const Embedder& embedder) {
  return EnsureVectorIndex(vectors.indexes, *vectors.names,
                           static_cast<uint32_t>(embedder.model().dimension));
}

/// Whether the vectors that are there have to go before the model's come. The error of
/// CheckVectorIndex where those have other dimensions: what is refused takes no vectors away.
Result<bool> MustGo(const ChunkVectors& vectors, const EmbeddingModel& model, OldVectors old) {
  KITH_ASSIGN_OR_RETURN(const auto transaction,
                        vectors.store->Begin(storage::TransactionMode::kRead));
  KITH_ASSIGN_OR_RETURN(const std::optional<EmbeddingModel> made,
                        ReadModelRecord(&transaction->view()));
  if (!made || made->dimension == model.dimension) {
    return old == OldVectors::kRemove && !(made && CheckSameModel(*made, model).ok());
  }
  KITH_RETURN_IF_ERROR(CheckVectorIndex(&transaction->view(), vectors.indexes, *vectors.names,
                                        static_cast<uint32_t>(model.dimension)));
  return true;
}

/// The record names the new model at once: what is left is a database of that model whose chunks
/// have no vectors yet.
Status RemoveVectors(const ChunkVectors& vectors, const EmbeddingModel& model) {
  KITH_ASSIGN_OR_RETURN(const auto transaction,
                        vectors.store->Begin(storage::TransactionMode::kWrite));
  KITH_RETURN_IF_ERROR(RemoveStoredVectors(*vectors.names, transaction.get()));
  KITH_RETURN_IF_ERROR(WriteModelRecord(&vectors.store->catalog(), transaction.get(), model));
  return transaction->Commit();
}

/// Another connection may have begun with another model between two transactions of this one.
Status CheckStillOfModel(storage::ReadView* view, const EmbeddingModel& model) {
  KITH_ASSIGN_OR_RETURN(const std::optional<EmbeddingModel> made, ReadModelRecord(view));
  return made ? CheckSameModel(*made, model) : Status::Ok();
}

/// The vectors of some chunks, in a transaction of their own. Of those that others have deleted or
/// changed meanwhile nothing is written that is not there.
Status EmbedInTransaction(const ChunkVectors& vectors, const Embedder& embedder,
                          std::span<const NodeId> chunks, const EmbedOptions& options,
                          std::mutex* write_lock, size_t* embedded) {
  // Conflicts come from other writers of the same database.
  constexpr int kMaxAttempts = 16;
  Status status;
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    const std::lock_guard lock(*write_lock);
    KITH_ASSIGN_OR_RETURN(const auto transaction,
                          vectors.store->Begin(storage::TransactionMode::kWrite));
    KITH_RETURN_IF_ERROR(CheckStillOfModel(&transaction->view(), embedder.model()));
    const auto written = EmbedChunks(embedder, *vectors.names, chunks, options, transaction.get());
    status = written.ok() ? transaction->Commit() : written.status();
    if (status.ok()) *embedded += *written;
    if (!status.IsRetryable()) break;
  }
  return status;
}

}  // namespace

Result<bool> EnsureVectorsOfModel(const ChunkVectors& vectors) {
  const Embedder* embedder = nullptr;
  {
    KITH_ASSIGN_OR_RETURN(const auto transaction,
                          vectors.store->Begin(storage::TransactionMode::kRead));
    KITH_ASSIGN_OR_RETURN(embedder, vectors.model->OpenForVectorsOf(&transaction->view()));
  }
  return EnsureIndexFor(vectors, *embedder);
}

Result<bool> EnsureVectorsOfNewModel(const ChunkVectors& vectors, OldVectors old) {
  KITH_ASSIGN_OR_RETURN(const Embedder* const embedder, vectors.model->Open());
  KITH_ASSIGN_OR_RETURN(const bool must_go, MustGo(vectors, embedder->model(), old));
  if (must_go) KITH_RETURN_IF_ERROR(RemoveVectors(vectors, embedder->model()));
  return EnsureIndexFor(vectors, *embedder);
}

Result<ReembedReport> EmbedMissing(const ChunkVectors& vectors, std::mutex* write_lock,
                                   const EmbedAllOptions& options) {
  KITH_ASSIGN_OR_RETURN(const Embedder* const embedder, vectors.model->Open());
  ReembedReport report;
  report.model = embedder->model().name;
  std::vector<NodeId> missing;
  {
    KITH_ASSIGN_OR_RETURN(const auto transaction,
                          vectors.store->Begin(storage::TransactionMode::kRead));
    KITH_ASSIGN_OR_RETURN(missing,
                          ChunksWithoutVector(&transaction->view(), *vectors.names, &report.kept));
  }
  const std::span<const NodeId> chunks = missing;
  bool stopped = false;
  for (size_t first = 0; first < chunks.size(); first += kChunksAtOnce) {
    EmbedOptions embed;
    embed.interrupt = options.interrupt;
    embed.progress = [&](const EmbedProgress& at) {
      stopped = options.progress && !options.progress({first + at.texts_done, chunks.size()});
      return !stopped;
    };
    const auto some = chunks.subspan(first, std::min(kChunksAtOnce, chunks.size() - first));
    KITH_RETURN_IF_ERROR(
        EmbedInTransaction(vectors, *embedder, some, embed, write_lock, &report.embedded));
    // The last report of a call comes too late to stop that.
    if (stopped) return Status(StatusCode::kCancelled, "embedding was cancelled");
  }
  return report;
}

}  // namespace kith::rag
