// SPDX-License-Identifier: Apache-2.0
// Query errors of the C++ API: line, column and caret as query/parse renders them.
#include "query/parse/error_text.h"

#include <algorithm>

#include "kith/connection.h"

namespace kith {

LineColumn LocateOffset(std::string_view text, size_t offset) {
  const query::TextPosition place =
      query::LocateOffset(text, static_cast<uint32_t>(std::min<size_t>(offset, UINT32_MAX)));
  return {place.line, place.column};
}

std::string DescribeError(const Status& status, std::string_view statement) {
  return query::RenderError(status, statement);
}

}  // namespace kith
