// SPDX-License-Identifier: Apache-2.0
// What the checks of all kinds of indexes share.
#include "index/check_entries.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/key_codec.h"

namespace kith::index {
namespace {

using storage::PropertyList;
using storage::ReadView;

constexpr size_t kEntriesAtOnce = 1'000;
// Values of an entry may be long: what is held at once ends here, too.
constexpr size_t kBytesAtOnce = size_t{4} << 20;

template <typename Id>
std::vector<Id> IdsOf(std::span<const uint64_t> entities) {
  std::vector<Id> ids;
  ids.reserve(entities.size());
  for (const uint64_t entity : entities) ids.emplace_back(entity);
  return ids;
}

}  // namespace

std::string IndexWhere(const IndexDefinition& index) {
  return fmt::format("index '{}'", index.name);
}

std::string EntityWhere(const IndexDefinition& index, uint64_t entity) {
  const bool node = index.entity == EntityKind::kNode;
  return fmt::format("{}, {} {}", IndexWhere(index), node ? "node" : "relationship", entity);
}

Result<std::vector<std::optional<PropertyList>>> CoveredProperties(
    ReadView* view, const IndexDefinition& index, std::span<const uint64_t> entities) {
  std::vector<PropertyList> lists;
  std::vector<bool> covered;
  if (index.entity == EntityKind::kNode) {
    const auto nodes = IdsOf<NodeId>(entities);
    std::vector<std::vector<LabelId>> labels;
    KITH_RETURN_IF_ERROR(view->Labels(nodes, &labels));
    for (const std::vector<LabelId>& some : labels) {
      covered.push_back(std::find_first_of(some.begin(), some.end(), index.label_ids.begin(),
                                           index.label_ids.end()) != some.end());
    }
    KITH_RETURN_IF_ERROR(view->Properties(nodes, &lists));
  } else {
    const auto relationships = IdsOf<RelId>(entities);
    std::vector<storage::Endpoints> ends;
    KITH_RETURN_IF_ERROR(view->EndpointsOf(relationships, &ends));
    for (const storage::Endpoints& end : ends) {
      covered.push_back(end.exists &&
                        std::count(index.type_ids.begin(), index.type_ids.end(), end.type) != 0);
    }
    KITH_RETURN_IF_ERROR(view->Properties(relationships, &lists));
  }
  std::vector<std::optional<PropertyList>> properties(entities.size());
  for (size_t i = 0; i < entities.size(); ++i) {
    if (covered[i]) properties[i] = std::move(lists[i]);
  }
  return properties;
}

Status VisitEntries(ReadView* view, storage::KeySpace space, const std::string& prefix,
                    const std::function<Status(const KeyEntries&)>& visit) {
  const std::string upper = PrefixSuccessor(prefix);
  std::string lower = prefix;
  for (bool more = true; more;) {
    KeyEntries entries;
    size_t bytes = 0;
    more = false;
    KITH_RETURN_IF_ERROR(
        view->keys().Scan(space, lower, upper, [&](std::string_view key, std::string_view value) {
          more = entries.size() >= kEntriesAtOnce || bytes >= kBytesAtOnce;
          if (more) return false;
          entries.emplace_back(key, value);
          bytes += key.size() + value.size();
          return true;
        }));
    if (entries.empty()) return Status::Ok();
    lower = entries.back().first + '\0';
    KITH_RETURN_IF_ERROR(visit(entries));
  }
  return Status::Ok();
}

Status CheckCounter(ReadView* view, const IndexDefinition& index, std::string_view noun,
                    const std::string& key, uint64_t counted, storage::CheckReport* report) {
  KITH_ASSIGN_OR_RETURN(const int64_t stored, view->keys().Counter(key));
  return report->Expect("counter is wrong", fmt::format("{}, {}", IndexWhere(index), noun), counted,
                        static_cast<uint64_t>(stored));
}

}  // namespace kith::index
