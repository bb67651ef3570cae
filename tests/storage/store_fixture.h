// SPDX-License-Identifier: Apache-2.0
// What storage tests share: a folder that vanishes, and a store of a chosen kind in it.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "storage/graph_store.h"
#include "tests/storage/toy_graph.h"

namespace kith::storage {

/// A fresh folder, removed with everything in it at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "kith-test-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  /// A path inside that does not exist yet.
  std::string database() const { return path_ + "/db"; }

 private:
  std::string path_;
};

/// The program of workload_child.cpp, which lies beside the test binary.
inline std::string WorkloadChildPath() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() /
         "kith_storage_workload_child";
}

/// A store on "disk", in "memory" or the "toy".
class Fixture {
 public:
  explicit Fixture(std::string backend) : backend_(std::move(backend)) { Open(); }

  GraphStore& store() { return *store_; }
  Catalog& catalog() { return store_->catalog(); }
  GraphStoreOptions& options() { return options_; }

  std::unique_ptr<Transaction> Begin(TransactionMode mode) {
    auto transaction = store_->Begin(mode);
    REQUIRE(transaction.ok());
    return *std::move(transaction);
  }
  /// Closes and opens again; only data on disk outlives it.
  void Reopen() {
    store_.reset();
    Open();
  }

 private:
  void Open() {
    if (backend_ == "toy") {
      store_ = std::make_unique<ToyGraph>();
      return;
    }
    options_.path = backend_ == "memory" ? ":memory:" : folder_.database();
    options_.block_cache_bytes = size_t{8} << 20;
    options_.write_buffer_bytes = size_t{1} << 20;
    auto store = GraphStore::Open(options_);
    INFO(store.status().ToString());
    REQUIRE(store.ok());
    store_ = *std::move(store);
  }

  TemporaryFolder folder_;
  std::string backend_;
  GraphStoreOptions options_;
  std::unique_ptr<GraphStore> store_;
};

}  // namespace kith::storage
