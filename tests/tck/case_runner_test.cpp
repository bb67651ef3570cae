// SPDX-License-Identifier: Apache-2.0
// The judge itself: cases of our own that must pass, and cases that must fail in a known way.
#include "tests/tck/case_runner.h"

#include <catch2/catch.hpp>
#include <string>

namespace kith::tck {
namespace {

RunnerOptions Options() {
  RunnerOptions options;
  options.graphs["binary-tree-1"] = "CREATE (:Root)-[:HAS]->(:Leaf);\n CREATE (:Root) ; \n";
  return options;
}

CaseResult Run(const std::string& steps, const RunnerOptions& options = Options()) {
  const Result<std::vector<Case>> cases = ParseFeature("Scenario: s\n" + steps, "own.feature");
  INFO(cases.status().ToString());
  REQUIRE(cases.ok());
  REQUIRE(cases->size() == 1);
  return RunCase(cases->front(), options);
}

// A case that runs `query` in a graph of two llamas and then checks `then`.
CaseResult AfterQuery(const std::string& query, const std::string& then) {
  return Run(
      "Given an empty graph\nAnd having executed:\n\"\"\"\n"
      "CREATE (:Llama {name: 'Ann', age: 3})-[:KNOWS]->(:Llama {name: 'Bob', age: 4})\n\"\"\"\n"
      "When executing query:\n\"\"\"\n" +
      query + "\n\"\"\"\n" + then);
}

void CheckCategory(const CaseResult& result, Category category) {
  INFO(result.message);
  CHECK(CategoryName(result.category) == CategoryName(category));
}

}  // namespace

TEST_CASE("right results pass", "[tck]") {
  CheckCategory(AfterQuery("MATCH (l:Llama) RETURN l.name, l.age",
                           "Then the result should be, in any order:\n"
                           "| l.name | l.age |\n| 'Bob' | 4 |\n| 'Ann' | 3 |\n"
                           "And no side effects\n"),
                Category::kPass);
  CheckCategory(
      AfterQuery("MATCH p = (a {name: 'Bob'})<-[r]-(b) RETURN p, r, b",
                 "Then the result should be, in any order:\n| p | r | b |\n"
                 "| <(:Llama {name: 'Bob', age: 4})<-[:KNOWS]-(:Llama {age: 3, name: 'Ann'})> "
                 "| [:KNOWS] | (:Llama {name: 'Ann', age: 3}) |\n"),
      Category::kPass);
  CheckCategory(AfterQuery("MATCH (l:Llama) RETURN collect(l.age) AS ages",
                           "Then the result should be (ignoring element order for lists):\n"
                           "| ages |\n| [4, 3] |\n"),
                Category::kPass);
}

TEST_CASE("wrong results fail in their category", "[tck]") {
  const std::string header = "Then the result should be, in order:\n| x |\n";
  CheckCategory(AfterQuery("UNWIND [1, 2] AS x RETURN x", header + "| 1 |\n| 2 |\n"),
                Category::kPass);
  CheckCategory(AfterQuery("UNWIND [1, 2] AS x RETURN x", header + "| 2 |\n| 1 |\n"),
                Category::kWrongOrder);
  CheckCategory(AfterQuery("UNWIND [1, 1] AS x RETURN x", header + "| 1 |\n"),
                Category::kWrongResult);
  CheckCategory(AfterQuery("UNWIND [1] AS x RETURN x", header + "| 1.0 |\n"),
                Category::kWrongResult);
  CheckCategory(AfterQuery("UNWIND [1] AS y RETURN y", header + "| 1 |\n"), Category::kWrongResult);
  CheckCategory(AfterQuery("RETURN 1 AS x", "Then the result should be empty\n"),
                Category::kWrongResult);
  CheckCategory(AfterQuery("RETURN y AS x", header + "| 1 |\n"), Category::kUnexpectedError);
}

TEST_CASE("side effects are measured, not believed", "[tck]") {
  const std::string empty = "Then the result should be empty\nAnd the side effects should be:\n";
  CheckCategory(AfterQuery("CREATE (:Emu {a: 1})",
                           empty + "| +nodes | 1 |\n| +properties | 1 |\n| +labels | 1 |\n"),
                Category::kPass);
  CheckCategory(AfterQuery("CREATE (:Llama)", empty + "| +nodes | 1 |\n"), Category::kPass);
  CheckCategory(AfterQuery("MATCH (n {name: 'Ann'}) SET n.age = 5",
                           empty + "| +properties | 1 |\n| -properties | 1 |\n"),
                Category::kPass);
  CheckCategory(AfterQuery("MATCH (n {name: 'Ann'}) SET n.age = 3", "Then no side effects\n"),
                Category::kPass);
  CheckCategory(AfterQuery("MATCH (n) DETACH DELETE n",
                           empty + "| -nodes | 2 |\n| -relationships | 1 |\n| -properties | 4 |\n"
                                   "| -labels | 1 |\n"),
                Category::kPass);
  CheckCategory(AfterQuery("CREATE (n) DELETE n", "Then no side effects\n"), Category::kPass);
  CheckCategory(AfterQuery("CREATE (:Llama)", "Then no side effects\n"),
                Category::kWrongSideEffect);
}

TEST_CASE("errors are judged by type, phase and detail", "[tck]") {
  const auto level = [](const std::string& query, const std::string& error) {
    const CaseResult result = AfterQuery(query, "Then " + error + "\n");
    INFO(result.message);
    return result.error_level;
  };
  const std::string bad = "RETURN missing";
  const std::string undefined = "a SyntaxError should be raised at compile time: UndefinedVariable";
  CHECK(level(bad, undefined) == ErrorLevel::kDetail);
  CHECK(level(bad, "a SyntaxError should be raised at compile time: *") == ErrorLevel::kDetail);
  CHECK(level(bad, "an Error should be raised at any time: *") == ErrorLevel::kDetail);
  CHECK(level(bad, "a SyntaxError should be raised at compile time: Other") == ErrorLevel::kPhase);
  CHECK(level(bad, "a SyntaxError should be raised at runtime: UndefinedVariable") ==
        ErrorLevel::kType);
  CHECK(level(bad, "a TypeError should be raised at compile time: UndefinedVariable") ==
        ErrorLevel::kAny);
  CHECK(level("RETURN 1", undefined) == ErrorLevel::kNone);
  CheckCategory(AfterQuery(bad, "Then " + undefined + "\n"), Category::kPass);
  CheckCategory(AfterQuery("RETURN 1", "Then " + undefined + "\n"), Category::kMissingError);
  CheckCategory(AfterQuery(bad, "Then a TypeError should be raised at runtime: X\n"),
                Category::kWrongErrorClass);
}

TEST_CASE("parameters and procedures reach the query", "[tck]") {
  CheckCategory(Run("Given an empty graph\nAnd parameters are:\n| list | [1, 'x'] |\n| a | null |\n"
                    "When executing query:\n\"\"\"\nRETURN $list AS l, $a AS a\n\"\"\"\n"
                    "Then the result should be, in any order:\n| l | a |\n| [1, 'x'] | null |\n"),
                Category::kPass);
  CheckCategory(
      Run("Given an empty graph\n"
          "And there exists a procedure zoo.find(kind :: STRING?) :: (name :: STRING?):\n"
          "| kind | name |\n| 'emu' | 'Eve' |\n| 'yak' | 'Yan' |\n| 'emu' | 'Ed' |\n"
          "When executing query:\n\"\"\"\nCALL zoo.find('emu') YIELD name RETURN name\n\"\"\"\n"
          "Then the result should be, in order:\n| name |\n| 'Eve' |\n| 'Ed' |\n"),
      Category::kPass);
}

TEST_CASE("named graphs are loaded, any graph is one of them", "[tck]") {
  const auto count = [](const std::string& graph, const RunnerOptions& options, const char* nodes) {
    return Run("Given " + graph +
                   "\nWhen executing query:\n\"\"\"\nMATCH (n) RETURN count(*) AS c\n\"\"\"\n"
                   "Then the result should be, in any order:\n| c |\n| " +
                   nodes + " |\n",
               options);
  };
  RunnerOptions empty = Options();
  empty.any_graph_empty = true;
  CheckCategory(count("the binary-tree-1 graph", Options(), "3"), Category::kPass);
  CheckCategory(count("any graph", Options(), "3"), Category::kPass);
  CheckCategory(count("any graph", empty, "0"), Category::kPass);
  CheckCategory(count("the ring graph", Options(), "0"), Category::kSetupFailed);
}

TEST_CASE("what the runner does not know is a failure, never a pass", "[tck]") {
  CheckCategory(Run("Given an empty graph\nAnd the moon is full\n"), Category::kUnsupportedStep);
  CheckCategory(Run("Given an empty graph\nThen the result should be upside down\n"),
                Category::kUnsupportedStep);
  CheckCategory(Run("Given an empty graph\nAnd having executed:\n\"\"\"\nCREATE (\n\"\"\"\n"),
                Category::kSetupFailed);
  CheckCategory(Run("Given an empty graph\nWhen executing query:\n\"\"\"\nRETURN 1 AS x\n\"\"\"\n"
                    "Then the result should be, in any order:\n| x |\n| <( |\n"),
                Category::kUnsupportedStep);
  const auto ignored = ParseFeature("@ignore\nScenario: s\nGiven any graph\n", "f");
  CheckCategory(RunCase(ignored->front(), Options()), Category::kSkipped);
}

}  // namespace kith::tck
