// SPDX-License-Identifier: Apache-2.0
// What parts of a statement read and write, to decide where an Eager must stand: each clause sees
// the graph as all clauses before it have left it, for all rows, although rows flow in batches.
//
// Thread safety: plain data.
#pragma once

#include <set>
#include <string>

#include "query/plan/logical_plan.h"

namespace kith::query::plan {

/// Names of one kind; `all` stands for any name.
struct NameSet {
  bool all = false;
  std::set<std::string> names;

  bool IsEmpty() const { return !all && names.empty(); }
  bool Meets(const NameSet& other) const;
  void Add(const NameSet& other);
};

struct Effects {
  // Reads
  NameSet scanned_labels;  ///< `all`: nodes are scanned whatever their labels.
  NameSet tested_labels;   ///< Labels of known nodes are looked at.
  NameSet read_properties;
  NameSet expanded_types;
  // Writes
  bool creates_nodes = false;
  NameSet created_labels;
  NameSet created_types;
  NameSet set_properties;
  NameSet changed_labels;
  bool deletes = false;
  /// Calls rand() or its like: what comes of it is another thing each time.
  bool is_volatile = false;

  bool ReadsAny() const;
  bool WritesAny() const;
  void Add(const Effects& other);
  /// Why a write of `writer` could change what `this` reads; empty when it cannot.
  std::string ConflictWith(const Effects& writer) const;
};

void AddExpressionEffects(const Expression* expression, Effects* effects);
/// Whether the same row and graph may give another value the next time. Such a predicate is to be
/// evaluated once for each match, neither more often nor for several of them.
bool IsVolatile(const Expression& expression);
/// Of finding the matches of a MATCH, without its SEARCH.
Effects EffectsOfMatching(const bound::Match& match);
Effects EffectsOf(const bound::Clause& clause);
Effects EffectsOf(const bound::Query& query);

}  // namespace kith::query::plan
