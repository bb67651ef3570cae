// SPDX-License-Identifier: Apache-2.0
// What storage tests share: a store of a chosen kind, in a folder that vanishes.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "storage/graph_store.h"
#include "tests/storage/toy_graph.h"
#include "tests/temporary_folder.h"

namespace kith::storage {

/// The program of workload_child.cpp, which lies beside the test binary.
inline std::string WorkloadChildPath() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() /
         "kith_storage_workload_child";
}

/// A store on "disk", in "memory" or the "toy"; or on "folds", a disk where everything is folded as
/// soon as it is written and the hot cache is tiny.
class Fixture {
 public:
  explicit Fixture(std::string backend) : backend_(std::move(backend)) { Open(); }
  /// On disk, with these options but for the path.
  explicit Fixture(const GraphStoreOptions& options) : backend_("disk"), options_(options) {
    Open();
  }

  GraphStore& store() { return *store_; }
  Catalog& catalog() { return store_->catalog(); }
  GraphStoreOptions& options() { return options_; }

  std::unique_ptr<Transaction> Begin(TransactionMode mode) {
    auto transaction = store_->Begin(mode);
    REQUIRE(transaction.ok());
    return *std::move(transaction);
  }
  void Close() { store_.reset(); }
  /// Closes and opens again; only data on disk outlives it.
  void Reopen() {
    Close();
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
    if (backend_ == "folds") {
      options_.fold_min_entries = 1;
      options_.fold_bytes_per_entry = size_t{1} << 30;
      options_.hot_cache_bytes = size_t{64} << 10;
    }
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
