// SPDX-License-Identifier: Apache-2.0
// Walking the graph of a segment.
#include "index/vector/graph_walk.h"

#include <algorithm>
#include <numeric>
#include <queue>
#include <utility>

namespace kith::index {
namespace {

// Distances between two looks at the interrupt.
constexpr size_t kInterruptStep = 4096;
// What is fetched of a vector ahead of time; the processor's own prefetcher goes on from there.
constexpr size_t kPrefetchBytes = 512;

void PrefetchRow(const float* row) {
  const char* bytes = reinterpret_cast<const char*>(row);
  for (size_t at = 0; at < kPrefetchBytes; at += 64) __builtin_prefetch(bytes + at);
}

// Distances to the rows of a list, four at a time; the next four are fetched meanwhile.
void DistancesTo(const Segment& segment, const QueryDistance& query, std::span<const uint32_t> rows,
                 float* distances) {
  const PaddedVectors& vectors = segment.vectors();
  const size_t whole = rows.size() / 4 * 4;
  for (size_t i = 0; i < std::min<size_t>(4, rows.size()); ++i) PrefetchRow(vectors.Row(rows[i]));
  for (size_t i = 0; i < whole; i += 4) {
    for (size_t j = i + 4; j < std::min(i + 8, rows.size()); ++j) PrefetchRow(vectors.Row(rows[j]));
    const float* const four[4] = {vectors.Row(rows[i]), vectors.Row(rows[i + 1]),
                                  vectors.Row(rows[i + 2]), vectors.Row(rows[i + 3])};
    query.ToFour(four, distances + i);
  }
  for (size_t i = whole; i < rows.size(); ++i) distances[i] = query.To(vectors.Row(rows[i]));
}

// The nearest so many (at least one) of what is offered, in a heap with the farthest on top.
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
  float worst() const { return kept_.front().distance; }
  // The nearest `limit`, nearest first.
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
        DistancesTo(segment_, query_, rows_, distances_.data());
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
    DistancesTo(segment_, query_, rows_, distances_.data());
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
  std::priority_queue<Neighbour, std::vector<Neighbour>, Farther> frontier_;
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
    DistancesTo(segment, query, some, distances);
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
