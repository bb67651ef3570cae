// SPDX-License-Identifier: Apache-2.0
// Walking the graph of a segment.
#include "index/vector/graph_walk.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace kith::index {
namespace {

// Distances between two looks at the interrupt.
constexpr size_t kInterruptStep = 4096;
class Walk {
 public:
  Walk(const Segment& segment, const QueryDistance& query, const SegmentSearch& search)
      : segment_(segment),
        query_(query),
        search_(search),
        seen_(segment.rows()),
        found_(std::max(search.breadth, search.limit)) {}

  // False when it gave up: what passes is so rare here that comparing every row costs less.
  Result<bool> Run() {
    Offer(Descend());
    size_t next_look = kInterruptStep;
    // A walk without a filter never sees so many rows.
    const size_t give_up = std::max<size_t>(32 * search_.breadth, segment_.rows() / 4);
    while (!frontier_.empty()) {
      const Neighbour nearest = frontier_.top();
      if (found_.full() && nearest.distance > found_.worst()) break;
      frontier_.pop();
      Expand(nearest.row);
      if (seen_.count() > give_up && !found_.full()) return false;
      if (seen_.count() < next_look || search_.interrupt == nullptr) continue;
      KITH_RETURN_IF_ERROR(search_.interrupt->Check());
      next_look = seen_.count() + kInterruptStep;
    }
    return found_.size() >= search_.limit;
  }

  std::vector<Neighbour> Take() { return found_.Take(search_.limit); }

 private:
  // The row nearest to the query on the layers above the lowest, each searched greedily.
  Neighbour Descend() {
    const faiss::HNSW& graph = segment_.graph();
    uint32_t row = static_cast<uint32_t>(graph.entry_point);
    Neighbour nearest{query_.To(segment_.vectors().Row(row)), row};
    for (int layer = graph.max_level; layer > 0; --layer) {
      for (bool moved = true; moved;) {
        moved = false;
        const auto links = segment_.Links(nearest.row, layer);
        rows_.assign(links.begin(), links.end());
        distances_.resize(rows_.size());
        query_.ToRows(segment_.vectors(), rows_, distances_.data());
        for (size_t i = 0; i < rows_.size(); ++i) {
          if (distances_[i] >= nearest.distance) continue;
          nearest = {distances_[i], rows_[i]};
          moved = true;
        }
      }
    }
    seen_.Insert(nearest.row);
    return nearest;
  }

  void Expand(uint32_t row) {
    rows_.clear();
    for (const int32_t link : segment_.Links(row, 0)) {
      const uint32_t neighbour = static_cast<uint32_t>(link);
      if (seen_.Insert(neighbour)) rows_.push_back(neighbour);
    }
    distances_.resize(rows_.size());
    query_.ToRows(segment_.vectors(), rows_, distances_.data());
    for (size_t i = 0; i < rows_.size(); ++i) Offer({distances_[i], rows_[i]});
  }

  void Offer(const Neighbour& candidate) {
    if (!found_.Takes(candidate)) return;
    frontier_.push(candidate);
    if (search_.filter.Passes(segment_, candidate.row)) found_.Add(candidate);
  }

  const Segment& segment_;
  const QueryDistance& query_;
  const SegmentSearch& search_;
  RowSet seen_;
  Nearest found_;
  Frontier frontier_;
  std::vector<uint32_t> rows_;
  std::vector<float> distances_;
};

// Every row by its distance, and the filter asked from the nearest on: few calls of a filter that
// costs much.
Result<std::vector<Neighbour>> CompareAll(const Segment& segment, const QueryDistance& query,
                                          const SegmentSearch& search) {
  SegmentSearch cheap = search;
  cheap.filter.accept = nullptr;
  if (search.filter.accept != nullptr) cheap.limit = segment.rows();
  std::vector<uint32_t> rows(segment.rows());
  std::iota(rows.begin(), rows.end(), 0u);
  KITH_ASSIGN_OR_RETURN(std::vector<Neighbour> sorted, CompareRows(segment, query, rows, cheap));
  if (search.filter.accept == nullptr) return sorted;
  std::vector<Neighbour> found;
  for (size_t i = 0; i < sorted.size() && found.size() < search.limit; ++i) {
    if (search.interrupt != nullptr) KITH_RETURN_IF_ERROR(search.interrupt->Check());
    if ((*search.filter.accept)(segment.entity(sorted[i].row))) found.push_back(sorted[i]);
  }
  return found;
}

}  // namespace

Result<std::vector<Neighbour>> CompareRows(const Segment& segment, const QueryDistance& query,
                                           std::span<const uint32_t> rows,
                                           const SegmentSearch& search) {
  if (search.limit == 0) return std::vector<Neighbour>();
  Nearest found(search.limit);
  float distances[256];
  for (size_t at = 0; at < rows.size(); at += std::size(distances)) {
    if (at % kInterruptStep == 0 && search.interrupt != nullptr) {
      KITH_RETURN_IF_ERROR(search.interrupt->Check());
    }
    const auto some = rows.subspan(at, std::min(std::size(distances), rows.size() - at));
    query.ToRows(segment.vectors(), some, distances);
    for (size_t i = 0; i < some.size(); ++i) {
      const Neighbour candidate{distances[i], some[i]};
      if (found.Takes(candidate) && search.filter.Passes(segment, candidate.row)) {
        found.Add(candidate);
      }
    }
  }
  return found.Take(search.limit);
}

Result<std::optional<std::vector<Neighbour>>> WalkSegment(const Segment& segment,
                                                          const QueryDistance& query,
                                                          const SegmentSearch& search) {
  using Found = std::optional<std::vector<Neighbour>>;
  if (search.limit >= segment.rows()) return Found();
  Walk walk(segment, query, search);
  KITH_ASSIGN_OR_RETURN(const bool enough, walk.Run());
  return enough ? Found(walk.Take()) : Found();
}

Result<std::vector<Neighbour>> SearchSegment(const Segment& segment, const QueryDistance& query,
                                             const SegmentSearch& search) {
  if (search.limit == 0) return std::vector<Neighbour>();
  auto walked = WalkSegment(segment, query, search);
  KITH_RETURN_IF_ERROR(walked.status());
  if (walked->has_value()) return std::move(**walked);
  return CompareAll(segment, query, search);
}

}  // namespace kith::index
