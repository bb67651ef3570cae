// SPDX-License-Identifier: Apache-2.0
// A graph store in memory with its index manager, and short ways to use them in tests.
#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "index/index_manager.h"
#include "index/property/property_index.h"
#include "storage/graph_store.h"

namespace kith::test {

using Properties = std::vector<std::pair<std::string, Value>>;

class IndexedGraph {
 public:
  explicit IndexedGraph(const std::string& path = ":memory:",
                        const index::IndexManagerOptions& index_options = {})
      : IndexedGraph(OpenStore(path), index_options) {}
  IndexedGraph(std::unique_ptr<storage::GraphStore> opened,
               const index::IndexManagerOptions& index_options)
      : store(std::move(opened)) {
    auto made = index::IndexManager::Open(store.get(), index_options);
    INFO(made.status().ToString());
    REQUIRE(made.ok());
    indexes = std::move(made).value();
  }

  static std::unique_ptr<storage::GraphStore> OpenStore(const std::string& path) {
    storage::GraphStoreOptions options;
    options.path = path;
    options.sync = false;
    auto opened = storage::GraphStore::Open(options);
    INFO(opened.status().ToString());
    REQUIRE(opened.ok());
    return std::move(opened).value();
  }

  std::unique_ptr<storage::Transaction> Write() { return Begin(storage::TransactionMode::kWrite); }
  std::unique_ptr<storage::Transaction> Read() { return Begin(storage::TransactionMode::kRead); }

  std::vector<storage::PropertyWrite> Writes(const Properties& properties) {
    std::vector<storage::PropertyWrite> writes;
    for (const auto& [name, value] : properties) {
      writes.push_back({store->catalog().PropertyFor(name).value(), value});
    }
    return writes;
  }
  std::vector<LabelId> Labels(const std::vector<std::string>& names) {
    std::vector<LabelId> ids;
    for (const std::string& name : names) ids.push_back(store->catalog().LabelFor(name).value());
    std::sort(ids.begin(), ids.end());
    return ids;
  }
  Result<NodeId> TryCreate(storage::Transaction& transaction,
                           const std::vector<std::string>& labels, const Properties& properties) {
    return transaction.CreateNode(Labels(labels), Writes(properties));
  }
  NodeId Create(storage::Transaction& transaction, const std::vector<std::string>& labels,
                const Properties& properties) {
    const Result<NodeId> node = TryCreate(transaction, labels, properties);
    INFO(node.status().ToString());
    REQUIRE(node.ok());
    return *node;
  }
  /// One node in a transaction of its own.
  NodeId Add(const std::vector<std::string>& labels, const Properties& properties) {
    const auto transaction = Write();
    const NodeId node = Create(*transaction, labels, properties);
    REQUIRE(transaction->Commit().ok());
    return node;
  }

  Result<index::SchemaChange> TryIndex(index::IndexKind kind, const std::string& name,
                                       const std::vector<std::string>& labels,
                                       const std::vector<std::string>& properties) {
    index::IndexRequest request;
    request.kind = kind;
    request.name = name;
    request.labels = labels;
    request.properties = properties;
    return indexes->Create(request);
  }
  void Index(index::IndexKind kind, const std::string& name, const std::vector<std::string>& labels,
             const std::vector<std::string>& properties) {
    const auto made = TryIndex(kind, name, labels, properties);
    INFO(made.status().ToString());
    REQUIRE(made.ok());
  }
  const index::IndexDefinition* Find(const std::string& name) {
    catalog_ = indexes->catalog();
    return catalog_->Find(name);
  }

  std::vector<NodeId> Seek(storage::ReadView& view, const std::string& name,
                           const index::PropertySeek& seek) {
    auto cursor = index::PropertyCursor::Open(&view.keys(), *Find(name), seek);
    REQUIRE(cursor.ok());
    std::vector<NodeId> all;
    std::vector<NodeId> some;
    for (;;) {
      REQUIRE((*cursor)->Next(100, &some).ok());
      if (some.empty()) return all;
      all.insert(all.end(), some.begin(), some.end());
    }
  }
  std::vector<NodeId> SeekEqual(storage::ReadView& view, const std::string& name,
                                const Value& value) {
    index::PropertySeek seek;
    seek.equal = {value};
    return Seek(view, name, seek);
  }

  void RequireVerified() {
    const auto transaction = Read();
    const Status status = index::VerifyIndexes(&transaction->view());
    INFO(status.ToString());
    REQUIRE(status.ok());
  }

  std::unique_ptr<storage::GraphStore> store;
  std::unique_ptr<index::IndexManager> indexes;

 private:
  std::unique_ptr<storage::Transaction> Begin(storage::TransactionMode mode) {
    auto transaction = store->Begin(mode);
    INFO(transaction.status().ToString());
    REQUIRE(transaction.ok());
    return std::move(transaction).value();
  }

  std::shared_ptr<const index::IndexCatalog> catalog_;
};

}  // namespace kith::test
