// SPDX-License-Identifier: Apache-2.0
// What walks through a graph keep: the nearest rows met, and those still to be gone on from.
//
// Thread safety: belongs to the thread of the walk.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <queue>
#include <utility>
#include <vector>

namespace kith::index {

/// A row of a segment and its distance from what is looked for.
struct Neighbour {
  float distance = 0;
  uint32_t row = 0;

  bool operator<(const Neighbour& other) const {
    return distance != other.distance ? distance < other.distance : row < other.row;
  }
};

/// The nearest so many (at least one) of what is offered, in a heap with the farthest on top.
class Nearest {
 public:
  explicit Nearest(size_t most) : most_(most) { kept_.reserve(most + 1); }

  bool full() const { return kept_.size() >= most_; }
  size_t size() const { return kept_.size(); }
  bool Takes(const Neighbour& candidate) const { return !full() || candidate < kept_.front(); }
  void Add(const Neighbour& candidate) {
    kept_.push_back(candidate);
    std::push_heap(kept_.begin(), kept_.end());
    if (kept_.size() <= most_) return;
    std::pop_heap(kept_.begin(), kept_.end());
    kept_.pop_back();
  }
  /// The distance of the farthest one kept; there is one.
  float worst() const { return kept_.front().distance; }
  /// The nearest `limit`, nearest first.
  std::vector<Neighbour> Take(size_t limit) {
    std::sort_heap(kept_.begin(), kept_.end());
    kept_.resize(std::min(limit, kept_.size()));
    return std::move(kept_);
  }

 private:
  size_t most_;
  std::vector<Neighbour> kept_;
};

struct Farther {
  bool operator()(const Neighbour& a, const Neighbour& b) const { return b < a; }
};

/// Rows whose links are still to be followed, the nearest on top.
using Frontier = std::priority_queue<Neighbour, std::vector<Neighbour>, Farther>;

}  // namespace kith::index
