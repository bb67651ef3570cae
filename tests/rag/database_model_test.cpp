// SPDX-License-Identifier: Apache-2.0
// The model that a database is open with, and the record of the one that made its vectors.
#include "rag/model/database_model.h"

#include <catch2/catch.hpp>

#include "rag/model/model_record.h"
#include "tests/rag/model_file.h"
#include "tests/temporary_folder.h"

namespace kith::rag {
namespace {

std::unique_ptr<storage::GraphStore> MemoryStore() {
  storage::GraphStoreOptions options;
  options.path = ":memory:";
  auto store = storage::GraphStore::Open(options);
  REQUIRE(store.ok());
  return std::move(store).value();
}

Result<std::optional<EmbeddingModel>> Recorded(storage::GraphStore* store) {
  const auto transaction = store->Begin(storage::TransactionMode::kRead);
  REQUIRE(transaction.ok());
  return ReadModelRecord(&(*transaction)->view());
}

void Record(storage::GraphStore* store, const EmbeddingModel& model) {
  const auto transaction = store->Begin(storage::TransactionMode::kWrite);
  REQUIRE(transaction.ok());
  REQUIRE(WriteModelRecord(&store->catalog(), transaction->get(), model).ok());
  REQUIRE((*transaction)->Commit().ok());
}

TEST_CASE("a database's model is read by the first use", "[rag]") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/letters";
  const auto store = MemoryStore();
  const DatabaseModel model(path, {}, store.get());
  CHECK(model.EmbedText("abc", nullptr).status().code() == StatusCode::kNotFound);
  WriteLetterModel(path, 1);
  const auto vector = model.EmbedText("abc", nullptr);
  INFO(vector.status().ToString());
  REQUIRE(vector.ok());
  CHECK(vector->size() == kLetterDimension);
  CHECK(*model.EmbedText("abd", nullptr) != *vector);
  // Kept: the same again, even for a caller that has been told to stop.
  Interrupt interrupt;
  interrupt.Cancel();
  CHECK(*model.EmbedText("abc", &interrupt) == *vector);
  CHECK(model.EmbedText("xyz", &interrupt).status().code() == StatusCode::kCancelled);
}

TEST_CASE("the record of a model comes back as it was written", "[rag]") {
  const auto store = MemoryStore();
  CHECK_FALSE(*Recorded(store.get()));
  const EmbeddingModel first = {"one", "00ff", 384, Pooling::kMean, true};
  const EmbeddingModel second = {"two", "11ee", 768, Pooling::kCls, false};
  Record(store.get(), first);
  CHECK(**Recorded(store.get()) == first);
  Record(store.get(), second);
  CHECK(**Recorded(store.get()) == second);
}

TEST_CASE("vectors of two models are not mixed", "[rag]") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/letters";
  WriteLetterModel(path, 1);
  const auto store = MemoryStore();
  const DatabaseModel model(path, {}, store.get());
  const auto embedder = model.Open();
  REQUIRE(embedder.ok());
  EmbeddingModel made = (*embedder)->model();
  made.name = "the same under another name";
  Record(store.get(), made);
  CHECK(model.EmbedText("abc", nullptr).ok());
  made.checksum = "of other weights";
  Record(store.get(), made);
  const auto refused = model.EmbedText("abcd", nullptr);
  CHECK(refused.status().code() == StatusCode::kInvalidArgument);
  CHECK_THAT(refused.status().message(), Catch::Contains("of other weights") &&
                                             Catch::Contains("letters") &&
                                             Catch::Contains("24 dimensions"));
  CHECK(model.Open().ok());
}

}  // namespace
}  // namespace kith::rag
