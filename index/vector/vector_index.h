// SPDX-License-Identifier: Apache-2.0
// Nearest neighbours among the vectors of an index: hierarchical navigable small world graphs
// (Malkov and Yashunin 2016, arXiv 1603.09320) over what a merge has brought into segments, and an
// exact scan of what came since.
//
// What is found is what the view has: its snapshot's vectors and its own transaction's, old
// snapshots included. A filter is applied inside the search: it finds `limit` accepted entities
// whenever there are so many. Few accepted ones are compared one by one, which is exact; among many
// the walk through the graph goes on until enough are found.
//
// Scores: cosine (1 + cos) / 2, euclidean 1 / (1 + squared distance), as in Neo4j; dot the product
// itself.
//
// Thread safety: a searcher may be used by several threads at once, each with its own view.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/interrupt.h"
#include "engine/base/memory_budget.h"
#include "engine/base/result.h"
#include "index/index_definition.h"
#include "storage/read_view.h"

namespace kith::index {

/// One entity found. `entity` is the bits of a NodeId or RelId, as the index is.
struct VectorHit {
  uint64_t entity = 0;
  double score = 0;

  NodeId node() const { return NodeId(entity); }
  RelId relationship() const { return RelId(entity); }
};

struct VectorSearchOptions {
  size_t limit = 10;  ///< The nearest so many, those at one distance by their ids.
  /// Candidates that a walk keeps (HNSW's ef): more find more of the true neighbours and take
  /// longer. 0: chosen from the limit.
  size_t breadth = 0;
  /// Only these: ids ascending, without repeats. Borrowed; null means all.
  const std::vector<uint64_t>* entities = nullptr;
  /// Only entities for which this is true; null means all. Called for candidates that are near
  /// enough to matter; it must give the same answer each time.
  std::function<bool(uint64_t entity)> accept;
  const Interrupt* interrupt = nullptr;  ///< Borrowed; may be null.
};

struct VectorIndexSize {
  uint64_t vectors = 0;     ///< In the view.
  uint32_t dimensions = 0;  ///< 0 while no vector has said so.
  uint64_t segments = 0;
  uint64_t rows = 0;  ///< Of all segments, replaced and deleted vectors included.
  uint64_t tail = 0;  ///< Vectors in no segment yet.
};

class VectorSearcher {
 public:
  /// What is kept in memory is charged to `memory`; borrowed, null means no limit. Segments that
  /// find no room are read from storage and compared one by one.
  explicit VectorSearcher(MemoryBudget* memory);
  ~VectorSearcher();
  VectorSearcher(const VectorSearcher&) = delete;
  VectorSearcher& operator=(const VectorSearcher&) = delete;

  /// Nearest first. ArgumentError, naming the index and both numbers, when the query has other
  /// dimensions than the index, or when it is no direction (all zero) under cosine, not finite or
  /// too large; Corruption, naming the index, for damaged segments.
  Result<std::vector<VectorHit>> Search(storage::ReadView* view, const IndexDefinition& index,
                                        std::span<const double> query,
                                        const VectorSearchOptions& options);
  Result<VectorIndexSize> Size(storage::ReadView* view, const IndexDefinition& index);
  /// Forgets what is in memory of a dropped index.
  void Forget(IndexId index);

 private:
  friend class VectorMerger;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kith::index
