// SPDX-License-Identifier: Apache-2.0
// The procedures through the query engine: what CALL returns, what EXPLAIN shows, what a rollback
// undoes, and that the routes' Cypher finds what the same search over the read view finds.
#include "rag/procedures.h"

#include <catch2/catch.hpp>

#include "index/index_manager.h"
#include "query/session.h"
#include "rag/ingest/graph_names.h"
#include "rag/pipeline.h"
#include "tests/rag/rag_fixture.h"

namespace kith::rag {
namespace {

using Rows = std::vector<std::vector<Value>>;

/// Store, indexes, pipeline and query engine wired as the engine does.
struct SessionDatabase {
  std::unique_ptr<storage::GraphStore> store;
  std::unique_ptr<index::IndexManager> indexes;
  query::ProcedureRegistry procedures;
  std::unique_ptr<query::QuerySession> session;
  std::unique_ptr<Pipeline> pipeline;

  SessionDatabase() {
    storage::GraphStoreOptions options;
    options.path = ":memory:";
    store = storage::GraphStore::Open(options).value();
    indexes = index::IndexManager::Open(store.get()).value();
    const StatementRunnerFactory runners =
        [this](storage::Transaction& transaction, const Interrupt& interrupt,
               MemoryBudget& memory) -> Result<std::unique_ptr<query::StatementRunner>> {
      return session->NewRunner(transaction, {.interrupt = &interrupt, .memory = &memory});
    };
    pipeline = Pipeline::Create(store.get(), indexes.get(), runners, nullptr).value();
    REQUIRE(RegisterProcedures(pipeline.get(), &procedures).ok());
    session = std::make_unique<query::QuerySession>(query::QuerySessionOptions{
        .store = store.get(), .indexes = indexes.get(), .procedures = &procedures});
  }

  static Result<Rows> Drain(query::ResultCursor* cursor) {
    Rows all;
    Rows rows;
    do {
      KITH_RETURN_IF_ERROR(cursor->Next(&rows));
      all.insert(all.end(), rows.begin(), rows.end());
    } while (!rows.empty());
    return all;
  }

  Result<Rows> Run(std::string_view text) {
    KITH_ASSIGN_OR_RETURN(const auto prepared, session->Prepare(text));
    KITH_ASSIGN_OR_RETURN(const auto cursor, session->ExecuteAutoCommit(prepared, {}));
    return Drain(cursor.get());
  }

  std::string Plan(std::string_view text) {
    const auto prepared = session->Prepare(text);
    REQUIRE(prepared.ok());
    const auto cursor = session->ExecuteAutoCommit(*prepared, {});
    REQUIRE(cursor.ok());
    return (*cursor)->plan();
  }
};

std::string IngestDemo() {
  return "CALL rag.ingest('" + std::string(KITH_SOURCE_DIR) + "/demo/documents')";
}

}  // namespace

TEST_CASE("CALL rag.ingest, ask, retrieve and delete", "[rag]") {
  SessionDatabase database;
  const auto ingested = database.Run(IngestDemo());
  REQUIRE(ingested.status().ToString() == "OK");
  CHECK(ingested->at(0)[0].AsInteger() == 64);
  const auto answer = database.Run(
      "CALL rag.ask('Who founded Osei Optical Works?') YIELD answer, abstained, citations "
      "RETURN answer, abstained, size(citations)");
  REQUIRE(answer.status().ToString() == "OK");
  CHECK_THAT(std::string(answer->at(0)[0].AsString()), Catch::Contains("Kwame Osei"));
  CHECK(!answer->at(0)[1].AsBoolean());
  const auto passages = database.Run(
      "CALL rag.retrieve('云溪大桥是谁设计的？', {limit: 3}) YIELD chunk, document, score "
      "RETURN labels(chunk), document ORDER BY score DESC");
  REQUIRE(passages.status().ToString() == "OK");
  REQUIRE(passages->size() == 3);
  CHECK(passages->at(0)[1].AsString() == "云溪大桥.md");
  CHECK(database.Run("CALL rag.delete('halden.md')").ok());
  CHECK(database.Run("CALL rag.delete('halden.md')").status().code() == StatusCode::kNotFound);
  CHECK(database.Run(IngestDemo())->at(0)[2].AsInteger() == 63);
  CHECK(database.Run("CALL rag.ask('x', {depth: 3})").status().code() ==
        StatusCode::kArgumentError);
  for (const char* options : {"model: 3", "maxTokens: -1", "temperature: 'hot'", "seed: 0.5",
                              "markUnsupported: 1", "maxMs: -1", "contextTokens: -2"}) {
    const std::string ask = std::string("CALL rag.ask('x', {") + options + "})";
    CAPTURE(ask);
    CHECK(database.Run(ask).status().code() == StatusCode::kArgumentError);
  }
  // A null option is not given, whatever its right values are; its name is looked at all the same.
  CHECK(database
            .Run("CALL rag.ask('x', {limit: null, route: null, model: null, maxTokens: null, "
                 "contextTokens: null, maxMs: null, seed: null, temperature: null, "
                 "markUnsupported: null})")
            .ok());
  CHECK(database.Run("CALL rag.chat('talk', 'x', {model: null, limit: null})").ok());
  CHECK(database.Run("CALL rag.retrieve('x', {limit: null, route: null})").ok());
  CHECK(database
            .Run("CALL rag.ingest('" KITH_SOURCE_DIR
                 "/demo/documents', {skipUnreadable: null, maxDocumentBytes: null})")
            .ok());
  CHECK_THAT(database.Run("CALL rag.retrieve('x', {limt: null})").status().message(),
             Catch::Contains("unknown option 'limt'") && Catch::Contains("limit and route"));
  const Status model = database.Run("CALL rag.ask('x', {model: '/none/a.gguf'})").status();
  CHECK((model.code() == StatusCode::kNotFound || model.code() == StatusCode::kUnsupported));
  CHECK(database.Run("CALL rag.retrieve('x', {limit: 0})").status().code() ==
        StatusCode::kArgumentError);
}

TEST_CASE("EXPLAIN CALL rag.retrieve shows the route, its reasons and its plan", "[rag]") {
  SessionDatabase database;
  REQUIRE(database.Run(IngestDemo()).ok());
  const std::string plan = database.Plan(
      "EXPLAIN CALL rag.retrieve('Where was the engineer who designed the Halden Bridge born?') "
      "YIELD title RETURN title");
  CHECK_THAT(plan, Catch::Contains("route: analytical"));
  CHECK_THAT(plan, Catch::Contains("It names \"Halden Bridge\""));
  CHECK_THAT(plan, Catch::Contains("MATCH (s:Chunk)-[:MENTIONS]->(e:Entity)"));
  CHECK_THAT(database.Plan("EXPLAIN CALL rag.ask('How high is Mount Corrow?') YIELD answer "
                           "RETURN answer"),
             Catch::Contains("route: factual"));
}

TEST_CASE("a rolled back ingest leaves nothing", "[rag]") {
  SessionDatabase database;
  REQUIRE(database.pipeline->IngestText("a.txt", "Alpha town\n\nNear Borrow Hill.").ok());
  const std::string count =
      "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN count(DISTINCT n), count(r)";
  const auto before = database.Run(count);
  REQUIRE(before.ok());
  const auto transaction = database.store->Begin(storage::TransactionMode::kWrite).value();
  const auto statement = database.session->Prepare(IngestDemo());
  REQUIRE(statement.ok());
  const auto cursor = database.session->Run(*statement, {}, *transaction);
  REQUIRE(cursor.ok());
  REQUIRE(SessionDatabase::Drain(cursor->get()).ok());
  transaction->Rollback();
  CHECK(*database.Run(count) == *before);
  const auto view = database.store->Begin(storage::TransactionMode::kRead).value();
  CHECK(index::VerifyIndexes(&view->view()).ok());
}

TEST_CASE("the routes' Cypher finds what the read view has", "[rag]") {
  SessionDatabase by_cypher;
  const auto by_view = RagDatabase::Make();
  const std::string folder = std::string(KITH_SOURCE_DIR) + "/demo/documents";
  REQUIRE(by_cypher.pipeline->Ingest(folder).ok());
  REQUIRE(by_view->pipeline->Ingest(folder).ok());
  for (const char* question :
       {"How high is Mount Corrow?", "Where was the engineer who designed the Halden Bridge born?",
        "《雾中渡》的作者的祖父是谁？", "Which ships were lost?"}) {
    for (const char* route : {"factual", "analytical", "text"}) {
      CAPTURE(question, route);
      RetrieveOptions options;
      options.route = route;
      const auto left = by_cypher.pipeline->Retrieve(question, options);
      const auto right = by_view->pipeline->Retrieve(question, options);
      REQUIRE(left.status().ToString() == "OK");
      REQUIRE(right.ok());
      REQUIRE(left->passages.size() == right->passages.size());
      for (size_t i = 0; i < left->passages.size(); ++i) {
        CHECK(left->passages[i].document == right->passages[i].document);
        CHECK(left->passages[i].score == Approx(right->passages[i].score));
      }
    }
  }
}

TEST_CASE("a question without the indexes is an error, and an ingest makes them anew", "[rag]") {
  SessionDatabase database;
  const std::string text = "# Torvik\n\nThe lighthouse of Torvik was built by Marit Oen in 1887.\n";
  const std::string question = "Who built the lighthouse of Torvik?";
  REQUIRE(database.pipeline->IngestText("torvik.md", text).ok());
  const auto before = database.pipeline->Ask(question);
  REQUIRE(before.ok());
  REQUIRE_FALSE(before->abstained);
  for (const auto index : {kTextIndex, kDocumentIndex, kEntityIndex, kLinkTargetIndex}) {
    CAPTURE(index);
    // Uniqueness is a constraint; the text index is none.
    const auto dropped = index == kTextIndex ? database.indexes->DropIndex(index, false)
                                             : database.indexes->DropConstraint(index, false);
    REQUIRE(dropped.ok());
    const Status missing = database.pipeline->Ask(question).status();
    CHECK(missing.code() == StatusCode::kNotFound);
    CHECK_THAT(missing.message(), Catch::Contains(std::string(index) + " of the 1 document in"));
    CHECK_THAT(database.pipeline->Delete("torvik.md").message(),
               Catch::Contains("ingesting again"));
    CHECK(database.pipeline->IngestText("torvik.md", text)->documents_unchanged == 1);
    const auto answer = database.pipeline->Ask(question);
    REQUIRE(answer.ok());
    CHECK(answer->text == before->text);
  }
}

TEST_CASE("a document that a statement has damaged is mended by what the error says", "[rag]") {
  SessionDatabase database;
  const std::string text = "# Torvik\n\nThe lighthouse of Torvik was built by Marit Oen in 1887.\n";
  const std::string question = "Who built the lighthouse of Torvik?";
  REQUIRE(database.pipeline->IngestText("torvik.md", text).ok());
  const auto before = database.pipeline->Ask(question);
  REQUIRE(before.ok());
  REQUIRE_FALSE(before->citations.empty());

  REQUIRE(database.Run("MATCH (c:Chunk) DETACH DELETE c").ok());
  CHECK(database.pipeline->IngestText("torvik.md", text)->documents_replaced == 1);
  CHECK(database.pipeline->Ask(question)->text == before->text);

  REQUIRE(database.Run("MATCH (d:Document) SET d.source = 'short'").ok());
  const Status damaged = database.pipeline->Ask(question).status();
  CHECK(damaged.code() == StatusCode::kCorruption);
  CHECK_THAT(damaged.message(), Catch::Contains("forget that document (kith forget)"));
  REQUIRE(database.pipeline->Delete("torvik.md").ok());
  CHECK(database.pipeline->IngestText("torvik.md", text)->documents_added == 1);
  const auto after = database.pipeline->Ask(question);
  REQUIRE(after.ok());
  CHECK(after->text == before->text);
}

}  // namespace kith::rag
