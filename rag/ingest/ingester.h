// SPDX-License-Identifier: Apache-2.0
// Drives an ingest: reads documents, makes them ready, and hands them to the graph in transactions
// of one or more documents, with progress, cancellation and a report of what was skipped.
//
// Thread safety: an ingester belongs to one thread; `NameCache` is used under `write_lock` only.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "rag/ingest/document_source.h"
#include "rag/ingest/graph_writer.h"
#include "rag/types.h"
#include "storage/graph_store.h"

namespace kith::index {
class IndexManager;
}

namespace kith::rag {

/// What belongs to a database and all its ingests share.
struct IngestShared {
  storage::GraphStore* store = nullptr;
  index::IndexManager* indexes = nullptr;
  GraphNames names;
  NameCache cache;
  std::mutex write_lock;
};

class Ingester {
 public:
  /// Borrowed. `transaction` null: a transaction for each batch, retried on conflict; else all is
  /// written into that one and nothing is committed.
  Ingester(IngestShared* shared, storage::Transaction* transaction, const IngestOptions& options)
      : shared_(shared), transaction_(transaction), options_(options) {}

  Result<IngestReport> IngestPath(const std::string& path);
  Result<IngestReport> IngestText(const std::string& uri, std::string_view text);

 private:
  Status Accept(RawDocument raw);
  Status Skip(SkippedDocument skipped);
  Status WriteBatch();
  Status WriteOneByOne(const Status& failure);
  Status Write(std::span<const PreparedDocument> documents);
  Status WriteInto(storage::Transaction& transaction, std::span<const PreparedDocument> documents,
                   WriteReport* report);
  Status Progress(const std::string& uri, uint64_t bytes);

  IngestShared* shared_;
  storage::Transaction* transaction_;
  const IngestOptions& options_;
  IngestReport report_;
  IngestProgress progress_;
  std::vector<PreparedDocument> batch_;
  size_t batch_bytes_ = 0;
  std::set<std::string> batch_uris_;
};

}  // namespace kith::rag
