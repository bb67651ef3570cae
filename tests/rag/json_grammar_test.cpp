// SPDX-License-Identifier: Apache-2.0
// JSON schemas as grammars: what is kept to, and what is refused because it could not be. That a
// model's text keeps to them is tested in language_model_test.cpp.
#include "rag/generate/json_grammar.h"

#include <catch2/catch.hpp>

namespace kith::rag {
namespace {

std::string GrammarOf(std::string_view schema) {
  const auto grammar = GrammarOfJsonSchema(schema);
  INFO(grammar.status().ToString());
  REQUIRE(grammar.ok());
  return *grammar;
}

std::string RefusalOf(std::string_view schema) {
  const Status status = GrammarOfJsonSchema(schema).status();
  CHECK(status.code() == StatusCode::kInvalidArgument);
  return status.message();
}

TEST_CASE("a schema's values have rules", "[rag]") {
  CHECK_THAT(GrammarOf(R"({"type": "string"})"), Catch::StartsWith("root ::= string\n"));
  CHECK_THAT(GrammarOf("{}"), Catch::StartsWith("root ::= value\n"));
  CHECK_THAT(GrammarOf("true"), Catch::StartsWith("root ::= value\n"));
  CHECK_THAT(GrammarOf(R"({"type": ["integer", "null"]})"),
             Catch::StartsWith("root ::= (integer | null)\n"));
  CHECK_THAT(GrammarOf(R"({"enum": ["yes", 1, null]})"),
             Catch::StartsWith(R"(root ::= ("\"yes\"" | "1" | "null"))"));
  CHECK_THAT(GrammarOf(R"({"const": "a\nb\\"})"), Catch::StartsWith(R"(root ::= "\"a\\nb\\\\\"")"));
  CHECK_THAT(GrammarOf(R"({"type": "string", "minLength": 2, "maxLength": 5})"),
             Catch::Contains("character{2,5}"));
  CHECK_THAT(GrammarOf(R"({"type": "array", "items": {"type": "integer"}, "minItems": 1})"),
             Catch::Contains(R"(r1 ("," space r1){0,})"));
}

TEST_CASE("an object's properties come in order, those that may lack may", "[rag]") {
  const std::string grammar = GrammarOf(
      R"({"type": "object", "properties": {"name": {"type": "string"}, "born": {"type": "integer"}},
          "required": ["name"]})");
  CHECK_THAT(grammar, Catch::Contains(R"(r1 ::= "\"name\":" space string)"));
  CHECK_THAT(grammar, Catch::Contains(R"(r2 ::= "\"born\":" space integer)"));
  CHECK_THAT(grammar, Catch::Contains(R"("," space r2 "" | "")"));
}

TEST_CASE("an object without properties keeps to what it says of others", "[rag]") {
  CHECK_THAT(GrammarOf(R"({"type": "object"})"), Catch::StartsWith("root ::= object\n"));
  CHECK_THAT(GrammarOf(R"({"type": "object", "additionalProperties": false})"),
             Catch::StartsWith("root ::= \"{\" space \"}\"\n"));
  const std::string counts =
      GrammarOf(R"({"type": "object", "additionalProperties": {"type": "integer"}})");
  CHECK_THAT(counts,
             Catch::Contains("r1 ::= integer") && Catch::Contains(R"(r2 ::= string ":" space r1)"));
}

TEST_CASE("keywords of one type tell the type", "[rag]") {
  CHECK_THAT(GrammarOf(R"({"minLength": 2})"), Catch::Contains("character{2,}"));
  CHECK_THAT(GrammarOf(R"({"items": {"type": "null"}})"), Catch::Contains("r1 ::= null"));
  // As JSON writes it.
  CHECK_THAT(GrammarOf(R"({"properties": {"a\tb": {}}})"), Catch::Contains(R"(a\\u0009b)"));
}

TEST_CASE("a schema may refer to its parts, and to itself", "[rag]") {
  const std::string grammar = GrammarOf(
      R"({"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "object",
          "properties": {"leaves": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}}}})");
  CHECK_THAT(grammar, Catch::StartsWith("root ::= r1\n"));
  CHECK_THAT(RefusalOf(R"({"$ref": "#/$defs/none"})"), Catch::Contains("#/$defs/none"));
  CHECK_THAT(RefusalOf(R"({"$ref": "http://example.org"})"), Catch::Contains("$ref"));
}

TEST_CASE("what a grammar could not keep to is refused", "[rag]") {
  CHECK_THAT(RefusalOf("{"), Catch::Contains("is no JSON"));
  CHECK_THAT(RefusalOf("[]"), Catch::Contains("no object"));
  CHECK_THAT(RefusalOf(R"({"type": "string", "pattern": "a+"})"), Catch::Contains("'pattern'"));
  CHECK_THAT(RefusalOf(R"({"type": "integer", "minimum": 3})"), Catch::Contains("'minimum'"));
  CHECK_THAT(RefusalOf(R"({"type": "date"})"), Catch::Contains("'date'"));
  CHECK_THAT(RefusalOf(R"({"enum": []})"), Catch::Contains("enum"));
  CHECK_THAT(RefusalOf(R"({"type": "array", "minItems": 3, "maxItems": 2})"),
             Catch::Contains("minItems above"));
  CHECK_THAT(RefusalOf(R"({"type": "string", "maxLength": 1000000})"),
             Catch::Contains("maxLength"));
  // What one keyword says must not be lost beside another.
  CHECK_THAT(RefusalOf(R"({"anyOf": [{"type": "string"}], "minLength": 3})"),
             Catch::Contains("minLength beside anyOf"));
  CHECK_THAT(RefusalOf(R"({"$ref": "#/$defs/a", "type": "object", "$defs": {"a": {}}})"),
             Catch::Contains("type beside $ref"));
  CHECK_THAT(RefusalOf(R"({"type": "object", "properties": {}, "required": ["name"]})"),
             Catch::Contains("\"name\""));
  CHECK_THAT(RefusalOf(R"({"type": "object", "required": ["name"]})"),
             Catch::Contains("does not describe"));
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += R"({"type": "array", "items": )";
  deep += "{}" + std::string(100, '}');
  CHECK_THAT(RefusalOf(deep), Catch::Contains("deeper"));
}

}  // namespace
}  // namespace kith::rag
