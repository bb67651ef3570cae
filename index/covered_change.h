// SPDX-License-Identifier: Apache-2.0
// A change of one entity as one index sees it.
//
// Thread safety: a plain value.
#pragma once

#include <cstdint>

#include "storage/read_view.h"

namespace kith::index {

/// A side is null when the index does not cover the entity then: it has none of the index's labels
/// or types, or is not there. Borrowed during the call.
struct CoveredChange {
  uint64_t entity = 0;  ///< Bits of the NodeId or RelId.
  const storage::PropertyList* before = nullptr;
  const storage::PropertyList* after = nullptr;
};

}  // namespace kith::index
