// SPDX-License-Identifier: Apache-2.0
// Arguments that several procedures read in the same way.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/value.h"
#include "index/index_definition.h"
#include "query/procedure.h"

namespace kith::query {

/// ArgumentError at run time.
Status BadArgument(std::string message);

/// BadArgument naming the first of the leading `count` arguments that is null.
Status CheckNotNull(const ProcedureSignature& signature, std::span<const Value> arguments,
                    size_t count);

/// The entries of an options map, but for those that are null: they read as not given, so that a
/// parameter can switch an option off. No map at all, null, has none. ArgumentError for a name that
/// is not one of `known`, whatever its value, and for what is no map; `of` is whose options they
/// are: "search.hybrid".
Result<Map> GivenOptions(const Value& map, std::span<const std::string_view> known,
                         std::string_view of);

/// The components of a list of numbers.
Result<std::vector<double>> VectorArgument(const Value& list);

/// The ids of a list of nodes (or relationships, as `kind` says), ascending, without repeats; nulls
/// are left out. `what` opens the message: "option filter of a vector query".
Result<std::vector<uint64_t>> EntitiesArgument(const Value& value, index::EntityKind kind,
                                               std::string_view what);

}  // namespace kith::query
