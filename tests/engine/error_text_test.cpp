// SPDX-License-Identifier: Apache-2.0
// Errors as people see them: the line of the statement, the caret below the place.
#include <catch2/catch.hpp>
#include <string>

#include "engine/base/utf8.h"
#include "kith/connection.h"
#include "query/parse/parser.h"

namespace kith {
namespace {

std::string Repeat(const std::string& text, size_t times) {
  std::string repeated;
  for (size_t i = 0; i < times; ++i) repeated += text;
  return repeated;
}

}  // namespace

TEST_CASE("an error is shown under its line", "[engine]") {
  const std::string query = "MATCH (n)\n  RETRUN n";
  const auto statement = query::ParseStatement(query);
  REQUIRE_FALSE(statement.ok());
  const std::string text = DescribeError(statement.status(), query);
  CHECK(text.find("(line 2, column 3)\n    RETRUN n\n    ^^^^^^") != std::string::npos);
}

TEST_CASE("columns count characters and long lines are cut", "[engine]") {
  const std::string query = "RETURN '\u6f22\u5b57', ,";
  auto statement = query::ParseStatement(query);
  REQUIRE_FALSE(statement.ok());
  CHECK(DescribeError(statement.status(), query).find("column 14)") != std::string::npos);

  const std::string wide = "RETURN " + Repeat("'\u6f22' + ", 100) + "]" + Repeat(" x", 200);
  statement = query::ParseStatement(wide);
  REQUIRE_FALSE(statement.ok());
  const std::string text = DescribeError(statement.status(), wide);
  CHECK(text.size() < 500);
  const size_t last_line = text.rfind('\n');
  CHECK(text.substr(last_line).find('^') != std::string::npos);
}

TEST_CASE("wide characters and bad bytes keep the caret in place", "[engine]") {
  const std::string query = "RETURN '\u6f22\u5b57' + ]";
  auto statement = query::ParseStatement(query);
  REQUIRE_FALSE(statement.ok());
  std::string text = DescribeError(statement.status(), query);
  CHECK(text.substr(text.rfind('\n')) == "\n          \u3000\u3000    ^");

  const std::string bad = "RETURN a." + Repeat("\xB2", 200) + "x";
  statement = query::ParseStatement(bad);
  REQUIRE_FALSE(statement.ok());
  text = DescribeError(statement.status(), bad);
  CHECK(text.find("RETURN a.???") != std::string::npos);
  const std::string late = Repeat(" ", 150) + "\xB2" + Repeat("\xB2", 150);
  statement = query::ParseStatement(late);
  REQUIRE_FALSE(statement.ok());
  CHECK(DescribeError(statement.status(), late).find("column 151)") != std::string::npos);
}

TEST_CASE("any status and any text can be shown", "[engine]") {
  CHECK(DescribeError(Status::Ok(), "x") == "OK");
  CHECK(DescribeError(Status(StatusCode::kBusy, "busy"), "x") == "Busy: busy");
  const Status beyond = Status(StatusCode::kSyntaxError, "m").WithPosition({90, 95});
  CHECK(DescribeError(beyond, "abc") == "SyntaxError: m (line 1, column 4)\n  abc\n     ^");
  CHECK(DescribeError(beyond, "") == "SyntaxError: m (line 1, column 1)\n  \n  ^");
  const Status crossing = Status(StatusCode::kSyntaxError, "m").WithPosition({1, 6});
  CHECK(DescribeError(crossing, "ab\r\ncd\n") == "SyntaxError: m (line 1, column 2)\n  ab\n   ^");
  const LineColumn end = LocateOffset("a\nb\n", 4);
  CHECK(end.line == 3);
  CHECK(end.column == 1);
}

TEST_CASE("a message of any length is shown by its ends", "[engine]") {
  const std::string name = Repeat("\u6f22", 1000000);
  const std::string text =
      DescribeError(Status(StatusCode::kNotFound, "there is no '" + name + "'; look again"), "");
  CHECK(text.size() < 3000);
  CHECK(text.starts_with("NotFound: there is no '\u6f22"));
  CHECK(text.ends_with("\u6f22'; look again"));
  CHECK(FindBadUtf8(text) == text.size());
}

}  // namespace kith
