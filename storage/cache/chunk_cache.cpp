// SPDX-License-Identifier: Apache-2.0
// See chunk_cache.h.
#include "storage/cache/chunk_cache.h"

#include <algorithm>
#include <functional>
#include <list>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "storage/cache/frequency_sketch.h"

namespace kith::storage {
namespace {

constexpr size_t kShards = 16;
constexpr size_t kWindowPercent = 1;
constexpr size_t kProtectedPercent = 80;
/// What a chunk is taken to have, for the size of the sketch: less than most have.
constexpr size_t kUsualChunkBytes = size_t{8} << 10;

uint64_t HashOf(const MainKey& key) {
  return std::hash<MainKey>()(key);
}

}  // namespace

class ChunkCache::Shard {
 public:
  explicit Shard(size_t budget)
      : window_budget_(budget * kWindowPercent / 100),
        protected_budget_((budget - window_budget_) * kProtectedPercent / 100),
        main_budget_(budget - window_budget_),
        sketch_(budget / kUsualChunkBytes) {}

  std::shared_ptr<const Chunk> Find(const MainKey& key) {
    const std::lock_guard<std::mutex> lock(mutex_);
    sketch_.Count(HashOf(key));
    const auto found = places_.find(key);
    if (found == places_.end()) {
      ++stats_.misses;
      return nullptr;
    }
    ++stats_.hits;
    Use(found->second);
    return found->second->chunk;
  }

  void Insert(const MainKey& key, std::shared_ptr<const Chunk> chunk) {
    const std::lock_guard<std::mutex> lock(mutex_);
    stats_.read_bytes += chunk->memory_bytes();
    if (places_.count(key) != 0) return;
    const size_t bytes = chunk->memory_bytes();
    if (bytes > main_budget_) return;
    Queue& window = queues_[kWindow];
    window.entries.push_front({key, std::move(chunk), bytes, kWindow});
    window.bytes += bytes;
    places_.emplace(key, window.entries.begin());
    while (window.bytes > window_budget_) LeaveWindow();
  }

  void AddStats(ChunkCacheStats* sum) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    sum->hits += stats_.hits;
    sum->misses += stats_.misses;
    sum->read_bytes += stats_.read_bytes;
    sum->evictions += stats_.evictions;
    sum->rejections += stats_.rejections;
    sum->chunks += places_.size();
    for (const Queue& queue : queues_) sum->bytes += queue.bytes;
  }

  void AppendFrequencies(std::vector<std::pair<uint32_t, MainKey>>* keys) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [key, place] : places_)
      keys->emplace_back(sketch_.Frequency(HashOf(key)), key);
  }

 private:
  enum QueueName : uint8_t { kWindow, kProbation, kProtected, kQueues };
  struct Entry {
    MainKey key;
    std::shared_ptr<const Chunk> chunk;
    size_t bytes;
    QueueName queue;
  };
  using Place = std::list<Entry>::iterator;
  // Most recently used first.
  struct Queue {
    std::list<Entry> entries;
    size_t bytes = 0;
  };

  void Move(Place place, QueueName to) {
    Queue& from = queues_[place->queue];
    from.bytes -= place->bytes;
    queues_[to].bytes += place->bytes;
    queues_[to].entries.splice(queues_[to].entries.begin(), from.entries, place);
    place->queue = to;
  }

  void Use(Place place) {
    Move(place, place->queue == kProbation ? kProtected : place->queue);
    while (queues_[kProtected].bytes > protected_budget_) {
      Move(std::prev(queues_[kProtected].entries.end()), kProbation);
    }
  }

  void Evict(Place place) {
    queues_[place->queue].bytes -= place->bytes;
    places_.erase(place->key);
    queues_[place->queue].entries.erase(place);
  }

  // The oldest of the window joins the main part, or goes when it is asked for no more often than
  // what would have to go for it.
  void LeaveWindow() {
    const Place candidate = std::prev(queues_[kWindow].entries.end());
    const uint32_t frequency = sketch_.Frequency(HashOf(candidate->key));
    while (queues_[kProbation].bytes + queues_[kProtected].bytes + candidate->bytes >
           main_budget_) {
      Queue& victims = queues_[queues_[kProbation].entries.empty() ? kProtected : kProbation];
      const Place victim = std::prev(victims.entries.end());
      if (frequency <= sketch_.Frequency(HashOf(victim->key))) {
        ++stats_.rejections;
        Evict(candidate);
        return;
      }
      ++stats_.evictions;
      Evict(victim);
    }
    Move(candidate, kProbation);
  }

  const size_t window_budget_;
  const size_t protected_budget_;
  const size_t main_budget_;
  mutable std::mutex mutex_;
  Queue queues_[kQueues];
  std::unordered_map<MainKey, Place> places_;
  FrequencySketch sketch_;
  ChunkCacheStats stats_;
};

ChunkCache::ChunkCache(size_t budget_bytes) : budget_bytes_(budget_bytes) {
  for (size_t i = 0; i < kShards; ++i) {
    shards_.push_back(std::make_unique<Shard>(budget_bytes / kShards));
  }
}

ChunkCache::~ChunkCache() = default;

ChunkCache::Shard& ChunkCache::ShardOf(const MainKey& key) const {
  // Other bits than the sketch and the map take.
  return *shards_[(HashOf(key) >> 48) % kShards];
}

std::shared_ptr<const Chunk> ChunkCache::Find(const MainKey& key) {
  return ShardOf(key).Find(key);
}

void ChunkCache::Insert(const MainKey& key, std::shared_ptr<const Chunk> chunk) {
  ShardOf(key).Insert(key, std::move(chunk));
}

ChunkCacheStats ChunkCache::stats() const {
  ChunkCacheStats sum;
  for (const auto& shard : shards_) shard->AddStats(&sum);
  sum.budget_bytes = budget_bytes_;
  return sum;
}

std::vector<MainKey> ChunkCache::Hottest(size_t limit) const {
  std::vector<std::pair<uint32_t, MainKey>> keys;
  for (const auto& shard : shards_) shard->AppendFrequencies(&keys);
  std::stable_sort(keys.begin(), keys.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<MainKey> hottest;
  for (size_t i = 0; i < keys.size() && i < limit; ++i) hottest.push_back(keys[i].second);
  return hottest;
}

}  // namespace kith::storage
