// SPDX-License-Identifier: Apache-2.0
// The plain data of the C++ API: parameters and write statistics.
#include <fmt/format.h>

#include <algorithm>

#include "kith/connection.h"

namespace kith {

Parameters::Parameters(std::initializer_list<std::pair<std::string_view, Value>> entries) {
  for (const auto& [name, value] : entries) Set(name, value);
}

Parameters& Parameters::Set(std::string_view name, Value value) {
  const auto at = std::lower_bound(
      entries_.begin(), entries_.end(), name,
      [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
  if (at != entries_.end() && at->first == name) {
    at->second = std::move(value);
  } else {
    entries_.emplace(at, std::string(name), std::move(value));
  }
  return *this;
}

bool WriteStatistics::any() const {
  return !ToString().empty();
}

std::string WriteStatistics::ToString() const {
  std::string text;
  const auto add = [&](uint64_t count, std::string_view one, std::string_view many,
                       std::string_view done) {
    if (count == 0) return;
    text +=
        fmt::format("{}{} {} {}", text.empty() ? "" : ", ", count, count == 1 ? one : many, done);
  };
  add(nodes_created, "node", "nodes", "created");
  add(nodes_deleted, "node", "nodes", "deleted");
  add(relationships_created, "relationship", "relationships", "created");
  add(relationships_deleted, "relationship", "relationships", "deleted");
  add(properties_set, "property", "properties", "set");
  add(labels_added, "label", "labels", "added");
  add(labels_removed, "label", "labels", "removed");
  add(indexes_added, "index", "indexes", "added");
  add(indexes_removed, "index", "indexes", "removed");
  add(constraints_added, "constraint", "constraints", "added");
  add(constraints_removed, "constraint", "constraints", "removed");
  return text;
}

}  // namespace kith
