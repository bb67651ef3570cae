// SPDX-License-Identifier: Apache-2.0
// See scope.h.
#include "query/bind/scope.h"

#include <algorithm>

namespace kith::query {

std::vector<std::string> Scope::SortedNames() const {
  std::vector<std::string> sorted;
  sorted.reserve(names.size());
  for (const auto& [name, slot] : names) sorted.push_back(name);
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

std::vector<std::string_view> Scope::VisibleNames() const {
  std::vector<std::string_view> visible;
  for (const Scope* scope = this; scope != nullptr; scope = scope->outer) {
    for (const auto& [name, slot] : scope->names) visible.push_back(name);
  }
  std::sort(visible.begin(), visible.end());
  return visible;
}

}  // namespace kith::query
