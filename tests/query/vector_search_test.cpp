// SPDX-License-Identifier: Apache-2.0
// SEARCH of MATCH against a comparison of everything: random queries over patterns and conditions
// that the planner filters in each of its ways. The seed is printed; KITH_TEST_SEED repeats a run.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/query/query_database.h"

namespace kith::query {
namespace {

constexpr size_t kLimit = 10;

struct Question {
  const char* variable;
  const char* index;
  const char* pattern;
  const char* condition;
};

constexpr Question kQuestions[] = {
    {"d", "docs", "(d:Doc)", "true"},
    {"d", "docs", "(d:Doc)", "d.i % 2 = 0"},
    {"d", "docs", "(d:Doc)", "d.i % 97 = 3"},
    {"d", "docs", "(d:Doc)", "d.i < 0"},
    {"d", "docs", "(d:Doc)", "d.year = 7"},
    {"d", "docs", "(d:Doc)", "d.year > 1 AND d.i % 3 <> 0"},
    {"d", "docs", "(d:Doc:Kept)", "d.name STARTS WITH 'n1' OR d.i IN [5, 10, 15]"},
    {"d", "docs", "(d:Doc)", "EXISTS { (d)<-[:CITES]-(:Doc) }"},
    {"d", "docs", "(:Author {id: 3})-[:WROTE]->(d:Doc)", "true"},
    {"d", "docs", "(a:Author)-[:WROTE]->(d:Doc)", "a.id % 2 = 0"},
    {"d", "docs", "(d:Doc)-[:CITES]->(e:Doc)", "e.i > d.i"},
    {"d", "docs", "(d:Doc)-[:CITES*1..2]->(e:Doc)", "e.i % 5 = 0"},
    {"d", "docs", "(d:Doc), (x:Author {id: 2})", "d.i > x.id"},
    {"r", "cites", "()-[r:CITES]->()", "true"},
    {"r", "cites", "()-[r:CITES]-()", "r.w > 3"},
    {"r", "cites", "(d:Doc {year: 2})-[r:CITES]->(e)", "e.i <> 4"},
};

struct SearchFixture : QueryDatabase {
  SearchFixture() : random(Seed()) {
    Must("CREATE VECTOR INDEX docs FOR (d:Doc) ON (d.v)");
    Must("CREATE VECTOR INDEX cites FOR ()-[r:CITES]-() ON (r.v)");
    Must("CREATE INDEX FOR (d:Doc) ON (d.year)");
    Must("CREATE INDEX FOR (a:Author) ON (a.id)");
    Must("UNWIND range(0, 9) AS id CREATE (:Author {id: id})");
    for (int i = 0; i < 600; ++i) {
      Must("CREATE (d:Doc {i: $i, year: $i % 40, name: 'n' + $i, v: $v})",
           {{"i", Value(i)}, {"v", Vector()}});
    }
    Must("MATCH (d:Doc) WHERE d.i % 5 = 0 SET d:Kept");
    Must("MATCH (a:Author), (d:Doc) WHERE d.i % 11 = a.id CREATE (a)-[:WROTE]->(d)");
    for (int i = 0; i < 400; ++i) {
      Must("MATCH (a:Doc {i: $a}), (b:Doc {i: $b}) CREATE (a)-[:CITES {w: $a % 7, v: $v}]->(b)",
           {{"a", Value(Below(600))}, {"b", Value(Below(600))}, {"v", Vector()}});
    }
  }

  static uint64_t Seed() {
    const char* given = std::getenv("KITH_TEST_SEED");
    const uint64_t seed =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
    std::cout << "seed " << seed << "\n";
    return seed;
  }

  Rows Must(const std::string& text, const Map& parameters = {}) {
    const Result<Rows> rows = Run(text, parameters);
    INFO(text << ": " << rows.status().ToString());
    REQUIRE(rows.ok());
    return *rows;
  }

  int64_t Below(int64_t end) { return std::uniform_int_distribution<int64_t>(0, end - 1)(random); }

  Value Vector() {
    std::normal_distribution<double> normal;
    List components;
    for (int i = 0; i < 8; ++i) components.push_back(Value(normal(random)));
    return Value(components);
  }

  /// Scores, best first.
  Rows Exact(const Question& question, const Map& parameters) {
    const std::string variable = question.variable;
    return Must(std::string("MATCH ") + question.pattern + " WHERE " + question.condition +
                    " WITH DISTINCT " + variable + " RETURN vector.similarity.cosine(" + variable +
                    ".v, $q) AS s ORDER BY s DESC LIMIT " + std::to_string(kLimit),
                parameters);
  }

  Rows Search(const Question& question, const Map& parameters) {
    const std::string variable = question.variable;
    return Must(std::string("MATCH ") + question.pattern + " SEARCH " + variable +
                    " IN (VECTOR INDEX " + question.index + " FOR $q WHERE " + question.condition +
                    " LIMIT " + std::to_string(kLimit) + ") SCORE AS s WITH DISTINCT " + variable +
                    ", s RETURN s ORDER BY s DESC",
                parameters);
  }

  std::mt19937_64 random;
};

size_t Common(const Rows& exact, const Rows& found) {
  size_t common = 0;
  for (size_t i = 0, j = 0; i < exact.size() && j < found.size();) {
    const double difference = exact[i][0].AsFloat() - found[j][0].AsFloat();
    if (std::abs(difference) < 1e-6) {
      ++common, ++i, ++j;
    } else if (difference > 0) {
      ++i;
    } else {
      ++j;
    }
  }
  return common;
}

TEST_CASE("SEARCH finds what a comparison of everything finds", "[query]") {
  SearchFixture database;
  for (int round = 0; round < 5; ++round) {
    for (const Question& question : kQuestions) {
      INFO(question.pattern << " WHERE " << question.condition);
      const Map parameters = {{"q", database.Vector()}};
      const Rows exact = database.Exact(question, parameters);
      const Rows found = database.Search(question, parameters);
      REQUIRE(found.size() == exact.size());
      CHECK(Common(exact, found) == exact.size());
    }
  }
}

TEST_CASE("SEARCH finds as many as there are in the graphs of an index", "[query]") {
  SearchFixture database;
  REQUIRE(database.indexes->MergeVectors(nullptr).ok());
  size_t common = 0;
  size_t all = 0;
  for (int round = 0; round < 5; ++round) {
    for (const Question& question : kQuestions) {
      INFO(question.pattern << " WHERE " << question.condition);
      const Map parameters = {{"q", database.Vector()}};
      const Rows exact = database.Exact(question, parameters);
      const Rows found = database.Search(question, parameters);
      REQUIRE(found.size() == exact.size());
      common += Common(exact, found);
      all += exact.size();
    }
  }
  CHECK(common * 100 >= all * 95);
}

TEST_CASE("the planner filters a search in each of its ways", "[query]") {
  SearchFixture database;
  size_t plain = 0;
  size_t tests = 0;
  size_t candidates = 0;
  for (const Question& question : kQuestions) {
    const std::string plan = database.Plan(
        std::string("MATCH ") + question.pattern + " SEARCH " + question.variable +
        " IN (VECTOR INDEX " + question.index + " FOR [1, 0, 0, 0, 0, 0, 0, 0] WHERE " +
        question.condition + " LIMIT 10) RETURN " + question.variable);
    INFO(plan);
    CHECK(plan.find("VectorSearch") != std::string::npos);
    const bool is_test = plan.find("testing each") != std::string::npos;
    const bool gathers = plan.find("among candidates") != std::string::npos;
    ++(is_test ? tests : gathers ? candidates : plain);
  }
  CHECK(tests > 0);
  CHECK(candidates > 0);
  CHECK(plain + tests + candidates == std::size(kQuestions));
}

}  // namespace
}  // namespace kith::query
