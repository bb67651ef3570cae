// SPDX-License-Identifier: Apache-2.0
// Documents that are ingested with a model: every chunk gets its vector in the same transaction.
#include <catch2/catch.hpp>

#include "index/index_catalog.h"
#include "rag/model/model_record.h"
#include "storage/catalog.h"
#include "tests/rag/model_file.h"
#include "tests/rag/vector_database.h"
#include "tests/temporary_folder.h"

namespace kith::rag {
namespace {

void WriteDocuments(const std::string& folder) {
  std::filesystem::create_directories(folder);
  WriteBytes(folder + "/bridge.md",
             "# Bridge\n\nIt spans the lake.\n\n## Builder\n\nAda built it.\n");
  WriteBytes(folder + "/lake.txt", "The lake is deep and cold.");
  WriteBytes(folder + "/tower.txt", "A tower stands beside the bridge.");
}

TEST_CASE("chunks get the vectors of the model, in batches or one by one", "[rag]") {
  const TemporaryFolder folder;
  WriteLetterModel(folder.path() + "/model", 1);
  WriteDocuments(folder.path() + "/documents");
  for (const size_t batch : {1, 8}) {
    VectorDatabase database;
    database.UseModel(folder.path() + "/model");
    IngestOptions options;
    options.documents_per_transaction = batch;
    const auto report = database.pipeline->Ingest(folder.path() + "/documents", options);
    INFO(report.status().ToString());
    REQUIRE(report.ok());
    CHECK(report->documents_added == 3);
    CHECK(database.Vectors().size() >= 3);
    CHECK(database.VectorsAreOfModel());
    CHECK(database.IndexDimensions() == kLetterDimension);
    const auto transaction = *database.store->Begin(storage::TransactionMode::kRead);
    CHECK(**ReadModelRecord(&transaction->view()) == (*database.model->Open())->model());
    CHECK(database.pipeline->Ingest(folder.path() + "/documents")->documents_unchanged == 3);
  }
}

TEST_CASE("without a model chunks have no vectors", "[rag]") {
  VectorDatabase database;
  REQUIRE(database.pipeline->IngestText("lake.txt", "The lake is deep.").ok());
  for (const auto& [text, vector] : database.Vectors()) CHECK(vector.empty());
  CHECK_FALSE(database.store->catalog().FindProperty(kVectorProperty));
  CHECK(database.IndexDimensions() == 0);
  CHECK(database.Embed().status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("a model that comes later, and another one", "[rag]") {
  const TemporaryFolder folder;
  WriteLetterModel(folder.path() + "/one", 1);
  WriteLetterModel(folder.path() + "/two", 2);
  VectorDatabase database;
  REQUIRE(database.pipeline->IngestText("lake.txt", "The lake is deep.").ok());

  database.UseModel(folder.path() + "/one");
  REQUIRE(database.pipeline->IngestText("tower.txt", "A tower.").ok());
  CHECK_FALSE(database.VectorsAreOfModel());
  auto report = database.Embed();
  REQUIRE(report.ok());
  CHECK(report->embedded == 1);
  CHECK(report->kept == 1);
  CHECK(database.VectorsAreOfModel());

  database.UseModel(folder.path() + "/two");
  const auto refused = database.pipeline->IngestText("bridge.txt", "A bridge.");
  CHECK(refused.status().code() == StatusCode::kInvalidArgument);
  CHECK_THAT(refused.status().message(), Catch::Contains("rag.embed()"));
  report = database.Embed();
  REQUIRE(report.ok());
  CHECK(report->embedded == 2);
  CHECK(report->model == "two");
  CHECK(database.VectorsAreOfModel());
  CHECK(database.pipeline->IngestText("bridge.txt", "A bridge.").ok());
  CHECK(database.VectorsAreOfModel());
}

TEST_CASE("a model of other dimensions: the index is made anew with the vectors", "[rag]") {
  const TemporaryFolder folder;
  WriteLetterModel(folder.path() + "/small", 1);
  WriteLetterModel(folder.path() + "/large", 1, 48);
  VectorDatabase database;
  database.UseModel(folder.path() + "/small");
  REQUIRE(database.pipeline->IngestText("lake.txt", "The lake is deep.").ok());

  database.UseModel(folder.path() + "/large");
  const auto refused = database.pipeline->IngestText("bridge.txt", "A bridge.");
  CHECK_THAT(refused.status().message(), Catch::Contains("rag.embed()"));
  CHECK(database.IndexDimensions() == kLetterDimension);
  CHECK(database.EmbedOnce().status().code() == StatusCode::kConflict);
  CHECK(database.IndexDimensions() == 48);
  // As if the process had ended here: the documents are there, without vectors.
  REQUIRE(database.pipeline->IngestText("tower.txt", "A tower.").ok());
  const auto report = database.EmbedOnce();
  INFO(report.status().ToString());
  REQUIRE(report.ok());
  CHECK(report->embedded == 1);
  CHECK(report->kept == 1);
  CHECK(database.VectorsAreOfModel());
  CHECK(index::VerifyIndexes(&(*database.store->Begin(storage::TransactionMode::kRead))->view())
            .ok());
}

TEST_CASE("all vectors are made in steps, and a step that was stopped is gone on with", "[rag]") {
  const TemporaryFolder folder;
  WriteLetterModel(folder.path() + "/one", 1);
  WriteLetterModel(folder.path() + "/two", 2);
  VectorDatabase database;
  CHECK(database.pipeline->EmbedAll().status().code() == StatusCode::kInvalidArgument);
  database.UseModel(folder.path() + "/one");
  CHECK(database.pipeline->EmbedAll()->model.empty());
  database.UseModel("");
  constexpr size_t kDocuments = 600;
  for (size_t i = 0; i < kDocuments; ++i) {
    const std::string name = "tower" + std::to_string(i);
    REQUIRE(database.pipeline->IngestText(name + ".txt", "A tower, " + name + ".").ok());
  }
  database.UseModel(folder.path() + "/one");
  size_t done = 0;
  EmbedAllOptions options;
  options.progress = [&](const EmbedAllProgress& at) {
    CHECK(at.chunks_done >= done);
    CHECK(at.chunks_total == kDocuments);
    done = at.chunks_done;
    return true;
  };
  auto report = database.pipeline->EmbedAll(options);
  INFO(report.status().ToString());
  REQUIRE(report.ok());
  CHECK(done == kDocuments);
  CHECK(report->embedded == kDocuments);
  CHECK(report->kept == 0);
  CHECK(database.VectorsAreOfModel());
  CHECK(database.IndexDimensions() == kLetterDimension);

  // Another model of the same dimensions, stopped in the middle: nothing is left of the first.
  database.UseModel(folder.path() + "/two");
  options.progress = [&](const EmbedAllProgress& at) { return at.chunks_done < 300; };
  CHECK(database.pipeline->EmbedAll(options).status().code() == StatusCode::kCancelled);
  size_t made = 0;
  for (const auto& [text, vector] : database.Vectors()) {
    if (vector.empty()) continue;
    CHECK(vector == *(*database.model->Open())->EmbedOne(text));
    ++made;
  }
  CHECK(made % 256 == 0);
  CHECK(made > 0);
  CHECK(made < kDocuments);
  report = database.pipeline->EmbedAll();
  REQUIRE(report.ok());
  CHECK(report->embedded == kDocuments - made);
  CHECK(report->kept == made);
  CHECK(report->model == "two");
  CHECK(database.VectorsAreOfModel());
  CHECK(index::VerifyIndexes(&(*database.store->Begin(storage::TransactionMode::kRead))->view())
            .ok());
}

TEST_CASE("a user's own index over the vectors serves, or is named", "[rag]") {
  const TemporaryFolder folder;
  WriteLetterModel(folder.path() + "/model", 1);
  index::IndexRequest own;
  own.name = "mine";
  own.kind = index::IndexKind::kVector;
  own.labels = {"Chunk"};
  own.properties = {std::string(kVectorProperty)};
  SECTION("one that fits") {
    VectorDatabase database;
    database.UseModel(folder.path() + "/model");
    REQUIRE(database.indexes->Create(own).ok());
    REQUIRE(database.pipeline->IngestText("lake.txt", "The lake is deep.").ok());
    CHECK(database.IndexDimensions() == 0);
    RetrieveOptions options;
    options.route = "dense";
    CHECK(database.pipeline->Retrieve("a lake", options)->passages.size() == 1);
  }
  SECTION("one that does not") {
    own.vector.dimensions = 3;
    VectorDatabase database;
    database.UseModel(folder.path() + "/model");
    REQUIRE(database.indexes->Create(own).ok());
    const auto refused = database.pipeline->IngestText("lake.txt", "The lake is deep.");
    CHECK(refused.status().code() == StatusCode::kInvalidArgument);
    CHECK_THAT(refused.status().message(), Catch::Contains("DROP INDEX mine"));
  }
}

TEST_CASE("vectors stay where an index of the user's cannot hold those of the next model",
          "[rag]") {
  const TemporaryFolder folder;
  WriteLetterModel(folder.path() + "/small", 1);
  WriteLetterModel(folder.path() + "/large", 1, 48);
  index::IndexRequest own;
  own.name = "mine";
  own.kind = index::IndexKind::kVector;
  own.labels = {"Chunk"};
  own.properties = {std::string(kVectorProperty)};
  // 0: those of the first vector.
  own.vector.dimensions = GENERATE(uint32_t{0}, uint32_t{kLetterDimension});
  VectorDatabase database;
  database.UseModel(folder.path() + "/small");
  REQUIRE(database.indexes->Create(own).ok());
  REQUIRE(database.pipeline->IngestText("lake.txt", "The lake is deep.").ok());

  database.UseModel(folder.path() + "/large");
  const Status refused = database.Embed().status();
  CHECK(refused.code() == StatusCode::kInvalidArgument);
  CHECK_THAT(refused.message(), Catch::Contains("DROP INDEX mine"));

  database.UseModel(folder.path() + "/small");
  CHECK(database.VectorsAreOfModel());
  RetrieveOptions options;
  options.route = "dense";
  const auto found = database.pipeline->Retrieve("a lake", options);
  REQUIRE(found.ok());
  CHECK(found->passages.size() == 1);

  database.UseModel(folder.path() + "/large");
  REQUIRE(database.indexes->DropIndex("mine", false).ok());
  CHECK(database.Embed().ok());
  CHECK(database.VectorsAreOfModel());
  CHECK(database.IndexDimensions() == 48);
}

TEST_CASE("something else that has the name of an index is named", "[rag]") {
  const TemporaryFolder folder;
  WriteLetterModel(folder.path() + "/model", 1);
  index::IndexRequest other;
  SECTION("of the vectors") {
    other.name = kVectorIndex;
    other.kind = index::IndexKind::kVector;
  }
  SECTION("of the words") {
    other.name = kTextIndex;
    other.kind = index::IndexKind::kText;
  }
  other.labels = {"Doc"};
  other.properties = {"text"};
  VectorDatabase database;
  database.UseModel(folder.path() + "/model");
  REQUIRE(database.indexes->Create(other).ok());
  const Status refused = database.pipeline->IngestText("lake.txt", "The lake is deep.").status();
  CHECK(refused.code() == StatusCode::kAlreadyExists);
  CHECK_THAT(refused.message(), Catch::Contains(other.name + "' on :Doc(text)"));
}

}  // namespace
}  // namespace kith::rag
