// SPDX-License-Identifier: Apache-2.0
// Folders that were made before a column family was known.
#include <rocksdb/db.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "storage/graph_store.h"

namespace kith::storage {
namespace {

GraphStoreOptions OptionsOf(const std::string& path, bool read_only) {
  GraphStoreOptions options;
  options.path = path;
  options.read_only = read_only;
  options.sync = false;
  return options;
}

// Takes the family away, as if the folder had never had it.
void DropFamily(const std::string& path, const std::string& name) {
  std::vector<std::string> names;
  REQUIRE(rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), path + "/data", &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& family : names) {
    families.emplace_back(family, rocksdb::ColumnFamilyOptions());
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  REQUIRE(
      rocksdb::DB::Open(rocksdb::DBOptions(), path + "/data", families, &handles, &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    if (handle->GetName() == name) REQUIRE(db->DropColumnFamily(handle).ok());
    REQUIRE(db->DestroyColumnFamilyHandle(handle).ok());
  }
}

TEST_CASE("a folder made before vector indexes opens", "[storage]") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("kith_older_folder_" + std::to_string(getpid()));
  std::filesystem::remove_all(folder);
  const std::string path = folder.string();
  const auto put = [&](KeySpace space) {
    const auto store = GraphStore::Open(OptionsOf(path, false)).value();
    const auto writing = store->Begin(TransactionMode::kWrite).value();
    REQUIRE(writing->keys().Put(space, "key", "value").ok());
    REQUIRE(writing->Commit().ok());
    REQUIRE(store->Flush().ok());
  };
  const auto get = [&](KeySpace space) {
    const auto store = GraphStore::Open(OptionsOf(path, true)).value();
    const auto reading = store->Begin(TransactionMode::kRead).value();
    size_t scanned = 0;
    const auto count = [&](std::string_view, std::string_view) { return ++scanned > 0; };
    REQUIRE(reading->view().keys().Scan(space, "", "", count).ok());
    REQUIRE(reading->view().keys().ScanBackwards(space, "", "", count).ok());
    const auto value = reading->view().keys().Get(space, "key").value();
    CHECK(scanned == (value.has_value() ? 2 : 0));
    return value.value_or("");
  };
  put(KeySpace::kText);
  DropFamily(path, "vector");
  CHECK(get(KeySpace::kVector).empty());
  CHECK(get(KeySpace::kText) == "value");
  put(KeySpace::kVector);
  CHECK(get(KeySpace::kVector) == "value");
  CHECK(get(KeySpace::kText) == "value");

  // Any other family that is missing is damage.
  DropFamily(path, "text");
  CHECK(GraphStore::Open(OptionsOf(path, false)).status().code() == StatusCode::kCorruption);
  CHECK(GraphStore::Open(OptionsOf(path, true)).status().code() == StatusCode::kCorruption);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace kith::storage
