// SPDX-License-Identifier: Apache-2.0
// Conversations through the C++ API: follow-up questions, the turns in the graph, and who may go on
// with one.
#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "kith/kith.h"
#include "tests/temporary_folder.h"

namespace kith {
namespace {

void AddDocuments(Database* database) {
  const std::pair<const char*, const char*> documents[] = {
      {"torvik.md",
       "# Torvik Lighthouse\n\nTorvik Lighthouse stands on a rock in the bay of Ostrand. It was "
       "built "
       "in 1887 by Marit Oen. It is 24 metres high."},
      {"oen.md",
       "# Marit Oen\n\nMarit Oen (born 1851) was an engineer. She was born in Lorvia. Her brother "
       "was the painter Aksel Oen."},
      {"sund.md",
       "# Sund Lighthouse\n\nSund Lighthouse was built in 1902 by Pavel Dorn. It is 31 metres "
       "high."},
  };
  for (const auto& [name, text] : documents) {
    REQUIRE(database->rag().IngestText(name, text).ok());
  }
}

std::unique_ptr<Database> Open(const std::string& path) {
  auto database = Database::Open(path);
  REQUIRE(database.ok());
  return std::move(*database);
}

Answer Ask(Database* database, const std::string& conversation, const std::string& question) {
  AskOptions options;
  options.conversation = conversation;
  auto answer = database->rag().Ask(question, options);
  INFO(answer.status().ToString());
  REQUIRE(answer.ok());
  return std::move(*answer);
}

std::vector<std::string> Rows(Database* database, const std::string& statement) {
  const auto connection = database->Connect();
  auto cursor = connection->Execute(statement);
  INFO(cursor.status().ToString());
  REQUIRE(cursor.ok());
  std::vector<std::string> rows;
  while (cursor->Next()) rows.push_back(cursor->Get(0).ToString());
  REQUIRE(cursor->status().ok());
  return rows;
}

TEST_CASE("a place in the answer to who is no person where one is named", "[engine]") {
  const auto database = Open(":memory:");
  const auto add = [&](const char* name, const char* text) {
    REQUIRE(database->rag().IngestText(name, text).ok());
  };
  add("vane.md", "# Karl Vane\n\nKarl Vane (1851-1920) was a painter. He painted boats.");
  add("selm.md", "# Selm\n\nSelm is a town of tanners on a river.");
  add("moor.md",
      "# Ada Moor\n\nAda Moor (1890-1976) was the first doctor of [Selm](selm.md), and her father "
      "was [Karl Vane](vane.md). She kept bees.");
  CHECK_THAT(Ask(database.get(), "moor", "Who was the father of Ada Moor?").text,
             Catch::Contains("Karl Vane"));
  CHECK(Ask(database.get(), "moor", "What did he paint?").asked == "What did Karl Vane paint?");
}

TEST_CASE("a conversation resolves what its questions refer to", "[engine]") {
  const auto database = Open(":memory:");
  AddDocuments(database.get());
  const Answer first = Ask(database.get(), "tower", "Who built Torvik Lighthouse?");
  CHECK_THAT(first.text, Catch::Contains("Marit Oen"));
  CHECK(first.asked == "Who built Torvik Lighthouse?");
  const Answer second = Ask(database.get(), "tower", "Where was she born?");
  CHECK(second.asked == "Where was Marit Oen born?");
  CHECK_THAT(second.text, Catch::Contains("Lorvia"));
  CHECK_THAT(second.retrieval.reasons.front(), Catch::Contains("Marit Oen"));
  const Answer third = Ask(database.get(), "tower", "How high is the lighthouse?");
  CHECK(third.asked == "How high is Torvik Lighthouse?");
  CHECK_THAT(third.text, Catch::Contains("24"));
  const Answer fourth = Ask(database.get(), "tower", "And Sund Lighthouse?");
  CHECK(fourth.asked == "How high is Sund Lighthouse?");
  CHECK_THAT(fourth.text, Catch::Contains("31"));
}

TEST_CASE("conversations do not hear each other, and a question alone hears none", "[engine]") {
  const auto database = Open(":memory:");
  AddDocuments(database.get());
  Ask(database.get(), "a", "Who built Torvik Lighthouse?");
  CHECK(Ask(database.get(), "b", "Where was she born?").asked == "Where was she born?");
  const auto alone = database->rag().Ask("Where was she born?");
  REQUIRE(alone.ok());
  CHECK(alone->asked == "Where was she born?");
  CHECK(Rows(database.get(), "MATCH (c:Conversation) RETURN c.id ORDER BY c.id") ==
        std::vector<std::string>{"'a'", "'b'"});
}

TEST_CASE("turns are in the graph, in order, with what they cite", "[engine]") {
  const auto database = Open(":memory:");
  AddDocuments(database.get());
  Ask(database.get(), "tower", "Who built Torvik Lighthouse?");
  Ask(database.get(), "tower", "Where was she born?");
  CHECK(Rows(database.get(),
             "MATCH (:Conversation {id: 'tower'})-[:HAS_TURN]->(t)-[:CITES]->(k:Chunk) "
             "RETURN t.ordinal + ' ' + t.question + ' ' + t.asked + ' ' + k.title "
             "ORDER BY t.ordinal") ==
        std::vector<std::string>{
            "'1 Who built Torvik Lighthouse? Who built Torvik Lighthouse? Torvik Lighthouse'",
            "'2 Where was she born? Where was Marit Oen born? Marit Oen'"});
  REQUIRE(database->rag().Delete("oen.md").ok());
  CHECK(Rows(database.get(), "MATCH (t:Turn) WHERE NOT (t)-[:CITES]->() RETURN t.ordinal") ==
        std::vector<std::string>{"2"});
}

TEST_CASE("a conversation goes on after the database was closed", "[engine]") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/db";
  {
    const auto database = Open(path);
    AddDocuments(database.get());
    Ask(database.get(), "tower", "Who built Torvik Lighthouse?");
  }
  CHECK(Ask(Open(path).get(), "tower", "Where was she born?").asked == "Where was Marit Oen born?");
  Options options;
  options.read_only = true;
  auto reader = Database::Open(path, options);
  REQUIRE(reader.ok());
  AskOptions ask;
  ask.conversation = "tower";
  CHECK((*reader)->rag().Ask("Where was she born?", ask).status().code() == StatusCode::kReadOnly);
}

TEST_CASE("rag.chat is a turn of a conversation in a statement", "[engine]") {
  const auto database = Open(":memory:");
  AddDocuments(database.get());
  Rows(database.get(),
       "CALL rag.chat('tower', 'Who built Torvik Lighthouse?') YIELD answer "
       "RETURN answer");
  CHECK(Rows(database.get(),
             "CALL rag.chat('tower', 'Where was she born?', {limit: 5}) "
             "YIELD asked RETURN asked") ==
        std::vector<std::string>{"'Where was Marit Oen born?'"});
  CHECK(Rows(database.get(), "MATCH (t:Turn) RETURN count(t)") == std::vector<std::string>{"2"});
  const auto connection = database->Connect();
  for (const char* bad :
       {"CALL rag.chat('', 'Who?')", "CALL rag.chat('tower', '')",
        "CALL rag.chat('tower', 'Who?', {conversation: 'other'})", "CALL rag.chat(null, 'Who?')"}) {
    CAPTURE(bad);
    CHECK_FALSE(connection->Execute(bad).ok());
  }
  // In a transaction that is rolled back the turn was not said.
  REQUIRE(connection->Execute("BEGIN").ok());
  REQUIRE(connection->Execute("CALL rag.chat('tower', 'Is she tall?')").ok());
  REQUIRE(connection->Execute("ROLLBACK").ok());
  CHECK(Rows(database.get(), "MATCH (t:Turn) RETURN count(t)") == std::vector<std::string>{"2"});
}

TEST_CASE("the name of a conversation is checked", "[engine]") {
  const auto database = Open(":memory:");
  AddDocuments(database.get());
  AskOptions options;
  for (const std::string& name : {std::string(257, 'x'), std::string("\xff")}) {
    options.conversation = name;
    CHECK(database->rag().Ask("Who?", options).status().code() == StatusCode::kInvalidArgument);
  }
  CHECK(Rows(database.get(), "MATCH (c:Conversation) RETURN c").empty());
  options.conversation = "empty";
  CHECK(database->rag().Ask("", options).status().code() == StatusCode::kInvalidArgument);
  CHECK(Rows(database.get(), "MATCH (c:Conversation) RETURN c").empty());
}

TEST_CASE("several threads go on with one conversation, and no turn is lost", "[engine]") {
  const auto database = Open(":memory:");
  AddDocuments(database.get());
  constexpr int kThreads = 4;
  constexpr int kQuestions = 5;
  std::vector<std::thread> threads;
  std::vector<Status> failed(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      AskOptions options;
      options.conversation = "all";
      for (int k = 0; k < kQuestions; ++k) {
        const auto answer = database->rag().Ask("Who built Torvik Lighthouse?", options);
        if (!answer.ok()) failed[static_cast<size_t>(i)] = answer.status();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Status& status : failed) CHECK(status.ToString() == Status().ToString());
  CHECK(Rows(database.get(), "MATCH (t:Turn) RETURN count(DISTINCT t.ordinal)") ==
        std::vector<std::string>{"20"});
}

TEST_CASE("turns that a statement changed to something else are no turns", "[engine]") {
  const auto database = Open(":memory:");
  AddDocuments(database.get());
  Ask(database.get(), "tower", "Who built Torvik Lighthouse?");
  Rows(database.get(), "MATCH (t:Turn) SET t.asked = 7, t.answer = '...', t.ordinal = 'x'");
  CHECK(Ask(database.get(), "tower", "Where was she born?").asked == "Where was she born?");
}

TEST_CASE("ids of conversations are unique whatever has the name of their index", "[engine]") {
  const auto database = Open(":memory:");
  AddDocuments(database.get());
  Rows(database.get(),
       "CREATE CONSTRAINT rag_conversation_id FOR (p:Person) REQUIRE p.id IS UNIQUE");
  AskOptions options;
  options.conversation = "tower";
  const Status status = database->rag().Ask("Who built Torvik Lighthouse?", options).status();
  CHECK(status.code() == StatusCode::kAlreadyExists);
  CHECK_THAT(status.ToString(), Catch::Contains("rag_conversation_id"));
  Rows(database.get(), "CREATE CONSTRAINT mine FOR (c:Conversation) REQUIRE c.id IS UNIQUE");
  CHECK(database->rag().Ask("Who built Torvik Lighthouse?", options).ok());
}

TEST_CASE("EXPLAIN shows the route of rag.chat", "[engine]") {
  const auto database = Open(":memory:");
  AddDocuments(database.get());
  const auto connection = database->Connect();
  auto cursor =
      connection->Execute("EXPLAIN CALL rag.chat('tower', 'Who built Torvik Lighthouse?')");
  REQUIRE(cursor.ok());
  CHECK_THAT(cursor->plan(), Catch::Contains("route: "));
}

}  // namespace
}  // namespace kith
