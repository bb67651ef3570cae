// SPDX-License-Identifier: Apache-2.0
// A grammar (GBNF) of the JSON texts that a JSON Schema describes, for models whose answer a
// program reads.
//
// Thread safety: pure function.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace kith::rag {

/// `schema` is JSON: type (one or a list), properties with required, items with minItems and
/// maxItems, minLength and maxLength, enum, const, anyOf and oneOf, $ref into $defs or definitions.
/// Objects have their properties in the schema's order, and no others. InvalidArgument when it is
/// no schema, or says something else that a grammar would pass over in silence.
Result<std::string> GrammarOfJsonSchema(std::string_view schema);

}  // namespace kith::rag
