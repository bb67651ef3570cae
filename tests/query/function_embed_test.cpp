// SPDX-License-Identifier: Apache-2.0
// embed(), with a model that is none and without one.
#include <catch2/catch.hpp>

#include "query/text_embedder.h"
#include "tests/query/function_call.h"

namespace kith::query::test {
namespace {

/// The length of a text and half of it.
class LengthEmbedder final : public TextEmbedder {
 public:
  Result<std::vector<float>> EmbedText(std::string_view text,
                                       const Interrupt* interrupt) const override {
    if (interrupt != nullptr) KITH_RETURN_IF_ERROR(interrupt->Check());
    const float length = static_cast<float>(text.size());
    return std::vector<float>{length, length / 2};
  }
};

Result<Value> Embed(FunctionContext& context, const Value& text) {
  const ScalarFunction* function = FunctionRegistry::Builtins().FindScalar("embed");
  REQUIRE(function != nullptr);
  const Value arguments[] = {text};
  return CallScalar(*function, context, arguments);
}

TEST_CASE("embed gives the model's vector", "[query]") {
  const LengthEmbedder embedder;
  Interrupt interrupt;
  FunctionContextOptions options;
  options.embedder = &embedder;
  options.interrupt = &interrupt;
  FunctionContext context(options);
  CHECK(Embed(context, Value("abc"))->ToString() == "[3.0, 1.5]");
  CHECK(Embed(context, Value(""))->ToString() == "[0.0, 0.0]");
  CHECK(Embed(context, kNull)->IsNull());
  CHECK(Embed(context, Value(7)).status().code() == StatusCode::kTypeError);
  interrupt.Cancel();
  CHECK(Embed(context, Value("abc")).status().code() == StatusCode::kCancelled);
}

TEST_CASE("embed without a model says how to get one", "[query]") {
  FunctionContext context{FunctionContextOptions()};
  const Result<Value> vector = Embed(context, Value("abc"));
  REQUIRE_FALSE(vector.ok());
  CHECK(vector.status().code() == StatusCode::kInvalidArgument);
  CHECK_THAT(vector.status().message(), Catch::Contains("--embedding-model"));
  CHECK(Embed(context, kNull)->IsNull());
}

}  // namespace
}  // namespace kith::query::test
