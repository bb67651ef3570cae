// SPDX-License-Identifier: Apache-2.0
// The planner's rules one by one: what EXPLAIN shows when a rule should act, and when not.
#include <catch2/catch.hpp>

#include "tests/query/query_database.h"

namespace kith::query {
namespace {

using Catch::Matchers::Contains;

// 500 persons in 10 cities; each knows the next.
struct PlanFixture : QueryDatabase {
  PlanFixture() {
    Must("UNWIND range(1, 500) AS i CREATE (:Person {id: i, name: 'p' + i, age: i % 50})");
    Must("UNWIND range(1, 10) AS i CREATE (:City {id: i})");
    Must("CREATE INDEX FOR (n:Person) ON (n.id)");
    Must("CREATE INDEX FOR (n:Person) ON (n.age, n.name)");
    Must("CREATE CONSTRAINT FOR (c:City) REQUIRE c.id IS UNIQUE");
    Must(
        "UNWIND range(1, 499) AS i MATCH (a:Person {id: i}), (b:Person {id: i + 1}) "
        "CREATE (a)-[:KNOWS]->(b)");
    Must("MATCH (p:Person), (c:City) WHERE p.id % 10 + 1 = c.id CREATE (p)-[:LIVES_IN]->(c)");
  }
  void Must(const std::string& text) {
    const Result<Rows> rows = Run(text);
    INFO(text << ": " << rows.status().ToString());
    REQUIRE(rows.ok());
  }
};

TEST_CASE("IndexSeek: equality, with a constant, a parameter, either way round", "[query]") {
  PlanFixture database;
  CHECK_THAT(database.Plan("MATCH (n:Person {id: 7}) RETURN n"),
             Contains("NodeIndexSeek n :Person(id) WHERE id = 7") && !Contains("Filter"));
  CHECK_THAT(database.Plan("MATCH (n:Person) WHERE $id = n.id RETURN n"),
             Contains("NodeIndexSeek n :Person(id) WHERE id = $id"));
  CHECK_THAT(database.Plan("MATCH (c:City {id: 3}) RETURN c"),
             Contains("NodeUniqueIndexSeek c :City(id)"));
  CHECK_THAT(database.Plan("MATCH (n {id: 7}) RETURN n"), Contains("AllNodesScan"));
  CHECK_THAT(database.Plan("MATCH (n:Person) WHERE n.id <> 7 RETURN n"), !Contains("IndexSeek"));
}

TEST_CASE("IndexSeek: composite prefix, then a range, prefix or IN", "[query]") {
  PlanFixture database;
  CHECK_THAT(database.Plan("MATCH (n:Person) WHERE n.age = 3 AND n.name > 'p1' RETURN n"),
             Contains("WHERE age = 3 AND name > 'p1'"));
  CHECK_THAT(database.Plan("MATCH (n:Person) WHERE n.age = 3 AND n.name STARTS WITH 'p1' RETURN n"),
             Contains("age = 3 AND name STARTS WITH 'p1'"));
  CHECK_THAT(database.Plan("MATCH (n:Person) WHERE n.id IN [1, 2] RETURN n"),
             Contains("WHERE id IN [1, 2]"));
  CHECK_THAT(database.Plan("MATCH (n:Person) WHERE n.id > 490 AND n.id <= 495 RETURN n"),
             Contains("id > 490 AND id <= 495"));
  CHECK(database.Single("MATCH (n:Person) WHERE n.id > 490 AND n.id <= 495 RETURN count(*)") ==
        Value(5));
  CHECK(database.Single("MATCH (n:Person) WHERE n.age = 3 AND n.name STARTS WITH 'p10' "
                        "RETURN count(*)") == Value(1));
}

TEST_CASE("IndexSeek: the operand comes from another clause or pattern", "[query]") {
  PlanFixture database;
  CHECK_THAT(database.Plan("UNWIND [1, 2] AS i MATCH (n:Person {id: i}) RETURN n"),
             Contains("NodeIndexSeek n :Person(id) WHERE id = i"));
  CHECK(database.Single("UNWIND [1, 2, 2] AS i MATCH (n:Person {id: i}) RETURN count(n)") ==
        Value(3));
}

TEST_CASE("IdSeek", "[query]") {
  PlanFixture database;
  CHECK_THAT(database.Plan("MATCH (n) WHERE id(n) = 3 RETURN n"), Contains("NodeByIdSeek"));
  CHECK(database.Single("MATCH (n:Person {id: 9}) WITH id(n) AS i MATCH (m) WHERE id(m) = i "
                        "RETURN m.id") == Value(9));
  CHECK(database.Single("MATCH (m) WHERE id(m) IN [-1, 999999999] RETURN count(*)") == Value(0));
}

TEST_CASE("PushFilterIntoScan", "[query]") {
  PlanFixture database;
  const std::string plan = database.Plan("MATCH (n:Person) WHERE n.name = 'p3' RETURN n");
  CHECK_THAT(plan, Contains("NodeByLabelScan n:Person WHERE n.name = 'p3'"));
  CHECK_THAT(plan, !Contains("Filter"));
  CHECK(database.Single("MATCH (n:Person) WHERE n.name = 'p3' RETURN n.id") == Value(3));
  CHECK(database.Single("MATCH (n:Person) WHERE n.name IS NOT NULL RETURN count(n)") == Value(500));
}

TEST_CASE("FilterEarly: a predicate runs before the expansion that does not need it", "[query]") {
  PlanFixture database;
  const std::string plan = database.Plan(
      "MATCH (a:Person)-[:KNOWS]->(b) WHERE a.name ENDS WITH '7' AND b.age > a.age "
      "RETURN b");
  const size_t early = plan.find("a.name ENDS WITH");
  const size_t expand = plan.find("Expand(All)");
  const size_t late = plan.find("b.age > a.age");
  REQUIRE(early != std::string::npos);
  REQUIRE(expand != std::string::npos);
  // The text runs from the top operator down.
  CHECK(late < expand);
  CHECK(expand < early);
}

TEST_CASE("The start is the selective end, whatever end is written first", "[query]") {
  PlanFixture database;
  CHECK_THAT(database.Plan("MATCH (p:Person)-[:LIVES_IN]->(c:City {id: 3}) RETURN p"),
             Contains("NodeUniqueIndexSeek c") && Contains("(c)<-[:LIVES_IN]-(p)"));
  CHECK_THAT(database.Plan("MATCH (p:Person {id: 3})-[:LIVES_IN]->(c:City) RETURN c"),
             Contains("NodeIndexSeek p") && Contains("(p)-[:LIVES_IN]->(c)"));
}

TEST_CASE("ExpandInto closes a cycle", "[query]") {
  PlanFixture database;
  CHECK_THAT(database.Plan("MATCH (a:Person)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(a) RETURN a"),
             Contains("Expand(Into)"));
}

TEST_CASE("SeekSecondAnchor: both ends are sought before they are joined", "[query]") {
  PlanFixture database;
  const std::string plan = database.Plan(
      "MATCH (a:City {id: 1})<-[:LIVES_IN]-(p)-[:LIVES_IN]->(b:City {id: 2}) "
      "RETURN p");
  CHECK_THAT(plan, Contains("NodeUniqueIndexSeek a") && Contains("NodeUniqueIndexSeek b"));
}

TEST_CASE("ValueHashJoin joins parts by an equality", "[query]") {
  PlanFixture database;
  CHECK_THAT(database.Plan("MATCH (p:Person), (c:City) WHERE p.age = c.id + 0 RETURN p"),
             Contains("ValueHashJoin"));
  CHECK(database.Single("MATCH (p:Person), (c:City) WHERE p.age = c.id + 0 RETURN count(*)") ==
        Value(100));
  CHECK_THAT(database.Plan("MATCH (p:Person), (c:City) RETURN p"), Contains("CartesianProduct"));
  // A key that is a subquery is compiled for the join and for the filter that checks it.
  CHECK(database.Single("MATCH (p:Person), (c:City) WHERE COUNT { (p)-[:KNOWS]-() } = c.id "
                        "RETURN count(*)") == Value(500));
}

TEST_CASE("A seek that does not read the rows before it runs once, not for each of them",
          "[query]") {
  PlanFixture database;
  CHECK_THAT(database.Plan("MATCH (p:Person) MATCH (c:City {id: 3}) RETURN p.id, c.id"),
             Contains("CartesianProduct"));
  CHECK_THAT(database.Plan("MATCH (p:Person {id: 1}) MATCH (c:City {id: p.age}) RETURN p, c"),
             !Contains("CartesianProduct"));
  CHECK(database.Single("MATCH (p:Person) MATCH (c:City {id: 3}) RETURN sum(c.id)") == Value(1500));
}

TEST_CASE("OPTIONAL MATCH keeps the order of its rows", "[query]") {
  PlanFixture database;
  const Rows rows = *database.Run(
      "MATCH (n:Person) WITH n ORDER BY n.id DESC OPTIONAL MATCH (n)-[:KNOWS]->(m) "
      "WHERE m.id % 3 = 0 RETURN n.id, m.id");
  REQUIRE(rows.size() == 500);
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto id = static_cast<int64_t>(500 - i);
    const Value next = id < 500 && (id + 1) % 3 == 0 ? Value(id + 1) : Value();
    if (rows[i] != std::vector<Value>{Value(id), next}) FAIL("row " << i << " is wrong");
  }
}

TEST_CASE("Several properties of one node are right whatever their order", "[query]") {
  PlanFixture database;
  const Rows rows =
      *database.Run("MATCH (n:Person {id: 7}) RETURN n.name, n.id, n.nothing, n.age, n.name AS b");
  CHECK(rows == Rows{{Value("p7"), Value(7), Value(), Value(7), Value("p7")}});
}

TEST_CASE("CountStore counts a label without rows", "[query]") {
  PlanFixture database;
  CHECK_THAT(database.Plan("MATCH (n:Person) RETURN count(*)"), Contains("NodeCountFromStore"));
  CHECK_THAT(database.Plan("MATCH (n) RETURN count(n) AS c"), Contains("NodeCountFromStore"));
  CHECK(database.Single("MATCH (n:Person) RETURN count(*)") == Value(500));
  CHECK(database.Single("MATCH (n) RETURN count(n)") == Value(510));
  CHECK(database.Single("MATCH (n:Nobody) RETURN count(n)") == Value(0));
  CHECK_THAT(database.Plan("MATCH (n:Person) RETURN count(n.age)"),
             !Contains("NodeCountFromStore"));
}

TEST_CASE("TopK keeps as many rows as the limit needs", "[query]") {
  PlanFixture database;
  CHECK_THAT(database.Plan("MATCH (n:Person) RETURN n.id AS id ORDER BY id DESC LIMIT 3"),
             Contains("Top id DESC LIMIT 3"));
  const Rows rows =
      *database.Run("MATCH (n:Person) RETURN n.id AS id ORDER BY id DESC SKIP 1 LIMIT 2");
  CHECK(rows == Rows{{Value(499)}, {Value(498)}});
}

TEST_CASE("Eager stands only where a write could change what is read", "[query]") {
  PlanFixture database;
  CHECK_THAT(database.Plan("UNWIND [1] AS i CREATE (:Person {id: i})"), !Contains("Eager"));
  CHECK_THAT(database.Plan("MATCH (n:Person) CREATE (:City {id: n.id + 100})"), !Contains("Eager"));
  CHECK_THAT(database.Plan("MATCH (n:Person) CREATE (:Person {id: n.id + 1000})"),
             Contains("Eager") && Contains("creates nodes that a scan could find"));
  CHECK_THAT(database.Plan("MATCH (n) CREATE ()"), Contains("Eager"));
  CHECK_THAT(database.Plan("MATCH (n:Person {id: 1}) SET n.x = 1"), !Contains("Eager"));
  CHECK_THAT(database.Plan("MATCH (n:Person) WHERE n.x > 1 SET n.x = 1"),
             Contains("sets properties that are read"));
  CHECK_THAT(database.Plan("MATCH (a)-[:KNOWS]->(b) CREATE (b)-[:LIKES]->(a)"), !Contains("Eager"));
  CHECK_THAT(database.Plan("MATCH (a)-[:KNOWS]->(b) CREATE (b)-[:KNOWS]->(a)"), Contains("Eager"));
  CHECK_THAT(database.Plan("MATCH (n:Person) DETACH DELETE n"), Contains("Eager"));
  CHECK_THAT(database.Plan("CREATE (:Person {id: 0}) WITH 1 AS x MATCH (n:Person) RETURN n"),
             Contains("Eager"));
}

TEST_CASE("Many rows: a statement does not see its own writes", "[query]") {
  PlanFixture database;
  // More than one batch, so that a missing Eager would scan new nodes for ever or twice.
  database.Must("UNWIND range(1, 5000) AS i CREATE (:Many {i: i})");
  database.Must("MATCH (n:Many) CREATE (:Many {i: n.i + 5000})");
  CHECK(database.Single("MATCH (n:Many) RETURN count(*)") == Value(10000));
  CHECK(database.Single("MATCH (n:Many) RETURN count(DISTINCT n.i)") == Value(10000));
  // And it sees all of them after the clause that makes them.
  CHECK(database.Single("UNWIND range(1, 2100) AS i CREATE (:Fresh) WITH i MATCH (n:Fresh) "
                        "RETURN count(*)") == Value(2100 * 2100));
}

TEST_CASE("The route and its reasons", "[query]") {
  PlanFixture database;
  CHECK_THAT(database.Plan("MATCH (n:Person {id: 7})-[:KNOWS]->(m) RETURN m.name"),
             Contains("Route: factual") && Contains(":Person(id)"));
  CHECK_THAT(database.Plan("MATCH (n:Person) RETURN n.age, count(*)"),
             Contains("Route: analytical") && Contains("no selective anchor"));
}

TEST_CASE("A plan adapts itself when an index appears or goes", "[query]") {
  PlanFixture database;
  const std::string text = "EXPLAIN MATCH (n:Person {name: 'p7'}) RETURN n";
  const auto prepared = database.session->Prepare(text).value();
  const auto plan = [&] {
    return database.session->ExecuteAutoCommit(prepared, {}).value()->plan();
  };
  CHECK_THAT(plan(), !Contains("IndexSeek"));
  database.Must("CREATE INDEX names FOR (n:Person) ON (n.name)");
  CHECK_THAT(plan(), Contains("NodeIndexSeek n :Person(name)"));
  database.Must("DROP INDEX names");
  CHECK_THAT(plan(), !Contains("IndexSeek"));
}

TEST_CASE("PROFILE counts rows of each operator", "[query]") {
  PlanFixture database;
  const auto prepared =
      database.session->Prepare("PROFILE MATCH (n:Person) WHERE n.id % 2 = 0 RETURN n.id").value();
  const auto cursor = database.session->ExecuteAutoCommit(prepared, {}).value();
  CHECK(QueryDatabase::Drain(*cursor)->size() == 250);
  CHECK_THAT(cursor->plan(), Contains("rows 500") && Contains("rows 250") && Contains(" ms"));
}

}  // namespace
}  // namespace kith::query
