// SPDX-License-Identifier: Apache-2.0
// The C++ API: statements, cursors, transactions, limits, threads.
#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "kith/kith.h"
#include "tests/temporary_folder.h"

using kith::Connection;
using kith::Cursor;
using kith::Database;
using kith::Options;
using kith::Parameters;
using kith::Status;
using kith::StatusCode;
using kith::TemporaryFolder;
using kith::Value;

namespace {

constexpr const char* kEndless =
    "UNWIND range(1, 10000) AS a UNWIND range(1, 10000) AS b UNWIND range(1, 10000) AS c "
    "RETURN count(a * b % 7)";

std::unique_ptr<Database> OpenMemory(const Options& options = {}) {
  auto database = Database::Open(":memory:", options);
  INFO(database.status().ToString());
  REQUIRE(database.ok());
  return std::move(database).value();
}

/// All rows, one text each: "1|'a'".
std::vector<std::string> Rows(Cursor& cursor) {
  std::vector<std::string> rows;
  while (cursor.Next()) {
    std::string row;
    for (size_t i = 0; i < cursor.columns().size(); ++i) {
      row += (i > 0 ? "|" : "") + cursor.Get(i).ToString();
    }
    rows.push_back(row);
  }
  return rows;
}

std::vector<std::string> Run(Connection& connection, std::string_view text,
                             const Parameters& parameters = {}) {
  auto cursor = connection.Execute(text, parameters);
  INFO(text << "\n" << cursor.status().ToString());
  REQUIRE(cursor.ok());
  std::vector<std::string> rows = Rows(*cursor);
  INFO(cursor->status().ToString());
  REQUIRE(cursor->status().ok());
  return rows;
}

/// How the statement ends, whether when it starts or while it is read.
Status Outcome(Connection& connection, std::string_view text, const Parameters& parameters = {}) {
  auto cursor = connection.Execute(text, parameters);
  if (!cursor.ok()) return cursor.status();
  Rows(*cursor);
  return cursor->status();
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("connection: parameters replace and stay sorted", "[engine]") {
  Parameters parameters{{"b", Value(1)}, {"a", Value(2)}, {"b", Value(3)}};
  REQUIRE(parameters.entries().size() == 2);
  CHECK(parameters.entries()[0].first == "a");
  CHECK(parameters.entries()[1].second.AsInteger() == 3);
  parameters.Set("aa", Value("x"));
  CHECK(parameters.entries()[1].first == "aa");
}

TEST_CASE("connection: write statistics read as a sentence", "[engine]") {
  kith::WriteStatistics none;
  CHECK(!none.any());
  CHECK(none.ToString().empty());
  kith::WriteStatistics some;
  some.nodes_created = 2;
  some.properties_set = 1;
  some.indexes_added = 1;
  CHECK(some.any());
  CHECK(some.ToString() == "2 nodes created, 1 property set, 1 index added");
}

TEST_CASE("connection: a statement gives columns, rows and counts", "[engine]") {
  const auto database = OpenMemory();
  const auto connection = database->Connect();
  auto cursor =
      connection->Execute("CREATE (a:A {x: $x}) RETURN a.x AS x, 'y' AS y;", {{"x", Value(7)}});
  REQUIRE(cursor.ok());
  CHECK(cursor->columns() == Texts{"x", "y"});
  CHECK(cursor->statistics().nodes_created == 1);
  CHECK(Rows(*cursor) == Texts{"7|'y'"});
  CHECK(!cursor->Next());
  CHECK(cursor->status().ok());
  CHECK(Run(*connection, "CREATE (:A)").empty());
}

TEST_CASE("connection: more rows than a batch arrive once each, in order", "[engine]") {
  const auto database = OpenMemory();
  const auto connection = database->Connect();
  auto cursor = connection->Execute("UNWIND range(1, 10000) AS x RETURN x");
  REQUIRE(cursor.ok());
  int64_t expected = 0;
  while (cursor->Next()) REQUIRE(cursor->Get(0).AsInteger() == ++expected);
  CHECK(expected == 10000);
}

TEST_CASE("connection: a cursor left early does not hold up what follows", "[engine]") {
  const auto database = OpenMemory();
  const auto connection = database->Connect();
  Run(*connection, "UNWIND range(1, 5000) AS x CREATE (:A {x: x})");
  auto cursor = connection->Execute("MATCH (a:A) RETURN a.x");
  REQUIRE(cursor.ok());
  REQUIRE(cursor->Next());
  // It reads its own snapshot: neither this deletion nor the end of the statement touches it.
  Run(*connection, "MATCH (a:A) DELETE a");
  size_t rows = 1;
  while (cursor->Next()) ++rows;
  CHECK(cursor->status().ok());
  CHECK(rows == 5000);
}

TEST_CASE("connection: inside a transaction a cursor survives later statements", "[engine]") {
  const auto database = OpenMemory();
  const auto connection = database->Connect();
  REQUIRE(connection->Begin().ok());
  Run(*connection, "UNWIND range(1, 3000) AS x CREATE (:A {x: x})");
  auto cursor = connection->Execute("MATCH (a:A) RETURN a.x");
  REQUIRE(cursor.ok());
  REQUIRE(cursor->Next());
  Run(*connection, "MATCH (a:A) DELETE a");
  REQUIRE(connection->Commit().ok());
  size_t rows = 1;
  while (cursor->Next()) ++rows;
  CHECK(rows == 3000);
}

TEST_CASE("connection: prepared statements keep their bindings", "[engine]") {
  const auto database = OpenMemory();
  const auto connection = database->Connect();
  auto statement = connection->Prepare("RETURN $a + $b AS sum");
  REQUIRE(statement.ok());
  CHECK(statement->text() == "RETURN $a + $b AS sum");
  auto missing = statement->Bind("a", Value(1)).Execute();
  REQUIRE(!missing.ok());
  CHECK(missing.status().code() == StatusCode::kParameterMissing);
  for (int i = 0; i < 3; ++i) {
    auto cursor = statement->Bind("b", Value(i)).Execute();
    REQUIRE(cursor.ok());
    CHECK(Rows(*cursor) == Texts{std::to_string(1 + i)});
  }
  statement->ClearBindings();
  CHECK(!statement->Execute().ok());
}

TEST_CASE("connection: a plan outlives the index that it was made for", "[engine]") {
  const auto database = OpenMemory();
  const auto connection = database->Connect();
  Run(*connection, "UNWIND range(1, 100) AS x CREATE (:A {x: x})");
  auto statement = connection->Prepare("MATCH (a:A {x: $x}) RETURN a.x");
  REQUIRE(statement.ok());
  statement->Bind("x", Value(5));
  for (const char* change : {"RETURN 0", "CREATE INDEX i FOR (a:A) ON (a.x)", "DROP INDEX i"}) {
    Run(*connection, change);
    auto cursor = statement->Execute();
    REQUIRE(cursor.ok());
    CHECK(Rows(*cursor) == Texts{"5"});
  }
}

TEST_CASE("connection: errors carry position, phase and detail", "[engine]") {
  const auto database = OpenMemory();
  const auto connection = database->Connect();
  const std::string text = "MATCH (n)\nRETURN nobody";
  const Status status = Outcome(*connection, text);
  CHECK(status.code() == StatusCode::kSyntaxError);
  CHECK(status.detail() == "UndefinedVariable");
  CHECK(status.phase() == kith::ErrorPhase::kCompileTime);
  const kith::LineColumn place = kith::LocateOffset(text, status.position().begin);
  CHECK(place.line == 2);
  CHECK(place.column == 8);
  CHECK(kith::DescribeError(status, text).find("RETURN nobody\n         ^") != std::string::npos);
  CHECK(kith::DescribeError(Status(StatusCode::kBusy, "taken"), text) == "Busy: taken");
}

TEST_CASE("connection: a failed statement leaves nothing and spoils nothing", "[engine]") {
  const auto database = OpenMemory();
  const auto connection = database->Connect();
  const char* failing = "UNWIND [1, 2, 0] AS x CREATE (:A {y: 1 / x})";
  CHECK(Outcome(*connection, failing).code() == StatusCode::kArithmeticError);
  CHECK(Run(*connection, "MATCH (a:A) RETURN count(a)") == Texts{"0"});
  REQUIRE(connection->Begin().ok());
  Run(*connection, "CREATE (:A)");
  CHECK(Outcome(*connection, failing).code() == StatusCode::kArithmeticError);
  CHECK(Run(*connection, "MATCH (a:A) RETURN count(a)") == Texts{"1"});
  REQUIRE(connection->Commit().ok());
  CHECK(Run(*connection, "MATCH (a:A) RETURN count(a)") == Texts{"1"});
}

TEST_CASE("connection: transactions begin, commit and roll back, also in Cypher", "[engine]") {
  const auto database = OpenMemory();
  const auto connection = database->Connect();
  CHECK(connection->Commit().code() == StatusCode::kInvalidArgument);
  CHECK(connection->Rollback().code() == StatusCode::kInvalidArgument);
  Run(*connection, "BEGIN");
  CHECK(connection->in_transaction());
  CHECK(connection->Begin().code() == StatusCode::kInvalidArgument);
  Run(*connection, "CREATE (:A)");
  Run(*connection, "ROLLBACK");
  CHECK(!connection->in_transaction());
  CHECK(Run(*connection, "MATCH (a:A) RETURN count(a)") == Texts{"0"});
  {
    const auto other = database->Connect();
    REQUIRE(other->Begin().ok());
    Run(*other, "CREATE (:A)");
  }  // Rolled back with its connection.
  CHECK(Run(*connection, "MATCH (a:A) RETURN count(a)") == Texts{"0"});
  REQUIRE(connection->Begin().ok());
  const Status schema = Outcome(*connection, "CREATE INDEX i FOR (a:A) ON (a.x)");
  CHECK(!schema.ok());
  REQUIRE(connection->Rollback().ok());
  CHECK(Outcome(*connection, "CREATE INDEX i FOR (a:A) ON (a.x)").ok());
}

TEST_CASE("connection: after a conflict only ROLLBACK is accepted", "[engine]") {
  const auto database = OpenMemory();
  const auto one = database->Connect();
  const auto two = database->Connect();
  Run(*one, "CREATE (:A {x: 0})");
  REQUIRE(one->Begin().ok());
  REQUIRE(two->Begin().ok());
  CHECK(Run(*two, "MATCH (a:A) RETURN a.x") == Texts{"0"});
  Run(*one, "MATCH (a:A) SET a.x = 1");
  REQUIRE(one->Commit().ok());
  Status status = Outcome(*two, "MATCH (a:A) SET a.x = 2");
  if (status.ok()) {
    status = two->Commit();
  } else {
    CHECK(Outcome(*two, "RETURN 1").code() == StatusCode::kConflict);
    CHECK(two->Commit().code() == StatusCode::kConflict);
    CHECK(two->Rollback().ok());
  }
  CHECK(status.IsRetryable());
  CHECK(!two->in_transaction());
  CHECK(Run(*two, "MATCH (a:A) RETURN a.x") == Texts{"1"});
}

TEST_CASE("connection: auto-commit statements retry conflicts until none is lost", "[engine]") {
  const auto database = OpenMemory();
  Run(*database->Connect(), "CREATE (:Counter {n: 0})");
  std::vector<std::thread> threads;
  std::atomic<int> failed = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      const auto connection = database->Connect();
      for (int i = 0; i < 50; ++i) {
        if (!Outcome(*connection, "MATCH (c:Counter) SET c.n = c.n + 1").ok()) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failed == 0);
  CHECK(Run(*database->Connect(), "MATCH (c:Counter) RETURN c.n") == Texts{"200"});
}

TEST_CASE("connection: cancel, timeout and memory end a statement and nothing else", "[engine]") {
  Options options;
  options.query_memory_limit_bytes = size_t{8} << 20;
  const auto database = OpenMemory(options);
  const auto connection = database->Connect();
  connection->Cancel();  // Nothing runs: it does nothing.
  CHECK(Run(*connection, "RETURN 1") == Texts{"1"});
  std::atomic<bool> ended = false;
  std::thread canceller([&] {
    while (!ended) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      connection->Cancel();
    }
  });
  CHECK(Outcome(*connection, kEndless).code() == StatusCode::kCancelled);
  ended = true;
  canceller.join();
  connection->SetTimeout(std::chrono::milliseconds(50));
  CHECK(Outcome(*connection, kEndless).code() == StatusCode::kTimeout);
  connection->SetTimeout(std::chrono::milliseconds(0));
  const Status status =
      Outcome(*connection, "UNWIND range(1, 5000000) AS x RETURN collect(toString(x))");
  CHECK(status.code() == StatusCode::kResourceExhausted);
  CHECK(Run(*connection, "RETURN 1") == Texts{"1"});
}

TEST_CASE("connection: EXPLAIN shows a plan and runs nothing; PROFILE runs", "[engine]") {
  const auto database = OpenMemory();
  const auto connection = database->Connect();
  auto explained = connection->Execute("EXPLAIN CREATE (:A)");
  REQUIRE(explained.ok());
  CHECK(Rows(*explained).empty());
  CHECK(!explained->plan().empty());
  CHECK(Run(*connection, "MATCH (a:A) RETURN count(a)") == Texts{"0"});
  auto profiled = connection->Execute("PROFILE UNWIND range(1, 3) AS x RETURN x");
  REQUIRE(profiled.ok());
  CHECK(Rows(*profiled).size() == 3);
  CHECK(!profiled->plan().empty());
}

TEST_CASE("database: options that make no sense are named", "[engine]") {
  Options small;
  small.memory_limit_bytes = 1000;
  const auto refused = Database::Open(":memory:", small);
  REQUIRE(!refused.ok());
  CHECK(refused.status().message().find("1000") != std::string::npos);
  Options frozen;
  frozen.read_only = true;
  CHECK(Database::Open(":memory:", frozen).status().code() == StatusCode::kInvalidArgument);
  CHECK(Database::Open("").status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("database: an index may be larger than a transaction", "[engine]") {
  // Many small texts, or few large ones.
  const int words = GENERATE(40, 1000);
  const int nodes = 160'000 / words;
  Options small;
  small.memory_limit_bytes = size_t{64} << 20;
  const auto database = OpenMemory(small);
  const auto connection = database->Connect();
  std::string text;
  for (int i = 0; i < words; ++i) text += "w" + std::to_string(i) + " ";
  // Their postings would take 40 MB of the 16 MB that a transaction has.
  Run(*connection, "UNWIND range(1, $nodes) AS i CREATE (:D {t: $text})",
      {{"nodes", Value(nodes)}, {"text", Value(text)}});
  const Status built = Outcome(*connection, "CREATE FULLTEXT INDEX words FOR (d:D) ON EACH [d.t]");
  INFO(built.ToString());
  CHECK(built.ok());
  CHECK(Run(*connection, "SHOW INDEXES YIELD name, state") == Texts{"'words'|'ONLINE'"});
}

TEST_CASE("database: what was committed is there after opening again", "[engine]") {
  const TemporaryFolder folder;
  const std::string path = folder.database();
  Options no_create;
  no_create.create_if_missing = false;
  CHECK(Database::Open(path, no_create).status().code() == StatusCode::kNotFound);
  {
    auto database = Database::Open(path);
    REQUIRE(database.ok());
    const auto connection = (*database)->Connect();
    Run(*connection, "CREATE (:P {name: $name})-[:R {at: date('2020-02-29')}]->(:Q)",
        {{"name", Value("玛丽")}});
    const auto second = Database::Open(path);
    REQUIRE(!second.ok());
    CHECK(second.status().code() == StatusCode::kBusy);
    CHECK(second.status().message().find(path) != std::string::npos);
  }
  Options frozen;
  frozen.read_only = true;
  auto database = Database::Open(path, frozen);
  INFO(database.status().ToString());
  REQUIRE(database.ok());
  CHECK((*database)->is_read_only());
  const auto connection = (*database)->Connect();
  CHECK(Run(*connection, "MATCH (p:P)-[r]->() RETURN p.name, r.at") == Texts{"'玛丽'|2020-02-29"});
  CHECK(Outcome(*connection, "CREATE (:P)").code() == StatusCode::kReadOnly);
  REQUIRE(connection->Begin().ok());
  CHECK(Outcome(*connection, "CREATE (:P)").code() == StatusCode::kReadOnly);
}

TEST_CASE("rag: documents go in, cited answers come out, and nothing stays behind", "[engine]") {
  const auto database = OpenMemory();
  const auto connection = database->Connect();
  const std::string text = "# Torvik\n\nThe lighthouse of Torvik was built by Marit Oen in 1887.\n";
  const auto report = database->rag().IngestText("torvik.md", text);
  INFO(report.status().ToString());
  REQUIRE(report.ok());
  CHECK(report->documents_added == 1);
  const auto answer = database->rag().Ask("Who built the lighthouse of Torvik?");
  REQUIRE(answer.ok());
  CHECK(!answer->abstained);
  REQUIRE(!answer->citations.empty());
  const kith::Citation& citation = answer->citations[0];
  CHECK(text.substr(citation.begin_byte, citation.end_byte - citation.begin_byte) ==
        citation.quote);
  CHECK(answer->retrieval.evidence.ToSvg().find("<svg") != std::string::npos);
  CHECK(answer->ToHtml("Who?").find("<html") != std::string::npos);
  kith::AskOptions wrong;
  wrong.route = "sideways";
  CHECK(!database->rag().Ask("Who?", wrong).ok());
  CHECK(database->rag().Delete("torvik.md").ok());
  CHECK(Run(*connection, "MATCH (n) RETURN count(n)") == Texts{"0"});
}

TEST_CASE("handles may go in any order", "[engine]") {
  auto database = OpenMemory();
  auto connection = database->Connect();
  auto other = database->Connect();
  auto statement = connection->Prepare("RETURN 1");
  REQUIRE(statement.ok());
  auto rows = connection->Execute("UNWIND range(1, 100000) AS x RETURN x");
  REQUIRE(rows.ok());
  REQUIRE(rows->Next());
  REQUIRE(connection->Begin().ok());
  REQUIRE(connection->Execute("CREATE (:Lost)").ok());
  connection.reset();
  CHECK_FALSE(rows->Next());
  CHECK(rows->status().code() == StatusCode::kInvalidArgument);
  CHECK(statement->Execute().status().code() == StatusCode::kInvalidArgument);
  auto count = other->Execute("MATCH (n:Lost) RETURN count(n)");
  REQUIRE(count.ok());
  CHECK(Rows(*count) == std::vector<std::string>{"0"});
  database.reset();
  CHECK(other->Execute("RETURN 7").ok());
}

TEST_CASE("a cursor whose connection was closed holds nothing any more", "[engine]") {
  Options options;
  options.memory_limit_bytes = size_t{64} << 20;
  const auto database = OpenMemory(options);
  // Each holds about 13 MB of rows while its connection is open.
  std::vector<Cursor> left;
  for (int i = 0; i < 20; ++i) {
    const auto connection = database->Connect();
    REQUIRE(connection->Begin().ok());
    auto cursor = connection->Execute(
        "UNWIND range(1, 100000) AS x RETURN 'a text of some length, number ' + toString(x) AS t");
    INFO(i << ": " << cursor.status().ToString());
    REQUIRE(cursor.ok());
    left.push_back(std::move(cursor).value());
  }
  CHECK_FALSE(left.front().Next());
  CHECK(left.front().status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("a database whose handles are left keeps its folder locked until they go", "[engine]") {
  const TemporaryFolder folder;
  auto database = Database::Open(folder.database());
  REQUIRE(database.ok());
  auto connection = (*database)->Connect();
  database->reset();
  CHECK(Database::Open(folder.database()).status().code() == StatusCode::kBusy);
  connection.reset();
  CHECK(Database::Open(folder.database()).ok());
}

TEST_CASE("text that is no document changes nothing", "[engine]") {
  const auto database = OpenMemory();
  const std::string large(kith::IngestOptions().max_document_bytes + 1, 'x');
  for (const std::string& text :
       {std::string(), std::string(" \n"), std::string("a\0b", 3), std::string("caf\xE9"), large}) {
    const Status status = database->rag().IngestText("a.txt", text).status();
    CHECK(status.code() == StatusCode::kInvalidArgument);
    CHECK_THAT(status.message(), Catch::StartsWith("'a.txt' "));
  }
  const auto connection = database->Connect();
  auto nodes = connection->Execute("MATCH (n) RETURN count(n)");
  CHECK(Rows(*nodes) == std::vector<std::string>{"0"});
  CHECK(database->rag().Delete("a.txt").code() == StatusCode::kNotFound);
}
