// SPDX-License-Identifier: Apache-2.0
// The corpus of the fuzzer, and random mutations of it: parsing and binding never crash, and every
// error is complete. The seed is printed; KITH_TEST_SEED repeats a run.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "tests/fuzz/parse_entry.h"

namespace kith::query {
namespace {

using test::TryScript;

constexpr std::string_view kCorpus[] = {
    "RETURN 1",
    "MATCH (n:Person {name: 'Ada'})-[r:KNOWS*1..3]->(m) WHERE n.age > 30 AND NOT m:Robot RETURN n, "
    "r, m",
    "OPTIONAL MATCH p = shortestPath((a)-[*..5]-(b)) RETURN length(p) AS l ORDER BY l DESC LIMIT "
    "10",
    "UNWIND $rows AS row MERGE (n:A {id: row.id}) ON CREATE SET n += row.props ON MATCH SET n.seen "
    "= true",
    "MATCH (n) WITH n.city AS city, count(*) AS c, collect(DISTINCT n.x)[0..3] AS xs WHERE c > 1 "
    "RETURN *",
    "RETURN [x IN range(1, 10) WHERE x % 2 = 0 | x ^ 2] AS squares, reduce(s = 0, y IN [1, 2] | s "
    "+ y)",
    "MATCH (a) RETURN a {.name, .*, friends: [(a)-->(b:F) | b.name]}, size(a.list)",
    "RETURN CASE $x WHEN 1, 2 THEN 'low' WHEN 3 THEN \"high\" ELSE null END AS `a name`",
    "RETURN all(x IN [1] WHERE x > 0) XOR none(x IN [] WHERE x) OR single(y IN [1] WHERE y = 1)",
    "CREATE (a:A:B {x: 1, y: [1, 2.5e3, -0x1F, 0o7]})-[:R {since: date('2020-01-01')}]->(b), (c)",
    "MATCH (n) FOREACH (x IN [1, 2] | CREATE (:X {v: x}) SET n.last = x) REMOVE n.tmp, n:Old",
    "MATCH (n) WHERE EXISTS { MATCH (n)-->(m) WHERE m.x = n.x RETURN m } RETURN COUNT { (n)--() }",
    "CALL { MATCH (n) RETURN n UNION ALL MATCH (m:M) RETURN m AS n } WITH n SKIP 1 LIMIT 2 RETURN "
    "n.x",
    "CALL db.labels() YIELD label AS l WHERE l STARTS WITH 'P' RETURN l",
    "MATCH (n) DETACH DELETE n; CREATE (); // done\nRETURN 'it''s; fine' /* ; */",
    "CREATE VECTOR INDEX v IF NOT EXISTS FOR (n:Doc) ON (n.e) OPTIONS {indexConfig: {dims: 3}}",
    "CREATE FULLTEXT INDEX f FOR (n:A|B) ON EACH [n.x, n.y]",
    "CREATE CONSTRAINT c FOR (n:P) REQUIRE (n.x, n.y) IS UNIQUE",
    "SHOW INDEXES YIELD name, type WHERE type = 'RANGE' RETURN name",
    "EXPLAIN MATCH (n:(A|B)&!C) WHERE n.x IS NOT NULL RETURN n.x =~ '.*' AS m",
    "PROFILE MATCH ANY SHORTEST (a)-[:T]->+(b) RETURN a[0], b['k'], $`p q`.r[-1]",
    "BEGIN",
    "RETURN '\\u0041\\n\\'' + \"\\U01F600\" AS \xE6\xBC\xA2\xE5\xAD\x97",
    "MATCH (me)--(you) RETURN me.age AS age, age + count(you.age) ORDER BY age, count(you.age)",
    "RETURN NOT (a)-[:X]->(b) = true <> false < 1 <= 2",
    "MATCH (a)-->(b) SET a = b, a += {x: 1}, a:L, a['k'] = null MERGE (a)-[:R]-(b)",
    "MATCH (a)-[r:R]->(d:Doc) SEARCH d IN (VECTOR INDEX v FOR $q WHERE d.x > 1 LIMIT 5) SCORE AS s "
    "WHERE s > 0.5 RETURN d, s",
    "((((((((((",
    "RETURN {a: {b: {c: [[[[]]]]}}}.a.b.c[0][..1]",
};

TEST_CASE("the fuzzer's corpus holds its promises", "[query]") {
  for (const std::string_view seed : kCorpus) {
    INFO(seed);
    CHECK(TryScript(seed));
  }
}

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  std::string Next() {
    std::string text(kCorpus[Below(std::size(kCorpus))]);
    for (size_t edits = 1 + Below(4); edits > 0; --edits) Edit(&text);
    return text;
  }

 private:
  size_t Below(size_t end) { return std::uniform_int_distribution<size_t>(0, end - 1)(random_); }

  void Edit(std::string* text) {
    constexpr std::string_view kPieces[] = {
        "(",     ")",      "[",  "]",    "{",       "}",  "'",      "\"",      "`",
        "--",    "->",     "<-", "*",    "..",      "$",  "|",      ":",       " AND ",
        " IN ",  "\\u",    "/*", "\xff", "\n",      "1e", "0x",     ";",       " WITH ",
        " NOT ", "count(", "-",  "n",    " WHERE ", ".",  " CASE ", "EXISTS {"};
    const size_t at = Below(text->size() + 1);
    const size_t length = std::min(text->size() - at, Below(12));
    switch (Below(5)) {
      case 0: text->insert(at, kPieces[Below(std::size(kPieces))]); break;
      case 1: text->erase(at, length); break;
      case 2: text->insert(at, text->substr(at, length)); break;
      case 3: {
        const std::string_view other = kCorpus[Below(std::size(kCorpus))];
        const size_t from = Below(other.size());
        text->replace(at, length, other.substr(from, Below(30)));
        break;
      }
      default:
        if (at < text->size()) (*text)[at] = static_cast<char>(Below(256));
    }
  }

  std::mt19937_64 random_;
};

TEST_CASE("mutated statements give a tree or a complete error", "[query]") {
  const char* given = std::getenv("KITH_TEST_SEED");
  const uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  INFO("KITH_TEST_SEED=" << seed);
  Mutator mutator(seed);
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = mutator.Next();
    INFO(text);
    REQUIRE(TryScript(text));
  }
}

}  // namespace
}  // namespace kith::query
