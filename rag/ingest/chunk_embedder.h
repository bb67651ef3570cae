// SPDX-License-Identifier: Apache-2.0
// Vectors of chunks: for documents that are about to be written, and for chunks that are there.
//
// Thread safety: functions belong to the thread of their transaction; the model's threads help.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "rag/ingest/graph_names.h"
#include "rag/ingest/prepared_document.h"
#include "rag/model/database_model.h"
#include "storage/transaction.h"

namespace kith::rag {

/// Chunks whose texts are in memory at a time; enough to keep all threads busy, and no more than
/// somebody who stops will do without.
inline constexpr size_t kChunksAtOnce = 256;

/// What the model reads of a chunk: its document's title, its heading and its text, a line each.
std::string EmbeddedText(std::string_view title, std::string_view heading, std::string_view text);

/// A list of floats; storage keeps it in four bytes each.
Value VectorValue(std::span<const float> vector);

/// Gives every chunk of the documents that has none its vector, all of them in one call of the
/// model.
Status EmbedDocuments(const Embedder& embedder, std::span<PreparedDocument* const> documents,
                      const Interrupt* interrupt);

/// What EmbedStoredChunks did.
struct ReembedReport {
  size_t embedded = 0;  ///< Chunks that got a vector.
  size_t kept = 0;      ///< Chunks that had one of this model.
  std::string model;
};

/// Makes the vectors of the database those of `model`: of all chunks, or, when the record says that
/// the present ones are its own, of those that have none. Writes the record. All in `transaction`.
Result<ReembedReport> EmbedStoredChunks(const DatabaseModel& model, storage::Catalog* catalog,
                                        const GraphNames& names, storage::Transaction* transaction,
                                        const Interrupt* interrupt);

/// The chunks that have none, in the order of their groups; counts the others. `names` has the
/// property of vectors, as in the next.
Result<std::vector<NodeId>> ChunksWithoutVector(storage::ReadView* view, const GraphNames& names,
                                                size_t* kept);

/// Gives those of `nodes` that are chunks without a vector theirs, and returns how many they were.
Result<size_t> EmbedChunks(const Embedder& embedder, const GraphNames& names,
                           std::span<const NodeId> nodes, const EmbedOptions& options,
                           storage::Transaction* transaction);

/// Takes the vectors of all chunks away.
Status RemoveStoredVectors(const GraphNames& names, storage::Transaction* transaction);

}  // namespace kith::rag
