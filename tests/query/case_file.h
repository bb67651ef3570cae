// SPDX-License-Identifier: Apache-2.0
// The format of the text cases in tests/query/cases: what a statement must give, on paper.
//
//   # A comment. Each case begins with its name; sections begin at the margin, their lines are
//   # indented by two spaces.
//   case: a filter on a property
//   given:
//     CREATE (:Person {name: 'Ada', born: 1815}), (:Person {name: 'Alan', born: 1912})
//   parameters: {year: 1900}
//   query:
//     MATCH (p:Person) WHERE p.born < $year RETURN p.name
//   columns: p.name
//   rows:
//     'Ada'
//   effects: none
//
// `given` holds statements that end with `;` but for the last. `rows:` compares rows as a multiset,
// `rows in order:` as a sequence; cells are separated by ` | ` and written as Value::ToString
// writes them. A section without lines means no rows. `effects:` compares what the statement
// counted
// ("nodes_created 2, properties_set 1"). `error: CODE DETAIL PHASE` expects a failure, where DETAIL
// may be
// `-`; `message:` then gives a part of its text. `plan contains:` expects each line in the plan's
// text.
//
// Thread safety: plain data.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"

namespace kith::query {

struct TextCase {
  std::string file;
  int line = 0;  ///< Of its `case:`.
  std::string name;
  std::string given;
  std::string parameters;  ///< A map literal, or empty.
  std::string query;
  std::string columns;
  bool has_columns = false;
  bool has_rows = false;
  bool ordered = false;
  std::vector<std::string> rows;  ///< One text for each row.
  std::string error;              ///< Empty: must succeed.
  std::string message;
  std::string effects;
  bool has_effects = false;
  std::vector<std::string> plan;  ///< Texts that EXPLAIN must contain.
};

/// All cases of a file. InvalidArgument with file and line where it does not follow the format.
Result<std::vector<TextCase>> ReadCaseFile(const std::string& path);

}  // namespace kith::query
