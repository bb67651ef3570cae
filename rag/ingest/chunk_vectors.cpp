// SPDX-License-Identifier: Apache-2.0
// See chunk_vectors.h.
#include "rag/ingest/chunk_vectors.h"

#include <optional>

#include "index/index_manager.h"
#include "rag/ingest/chunk_embedder.h"
#include "rag/model/model_record.h"

namespace kith::rag {
namespace {

Result<bool> EnsureIndexFor(const ChunkVectors& vectors, const Embedder& embedder) {
  return EnsureVectorIndex(vectors.indexes, *vectors.names,
                           static_cast<uint32_t>(embedder.model().dimension));
}

/// Whether the vectors that are there have other dimensions than the model's. The error of
/// CheckVectorIndex then: what is refused takes no vectors away.
Result<bool> HasOtherDimensions(const ChunkVectors& vectors, const EmbeddingModel& model) {
  KITH_ASSIGN_OR_RETURN(const auto transaction,
                        vectors.store->Begin(storage::TransactionMode::kRead));
  KITH_ASSIGN_OR_RETURN(const std::optional<EmbeddingModel> made,
                        ReadModelRecord(&transaction->view()));
  if (!made || made->dimension == model.dimension) return false;
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

Result<bool> EnsureVectorsOfNewModel(const ChunkVectors& vectors) {
  KITH_ASSIGN_OR_RETURN(const Embedder* const embedder, vectors.model->Open());
  KITH_ASSIGN_OR_RETURN(const bool differ, HasOtherDimensions(vectors, embedder->model()));
  if (differ) KITH_RETURN_IF_ERROR(RemoveVectors(vectors, embedder->model()));
  return EnsureIndexFor(vectors, *embedder);
}

}  // namespace kith::rag
