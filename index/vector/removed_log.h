// SPDX-License-Identifier: Apache-2.0
// Which vectors of an index were removed lately, in order: what one view has removed and an older
// one has not is found here, without reading all markers again.
//
// A removal is noted when it is written, whatever becomes of its transaction. That is safe, because
// the fingerprint of a view is the sum of the nonces that it has removed (vector_keys.h): versions
// that were noted in a row lie between two views exactly when their nonces are what the
// fingerprints differ in. When a transaction fails, or several write at once, no row of notes fits,
// and the view is read whole.
//
// Thread safety: belongs to the owner's lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "index/vector/vector_keys.h"

namespace kith::index {

class RemovedLog {
 public:
  /// The oldest is forgotten when there are many.
  void Note(const VectorVersion& version);
  /// What the view with the fingerprint `newer` has removed and the one with `older` has not;
  /// nullopt when that is not known.
  std::optional<std::vector<VectorVersion>> Between(int64_t older, int64_t newer) const;
  /// A view with this fingerprint was read whole: what is noted from now on follows it.
  void Restart(int64_t fingerprint);

 private:
  struct Entry {
    VectorVersion version;
    uint64_t fingerprint = 0;  ///< With this version removed.
  };

  /// How many entries have been noted at that fingerprint; nullopt when it is not here.
  std::optional<size_t> PositionOf(int64_t fingerprint) const;

  uint64_t start_ = 0;  ///< The fingerprint before the first entry: none is removed at first.
  std::deque<Entry> entries_;
};

}  // namespace kith::index
