// SPDX-License-Identifier: Apache-2.0
// Building and asking hnswlib.
#include "bench/vector/hnswlib_peer.h"

#include <hnswlib/hnswlib.h>

#include <atomic>
#include <thread>

namespace kith::bench {

struct HnswlibPeer::Index {
  Index(const VectorData& data, const index::VectorOptions& options)
      : space(data.dimensions), graph(&space, data.size(), options.links, options.build_breadth) {}

  hnswlib::InnerProductSpace space;
  hnswlib::HierarchicalNSW<float> graph;
};

HnswlibPeer::HnswlibPeer(const VectorData& data, const index::VectorOptions& options,
                         size_t threads)
    : index_(std::make_unique<Index>(data, options)) {
  // The first one alone, as in hnswlib's Python binding: it becomes the entry.
  index_->graph.addPoint(data.Row(0).data(), 0);
  std::atomic<size_t> next{1};
  const auto add = [&] {
    for (size_t row = next++; row < data.size(); row = next++) {
      index_->graph.addPoint(data.Row(row).data(), row);
    }
  };
  std::vector<std::thread> others;
  for (size_t i = 1; i < threads; ++i) others.emplace_back(add);
  add();
  for (std::thread& thread : others) thread.join();
}

HnswlibPeer::~HnswlibPeer() = default;

std::vector<size_t> HnswlibPeer::Search(const float* query, size_t breadth) {
  index_->graph.setEf(breadth);
  auto nearest = index_->graph.searchKnn(query, kNeighbours);
  std::vector<size_t> rows;
  for (; !nearest.empty(); nearest.pop()) rows.push_back(nearest.top().second);
  return rows;
}

}  // namespace kith::bench
