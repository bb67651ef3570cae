// SPDX-License-Identifier: Apache-2.0
// Signatures of procedures that cases declare.
#include "tests/tck/table_procedure.h"

#include <catch2/catch.hpp>

namespace kith::tck {

TEST_CASE("a signature is read with its types", "[tck]") {
  auto procedure = MakeTableProcedure(
      "zoo.animals.find(name :: STRING?, legs :: INTEGER?) :: (weight :: FLOAT?, tag :: NUMBER?) :",
      {{"name", "legs", "weight", "tag"}, {"'emu'", "2", "40.5", "1"}});
  REQUIRE(procedure.ok());
  const query::ProcedureSignature& signature = (*procedure)->signature();
  CHECK(signature.name == "zoo.animals.find");
  REQUIRE(signature.inputs.size() == 2);
  CHECK(signature.inputs[1].name == "legs");
  CHECK(signature.inputs[1].type.exact == ValueType::kInteger);
  REQUIRE(signature.outputs.size() == 2);
  CHECK(signature.outputs[0].type.exact == ValueType::kFloat);
  CHECK(signature.outputs[1].type.kind == query::FieldType::Kind::kNumber);
}

TEST_CASE("a procedure may have neither inputs nor outputs", "[tck]") {
  auto procedure = MakeTableProcedure("zoo.feed() :: ():", {{}});
  REQUIRE(procedure.ok());
  CHECK((*procedure)->signature().inputs.empty());
  CHECK((*procedure)->signature().outputs.empty());
}

TEST_CASE("what is no signature or does not fit it is an error", "[tck]") {
  CHECK_FALSE(MakeTableProcedure("zoo.feed()", {}).ok());
  CHECK_FALSE(MakeTableProcedure("zoo.feed(a) :: ():", {}).ok());
  CHECK_FALSE(MakeTableProcedure("zoo.feed(a :: LLAMA?) :: ():", {}).ok());
  CHECK_FALSE(MakeTableProcedure("zoo.feed() :: (a :: STRING?)", {{"a"}, {"'x'", "'y'"}}).ok());
}

}  // namespace kith::tck
