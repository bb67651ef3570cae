// SPDX-License-Identifier: Apache-2.0
// Numbers, strings, names and blanks.
#include <catch2/catch.hpp>

#include "query/parse/literal.h"
#include "query/parse/parser.h"
#include "tests/query/parse_outline.h"

namespace kith::query {
namespace {

std::string Literal(const std::string& text) {
  auto statement = ParseStatement("RETURN " + text);
  if (!statement.ok()) return statement.status().detail();
  const auto& clause = ast::As<ast::Return>(*(*statement)->query->parts[0].clauses[0]);
  return test::Outline(*clause.projection.items[0].expression);
}

TEST_CASE("integers in every notation, to the edges of 64 bits", "[query]") {
  CHECK(Literal("0") == "0");
  CHECK(Literal("007") == "7");
  CHECK(Literal("1_000_000") == "1000000");
  CHECK(Literal("0x1F") == "31");
  CHECK(Literal("0Xff") == "255");
  CHECK(Literal("0o17") == "15");
  CHECK(Literal("-0x1") == "-1");
  CHECK(Literal("9223372036854775807") == "9223372036854775807");
  CHECK(Literal("-9223372036854775808") == "-9223372036854775808");
  CHECK(Literal("-0x8000000000000000") == "-9223372036854775808");
  CHECK(Literal("9223372036854775808") == "IntegerOverflow");
  CHECK(Literal("-9223372036854775809") == "IntegerOverflow");
  CHECK(Literal("0x8000000000000000") == "IntegerOverflow");
  CHECK(Literal("2 - 9223372036854775808") == "IntegerOverflow");
  CHECK(Literal("99999999999999999999999999") == "IntegerOverflow");
}

TEST_CASE("floats", "[query]") {
  CHECK(Literal("1.5") == "1.5");
  CHECK(Literal(".5") == "0.5");
  CHECK(Literal("1e3") == "1000.0");
  CHECK(Literal("1.5E-3") == "0.0015");
  CHECK(Literal("-2.5e+1") == "-25.0");
  CHECK(Literal("1.0f") == "1.0");
  CHECK(Literal("1e3d") == "1000.0");
  CHECK(Literal("1e-400") == "0.0");
  CHECK(Literal("1.7976931348623157e308") == "1.7976931348623157E308");
  CHECK(Literal("1e309") == "FloatingPointOverflow");
  CHECK(Literal("-1e999") == "FloatingPointOverflow");
}

TEST_CASE("what looks like a number and is none", "[query]") {
  CHECK(Literal("12ab") == "InvalidNumberLiteral");
  CHECK(Literal("0x") == "InvalidNumberLiteral");
  CHECK(Literal("0xG") == "InvalidNumberLiteral");
  CHECK(Literal("0o8") == "InvalidNumberLiteral");
  CHECK(Literal("1e") == "InvalidNumberLiteral");
  CHECK(Literal("1e+") == "InvalidNumberLiteral");
  CHECK(Literal("1_") == "InvalidNumberLiteral");
  CHECK(Literal("1.5x") == "InvalidNumberLiteral");
}

TEST_CASE("strings decode their escapes", "[query]") {
  CHECK(Literal(R"('a\'b"c')") == R"('a\'b"c')");
  CHECK(Literal(R"("a'b")") == R"('a\'b')");
  CHECK(Literal(R"('it''s')") == R"('it\'s')");
  CHECK(Literal(R"("a""b")") == R"('a"b')");
  CHECK(Literal(R"('\u0041\u00e9')") == "'A\u00e9'");
  CHECK(Literal(R"('\uD83D\uDE00')") == "'\U0001F600'");
  CHECK(Literal(R"('\U01F600')") == "'\U0001F600'");
  CHECK(Literal(R"('\U0001F600')") == "'\U0001F600'");
  CHECK(Literal("'\u6f22\u5b57'") == "'\u6f22\u5b57'");
  CHECK(Literal("'two\nlines'") == Literal(R"('two\nlines')"));
  CHECK(Literal("''") == "''");
}

TEST_CASE("strings that are broken", "[query]") {
  CHECK(Literal(R"('\uH')") == "InvalidUnicodeLiteral");
  CHECK(Literal(R"('\u12')") == "InvalidUnicodeLiteral");
  CHECK(Literal(R"('\uD83D')") == "InvalidUnicodeLiteral");
  CHECK(Literal(R"('\uDE00')") == "InvalidUnicodeLiteral");
  CHECK(Literal(R"('\uD83D\u0041')") == "InvalidUnicodeLiteral");
  CHECK(Literal(R"('\UFFFFFF')") == "InvalidUnicodeLiteral");
  CHECK(Literal(R"('\x')") == "UnexpectedSyntax");
  CHECK(Literal("'open") == "UnexpectedSyntax");
  CHECK(Literal("'open\\") == "UnexpectedSyntax");
  CHECK(Literal("\"open'") == "UnexpectedSyntax");
  CHECK(Literal("'bad \xff utf8'") == "InvalidUnicodeCharacter");
  CHECK(Literal("'cut \xe6\xbc'") == "InvalidUnicodeCharacter");
}

TEST_CASE("names and blanks of any script", "[query]") {
  CHECK(Literal("n\u00e4me") == "n\u00e4me");
  CHECK(Literal("\u6f22\u5b57.\u5c5e\u6027") == "\u6f22\u5b57.\u5c5e\u6027");
  CHECK(Literal("_x1") == "_x1");
  CHECK(Literal("\u00a0 1\u3000+\u20282") == "+(1, 2)");
  CHECK(Literal("1 \u2014 2") == "InvalidUnicodeCharacter");
  CHECK(Literal("\xff") == "InvalidUnicodeCharacter");
  CHECK(Literal("1 # 2") == "UnexpectedSyntax");
  CHECK(Literal("1 /* never closed") == "UnexpectedSyntax");
  CHECK(Literal("$") == "UnexpectedSyntax");
  CHECK(Literal(std::string("1 \0 2", 5)) == "UnexpectedSyntax");
}

TEST_CASE("code points become UTF-8", "[query]") {
  std::string text;
  for (const uint32_t code : {0x41u, 0xE9u, 0x6F22u, 0x1F600u}) AppendUtf8(code, &text);
  CHECK(text == "A\u00e9\u6f22\U0001F600");
}

}  // namespace
}  // namespace kith::query
