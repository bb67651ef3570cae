// SPDX-License-Identifier: Apache-2.0
// The best k documents of a sum of posting lists, without looking at most of them: MaxScore (Turtle
// and Flood, "Query Evaluation: Strategies and Optimizations", 1995). Lists whose best scores
// together cannot lift a document above the k-th best so far are only probed, never walked.
//
// Thread safety: pure function over immutable lists.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/base/result.h"
#include "index/text/posting_cache.h"
#include "index/text/text_index.h"

namespace kith::index {

/// One summand. Borrowed during the call.
struct WeightedList {
  const PostingList* list = nullptr;
  double boost = 1;
};

/// Keeps the best `limit` hits: higher score first, of equal ones the smaller entity.
class TopHits {
 public:
  explicit TopHits(size_t limit) : limit_(limit) {}

  bool full() const { return hits_.size() >= limit_; }
  /// What a hit must exceed to get in; 0 while there is room.
  double threshold() const { return full() ? hits_.front().score : 0; }
  bool WouldTake(const TextHit& hit) const;
  void Add(const TextHit& hit);
  /// Best first; empties it.
  std::vector<TextHit> Take();

 private:
  size_t limit_;
  std::vector<TextHit> hits_;  ///< A heap with the worst hit in front.
};

/// Only documents for which `accept` (may be null) is true. `interrupt` may be null.
Result<std::vector<TextHit>> SumTopHits(const std::vector<WeightedList>& lists,
                                        const TextSearchOptions& options);

}  // namespace kith::index
