// SPDX-License-Identifier: Apache-2.0
// The plain data of the read interface.
#include "storage/read_view.h"

#include <bit>

namespace kith::storage {

uint32_t SlotBitmap::Count() const {
  uint32_t count = 0;
  for (const uint64_t word : words) count += static_cast<uint32_t>(std::popcount(word));
  return count;
}

Value Column::At(size_t i) const {
  if (kind == Kind::kAllNull || valid[i] == 0) return Value();
  switch (kind) {
    case Kind::kBoolean: return Value(booleans[i] != 0);
    case Kind::kInteger: return Value(integers[i]);
    case Kind::kFloat: return Value(floats[i]);
    case Kind::kString: return dictionary[codes[i]];
    default: return values[i];
  }
}

}  // namespace kith::storage
