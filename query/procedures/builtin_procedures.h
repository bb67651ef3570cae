// SPDX-License-Identifier: Apache-2.0
// The procedures that describe a database: db.labels, db.relationshipTypes, db.propertyKeys,
// db.schema.overview, dbms.components.
//
// Thread safety: functions without state.
#pragma once

#include "query/procedure.h"

namespace kith::query {

/// Registers those whose names are free.
void RegisterBuiltinProcedures(ProcedureRegistry* registry);

}  // namespace kith::query
