// SPDX-License-Identifier: Apache-2.0
// What the binder makes of right statements: slots, pattern graphs, conjuncts, grouping,
// subqueries.
#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/query/bind_fixture.h"

namespace kith::query {
namespace {

using test::BindText;

std::unique_ptr<BoundStatement> Bound(const std::string& text) {
  auto bound = BindText(text);
  INFO(text << "\n" << bound.status().ToString());
  REQUIRE(bound.ok());
  return std::move(*bound);
}

template <typename T>
const T& ClauseAt(const BoundStatement& statement, size_t index, size_t part = 0) {
  const auto& clauses = statement.query->parts[part].clauses;
  REQUIRE(index < clauses.size());
  REQUIRE(clauses[index]->kind == T::kKind);
  return bound::As<T>(*clauses[index]);
}

bound::SlotId SlotOf(const bound::ExpressionPtr& expression) {
  REQUIRE(expression->kind == bound::ExpressionKind::kSlot);
  return bound::As<bound::Slot>(*expression).slot;
}

const bound::Subquery& AsSubquery(const bound::ExpressionPtr& expression) {
  REQUIRE(expression->kind == bound::ExpressionKind::kSubquery);
  return bound::As<bound::Subquery>(*expression);
}

TEST_CASE("the patterns of a MATCH become one graph", "[query]") {
  const auto statement = Bound(
      "MATCH (a:A {x: 1})-[r:T]->(b), (b)<-[:U*2..3 {y: 2}]-(a:B) WHERE a.z > 1 AND b.w RETURN a");
  const auto& match = ClauseAt<bound::Match>(*statement, 0);
  REQUIRE(match.pattern.nodes.size() == 2);
  REQUIRE(match.pattern.relationships.size() == 2);
  REQUIRE(match.pattern.paths.size() == 2);
  const auto& a = match.pattern.nodes[0];
  CHECK_FALSE(a.bound);
  REQUIRE(a.labels != nullptr);
  CHECK(a.labels->kind == bound::LabelKind::kAnd);
  CHECK(match.pattern.paths[1].nodes == std::vector<uint32_t>{1, 0});
  const auto& second = match.pattern.relationships[1];
  CHECK(second.left == 1);
  CHECK(second.right == 0);
  CHECK(second.direction == bound::Direction::kIncoming);
  REQUIRE(second.length.has_value());
  CHECK(second.length->minimum == 2);
  CHECK(second.length->maximum == 3u);
  REQUIRE(second.properties.entries.size() == 1);
  CHECK(second.properties.entries[0].first == "y");
  // {x: 1}, a.z > 1 and b.w, each for itself.
  CHECK(match.conjuncts.size() == 3);
  CHECK(statement->slots[second.slot].type.IsAlways(kListType));
  CHECK(statement->slots[a.slot].type.IsAlways(kNodeType));
}

TEST_CASE("a variable keeps its slot through WITH, a renamed one gets another", "[query]") {
  const auto statement = Bound("MATCH (a), (b) WITH a, b AS c MATCH (a)-->(c) RETURN a, c");
  const auto& first = ClauseAt<bound::Match>(*statement, 0);
  const auto& with = ClauseAt<bound::Project>(*statement, 1);
  const auto& second = ClauseAt<bound::Match>(*statement, 2);
  CHECK(with.items[0].slot == first.pattern.nodes[0].slot);
  CHECK(with.items[1].slot != first.pattern.nodes[1].slot);
  CHECK(second.pattern.nodes[0].slot == with.items[0].slot);
  CHECK(second.pattern.nodes[0].bound);
  CHECK(second.pattern.nodes[1].slot == with.items[1].slot);
  CHECK(statement->query->columns == std::vector<std::string>{"a", "c"});
}

TEST_CASE("names that are swapped do not get mixed up", "[query]") {
  const auto statement = Bound("WITH 1 AS a, 2 AS b WITH a AS b, b AS a RETURN a, b");
  const auto& first = ClauseAt<bound::Project>(*statement, 0);
  const auto& second = ClauseAt<bound::Project>(*statement, 1);
  CHECK(SlotOf(second.items[0].expression) == first.items[0].slot);
  CHECK(second.items[0].slot != first.items[1].slot);
  const auto& result = ClauseAt<bound::Project>(*statement, 2);
  CHECK(SlotOf(result.items[0].expression) == second.items[1].slot);
}

TEST_CASE("aggregation is taken apart", "[query]") {
  const auto statement = Bound(
      "MATCH (n) RETURN n.city AS city, count(*) + 1 AS c, sum(DISTINCT n.x) AS s, n.city + "
      "count(*) "
      "ORDER BY sum(DISTINCT n.x), city");
  const auto& project = ClauseAt<bound::Project>(*statement, 1);
  CHECK(project.aggregating);
  REQUIRE(project.group_keys.size() == 1);
  REQUIRE(project.aggregates.size() == 2);  // count(*) is computed once
  CHECK(project.aggregates[0].function->signature.name == "count");
  CHECK(project.aggregates[0].arguments.empty());
  CHECK(project.aggregates[1].distinct);
  REQUIRE(project.items.size() == 4);
  CHECK(SlotOf(project.items[0].expression) == project.group_keys[0].slot);
  CHECK(SlotOf(project.items[2].expression) == project.aggregates[1].slot);
  const auto& last = bound::As<bound::Binary>(*project.items[3].expression);
  CHECK(SlotOf(last.left) == project.group_keys[0].slot);
  CHECK(SlotOf(last.right) == project.aggregates[0].slot);
  CHECK(SlotOf(project.order_by[0].expression) == project.items[2].slot);
  CHECK(SlotOf(project.order_by[1].expression) == project.items[0].slot);
  CHECK(project.names == std::vector<std::string>{"city", "c", "s", "n.city + count(*)"});
}

TEST_CASE("* means the variables of the row in alphabetical order", "[query]") {
  const auto statement = Bound("MATCH (b)-[a]->(c) RETURN *, 1 AS z");
  CHECK(statement->query->columns == std::vector<std::string>{"a", "b", "c", "z"});
}

TEST_CASE("comparisons in a chain become conjuncts", "[query]") {
  const auto statement = Bound("MATCH (n) WHERE 1 < n.x <= 3 RETURN n");
  const auto& match = ClauseAt<bound::Match>(*statement, 0);
  REQUIRE(match.conjuncts.size() == 2);
  CHECK(match.conjuncts[0]->kind == bound::ExpressionKind::kComparison);
  CHECK(match.conjuncts[1]->kind == bound::ExpressionKind::kComparison);
}

TEST_CASE("chains nested in chains do not grow without bound", "[query]") {
  std::string text = "n.x";
  for (int i = 0; i < 40; ++i) text = "(1 < " + text + " < 2)";
  CHECK(BindText("MATCH (n) RETURN " + text).ok());
}

TEST_CASE("patterns in expressions become correlated subqueries", "[query]") {
  const auto statement = Bound(
      "MATCH (n), (m) WHERE (n)-->() RETURN [(n)-->(x) WHERE x.y = m.y | x.z] AS a, "
      "shortestPath((n)-[*]->(m)) AS b, COUNT { (n)--() } AS c, COLLECT { MATCH (q) RETURN q.x } "
      "AS d");
  const auto& match = ClauseAt<bound::Match>(*statement, 0);
  const bound::SlotId n = match.pattern.nodes[0].slot;
  const bound::SlotId m = match.pattern.nodes[1].slot;
  const auto& predicate = AsSubquery(match.conjuncts[0]);
  CHECK(predicate.subquery == bound::SubqueryKind::kExists);
  CHECK(predicate.arguments == std::vector<bound::SlotId>{n});
  const auto& project = ClauseAt<bound::Project>(*statement, 1);
  const auto& comprehension = AsSubquery(project.items[0].expression);
  CHECK(comprehension.subquery == bound::SubqueryKind::kCollect);
  CHECK(comprehension.arguments == std::vector<bound::SlotId>{n, m});
  REQUIRE(comprehension.query->parts[0].clauses.size() == 2);
  const auto& inner = bound::As<bound::Match>(*comprehension.query->parts[0].clauses[0]);
  CHECK(inner.pattern.nodes[0].bound);
  CHECK_FALSE(inner.pattern.nodes[1].bound);
  const auto& shortest = AsSubquery(project.items[1].expression);
  CHECK(shortest.subquery == bound::SubqueryKind::kFirst);
  CHECK(shortest.arguments == std::vector<bound::SlotId>{n, m});
  CHECK(AsSubquery(project.items[2].expression).subquery == bound::SubqueryKind::kCount);
  CHECK(AsSubquery(project.items[3].expression).arguments.empty());
  CHECK(project.items[1].expression->type.IsAlways(kPathType));
}

TEST_CASE("a subquery inside a subquery hands its needs outward", "[query]") {
  const auto statement =
      Bound("MATCH (a), (b) WHERE EXISTS { MATCH (c) WHERE EXISTS { (c)-->(a) } } RETURN b");
  const auto& match = ClauseAt<bound::Match>(*statement, 0);
  const auto& outer = AsSubquery(match.conjuncts[0]);
  CHECK(outer.arguments == std::vector<bound::SlotId>{match.pattern.nodes[0].slot});
  const auto& middle = bound::As<bound::Match>(*outer.query->parts[0].clauses[0]);
  CHECK(AsSubquery(middle.conjuncts[0]).arguments ==
        std::vector<bound::SlotId>{match.pattern.nodes[0].slot, middle.pattern.nodes[0].slot});
}

TEST_CASE("CALL { } reads arguments and fills outputs", "[query]") {
  const auto statement = Bound(
      "MATCH (n) CALL { WITH n MATCH (n)-->(m) RETURN m UNION MATCH (m) RETURN m } RETURN n, m");
  const auto& match = ClauseAt<bound::Match>(*statement, 0);
  const auto& call = ClauseAt<bound::CallSubquery>(*statement, 1);
  CHECK(call.arguments == std::vector<bound::SlotId>{match.pattern.nodes[0].slot});
  REQUIRE(call.outputs.size() == 1);
  CHECK_FALSE(call.query->union_all);
  REQUIRE(call.query->parts.size() == 2);
  CHECK(call.query->parts[0].outputs[0] != call.query->parts[1].outputs[0]);
  const auto& project = ClauseAt<bound::Project>(*statement, 2);
  CHECK(SlotOf(project.items[1].expression) == call.outputs[0]);
  CHECK_FALSE(statement->query->updates);
  CHECK(Bound("MATCH (n) CALL { CREATE (m) } RETURN n")->query->updates);
}

TEST_CASE("CALL alone returns what it yields, with defaults filled in", "[query]") {
  const auto statement = Bound("CALL test.proc('x') YIELD size, city AS town");
  CHECK(statement->standalone_call);
  CHECK(statement->query->columns == std::vector<std::string>{"size", "town"});
  const auto& call = ClauseAt<bound::CallProcedure>(*statement, 0);
  REQUIRE(call.arguments.size() == 2);
  CHECK(bound::As<bound::Constant>(*call.arguments[1]).value == Value(1));
  CHECK(call.yields[0].output == 1);
  CHECK(Bound("CALL test.proc('x')")->query->columns == std::vector<std::string>{"city", "size"});
  CHECK_FALSE(Bound("CALL test.write()")->query->has_return);
  CHECK(Bound("CALL test.write()")->query->updates);
}

TEST_CASE("SHOW is a call", "[query]") {
  const auto statement = Bound("SHOW VECTOR INDEXES YIELD name WHERE name <> 'x' RETURN name AS n");
  CHECK(statement->query->columns == std::vector<std::string>{"n"});
  CHECK(ClauseAt<bound::CallProcedure>(*statement, 0).conjuncts.size() == 2);
  CHECK(Bound("SHOW INDEXES")->query->columns == std::vector<std::string>{"name", "type"});
}

TEST_CASE("constants are folded and parameters numbered", "[query]") {
  const auto statement = Bound("RETURN [1, {a: [2]}] AS c, $p + $q + $p AS s");
  const auto& project = ClauseAt<bound::Project>(*statement, 0);
  REQUIRE(project.items[0].expression->kind == bound::ExpressionKind::kConstant);
  CHECK(bound::As<bound::Constant>(*project.items[0].expression).value.ToString() ==
        "[1, {a: [2]}]");
  REQUIRE(statement->parameters.size() == 2);
  CHECK(statement->parameters[0].name == "p");
  CHECK(CheckParameters(*statement, {{"p", Value()}, {"q", Value(1)}}).ok());
  CHECK(CheckParameters(*statement, {{"p", Value(1)}}).detail() == "MissingParameter");
}

TEST_CASE("map projections become entries", "[query]") {
  const auto statement = Bound("MATCH (n) WITH n, 1 AS x RETURN n {.*, .a, x, b: 2} AS m");
  const auto& project = ClauseAt<bound::Project>(*statement, 2);
  const auto& map = bound::As<bound::MapProjection>(*project.items[0].expression);
  CHECK(map.all_entries);
  REQUIRE(map.entries.size() == 3);
  CHECK(map.entries[0].second->kind == bound::ExpressionKind::kProperty);
  CHECK(map.entries[1].second->kind == bound::ExpressionKind::kSlot);
}

TEST_CASE("types follow expressions", "[query]") {
  const auto statement = Bound(
      "MATCH (n)-[r]->() RETURN 1 + 2 AS a, 1.0 * 2 AS b, 'x' + 'y' AS c, [n] AS d, head([r]) AS "
      "e, "
      "n.x AS f, CASE WHEN true THEN 1 ELSE 'x' END AS g, collect(n) AS h, count(*) > 1 AS i");
  const auto& items = ClauseAt<bound::Project>(*statement, 1).items;
  const auto type = [&](size_t i) { return statement->slots[items[i].slot].type; };
  CHECK(type(0).types == kIntegerType);
  CHECK(type(1).types == kFloatType);
  CHECK(type(2).types == kStringType);
  CHECK(type(3).types == kListType);
  CHECK(type(3).elements == kNodeType);
  CHECK(type(4).types == kRelationshipType);
  CHECK(type(5).types.IsAny());
  CHECK(type(6).types == (kIntegerType | kStringType));
  CHECK(type(7).elements == kNodeType);
  CHECK(type(8).types == kBooleanType);
}

TEST_CASE("CREATE clauses in a row become one", "[query]") {
  const auto statement =
      Bound("CREATE (a:A) CREATE (b {x: a.y})-[:R]->(a) WITH a CREATE (c) RETURN c");
  const auto& create = ClauseAt<bound::Create>(*statement, 0);
  CHECK(create.pattern.paths.size() == 2);
  CHECK(create.pattern.nodes.size() == 2);
  CHECK(create.pattern.paths[1].nodes == std::vector<uint32_t>{1, 0});
  CHECK(ClauseAt<bound::Create>(*statement, 2).pattern.nodes.size() == 1);
  CHECK(statement->query->parts[0].clauses.size() == 4);
  // One that searches the graph must see all that the first has created.
  const auto counting = Bound("UNWIND [1, 2] AS x CREATE (:A) CREATE (:B {n: COUNT { (:A) }})");
  CHECK(counting->query->parts[0].clauses.size() == 3);
}

std::string Repeat(std::string_view text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

TEST_CASE("statements that would make deep plans are refused", "[query]") {
  for (const std::string& text :
       {Repeat("WITH 1 AS a ", 20000) + "RETURN a", Repeat("MERGE (:A) ", 20000),
        "MATCH (a)" + Repeat("-->()", 20000) + " RETURN a",
        "MATCH ()" + Repeat(", ()", 20000) + " RETURN 1",
        "RETURN 1 AS a" + Repeat(" UNION RETURN 1 AS a", 20000),
        "FOREACH (x IN $xs | " + Repeat("SET x.a = 1 ", 20000) + ")"}) {
    const auto bound = BindText(text);
    REQUIRE_FALSE(bound.ok());
    CHECK(bound.status().message().find("more than 1000 clauses") != std::string::npos);
  }
  CHECK(BindText(Repeat("CREATE (:A) ", 20000)).ok());
  CHECK(BindText("CREATE (a)" + Repeat("-[:R]->()", 20000)).ok());
  CHECK(BindText(Repeat("MERGE (:A) ", 500)).ok());
}

TEST_CASE("a product of unconnected patterns is warned of", "[query]") {
  CHECK(Bound("MATCH (a), (b) RETURN a, b")->warnings.size() == 1);
  CHECK(Bound("MATCH (a)-->(b), (c)-->(d) WHERE a.x > 1 AND c.x > 1 RETURN 1")->warnings.size() ==
        1);
  CHECK(Bound("MATCH (a)-->(b), (c)-->(d) RETURN 1")->warnings.size() == 1);
  CHECK(Bound("MATCH (a), (b)-->(a) RETURN 1")->warnings.empty());
  CHECK(Bound("MATCH (a), (b) WHERE a.x = b.x RETURN 1")->warnings.empty());
  CHECK(Bound("MATCH (a), (b {x: a.x}) RETURN 1")->warnings.empty());
  CHECK(Bound("MATCH (a), (b) WHERE (a)-->(b) RETURN 1")->warnings.empty());
  CHECK(Bound("MATCH (a) MATCH (a)-->(x), (b) RETURN 1")->warnings.empty());
}

TEST_CASE("deep trees bind without trouble", "[query]") {
  std::string sum = "1";
  for (int i = 0; i < 900; ++i) sum += " + 1";
  CHECK(BindText("RETURN " + sum).ok());
  const std::string open(200, '(');
  const std::string close(200, ')');
  CHECK(BindText("RETURN " + open + "1" + close).ok());
}

}  // namespace
}  // namespace kith::query
