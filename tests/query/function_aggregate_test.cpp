// SPDX-License-Identifier: Apache-2.0
// Aggregate functions, DISTINCT, merging of partial states, memory.
#include <cmath>

#include "tests/base/random_value.h"
#include "tests/query/function_call.h"

namespace kith::query {
namespace {

using test::Fixture;
using test::kNull;
using test::kOutOfRange;
using test::kOverflow;
using test::kTypeError;
using test::L;

using Rows = std::vector<std::vector<Value>>;

TEST_CASE("count", "[query]") {
  Fixture f;
  CHECK(f.Aggregate("count", {{Value(1)}, {kNull}, {Value(1)}}) == "2");
  CHECK(f.Aggregate("count", {{}, {}}) == "2");
  CHECK(f.Aggregate("count", {}) == "0");
  CHECK(f.Aggregate("count", {{Value(1)}, {Value(1.0)}, {kNull}, {Value(2)}}, true) == "2");
}

TEST_CASE("sum is exact for integers in any order", "[query]") {
  Fixture f;
  CHECK(f.Aggregate("sum", {}) == "0");
  CHECK(f.Aggregate("sum", {{Value(1)}, {kNull}, {Value(2)}}) == "3");
  CHECK(f.Aggregate("sum", {{Value(INT64_MAX)}, {Value(1)}, {Value(-1)}}) == "9223372036854775807");
  CHECK(f.Aggregate("sum", {{Value(INT64_MAX)}, {Value(1)}}) == kOverflow);
  CHECK(f.Aggregate("sum", {{Value(1)}, {Value(0.5)}}) == "1.5");
  CHECK(f.Aggregate("sum", {{Value(1e100)}, {Value(1.0)}, {Value(-1e100)}}) == "1.0");
  CHECK(f.Aggregate("sum", {{Value(INFINITY)}, {Value(1.0)}}) == "Infinity");
  CHECK(f.Aggregate("sum", {{Value("a")}}) == kTypeError);
  CHECK(f.Aggregate("sum", {{Value(2)}, {Value(2)}, {Value(3)}}, true) == "5");
}

TEST_CASE("sums of durations", "[query]") {
  Fixture f;
  const Value day(Duration{0, 1, 0, 0});
  CHECK(f.Aggregate("sum", {{day}, {day}}) == "P2D");
  CHECK(f.Aggregate("avg", {{day}, {Value(Duration{0, 3, 0, 0})}}) == "P2D");
  CHECK(f.Aggregate("sum", {{day}, {Value(1)}}) == kTypeError);
}

TEST_CASE("avg", "[query]") {
  Fixture f;
  CHECK(f.Aggregate("avg", {}) == "null");
  CHECK(f.Aggregate("avg", {{Value(1)}, {Value(2)}, {kNull}}) == "1.5");
  CHECK(f.Aggregate("avg", {{Value(INT64_MAX)}, {Value(INT64_MAX)}}) == "9.223372036854776E18");
}

TEST_CASE("min and max follow the order of all values", "[query]") {
  Fixture f;
  const Rows mixed = {{Value(1)},   {Value("a")},    {kNull},
                      {Value(0.2)}, {L({Value(1)})}, {Value("b")}};
  CHECK(f.Aggregate("max", mixed) == "1");
  CHECK(f.Aggregate("min", mixed) == "[1]");
  CHECK(f.Aggregate("max", {{kNull}}) == "null");
  CHECK(f.Aggregate("min", {{L({Value(1), Value(2)})}, {L({Value(1)})}}) == "[1]");
}

TEST_CASE("collect keeps the order and leaves nulls out", "[query]") {
  Fixture f;
  CHECK(f.Aggregate("collect", {{Value(2)}, {kNull}, {Value(1)}, {Value(2)}}) == "[2, 1, 2]");
  CHECK(f.Aggregate("collect", {{Value(2)}, {kNull}, {Value(1)}, {Value(2.0)}}, true) == "[2, 1]");
  CHECK(f.Aggregate("collect", {}) == "[]");
}

TEST_CASE("standard deviations", "[query]") {
  Fixture f;
  const Rows rows = {{Value(2)}, {Value(4)}, {Value(4)}, {Value(4)},
                     {Value(5)}, {Value(5)}, {Value(7)}, {Value(9)}};
  CHECK(f.Aggregate("stDevP", rows) == "2.0");
  CHECK(f.Aggregate("stDev", rows).substr(0, 9) == "2.1380899");
  CHECK(f.Aggregate("stDev", {{Value(3)}}) == "0.0");
  CHECK(f.Aggregate("stDevP", {}) == "0.0");
}

TEST_CASE("percentiles", "[query]") {
  Fixture f;
  const auto with = [](double fraction) {
    return Rows{
        {Value(10), Value(fraction)}, {Value(30), Value(fraction)}, {Value(20), Value(fraction)}};
  };
  CHECK(f.Aggregate("percentileDisc", with(0.0)) == "10");
  CHECK(f.Aggregate("percentileDisc", with(0.5)) == "20");
  CHECK(f.Aggregate("percentileDisc", with(1.0)) == "30");
  CHECK(f.Aggregate("percentileDisc", with(0.34)) == "20");
  CHECK(f.Aggregate("percentileCont", with(0.0)) == "10.0");
  CHECK(f.Aggregate("percentileCont", with(0.5)) == "20.0");
  CHECK(f.Aggregate("percentileCont", with(0.25)) == "15.0");
  CHECK(f.Aggregate("percentileCont", with(1.0)) == "30.0");
  CHECK(f.Aggregate("percentileDisc", with(1.1)) == kOutOfRange);
  CHECK(f.Aggregate("percentileCont", with(-0.1)) == kOutOfRange);
  CHECK(f.Aggregate("percentileCont", with(std::nan(""))) == kOutOfRange);
  CHECK(f.Aggregate("percentileDisc", {}) == "null");
  CHECK(f.Aggregate("percentileDisc",
                    {{Value(1), Value(0.5)}, {Value(1.0), Value(0.5)}, {Value(9), Value(0.5)}},
                    true) == "1");
}

TEST_CASE("merged partial states give what one state gives", "[query]") {
  const uint64_t seed = kith::test::FreshSeed();
  INFO("seed " << seed);
  kith::test::RandomValues random(seed);
  Fixture f;
  for (const char* name :
       {"count", "sum", "avg", "min", "max", "collect", "percentileCont", "percentileDisc"}) {
    for (int round = 0; round < 50; ++round) {
      Rows rows;
      for (int64_t i = random.Below(12); i > 0; --i) {
        rows.push_back({random.Below(5) == 0 ? kNull : Value(random.Between(-5, 5))});
        if (std::string(name).starts_with("percentile")) rows.back().emplace_back(0.3);
      }
      const auto split = static_cast<size_t>(random.Below(static_cast<int64_t>(rows.size()) + 1));
      for (const bool distinct : {false, true}) {
        CAPTURE(name, rows.size(), split, distinct);
        CHECK(f.Merged(name, rows, split, distinct) == f.Aggregate(name, rows, distinct));
      }
    }
  }
  const Rows spread = {{Value(2)}, {Value(4)}, {Value(4)}, {Value(4)},
                       {Value(5)}, {Value(5)}, {Value(7)}, {Value(9)}};
  for (size_t split = 0; split <= spread.size(); ++split) {
    CHECK(std::stod(f.Merged("stDevP", spread, split)) == Approx(2.0));
  }
}

TEST_CASE("what a state holds is charged and given back", "[query]") {
  Fixture f;
  const AggregateFunction* collect = FunctionRegistry::Builtins().FindAggregate("collect");
  for (const bool distinct : {false, true}) {
    {
      const auto state = NewAggregateState(*collect, distinct);
      const Value row(std::string(1000, 'x'));
      REQUIRE(state->Update(f.context, std::span(&row, 1)).ok());
      CHECK(f.memory.used_bytes() > 1000);
    }
    CHECK(f.memory.used_bytes() == 0);
  }
  const auto state = NewAggregateState(*collect, false);
  Status status;
  for (int i = 0; i < 100'000 && status.ok(); ++i) {
    const Value row(std::string(1000, 'x'));
    status = state->Update(f.context, std::span(&row, 1));
  }
  CHECK(status.code() == StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace kith::query
