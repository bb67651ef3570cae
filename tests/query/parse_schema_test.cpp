// SPDX-License-Identifier: Apache-2.0
// CREATE, DROP and SHOW of indexes and constraints.
#include <catch2/catch.hpp>

#include "query/parse/parser.h"
#include "tests/query/parse_outline.h"

namespace kith::query {
namespace {

std::unique_ptr<ast::Statement> Parse(const std::string& text) {
  auto statement = ParseStatement(text);
  INFO(text << "\n" << statement.status().ToString());
  REQUIRE(statement.ok());
  return std::move(*statement);
}

std::string Names(const std::vector<ast::Name>& names) {
  std::string text;
  for (const ast::Name& name : names) text += (text.empty() ? "" : " ") + name.text;
  return text;
}

/// "type name entity labels(properties) options", so that one line states an index.
std::string Index(const std::string& text) {
  const auto statement = Parse(text);
  REQUIRE(statement->kind == ast::StatementKind::kCreateIndex);
  const ast::CreateIndex& index = *statement->create_index;
  constexpr std::string_view kTypes[] = {"range", "text", "point", "lookup", "fulltext", "vector"};
  return std::string(kTypes[static_cast<size_t>(index.type)]) + " " + index.name.text +
         (index.if_not_exists ? "?" : "") +
         (index.entity == ast::EntityKind::kNode ? " node " : " rel ") + Names(index.labels) + "(" +
         Names(index.properties) + ")" + (index.options ? " " + test::Outline(*index.options) : "");
}

std::string Constraint(const std::string& text) {
  const auto statement = Parse(text);
  REQUIRE(statement->kind == ast::StatementKind::kCreateConstraint);
  const ast::CreateConstraint& c = *statement->create_constraint;
  constexpr std::string_view kTypes[] = {"unique", "key", "notnull", "type"};
  return std::string(kTypes[static_cast<size_t>(c.type)]) + " " + c.name.text +
         (c.if_not_exists ? "?" : "") + (c.entity == ast::EntityKind::kNode ? " node " : " rel ") +
         c.label.text + "(" + Names(c.properties) + ")" + c.property_type;
}

std::string Error(const std::string& text) {
  auto statement = ParseStatement(text);
  return statement.ok() ? "OK" : statement.status().message();
}

TEST_CASE("CREATE INDEX in every form", "[query]") {
  CHECK(Index("CREATE INDEX FOR (n:Person) ON (n.name)") == "range  node Person(name)");
  CHECK(Index("CREATE INDEX a IF NOT EXISTS FOR (n:Person) ON (n.name, n.born)") ==
        "range a? node Person(name born)");
  CHECK(Index("CREATE RANGE INDEX a FOR ()-[r:KNOWS]-() ON (r.since)") ==
        "range a rel KNOWS(since)");
  CHECK(Index("CREATE INDEX a FOR ()-[r:KNOWS]->() ON (r.since)") == "range a rel KNOWS(since)");
  CHECK(Index("CREATE TEXT INDEX a FOR (n:P) ON (n.x)") == "text a node P(x)");
  CHECK(Index("CREATE FULLTEXT INDEX a FOR (n:A|B) ON EACH [n.x, n.y] OPTIONS {analyzer: 'icu'}") ==
        "fulltext a node A B(x y) map(analyzer:'icu')");
  CHECK(Index("CREATE FULLTEXT INDEX FOR ()-[r:R|S]-() ON EACH [r.x]") == "fulltext  rel R S(x)");
  CHECK(Index("CREATE VECTOR INDEX v IF NOT EXISTS FOR (n:Doc) ON (n.e) OPTIONS {indexConfig: "
              "{`vector.dimensions`: 3}}") ==
        "vector v? node Doc(e) map(indexConfig:map(vector.dimensions:3))");
  CHECK(Index("CREATE LOOKUP INDEX l FOR (n) ON EACH labels(n)") == "lookup l node ()");
  CHECK(Index("CREATE INDEX ON :Person(name, born)") == "range  node Person(name born)");
  CHECK(Index("CREATE INDEX `for` FOR (n:P) ON (n.x)") == "range for node P(x)");
  CHECK(Index("CREATE INDEX index FOR (n:P) ON (n.x) OPTIONS $o") == "range index node P(x) $o");
}

TEST_CASE("CREATE CONSTRAINT in every form", "[query]") {
  CHECK(Constraint("CREATE CONSTRAINT FOR (n:P) REQUIRE n.x IS UNIQUE") == "unique  node P(x)");
  CHECK(Constraint("CREATE CONSTRAINT c IF NOT EXISTS FOR (n:P) REQUIRE (n.x, n.y) IS UNIQUE") ==
        "unique c? node P(x y)");
  CHECK(Constraint("CREATE CONSTRAINT c FOR ()-[r:R]-() REQUIRE r.x IS RELATIONSHIP UNIQUE") ==
        "unique c rel R(x)");
  CHECK(Constraint("CREATE CONSTRAINT c FOR (n:P) REQUIRE (n.x, n.y) IS NODE KEY") ==
        "key c node P(x y)");
  CHECK(Constraint("CREATE CONSTRAINT c FOR (n:P) REQUIRE n.x IS NOT NULL") ==
        "notnull c node P(x)");
  CHECK(Constraint("CREATE CONSTRAINT c FOR (n:P) REQUIRE n.x IS :: LIST<INTEGER NOT NULL>") ==
        "type c node P(x)LIST<INTEGER NOT NULL>");
  CHECK(Constraint("CREATE CONSTRAINT ON (n:P) ASSERT n.x IS UNIQUE") == "unique  node P(x)");
}

TEST_CASE("DROP and SHOW", "[query]") {
  CHECK(Parse("DROP INDEX a")->drop->name.text == "a");
  CHECK(Parse("DROP INDEX a IF EXISTS")->drop->if_exists);
  CHECK(Parse("DROP CONSTRAINT c")->kind == ast::StatementKind::kDropConstraint);
  CHECK(Parse("SHOW INDEXES")->show->what == ast::ShowKind::kIndexes);
  CHECK(Parse("SHOW VECTOR INDEXES")->show->index_type == ast::IndexType::kVector);
  CHECK(Parse("SHOW ALL INDEX")->show->what == ast::ShowKind::kIndexes);
  CHECK(Parse("SHOW CONSTRAINTS")->show->what == ast::ShowKind::kConstraints);
  CHECK(Parse("SHOW UNIQUE CONSTRAINTS")->show->constraint_type == ast::ConstraintType::kUnique);
  CHECK(Parse("SHOW PROCEDURES")->show->what == ast::ShowKind::kProcedures);
  const auto show =
      Parse("SHOW FUNCTIONS YIELD name AS n, category WHERE n STARTS WITH 'a' RETURN n");
  CHECK(show->show->yields.size() == 2);
  CHECK(show->show->where != nullptr);
  CHECK(show->show->return_clause != nullptr);
}

TEST_CASE("words of schema commands stay names elsewhere", "[query]") {
  CHECK(Parse("CREATE index = (:A)")->kind == ast::StatementKind::kQuery);
  CHECK(Parse("MATCH (index:Index {text: 1}) RETURN index.vector")->kind ==
        ast::StatementKind::kQuery);
}

TEST_CASE("schema commands that are wrong say what is missing", "[query]") {
  CHECK(Error("CREATE INDEX a FOR (n) ON (n.x)").find("a label such as (n:Person)") !=
        std::string::npos);
  CHECK(Error("CREATE INDEX a FOR (n:P) ON (m.x)").find("the pattern calls it 'n'") !=
        std::string::npos);
  CHECK(Error("CREATE INDEX a FOR (n:P|Q) ON (n.x)").find("only a FULLTEXT index") !=
        std::string::npos);
  CHECK(Error("CREATE INDEX a FOR (n:P) ON (n.x, n.x)").find("named twice") != std::string::npos);
  CHECK(Error("CREATE CONSTRAINT FOR (n:P) REQUIRE n.x IS UNIQ").find("did you mean UNIQUE?") !=
        std::string::npos);
  CHECK(Error("DROP INDEX ON :P(x)").find("dropped by name") != std::string::npos);
  CHECK(Error("SHOW INDEXS").find("did you mean INDEXES?") != std::string::npos);
  CHECK(Error("SHOW DATABASES").find("INDEXES, CONSTRAINTS") != std::string::npos);
}

}  // namespace
}  // namespace kith::query
