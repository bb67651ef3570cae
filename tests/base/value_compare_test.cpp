// SPDX-License-Identifier: Apache-2.0
// Equality, comparability and orderability.
#include "engine/base/value_compare.h"

#include <catch2/catch.hpp>
#include <vector>

#include "tests/base/random_value.h"

namespace kith {
namespace {

const Value kNull;
const Value kNaN{std::nan("")};

Value L(List list) {
  return Value(std::move(list));
}

TEST_CASE("equality is three-valued", "[base]") {
  CHECK(Equals(Value(1), Value(1.0)) == true);
  CHECK(Equals(Value(1), Value("1")) == false);
  CHECK(Equals(kNull, kNull) == std::nullopt);
  CHECK(Equals(kNull, Value(1)) == std::nullopt);
  CHECK(Equals(kNaN, kNaN) == false);
  CHECK(Equals(Value(true), Value(1)) == false);
}

TEST_CASE("lists are equal element by element", "[base]") {
  CHECK(Equals(L({}), L({})) == true);
  CHECK(Equals(L({Value(1), kNull}), L({Value(1), kNull})) == std::nullopt);
  CHECK(Equals(L({Value(1), kNull}), L({Value(2), kNull})) == false);
  CHECK(Equals(L({kNull, Value(1)}), L({Value(2), Value(3)})) == false);
  CHECK(Equals(L({kNull}), L({kNull, kNull})) == false);
  CHECK(Equals(L({L({kNull})}), L({L({Value(1)})})) == std::nullopt);
  CHECK(Equals(L({Value(1)}), Value(1)) == false);
}

TEST_CASE("maps are equal key by key", "[base]") {
  const auto map = [](Map entries) { return Value::FromMap(std::move(entries)); };
  CHECK(Equals(map({}), map({})) == true);
  CHECK(Equals(map({{"a", Value(1)}}), map({{"a", Value(1.0)}})) == true);
  CHECK(Equals(map({{"a", kNull}}), map({{"a", kNull}})) == std::nullopt);
  CHECK(Equals(map({{"a", kNull}}), map({{"b", kNull}})) == false);
  CHECK(Equals(map({{"a", kNull}}), map({})) == false);
  CHECK(Equals(map({{"a", Value(1)}, {"b", kNull}}), map({{"a", Value(2)}, {"b", kNull}})) ==
        false);
}

TEST_CASE("graph entities are equal by id, whole or not", "[base]") {
  const Value whole(Node{NodeId(3), {"A"}, {}});
  CHECK(Equals(whole, Value(NodeId(3))) == true);
  CHECK(Equals(whole, Value(NodeId(4))) == false);
  CHECK(Equals(whole, Value(RelId(3))) == false);
  CHECK(Equivalent(whole, Value(NodeId(3))));
  CHECK(HashEquivalent(whole) == HashEquivalent(Value(NodeId(3))));
}

TEST_CASE("integers and floats compare exactly", "[base]") {
  constexpr int64_t k2To53 = int64_t{1} << 53;
  CHECK(CompareExactly(k2To53 + 1, 9007199254740992.0) == std::partial_ordering::greater);
  CHECK(CompareExactly(INT64_MAX, 9223372036854775808.0) == std::partial_ordering::less);
  CHECK(CompareExactly(INT64_MIN, -9223372036854775808.0) == std::partial_ordering::equivalent);
  CHECK(CompareExactly(INT64_MIN, -INFINITY) == std::partial_ordering::greater);
  CHECK(CompareExactly(-1, -1.5) == std::partial_ordering::greater);
  CHECK(CompareExactly(-2, -1.5) == std::partial_ordering::less);
  CHECK(CompareExactly(0, std::nan("")) == std::partial_ordering::unordered);
  CHECK(Equals(Value(k2To53 + 1), Value(9007199254740992.0)) == false);
  CHECK(Less(Value(9007199254740992.0), Value(k2To53 + 1)) == true);
}

TEST_CASE("less is defined within a type only", "[base]") {
  CHECK(Less(Value(1), Value(1.5)) == true);
  CHECK(Less(Value(1), Value("a")) == std::nullopt);
  CHECK(Less(Value(false), Value(true)) == true);
  CHECK(Less(kNaN, Value(1)) == false);
  CHECK(LessOrEqual(kNaN, kNaN) == false);
  CHECK(Less(kNaN, Value("a")) == std::nullopt);
  CHECK(Less(kNull, kNull) == std::nullopt);
  CHECK(Less(Value(NodeId(1)), Value(NodeId(2))) == std::nullopt);
  CHECK(Less(Value::FromMap({}), Value::FromMap({})) == std::nullopt);
  CHECK(Less(Value(Duration{0, 1, 0, 0}), Value(Duration{0, 2, 0, 0})) == std::nullopt);
  CHECK(LessOrEqual(Value(Date{1}), Value(Date{1})) == true);
  CHECK(Less(Value("a"), Value("\xC3\xA9")) == true);
}

TEST_CASE("lists compare by their first unequal elements", "[base]") {
  CHECK(LessOrEqual(L({Value(1)}), L({Value(1), Value(0)})) == true);
  CHECK(LessOrEqual(L({Value(1)}), L({Value(1), kNull})) == true);
  CHECK(LessOrEqual(L({Value(1), kNull}), L({Value(1), Value(2)})) == std::nullopt);
  CHECK(LessOrEqual(L({Value(3), kNull}), L({Value(1), Value(2)})) == false);
  CHECK(Less(L({Value(1)}), L({Value(1)})) == false);
  CHECK(Less(L({Value(1)}), L({Value("a")})) == std::nullopt);
}

TEST_CASE("ORDER BY's order of distinct types", "[base]") {
  const std::vector<Value> ascending = {
      Value::FromMap({{"a", Value("map")}}),
      Value(NodeId(1)),
      Value(RelId(1)),
      L({Value("list")}),
      Value(Path{{Value(NodeId(1))}, {}}),
      Value(DateTime{0, 0, 0, ""}),
      Value(LocalDateTime{0, 0}),
      Value(Date{0}),
      Value(Time{0, 0}),
      Value(LocalTime{0}),
      Value(Duration{0, 0, 0, 0}),
      Value("text"),
      Value(false),
      Value(-INFINITY),
      Value(1.5),
      Value(INFINITY),
      kNaN,
      kNull,
  };
  for (size_t i = 0; i < ascending.size(); ++i) {
    for (size_t j = 0; j < ascending.size(); ++j) {
      CHECK(Order(ascending[i], ascending[j]) == (i <=> j));
    }
  }
}

TEST_CASE("zoned times order by instant, then by offset", "[base]") {
  const Value ten_utc(Time{10 * 3600 * kNanosPerSecond, 0});
  const Value eleven_plus_one(Time{11 * 3600 * kNanosPerSecond, 3600});
  CHECK(Order(ten_utc, eleven_plus_one) == std::strong_ordering::less);
  CHECK(Equals(ten_utc, eleven_plus_one) == false);
  CHECK(Order(Value(DateTime{5, 0, 3600, ""}), Value(DateTime{4, 0, 7200, ""})) ==
        std::strong_ordering::greater);
}

TEST_CASE("durations order by mean length", "[base]") {
  const Value month(Duration{1, 0, 0, 0});
  CHECK(Order(Value(Duration{0, 30, 0, 0}), month) == std::strong_ordering::less);
  CHECK(Order(Value(Duration{0, 31, 0, 0}), month) == std::strong_ordering::greater);
  CHECK_FALSE(Equivalent(Value(Duration{0, 1, 0, 0}), Value(Duration{0, 0, 86'400, 0})));
}

TEST_CASE("Order is a total order and agrees with the other comparisons", "[base]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  test::RandomValues random(seed);
  std::vector<Value> values;
  for (int i = 0; i < 60; ++i) values.push_back(random.Any());
  for (const Value& a : values) {
    REQUIRE((Order(a, a) == 0));
    for (const Value& b : values) {
      CAPTURE(a.ToString(), b.ToString());
      const auto order = Order(a, b);
      REQUIRE((order == (0 <=> Order(b, a))));
      REQUIRE(Equivalent(a, b) == (order == 0));
      if (order == 0) REQUIRE(HashEquivalent(a) == HashEquivalent(b));
      if (Equals(a, b) == true) REQUIRE(Equivalent(a, b));
      if (!a.IsList() && Less(a, b) == true) REQUIRE((order < 0));
      REQUIRE(Equals(a, b) == Equals(b, a));
      for (const Value& c : values) {
        if (order <= 0 && Order(b, c) <= 0) REQUIRE((Order(a, c) <= 0));
      }
    }
  }
}

TEST_CASE("hashes spread", "[base]") {
  std::vector<uint64_t> low_bits(64);
  for (int i = 0; i < 6400; ++i) ++low_bits[HashEquivalent(Value(i * 1024)) % 64];
  for (const uint64_t count : low_bits) CHECK(count > 50);
}

}  // namespace
}  // namespace kith
