// SPDX-License-Identifier: Apache-2.0
// Chunks of a column: what goes in comes out, in fewer bytes, and damage never leads outside.
#include "storage/segment/column_chunk.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "storage/format/value_codec.h"
#include "storage/segment/column_encoder.h"
#include "storage/segment/packed_integers.h"

using namespace kith;
using namespace kith::storage;

namespace {

using Random = std::mt19937_64;

/// Encoded values; an empty one is none.
using Rows = std::vector<std::string>;

std::string Encoded(const Value& value) {
  std::string bytes;
  AppendValue(value, &bytes);
  return bytes;
}

std::string Chunk(const Rows& rows) {
  return EncodeColumnChunk(std::vector<std::string_view>(rows.begin(), rows.end()));
}

int64_t AnyInteger(Random* random) {
  return static_cast<int64_t>((*random)()) >> ((*random)() % 64);
}

std::string AnyText(Random* random) {
  const char* const few[] = {"Firefox", "Chrome", "", "Österreich", "a\0b"};
  if ((*random)() % 2 == 0) return few[(*random)() % 5];
  return std::string((*random)() % 90, static_cast<char>('a' + (*random)() % 26));
}

int32_t Below(Random* random, int32_t limit) {
  return static_cast<int32_t>((*random)() % static_cast<uint64_t>(limit));
}

Value AnyTemporal(Random* random, int kind) {
  const int64_t number = AnyInteger(random) % 4000000;
  switch (kind) {
    case 0: return Value(Date{number});
    case 1: return Value(LocalTime{Below(random, 86400) * kNanosPerSecond});
    case 2: return Value(Time{Below(random, 86400) * kNanosPerSecond, Below(random, 3600)});
    case 3: return Value(LocalDateTime{number, Below(random, 1000) * 1000000});
    case 4: return Value(DateTime{number, Below(random, 1000) * 1000000, 0, kind % 2 ? "UTC" : ""});
    default: return Value(Duration{number, -number, number, Below(random, 1000)});
  }
}

Value AnyList(Random* random) {
  List list;
  for (size_t i = (*random)() % 4; i > 0; --i) list.emplace_back(AnyInteger(random));
  return Value(std::move(list));
}

Value AnyVector(Random* random, size_t dimensions) {
  List list;
  for (size_t i = 0; i < dimensions; ++i) {
    list.emplace_back(static_cast<double>(static_cast<float>(AnyInteger(random) % 1000) / 8));
  }
  return Value(std::move(list));
}

constexpr int kKinds = 14;

/// A value of a column of this kind; the last kind mixes them.
Value AnyValue(Random* random, int kind) {
  switch (kind) {
    case 0: return Value(AnyInteger(random));
    case 1: return Value(static_cast<double>(AnyInteger(random)) / 3);
    case 2: return Value((*random)() % 2 == 0);
    case 3: return Value(AnyText(random));
    case 4: return AnyList(random);
    case 5: return AnyVector(random, 5);
    case 6: return AnyVector(random, 1 + (*random)() % 3);
    case 13: return AnyValue(random, Below(random, kKinds - 1));
    default: return AnyTemporal(random, kind - 7);
  }
}

Rows AnyRows(Random* random, int kind, size_t rows) {
  Rows made(rows);
  const uint64_t gaps = (*random)() % 3;  // None, half, or all but few.
  for (std::string& row : made) {
    const bool has = gaps == 0 || (gaps == 1 ? (*random)() % 2 == 0 : (*random)() % 50 == 0);
    if (has) row = Encoded(AnyValue(random, kind));
  }
  return made;
}

bool SameColumn(const Column& a, const Column& b) {
  if (a.kind != b.kind || a.size != b.size) return false;
  for (size_t i = 0; i < a.size; ++i) {
    if (!(a.At(i) == b.At(i))) return false;
  }
  return true;
}

PropertyPredicate AnyPredicate(Random* random, int kind) {
  using Operator = PropertyPredicate::Operator;
  const Operator operators[] = {Operator::kEqual,       Operator::kLess, Operator::kGreater,
                                Operator::kLessOrEqual, Operator::kIn,   Operator::kGreaterOrEqual,
                                Operator::kExists};
  PropertyPredicate predicate{operators[(*random)() % 7], AnyValue(random, kind)};
  if (predicate.op == Operator::kIn) predicate.operand = Value(List{predicate.operand});
  return predicate;
}

/// A zone that says no when a row passes would lose the row.
void CheckZone(const ColumnChunk& chunk, const Rows& rows, const PropertyPredicate& predicate) {
  if (chunk.MayPass(predicate)) return;
  const CompiledPredicate compiled(predicate);
  for (const std::string& row : rows) {
    bool passes = false;
    if (!row.empty()) REQUIRE(compiled.PassesEncoded(row, &passes));
    REQUIRE_FALSE(passes);
  }
}

}  // namespace

TEST_CASE("packed integers come back, in as few bits as their range needs", "[segment]") {
  const auto roundtrip = [](const std::vector<uint64_t>& values, size_t bytes) {
    std::string packed;
    AppendPacked(values, &packed);
    CHECK(packed.size() == bytes);
    ByteReader reader(packed);
    const PackedIntegers taken = PackedIntegers::Take(values.size(), &reader);
    REQUIRE((reader.ok() && reader.AtEnd()));
    for (size_t i = 0; i < values.size(); ++i) REQUIRE(taken[i] == values[i]);
  };
  roundtrip({}, 2);
  roundtrip({7, 7, 7}, 2);
  roundtrip({1000, 1001, 1003}, 1 + 2 + 1 + 1 + 7);                // 2 bits each
  roundtrip({1000000, 4000000, 10000000}, 1 + 3 + 4 + 1 + 7);      // millions: 2 bits each
  roundtrip({0, UINT64_MAX}, 1 + 1 + 10 + 1 + 7);                  // the divisor takes it all
  roundtrip({0, 1, UINT64_MAX}, 1 + 1 + 1 + 24 + 7);               // 64 bits each
  roundtrip({5, 5 + (uint64_t{1} << 57), 6}, 1 + 1 + 1 + 24 + 7);  // 58 bits are kept as 64
  roundtrip({5, 4 + (uint64_t{1} << 57), 6}, 1 + 1 + 1 + 22 + 7);  // 57
}

TEST_CASE("a column chunk gives back its rows", "[segment]") {
  const uint64_t seed = std::random_device()();
  INFO("seed " << seed);
  Random random(seed);
  for (int round = 0; round < 200; ++round) {
    const int kind = round % kKinds;
    const size_t size = round < kKinds ? 3000 : random() % 300;
    CAPTURE(round, kind, size);
    const Rows rows = AnyRows(&random, kind, size);
    const std::string bytes = Chunk(rows);
    const auto chunk = ColumnChunk::Parse(bytes);
    REQUIRE(chunk != nullptr);
    Column expected;
    ColumnBuilder builder(&expected, size);
    for (const std::string& row : rows) {
      REQUIRE(builder.AppendEncoded(row));
    }
    std::vector<uint32_t> all(size);
    std::iota(all.begin(), all.end(), 0U);
    Column gathered;
    ColumnBuilder gather(&gathered, size);
    REQUIRE(chunk->Gather(all, &gather));
    CHECK(SameColumn(expected, gathered));
    for (size_t row = 0; row < size; ++row) {
      std::string value;
      REQUIRE(chunk->AppendEncoded(row, &value));
      REQUIRE(value == rows[row]);
      REQUIRE(chunk->presence().Has(row) == !rows[row].empty());
    }
    for (int i = 0; i < 40; ++i) CheckZone(*chunk, rows, AnyPredicate(&random, kind));
  }
}

TEST_CASE("rows behind a chunk's end have no value", "[segment]") {
  const std::string bytes = Chunk({Encoded(Value(1)), Encoded(Value(2))});
  const auto chunk = ColumnChunk::Parse(bytes);
  REQUIRE(chunk != nullptr);
  std::string value;
  CHECK((chunk->AppendEncoded(2, &value) && chunk->AppendEncoded(40000, &value)));
  CHECK(value.empty());
  Column column;
  ColumnBuilder builder(&column, 2);
  const std::vector<uint32_t> rows{1, 5};
  REQUIRE(chunk->Gather(rows, &builder));
  CHECK(column.At(0) == Value(2));
  CHECK(column.At(1).IsNull());
}

TEST_CASE("columns take the bytes that their values need", "[segment]") {
  const size_t rows = 16384;
  const auto bytes_of = [&](auto value) {
    Rows column(rows);
    for (size_t i = 0; i < rows; ++i) column[i] = Encoded(value(i));
    return Chunk(column).size();
  };
  const auto near = [](size_t bytes, size_t expected) {
    return bytes >= expected && bytes <= expected + 64;
  };
  CHECK(near(bytes_of([](size_t i) { return Value(static_cast<int64_t>(i)); }), rows * 14 / 8));
  CHECK(near(bytes_of([](size_t i) { return Value(i % 3 == 0); }), rows / 8));
  CHECK(near(bytes_of([](size_t i) { return Value(i % 2 == 0 ? "female" : "male"); }), rows / 8));
  // Milliseconds of ten years: 29 bits of seconds, 10 of milliseconds.
  const auto moment = [](size_t i) {
    const auto seconds = static_cast<int64_t>(1262304000 + i * 19000 + i % 7);
    return Value(DateTime{seconds, static_cast<int32_t>(i * 37 % 1000) * 1000000, 0, ""});
  };
  CHECK(near(bytes_of(moment), rows * (29 + 10) / 8));
}

TEST_CASE("zones say which chunks no row of can pass", "[segment]") {
  using Operator = PropertyPredicate::Operator;
  const std::string bytes = Chunk({Encoded(Value(10)), "", Encoded(Value(20))});
  const auto chunk = ColumnChunk::Parse(bytes);
  REQUIRE(chunk != nullptr);
  CHECK_FALSE(chunk->MayPass({Operator::kEqual, Value(9)}));
  CHECK_FALSE(chunk->MayPass({Operator::kEqual, Value(20.5)}));
  CHECK(chunk->MayPass({Operator::kEqual, Value(15)}));
  CHECK_FALSE(chunk->MayPass({Operator::kLess, Value(10)}));
  CHECK(chunk->MayPass({Operator::kLessOrEqual, Value(10)}));
  CHECK_FALSE(chunk->MayPass({Operator::kGreater, Value(20)}));
  CHECK(chunk->MayPass({Operator::kGreaterOrEqual, Value(20)}));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::string floats = Chunk({Encoded(Value(nan)), Encoded(Value(1.5)), Encoded(Value(nan))});
  const auto numbers = ColumnChunk::Parse(floats);
  REQUIRE(numbers != nullptr);
  CHECK(numbers->MayPass({Operator::kLess, Value(2)}));
  CHECK_FALSE(numbers->MayPass({Operator::kGreater, Value(2)}));
}

TEST_CASE("a damaged column chunk is noticed or gives other values, and nothing worse",
          "[segment]") {
  const uint64_t seed = std::random_device()();
  INFO("seed " << seed);
  Random random(seed);
  const std::vector<uint32_t> ends{0, 1, 63, 64, 199, 200};
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = Chunk(AnyRows(&random, round % kKinds, 200));
    for (uint64_t flips = 1 + random() % 3; flips > 0; --flips) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    // A copy of its own, so that a sanitizer sees reads behind it.
    const std::vector<char> exact(bytes.begin(), bytes.end());
    const auto chunk = ColumnChunk::Parse({exact.data(), exact.size()});
    if (chunk == nullptr) continue;
    Column column;
    ColumnBuilder builder(&column, ends.size());
    chunk->Gather(ends, &builder);
    std::string value;
    for (size_t row = 0; row < 200; ++row) chunk->AppendEncoded(row, &value);
  }
  SUCCEED();
}
