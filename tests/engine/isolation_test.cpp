// SPDX-License-Identifier: Apache-2.0
// Isolation levels as users ask for them, and what is left of a statement that failed.
#include "tests/engine/acid_graph.h"

namespace kith {

TEST_CASE("isolation: write skew step by step", "[engine]") {
  const auto opened = Database::Open(":memory:");
  REQUIRE(opened.ok());
  Database& database = **opened;
  const auto one = database.Connect();
  const auto two = database.Connect();
  const auto run = [](Connection& connection, const char* text) {
    const Status status = Graph::Run(connection, text);
    INFO(text << ": " << status.ToString());
    CHECK(status.ok());
  };
  run(*one, "CREATE (:Doctor {name: 'a', on_call: true}), (:Doctor {name: 'b', on_call: true})");
  const char* const count = "MATCH (d:Doctor {on_call: true}) RETURN count(d)";
  const auto skew = [&]() {
    run(*one, count);
    run(*two, count);
    run(*one, "MATCH (d:Doctor {name: 'a'}) SET d.on_call = false");
    run(*two, "MATCH (d:Doctor {name: 'b'}) SET d.on_call = false");
    CHECK(one->Commit().ok());
    return two->Commit();
  };
  REQUIRE(one->Begin().ok());
  REQUIRE(two->Begin().ok());
  CHECK(skew().ok());
  run(*one, "MATCH (d:Doctor) SET d.on_call = true");
  // In each of the ways in which a transaction can be serializable.
  run(*one, "BEGIN SERIALIZABLE");
  REQUIRE(two->Begin(IsolationLevel::kSerializable).ok());
  const Status status = skew();
  CHECK(status.IsRetryable());
  CHECK(status.message().find("run this transaction again") != std::string::npos);
  run(*one, "MATCH (d:Doctor) SET d.on_call = true");
  one->SetIsolation(IsolationLevel::kSerializable);
  two->SetIsolation(IsolationLevel::kSerializable);
  run(*one, "BEGIN");
  REQUIRE(two->Begin().ok());
  CHECK(skew().IsRetryable());
}

TEST_CASE("isolation: serializable statements run again by themselves", "[engine]") {
  // At most ten nodes, kept by a statement that counts them: two that count at once would both
  // create one.
  const IsolationLevel level = GENERATE(IsolationLevel::kSnapshot, IsolationLevel::kSerializable);
  const auto opened = Database::Open(":memory:");
  REQUIRE(opened.ok());
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      const auto connection = (*opened)->Connect();
      connection->SetIsolation(level);
      for (int i = 0; i < 20; ++i) {
        if (!Graph::Run(*connection,
                        "OPTIONAL MATCH (n:Seat) WITH count(n) AS seats WHERE seats < 10 "
                        "CREATE (:Seat)")
                 .ok()) {
          ++failed;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failed == 0);
  Rows rows;
  REQUIRE(Graph::Run(*(*opened)->Connect(), "MATCH (n:Seat) RETURN count(n)", {}, &rows).ok());
  CHECK(rows[0][0].AsInteger() >= 10);
  if (level == IsolationLevel::kSerializable) CHECK(rows[0][0].AsInteger() == 10);
}

TEST_CASE("isolation: a statement that failed changes nothing in its transaction", "[engine]") {
  Graph graph("CREATE (:Person {id: 1, version: 1})");
  CHECK(graph.Client([](Connection& connection) -> Result<bool> {
    KITH_RETURN_IF_ERROR(Graph::Run(connection, "CREATE (:Person {id: 2, version: 1})"));
    // It has created, set, labelled and deleted before it fails.
    CHECK(Graph::Run(connection,
                     "MATCH (p:Person) SET p.version = 7, p:Odd CREATE (p)-[:KNOWS]->(:Person) "
                     "WITH p ORDER BY p.id DESC RETURN 1 / (p.id - 1)")
              .code() == StatusCode::kArithmeticError);
    CHECK(Graph::Run(connection, "CREATE (a:Person {id: 3})-[:KNOWS]->(:Person) DELETE a").code() ==
          StatusCode::kConstraintViolation);
    KITH_RETURN_IF_ERROR(Graph::Run(connection, "CREATE (:Person {id: 4, version: 1})"));
    return true;
  }));
  CHECK(graph.Must("MATCH (p:Person) WITH p ORDER BY p.id "
                   "RETURN collect(p.id), sum(p.version), sum(size(labels(p)))") ==
        Rows{{Value(List{Value(1), Value(2), Value(4)}), Value(3), Value(3)}});
  CHECK(graph.Must("MATCH ()-[r]->() RETURN count(r)") == Rows{{Value(0)}});
}

}  // namespace kith
