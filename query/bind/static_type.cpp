// SPDX-License-Identifier: Apache-2.0
// See static_type.h.
#include "query/bind/static_type.h"

namespace kith::query {

StaticType operator|(const StaticType& a, const StaticType& b) {
  StaticType joined;
  joined.types = a.types | b.types;
  const bool a_list = a.types.Contains(ValueType::kList);
  const bool b_list = b.types.Contains(ValueType::kList);
  if (a_list && b_list) joined.elements = a.elements | b.elements;
  if (a_list != b_list) joined.elements = a_list ? a.elements : b.elements;
  return joined;
}

}  // namespace kith::query
