// SPDX-License-Identifier: Apache-2.0
// See column_values.h.
#include "rag/column_values.h"

namespace kith::rag {

std::string StringAt(const storage::Column& column, size_t i) {
  const Value value = column.At(i);
  return value.IsString() ? std::string(value.AsString()) : std::string();
}

uint64_t NumberAt(const storage::Column& column, size_t i) {
  const Value value = column.At(i);
  return value.IsInteger() ? static_cast<uint64_t>(value.AsInteger()) : 0;
}

}  // namespace kith::rag
