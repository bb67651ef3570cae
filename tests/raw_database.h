// SPDX-License-Identifier: Apache-2.0
// The key-value pairs below a closed database, for tests that damage them.
#pragma once

#include <rocksdb/db.h>

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kith {

class RawDatabase {
 public:
  using Entries = std::vector<std::pair<std::string, std::string>>;

  explicit RawDatabase(const std::string& path) {
    std::vector<std::string> names;
    REQUIRE(rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), path + "/data", &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const std::string& name : names) {
      families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    }
    rocksdb::DBOptions options;
    options.avoid_flush_during_recovery = true;
    rocksdb::DB* opened = nullptr;
    REQUIRE(rocksdb::DB::Open(options, path + "/data", families, &handles_, &opened).ok());
    db_.reset(opened);
  }
  ~RawDatabase() {
    for (rocksdb::ColumnFamilyHandle* handle : handles_) {
      db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
    }
  }
  RawDatabase(const RawDatabase&) = delete;
  RawDatabase& operator=(const RawDatabase&) = delete;

  Entries All(const std::string& family) {
    Entries entries;
    const std::unique_ptr<rocksdb::Iterator> all(
        db_->NewIterator(rocksdb::ReadOptions(), Family(family)));
    for (all->SeekToFirst(); all->Valid(); all->Next()) {
      entries.emplace_back(all->key().ToString(), all->value().ToString());
    }
    return entries;
  }
  void Put(const std::string& family, const std::string& key, const std::string& value) {
    REQUIRE(db_->Put(rocksdb::WriteOptions(), Family(family), key, value).ok());
  }
  void Delete(const std::string& family, const std::string& key) {
    REQUIRE(db_->Delete(rocksdb::WriteOptions(), Family(family), key).ok());
  }

 private:
  rocksdb::ColumnFamilyHandle* Family(const std::string& name) {
    for (rocksdb::ColumnFamilyHandle* handle : handles_) {
      if (handle->GetName() == name) return handle;
    }
    FAIL("no family " << name);
    return nullptr;
  }

  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

}  // namespace kith
