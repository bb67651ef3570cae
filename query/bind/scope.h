// SPDX-License-Identifier: Apache-2.0
// Which names can be seen at a place of the statement. Scopes form a chain from the innermost
// outward.
//
// Thread safety: one thread at a time.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "query/bind/bound_expression.h"

namespace kith::query {

struct Scope {
  const Scope* outer = nullptr;
  /// Of a comprehension, quantifier or reduce, rather than of rows.
  bool local = false;
  std::unordered_map<std::string, bound::SlotId> names;
  /// Behind aggregation or DISTINCT: the scope before, whose names exist but must not be read here.
  const Scope* hidden = nullptr;

  const bound::SlotId* Find(const std::string& name) const {
    const auto found = names.find(name);
    return found == names.end() ? nullptr : &found->second;
  }
  /// The names of this scope alone, in alphabetical order: what * means.
  std::vector<std::string> SortedNames() const;
  /// All names that can be read here.
  std::vector<std::string_view> VisibleNames() const;
};

}  // namespace kith::query
