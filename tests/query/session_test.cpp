// SPDX-License-Identifier: Apache-2.0
// The session: statement atomicity, limits, phases, the cache, conflicts, procedures' statements.
#include <catch2/catch.hpp>
#include <thread>

#include "tests/query/query_database.h"

namespace kith::query {
namespace {

using Catch::Matchers::Contains;

TEST_CASE("A failed statement undoes itself and leaves the transaction usable", "[query]") {
  QueryDatabase database;
  const auto transaction = database.store->Begin(storage::TransactionMode::kWrite).value();
  const auto run = [&](const std::string& text) {
    return database.session->Run(database.session->Prepare(text).value(), {}, *transaction)
        .status();
  };
  REQUIRE(run("CREATE (:A {x: 1})").ok());
  const Status failed = run("MATCH (n:A) CREATE (:B) SET n.x = 2 WITH n RETURN 1 / (n.x - 2)");
  CHECK(failed.code() == StatusCode::kArithmeticError);
  CHECK(failed.phase() == ErrorPhase::kRuntime);
  REQUIRE(run("CREATE (:A {x: 3})").ok());
  REQUIRE(transaction->Commit().ok());
  CHECK(database.Single("MATCH (n:B) RETURN count(*)") == Value(0));
  CHECK(database.Single("MATCH (n:A) RETURN sum(n.x)") == Value(4));
}

TEST_CASE("Deleting a node that keeps relationships fails as a whole", "[query]") {
  QueryDatabase database;
  REQUIRE(database.Run("CREATE (:A)-[:T]->(:B)").ok());
  const Status status = database.Run("MATCH (a:A) DELETE a").status();
  CHECK(status.code() == StatusCode::kConstraintViolation);
  CHECK(status.detail() == "DeleteConnectedNode");
  CHECK(database.Single("MATCH (n) RETURN count(*)") == Value(2));
}

TEST_CASE("Compile-time errors come from Prepare", "[query]") {
  QueryDatabase database;
  const Status status = database.session->Prepare("MATCH (n) RETURN m").status();
  CHECK(status.code() == StatusCode::kSyntaxError);
  CHECK(status.detail() == "UndefinedVariable");
  CHECK(status.phase() == ErrorPhase::kCompileTime);
  CHECK(status.has_position());
  const Map none;
  CHECK(database.session->Prepare("RETURN $x", &none).status().code() ==
        StatusCode::kParameterMissing);
  const auto prepared = database.session->Prepare("RETURN $x").value();
  CHECK(prepared->parameters() == std::vector<std::string>{"x"});
  CHECK(database.session->ExecuteAutoCommit(prepared, {}).status().code() ==
        StatusCode::kParameterMissing);
}

TEST_CASE("A condition that is no truth value says where it stands", "[query]") {
  QueryDatabase database;
  REQUIRE(database.Run("CREATE (:A {x: 'y'})").ok());
  const Status status = database.Run("MATCH (n:A) WHERE n.x RETURN n").status();
  CHECK(status.code() == StatusCode::kTypeError);
  REQUIRE(status.has_position());
  CHECK(status.position().begin == 18);
}

TEST_CASE("Writes need a transaction that may write", "[query]") {
  QueryDatabase database;
  const auto transaction = database.store->Begin(storage::TransactionMode::kRead).value();
  const auto prepared = database.session->Prepare("CREATE (n) RETURN n").value();
  CHECK(prepared->access() == StatementAccess::kWrite);
  CHECK(database.session->Run(prepared, {}, *transaction).status().code() == StatusCode::kReadOnly);
}

TEST_CASE("An interrupt stops a long statement", "[query]") {
  QueryDatabase database;
  Interrupt interrupt;
  interrupt.SetTimeout(std::chrono::milliseconds(30));
  RunOptions options;
  options.interrupt = &interrupt;
  const Status status = database
                            .Run(
                                "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b "
                                "RETURN count(*)",
                                {}, options)
                            .status();
  CHECK(status.code() == StatusCode::kTimeout);
  CHECK(status.phase() == ErrorPhase::kRuntime);
}

TEST_CASE("Buffering operators stay within the query's memory", "[query]") {
  QueryDatabase database;
  MemoryBudget memory("query memory", size_t{4} << 20);
  RunOptions options;
  options.memory = &memory;
  for (const std::string text : {"UNWIND range(1, 1000000) AS a RETURN a ORDER BY a % 7",
                                 "UNWIND range(1, 1000000) AS a RETURN DISTINCT a",
                                 "UNWIND range(1, 1000000) AS a RETURN a, count(*)",
                                 "UNWIND range(1, 1000000) AS a RETURN collect(a)"}) {
    INFO(text);
    CHECK(database.Run(text, {}, options).status().code() == StatusCode::kResourceExhausted);
    CHECK(memory.used_bytes() == 0);
  }
}

TEST_CASE("The values of a batch stay within the query's memory", "[query]") {
  QueryDatabase database;
  MemoryBudget memory("query memory", size_t{16} << 20);
  RunOptions options;
  options.memory = &memory;
  // Each value is far below the limit; the 2,048 of a batch are above it.
  const std::string rows = "UNWIND range(1, 2048) AS i ";
  const std::string text = "reduce(s = 'a', x IN range(1, 14) | s + s) + i";
  for (const std::string& rest :
       {std::string("RETURN size(range(i, 10000))"),
        std::string("RETURN size([x IN range(i, 10000) | x])"),
        std::string("WITH i, range(1, 5000) AS l RETURN size(l + i)"),
        "RETURN size(toUpper(" + text + "))", "RETURN CASE WHEN i > 0 THEN " + text + " END",
        std::string("UNWIND [x IN range(1, 5000) | x + i] AS y RETURN count(y)")}) {
    INFO(rows << rest);
    CHECK(database.Run(rows + rest, {}, options).status().code() == StatusCode::kResourceExhausted);
    CHECK(memory.used_bytes() == 0);
  }
}

TEST_CASE("Values that are gone are not held against a query", "[query]") {
  QueryDatabase database;
  MemoryBudget memory("query memory", size_t{16} << 20);
  RunOptions options;
  options.memory = &memory;
  for (const std::string text :
       {"UNWIND range(1, 3000000) AS a RETURN count(a)",
        "UNWIND range(1, 100) AS i RETURN size(reduce(s = '' + i, x IN range(1, 9000) | s + 'x'))",
        "UNWIND range(1, 20000) AS i RETURN sum(size(range(1, 100 + i % 2)))",
        "UNWIND range(1, 1000) AS i WITH i WHERE size([x IN range(i, i + 300) | x]) > 0 "
        "RETURN sum(COUNT { UNWIND [x IN range(1, 300) | x + i] AS y RETURN y })",
        "UNWIND range(1, 500) AS i RETURN size([x IN range(1, 1000) | CASE WHEN x > i THEN "
        "toUpper('text ' + x) ELSE left('text', 2) END])"}) {
    INFO(text);
    CHECK(database.Run(text, {}, options).status().ToString() == "OK");
    CHECK(memory.used_bytes() == 0);
  }
}

TEST_CASE("The result's rows may be limited", "[query]") {
  QueryDatabase database;
  RunOptions options;
  options.max_rows = 10;
  CHECK(database.Run("UNWIND range(1, 10) AS x RETURN x", {}, options).ok());
  const Status status = database.Run("UNWIND range(1, 11) AS x RETURN x", {}, options).status();
  CHECK(status.code() == StatusCode::kResourceExhausted);
}

TEST_CASE("Rows come in batches and in order", "[query]") {
  QueryDatabase database;
  const Rows rows = *database.Run("UNWIND range(1, 10000) AS x RETURN x");
  REQUIRE(rows.size() == 10000);
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i][0] != Value(static_cast<int64_t>(i + 1))) FAIL("row " << i << " is out of order");
  }
}

TEST_CASE("Results are whole and outlive their transaction", "[query]") {
  QueryDatabase database;
  const Rows rows =
      *database.Run("CREATE p = (a:A:B {x: 1})-[r:T {y: 2}]->(b) RETURN a, r, p, [a, {k: r}] AS l");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0][0].ToString() == "(:A:B {x: 1})");
  CHECK(rows[0][1].ToString() == "[:T {y: 2}]");
  CHECK(rows[0][2].AsPath().nodes[0].IsWhole());
  CHECK(rows[0][3].AsList()[1].Find("k")->IsWhole());
}

TEST_CASE("Statistics count what a statement wrote", "[query]") {
  QueryDatabase database;
  const auto prepared =
      database.session->Prepare("CREATE (a:A {x: 1, y: 2})-[:T]->(:B) SET a:C").value();
  const auto cursor = database.session->ExecuteAutoCommit(prepared, {}).value();
  CHECK(cursor->statistics().graph.nodes_created == 2);
  CHECK(cursor->statistics().graph.relationships_created == 1);
  CHECK(cursor->statistics().graph.properties_set == 2);
  CHECK(cursor->columns().empty());
}

TEST_CASE("Auto-commit retries conflicts", "[query]") {
  QueryDatabase database;
  REQUIRE(database.Run("CREATE (:Counter {n: 0})").ok());
  const auto count = [&database] {
    for (int i = 0; i < 100; ++i) {
      const Status status = database.Run("MATCH (c:Counter) SET c.n = c.n + 1").status();
      if (!status.ok()) FAIL_CHECK(status.ToString());
    }
  };
  std::thread other(count);
  count();
  other.join();
  CHECK(database.Single("MATCH (c:Counter) RETURN c.n") == Value(200));
}

TEST_CASE("Prepared statements are kept by text and shared", "[query]") {
  QueryDatabase database;
  const auto first = database.session->Prepare("RETURN 1").value();
  CHECK(database.session->Prepare("RETURN 1").value() == first);
  CHECK(database.session->Prepare("RETURN 2").value() != first);
}

TEST_CASE("Schema and session statements are refused inside a transaction", "[query]") {
  QueryDatabase database;
  const auto transaction = database.store->Begin(storage::TransactionMode::kWrite).value();
  for (const std::string text : {"CREATE INDEX FOR (n:A) ON (n.x)", "COMMIT"}) {
    const auto prepared = database.session->Prepare(text).value();
    CHECK(database.session->Run(prepared, {}, *transaction).status().code() ==
          StatusCode::kInvalidArgument);
  }
}

TEST_CASE("A runner's statements see the transaction's writes", "[query]") {
  QueryDatabase database;
  const auto transaction = database.store->Begin(storage::TransactionMode::kWrite).value();
  const auto runner = database.session->NewRunner(*transaction, {});
  REQUIRE(runner->Run("CREATE (:A {x: $x})", {{"x", Value(5)}}).ok());
  const Rows rows = *runner->Run("MATCH (n:A) RETURN n, n.x", {});
  REQUIRE(rows.size() == 1);
  CHECK_FALSE(rows[0][0].IsWhole());
  CHECK(rows[0][1] == Value(5));
  CHECK_THAT(*runner->Explain("MATCH (n:A) RETURN n", {}), Contains("NodeByLabelScan"));
  CHECK_FALSE(runner->Run("CREATE INDEX FOR (n:A) ON (n.x)", {}).ok());
}

}  // namespace
}  // namespace kith::query
