// SPDX-License-Identifier: Apache-2.0
// Values of a gathered column as what the document graph keeps there. Nothing fails on a value that
// a user has changed to another type: it counts as absent.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "storage/read_view.h"

namespace kith::rag {

/// The string at row `i`; empty for anything else.
std::string StringAt(const storage::Column& column, size_t i);

/// The integer at row `i`; 0 for anything else.
uint64_t NumberAt(const storage::Column& column, size_t i);

}  // namespace kith::rag
