// SPDX-License-Identifier: Apache-2.0
// Random statements against a small graph: whatever is run, the process lives, limits hold, an
// error says what it is, and the database works afterwards. The seed is printed; KITH_TEST_SEED
// repeats a run, KITH_TEST_RUNS sets how many statements.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>

#include "index/index_manager.h"
#include "query/session.h"
#include "storage/graph_store.h"

namespace kith::query {
namespace {

constexpr std::string_view kGraph[] = {
    "CREATE (:P {name: 'Ada', age: 36, tags: ['x', 'y']})-[:KNOWS {since: 1}]->(:P:Q {name: 'Bob', "
    "age: 41})-[:KNOWS {since: 2}]->(:P {name: 'Cy', d: date('2020-02-29')})",
    "MATCH (a:P {name: 'Ada'}), (c:P {name: 'Cy'}) CREATE (c)-[:LIKES]->(a), (a)-[:LIKES]->(a)",
    "UNWIND range(1, 20) AS i CREATE (:N {i: i, f: i / 3.0, s: toString(i)})",
    "MATCH (a:N), (b:N) WHERE b.i = a.i * 2 CREATE (a)-[:HALF]->(b)",
    "CREATE INDEX n_i FOR (n:N) ON (n.i)",
    "CREATE VECTOR INDEX n_v FOR (n:N) ON (n.v)",
    "MATCH (n:N) SET n.v = [n.f, 1.0]",
    "CREATE CONSTRAINT p_name FOR (n:P) REQUIRE n.name IS UNIQUE",
};

constexpr std::string_view kStatements[] = {
    "MATCH (n:P)-[r:KNOWS]->(m) WHERE n.age > 30 OR m.name STARTS WITH 'C' RETURN n, r, m ORDER BY "
    "n.name",
    "MATCH p = (a:P)-[*0..3]-(b) RETURN length(p), nodes(p)[0].name, [x IN relationships(p) | "
    "type(x)] LIMIT 5",
    "MATCH p = shortestPath((a:N {i: 1})-[:HALF*..6]->(b:N {i: 16})) RETURN [n IN nodes(p) | n.i]",
    "MATCH p = allShortestPaths((a:P)-[*]-(b:P)) WHERE a <> b RETURN count(p)",
    "MATCH (n:N) WHERE n.i IN [1, 2, 3] OR 4 < n.i <= 6 RETURN sum(n.i), avg(n.f), "
    "collect(n.s)[..2], min(n.i)",
    "MATCH (n) WITH labels(n)[0] AS l, count(*) AS c, stDev(n.i) AS sd WHERE c > 1 RETURN l, c, sd "
    "SKIP 0 LIMIT 3",
    "MATCH (n:N) OPTIONAL MATCH (n)-[:HALF]->(m) WHERE m.i < 10 RETURN n.i, m.i ORDER BY n.i DESC, "
    "m.i LIMIT 4",
    "MATCH (n:P) WHERE EXISTS { (n)-[:LIKES]->(m) WHERE m <> n } RETURN n.name, COUNT { (n)--() } "
    "AS d",
    "MATCH (n:P) RETURN n {.name, .*, friends: [(n)-[:KNOWS]->(f) | f.name]} AS m, size(n.tags)",
    "UNWIND [3, 1, null, 2.5, 'a', [1], {k: 1}] AS x RETURN DISTINCT x ORDER BY x",
    "UNWIND range(1, 5) AS x WITH collect(x) AS xs RETURN reduce(s = 0, y IN xs | s + y), xs[-1], "
    "xs[1..3], reverse(xs)",
    "RETURN date('2020-01-31') + duration('P1M'), datetime({year: 2024, timezone: "
    "'Europe/Berlin'}).epochSeconds",
    "RETURN CASE WHEN 1 < 2 THEN 'a' ELSE null END, coalesce(null, 1), toInteger('12'), "
    "split('a,b', ','), left('xyz', 2)",
    "MERGE (n:P {name: 'Dora'}) ON CREATE SET n.new = true ON MATCH SET n.seen = coalesce(n.seen, "
    "0) + 1 RETURN n",
    "MATCH (n:N {i: 3}) SET n.i = 3, n += {z: [1, 2]}, n:Extra REMOVE n.s RETURN n",
    "MATCH (n:N {i: 7}) DETACH DELETE n RETURN count(*)",
    "CREATE (a:T {x: 1})-[:R {y: 2}]->(b:T), (c:T {x: a.x}) RETURN a, b, c",
    "FOREACH (x IN range(1, 3) | MERGE (:F {x: x}) CREATE (:G))",
    "MATCH (a:T) CALL { WITH a MATCH (a)-->(b) RETURN b UNION MATCH (b:Q) RETURN b } RETURN a, b",
    "CALL (*) { UNWIND [1, 2] AS x RETURN x } RETURN sum(x)",
    "RETURN 1 AS a UNION RETURN 'b' AS a UNION RETURN null AS a",
    "CALL db.labels() YIELD label RETURN label ORDER BY label",
    "SHOW INDEXES YIELD name, type WHERE type = 'RANGE' RETURN name",
    "EXPLAIN MATCH (n:N)-[:HALF]->(m) WHERE n.i = 4 RETURN m",
    "PROFILE MATCH (n:N) RETURN count(n)",
    "MATCH (n:N) SEARCH n IN (VECTOR INDEX n_v FOR [1.0, 0.5] WHERE n.i > 3 LIMIT 4) SCORE AS s "
    "WHERE s > 0.1 RETURN n.i, s",
    "MATCH (a:N {i: 2}) OPTIONAL MATCH (a)-[:HALF]->(n:N) SEARCH n IN (VECTOR INDEX n_v FOR a.v "
    "WHERE EXISTS { (n)-->() } LIMIT $n) RETURN a.i, n.i",
    "MATCH (a:N), (b:N), (c:N) RETURN count(*)",
    "MATCH (a)-[*]-(b) RETURN count(*)",
    "UNWIND range(1, 1000000000) AS x RETURN collect(x)",
    "RETURN [x IN range(1, 100000) | [y IN range(1, 100000) | x * y]]",
    "MATCH (n:P) RETURN n.name =~ 'A.*' AND NOT n:Q XOR n.age IS NULL AS b, id(n) >= 0, keys(n), "
    "properties(n)",
    "MATCH (n:N) RETURN percentileDisc(n.i, 0.5), percentileCont(n.f, $p), count(DISTINCT n.i % 3)",
    "RETURN $list[$p], $map.k, $map['k'], $list[0..$n], all(x IN $list WHERE x > 0)",
    "MATCH (a:P {name: $name})-[r]-(b) RETURN type(r), startNode(r) = a, endNode(r).name",
    "MATCH (a:N)-[:HALF]->(b:N)-[:HALF]->(c:N), (a)-[:HALF]->(d) WHERE c.i > 4 RETURN a.i, c.i, "
    "d.i",
};

Map Parameters() {
  return {{"p", Value(0.5)},
          {"n", Value(2)},
          {"name", Value("Ada")},
          {"list", Value(List{Value(1), Value(2), Value(3)})},
          {"map", Value::FromMap({{"k", Value("v")}})}};
}

class Database {
 public:
  Database() {
    storage::GraphStoreOptions options;
    options.path = ":memory:";
    store_ = storage::GraphStore::Open(options).value();
    indexes_ = index::IndexManager::Open(store_.get()).value();
    QuerySessionOptions session;
    session.store = store_.get();
    session.indexes = indexes_.get();
    session.procedures = &procedures_;
    session_ = std::make_unique<QuerySession>(session);
    for (const std::string_view statement : kGraph) REQUIRE(Run(statement).ok());
  }

  /// Reads at most a thousand rows.
  Status Run(std::string_view text) {
    Interrupt interrupt;
    interrupt.SetTimeout(std::chrono::milliseconds(100));
    MemoryBudget memory("fuzz", 32 << 20);
    RunOptions options;
    options.interrupt = &interrupt;
    options.memory = &memory;
    options.max_rows = 1000;
    auto prepared = session_->Prepare(text);
    if (!prepared.ok()) return prepared.status();
    if ((*prepared)->access() == StatementAccess::kSession) return Status::Ok();
    auto cursor = session_->ExecuteAutoCommit(*prepared, Parameters(), options);
    if (!cursor.ok()) return cursor.status();
    std::vector<std::vector<Value>> rows;
    do {
      KITH_RETURN_IF_ERROR((*cursor)->Next(&rows));
      for (const auto& row : rows) {
        for (const Value& value : row) shown_ += value.ToString().size();
      }
    } while (!rows.empty());
    return Status::Ok();
  }

 private:
  std::unique_ptr<storage::GraphStore> store_;
  std::unique_ptr<index::IndexManager> indexes_;
  ProcedureRegistry procedures_;
  std::unique_ptr<QuerySession> session_;
  size_t shown_ = 0;
};

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  std::string Next() {
    std::string text(kStatements[Below(std::size(kStatements))]);
    for (size_t edits = Below(4); edits > 0; --edits) Edit(&text);
    return text;
  }

 private:
  size_t Below(size_t end) { return std::uniform_int_distribution<size_t>(0, end - 1)(random_); }

  static bool IsWordByte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '$';
  }

  /// The word that begins at or after `at`.
  static std::pair<size_t, size_t> WordAt(std::string_view text, size_t at) {
    while (at < text.size() && !IsWordByte(text[at])) ++at;
    size_t end = at;
    while (end < text.size() && IsWordByte(text[end])) ++end;
    return {at, end - at};
  }

  /// Mostly words for other words, so that many results still compile.
  void Edit(std::string* text) {
    constexpr std::string_view kWords[] = {"n",         "a",
                                           "b",         "m",
                                           "x",         "null",
                                           "true",      "-1",
                                           "0",         "9223372036854775807",
                                           "1.5",       "1e308",
                                           "'s'",       "[]",
                                           "{}",        "[1, null]",
                                           "$list",     "$map",
                                           "n.i",       "n.name",
                                           "count(*)",  "collect(n)",
                                           "rand()",    "id(n)",
                                           "date()",    "duration('P1D')",
                                           "NaN",       "size(n.tags)",
                                           "*",         "DISTINCT",
                                           "WITH *",    "range(0, 5)",
                                           "KNOWS",     "HALF",
                                           "N",         "P",
                                           "labels(n)", "nodes(p)",
                                           "n.i / 0",   "toString(n)"};
    const auto [at, length] = WordAt(*text, Below(text->size() + 1));
    switch (Below(4)) {
      case 0:
      case 1: text->replace(at, length, kWords[Below(std::size(kWords))]); break;
      case 2: {
        const std::string_view other = kStatements[Below(std::size(kStatements))];
        const auto [from, size] = WordAt(other, Below(other.size()));
        text->replace(at, length, other.substr(from, size));
        break;
      }
      default: {
        // The head of one statement with the tail of another.
        const std::string_view other = kStatements[Below(std::size(kStatements))];
        const size_t head = text->find(" RETURN");
        const size_t tail = other.find(" RETURN");
        if (head != std::string::npos && tail != std::string::npos) {
          *text = text->substr(0, head) + std::string(other.substr(tail));
        }
      }
    }
  }

  std::mt19937_64 random_;
};

uint64_t Environment(const char* name, uint64_t otherwise) {
  const char* given = std::getenv(name);
  return given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
}

TEST_CASE("parameters may come in any order", "[query]") {
  Database database;
  // Parameters() is not sorted; a wrong value divides by zero.
  const Status status = database.Run(
      "RETURN 1 / CASE WHEN $p = 0.5 AND $n = 2 AND $name = 'Ada' AND $map.k = 'v' THEN 1 ELSE 0 "
      "END");
  INFO(status.ToString());
  CHECK(status.ok());
}

TEST_CASE("random statements leave a database that works", "[query]") {
  const uint64_t seed = Environment("KITH_TEST_SEED", std::random_device{}());
  const uint64_t runs = Environment("KITH_TEST_RUNS", 600);
  INFO("KITH_TEST_SEED=" << seed);
  Mutator mutator(seed);
  // What was run last is on disk when the process does not live to say so.
  const char* journal = std::getenv("KITH_TEST_JOURNAL");
  auto database = std::make_unique<Database>();
  for (uint64_t i = 0; i < runs; ++i) {
    if (i % 200 == 199) database = std::make_unique<Database>();
    const std::string text = mutator.Next();
    if (journal != nullptr) std::ofstream(journal) << text;
    INFO(text);
    const Status status = database->Run(text);
    INFO(status.ToString());
    REQUIRE(status.code() != StatusCode::kInternal);
    REQUIRE(status.code() != StatusCode::kCorruption);
    if (!status.ok()) {
      REQUIRE_FALSE(status.message().empty());
    }
    const Status after = database->Run("MATCH (n) RETURN count(n)");
    INFO(after.ToString());
    REQUIRE(after.ok());
  }
}

}  // namespace
}  // namespace kith::query
