// SPDX-License-Identifier: Apache-2.0
// Brings vectors from the tail of an index into graph segments, and segments together, as an LSM
// tree does with runs: a merge takes the tail and every segment that is not much larger than what
// it has taken already. Of the largest of those it goes on with the graph, so a vector is linked
// anew only when what it lies with has grown several times over, or when a quarter of the graph is
// dead.
//
// A merge holds no snapshot while it builds. It deletes exactly the markers that it has read, so
// whatever changes meanwhile stays in the tail, or is marked as removed. A crash leaves chunks of a
// segment that no directory names; the next merge deletes them.
//
// Thread safety: all functions may be called from any thread; merges wait for each other.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/base/interrupt.h"
#include "engine/base/result.h"
#include "index/index_catalog.h"
#include "index/vector/vector_index.h"
#include "storage/graph_store.h"

namespace kith::index {

struct VectorMergeOptions {
  bool everything = false;  ///< Take the tail and all segments, however small the gain.
  size_t worth = 4096;      ///< Else do nothing when fewer vectors are new, and fewer removed.
  size_t threads = 1;
  /// Rows linked, of so many; may be null.
  std::function<void(size_t rows, size_t total)> progress;
  const Interrupt* interrupt = nullptr;  ///< Borrowed; may be null.
};

class VectorMerger {
 public:
  using CatalogSource = std::function<std::shared_ptr<const IndexCatalog>()>;

  /// All borrowed. `merge_vectors`: so many changes are worth a merge by the thread.
  VectorMerger(storage::GraphStore* store, VectorSearcher* searcher, CatalogSource catalog,
               size_t merge_vectors);
  /// Stops a merge that runs.
  ~VectorMerger();
  VectorMerger(const VectorMerger&) = delete;
  VectorMerger& operator=(const VectorMerger&) = delete;

  /// From now on a thread merges whenever enough has been written, or a search has met so much that
  /// is in no segment; it looks once at the start. Later calls do nothing.
  void StartThread();
  /// A vector of the index was written, or the one of that version removed.
  void NoteChange(IndexId index, const std::optional<VectorVersion>& removed);

  /// Merges one index. OK, too, when the index is dropped meanwhile. ResourceExhausted when there
  /// is no memory for it, Cancelled or Timeout also while it waits for another merge; then
  /// everything is as it was.
  Status Merge(const IndexDefinition& index, const VectorMergeOptions& options);

 private:
  void Wake();
  void Run();
  void MergeWhatNeedsIt();

  storage::GraphStore* store_;
  VectorSearcher* searcher_;
  CatalogSource catalog_;
  size_t merge_vectors_;
  std::timed_mutex merge_mutex_;  ///< Held while merging.

  Interrupt stop_;
  std::atomic<uint64_t> changes_{0};
  std::mutex mutex_;  ///< Guards what follows.
  std::condition_variable wake_;
  bool stopping_ = false;
  bool woken_ = false;
  std::thread thread_;
};

}  // namespace kith::index
