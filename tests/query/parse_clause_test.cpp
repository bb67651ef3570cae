// SPDX-License-Identifier: Apache-2.0
// Clauses, queries, statements and the splitter.
#include <catch2/catch.hpp>

#include "query/parse/parser.h"
#include "query/parse/statement_splitter.h"
#include "tests/query/parse_outline.h"

namespace kith::query {
namespace {

using ast::ClauseKind;

std::unique_ptr<ast::Statement> Parse(const std::string& text) {
  auto statement = ParseStatement(text);
  INFO(text << "\n" << statement.status().ToString());
  REQUIRE(statement.ok());
  return std::move(*statement);
}

/// The clause at `index` of the first part.
template <typename T>
const T& ClauseAt(const ast::Statement& statement, size_t index) {
  REQUIRE(statement.query->parts[0].clauses.size() > index);
  const ast::Clause& clause = *statement.query->parts[0].clauses[index];
  REQUIRE(clause.kind == T::kKind);
  return ast::As<T>(clause);
}

TEST_CASE("MATCH with several patterns and WHERE", "[query]") {
  const auto statement = Parse(
      "OPTIONAL MATCH p = (a:A|B {x: 1})-[r:T|:U*2..]->(), (b WHERE b.y > 1)<--(c $props)-[*3]-() "
      "WHERE a.z RETURN *");
  const auto& match = ClauseAt<ast::Match>(*statement, 0);
  CHECK(match.optional);
  REQUIRE(match.patterns.size() == 2);
  CHECK(test::Outline(match.patterns[0]) == "p<(a:|(A, B)map(x:1))-r:|(T, U)*2..->()>");
  CHECK(test::Outline(match.patterns[1]) == "<(b WHERE >(b.y, 1))<--(c$props)-*3..3-()>");
  CHECK(test::Outline(match.where) == "a.z");
  CHECK(statement->TextOf(match.keyword) == "OPTIONAL");
}

TEST_CASE("SEARCH of MATCH, and its words as names", "[query]") {
  const auto statement = Parse(
      "MATCH (search:Search) search search IN (VECTOR INDEX index FOR vector.score WHERE "
      "search.limit > 1 LIMIT 3) SCORE AS score WHERE score > 1 RETURN score "
      "UNION MATCH (n) WHERE n.x SEARCH n IN (VECTOR INDEX `an index` FOR $v LIMIT $k) RETURN 1 "
      "AS score");
  const auto& match = ClauseAt<ast::Match>(*statement, 0);
  REQUIRE(match.search.has_value());
  CHECK(match.search->variable.text == "search");
  CHECK(match.search->index.text == "index");
  CHECK(test::Outline(match.search->vector) == "vector.score");
  CHECK(test::Outline(match.search->where) == ">(search.limit, 1)");
  CHECK(test::Outline(match.search->limit) == "3");
  CHECK(match.search->score.text == "score");
  CHECK(test::Outline(match.where) == ">(score, 1)");
  CHECK(statement->TextOf(match.search->range).starts_with("search search IN"));
  CHECK(statement->TextOf(match.search->range).ends_with("SCORE AS score"));

  const auto& second = ast::As<ast::Match>(*statement->query->parts[1].clauses[0]);
  REQUIRE(second.search.has_value());
  CHECK(second.search->index.text == "an index");
  CHECK(second.search->where == nullptr);
  CHECK(second.search->score.empty());
  CHECK(test::Outline(second.where) == "n.x");
}

TEST_CASE("paths of GQL mean what the older forms mean", "[query]") {
  const auto statement = Parse(
      "MATCH ANY SHORTEST (a)-[:T]->+(b), (a)-[:T]->{2,4}(b), (a)-->*(b), "
      "ALL SHORTEST PATHS (a)--{3}(b) RETURN 1");
  const auto& match = ClauseAt<ast::Match>(*statement, 0);
  CHECK(match.patterns[0].selector == ast::PathSelector::kShortest);
  CHECK(test::Outline(match.patterns[0]) == "<(a)-:T*1..->(b)>");
  CHECK(test::Outline(match.patterns[1]) == "<(a)-:T*2..4->(b)>");
  CHECK(test::Outline(match.patterns[2]) == "<(a)-*0..->(b)>");
  CHECK(match.patterns[3].selector == ast::PathSelector::kAllShortest);
  CHECK(test::Outline(match.patterns[3]) == "<(a)-*3..3-(b)>");
}

TEST_CASE("projections keep order, paging and aliases", "[query]") {
  const auto statement = Parse(
      "WITH DISTINCT *, a.x AS x ORDER BY x DESC, a.y ASCENDING SKIP 1 "
      "LIMIT $n WHERE x > 1 RETURN x OFFSET 2");
  const auto& with = ClauseAt<ast::With>(*statement, 0);
  CHECK(with.projection.distinct);
  CHECK(with.projection.star);
  REQUIRE(with.projection.items.size() == 1);
  CHECK(with.projection.items[0].alias.text == "x");
  REQUIRE(with.projection.order_by.size() == 2);
  CHECK(with.projection.order_by[0].descending);
  CHECK_FALSE(with.projection.order_by[1].descending);
  CHECK(test::Outline(with.projection.skip) == "1");
  CHECK(test::Outline(with.projection.limit) == "$n");
  CHECK(test::Outline(with.where) == ">(x, 1)");
  CHECK(test::Outline(ClauseAt<ast::Return>(*statement, 1).projection.skip) == "2");
}

TEST_CASE("updating clauses", "[query]") {
  const auto statement = Parse(
      "MERGE (a:A)-[:T]->(b) ON CREATE SET a.x = 1, b:L:M ON MATCH SET a += {y: 2} "
      "SET a = $map, a['k'] = 3, (a).z = 4 REMOVE a.x, a:L, a['k'] DETACH DELETE a, b "
      "FOREACH (x IN [1] | CREATE (:N {x: x}) SET a.q = x) CREATE (c), (d)-[:R]->(c)");
  const auto& merge = ClauseAt<ast::Merge>(*statement, 0);
  REQUIRE(merge.on_create.size() == 2);
  CHECK(merge.on_create[0].kind == ast::SetItemKind::kProperty);
  CHECK(merge.on_create[0].key.text == "x");
  CHECK(merge.on_create[1].kind == ast::SetItemKind::kLabels);
  CHECK(merge.on_create[1].labels.size() == 2);
  REQUIRE(merge.on_match.size() == 1);
  CHECK(merge.on_match[0].kind == ast::SetItemKind::kMergeAll);
  const auto& set = ClauseAt<ast::Set>(*statement, 1);
  CHECK(set.items[0].kind == ast::SetItemKind::kReplaceAll);
  CHECK(set.items[1].kind == ast::SetItemKind::kDynamicProperty);
  CHECK(test::Outline(set.items[1].key_value) == "'k'");
  CHECK(test::Outline(set.items[2].target) == "a");
  const auto& remove = ClauseAt<ast::Remove>(*statement, 2);
  CHECK(remove.items[0].kind == ast::SetItemKind::kProperty);
  CHECK(remove.items[1].kind == ast::SetItemKind::kLabels);
  CHECK(remove.items[2].kind == ast::SetItemKind::kDynamicProperty);
  CHECK(ClauseAt<ast::Delete>(*statement, 3).detach);
  CHECK(ClauseAt<ast::Delete>(*statement, 3).expressions.size() == 2);
  CHECK(ClauseAt<ast::Foreach>(*statement, 4).clauses.size() == 2);
  CHECK(ClauseAt<ast::Create>(*statement, 5).patterns.size() == 2);
}

TEST_CASE("CALL in all its forms", "[query]") {
  auto statement = Parse("CALL db.labels");
  CHECK(ClauseAt<ast::CallProcedure>(*statement, 0).implicit_arguments);
  CHECK(ClauseAt<ast::CallProcedure>(*statement, 0).name.text == "db.labels");

  statement = Parse("CALL a.b(1, n) YIELD x, y AS z WHERE z > 1 RETURN z");
  const auto& call = ClauseAt<ast::CallProcedure>(*statement, 0);
  CHECK_FALSE(call.implicit_arguments);
  CHECK(call.arguments.size() == 2);
  REQUIRE(call.yields.size() == 2);
  CHECK(call.yields[1].field.text == "y");
  CHECK(call.yields[1].alias.text == "z");
  CHECK(test::Outline(call.where) == ">(z, 1)");

  statement = Parse("CALL a() YIELD *");
  CHECK(ClauseAt<ast::CallProcedure>(*statement, 0).yield_star);

  statement =
      Parse("MATCH (n) OPTIONAL CALL (n) { RETURN 1 AS x UNION ALL RETURN 2 AS x } RETURN x");
  const auto& subquery = ClauseAt<ast::CallSubquery>(*statement, 1);
  CHECK(subquery.optional);
  CHECK(subquery.has_import_list);
  REQUIRE(subquery.imports.size() == 1);
  CHECK(subquery.query->parts.size() == 2);
  CHECK(subquery.query->union_all[0]);

  statement = Parse("CALL { CREATE (n) } CALL (*) { RETURN 1 AS x } RETURN x");
  CHECK_FALSE(ClauseAt<ast::CallSubquery>(*statement, 0).has_import_list);
  CHECK(ClauseAt<ast::CallSubquery>(*statement, 1).import_all);
}

TEST_CASE("EXPLAIN, PROFILE and session commands", "[query]") {
  CHECK(Parse("EXPLAIN RETURN 1")->mode == ast::ExecutionMode::kExplain);
  CHECK(Parse("profile MATCH (n) RETURN n;")->mode == ast::ExecutionMode::kProfile);
  CHECK(Parse("RETURN 1")->mode == ast::ExecutionMode::kRun);
  CHECK(Parse("BEGIN")->session == ast::SessionCommand::kBegin);
  CHECK(Parse("begin transaction ;")->kind == ast::StatementKind::kSession);
  CHECK(Parse("BEGIN SERIALIZABLE")->session == ast::SessionCommand::kBeginSerializable);
  CHECK(Parse("begin transaction serializable;")->session ==
        ast::SessionCommand::kBeginSerializable);
  CHECK(Parse("COMMIT")->session == ast::SessionCommand::kCommit);
  CHECK(Parse("ROLLBACK TRANSACTION")->session == ast::SessionCommand::kRollback);
}

TEST_CASE("the range of a statement leaves out what is around it", "[query]") {
  const auto statement = Parse("  // comment\n RETURN 1 /* x */ ; ");
  CHECK(statement->TextOf(statement->range) == "RETURN 1");
}

TEST_CASE("statements are split at semicolons outside of quotes and comments", "[query]") {
  const auto parts = SplitStatements(
      "RETURN ';' ; // ; \n /* ; */ RETURN \"a;\\\"b\" AS `x;y`;; ;\n RETURN 'it''s;' ");
  REQUIRE(parts.size() == 3);
  CHECK(parts[0] == "RETURN ';' ");
  CHECK(parts[2] == "\n RETURN 'it''s;' ");
  CHECK(SplitStatements("").empty());
  CHECK(SplitStatements(" ;; // x").empty());
  CHECK(FindStatementEnd("RETURN 'x;", 0) == std::string_view::npos);
  CHECK(FindStatementEnd("RETURN 1; RETURN 2;", 0) == 9);
  CHECK(FindStatementEnd("RETURN 1; RETURN 2;", 9) == 19);
  CHECK(FindStatementEnd("/* ; ", 0) == std::string_view::npos);
  CHECK(IsBlankStatement(" \n// x"));
  CHECK_FALSE(IsBlankStatement("/"));
}

}  // namespace
}  // namespace kith::query
