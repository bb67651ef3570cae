// SPDX-License-Identifier: Apache-2.0
// The index key codec: order, round trips, damage.
#include "engine/base/key_codec.h"

#include <catch2/catch.hpp>
#include <vector>

#include "engine/base/value_compare.h"
#include "tests/base/random_value.h"

namespace kith {
namespace {

std::string Key(const Value& value) {
  std::string key;
  REQUIRE(AppendKey(value, &key).ok());
  return key;
}

std::strong_ordering CompareBytes(const std::string& a, const std::string& b) {
  return a.compare(b) <=> 0;
}

TEST_CASE("bytes order as Order does", "[base]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  test::RandomValues random(seed);
  for (int round = 0; round < 20'000; ++round) {
    const Value a = random.Indexable();
    const Value b = random.Indexable();
    CAPTURE(a.ToString(), b.ToString());
    REQUIRE(CompareBytes(Key(a), Key(b)) == Order(a, b));
  }
}

TEST_CASE("numbers order exactly around every power of two", "[base]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  test::RandomValues random(seed);
  for (int round = 0; round < 50'000; ++round) {
    const Value a = random.Below(2) == 0 ? Value(random.Integer()) : Value(random.Float());
    const Value b = random.Below(2) == 0 ? Value(random.Integer()) : Value(random.Float());
    CAPTURE(a.ToString(), b.ToString());
    REQUIRE(CompareBytes(Key(a), Key(b)) == Order(a, b));
  }
  CHECK(Key(Value(1)) == Key(Value(1.0)));
  CHECK(Key(Value(0.0)) == Key(Value(-0.0)));
  CHECK(Key(Value((int64_t{1} << 53) + 2)) == Key(Value(9007199254740994.0)));
  CHECK(Key(Value((int64_t{1} << 53) + 1)) != Key(Value(9007199254740992.0)));
  CHECK(Key(Value(INT64_MAX)) < Key(Value(9223372036854775808.0)));
  CHECK(Key(Value(INT64_MAX - 1)) < Key(Value(INT64_MAX)));
}

TEST_CASE("tuples order by their parts and a prefix of a tuple is a prefix of its bytes",
          "[base]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  test::RandomValues random(seed);
  for (int round = 0; round < 5'000; ++round) {
    const std::vector<Value> a = {random.Indexable(), random.Indexable()};
    const std::vector<Value> b = {random.Below(2) == 0 ? a[0] : random.Indexable(),
                                  random.Indexable()};
    const std::string left = *EncodeKeyTuple(a);
    const std::string right = *EncodeKeyTuple(b);
    auto expected = Order(a[0], b[0]);
    if (expected == 0) expected = Order(a[1], b[1]);
    CAPTURE(a[0].ToString(), a[1].ToString(), b[0].ToString(), b[1].ToString());
    REQUIRE(CompareBytes(left, right) == expected);
    REQUIRE(left.compare(0, Key(a[0]).size(), Key(a[0])) == 0);
  }
}

TEST_CASE("a decoded key is equivalent to what was encoded", "[base]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  test::RandomValues random(seed);
  for (int round = 0; round < 10'000; ++round) {
    const std::vector<Value> values = {random.Indexable(), random.Indexable()};
    const std::string key = *EncodeKeyTuple(values);
    std::string_view rest = key;
    for (const Value& value : values) {
      const Result<Value> back = TakeKey(&rest);
      CAPTURE(value.ToString());
      REQUIRE(back.ok());
      REQUIRE(Equivalent(*back, value));
    }
    REQUIRE(rest.empty());
  }
  const std::string one = Key(Value(1.0));
  std::string_view rest = one;
  CHECK(TakeKey(&rest)->IsInteger());
}

TEST_CASE("damaged keys give Corruption or another canonical value, never a crash", "[base]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  test::RandomValues random(seed);
  for (int round = 0; round < 20'000; ++round) {
    std::string key = Key(random.Indexable());
    if (random.Below(2) == 0) {
      key.resize(static_cast<size_t>(random.Below(static_cast<int64_t>(key.size()))));
    } else {
      const auto at = static_cast<size_t>(random.Below(static_cast<int64_t>(key.size())));
      key[at] = static_cast<char>(random.Below(256));
    }
    std::string_view rest = key;
    const Result<Value> value = TakeKey(&rest);
    if (!value.ok()) {
      REQUIRE(value.status().code() == StatusCode::kCorruption);
      REQUIRE(rest == key);  // A failure consumes nothing.
      continue;
    }
    // What decodes must encode to the same bytes.
    REQUIRE(Key(*value) == key.substr(0, key.size() - rest.size()));
  }
}

TEST_CASE("a truncated key is always Corruption", "[base]") {
  const std::vector<Value> values = {Value(true),
                                     Value(7),
                                     Value(INT64_MAX),
                                     Value("text"),
                                     Value(List{Value(1), Value("a")}),
                                     Value(Date{1}),
                                     Value(Time{5, 60}),
                                     Value(LocalDateTime{1, 2}),
                                     Value(LocalTime{3}),
                                     Value(DateTime{1, 2, 3600, "Europe/Paris"}),
                                     Value(Duration{1, 2, 3, 4})};
  for (const Value& value : values) {
    const std::string key = Key(value);
    for (size_t size = 0; size < key.size(); ++size) {
      std::string_view rest(key.data(), size);
      const Result<Value> back = TakeKey(&rest);
      CAPTURE(value.ToString(), size);
      REQUIRE_FALSE(back.ok());
      CHECK(back.status().code() == StatusCode::kCorruption);
    }
  }
}

TEST_CASE("lists nested without end are refused, not followed", "[base]") {
  const std::string key(100'000, '\x10');
  std::string_view rest = key;
  CHECK(TakeKey(&rest).status().code() == StatusCode::kCorruption);
  Value deep(1);
  for (uint32_t i = 0; i < Value::kMaxDepth + 1; ++i) deep = Value(List{std::move(deep)});
  CHECK_FALSE(IsIndexable(deep));
}

TEST_CASE("maps and graph entities are no keys, also inside lists", "[base]") {
  std::string key = "kept";
  const Status status = AppendKey(Value(List{Value(1), Value::FromMap({})}), &key);
  CHECK(status.code() == StatusCode::kTypeError);
  CHECK(key == "kept");
  CHECK_FALSE(IsIndexable(Value(NodeId(1))));
  CHECK_FALSE(IsIndexable(Value(RelId(1))));
}

TEST_CASE("a string prefix bounds the keys of the strings that begin with it", "[base]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  test::RandomValues random(seed);
  for (int round = 0; round < 5'000; ++round) {
    const std::string prefix = random.Text();
    const std::string text = random.Below(2) == 0 ? prefix + random.Text() : random.Text();
    std::string lower;
    AppendStringKeyPrefix(prefix, &lower);
    const std::string upper = PrefixSuccessor(lower);
    const std::string key = Key(Value(text));
    REQUIRE((key >= lower && key < upper) == (text.compare(0, prefix.size(), prefix) == 0));
  }
}

TEST_CASE("the successor of a prefix", "[base]") {
  CHECK(PrefixSuccessor("ab") == "ac");
  CHECK(PrefixSuccessor("a\xFF\xFF") == "b");
  CHECK(PrefixSuccessor("\xFF").empty());
  CHECK(PrefixSuccessor("").empty());
}

TEST_CASE("the bounds of a type hold exactly what Less compares with it", "[base]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  test::RandomValues random(seed);
  for (int round = 0; round < 10'000; ++round) {
    const Value a = random.Indexable(0);
    const Value b = random.Indexable(0);
    if (a.IsFloat() && std::isnan(a.AsFloat())) continue;
    std::string lower;
    std::string upper;
    KeyTypeBounds(a, &lower, &upper);
    const std::string key = Key(b);
    const bool inside = key >= lower && key < upper;
    const bool nan = b.IsFloat() && std::isnan(b.AsFloat());
    CAPTURE(a.ToString(), b.ToString());
    REQUIRE(inside == (Less(a, b).has_value() && !nan));
  }
}

TEST_CASE("encodings are fixed by the disk format", "[base]") {
  CHECK(Key(Value()) == "\x60");
  CHECK(Key(Value(true)) == "\x40\x01");
  CHECK(Key(Value(1)) == std::string("\x50\xBF\xF0\0\0\0\0\0\0", 9));
  CHECK(Key(Value(int64_t{9007199254740993})) ==
        std::string("\x50\xC3\x40\0\0\0\0\0\0\x80\x01", 11));
  CHECK(Key(Value(std::string_view("a\0b", 3))) == std::string("\x30"
                                                               "a\0\xFF"
                                                               "b\0\x01",
                                                               7));
  CHECK(Key(Value(List{Value(), Value(false)})) == std::string("\x10\x60\x40\0\x01", 5));
  CHECK(Key(Value(Date{1})) == std::string("\x22\x80\0\0\0\0\0\0\x01", 9));
}

TEST_CASE("big-endian integers", "[base]") {
  std::string bytes;
  AppendBigEndian32(0x01020304u, &bytes);
  AppendBigEndian64(0x05060708090A0B0Cull, &bytes);
  CHECK(bytes == "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C");
  CHECK(ReadBigEndian32(bytes.data()) == 0x01020304u);
  CHECK(ReadBigEndian64(bytes.data() + 4) == 0x05060708090A0B0Cull);
}

}  // namespace
}  // namespace kith
