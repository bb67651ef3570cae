// SPDX-License-Identifier: Apache-2.0
// How sets of types are named in messages.
#include "query/function/type_set.h"

#include <string_view>
#include <vector>

namespace kith::query {

std::string TypeSet::ToString() const {
  if (IsAny()) return "Any";
  if (*this == kNullType) return "Null";
  std::vector<std::string_view> names;
  for (unsigned type = 1; type < 16; ++type) {
    if (Contains(static_cast<ValueType>(type))) {
      names.push_back(ValueTypeName(static_cast<ValueType>(type)));
    }
  }
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace kith::query
