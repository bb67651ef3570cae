// SPDX-License-Identifier: Apache-2.0
// Linking the rows of a segment, several threads at once. Rows of higher layers come first, as in
// FAISS's own build: they are what the others are found by.
#include "index/vector/segment_builder.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <numeric>
#include <thread>

#include "index/vector/graph_linker.h"

namespace kith::index {
namespace {

// Rows between two looks at the interrupt.
constexpr size_t kLinkStep = 256;

// What the threads of one build share.
class Linking {
 public:
  Linking(SegmentParts* parts, const SegmentBuildOptions& options, size_t first)
      : parts_(parts),
        options_(options),
        linker_(parts->vectors, options.vector.similarity, options.vector.build_breadth,
                &parts->graph),
        order_(Order(first)) {}

  Status Run() {
    // The first rows alone: they are the way in, and a graph of a few rows has nothing for a second
    // thread to do.
    const size_t alone = std::min(order_.size(), kLinkStep);
    LinkUntil(alone, /*leader=*/true);
    std::vector<std::thread> threads;
    for (size_t i = 1; i < options_.threads && alone < order_.size(); ++i) {
      threads.emplace_back([this] { LinkUntil(order_.size(), /*leader=*/false); });
    }
    LinkUntil(order_.size(), /*leader=*/true);
    for (std::thread& thread : threads) thread.join();
    return status_;
  }

 private:
  std::vector<uint32_t> Order(size_t first) const {
    std::vector<uint32_t> order(parts_->versions.size() - first);
    std::iota(order.begin(), order.end(), static_cast<uint32_t>(first));
    const std::vector<int>& levels = parts_->graph.levels;
    std::stable_sort(order.begin(), order.end(),
                     [&](uint32_t a, uint32_t b) { return levels[a] > levels[b]; });
    return order;
  }

  void Fail(Status status) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (status_.ok()) status_ = std::move(status);
    failed_.store(true, std::memory_order_relaxed);
  }

  void LinkUntil(size_t end, bool leader) {
    try {
      LinkRows(end, leader);
    } catch (const std::bad_alloc&) {
      Fail(Status(StatusCode::kResourceExhausted,
                  "there is not enough memory to build the graph of a vector index"));
    }
  }

  void LinkRows(size_t end, bool leader) {
    GraphLinker::Worker worker(&linker_);
    while (!failed_.load(std::memory_order_relaxed)) {
      size_t next = next_.load(std::memory_order_relaxed);
      if (next >= end || !next_.compare_exchange_strong(next, next + 1)) {
        if (next >= end) return;
        continue;
      }
      worker.Link(order_[next]);
      if (leader && next % kLinkStep == 0) Look(next);
    }
  }

  void Look(size_t done) {
    const size_t before = parts_->versions.size() - order_.size();
    if (options_.progress) options_.progress(before + done, parts_->versions.size());
    if (options_.interrupt == nullptr) return;
    Status status = options_.interrupt->Check();
    if (!status.ok()) Fail(std::move(status));
  }

  SegmentParts* parts_;
  const SegmentBuildOptions& options_;
  GraphLinker linker_;
  std::vector<uint32_t> order_;
  std::atomic<size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;  // Guards status_.
  Status status_;
};

}  // namespace

SegmentBuilder::SegmentBuilder(size_t dimensions, const VectorOptions& options, const Segment* base,
                               size_t expected_rows)
    : parts_(dimensions, options.links), base_(base), linked_(base == nullptr ? 0 : base->rows()) {
  parts_.vectors.Reserve(expected_rows);
  parts_.versions.reserve(expected_rows);
  if (base == nullptr) return;
  parts_.versions.insert(parts_.versions.end(), base->versions().begin(), base->versions().end());
  parts_.graph = base->graph();
  for (uint32_t row = 0; row < base->rows(); ++row) {
    parts_.vectors.Append({base->vectors().Row(row), dimensions});
  }
}

void SegmentBuilder::Add(VectorVersion version, std::span<const float> vector) {
  parts_.versions.push_back(version);
  parts_.vectors.Append(vector);
}

Status SegmentBuilder::Link(const SegmentBuildOptions& options) {
  faiss::HNSW& graph = parts_.graph;
  graph.efConstruction = static_cast<int>(options.vector.build_breadth);
  // A generator that starts anew would put the rows of every merge on the same layers.
  graph.rng = faiss::RandomGenerator(static_cast<int64_t>(linked_ + 1));
  graph.prepare_level_tab(rows() - linked_);
  return Linking(&parts_, options, linked_).Run();
}

Result<std::unique_ptr<Segment>> SegmentBuilder::Finish(const SegmentBuildOptions& options) {
  try {
    KITH_RETURN_IF_ERROR(Link(options));
    return std::make_unique<Segment>(std::move(parts_));
  } catch (const std::bad_alloc&) {
    return Status(StatusCode::kResourceExhausted,
                  "there is not enough memory to build the graph of a vector index");
  }
}

}  // namespace kith::index
