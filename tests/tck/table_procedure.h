// SPDX-License-Identifier: Apache-2.0
// A procedure that a TCK case declares by a signature and a table of facts: calling it returns the
// outputs of the rows whose inputs equal the arguments, in the table's order.
//
// Thread safety: as query::Procedure; the table is immutable.
#pragma once

#include <memory>
#include <string_view>

#include "engine/base/result.h"
#include "query/procedure.h"
#include "tests/tck/gherkin.h"

namespace kith::tck {

/// `signature`: "name.space.proc(in :: TYPE?, ...) :: (out :: TYPE?, ...)", an ending colon
/// allowed. InvalidArgument when it or the table cannot be read.
Result<std::unique_ptr<query::Procedure>> MakeTableProcedure(std::string_view signature,
                                                             const Table& table);

}  // namespace kith::tck
