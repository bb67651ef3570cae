// SPDX-License-Identifier: Apache-2.0
// Which model made the vectors of a database: a node (:EmbeddingModel {name, checksum, dimension,
// pooling, normalised}), written in the transaction of the first vectors, so that both are there or
// neither.
//
// Thread safety: that of the view or the transaction.
#pragma once

#include <optional>
#include <string>

#include "engine/base/result.h"
#include "rag/model/embedder.h"
#include "storage/read_view.h"
#include "storage/transaction.h"

namespace kith::rag {

/// nullopt when no vectors were made.
Result<std::optional<EmbeddingModel>> ReadModelRecord(storage::ReadView* view);

/// Writes the record, or changes the one that is there. `catalog` numbers its names.
Status WriteModelRecord(storage::Catalog* catalog, storage::Transaction* transaction,
                        const EmbeddingModel& model);

/// InvalidArgument, naming both and what to do, when vectors of `made` and of `given` must not be
/// compared. Another name of the same files is no other model.
Status CheckSameModel(const EmbeddingModel& made, const EmbeddingModel& given);

}  // namespace kith::rag
