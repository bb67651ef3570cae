// SPDX-License-Identifier: Apache-2.0
// The reader of feature files, on features of our own.
#include "tests/tck/gherkin.h"

#include <catch2/catch.hpp>

namespace kith::tck {
namespace {

std::vector<Case> Parse(std::string_view text) {
  Result<std::vector<Case>> cases = ParseFeature(text, "zoo/Zoo1.feature");
  INFO(cases.status().ToString());
  REQUIRE(cases.ok());
  return *cases;
}

std::string ErrorOf(std::string_view text) {
  const Result<std::vector<Case>> cases = ParseFeature(text, "f");
  return cases.ok() ? "" : cases.status().message();
}

}  // namespace

TEST_CASE("a scenario has steps with doc strings and tables", "[tck]") {
  const std::vector<Case> cases = Parse(R"(#encoding: utf-8
# A comment.
Feature: Zoo - Animals

  @slow @loud
  Scenario: [1] Count the llamas
    Given an empty graph
    When executing query:
      """
      MATCH (l:Llama)
        RETURN count(*)   // three
      """
    # Another comment.
    Then the result should be, in any order:
      | count(*) | name |
      | 3        | 'a'  |
      |
    And no side effects
)");
  REQUIRE(cases.size() == 1);
  const Case& only = cases[0];
  CHECK(only.Name() == "zoo/Zoo1.feature: [1] Count the llamas");
  CHECK(only.HasTag("@loud"));
  CHECK_FALSE(only.HasTag("@lou"));
  REQUIRE(only.steps.size() == 4);
  CHECK(only.steps[0].text == "an empty graph");
  CHECK(only.steps[1].doc_string == "MATCH (l:Llama)\n  RETURN count(*)   // three");
  const Table expected = {{"count(*)", "name"}, {"3", "'a'"}, {}};
  CHECK(only.steps[2].table == expected);
  CHECK(only.steps[3].text == "no side effects");
  CHECK_FALSE(only.steps[3].table.has_value());
}

TEST_CASE("cells undo three escapes and keep other backslashes", "[tck]") {
  const std::vector<Case> cases =
      Parse("Scenario: s\n  Given x:\n    | a \\| b | c \\\\ d | e\\nf | \\t |\n");
  const Table expected = {{"a | b", "c \\ d", "e\nf", "\\t"}};
  CHECK(cases[0].steps[0].table == expected);
}

TEST_CASE("doc strings keep lines, hashes, bars and escaped fences", "[tck]") {
  const std::vector<Case> cases = Parse(
      "Scenario: s\n  When x:\n    \"\"\"\n    # kept\n\n  | less indented\n    \\\"\\\"\\\"\n"
      "    \"\"\"\n  When y:\n    \"\"\"\n    \"\"\"\n");
  CHECK(cases[0].steps[0].doc_string == "# kept\n\n| less indented\n\"\"\"");
  CHECK(cases[0].steps[1].doc_string == "");
}

TEST_CASE("outlines give a case for each example, each placeholder replaced once", "[tck]") {
  const std::vector<Case> cases = Parse(R"(
  Scenario Outline: [2] Compare #Example: <case>
    When executing query:
      """
      RETURN <lhs> <> <rhs>, 1 <2, <unknown>
      """
    Then the result should be, in any order:
      | <lhs> | r |
      | 1     | <rhs> |

    Examples:
      | case  | lhs   | rhs |
      | first | <rhs> | 7   |
      | next  | 'b'   | 8   |

  Scenario: [3] Another
    Given any graph
)");
  REQUIRE(cases.size() == 3);
  CHECK(cases[0].Name() == "zoo/Zoo1.feature: [2] Compare #Example: first (example 1)");
  CHECK(cases[0].steps[0].doc_string == "RETURN <rhs> <> 7, 1 <2, <unknown>");
  CHECK(cases[1].steps[0].doc_string == "RETURN 'b' <> 8, 1 <2, <unknown>");
  const Table expected = {{"'b'", "r"}, {"1", "8"}};
  CHECK(cases[1].steps[1].table == expected);
  CHECK(cases[1].line == cases[0].line);
  CHECK(cases[2].Name() == "zoo/Zoo1.feature: [3] Another");
  CHECK(cases[2].steps.size() == 1);
}

TEST_CASE("the background comes before each scenario", "[tck]") {
  const std::vector<Case> cases = Parse(
      "Feature: f\n Background:\n  Given an empty graph\n Scenario: a\n  And x\n Scenario: b\n  "
      "And y\n");
  REQUIRE(cases.size() == 2);
  CHECK(cases[0].steps[0].text == "an empty graph");
  CHECK(cases[0].steps[1].text == "x");
  CHECK(cases[1].steps[0].text == "an empty graph");
  CHECK(cases[1].steps[1].text == "y");
}

TEST_CASE("what is not of the subset is an error with its line", "[tck]") {
  CHECK(ErrorOf("Feature: f\nRule: r\n").find("line 2") == 0);
  CHECK(ErrorOf("Given x\n").find("outside a scenario") != std::string::npos);
  CHECK(ErrorOf("Scenario: s\n | a |\n").find("belongs to a step") != std::string::npos);
  CHECK(ErrorOf("Scenario: s\n Given x:\n \"\"\"\n a\n").find("does not end") != std::string::npos);
  CHECK(ErrorOf("Scenario Outline: s\n Given x\n").find("no examples") != std::string::npos);
  CHECK(
      ErrorOf("Scenario Outline: s\n Given x\n Examples:\n | a | b |\n | 1 |\n").find("1 cells") !=
      std::string::npos);
  CHECK(ErrorOf("Examples:\n").find("outside an outline") != std::string::npos);
}

}  // namespace kith::tck
