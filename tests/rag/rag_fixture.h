// SPDX-License-Identifier: Apache-2.0
// A store with indexes and a pipeline for tests, and a runner that answers the router's statements
// from the read view: retrieval is tested here without the query engine, and with it in
// tests/query.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "index/index_manager.h"
#include "query/procedure.h"
#include "rag/ingest/graph_names.h"
#include "rag/pipeline.h"
#include "storage/graph_store.h"

namespace kith::rag {

class ViewRunner final : public query::StatementRunner {
 public:
  explicit ViewRunner(storage::Transaction* transaction) : transaction_(*transaction) {}
  Result<std::vector<std::vector<Value>>> Run(std::string_view statement,
                                              const Map& parameters) override;
  Result<std::string> Explain(std::string_view statement, const Map& parameters) override;

 private:
  storage::Transaction& transaction_;
};

struct RagDatabase {
  std::unique_ptr<storage::GraphStore> store;
  std::unique_ptr<index::IndexManager> indexes;
  std::unique_ptr<Pipeline> pipeline;

  /// In memory and empty, or in a folder.
  static std::unique_ptr<RagDatabase> Make(const std::string& path = ":memory:");
  static std::unique_ptr<RagDatabase> Make(std::unique_ptr<storage::GraphStore> store);
  /// Everything that can be seen of the graph, the name lookup and the text index, with ids
  /// replaced by what they stand for: equal for equal sets of documents.
  std::multiset<std::string> Everything();
};

}  // namespace kith::rag
