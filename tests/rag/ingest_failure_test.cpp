// SPDX-License-Identifier: Apache-2.0
// An ingest that fails: on a disk that cannot make durable what it had committed either, and when
// the machine's memory is used up.
#include <catch2/catch.hpp>
#include <climits>

#include "tests/rag/document_folder.h"
#include "tests/rag/rag_fixture.h"

namespace kith::rag {
namespace {

// A store in memory behind which failing ones stand.
class StoreInMemory : public storage::GraphStore {
 public:
  StoreInMemory() {
    storage::GraphStoreOptions options;
    options.path = ":memory:";
    store_ = storage::GraphStore::Open(options).value();
  }

  storage::Catalog& catalog() override { return store_->catalog(); }
  Result<std::unique_ptr<storage::Transaction>> Begin(storage::TransactionMode mode) override {
    return store_->Begin(mode);
  }
  void AddChangeSink(storage::ChangeSink* sink) override { store_->AddChangeSink(sink); }
  Status ChangeSchema(const std::function<Status(storage::Transaction&)>& change,
                      const std::function<void()>& published) override {
    return store_->ChangeSchema(change, published);
  }
  Status Sync() override { return store_->Sync(); }
  Status Flush() override { return store_->Flush(); }
  Result<BackupInfo> Backup(const std::string& folder, const BackupOptions& options) override {
    return store_->Backup(folder, options);
  }
  Status CheckFiles(storage::CheckReport* report) override { return store_->CheckFiles(report); }
  Result<uint64_t> DiskBytes() override { return store_->DiskBytes(); }

 private:
  std::unique_ptr<storage::GraphStore> store_;
};

// On a disk that goes away once: after that nothing is synced, and one more transaction can write.
class VanishingStore final : public StoreInMemory {
 public:
  void Vanish() { vanished_ = true; }
  /// The first error after that.
  const std::string& first_error() const { return first_error_; }

  Result<std::unique_ptr<storage::Transaction>> Begin(storage::TransactionMode mode) override {
    const bool writes = mode == storage::TransactionMode::kWrite;
    if (vanished_ && writes && last_writer_began_) return Error("the disk takes no more writes");
    last_writer_began_ = vanished_ && writes;
    return StoreInMemory::Begin(mode);
  }
  Status Sync() override {
    return vanished_ ? Error("the log cannot be synced") : StoreInMemory::Sync();
  }

 private:
  Status Error(const std::string& message) {
    if (first_error_.empty()) first_error_ = message;
    return Status(StatusCode::kIoError, message);
  }

  bool vanished_ = false;
  bool last_writer_began_ = false;
  std::string first_error_;
};

// On a machine whose memory is used up after some transactions.
class StarvedStore final : public StoreInMemory {
 public:
  void LetWrite(int transactions) { left_ = transactions; }

  Result<std::unique_ptr<storage::Transaction>> Begin(storage::TransactionMode mode) override {
    const bool writes = mode == storage::TransactionMode::kWrite;
    if (writes && left_-- <= 0) {
      return Status(StatusCode::kResourceExhausted, "no memory is left").WithDetail(kOutOfMemory);
    }
    return StoreInMemory::Begin(mode);
  }

 private:
  int left_ = INT_MAX;
};

}  // namespace

TEST_CASE("an ingest that fails and cannot be made durable says both", "[rag]") {
  auto owned = std::make_unique<VanishingStore>();
  VanishingStore& store = *owned;
  const auto database = RagDatabase::Make(std::move(owned));
  const DocumentFolder folder;
  for (const char* name : {"a.txt", "b.txt", "c.txt"}) folder.Write(name, "Some text.");
  IngestOptions options;
  options.documents_per_transaction = 1;
  store.Vanish();
  const Status status = database->pipeline->Ingest(folder.path(), options).status();
  CHECK(status.code() == StatusCode::kIoError);
  // On a slow machine a sync is due before the second document, and is what fails first.
  CHECK(status.message() ==
        "the log cannot be synced; a crash may take the documents that were ingested last. The "
        "ingest had ended before: " +
            store.first_error());
  CHECK(database->pipeline->Delete("a.txt").code() == StatusCode::kIoError);
  const auto reader = store.Begin(storage::TransactionMode::kRead).value();
  const auto names = GraphNames::Find(reader->view().catalog());
  REQUIRE(names);
  CHECK(reader->view().GetStatistics().value()->NodeCount(names->document) == 1);
}

TEST_CASE("an ingest ends where memory is used up, and skips no document for it", "[rag]") {
  auto owned = std::make_unique<StarvedStore>();
  StarvedStore& store = *owned;
  const auto database = RagDatabase::Make(std::move(owned));
  const DocumentFolder folder;
  for (const char* name : {"a.txt", "b.txt", "c.txt"}) folder.Write(name, "Some text.");
  IngestOptions options;
  options.documents_per_transaction = 1;
  store.LetWrite(1);
  const Status status = database->pipeline->Ingest(folder.path(), options).status();
  CHECK(status.code() == StatusCode::kResourceExhausted);
  CHECK(status.message() == "no memory is left");
  store.LetWrite(INT_MAX);
  const auto report = database->pipeline->Ingest(folder.path(), options);
  REQUIRE(report.ok());
  CHECK(report->skipped.empty());
  CHECK(report->documents_unchanged == 1);
  CHECK(report->documents_added == 2);
}

}  // namespace kith::rag
