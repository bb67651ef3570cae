// SPDX-License-Identifier: Apache-2.0
// Every error that the binder can find, by its detail word, beside a near relative that is right.
#include <catch2/catch.hpp>

#include "tests/query/bind_fixture.h"

namespace kith::query {
namespace {

using test::BindText;
using test::Outcome;

struct Case {
  const char* statement;
  const char* outcome;
};

void CheckAll(std::initializer_list<Case> cases) {
  for (const Case& c : cases) {
    INFO(c.statement);
    const auto bound = BindText(c.statement);
    INFO(bound.status().message());
    CHECK(Outcome(c.statement) == c.outcome);
    if (bound.ok()) continue;
    CHECK(bound.status().phase() == ErrorPhase::kCompileTime);
    CHECK(bound.status().has_position());
  }
}

TEST_CASE("undefined variables", "[query]") {
  CheckAll({
      {"RETURN x", "SyntaxError UndefinedVariable"},
      {"MATCH (n) WITH n.x AS x RETURN n", "SyntaxError UndefinedVariable"},
      {"MATCH (n) WITH n.x AS x WHERE n.y = 1 RETURN x", "OK"},
      {"MATCH (n) WITH DISTINCT n.x AS x WHERE n.y = 1 RETURN x", "SyntaxError UndefinedVariable"},
      {"MATCH (n) WITH DISTINCT n.x AS x WHERE n.x = 1 RETURN x", "OK"},
      {"MATCH (n) RETURN n.x AS x ORDER BY n.y", "OK"},
      {"MATCH (n) RETURN DISTINCT n.x AS x ORDER BY n.y", "SyntaxError UndefinedVariable"},
      {"MATCH (n) RETURN DISTINCT n.x AS x ORDER BY n.x + 1", "OK"},
      {"MATCH (n) WHERE (n)-[r]->() RETURN n", "SyntaxError UndefinedVariable"},
      {"MATCH (n) WHERE (n)-->(m) RETURN n", "SyntaxError UndefinedVariable"},
      {"MATCH (n) WHERE EXISTS { (n)-->(m) WHERE m.x = n.x } RETURN n", "OK"},
      {"MATCH (n) RETURN [(n)-->(m) | m.x]", "OK"},
      {"MATCH (n) RETURN [(n)-->(m) | m.x], m", "SyntaxError UndefinedVariable"},
      {"RETURN [x IN [1] | x], x", "SyntaxError UndefinedVariable"},
      {"CREATE (a {x: a.y})", "SyntaxError UndefinedVariable"},
      {"CREATE (a {x: 1}), (b {x: a.x})", "OK"},
      {"MERGE (n) ON CREATE SET m.x = 1", "SyntaxError UndefinedVariable"},
      {"FOREACH (x IN [1] | CREATE (n)) SET n.x = 1", "SyntaxError UndefinedVariable"},
      {"CALL test.proc('a') RETURN city", "SyntaxError UndefinedVariable"},
      {"CALL test.proc('a') YIELD town RETURN town", "SyntaxError UndefinedVariable"},
      {"MATCH (n) CALL { RETURN n.x AS x } RETURN x", "SyntaxError UndefinedVariable"},
      {"MATCH (n) CALL { WITH n RETURN n.x AS x } RETURN x", "OK"},
      {"MATCH (n) CALL (n) { RETURN n.x AS x } RETURN x", "OK"},
      {"MATCH (n) CALL (*) { RETURN n.x AS x } RETURN x", "OK"},
      {"MATCH (n) CALL (m) { RETURN 1 AS x } RETURN x", "SyntaxError UndefinedVariable"},
      {"MATCH (a {x: b.y}), (b) RETURN a", "OK"},
      {"RETURN NaN, inf, -Infinity", "OK"},
  });
}

TEST_CASE("a near name is suggested", "[query]") {
  const auto bound = BindText("MATCH (person) RETURN preson.name");
  REQUIRE_FALSE(bound.ok());
  CHECK(bound.status().message().find("did you mean 'person'?") != std::string::npos);
  const auto function = BindText("RETURN toUper('a')");
  REQUIRE_FALSE(function.ok());
  CHECK(function.status().message().find("toUpper") != std::string::npos);
}

TEST_CASE("variables bound twice", "[query]") {
  CheckAll({
      {"MATCH (a) CREATE (a)", "SyntaxError VariableAlreadyBound"},
      {"MATCH (a) CREATE (a)-[:R]->(b)", "OK"},
      {"MATCH (a) CREATE (a:L)-[:R]->(b)", "SyntaxError VariableAlreadyBound"},
      {"CREATE (a), (a)", "SyntaxError VariableAlreadyBound"},
      {"CREATE (a)-[:R]->(a)", "OK"},
      {"CREATE (n {})-[:R]->(n {})", "SyntaxError VariableAlreadyBound"},
      {"MATCH ()-[r]->() CREATE ()-[r:T]->()", "SyntaxError VariableAlreadyBound"},
      {"MATCH (a) MERGE (a)", "SyntaxError VariableAlreadyBound"},
      {"MATCH (p) MATCH p = ()-->() RETURN p", "SyntaxError VariableAlreadyBound"},
      {"MATCH p = ()-[p]->() RETURN p", "SyntaxError VariableAlreadyBound"},
      {"MATCH (a) UNWIND [1] AS a RETURN a", "SyntaxError VariableAlreadyBound"},
      {"WITH 1 AS city CALL test.proc('a') YIELD city RETURN city",
       "SyntaxError VariableAlreadyBound"},
      {"CALL test.proc('a') YIELD city, size AS city RETURN city",
       "SyntaxError VariableAlreadyBound"},
      {"MATCH (n) CALL { RETURN 1 AS n } RETURN n", "SyntaxError VariableAlreadyBound"},
      {"RETURN reduce(x = 0, x IN [1] | x)", "SyntaxError VariableAlreadyBound"},
  });
}

TEST_CASE("variables of another kind", "[query]") {
  CheckAll({
      {"MATCH ()-[r]->() MATCH (r) RETURN r", "SyntaxError VariableTypeConflict"},
      {"MATCH (r) MATCH ()-[r]->() RETURN r", "SyntaxError VariableTypeConflict"},
      {"MATCH (r)-[r]->() RETURN r", "SyntaxError VariableTypeConflict"},
      {"MATCH p = ()-->() MATCH (p) RETURN p", "SyntaxError VariableTypeConflict"},
      {"MATCH ()-[r*]->() MATCH ()-[r]->() RETURN r", "SyntaxError VariableTypeConflict"},
      {"WITH 1 AS n MATCH (n) RETURN n", "SyntaxError VariableTypeConflict"},
      {"WITH null AS n MATCH (n) RETURN n", "OK"},
      {"WITH $n AS n MATCH (n) RETURN n", "OK"},
      {"MATCH (n) WITH [n] AS ns MATCH (ns) RETURN ns", "SyntaxError VariableTypeConflict"},
      {"MATCH (n) WITH head([n]) AS m MATCH (m)-->() RETURN m", "OK"},
      {"MATCH ()-[r]->() WITH [r] AS rs MATCH ()-[rs*]->() RETURN 1", "OK"},
      {"MATCH ()-[r]->()-[r]->() RETURN r", "SyntaxError RelationshipUniquenessViolation"},
      {"MATCH ()-[r]->() MATCH ()-[r]->() RETURN r", "OK"},
  });
}

TEST_CASE("created relationships", "[query]") {
  CheckAll({
      {"CREATE ()-->()", "SyntaxError NoSingleRelationshipType"},
      {"CREATE ()-[:A|B]->()", "SyntaxError NoSingleRelationshipType"},
      {"MERGE ()-[r]->()", "SyntaxError NoSingleRelationshipType"},
      {"CREATE ()-[:A]-()", "SyntaxError RequiresDirectedRelationship"},
      {"CREATE ()<-[:A]->()", "SyntaxError RequiresDirectedRelationship"},
      {"MERGE ()-[:A]-()", "OK"},
      {"CREATE ()-[:A*2]->()", "SyntaxError CreatingVarLength"},
      {"MERGE ()-[:A*]->()", "SyntaxError CreatingVarLength"},
      {"CREATE (:A|B)", "SyntaxError UnexpectedSyntax"},
      {"CREATE (n WHERE n.x = 1)", "SyntaxError UnexpectedSyntax"},
      {"CREATE p = shortestPath(()-[:A]->())", "SyntaxError UnexpectedSyntax"},
  });
}

TEST_CASE("parameters in patterns, and missing ones", "[query]") {
  CheckAll({
      {"MATCH (n $p) RETURN n", "SyntaxError InvalidParameterUse"},
      {"MATCH ()-[r $p]->() RETURN r", "SyntaxError InvalidParameterUse"},
      {"MERGE (n $p)", "SyntaxError InvalidParameterUse"},
      {"CREATE (n $p)", "OK"},
      {"MATCH (n {x: $p}) RETURN n", "OK"},
  });
  const kith::Map given{{"a", Value(1)}};
  CHECK(Outcome("RETURN $a", &given) == "OK");
  CHECK(Outcome("RETURN $a + $b", &given) == "ParameterMissing MissingParameter");
  CHECK(Outcome("CALL test.proc", &given) == "ParameterMissing MissingParameter");
  const kith::Map name{{"name", Value("x")}};
  CHECK(Outcome("CALL test.proc", &name) == "OK");
}

TEST_CASE("aggregation", "[query]") {
  CheckAll({
      {"MATCH (n) WHERE count(n) > 1 RETURN n", "SyntaxError InvalidAggregation"},
      {"MATCH (n) RETURN n.x ORDER BY max(n.y)", "SyntaxError InvalidAggregation"},
      {"MATCH (n) RETURN n.x, max(n.y) ORDER BY max(n.y)", "OK"},
      {"MATCH (n) RETURN n.x AS x, max(n.y) AS m ORDER BY MAX( n.y ) + x", "OK"},
      {"MATCH (n) RETURN n.x AS x, max(n.y) ORDER BY min(1)", "SyntaxError InvalidAggregation"},
      {"MATCH (n) RETURN n.x AS x, max(n.y) ORDER BY min(n.z)", "SyntaxError UndefinedVariable"},
      {"RETURN [x IN [1] | count(*)]", "SyntaxError InvalidAggregation"},
      {"UNWIND [1] AS x RETURN [y IN collect(x) | y]", "OK"},
      {"MATCH (n) WITH n, count(*) AS c WHERE count(*) > 1 RETURN n",
       "SyntaxError InvalidAggregation"},
      {"MATCH (n) SET n.x = count(*)", "SyntaxError InvalidAggregation"},
      {"MATCH (n) CALL test.proc(max(n.x)) YIELD city RETURN city",
       "SyntaxError InvalidAggregation"},
      {"RETURN count(count(*))", "SyntaxError NestedAggregation"},
      {"RETURN count(rand())", "SyntaxError NonConstantExpression"},
      {"MATCH (a) RETURN a.x + count(*)", "SyntaxError AmbiguousAggregationExpression"},
      {"MATCH (a) RETURN a.x, a.x + count(*)", "OK"},
      {"MATCH (a) RETURN a, a.x + count(*)", "OK"},
      {"MATCH (a) RETURN a.x + 1, a.x + 1 + count(*)",
       "SyntaxError AmbiguousAggregationExpression"},
      {"MATCH (a) RETURN a.x AS x, [a IN [{x: 1}] | a.x] + count(*)", "OK"},
      {"MATCH (a) RETURN a.x + a.y, count(*) AS c ORDER BY a.x + a.y + count(*)",
       "SyntaxError AmbiguousAggregationExpression"},
      {"MATCH (a) RETURN a.x + a.y, count(*) AS c ORDER BY a.x + a.y", "OK"},
      {"MATCH (a) RETURN count(*) AS c ORDER BY a.x + count(*)", "SyntaxError UndefinedVariable"},
      {"MATCH (a) RETURN *, count(*) AS c ORDER BY a.x + c", "OK"},
      {"MATCH (a) RETURN EXISTS { MATCH (a)-->(b) WITH b, count(*) AS c WHERE c > 1 RETURN b }",
       "OK"},
  });
}

TEST_CASE("columns", "[query]") {
  CheckAll({
      {"WITH 1 AS a, 2 AS a RETURN a", "SyntaxError ColumnNameConflict"},
      {"RETURN 1, 1", "SyntaxError ColumnNameConflict"},
      {"MATCH (a) RETURN *, a.x AS a", "SyntaxError ColumnNameConflict"},
      {"MATCH (a) WITH a, a.x RETURN a", "SyntaxError NoExpressionAlias"},
      {"MATCH (a) CALL { MATCH (b) RETURN b.x } RETURN a", "SyntaxError NoExpressionAlias"},
      {"MATCH () RETURN *", "SyntaxError NoVariablesInScope"},
      {"CREATE () WITH * RETURN 1", "OK"},
      {"RETURN 1 AS a UNION RETURN 2 AS b", "SyntaxError DifferentColumnsInUnion"},
      {"RETURN 1 AS a UNION RETURN 2 AS a, 3 AS b", "SyntaxError DifferentColumnsInUnion"},
      {"RETURN 1 AS a UNION CREATE ()", "SyntaxError DifferentColumnsInUnion"},
      {"RETURN 1 AS a UNION ALL RETURN 2 AS a", "OK"},
  });
}

TEST_CASE("clauses in an order that makes no sense", "[query]") {
  CheckAll({
      {"RETURN 1 AS a UNION RETURN 2 AS a UNION ALL RETURN 3 AS a",
       "SyntaxError InvalidClauseComposition"},
      {"RETURN 1 MATCH (n) RETURN n", "SyntaxError InvalidClauseComposition"},
      {"MATCH (n)", "SyntaxError InvalidClauseComposition"},
      {"UNWIND [1] AS x", "SyntaxError InvalidClauseComposition"},
      {"WITH 1 AS x", "SyntaxError InvalidClauseComposition"},
      {"MATCH (n) WHERE EXISTS { MATCH (n) SET n.x = 1 } RETURN n",
       "SyntaxError InvalidClauseComposition"},
      {"MATCH (n) RETURN COUNT { CALL test.write() }", "SyntaxError InvalidClauseComposition"},
      {"FOREACH (x IN [1] | MATCH (n))", "SyntaxError InvalidClauseComposition"},
      {"RETURN COLLECT { RETURN 1 AS a, 2 AS b }", "SyntaxError InvalidClauseComposition"},
      {"RETURN COLLECT { MATCH (n) }", "SyntaxError InvalidClauseComposition"},
      {"MATCH (n) CALL test.write() RETURN n", "OK"},
  });
}

TEST_CASE("SKIP and LIMIT", "[query]") {
  CheckAll({
      {"MATCH (n) RETURN n SKIP n.x", "SyntaxError NonConstantExpression"},
      {"MATCH (n) RETURN n LIMIT COUNT { (n)-->() }", "SyntaxError NonConstantExpression"},
      {"RETURN 1 SKIP -1", "SyntaxError NegativeIntegerArgument"},
      {"RETURN 1 LIMIT -1", "SyntaxError NegativeIntegerArgument"},
      {"RETURN 1 LIMIT 1.5", "SyntaxError InvalidArgumentType"},
      {"RETURN 1 LIMIT 'x'", "SyntaxError InvalidArgumentType"},
      {"RETURN 1 LIMIT null", "SyntaxError InvalidArgumentType"},
      {"RETURN 1 SKIP $s LIMIT toInteger(ceil(1.7))", "OK"},
  });
}

TEST_CASE("types that cannot be right", "[query]") {
  CheckAll({
      {"RETURN NOT 1", "SyntaxError InvalidArgumentType"},
      {"RETURN true AND 'x'", "SyntaxError InvalidArgumentType"},
      {"RETURN 1 IN 2", "SyntaxError InvalidArgumentType"},
      {"RETURN 'a' % 2", "SyntaxError InvalidArgumentType"},
      {"RETURN true + 1", "SyntaxError InvalidArgumentType"},
      {"RETURN true + [1]", "OK"},
      {"RETURN -'a'", "SyntaxError InvalidArgumentType"},
      {"MATCH (n) WHERE n RETURN n", "SyntaxError InvalidArgumentType"},
      {"MATCH (n) WHERE n.x RETURN n", "OK"},
      {"MATCH p = ()-->() RETURN p.x", "SyntaxError InvalidArgumentType"},
      {"WITH 1 AS n RETURN n.x", "TypeError InvalidArgumentType"},
      {"WITH [1] AS n RETURN n.x", "TypeError InvalidArgumentType"},
      {"WITH date() AS d RETURN d.year", "OK"},
      {"MATCH (n) RETURN length(n)", "SyntaxError InvalidArgumentType"},
      {"MATCH p = ()-->() RETURN size(p)", "SyntaxError InvalidArgumentType"},
      {"MATCH p = ()-->() RETURN p:Label", "SyntaxError InvalidArgumentType"},
      {"RETURN none(x IN ['a'] WHERE x % 2 = 0)", "SyntaxError InvalidArgumentType"},
      {"RETURN [x IN 1 | x]", "SyntaxError InvalidArgumentType"},
      {"RETURN all(x IN 'abc' WHERE x)", "SyntaxError InvalidArgumentType"},
      {"MATCH (n) DELETE 1 + 1", "SyntaxError InvalidArgumentType"},
      {"MATCH (n) DELETE n:A", "SyntaxError InvalidDelete"},
      {"WITH 1 AS n SET n.x = 1", "SyntaxError InvalidArgumentType"},
      {"MATCH ()-[r]->() SET r:Label", "SyntaxError InvalidArgumentType"},
      {"MATCH (n) SET n = 1", "SyntaxError InvalidArgumentType"},
      {"CALL test.proc(1)", "SyntaxError InvalidArgumentType"},
      {"WITH 1 AS n RETURN n {.x}", "SyntaxError InvalidArgumentType"},
      {"RETURN percentileCont('a', 0.5)", "SyntaxError InvalidArgumentType"},
  });
}

TEST_CASE("functions and procedures", "[query]") {
  CheckAll({
      {"RETURN nothing(1)", "SyntaxError UnknownFunction"},
      {"RETURN toUpper()", "SyntaxError InvalidNumberOfArguments"},
      {"RETURN toUpper('a', 'b')", "SyntaxError InvalidNumberOfArguments"},
      {"RETURN sum()", "SyntaxError InvalidNumberOfArguments"},
      {"RETURN toUpper(DISTINCT 'a')", "SyntaxError UnexpectedSyntax"},
      {"CALL nothing()", "ProcedureError ProcedureNotFound"},
      {"CALL test.proc()", "SyntaxError InvalidNumberOfArguments"},
      {"CALL test.proc('a', 2, 3)", "SyntaxError InvalidNumberOfArguments"},
      {"CALL test.proc('a')", "OK"},
      {"CALL test.proc('a') YIELD city WHERE city = 'x' RETURN city", "OK"},
      {"MATCH (n) CALL test.proc YIELD city RETURN city", "SyntaxError InvalidArgumentPassingMode"},
  });
}

TEST_CASE("patterns are conditions only where conditions stand", "[query]") {
  CheckAll({
      {"MATCH (n) RETURN (n)-->()", "SyntaxError UnexpectedSyntax"},
      {"MATCH (n) RETURN size((n)-->())", "SyntaxError UnexpectedSyntax"},
      {"MATCH (n) SET n.x = head((n)-->())", "SyntaxError UnexpectedSyntax"},
      {"MATCH (n) WHERE (n)-->() AND NOT (n)<--() RETURN n", "OK"},
      {"MATCH (n) RETURN exists((n)-->())", "OK"},
      {"MATCH (n) RETURN [x IN [1] WHERE (n)-->() | x]", "OK"},
      {"MATCH (n) RETURN CASE WHEN (n)-->() THEN 1 END", "OK"},
      {"MATCH (a), (b) RETURN shortestPath((a)-[*]->(b))", "OK"},
      {"MATCH (a), (b) RETURN shortestPath((a)-->()-->(b))", "SyntaxError UnexpectedSyntax"},
      {"MATCH shortestPath((a)-[*2..]->(b)) RETURN a", "SyntaxError UnexpectedSyntax"},
  });
}

TEST_CASE("SEARCH of MATCH", "[query]") {
  CheckAll({
      {"MATCH (d) SEARCH d IN (VECTOR INDEX i FOR [1] LIMIT 1) RETURN d", "OK"},
      {"MATCH (d) SEARCH d IN (VECTOR INDEX i FOR $v LIMIT $k) SCORE AS s WHERE s > 1 RETURN s",
       "OK"},
      {"MATCH (d) WHERE s > 1 SEARCH d IN (VECTOR INDEX i FOR [1] LIMIT 1) SCORE AS s RETURN s",
       "OK"},
      {"MATCH (d) SEARCH d IN (VECTOR INDEX i FOR [1] WHERE s > 1 LIMIT 1) SCORE AS s RETURN s",
       "SyntaxError UndefinedVariable"},
      {"MATCH (d) SEARCH e IN (VECTOR INDEX i FOR [1] LIMIT 1) RETURN d",
       "SyntaxError UndefinedVariable"},
      {"MATCH (d) MATCH (e) SEARCH d IN (VECTOR INDEX i FOR [1] LIMIT 1) RETURN d",
       "SyntaxError VariableAlreadyBound"},
      {"MATCH (d) MATCH (d)-->(e) SEARCH d IN (VECTOR INDEX i FOR [1] LIMIT 1) RETURN d",
       "SyntaxError VariableAlreadyBound"},
      {"MATCH (d) MATCH (d)-->(e) SEARCH e IN (VECTOR INDEX i FOR [1] LIMIT 1) RETURN d", "OK"},
      {"MATCH ()-[r]->() SEARCH r IN (VECTOR INDEX i FOR [1] LIMIT 1) RETURN r", "OK"},
      {"MATCH ()-[r*]->() SEARCH r IN (VECTOR INDEX i FOR [1] LIMIT 1) RETURN r",
       "SyntaxError VariableTypeConflict"},
      {"MATCH p = (d)-->() SEARCH p IN (VECTOR INDEX i FOR [1] LIMIT 1) RETURN d",
       "SyntaxError VariableTypeConflict"},
      {"MATCH (d) SEARCH d IN (VECTOR INDEX i FOR d.v LIMIT 1) RETURN d",
       "SyntaxError UndefinedVariable"},
      {"MATCH (a)-->(d) SEARCH d IN (VECTOR INDEX i FOR a.v LIMIT 1) RETURN d",
       "SyntaxError UndefinedVariable"},
      {"MATCH (a) MATCH (a)-->(d) SEARCH d IN (VECTOR INDEX i FOR a.v LIMIT 1) RETURN d", "OK"},
      {"MATCH (d) SEARCH d IN (VECTOR INDEX i FOR head(COLLECT { MATCH (y) MATCH (x) SEARCH x IN "
       "(VECTOR INDEX i FOR y.v LIMIT 1) RETURN x.v }) LIMIT 1) RETURN d",
       "OK"},
      {"MATCH (d) SEARCH d IN (VECTOR INDEX i FOR head(COLLECT { MATCH (x) SEARCH x IN (VECTOR "
       "INDEX i FOR d.v LIMIT 1) RETURN x.v }) LIMIT 1) RETURN d",
       "SyntaxError UndefinedVariable"},
      {"MATCH (d) SEARCH d IN (VECTOR INDEX i FOR [x IN [1] | x] LIMIT 1) RETURN d", "OK"},
      {"MATCH (d) SEARCH d IN (VECTOR INDEX i FOR 'v' LIMIT 1) RETURN d",
       "SyntaxError InvalidArgumentType"},
      {"MATCH (d) SEARCH d IN (VECTOR INDEX i FOR null LIMIT 1) RETURN d",
       "SyntaxError InvalidArgumentType"},
      {"MATCH (d) SEARCH d IN (VECTOR INDEX i FOR [1] LIMIT -1) RETURN d",
       "SyntaxError NegativeIntegerArgument"},
      {"MATCH (d) SEARCH d IN (VECTOR INDEX i FOR [1] LIMIT 1.5) RETURN d",
       "SyntaxError InvalidArgumentType"},
      {"MATCH (d) SEARCH d IN (VECTOR INDEX i FOR [1] LIMIT d.k) RETURN d",
       "SyntaxError NonConstantExpression"},
      {"MATCH (d) SEARCH d IN (VECTOR INDEX i FOR [1] LIMIT 1) SCORE AS d RETURN d",
       "SyntaxError VariableAlreadyBound"},
      {"MATCH (d) SEARCH d IN (VECTOR INDEX i FOR [1] WHERE count(d) > 1 LIMIT 1) RETURN d",
       "SyntaxError InvalidAggregation"},
      {"MATCH (d) SEARCH d IN (VECTOR INDEX i FOR [1] WHERE 1 LIMIT 1) RETURN d",
       "SyntaxError InvalidArgumentType"},
  });
}

}  // namespace
}  // namespace kith::query
