// SPDX-License-Identifier: Apache-2.0
// Documents that are ingested with a model: every chunk gets its vector in the same transaction.
#include <catch2/catch.hpp>
#include <map>

#include "rag/column_values.h"
#include "rag/model/model_record.h"
#include "storage/catalog.h"
#include "tests/rag/model_file.h"
#include "tests/rag/rag_fixture.h"
#include "tests/temporary_folder.h"

namespace kith::rag {
namespace {

/// A database in memory, open with a model or without.
struct VectorDatabase {
  std::unique_ptr<storage::GraphStore> store;
  std::unique_ptr<index::IndexManager> indexes;
  std::unique_ptr<DatabaseModel> model;
  std::unique_ptr<Pipeline> pipeline;

  VectorDatabase() {
    storage::GraphStoreOptions options;
    options.path = ":memory:";
    store = *storage::GraphStore::Open(options);
    indexes = *index::IndexManager::Open(store.get());
    UseModel("");
  }

  /// As if the database were closed and opened with another model; "" is none.
  void UseModel(const std::string& path) {
    model = path.empty() ? nullptr
                         : std::make_unique<DatabaseModel>(path, EmbedderOptions(), store.get());
    pipeline = *Pipeline::Create(
        store.get(), indexes.get(),
        [](storage::Transaction& transaction, const Interrupt&,
           MemoryBudget&) -> Result<std::unique_ptr<query::StatementRunner>> {
          return std::unique_ptr<query::StatementRunner>(new ViewRunner(&transaction));
        },
        nullptr, model.get());
  }

  Result<ReembedReport> Embed() {
    auto transaction = *store->Begin(storage::TransactionMode::kWrite);
    ViewRunner runner(transaction.get());
    const Interrupt never;
    MemoryBudget memory("test", 0);
    query::ProcedureContext context{*transaction, runner, never, memory};
    Result<ReembedReport> report = pipeline->Embed(context);
    if (report.ok()) REQUIRE(transaction->Commit().ok());
    return report;
  }

  /// The chunks' vectors by text; an empty one where there is none.
  std::map<std::string, std::vector<float>> Vectors() {
    auto transaction = *store->Begin(storage::TransactionMode::kRead);
    storage::ReadView& view = transaction->view();
    const GraphNames names = *GraphNames::Find(view.catalog());
    std::map<std::string, std::vector<float>> vectors;
    const std::vector<GroupId> groups = *view.LabelGroups(names.chunk);
    for (const GroupId group : groups) {
      storage::SlotBitmap members;
      REQUIRE(view.LabelNodes(group, names.chunk, &members).ok());
      std::vector<NodeId> nodes;
      for (uint32_t slot = 0; slot < kGroupSlots; ++slot) {
        if (members.Contains(slot)) nodes.emplace_back(group, slot);
      }
      std::vector<PropertyId> properties = {names.title, names.heading, names.text};
      if (names.embedding) properties.push_back(*names.embedding);
      std::vector<storage::Column> columns;
      REQUIRE(view.GatherMany(nodes, properties, &columns).ok());
      for (size_t i = 0; i < nodes.size(); ++i) {
        auto& vector = vectors[EmbeddedText(StringAt(columns[0], i), StringAt(columns[1], i),
                                            StringAt(columns[2], i))];
        if (columns.size() < 4 || !columns[3].At(i).IsList()) continue;
        for (const Value& component : columns[3].At(i).AsList()) {
          vector.push_back(static_cast<float>(component.AsNumber()));
        }
      }
    }
    return vectors;
  }

  bool VectorsAreOfModel() {
    const Embedder* const embedder = *model->Open();
    const auto vectors = Vectors();
    for (const auto& [text, vector] : vectors) {
      if (vector != *embedder->EmbedOne(text)) return false;
    }
    return !vectors.empty();
  }
};

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

}  // namespace
}  // namespace kith::rag
