// SPDX-License-Identifier: Apache-2.0
// Drives an ingest: reads documents, makes them ready, and hands them to the graph in transactions
// of one or more documents, with progress, cancellation and a report of what was skipped.
//
// Transactions share syncs: several commit, one after the other, before all of them are made
// durable, and an ingest returns when all are. After a crash the documents that are there are the
// first of those that were read, each whole.
//
// Thread safety: an ingester belongs to one thread; `NameCache` is used under `write_lock` only.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/result.h"
#include "rag/ingest/document_source.h"
#include "rag/ingest/graph_writer.h"
#include "rag/model/database_model.h"
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
  const DatabaseModel* model = nullptr;  ///< Null: chunks get no vectors.
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

  /// All are found before the first document is read. InvalidArgument for no path. Two documents of
  /// one uri with different contents: the first one is kept, the second one skipped.
  Result<IngestReport> IngestPaths(std::span<const std::string> paths);
  Result<IngestReport> IngestText(const std::string& uri, std::string_view text);

  /// Of every document that was read, by uri, the checksum.
  const std::unordered_map<std::string, std::string>& read() const { return read_; }
  const IngestProgress& progress() const { return progress_; }

 private:
  Status ReadAll(const DocumentSource& source, uint64_t* bytes_before);
  Status Accept(RawDocument raw);
  Status Skip(SkippedDocument skipped);
  bool BatchIsFull() const;
  Status WriteBatch();
  /// Vectors for the documents of the batch that are not in the database as they are.
  Status EmbedBatch();
  Result<std::vector<PreparedDocument*>> NewDocuments(storage::Transaction* transaction);
  Status RecordModel(storage::Transaction* transaction);
  Status WriteOneByOne(const Status& failure);
  /// Makes durable what was committed; the other one when enough of it waits for that.
  Status SyncNow();
  Status SyncWhenDue();
  Result<IngestReport> Finish(const Status& status);
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
  std::chrono::steady_clock::time_point batch_begun_{};
  std::set<std::string> batch_uris_;
  std::unordered_map<std::string, std::string> read_;  ///< About 150 bytes a document.
  size_t unsynced_ = 0;  ///< Documents that were committed since the last sync.
  std::chrono::steady_clock::time_point synced_at_ = std::chrono::steady_clock::now();
};

}  // namespace kith::rag
