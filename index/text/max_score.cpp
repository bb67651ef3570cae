// SPDX-License-Identifier: Apache-2.0
// MaxScore over posting lists in memory.
#include "index/text/max_score.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace kith::index {
namespace {

constexpr uint64_t kNoEntity = std::numeric_limits<uint64_t>::max();
// Bounds are sums in another order than scores: a bound this much short still counts.
constexpr double kSlack = 1 + 1e-9;
constexpr uint32_t kStepsPerPoll = 8192;

bool Better(const TextHit& a, const TextHit& b) {
  return a.score != b.score ? a.score > b.score : a.entity < b.entity;
}

struct Cursor {
  const PostingList* list = nullptr;
  double boost = 1;
  double max_score = 0;
  size_t place = 0;  ///< Of the summand in the request, so that sums have one order.
  size_t at = 0;

  uint64_t entity() const { return at < list->size() ? list->entities[at] : kNoEntity; }
  // Moves to the first entity that is not below `target`: doubling steps, then a binary search.
  void SeekTo(uint64_t target) {
    const auto& entities = list->entities;
    if (entity() >= target) return;
    size_t step = 1;
    while (at + step < entities.size() && entities[at + step] < target) {
      at += step;
      step *= 2;
    }
    const auto end =
        entities.begin() + static_cast<ptrdiff_t>(std::min(at + step, entities.size()));
    const auto begin = entities.begin() + static_cast<ptrdiff_t>(at);
    at = static_cast<size_t>(std::lower_bound(begin, end, target) - entities.begin());
  }
};

class MaxScore {
 public:
  MaxScore(const std::vector<WeightedList>& lists, const TextSearchOptions& options);
  Status Run();
  std::vector<TextHit> Take() { return hits_.Take(); }

 private:
  void MoveBoundary();
  void Consider(uint64_t entity);

  const TextSearchOptions& options_;
  TopHits hits_;
  std::vector<Cursor> cursors_;  ///< The least best score first.
  std::vector<double> bounds_;   ///< bounds_[i]: the sum of the best scores of the first i.
  std::vector<double> parts_;    ///< Of the current document, in the order of the request.
  size_t first_ = 0;             ///< The first list that has to be walked.
};

MaxScore::MaxScore(const std::vector<WeightedList>& lists, const TextSearchOptions& options)
    : options_(options), hits_(options.limit), parts_(lists.size(), 0) {
  for (size_t i = 0; i < lists.size(); ++i) {
    if (lists[i].list->size() == 0) continue;
    cursors_.push_back(
        {lists[i].list, lists[i].boost, lists[i].boost * lists[i].list->max_score, i, 0});
  }
  std::sort(cursors_.begin(), cursors_.end(),
            [](const Cursor& a, const Cursor& b) { return a.max_score < b.max_score; });
  bounds_.push_back(0);
  for (const Cursor& cursor : cursors_) bounds_.push_back(bounds_.back() + cursor.max_score);
}

// The lists before the boundary cannot lift a document into the hits by themselves.
void MaxScore::MoveBoundary() {
  if (!hits_.full()) return;
  while (first_ < cursors_.size() && bounds_[first_ + 1] * kSlack < hits_.threshold()) ++first_;
}

void MaxScore::Consider(uint64_t entity) {
  std::fill(parts_.begin(), parts_.end(), 0.0);
  double score = 0;
  const auto take = [&](Cursor& cursor) {
    if (cursor.entity() != entity) return;
    parts_[cursor.place] = cursor.boost * static_cast<double>(cursor.list->scores[cursor.at]);
    score += parts_[cursor.place];
    ++cursor.at;
  };
  for (size_t i = first_; i < cursors_.size(); ++i) take(cursors_[i]);
  for (size_t i = first_; i-- > 0;) {
    if ((score + bounds_[i + 1]) * kSlack < hits_.threshold()) return;
    cursors_[i].SeekTo(entity);
    take(cursors_[i]);
  }
  const TextHit hit{entity, std::accumulate(parts_.begin(), parts_.end(), 0.0)};
  if (!hits_.WouldTake(hit)) return;
  if (options_.accept && !options_.accept(entity)) return;
  hits_.Add(hit);
  MoveBoundary();
}

Status MaxScore::Run() {
  uint32_t steps = 0;
  while (first_ < cursors_.size()) {
    uint64_t entity = kNoEntity;
    for (size_t i = first_; i < cursors_.size(); ++i) {
      entity = std::min(entity, cursors_[i].entity());
    }
    if (entity == kNoEntity) break;
    Consider(entity);
    if (++steps % kStepsPerPoll == 0 && options_.interrupt != nullptr) {
      KITH_RETURN_IF_ERROR(options_.interrupt->Check());
    }
  }
  return Status::Ok();
}

}  // namespace

bool TopHits::WouldTake(const TextHit& hit) const {
  return limit_ > 0 && (!full() || Better(hit, hits_.front()));
}

void TopHits::Add(const TextHit& hit) {
  if (!WouldTake(hit)) return;
  if (full()) {
    std::pop_heap(hits_.begin(), hits_.end(), Better);
    hits_.pop_back();
  }
  hits_.push_back(hit);
  std::push_heap(hits_.begin(), hits_.end(), Better);
}

std::vector<TextHit> TopHits::Take() {
  std::sort(hits_.begin(), hits_.end(), Better);
  return std::move(hits_);
}

Result<std::vector<TextHit>> SumTopHits(const std::vector<WeightedList>& lists,
                                        const TextSearchOptions& options) {
  if (options.limit == 0) return std::vector<TextHit>();
  MaxScore search(lists, options);
  KITH_RETURN_IF_ERROR(search.Run());
  return search.Take();
}

}  // namespace kith::index
