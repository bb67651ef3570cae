// SPDX-License-Identifier: Apache-2.0
// Inserting rows into the graph of a segment that is being built: HNSW's algorithms 1, 2 and 4
// (Malkov and Yashunin 2016). FAISS has them too, but computes one distance at a time of vectors
// that nobody has fetched, which takes twice as long, and reads links that other threads write.
//
// Thread safety: several threads may link at once, each with a worker of its own, once the first
// row is linked.
#pragma once

#include <faiss/impl/HNSW.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "index/vector/metric.h"
#include "index/vector/nearest.h"
#include "index/vector/padded_vectors.h"
#include "index/vector/row_set.h"

namespace kith::index {

class GraphLinker {
 public:
  /// All borrowed. `graph` has the layers of all rows and the links of those that are linked
  /// already. `breadth`: candidates for the links of a row on each layer (HNSW's efConstruction).
  GraphLinker(const PaddedVectors& vectors, VectorSimilarity similarity, size_t breadth,
              faiss::HNSW* graph);
  GraphLinker(const GraphLinker&) = delete;
  GraphLinker& operator=(const GraphLinker&) = delete;

  /// Links rows one after another.
  class Worker {
   public:
    explicit Worker(GraphLinker* linker);

    /// The first row linked, and each that lies on a higher layer than all before, must be linked
    /// while no other thread links.
    void Link(uint32_t row);

   private:
    const float* Vector(uint32_t row) const { return linker_.vectors_.Row(row); }
    /// The row nearest to `row` on the layer, searched greedily from `nearest` on.
    Neighbour Descend(uint32_t row, int layer, Neighbour nearest);
    /// The candidates of the layer, nearest first: at least one.
    std::vector<Neighbour> Search(uint32_t row, int layer, const Neighbour& from);
    /// Of `candidates`, nearest first, those that are nearer to the row than to any that is chosen
    /// before them, `most` at most; all when they are fewer.
    void Select(size_t most, std::vector<Neighbour>* candidates);
    void Connect(uint32_t row, int layer, std::span<const Neighbour> chosen);
    void AddLink(uint32_t row, int layer, const Neighbour& link);
    void ReadLinks(uint32_t row, int layer);
    /// Distances of rows_ from a row, into distances_.
    void Measure(uint32_t row);

    GraphLinker& linker_;
    RowSet seen_;
    std::vector<uint32_t> rows_;
    std::vector<float> distances_;
    std::vector<Neighbour> chosen_;
    std::vector<Neighbour> crowd_;  ///< The links of a row that has too many.
  };

 private:
  /// All places for links on a layer; -1 where there is none.
  std::span<int32_t> Places(uint32_t row, int layer) const;
  std::mutex& LockOf(uint32_t row) { return locks_[row % locks_.size()]; }

  const PaddedVectors& vectors_;
  const Metric metric_;
  const size_t breadth_;
  faiss::HNSW* graph_;
  /// Each guards the links of many rows. No thread holds two.
  std::array<std::mutex, 1024> locks_;
};

}  // namespace kith::index
