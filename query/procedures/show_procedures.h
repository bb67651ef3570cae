// SPDX-License-Identifier: Apache-2.0
// What SHOW INDEXES, CONSTRAINTS, FUNCTIONS and PROCEDURES read: the binder turns them into calls
// of kith.show.indexes and so on. Columns are named as in Neo4j.
//
// Thread safety: as Procedure.
#pragma once

#include "query/procedure.h"

namespace kith::index {
class IndexManager;
}

namespace kith::query {

class FunctionRegistry;

/// Registers the four with `procedures`. All arguments are borrowed and must outlive the registry;
/// `indexes` may be null: then there are none to show.
Status RegisterShowProcedures(const index::IndexManager* indexes, const FunctionRegistry& functions,
                              ProcedureRegistry* procedures);

}  // namespace kith::query
