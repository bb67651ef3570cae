// SPDX-License-Identifier: Apache-2.0
// One value of the language: null, boolean, integer, float, string, list, map, node, relationship,
// path, or a temporal value. 16 bytes: numbers, dates, ids and strings of up to 14 bytes are
// inline; the rest is an immutable, reference-counted box, so a copy never copies contents.
//
// A node or relationship is either *by id* (inside the engine: just the id) or *whole* (in a
// result: labels or type, and properties copied at the time of the query, valid after the
// transaction).
//
// Thread safety: values are immutable but for assignment; copies may go to other threads.
#pragma once

#include <cassert>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/export.h"
#include "engine/base/ids.h"
#include "engine/base/temporal.h"

namespace kith {

/// Stored in files and in the C API: never renumbered.
enum class ValueType : uint8_t {
  kNull = 0,
  kBoolean = 1,
  kInteger = 2,
  kFloat = 3,
  kString = 4,
  kList = 5,
  kMap = 6,
  kNode = 7,
  kRelationship = 8,
  kPath = 9,
  kDate = 10,
  kLocalTime = 11,
  kTime = 12,
  kLocalDateTime = 13,
  kDateTime = 14,
  kDuration = 15,
};

/// The type's name as openCypher writes it in messages: "Integer", "ZonedDateTime", ...
KITH_EXPORT std::string_view ValueTypeName(ValueType type);

class Value;
using List = std::vector<Value>;
/// Entries sorted by key (bytewise), keys unique.
using Map = std::vector<std::pair<std::string, Value>>;

struct Node;
struct Relationship;
struct Path;

class KITH_EXPORT Value {
 public:
  Value() noexcept { Clear(); }  ///< null
  explicit Value(bool value) noexcept { Set(ValueType::kBoolean, static_cast<uint64_t>(value)); }
  explicit Value(int64_t value) noexcept { Set(ValueType::kInteger, static_cast<uint64_t>(value)); }
  explicit Value(int value) noexcept : Value(static_cast<int64_t>(value)) {}
  explicit Value(double value) noexcept {
    uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    Set(ValueType::kFloat, bits);
  }
  explicit Value(std::string_view text);  ///< Copies; bytes should be UTF-8.
  explicit Value(const std::string& text) : Value(std::string_view(text)) {}
  explicit Value(const char* text) : Value(std::string_view(text)) {}
  explicit Value(List list);
  explicit Value(Date date) noexcept { Set(ValueType::kDate, static_cast<uint64_t>(date.days)); }
  explicit Value(LocalTime time) noexcept {
    Set(ValueType::kLocalTime, static_cast<uint64_t>(time.nanos));
  }
  explicit Value(Time time) noexcept;
  explicit Value(LocalDateTime time) noexcept;
  explicit Value(DateTime time);
  explicit Value(Duration duration);
  explicit Value(NodeId id) noexcept { Set(ValueType::kNode, id.bits()); }
  explicit Value(RelId id) noexcept { Set(ValueType::kRelationship, id.bits()); }
  explicit Value(Node node);
  explicit Value(Relationship relationship);
  explicit Value(Path path);
  /// A map from entries in any order. Of equal keys the last wins.
  static Value FromMap(Map entries);

  Value(const Value& other) noexcept { CopyFrom(other); }
  Value(Value&& other) noexcept {
    std::memcpy(bytes_, other.bytes_, sizeof bytes_);
    other.Clear();
  }
  Value& operator=(const Value& other) noexcept {
    if (this != &other) {
      Release();
      CopyFrom(other);
    }
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    if (this != &other) {
      Release();
      std::memcpy(bytes_, other.bytes_, sizeof bytes_);
      other.Clear();
    }
    return *this;
  }
  ~Value() { Release(); }

  ValueType type() const { return static_cast<ValueType>(bytes_[0]); }
  bool IsNull() const { return type() == ValueType::kNull; }
  bool IsBoolean() const { return type() == ValueType::kBoolean; }
  bool IsInteger() const { return type() == ValueType::kInteger; }
  bool IsFloat() const { return type() == ValueType::kFloat; }
  bool IsNumber() const { return IsInteger() || IsFloat(); }
  bool IsString() const { return type() == ValueType::kString; }
  bool IsList() const { return type() == ValueType::kList; }
  bool IsMap() const { return type() == ValueType::kMap; }
  bool IsNode() const { return type() == ValueType::kNode; }
  bool IsRelationship() const { return type() == ValueType::kRelationship; }
  bool IsPath() const { return type() == ValueType::kPath; }
  bool IsTemporal() const { return type() >= ValueType::kDate && type() <= ValueType::kDuration; }

  // Each accessor asserts the type. References and views live as long as some copy of this value.
  bool AsBoolean() const {
    assert(IsBoolean());
    return word() != 0;
  }
  int64_t AsInteger() const {
    assert(IsInteger());
    return static_cast<int64_t>(word());
  }
  double AsFloat() const;
  /// An integer or float as a double.
  double AsNumber() const { return IsInteger() ? static_cast<double>(AsInteger()) : AsFloat(); }
  /// For a short string the view points into this very Value.
  std::string_view AsString() const;
  const List& AsList() const;
  const Map& AsMap() const;
  Date AsDate() const {
    assert(type() == ValueType::kDate);
    return Date{static_cast<int64_t>(word())};
  }
  LocalTime AsLocalTime() const {
    assert(type() == ValueType::kLocalTime);
    return LocalTime{static_cast<int64_t>(word())};
  }
  Time AsTime() const;
  LocalDateTime AsLocalDateTime() const;
  const DateTime& AsDateTime() const;
  const Duration& AsDuration() const;
  NodeId AsNodeId() const;  ///< By id or whole.
  RelId AsRelId() const;    ///< By id or whole.
  /// True when a node or relationship carries its labels or type, and properties.
  bool IsWhole() const { return bytes_[1] == kBoxed; }
  const Node& AsNode() const;                  ///< Whole only.
  const Relationship& AsRelationship() const;  ///< Whole only.
  const Path& AsPath() const;

  /// The value of `key` in a map, or null (the pointer) when it has none.
  const Value* Find(std::string_view key) const;

  /// Heap bytes held by this value, shared ones counted in full; 0 for an inline value.
  size_t HeapBytes() const;

  /// How deeply lists and maps nest: 0 for a scalar, 1 for [1], 2 for [[1]]. Constant time. Whoever
  /// builds a list or map from the outside (a parser, a decoder, an evaluator) refuses depths above
  /// kMaxDepth, because comparing, hashing and encoding recurse.
  uint32_t Depth() const;
  static constexpr uint32_t kMaxDepth = 1000;

  /// Text in openCypher's literal form: 'it\'s', [1, 2.0], {a: 1}, (:A {x: 1}), 1984-10-11.
  /// A top-level string is quoted. By id, a node is (#7) and a relationship [#7]. Meant for people,
  /// logs and the shell.
  std::string ToString() const;

  /// Structural identity: same type and same bytes of meaning (1 is not 1.0, NaN is NaN). For tests
  /// and containers; the language's own equality is in value_compare.h.
  bool operator==(const Value& other) const;

 private:
  struct Box;  // a reference count, followed by the contents
  struct StringBox;
  struct ContainerBox;
  template <typename T>
  struct BoxOf;
  template <typename T>
  struct ContainerBoxOf;

  static constexpr uint8_t kInline = 0;
  static constexpr uint8_t kBoxed = 0xFF;
  static constexpr size_t kInlineStringBytes = 14;

  void Clear() noexcept { std::memset(bytes_, 0, sizeof bytes_); }
  void Set(ValueType type, uint64_t word) noexcept {
    Clear();
    bytes_[0] = static_cast<uint8_t>(type);
    std::memcpy(bytes_ + 8, &word, sizeof word);
  }
  void SetBox(ValueType type, Box* box) noexcept;
  template <typename T>
  void SetContainer(ValueType type, T contents, uint32_t depth, size_t heap_bytes);
  void SetHalf(uint32_t half) noexcept { std::memcpy(bytes_ + 4, &half, sizeof half); }
  uint32_t half() const {
    uint32_t half;
    std::memcpy(&half, bytes_ + 4, sizeof half);
    return half;
  }
  uint64_t word() const {
    uint64_t word;
    std::memcpy(&word, bytes_ + 8, sizeof word);
    return word;
  }
  Box* box() const {
    Box* box;
    std::memcpy(&box, bytes_ + 8, sizeof box);
    return box;
  }
  void CopyFrom(const Value& other) noexcept {
    std::memcpy(bytes_, other.bytes_, sizeof bytes_);
    if (bytes_[1] == kBoxed) Retain();
  }
  void Retain() const noexcept;
  void Release() noexcept {
    if (bytes_[1] == kBoxed) ReleaseBox();
  }
  void ReleaseBox() noexcept;
  static void ReleaseContainer(ValueType type, ContainerBox* box) noexcept;
  static void DestroyContainer(ContainerBox* box) noexcept;

  // [0] type  [1] kBoxed, or for an inline string its length  [2..15] the inline string, or
  // [4..7] 32-bit part (offset, nanos) and [8..15] the 64-bit word or the box
  alignas(8) uint8_t bytes_[16];
};

static_assert(sizeof(Value) == 16);

/// A whole node, as results carry it.
struct Node {
  NodeId id;
  std::vector<std::string> labels;  ///< In the order of their first use in the database.
  Map properties;
};

/// A whole relationship, as results carry it.
struct Relationship {
  RelId id;
  NodeId start;
  NodeId end;
  std::string type;
  Map properties;
};

/// Alternating nodes and relationships: nodes.size() == relationships.size() + 1. Each is by id or
/// whole. relationships[i] joins nodes[i] and nodes[i + 1] in either direction.
struct Path {
  std::vector<Value> nodes;
  std::vector<Value> relationships;
};

/// The text of a float as openCypher's toString and literals show it: 1.0, 0.001, 1.0E10, NaN,
/// Infinity; the fewest digits that read back as the same number.
KITH_EXPORT std::string FloatToString(double value);

}  // namespace kith
