// SPDX-License-Identifier: Apache-2.0
// CREATE and DROP of indexes and constraints: from the syntax tree to the index manager.
//
// Thread safety: functions; may be called from any thread, outside transactions.
#pragma once

#include <cstdint>

#include "engine/base/interrupt.h"
#include "engine/base/result.h"
#include "query/parse/ast.h"

namespace kith::index {
class IndexManager;
}

namespace kith::query {

/// How many of each a statement made or removed: 0 or 1.
struct SchemaOutcome {
  uint64_t indexes_added = 0;
  uint64_t indexes_removed = 0;
  uint64_t constraints_added = 0;
  uint64_t constraints_removed = 0;
};

/// Runs a schema statement; another kind is Internal. Errors of the index manager, and Unsupported
/// for kinds of index and constraint that this version does not have, naming what serves instead.
/// `interrupt` may be null; it stops the building of an index, which then does not exist.
Result<SchemaOutcome> RunSchemaStatement(const ast::Statement& statement,
                                         index::IndexManager& indexes, const Interrupt* interrupt);

/// What can be said of a schema statement without running it: the same Unsupported errors.
Status CheckSchemaStatement(const ast::Statement& statement);

}  // namespace kith::query
