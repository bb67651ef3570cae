// SPDX-License-Identifier: Apache-2.0
// TCK values: reading, and comparison with the engine's values.
#include "tests/tck/expected_value.h"

#include <catch2/catch.hpp>
#include <limits>

namespace kith::tck {
namespace {

std::string Canonical(std::string_view cell, ListOrder order = ListOrder::kMatters) {
  const Result<ExpectedValue> value = ParseExpected(cell);
  return value.ok() ? CanonicalText(*value, order) : "error";
}

std::string Canonical(const Value& value, ListOrder order = ListOrder::kMatters) {
  return CanonicalText(FromEngine(value), order);
}

Value WholeNode(uint64_t id, std::vector<std::string> labels, Map properties = {}) {
  return Value(Node{NodeId(id), std::move(labels), std::move(properties)});
}

Value WholeRelationship(uint64_t start, uint64_t end, std::string type) {
  return Value(Relationship{RelId(9), NodeId(start), NodeId(end), std::move(type), {}});
}

}  // namespace

TEST_CASE("every kind of value is read", "[tck]") {
  CHECK(Canonical("null") == "null");
  CHECK(Canonical(" true ") == "true");
  CHECK(Canonical("-12") == "-12");
  CHECK(Canonical("9223372036854775807") == "9223372036854775807");
  CHECK(Canonical("1.50") == "1.5");
  CHECK(Canonical(".5") == "0.5");
  CHECK(Canonical("1e2") == "100.0");
  CHECK(Canonical("-1.5E-3") == "-0.0015");
  CHECK(Canonical("NaN") == "NaN");
  CHECK(Canonical("'it\\'s \\\\ \\n'") == "'it\\'s \\\\ \\\\n'");
  CHECK(Canonical("''") == "''");
  CHECK(Canonical("[]") == "[]");
  CHECK(Canonical("[1, [2.0, 'x'], null]") == "[1, [2.0, 'x'], null]");
  CHECK(Canonical("{}") == "{}");
  CHECK(Canonical("{b: 1, a: {c: []}}") == "{a: {c: []}, b: 1}");
  CHECK(Canonical("()") == "()");
  CHECK(Canonical("(:B:A {x: 1})") == "(:A:B {x: 1})");
  CHECK(Canonical("({x: 1})") == "( {x: 1})");
  CHECK(Canonical("[:T {y: 'z'}]") == "[:T {y: 'z'}]");
  CHECK(Canonical("<()>") == "<()>");
  CHECK(Canonical("<(:A)-[:T]->()<-[:S {n: 1}]-(:B)>") == "<(:A)-[:T]->()<-[:S {n: 1}]-(:B)>");
}

TEST_CASE("what is no value is an error", "[tck]") {
  for (const char* bad :
       {"", "nul", "1 2", "[1", "[1,]", "{a 1}", "{a: 1", "'x", "(:)", "(:A", "[:T", "<()-[:T]-()>",
        "<()", "1.2.3", "99999999999999999999", "+1", "--1"}) {
    INFO(bad);
    CHECK(Canonical(bad) == "error");
  }
  CHECK(Canonical(std::string(10'000, '[')) == "error");
}

TEST_CASE("integers and floats differ, NaN is NaN, zero has no sign", "[tck]") {
  CHECK(Canonical(Value(1)) == Canonical("1"));
  CHECK(Canonical(Value(1.0)) != Canonical("1"));
  CHECK(Canonical(Value(1.0)) == Canonical("1.0"));
  CHECK(Canonical(Value(0.1 + 0.2)) != Canonical("0.3"));
  CHECK(Canonical(Value(-0.0)) == Canonical("0.0"));
  CHECK(Canonical(Value(std::numeric_limits<double>::quiet_NaN())) == Canonical("NaN"));
  CHECK(Canonical(Value("1")) != Canonical("1"));
}

TEST_CASE("the order of elements can be ignored, also in nested lists", "[tck]") {
  CHECK(Canonical("[3, 1, [2, 1]]", ListOrder::kIgnored) ==
        Canonical("[[1, 2], 1, 3]", ListOrder::kIgnored));
  CHECK(Canonical("{a: [2, 1]}", ListOrder::kIgnored) ==
        Canonical("{a: [1, 2]}", ListOrder::kIgnored));
  CHECK(Canonical("[1, 1, 2]", ListOrder::kIgnored) != Canonical("[1, 2, 2]", ListOrder::kIgnored));
  CHECK(Canonical("[2, 1]") != Canonical("[1, 2]"));
}

TEST_CASE("nodes compare by labels and properties, not by id", "[tck]") {
  const Map properties = {{"x", Value(1)}};
  CHECK(Canonical(WholeNode(5, {"B", "A"}, properties)) == Canonical("(:A:B {x: 1})"));
  CHECK(Canonical(WholeNode(5, {"A"}, properties)) != Canonical("(:A:B {x: 1})"));
  CHECK(Canonical(WholeNode(5, {})) == Canonical("()"));
}

TEST_CASE("paths compare with the direction of each hop", "[tck]") {
  Path path;
  path.nodes = {WholeNode(1, {"A"}), WholeNode(2, {}), WholeNode(3, {"C"})};
  path.relationships = {WholeRelationship(1, 2, "T"), WholeRelationship(3, 2, "S")};
  CHECK(Canonical(Value(path)) == Canonical("<(:A)-[:T]->()<-[:S]-(:C)>"));
  CHECK(Canonical(Value(path)) != Canonical("<(:A)-[:T]->()-[:S]->(:C)>"));
}

TEST_CASE("temporal values compare as their text, also inside lists", "[tck]") {
  CHECK(Canonical(Value(Date{0})) == Canonical("'1970-01-01'"));
  CHECK(Canonical(Value(List{Value(Duration{14, 0, 0, 0})})) == Canonical("['P1Y2M']"));
}

TEST_CASE("parameters become the engine's values, entities cannot", "[tck]") {
  const Result<Value> value = ToEngine(*ParseExpected("{b: [1, 2.5, null], a: 'x'}"));
  REQUIRE(value.ok());
  CHECK(value->Find("a")->AsString() == "x");
  CHECK(value->Find("b")->AsList()[1].AsFloat() == 2.5);
  CHECK_FALSE(ToEngine(*ParseExpected("[()]")).ok());
}

}  // namespace kith::tck
