// SPDX-License-Identifier: Apache-2.0
// Reading composite property indexes: equality on the first properties, then on the next one a
// range, a string prefix, a list of values, or nothing. Results come in blocks of ids, in key order
// (Order of the values) or backwards.
//
// The answers are exact: what comes out is what the predicates `p = v`, `p < v`, `p STARTS WITH s`,
// `p IN list` hold for; nothing has to be filtered again. An index holds the entities that have its
// label or type and all its properties. Entries are the graph's own as of the view, the
// transaction's writes included.
//
// Thread safety: a cursor belongs to the thread of its view.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/base/value.h"
#include "index/index_definition.h"
#include "storage/key_space.h"

namespace kith::index {

struct KeyBound {
  Value value;
  bool inclusive = true;
};

/// What to look for. At most one of (lower, upper), prefix and in is used; they are about the
/// property after the `equal` ones.
struct PropertySeek {
  std::vector<Value> equal;  ///< Values of the first properties; may be empty, or all.
  std::optional<KeyBound> lower;
  std::optional<KeyBound> upper;
  std::optional<std::string> prefix;     ///< STARTS WITH.
  std::optional<std::vector<Value>> in;  ///< Any of these; repeats and nulls are harmless.
  bool backward = false;
};

class PropertyCursor {
 public:
  /// Opens a cursor; `reader` is borrowed and must outlive it, `definition` is only read here. A
  /// null, NaN or incomparable operand finds nothing. InvalidArgument when the seek names more
  /// properties than the index has, or more than one kind of condition.
  static Result<std::unique_ptr<PropertyCursor>> Open(storage::KeySpaceReader* reader,
                                                      const IndexDefinition& definition,
                                                      const PropertySeek& seek);
  ~PropertyCursor();
  PropertyCursor(const PropertyCursor&) = delete;
  PropertyCursor& operator=(const PropertyCursor&) = delete;

  /// Replaces *ids with the next at most `limit` (> 0) entities; none means the end. For an index
  /// on nodes; writes of the transaction between two calls are seen by the second.
  Status Next(size_t limit, std::vector<NodeId>* ids);
  /// The same for an index on relationships.
  Status Next(size_t limit, std::vector<RelId>* ids);

 private:
  struct State;
  explicit PropertyCursor(std::unique_ptr<State> state);
  Status Fill(size_t limit);
  std::unique_ptr<State> state_;
};

/// How many entities a seek finds, for planning: exact up to `exact_limit` entries, above it a
/// guess (numbers by their place between the least and the greatest key). Reads at most about that
/// many entries.
Result<double> EstimateSeek(storage::KeySpaceReader* reader, const IndexDefinition& definition,
                            const PropertySeek& seek, size_t exact_limit = 128);

/// Entries in the index.
Result<uint64_t> CountEntries(storage::KeySpaceReader* reader, const IndexDefinition& definition);

/// Entities that share their values of the first `properties` properties, on average, from a sample
/// of the index: for `n.p = $x` when $x is not known yet. At least 1.
Result<double> EstimateRowsPerKey(storage::KeySpaceReader* reader,
                                  const IndexDefinition& definition, size_t properties);

}  // namespace kith::index
