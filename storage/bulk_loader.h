// SPDX-License-Identifier: Apache-2.0
// Makes a new database of many nodes and relationships at once, all or nothing: it is written to a
// draft folder beside its place, which Finish renames; before that, and after any error, nothing is
// there.
//
// All nodes come first. Node ids are given in the order of the calls, counted up for each set of
// labels. Relationships come in any order, from any thread, and stay in memory until Finish.
//
// Thread safety: AddNodes one call at a time; AddRelationships from any number of threads; the rest
// by one thread while nothing else runs.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/memory_budget.h"
#include "engine/base/result.h"
#include "storage/bulk_batch.h"
#include "storage/catalog.h"
#include "storage/graph_store.h"

namespace kith::storage {

class BulkLoader {
 public:
  /// `options.path` is where the database will be: a folder that is not there yet, or an empty one.
  /// Errors: InvalidArgument, IoError, and those of GraphStore::Open. `budget` may be null;
  /// borrowed. Finish uses so many threads, at least 1.
  static Result<std::unique_ptr<BulkLoader>> Create(const GraphStoreOptions& options,
                                                    MemoryBudget* budget, size_t threads);
  /// Without Finish, removes what was written.
  virtual ~BulkLoader() = default;

  /// Labels, types and properties get their ids here.
  virtual Catalog& catalog() = 0;
  /// Adds the nodes and appends their ids to `*ids`, in the order of the rows.
  virtual Status AddNodes(NodeBatch batch, std::vector<NodeId>* ids) = 0;
  /// The ends must be ids that AddNodes gave.
  virtual Status AddRelationships(RelationshipBatch batch) = 0;
  /// Makes everything durable and puts the database in its place. Nothing may be called afterwards.
  virtual Status Finish() = 0;
};

}  // namespace kith::storage
