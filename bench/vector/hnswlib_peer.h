// SPDX-License-Identifier: Apache-2.0
// hnswlib, the yardstick of vector indexes that hold all in memory: cosine over vectors of length
// 1, as its own examples use it. Only there where its header is (KITH_HAS_HNSWLIB); its source is
// compiled for the processor at hand, because hnswlib chooses its kernels at compile time.
//
// Thread safety: an index belongs to one thread; it starts others to build.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "bench/vector/data.h"
#include "index/index_definition.h"

namespace kith::bench {

class HnswlibPeer {
 public:
  /// Adds all rows with so many threads, which take one after another. Of `options` the links and
  /// the breadth are used.
  HnswlibPeer(const VectorData& data, const index::VectorOptions& options, size_t threads);
  ~HnswlibPeer();
  HnswlibPeer(const HnswlibPeer&) = delete;
  HnswlibPeer& operator=(const HnswlibPeer&) = delete;

  /// The kNeighbours rows nearest to `query`, which has the data's dimensions and length 1;
  /// `breadth` is hnswlib's ef.
  std::vector<size_t> Search(const float* query, size_t breadth);

 private:
  struct Index;
  std::unique_ptr<Index> index_;
};

}  // namespace kith::bench
