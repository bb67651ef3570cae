// SPDX-License-Identifier: Apache-2.0
// Ordered bytes for the folders above storage: property, text and vector indexes, schema records,
// whatever belongs to a transaction but is not a node or relationship. A key space is one of a
// fixed set; in it keys are opaque and ordered by memcmp. Writes are part of the transaction and
// are seen by its own reads at once.
//
// Thread safety: a reader or writer belongs to the view or transaction that it came from.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace kith::storage {

/// Column families. Values are stored: never renumbered.
enum class KeySpace : uint8_t {
  kSchema = 1,    ///< Index and constraint definitions.
  kProperty = 2,  ///< Entries of composite property indexes.
  kText = 3,      ///< Postings and document entries of text indexes.
  kCounter = 4,   ///< 64-bit counters that only Add writes.
  kVector = 5,    ///< Vectors and graph segments of vector indexes.
};

class KeySpaceReader {
 public:
  virtual ~KeySpaceReader() = default;

  /// The value of a key; nullopt when there is none.
  virtual Result<std::optional<std::string>> Get(KeySpace space, std::string_view key) = 0;

  /// Visits entries with lower <= key < upper in order (an empty `upper` means no bound) until
  /// `visit` returns false. The views passed to `visit` are valid during that call only, and
  /// `visit` must not write. One call for a range, never one for each row.
  using Visitor = std::function<bool(std::string_view key, std::string_view value)>;
  virtual Status Scan(KeySpace space, std::string_view lower, std::string_view upper,
                      const Visitor& visit) = 0;

  /// The same from the greatest key downwards.
  virtual Status ScanBackwards(KeySpace space, std::string_view lower, std::string_view upper,
                               const Visitor& visit) = 0;

  /// The value of a counter; 0 when nobody has added to it.
  virtual Result<int64_t> Counter(std::string_view key) = 0;
};

class KeySpaceWriter : public KeySpaceReader {
 public:
  virtual Status Put(KeySpace space, std::string_view key, std::string_view value) = 0;
  virtual Status Delete(KeySpace space, std::string_view key) = 0;
  /// Adds to a counter; concurrent additions never conflict.
  virtual Status Add(std::string_view counter, int64_t delta) = 0;
  /// Makes this transaction fail with Conflict when another one that locked the same bytes commits
  /// between this one's snapshot and its commit. For unique keys: lock (index, encoded values).
  virtual Status Lock(std::string_view bytes) = 0;
};

}  // namespace kith::storage
