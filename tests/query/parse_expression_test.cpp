// SPDX-License-Identifier: Apache-2.0
// The shape of expressions: precedence, associativity, brackets, and where words are not keywords.
#include <catch2/catch.hpp>

#include "query/parse/parser.h"
#include "tests/query/parse_outline.h"

namespace kith::query {
namespace {

/// The first column of RETURN, or the error.
std::string Shape(const std::string& expression) {
  auto statement = ParseStatement("RETURN " + expression);
  if (!statement.ok()) return statement.status().detail() + ": " + statement.status().message();
  const auto& clause = ast::As<ast::Return>(*(*statement)->query->parts[0].clauses[0]);
  return test::Outline(*clause.projection.items[0].expression);
}

/// The exact text that names the column.
std::string ColumnText(const std::string& statement) {
  auto parsed = ParseStatement(statement);
  REQUIRE(parsed.ok());
  const auto& clause = ast::As<ast::Return>(*(*parsed)->query->parts[0].clauses.back());
  return std::string((*parsed)->TextOf(clause.projection.items[0].text_range));
}

TEST_CASE("operators bind as the grammar orders them", "[query]") {
  CHECK(Shape("1 + 2 * 3") == "+(1, *(2, 3))");
  CHECK(Shape("(1 + 2) * 3") == "*(+(1, 2), 3)");
  CHECK(Shape("1 - 2 - 3") == "-(-(1, 2), 3)");
  CHECK(Shape("2 ^ 3 ^ 2") == "^(^(2, 3), 2)");
  CHECK(Shape("2 * 3 ^ 2") == "*(2, ^(3, 2))");
  CHECK(Shape("a OR b XOR c AND NOT d") == "or(a, xor(b, and(c, not(d))))");
  CHECK(Shape("a AND b AND c OR d") == "or(and(a, b, c), d)");
  CHECK(Shape("NOT a = b") == "not(=(a, b))");
  CHECK(Shape("NOT NOT a") == "not(not(a))");
  CHECK(Shape("a = b IN c") == "=(a, in(b, c))");
  CHECK(Shape("a + b IN c + d") == "in(+(a, b), +(c, d))");
  CHECK(Shape("1 < 2 <= x <> 3") == "<<=<>(1, 2, x, 3)");
  CHECK(Shape("a STARTS WITH 'x' AND b ENDS WITH 'y'") == "and(starts(a, 'x'), ends(b, 'y'))");
  CHECK(Shape("a CONTAINS 'x' = true") == "=(contains(a, 'x'), true)");
  CHECK(Shape("a =~ 'x.*'") == "=~(a, 'x.*')");
  CHECK(Shape("a.b IS NOT NULL AND c IS NULL") == "and(isnotnull(a.b), isnull(c))");
  CHECK(Shape("'a' || 'b' + 'c'") == "+(||('a', 'b'), 'c')");
}

TEST_CASE("one expression and nothing else", "[query]") {
  for (const char* text : {"1 + 2", " (a) ", "[1, 2]", "'x) //'", "1 // a comment", "{a: $b}"}) {
    CAPTURE(text);
    CHECK(CheckExpression(text).ok());
  }
  for (const char* text : {"", "// a comment", "1, 2", "1;", "1 AS a", "(1", "1)", "1) AS a, (2",
                           "1) AS a UNION ALL CREATE (:A) RETURN (2", "RETURN 1", "'x"}) {
    CAPTURE(text);
    CHECK(CheckExpression(text).code() == StatusCode::kSyntaxError);
  }
}

TEST_CASE("a sign belongs to a number, or is an operator", "[query]") {
  CHECK(Shape("-1") == "-1");
  CHECK(Shape("- 1") == "-1");
  CHECK(Shape("--1") == "-(-1)");
  CHECK(Shape("-x ^ 2") == "^(-(x), 2)");
  CHECK(Shape("3 -1") == "-(3, 1)");
  CHECK(Shape("+x") == "+(x)");
  CHECK(Shape("-x.y") == "-(x.y)");
}

TEST_CASE("postfix operators chain to the left", "[query]") {
  CHECK(Shape("a.b.c[0].d") == "at(a.b.c, 0).d");
  CHECK(Shape("a[1..2]") == "slice(a, 1, 2)");
  CHECK(Shape("a[..2]") == "slice(a, -, 2)");
  CHECK(Shape("a[1..]") == "slice(a, 1, -)");
  CHECK(Shape("a[..]") == "slice(a, -, -)");
  CHECK(Shape("a[-3..-1]") == "slice(a, -3, -1)");
  CHECK(Shape("[1, [2]][1][0]") == "at(at(list(1, list(2)), 1), 0)");
  CHECK(Shape("{a: {b: 1}}.a.b") == "map(a:map(b:1)).a.b");
}

TEST_CASE("labels in expressions", "[query]") {
  CHECK(Shape("n:A") == "labels(n, A)");
  CHECK(Shape("n:A:B") == "labels(n, &(A, B))");
  CHECK(Shape("n:A|B&!C") == "labels(n, |(A, &(B, !(C))))");
  CHECK(Shape("n:(A|B)&C") == "labels(n, &(|(A, B), C))");
  CHECK(Shape("n:%") == "labels(n, %)");
  CHECK(Shape("n IS Person") == "labels(n, Person)");
  CHECK(Shape("NOT n:A AND m:B") == "and(not(labels(n, A)), labels(m, B))");
  // In a comprehension the bar begins the projection.
  CHECK(Shape("[x IN xs WHERE x:A | x.b]") == "comprehension(x, xs, labels(x, A), x.b)");
  CHECK(Shape("[x IN xs WHERE (x:A|B) | x.b]") == "comprehension(x, xs, labels(x, |(A, B)), x.b)");
}

TEST_CASE("calls, and words that are only sometimes keywords", "[query]") {
  CHECK(Shape("count(*)") == "count(*)");
  CHECK(Shape("COUNT( * )") == "count(*)");
  CHECK(Shape("count(DISTINCT n.x)") == "count(DISTINCT, n.x)");
  CHECK(Shape("date.truncate('day', d)") == "date.truncate('day', d)");
  CHECK(Shape("rand()") == "rand()");
  CHECK(Shape("count") == "count");
  CHECK(Shape("end.start + order") == "+(end.start, order)");
  CHECK(Shape("exists.exists") == "exists.exists");
  CHECK(Shape("`a b`.`c ``d`") == "a b.c `d");
  CHECK(Shape("TRUE AND False") == "and(true, false)");
  CHECK(Shape("null.x") == "null.x");
  CHECK(Shape("$p + $1 + $`q r`") == "+(+($p, $1), $q r)");
}

TEST_CASE("expressions with a scope of their own", "[query]") {
  CHECK(Shape("[x IN [1, 2] | x * 2]") == "comprehension(x, list(1, 2), -, *(x, 2))");
  CHECK(Shape("[x IN xs]") == "comprehension(x, xs, -, -)");
  CHECK(Shape("[(x IN xs)]") == "list(in(x, xs))");
  CHECK(Shape("all(x IN xs WHERE x > 0)") == "all(x, xs, >(x, 0))");
  CHECK(Shape("single(x IN xs WHERE x)") == "single(x, xs, x)");
  CHECK(Shape("none(x IN xs WHERE any(y IN x WHERE y))") == "none(x, xs, any(y, x, y))");
  CHECK(Shape("reduce(a = 0, x IN xs | a + x)") == "reduce(a, 0, x, xs, +(a, x))");
  CHECK(Shape("CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END") ==
        "case(-, when(a)->1, when(b)->2, 3)");
  CHECK(Shape("CASE x WHEN 1, 2 THEN 'a' END") == "case(x, when(1, 2)->'a', -)");
  CHECK(Shape("n {.name, .*, age: 1 + 1, other}") == "project(n, .name, .*, age:+(1, 1), other)");
  CHECK(Shape("n {}") == "project(n)");
  CHECK(Shape("EXISTS { (a)-->(b) }") == "subquery");
  CHECK(Shape("count { MATCH (a) WHERE a.x = 1 RETURN a } > 1") == ">(subquery, 1)");
}

TEST_CASE("paths and parentheses are told apart", "[query]") {
  CHECK(Shape("(a)-->(b)") == "<(a)-->(b)>");
  CHECK(Shape("(a)--(b)") == "<(a)--(b)>");
  CHECK(Shape("(a) - (b)") == "-(a, b)");
  CHECK(Shape("(a) - 1") == "-(a, 1)");
  CHECK(Shape("(a)<-[:T*1..3]-(:B {x: 1})") == "<(a)<-:T*1..3-(:Bmap(x:1))>");
  CHECK(Shape("(a) < -1") == "<(a, -1)");
  CHECK(Shape("(n:A)") == "labels(n, A)");
  CHECK(Shape("(n {.x}).x") == "project(n, .x).x");
  CHECK(Shape("[(a)-->(b) WHERE b.x | b.y]") == "matches(<(a)-->(b)>, b.x, b.y)");
  CHECK(Shape("[p = (a)-->() | p]") == "matches(p<(a)-->()>, -, p)");
  CHECK(Shape("[a = (b), 1]") == "list(=(a, b), 1)");
  CHECK(Shape("shortestPath((a)-[*]->(b))") == "shortest(<(a)-*..->(b)>)");
  CHECK(Shape("NOT (a)-[:X]-(b) OR c") == "or(not(<(a)-:X-(b)>), c)");
}

TEST_CASE("a column without alias is named by its exact text", "[query]") {
  CHECK(ColumnText("RETURN  count( * ) ") == "count( * )");
  CHECK(ColumnText("RETURN (1+2)*3, 4") == "(1+2)*3");
  CHECK(ColumnText("RETURN ( n.x ) ORDER BY 1") == "( n.x )");
  CHECK(ColumnText("RETURN n . name AS x") == "n . name");
  CHECK(ColumnText("RETURN 1 /* one */ + 2 // rest\n") == "1 /* one */ + 2");
}

}  // namespace
}  // namespace kith::query
