// SPDX-License-Identifier: Apache-2.0
// Scalar functions by family.
#include <cmath>

#include "tests/query/function_call.h"

namespace kith::query {
namespace {

using test::Fixture;
using test::kNull;
using test::kOutOfRange;
using test::kOverflow;
using test::kTypeError;
using test::L;

const Value kWhole(Node{NodeId(7), {"A"}, {{"k", Value(1)}}});
const Value kWholeRelationship(Relationship{
    RelId(8), NodeId(3), NodeId(4), "R", {{"w", Value(2)}}});

TEST_CASE("numeric functions", "[query]") {
  Fixture f;
  CHECK(f.Call("abs", {Value(-3)}) == "3");
  CHECK(f.Call("abs", {Value(-3.5)}) == "3.5");
  CHECK(f.Call("abs", {Value(INT64_MIN)}) == kOverflow);
  CHECK(f.Call("ceil", {Value(1.2)}) == "2.0");
  CHECK(f.Call("floor", {Value(-1.2)}) == "-2.0");
  CHECK(f.Call("sign", {Value(-0.1)}) == "-1");
  CHECK(f.Call("sign", {Value(0)}) == "0");
  CHECK(f.Call("sqrt", {Value(256)}) == "16.0");
  CHECK(f.Call("sqrt", {Value(-1)}) == "NaN");
  CHECK(f.Call("isNaN", {Value(std::nan(""))}) == "true");
  CHECK(f.Call("exp", {Value(0)}) == "1.0");
  CHECK(f.Call("log", {Value(0)}) == "-Infinity");
  CHECK(f.Call("log10", {Value(1000)}) == "3.0");
  CHECK(f.Call("sqrt", {Value("4")}) == kTypeError);
  CHECK(f.Call("ceil", {kNull}) == "null");
}

TEST_CASE("trigonometry", "[query]") {
  Fixture f;
  CHECK(f.Call("pi", {}) == "3.141592653589793");
  CHECK(f.Call("e", {}) == "2.718281828459045");
  CHECK(f.Call("sin", {Value(0)}) == "0.0");
  CHECK(f.Call("cos", {Value(0)}) == "1.0");
  CHECK(f.Call("atan2", {Value(0.0), Value(-1.0)}) == "3.141592653589793");
  CHECK(f.Call("degrees", {Value(std::acos(-1.0))}) == "180.0");
  CHECK(f.Call("radians", {Value(180)}) == "3.141592653589793");
  CHECK(f.Call("haversin", {Value(std::acos(-1.0))}) == "1.0");
  CHECK(f.Call("cot", {Value(0.0)}) == "Infinity");
}

TEST_CASE("rounding", "[query]") {
  Fixture f;
  CHECK(f.Call("round", {Value(2.5)}) == "3.0");
  CHECK(f.Call("round", {Value(-1.5)}) == "-1.0");
  CHECK(f.Call("round", {Value(0.49999999999999994)}) == "0.0");
  CHECK(f.Call("round", {Value(4503599627370497.5)}) == "4.503599627370498E15");
  CHECK(f.Call("round", {Value(7)}) == "7.0");
  CHECK(f.Call("round", {Value(INFINITY)}) == "Infinity");
  CHECK(f.Call("round", {Value(1.005), Value(2)}) == "1.01");
  CHECK(f.Call("round", {Value(-1.55), Value(1)}) == "-1.6");
  CHECK(f.Call("round", {Value(9.999), Value(2)}) == "10.0");
  CHECK(f.Call("round", {Value(0.95), Value(0)}) == "1.0");
  CHECK(f.Call("round", {Value(1.5), Value(400)}) == "1.5");
  CHECK(f.Call("round", {Value(1e300), Value(2)}) == "1.0E300");
  CHECK(f.Call("round", {Value(5e-324), Value(3)}) == "0.0");
  CHECK(f.Call("round", {Value(1.5), Value(-1)}) == kOutOfRange);
  CHECK(f.Call("round", {Value(1.21), Value(1), Value("UP")}) == "1.3");
  CHECK(f.Call("round", {Value(1.29), Value(1), Value("DOWN")}) == "1.2");
  CHECK(f.Call("round", {Value(-1.21), Value(1), Value("CEILING")}) == "-1.2");
  CHECK(f.Call("round", {Value(-1.21), Value(1), Value("FLOOR")}) == "-1.3");
  CHECK(f.Call("round", {Value(1.25), Value(1), Value("HALF_DOWN")}) == "1.2");
  CHECK(f.Call("round", {Value(1.25), Value(1), Value("HALF_EVEN")}) == "1.2");
  CHECK(f.Call("round", {Value(1.35), Value(1), Value("HALF_EVEN")}) == "1.4");
  CHECK(f.Call("round", {Value(0.5), Value(0), Value("HALF_EVEN")}) == "0.0");
  CHECK(f.Call("round", {Value(1.0), Value(1), Value("ODD")}) ==
        "ArgumentError InvalidArgumentValue");
}

TEST_CASE("random numbers lie in [0, 1) and differ", "[query]") {
  Fixture f;
  double previous = -1;
  for (int i = 0; i < 1000; ++i) {
    const double number = f.Try("rand", {})->AsFloat();
    CHECK((number >= 0 && number < 1 && number != previous));
    previous = number;
  }
  const std::string uuid(f.Try("randomUUID", {})->AsString());
  CHECK(uuid.size() == 36);
  CHECK(uuid[14] == '4');
  CHECK(std::string("89ab").find(uuid[19]) != std::string::npos);
  CHECK(f.Call("randomUUID", {}) != f.Call("randomUUID", {}));
}

TEST_CASE("substrings count code points", "[query]") {
  Fixture f;
  const Value text("h\xC3\xA9llo\xF0\x9F\x98\x80!");
  CHECK(f.Call("left", {text, Value(2)}) == "'h\xC3\xA9'");
  CHECK(f.Call("left", {text, Value(100)}) == text.ToString());
  CHECK(f.Call("right", {text, Value(2)}) == "'\xF0\x9F\x98\x80!'");
  CHECK(f.Call("right", {text, Value(INT64_MAX)}) == text.ToString());
  CHECK(f.Call("substring", {text, Value(1)}) == "'\xC3\xA9llo\xF0\x9F\x98\x80!'");
  CHECK(f.Call("substring", {text, Value(1), Value(1)}) == "'\xC3\xA9'");
  CHECK(f.Call("substring", {text, Value(50)}) == "''");
  CHECK(f.Call("substring", {text, Value(0), Value(0)}) == "''");
  CHECK(f.Call("substring", {text, Value(-1)}) == kOutOfRange);
  CHECK(f.Call("left", {text, Value(-1)}) == kOutOfRange);
  CHECK(f.Call("right", {text, Value(-1)}) == kOutOfRange);
  CHECK(f.Call("size", {text}) == "7");
  CHECK(f.Call("char_length", {text}) == "7");
  CHECK(f.Call("reverse", {text}) == "'!\xF0\x9F\x98\x80oll\xC3\xA9h'");
  CHECK(f.Call("reverse", {Value("a\xFF\xC3")}) ==
        "'\xC3\xFF"
        "a'");
}

TEST_CASE("trimming", "[query]") {
  Fixture f;
  CHECK(f.Call("trim", {Value(" \t\xE3\x80\x80x y\n ")}) == "'x y'");
  CHECK(f.Call("lTrim", {Value("  x ")}) == "'x '");
  CHECK(f.Call("rTrim", {Value("  x ")}) == "'  x'");
  CHECK(f.Call("bTrim", {Value("xx\xC3\xA9yx"), Value("x\xC3\xA9")}) == "'y'");
  CHECK(f.Call("rTrim", {Value("x\xC3\xA9"), Value("\xA9")}) == "'x\xC3\xA9'");
  CHECK(f.Call("rTrim", {Value("x\xF0\x9F\x98\x80"), Value("\x80")}) == "'x\xF0\x9F\x98\x80'");
  CHECK(f.Call("rTrim", {Value("x\xE3\x80\x80")}) == "'x'");
  CHECK(f.Call("trim", {Value("   ")}) == "''");
  CHECK(f.Call("trim", {Value(1)}) == kTypeError);
}

TEST_CASE("case follows Unicode", "[query]") {
  Fixture f;
  CHECK(f.Call("toUpper", {Value("stra\xC3\x9F"
                                 "e")}) == "'STRASSE'");
  CHECK(f.Call("toLower", {Value("\xC3\x89T\xC3\x89")}) == "'\xC3\xA9t\xC3\xA9'");
  CHECK(f.Call("upper", {Value("abc")}) == "'ABC'");
  CHECK(f.Call("lower", {Value("ABC")}) == "'abc'");
  CHECK(f.Call("normalize", {Value("e\xCC\x81")}) == "'\xC3\xA9'");
  CHECK(f.Call("normalize", {Value("\xEF\xAC\x81"), Value("NFKC")}) == "'fi'");
  CHECK(f.Call("normalize", {Value("a"), Value("NFX")}) == "ArgumentError ");
}

TEST_CASE("replace and split", "[query]") {
  Fixture f;
  CHECK(f.Call("replace", {Value("hello"), Value("l"), Value("LL")}) == "'heLLLLo'");
  CHECK(f.Call("replace", {Value("aaa"), Value("aa"), Value("b")}) == "'ba'");
  CHECK(f.Call("replace", {Value("ab"), Value(""), Value("-")}) == "'-a-b-'");
  CHECK(f.Call("replace", {Value(std::string(100'000, 'a')), Value("a"),
                           Value(std::string(1'000'000, 'b'))}) == "ResourceExhausted ");
  CHECK(f.Call("split", {Value("a,b,,c"), Value(",")}) == "['a', 'b', '', 'c']");
  CHECK(f.Call("split", {Value(""), Value(",")}) == "['']");
  CHECK(f.Call("split", {Value("a\xC3\xA9"
                               "b"),
                         Value("")}) == "['a', '\xC3\xA9', 'b']");
  CHECK(f.Call("split", {Value(""), Value("")}) == "['']");
  CHECK(f.Call("split", {Value("a,b;;c"), L({Value(","), Value(";"), Value(";;")})}) ==
        "['a', 'b', 'c']");
  CHECK(f.Call("split", {Value("a;b"), L({Value(","), kNull})}) == "null");
  CHECK(f.Call("split", {Value("a;b"), L({Value(1)})}) == kTypeError);
  CHECK(f.Call("split", {Value("a;b"), L({})}) == "['a;b']");
  CHECK(f.Call("split", {Value("abc"), L({Value(""), Value("b")})}) == "['a', 'c']");
}

TEST_CASE("list functions", "[query]") {
  Fixture f;
  const Value list = L({Value(1), Value(2), Value(3)});
  CHECK(f.Call("head", {list}) == "1");
  CHECK(f.Call("last", {list}) == "3");
  CHECK(f.Call("tail", {list}) == "[2, 3]");
  CHECK(f.Call("reverse", {list}) == "[3, 2, 1]");
  CHECK(f.Call("size", {list}) == "3");
  CHECK(f.Call("head", {L({})}) == "null");
  CHECK(f.Call("last", {L({})}) == "null");
  CHECK(f.Call("tail", {L({})}) == "[]");
  CHECK(f.Call("isEmpty", {L({})}) == "true");
  CHECK(f.Call("isEmpty", {Value("a")}) == "false");
  CHECK(f.Call("isEmpty", {Value::FromMap({})}) == "true");
  CHECK(f.Call("size", {Value(1)}) == kTypeError);
}

TEST_CASE("ranges", "[query]") {
  Fixture f;
  CHECK(f.Call("range", {Value(0), Value(3)}) == "[0, 1, 2, 3]");
  CHECK(f.Call("range", {Value(2), Value(18), Value(7)}) == "[2, 9, 16]");
  CHECK(f.Call("range", {Value(3), Value(0), Value(-2)}) == "[3, 1]");
  CHECK(f.Call("range", {Value(3), Value(0)}) == "[]");
  CHECK(f.Call("range", {Value(3), Value(3), Value(-1)}) == "[3]");
  CHECK(f.Call("range", {Value(0), Value(1), Value(0)}) == kOutOfRange);
  CHECK(f.Call("range", {Value(INT64_MAX - 1), Value(INT64_MAX)}) ==
        "[9223372036854775806, 9223372036854775807]");
  CHECK(f.Call("range", {Value(INT64_MIN), Value(INT64_MAX), Value(INT64_MAX)}) ==
        "[-9223372036854775808, -1, 9223372036854775806]");
  CHECK(f.Call("range", {Value(INT64_MIN), Value(INT64_MAX)}) == "ResourceExhausted ");
  CHECK(f.Call("range", {Value(0), Value(100'000'000)}) == "ResourceExhausted ");
  // The TCK's own error, unlike that of other functions.
  CHECK(f.Call("range", {Value(0), Value(1.0)}) == "ArgumentError InvalidArgumentType");
  CHECK(f.Call("range", {Value(0), Value(1), Value("1")}) == "ArgumentError InvalidArgumentType");
}

TEST_CASE("conversion to integers", "[query]") {
  Fixture f;
  CHECK(f.Call("toInteger", {Value(82.9)}) == "82");
  CHECK(f.Call("toInteger", {Value(-82.9)}) == "-82");
  CHECK(f.Call("toInteger", {Value("1.7")}) == "1");
  CHECK(f.Call("toInteger", {Value(" -42 ")}) == "-42");
  CHECK(f.Call("toInteger", {Value("0x1F")}) == "31");
  CHECK(f.Call("toInteger", {Value("-9223372036854775808")}) == "-9223372036854775808");
  CHECK(f.Call("toInteger", {Value("9223372036854775808")}) == "null");
  CHECK(f.Call("toInteger", {Value(1e30)}) == "null");
  CHECK(f.Call("toInteger", {Value(std::nan(""))}) == "null");
  CHECK(f.Call("toInteger", {Value("foo")}) == "null");
  CHECK(f.Call("toInteger", {Value("")}) == "null");
  CHECK(f.Call("toInteger", {Value("--1")}) == "null");
  CHECK(f.Call("toInteger", {Value("1e3")}) == "1000");
  CHECK(f.Call("toInteger", {Value(true)}) == "1");
  CHECK(f.Call("toInteger", {L({})}) == kTypeError);
  CHECK(f.Call("toIntegerOrNull", {L({})}) == "null");
  CHECK(f.Call("toIntegerList", {L({Value("1"), Value(2.5), kNull, L({})})}) ==
        "[1, 2, null, null]");
}

TEST_CASE("conversion to floats", "[query]") {
  Fixture f;
  CHECK(f.Call("toFloat", {Value("3.25")}) == "3.25");
  CHECK(f.Call("toFloat", {Value(3)}) == "3.0");
  CHECK(f.Call("toFloat", {Value("-1e-3")}) == "-0.001");
  CHECK(f.Call("toFloat", {Value(".5")}) == "0.5");
  CHECK(f.Call("toFloat", {Value("inf")}) == "null");
  CHECK(f.Call("toFloat", {Value("1.5x")}) == "null");
  CHECK(f.Call("toFloat", {Value("-Infinity")}) == "-Infinity");
  CHECK(f.Call("toFloat", {Value(true)}) == kTypeError);
  CHECK(f.Call("toFloatOrNull", {Value(true)}) == "null");
  CHECK(f.Call("toFloatList", {L({Value("1"), Value("a")})}) == "[1.0, null]");
}

TEST_CASE("conversion to booleans and strings", "[query]") {
  Fixture f;
  CHECK(f.Call("toBoolean", {Value("True")}) == "true");
  CHECK(f.Call("toBoolean", {Value(" tru ")}) == "null");
  CHECK(f.Call("toBoolean", {Value(0)}) == "false");
  CHECK(f.Call("toBoolean", {Value(1.0)}) == kTypeError);
  CHECK(f.Call("toBooleanOrNull", {Value(1.0)}) == "null");
  CHECK(f.Call("toBooleanList", {L({Value("false"), Value(2)})}) == "[false, true]");
  CHECK(f.Call("toString", {Value(2.3)}) == "'2.3'");
  CHECK(f.Call("toString", {Value(true)}) == "'true'");
  CHECK(f.Call("toString", {Value("it's")}) == "'it\\'s'");
  CHECK(f.Call("toString", {Value(Date{0})}) == "'1970-01-01'");
  CHECK(f.Call("toString", {L({})}) == kTypeError);
  CHECK(f.Call("toString", {Value(NodeId(1))}) == kTypeError);
  CHECK(f.Call("toStringOrNull", {L({})}) == "null");
  CHECK(f.Call("toStringList", {L({Value(1), kNull})}) == "['1', null]");
}

TEST_CASE("graph functions ask the graph of entities by id", "[query]") {
  Fixture f;
  CHECK(f.Call("id", {Value(NodeId(2))}) == "2");
  CHECK(f.Call("elementId", {Value(NodeId(2))}) == "'n:2'");
  CHECK(f.Call("elementId", {Value(RelId(5))}) == "'r:5'");
  CHECK(f.Call("labels", {Value(NodeId(1))}) == "['Person', 'Admin']");
  CHECK(f.Call("labels", {Value(NodeId(9))}) == "EntityNotFound DeletedEntityAccess");
  CHECK(f.Call("type", {Value(RelId(5))}) == "'KNOWS'");
  CHECK(f.Call("startNode", {Value(RelId(5))}) == "(#1)");
  CHECK(f.Call("endNode", {Value(RelId(5))}) == "(#2)");
  CHECK(f.Call("properties", {Value(NodeId(1))}) == "{born: 1815, name: 'Ada'}");
  CHECK(f.Call("keys", {Value(NodeId(1))}) == "['born', 'name']");
  CHECK(f.Call("labels", {Value(RelId(5))}) == kTypeError);
  CHECK(f.Call("type", {Value(NodeId(1))}) == kTypeError);
  CHECK(f.Call("properties", {Value(1)}) == kTypeError);
}

TEST_CASE("graph functions of whole entities need no graph", "[query]") {
  FunctionContext bare{FunctionContextOptions{}};
  const auto call = [&](std::string_view name, const Value& argument) {
    const ScalarFunction* function = FunctionRegistry::Builtins().FindScalar(name);
    return Fixture::Text(CallScalar(*function, bare, std::span(&argument, 1)));
  };
  CHECK(call("labels", kWhole) == "['A']");
  CHECK(call("properties", kWhole) == "{k: 1}");
  CHECK(call("keys", Value::FromMap({{"b", kNull}, {"a", kNull}})) == "['a', 'b']");
  CHECK(call("type", kWholeRelationship) == "'R'");
  CHECK(call("startNode", kWholeRelationship) == "(#3)");
  CHECK(call("endNode", kWholeRelationship) == "(#4)");
  CHECK(call("labels", Value(NodeId(1))) == "Internal ");
}

TEST_CASE("path functions", "[query]") {
  Fixture f;
  const Value path(Path{{Value(NodeId(1)), Value(NodeId(2))}, {Value(RelId(5))}});
  CHECK(f.Call("length", {path}) == "1");
  CHECK(f.Call("nodes", {path}) == "[(#1), (#2)]");
  CHECK(f.Call("relationships", {path}) == "[[#5]]");
  CHECK(f.Call("length", {Value("abc")}) == kTypeError);
}

TEST_CASE("other scalar functions", "[query]") {
  Fixture f;
  CHECK(f.Call("coalesce", {kNull, kNull}) == "null");
  CHECK(f.Call("nullIf", {Value(1), Value(1.0)}) == "null");
  CHECK(f.Call("nullIf", {Value(1), Value(2)}) == "1");
  CHECK(f.Call("nullIf", {Value(1), kNull}) == "1");
  CHECK(f.Call("exists", {kNull}) == "false");
  CHECK(f.Call("exists", {Value(1)}) == "true");
  CHECK(f.Call("timestamp", {}) == "1001005");
  CHECK(f.Call("valueType", {kNull}) == "'NULL'");
  CHECK(f.Call("valueType", {Value(1)}) == "'INTEGER NOT NULL'");
  CHECK(f.Call("valueType", {L({Value(1), Value("a")})}) ==
        "'LIST<INTEGER NOT NULL | STRING NOT NULL> NOT NULL'");
  CHECK(f.Call("valueType", {L({Value(1), kNull})}) == "'LIST<INTEGER> NOT NULL'");
  CHECK(f.Call("valueType", {L({})}) == "'LIST<NOTHING> NOT NULL'");
}

}  // namespace
}  // namespace kith::query
