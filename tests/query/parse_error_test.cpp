// SPDX-License-Identifier: Apache-2.0
// Errors of the parser: detail word, place, what was expected, suggestions, limits, and their text.
#include <catch2/catch.hpp>

#include "query/parse/parser.h"
#include "query/parse/spelling.h"

namespace kith::query {
namespace {

struct Expected {
  const char* statement;
  const char* detail;
  uint32_t begin;
  const char* message;  ///< A part of it.
};

TEST_CASE("each error has its detail, its place and a hint", "[query]") {
  const auto expected = GENERATE(
      Expected{"MACH (n) RETURN n", "UnexpectedSyntax", 0, "did you mean MATCH?"},
      Expected{"MATCH (n) RETRUN n", "UnexpectedSyntax", 10, "did you mean RETURN?"},
      Expected{"MATCH (n) WHER n.x RETURN n", "UnexpectedSyntax", 10, "did you mean WHERE?"},
      Expected{"RETURN 1 ODER BY 1", "UnexpectedSyntax", 9, "did you mean ORDER?"},
      Expected{"MATCH (n RETURN n", "UnexpectedSyntax", 9, "expected ')'"},
      Expected{"MATCH (n", "UnexpectedSyntax", 6, "'(' is never closed"},
      Expected{"RETURN [1, 2", "UnexpectedSyntax", 7, "'[' is never closed"},
      Expected{"RETURN {a: 1", "UnexpectedSyntax", 7, "'{' is never closed"},
      Expected{"MATCH (n) WHERE RETURN n", "UnexpectedSyntax", 16, "backticks"},
      Expected{"RETURN a == b", "UnexpectedSyntax", 10, "equality is written '='"},
      Expected{"RETURN a != b", "UnexpectedSyntax", 9, "did you mean '<>'?"},
      Expected{"RETURN 'x", "UnexpectedSyntax", 7, "never closed"},
      Expected{"RETURN \xE2\x80\x9Cx", "InvalidUnicodeCharacter", 7, "U+201C"},
      Expected{"", "UnexpectedSyntax", 0, "the statement is empty"},
      Expected{" ; ", "UnexpectedSyntax", 1, "the statement is empty"},
      Expected{"RETURN 1; RETURN 2", "UnexpectedSyntax", 10, "one after the other"},
      Expected{"MATCH (d) SERCH d IN (VECTOR INDEX i FOR $v LIMIT 1) RETURN d", "UnexpectedSyntax",
               10, "did you mean SEARCH?"},
      Expected{"MATCH (d) SEARCH (VECTOR INDEX i FOR $v LIMIT 1) RETURN d", "UnexpectedSyntax", 17,
               "the variable to search for"},
      Expected{"MATCH (d) SEARCH d (VECTOR INDEX i FOR $v LIMIT 1) RETURN d", "UnexpectedSyntax",
               19, "expected IN"},
      Expected{"MATCH (d) SEARCH d IN (INDEX i FOR $v LIMIT 1) RETURN d", "UnexpectedSyntax", 23,
               "expected VECTOR"},
      Expected{"MATCH (d) SEARCH d IN (VECTOR INDEX $i FOR $v LIMIT 1) RETURN d",
               "UnexpectedSyntax", 36, "the name of a vector index"},
      Expected{"MATCH (d) SEARCH d IN (VECTOR INDEX i LIMIT 1) RETURN d", "UnexpectedSyntax", 38,
               "expected FOR"},
      Expected{"MATCH (d) SEARCH d IN (VECTOR INDEX i FOR $v) RETURN d", "UnexpectedSyntax", 44,
               "expected LIMIT"},
      Expected{"MATCH (d) SEARCH d IN (VECTOR INDEX i FOR $v LIMIT 1", "UnexpectedSyntax", 22,
               "'(' is never closed"},
      Expected{"MATCH (d) SEARCH d IN (VECTOR INDEX i FOR $v LIMIT 1) SCORE s RETURN d",
               "UnexpectedSyntax", 60, "expected AS"},
      Expected{"MATCH (d) WITH d SEARCH d IN (VECTOR INDEX i FOR $v LIMIT 1) RETURN d",
               "UnexpectedSyntax", 17, "SEARCH belongs to MATCH"},
      Expected{"MATCH (d) WHERE d.x SEARCH d IN (VECTOR INDEX i FOR $v LIMIT 1) WHERE d.y RETURN d",
               "UnexpectedSyntax", 64, "WHERE belongs to MATCH"},
      Expected{"MATCH (a)-[:T..2]->(b) RETURN a", "InvalidRelationshipPattern", 13, "'*' before"},
      Expected{"MATCH (a)-[:T*-2]->(b) RETURN a", "InvalidRelationshipPattern", 14, "bounds"},
      Expected{"MATCH (a)-[:T*1.5]->(b) RETURN a", "InvalidRelationshipPattern", 14, "bounds"},
      Expected{"MATCH (a)-[:T*]->+(b) RETURN a", "InvalidRelationshipPattern", 17, "already"},
      Expected{"MATCH ((a)-->(b)){2} RETURN a", "UnexpectedSyntax", 7, "not supported"},
      Expected{"MATCH SHORTEST 2 (a)-->(b) RETURN a", "UnexpectedSyntax", 6, "not supported"},
      Expected{"LOAD FROM 'x' AS r RETURN r", "UnexpectedSyntax", 5, "CSV"},
      Expected{"LOAD CSV WITH FROM 'x' AS r RETURN r", "UnexpectedSyntax", 14, "HEADERS"},
      Expected{"LOAD CSV 'x' AS r RETURN r", "UnexpectedSyntax", 9, "FROM or WITH HEADERS"},
      Expected{"LOAD CSV FROM 'x' RETURN r", "UnexpectedSyntax", 18, "AS"},
      Expected{"MATCH (n:A) USING INDEX n:A(x) WHERE n.x = 1 RETURN n", "UnexpectedSyntax", 12,
               "planner hints (USING) are not supported; leave this one out"},
      Expected{"use neo4j MATCH (n) RETURN n", "UnexpectedSyntax", 0, "USE is not supported"},
      Expected{"CREATE (n) FINISH", "UnexpectedSyntax", 11, "FINISH is not supported"},
      Expected{"INSERT (:A)", "UnexpectedSyntax", 0, "write CREATE"},
      Expected{"MATCH (n) FILTER n.x = 1 RETURN n", "UnexpectedSyntax", 10, "write WITH * WHERE"},
      Expected{"LET x = 1 RETURN x", "UnexpectedSyntax", 0, "write WITH *, expression AS name"},
      Expected{"FOR x IN [1] RETURN x", "UnexpectedSyntax", 0, "write UNWIND list AS variable"},
      Expected{"MATCH (n) NODETACH DELETE n", "UnexpectedSyntax", 10, "write DELETE"},
      Expected{"MATCH (n) ORDER BY n.x RETURN n", "UnexpectedSyntax", 10,
               "once each and in this order"},
      Expected{"RETURN 1 AS x LIMIT 1 SKIP 1", "UnexpectedSyntax", 22, "write WITH * before them"},
      Expected{"RETURN 1 AS x WHERE x > 1", "UnexpectedSyntax", 14, "WHERE belongs to MATCH"},
      Expected{"START TRANSACTION", "UnexpectedSyntax", 0, "BEGIN opens a transaction"},
      Expected{"EXPLAIN COMMIT", "UnexpectedSyntax", 8, "BEGIN, COMMIT and ROLLBACK have none"},
      Expected{"PROFILE begin transaction;", "UnexpectedSyntax", 8, "take a statement with a plan"},
      Expected{"SHOW", "UnexpectedSyntax", 4, "after SHOW"},
      Expected{"DROP", "UnexpectedSyntax", 4, "after DROP"},
      Expected{"CALL { RETURN 1 AS x } IN TRANSACTIONS", "UnexpectedSyntax", 23, "IN TRANSACTIONS"},
      Expected{"MATCH (n) SET n RETURN n", "UnexpectedSyntax", 16, "'=', '+=' or a label"},
      Expected{"MATCH (n) SET n.x + 1 = 2", "UnexpectedSyntax", 18, "'=', '+=' or a label"},
      Expected{"MATCH (n) SET f(n) = 2", "UnexpectedSyntax", 14, "cannot be changed"},
      Expected{"MATCH (n) REMOVE n", "UnexpectedSyntax", 18, "n.name or n:Person"},
      Expected{"MERGE (n) ON DELETE SET n.x = 1", "UnexpectedSyntax", 13, "MATCH or CREATE"},
      Expected{"RETURN CASE END", "UnexpectedSyntax", 15, "WHEN"},
      Expected{"RETURN CASE WHEN 1 THEN 2", "UnexpectedSyntax", 25, "END"},
      Expected{"UNWIND [1] RETURN 1", "UnexpectedSyntax", 11, "expected AS"},
      Expected{"RETURN x IS 1", "UnexpectedSyntax", 12, "NULL, NOT NULL or a label"},
      Expected{"RETURN x IS :: INTEGER", "UnexpectedSyntax", 9, "valueType(x)"},
      Expected{"RETURN x IS NOT TYPED STRING", "UnexpectedSyntax", 9, "valueType(x)"},
      Expected{"RETURN n.", "UnexpectedSyntax", 9, "the name of a property"});
  INFO(expected.statement);
  const auto statement = ParseStatement(expected.statement);
  REQUIRE_FALSE(statement.ok());
  const Status& status = statement.status();
  INFO(status.message());
  CHECK(status.code() == StatusCode::kSyntaxError);
  CHECK(status.phase() == ErrorPhase::kCompileTime);
  CHECK(status.detail() == expected.detail);
  REQUIRE(status.has_position());
  CHECK(status.position().begin == expected.begin);
  CHECK(status.message().find(expected.message) != std::string::npos);
}

std::string Repeat(std::string_view text, size_t count) {
  std::string all;
  all.reserve(text.size() * count);
  for (size_t i = 0; i < count; ++i) all += text;
  return all;
}

TEST_CASE("nesting without end is an error, not a crash", "[query]") {
  constexpr size_t kMany = 100'000;
  const std::string opening = GENERATE(as<std::string>{}, "(", "[", "{a: ", "-", "NOT ", "x[", "f(",
                                       "CASE WHEN ", "EXISTS { MATCH (n) WHERE ",
                                       "(a {x: ", "[x IN ", "all(x IN ", "1 + (", "reduce(a = ");
  INFO(opening);
  const auto statement = ParseStatement("RETURN " + Repeat(opening, kMany) + "1");
  REQUIRE_FALSE(statement.ok());
  CHECK(statement.status().message().find("nested too deeply") != std::string::npos);
}

TEST_CASE("nesting without end in clauses and labels is an error too", "[query]") {
  constexpr size_t kMany = 50'000;
  const std::string statement =
      GENERATE(as<std::string>{}, Repeat("CALL { ", kMany), Repeat("FOREACH (x IN y | ", kMany),
               "MATCH (n:" + Repeat("!", kMany) + "A) RETURN n",
               "MATCH (n:" + Repeat("(", kMany) + "A) RETURN n", "RETURN 1" + Repeat("+1", kMany),
               "RETURN a" + Repeat(".b", kMany), "RETURN a" + Repeat("[0]", kMany));
  const auto parsed = ParseStatement(statement);
  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.status().message().find("nested too deeply") != std::string::npos);
}

TEST_CASE("what is long but flat parses", "[query]") {
  constexpr size_t kMany = 20'000;
  CHECK(ParseStatement("RETURN true" + Repeat(" AND true", kMany)).ok());
  CHECK(ParseStatement("RETURN 1" + Repeat(" < 1", kMany)).ok());
  CHECK(ParseStatement("RETURN [1" + Repeat(", 1", kMany) + "]").ok());
  CHECK(ParseStatement("MATCH ()" + Repeat("-->()", kMany) + " RETURN 1").ok());
  CHECK(ParseStatement(Repeat("CREATE (:A) ", kMany)).ok());
  CHECK(ParseStatement("RETURN " + Repeat("(", 200) + "1" + Repeat(")", 200)).ok());
  CHECK(ParseStatement("RETURN 1" + Repeat(" + 1", 900)).ok());
}

TEST_CASE("spelling", "[query]") {
  const std::string_view words[] = {"MATCH", "MERGE", "RETURN"};
  CHECK(NearestSpelling("mtach", words) == "MATCH");
  CHECK(NearestSpelling("MERG", words) == "MERGE");
  CHECK(NearestSpelling("RTURN", words) == "RETURN");
  CHECK(NearestSpelling("x", words).empty());
  CHECK(NearestSpelling("SELECT", words).empty());
  CHECK(NearestSpelling(std::string(100, 'M'), words).empty());
}

}  // namespace
}  // namespace kith::query
