// SPDX-License-Identifier: Apache-2.0
// What the checks of all kinds of indexes share: walking the entries of an index, and asking what
// the graph has of the entities that they name.
//
// Thread safety: functions belong to the thread of the view.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "index/index_definition.h"
#include "storage/check_report.h"
#include "storage/key_space.h"
#include "storage/read_view.h"

namespace kith::index {

/// "index 'people', node 17".
std::string EntityWhere(const IndexDefinition& index, uint64_t entity);
/// "index 'people'".
std::string IndexWhere(const IndexDefinition& index);

/// All properties of each entity; nullopt where it does not exist or the index does not cover it.
Result<std::vector<std::optional<storage::PropertyList>>> CoveredProperties(
    storage::ReadView* view, const IndexDefinition& index, std::span<const uint64_t> entities);

using KeyEntries = std::vector<std::pair<std::string, std::string>>;
/// Gives the entries that begin with `prefix` to `visit`, in order, a thousand at a time; `visit`
/// may read.
Status VisitEntries(storage::ReadView* view, storage::KeySpace space, const std::string& prefix,
                    const std::function<Status(const KeyEntries&)>& visit);

/// A counter of the index against what was counted.
Status CheckCounter(storage::ReadView* view, const IndexDefinition& index, std::string_view noun,
                    const std::string& key, uint64_t counted, storage::CheckReport* report);

}  // namespace kith::index
