// SPDX-License-Identifier: Apache-2.0
// Values as JSON. Nodes are {"id", "labels", "properties"}, relationships {"id", "type", "start",
// "end", "properties"}, paths {"nodes", "relationships"}; temporal values are their canonical text;
// NaN and the infinities, which JSON lacks, are the texts "NaN", "Infinity", "-Infinity".
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/value.h"

namespace kith::shell {

void AppendJsonString(std::string_view text, std::string* out);
void AppendJson(const Value& value, std::string* out);

}  // namespace kith::shell
