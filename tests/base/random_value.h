// SPDX-License-Identifier: Apache-2.0
// Random values of every type for property tests, leaning to the edges where encodings break:
// neighbours of powers of two, NaN, infinities, zero bytes, equal instants in other zones.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>

#include "engine/base/value.h"

namespace kith::test {

class RandomValues {
 public:
  explicit RandomValues(uint64_t seed) : engine_(seed) {}

  int64_t Below(int64_t limit) {
    return static_cast<int64_t>(engine_() % static_cast<uint64_t>(limit));
  }
  int64_t Between(int64_t low, int64_t high) { return low + Below(high - low + 1); }

  int64_t Integer() {
    switch (Below(5)) {
      case 0: return Between(-3, 3);
      case 1: return static_cast<int64_t>(engine_());
      case 2: return INT64_MAX - Below(2000);
      case 3: return INT64_MIN + Below(2000);
      default: {
        const int64_t power = int64_t{1} << Between(50, 62);
        return (Below(2) == 0 ? power : -power) + Between(-3, 3);
      }
    }
  }

  double Float() {
    switch (Below(8)) {
      case 0: return static_cast<double>(Between(-3, 3)) / 2;
      case 1: return -0.0;
      case 2: return std::numeric_limits<double>::quiet_NaN();
      case 3: return Below(2) == 0 ? INFINITY : -INFINITY;
      case 4: return static_cast<double>(Integer());
      case 5: return std::nextafter(static_cast<double>(Integer()), Below(2) == 0 ? 1e300 : -1e300);
      case 6:
        return std::ldexp(static_cast<double>(engine_()), static_cast<int>(Between(-1100, 960)));
      default: return Below(2) == 0 ? 9223372036854775808.0 : -9223372036854775808.0;
    }
  }

  std::string Text() {
    static const std::string kPieces[] = {"a",    "b", std::string(1, '\0'), "\x01", "\xC3\xA9",
                                          "\xFF", "~"};
    std::string text;
    const int64_t pieces = Below(10) == 0 ? Below(40) : Below(4);
    for (int64_t i = 0; i < pieces; ++i) text += kPieces[Below(7)];
    return text;
  }

  Value Temporal() {
    const int32_t offset = static_cast<int32_t>(Between(-2, 2)) * 3600;
    const auto nanos = static_cast<int32_t>(Below(2) == 0 ? Below(3) : Below(1'000'000'000));
    switch (Below(6)) {
      case 0: return Value(Date{Between(-5, 5)});
      case 1: return Value(LocalTime{Below(3) * kNanosPerSecond});
      case 2: return Value(Time{(Between(10, 14) * 3600) * kNanosPerSecond, offset});
      case 3: return Value(LocalDateTime{Between(-2, 2), nanos});
      case 4:
        return Value(DateTime{Between(-2, 2), nanos, offset, Below(2) == 0 ? "" : "Europe/Paris"});
      default:
        return Value(Duration{Between(-1, 1), Between(-31, 31), Between(-1, 1) * 86'400, nanos});
    }
  }

  /// A value that may be an index key.
  Value Indexable(int depth = 3) {
    switch (Below(depth > 0 ? 8 : 7)) {
      case 0: return Value();
      case 1: return Value(Below(2) == 0);
      case 2:
      case 3: return Value(Integer());
      case 4: return Value(Float());
      case 5: return Value(Text());
      case 6: return Temporal();
      default: {
        List list;
        for (int64_t i = Below(4); i > 0; --i) list.push_back(Indexable(depth - 1));
        return Value(std::move(list));
      }
    }
  }

  /// A value of any type.
  Value Any(int depth = 3) {
    if (Below(2) == 0) return Indexable(depth);
    if (depth == 0) return Value(Integer());
    switch (Below(5)) {
      case 0: {
        List list;
        for (int64_t i = Below(4); i > 0; --i) list.push_back(Any(depth - 1));
        return Value(std::move(list));
      }
      case 1: {
        Map map;
        for (int64_t i = Below(4); i > 0; --i) map.emplace_back(Text(), Any(depth - 1));
        return Value::FromMap(std::move(map));
      }
      case 2: return RandomNode();
      case 3: return RandomRelationship();
      default: {
        Path path;
        path.nodes.push_back(RandomNode());
        for (int64_t i = Below(3); i > 0; --i) {
          path.relationships.push_back(RandomRelationship());
          path.nodes.push_back(RandomNode());
        }
        return Value(std::move(path));
      }
    }
  }

 private:
  Value RandomNode() {
    const NodeId id(static_cast<uint64_t>(Below(4)));
    if (Below(2) == 0) return Value(id);
    return Value(Node{id, {"A"}, {{"x", Value(1)}}});
  }
  Value RandomRelationship() {
    const RelId id(static_cast<uint64_t>(Below(4)));
    if (Below(2) == 0) return Value(id);
    return Value(Relationship{id, NodeId(1), NodeId(2), "T", {}});
  }

  std::mt19937_64 engine_;
};

/// A seed that changes from run to run; tests print it through INFO.
inline uint64_t FreshSeed() {
  return std::random_device{}();
}

}  // namespace kith::test
