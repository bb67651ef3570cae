// SPDX-License-Identifier: Apache-2.0
// Storage, sharing, nesting and text of values.
#include "engine/base/value.h"

#include <catch2/catch.hpp>
#include <charconv>
#include <string>
#include <thread>

#include "tests/base/random_value.h"

namespace kith {
namespace {

TEST_CASE("a default value is null", "[base]") {
  const Value value;
  CHECK(value.IsNull());
  CHECK(value.ToString() == "null");
  CHECK(value.HeapBytes() == 0);
}

TEST_CASE("strings keep their bytes at every length around the inline limit", "[base]") {
  for (size_t size = 0; size <= 40; ++size) {
    std::string text(size, 'x');
    if (size > 2) text[1] = '\0';
    const Value value(text);
    const Value copy = value;
    CHECK(copy.AsString() == text);
    CHECK((copy.HeapBytes() > 0) == (size > 14));
  }
}

TEST_CASE("copies share contents and moves leave null behind", "[base]") {
  Value list(List{Value(1), Value("a string of more than fourteen bytes")});
  const Value copy = list;
  CHECK(&copy.AsList() == &list.AsList());
  const Value moved = std::move(list);
  CHECK(list.IsNull());  // NOLINT: the moved-from state is part of the contract
  CHECK(moved == copy);
  Value& self = *const_cast<Value*>(&moved);
  self = *&self;
  CHECK(self.AsList().size() == 2);
}

TEST_CASE("an element can be assigned over the list that holds it", "[base]") {
  Value value(List{Value(List{Value("the innermost text, on the heap")})});
  value = Value(value.AsList()[0]);
  value = Value(value.AsList()[0]);
  CHECK(value.AsString() == "the innermost text, on the heap");
}

TEST_CASE("each type gives back what it was made of", "[base]") {
  CHECK(Value(true).AsBoolean());
  CHECK(Value(INT64_MIN).AsInteger() == INT64_MIN);
  CHECK(Value(0.1).AsFloat() == 0.1);
  CHECK(Value(Date{-7}).AsDate() == Date{-7});
  CHECK(Value(LocalTime{5}).AsLocalTime() == LocalTime{5});
  CHECK(Value(Time{5, -3600}).AsTime() == Time{5, -3600});
  CHECK(Value(LocalDateTime{-5, 6}).AsLocalDateTime() == LocalDateTime{-5, 6});
  const DateTime time{1, 2, 3600, "Europe/Stockholm"};
  CHECK(Value(time).AsDateTime() == time);
  const Duration duration{1, 2, -3, 4};
  CHECK(Value(duration).AsDuration() == duration);
  CHECK(Value(NodeId(9)).AsNodeId() == NodeId(9));
  CHECK_FALSE(Value(NodeId(9)).IsWhole());
  const Value whole(Node{NodeId(9), {"A", "B"}, {{"k", Value(1)}}});
  CHECK(whole.IsWhole());
  CHECK(whole.AsNodeId() == NodeId(9));
  CHECK(whole.AsNode().labels.size() == 2);
  CHECK(Value(RelId(8)).AsRelId() == RelId(8));
  CHECK(Value(Relationship{RelId(8), NodeId(1), NodeId(2), "T", {}}).AsRelId() == RelId(8));
}

TEST_CASE("a map is sorted and of equal keys the last wins", "[base]") {
  const Value map =
      Value::FromMap({{"b", Value(1)}, {"a", Value(2)}, {"b", Value(3)}, {"", Value(4)}});
  REQUIRE(map.AsMap().size() == 3);
  CHECK(map.Find("b")->AsInteger() == 3);
  CHECK(map.Find("")->AsInteger() == 4);
  CHECK(map.Find("c") == nullptr);
  CHECK(map.ToString() == "{``: 4, a: 2, b: 3}");
}

TEST_CASE("depth counts nesting and releasing a deep value takes no stack", "[base]") {
  Value value(7);
  constexpr uint32_t kLevels = 1'000'000;
  for (uint32_t i = 0; i < kLevels; ++i) value = Value(List{std::move(value)});
  CHECK(value.Depth() == kLevels);
  value = Value();
  CHECK(Value::FromMap({{"a", Value(List{Value(1)})}}).Depth() == 2);
  CHECK(Value("text that lies on the heap, too").Depth() == 0);
}

TEST_CASE("values may be copied and dropped by several threads", "[base]") {
  const Value shared(List{Value("a string of more than fourteen bytes"), Value(2)});
  auto churn = [&shared] {
    for (int i = 0; i < 20'000; ++i) {
      Value copy = shared;
      Value element = copy.AsList()[0];
      copy = std::move(element);
    }
  };
  std::thread a(churn);
  std::thread b(churn);
  a.join();
  b.join();
  CHECK(shared.AsList()[0].AsString() == "a string of more than fourteen bytes");
}

TEST_CASE("structural identity tells 1 from 1.0 and takes NaN for NaN", "[base]") {
  CHECK_FALSE(Value(1) == Value(1.0));
  CHECK(Value(std::nan("")) == Value(-std::nan("")));
  CHECK_FALSE(Value(0.0) == Value(-0.0));
  CHECK_FALSE(Value(NodeId(1)) == Value(Node{NodeId(1), {}, {}}));
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  test::RandomValues random(seed);
  for (int i = 0; i < 2000; ++i) {
    const Value value = random.Any();
    const Value copy = value;
    CHECK(value == copy);
  }
}

TEST_CASE("values as text", "[base]") {
  CHECK(Value("it's \\ a\nb\x01").ToString() == "'it\\'s \\\\ a\\nb\\u0001'");
  CHECK(Value(List{Value(1), Value(2.0), Value()}).ToString() == "[1, 2.0, null]");
  CHECK(Value::FromMap({{"a b", Value(true)}, {"c`d", Value()}}).ToString() ==
        "{`a b`: true, `c``d`: null}");
  const Value a(Node{NodeId(1), {"A"}, {{"x", Value(1)}}});
  const Value b(Node{NodeId(2), {}, {}});
  const Value r(Relationship{RelId(3), NodeId(2), NodeId(1), "R", {{"w", Value(0.5)}}});
  CHECK(a.ToString() == "(:A {x: 1})");
  CHECK(b.ToString() == "()");
  CHECK(Value(Path{{a, b}, {r}}).ToString() == "<(:A {x: 1})<-[:R {w: 0.5}]-()>");
  CHECK(Value(Path{{Value(NodeId(7))}, {}}).ToString() == "<(#7)>");
}

TEST_CASE("floats as text have the fewest digits that read back", "[base]") {
  CHECK(FloatToString(1.0) == "1.0");
  CHECK(FloatToString(-0.0) == "-0.0");
  CHECK(FloatToString(0.1) == "0.1");
  CHECK(FloatToString(123456.789) == "123456.789");
  CHECK(FloatToString(9999999.0) == "9999999.0");
  CHECK(FloatToString(1e7) == "1.0E7");
  CHECK(FloatToString(0.001) == "0.001");
  CHECK(FloatToString(0.00012) == "1.2E-4");
  CHECK(FloatToString(-1.7976931348623157e308) == "-1.7976931348623157E308");
  CHECK(FloatToString(5e-324) == "5.0E-324");
  CHECK(FloatToString(INFINITY) == "Infinity");
  CHECK(FloatToString(std::nan("")) == "NaN");
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  test::RandomValues random(seed);
  for (int i = 0; i < 5000; ++i) {
    const double number = random.Float();
    if (!std::isfinite(number)) continue;
    const std::string text = FloatToString(number);
    double back = 0;
    std::from_chars(text.data(), text.data() + text.size(), back);
    CAPTURE(text);
    CHECK(Value(back) == Value(number));
  }
}

}  // namespace
}  // namespace kith
