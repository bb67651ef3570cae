// SPDX-License-Identifier: Apache-2.0
// All indexes of one database: keeps them up to date inside the transactions that change the graph,
// creates and drops them, and knows which exist.
//
// An index is used by a view only if it is in CatalogFor(view): an older snapshot does not see a
// younger index. Names follow Neo4j: made-up ones are index_xxxxxxxx and constraint_xxxxxxxx; a
// constraint and its index share one name.
//
// Thread safety: all functions may be called from any thread. Create and drop wait for each other
// and stop commits of others while they build; they must not be called inside a transaction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/base/result.h"
#include "index/index_catalog.h"
#include "index/text/text_index.h"
#include "index/vector/vector_index.h"
#include "storage/change_sink.h"
#include "storage/graph_store.h"

namespace kith::index {

/// What a CREATE INDEX or CREATE CONSTRAINT asks for.
struct IndexRequest {
  std::string name;  ///< Empty: made up.
  IndexKind kind = IndexKind::kRange;
  EntityKind entity = EntityKind::kNode;
  std::vector<std::string> labels;
  std::vector<std::string> properties;
  TextOptions text;
  VectorOptions vector;
  bool if_not_exists = false;
};

/// Of what a build has done so far.
struct BuildProgress {
  uint64_t done = 0;   ///< Entities looked at; then, for a vector index, vectors linked.
  uint64_t total = 0;  ///< Of so many, by the statistics.
};

struct BuildOptions {
  std::function<void(const BuildProgress&)> progress;  ///< May be null. Called now and then.
  const Interrupt* interrupt = nullptr;                ///< Borrowed; may be null.
};

/// How a schema command ended.
struct SchemaChange {
  bool changed = false;  ///< False: IF [NOT] EXISTS made it a no-op.
  std::string name;      ///< Of the index in question.
};

struct IndexManagerOptions {
  size_t text_cache_bytes = size_t{32} << 20;
  /// What one step of a build writes at most, roughly: well below the limit of a transaction.
  size_t build_step_bytes = size_t{64} << 20;
  /// What vector indexes keep in memory is charged to it. Borrowed; null means no limit.
  MemoryBudget* memory = nullptr;
  /// Brings new vectors into graph segments on a thread of its own; false leaves it to
  /// MergeVectors.
  bool background_merges = true;
  /// So many new vectors (or removed ones) are worth a merge: a search compares them one by one,
  /// which costs it about as much as the walk through a graph.
  size_t merge_vectors = 4096;
};

class IndexManager final : public storage::ChangeSink {
 public:
  /// Reads the definitions and registers itself with the store, which must outlive it and have seen
  /// no write. Finishes builds and drops that a crash interrupted (unless read-only).
  static Result<std::unique_ptr<IndexManager>> Open(storage::GraphStore* store,
                                                    const IndexManagerOptions& options = {});
  ~IndexManager() override;

  /// The newest published indexes.
  std::shared_ptr<const IndexCatalog> catalog() const;
  /// The indexes that `view` may use. One key lookup when the schema has not changed, and none for
  /// the views of a commit that was looked up last.
  Result<std::shared_ptr<const IndexCatalog>> CatalogFor(storage::ReadView* view) const;

  /// Creates and builds. AlreadyExists for a name or a schema that is taken (without
  /// if_not_exists, or by an index where a constraint is asked for); ConstraintViolation naming
  /// label, properties, value and both entities when existing data is not unique; InvalidArgument
  /// for options that make no sense; Cancelled or Timeout from the interrupt. After an error the
  /// index does not exist; where nothing could be written any more, it stays populating until it is
  /// dropped or the next Create drops it.
  Result<SchemaChange> Create(const IndexRequest& request, const BuildOptions& options = {});
  /// NotFound naming the known ones (without if_exists); InvalidArgument when the index belongs to
  /// a constraint.
  Result<SchemaChange> DropIndex(std::string_view name, bool if_exists);
  Result<SchemaChange> DropConstraint(std::string_view name, bool if_exists);

  TextSearcher& text() { return text_; }
  VectorSearcher& vectors();

  /// Brings every vector that is in no graph segment of its index yet into one, and the segments of
  /// each index into one: after a bulk load, and for tests and measurements. Searches and writes go
  /// on meanwhile. Cancelled or Timeout from the interrupt (may be null), then part of it is done.
  Status MergeVectors(const Interrupt* interrupt);

  Status OnNodeChange(const storage::NodeChange& change,
                      storage::Transaction& transaction) override;
  Status OnRelationshipChange(const storage::RelationshipChange& change,
                              storage::Transaction& transaction) override;

 private:
  struct State;
  IndexManager(std::unique_ptr<State> state, size_t text_cache_bytes);
  std::unique_ptr<State> state_;
  TextSearcher text_;
};

/// Corruption naming the first thing that a check of all indexes finds (index/check_indexes.h); the
/// view may be one of a transaction that has written.
Status VerifyIndexes(storage::ReadView* view);

}  // namespace kith::index
