// SPDX-License-Identifier: Apache-2.0
// How values are stored: inline, or in reference-counted boxes.
#include "engine/base/value.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <new>

namespace kith {

struct Value::Box {
  std::atomic<uint32_t> references{1};
};

// A string and its header in one allocation; the bytes follow the header.
struct Value::StringBox : Box {
  size_t size = 0;
  char* data() { return reinterpret_cast<char*>(this + 1); }
};

template <typename T>
struct Value::BoxOf : Box {
  explicit BoxOf(T value) : contents(std::move(value)) {}
  T contents;
};

// A box that may hold other boxes. A dead one waits in a list through `next`, so that releasing a
// deeply nested value takes no stack.
struct Value::ContainerBox : Box {
  ValueType type = ValueType::kList;
  uint32_t depth = 1;
  size_t heap_bytes = 0;
  ContainerBox* next = nullptr;
};

template <typename T>
struct Value::ContainerBoxOf : ContainerBox {
  explicit ContainerBoxOf(T value) : contents(std::move(value)) {}
  T contents;
};

namespace {

size_t MapHeapBytes(const Map& map) {
  size_t bytes = map.capacity() * sizeof(Map::value_type);
  for (const auto& [key, value] : map) bytes += key.capacity() + value.HeapBytes();
  return bytes;
}

size_t ListHeapBytes(const List& list) {
  size_t bytes = list.capacity() * sizeof(Value);
  for (const Value& value : list) bytes += value.HeapBytes();
  return bytes;
}

uint32_t ListDepth(const List& list) {
  uint32_t depth = 0;
  for (const Value& value : list) depth = std::max(depth, value.Depth());
  return depth;
}

uint32_t MapDepth(const Map& map) {
  uint32_t depth = 0;
  for (const auto& entry : map) depth = std::max(depth, entry.second.Depth());
  return depth;
}

}  // namespace

std::string_view ValueTypeName(ValueType type) {
  switch (type) {
    case ValueType::kNull: return "Null";
    case ValueType::kBoolean: return "Boolean";
    case ValueType::kInteger: return "Integer";
    case ValueType::kFloat: return "Float";
    case ValueType::kString: return "String";
    case ValueType::kList: return "List";
    case ValueType::kMap: return "Map";
    case ValueType::kNode: return "Node";
    case ValueType::kRelationship: return "Relationship";
    case ValueType::kPath: return "Path";
    case ValueType::kDate: return "Date";
    case ValueType::kLocalTime: return "LocalTime";
    case ValueType::kTime: return "ZonedTime";
    case ValueType::kLocalDateTime: return "LocalDateTime";
    case ValueType::kDateTime: return "ZonedDateTime";
    case ValueType::kDuration: return "Duration";
  }
  return "Unknown";
}

void Value::SetBox(ValueType type, Box* box) noexcept {
  Clear();
  bytes_[0] = static_cast<uint8_t>(type);
  bytes_[1] = kBoxed;
  std::memcpy(bytes_ + 8, &box, sizeof box);
}

template <typename T>
void Value::SetContainer(ValueType type, T contents, uint32_t depth, size_t heap_bytes) {
  auto* box = new ContainerBoxOf<T>(std::move(contents));
  box->type = type;
  box->depth = depth;
  box->heap_bytes = sizeof(ContainerBoxOf<T>) + heap_bytes;
  SetBox(type, box);
}

Value::Value(std::string_view text) {
  if (text.size() <= kInlineStringBytes) {
    Clear();
    bytes_[0] = static_cast<uint8_t>(ValueType::kString);
    bytes_[1] = static_cast<uint8_t>(text.size());
    if (!text.empty()) std::memcpy(bytes_ + 2, text.data(), text.size());
    return;
  }
  void* memory = ::operator new(sizeof(StringBox) + text.size());
  auto* box = new (memory) StringBox;
  box->size = text.size();
  std::memcpy(box->data(), text.data(), text.size());
  SetBox(ValueType::kString, box);
}

Value::Value(List list) {
  const uint32_t depth = ListDepth(list) + 1;
  const size_t bytes = ListHeapBytes(list);
  SetContainer(ValueType::kList, std::move(list), depth, bytes);
}

Value::Value(Time time) noexcept {
  Set(ValueType::kTime, static_cast<uint64_t>(time.nanos));
  SetHalf(static_cast<uint32_t>(time.offset_seconds));
}

Value::Value(LocalDateTime time) noexcept {
  Set(ValueType::kLocalDateTime, static_cast<uint64_t>(time.seconds));
  SetHalf(static_cast<uint32_t>(time.nanos));
}

Value::Value(DateTime time) {
  SetBox(ValueType::kDateTime, new BoxOf<DateTime>(std::move(time)));
}
Value::Value(Duration duration) {
  SetBox(ValueType::kDuration, new BoxOf<Duration>(duration));
}

Value::Value(Node node) {
  const uint32_t depth = MapDepth(node.properties);
  size_t bytes = MapHeapBytes(node.properties) + node.labels.capacity() * sizeof(std::string);
  for (const std::string& label : node.labels) bytes += label.capacity();
  SetContainer(ValueType::kNode, std::move(node), depth, bytes);
}

Value::Value(Relationship relationship) {
  const uint32_t depth = MapDepth(relationship.properties);
  const size_t bytes = MapHeapBytes(relationship.properties) + relationship.type.capacity();
  SetContainer(ValueType::kRelationship, std::move(relationship), depth, bytes);
}

Value::Value(Path path) {
  assert(path.nodes.size() == path.relationships.size() + 1);
  const uint32_t depth = std::max(ListDepth(path.nodes), ListDepth(path.relationships));
  const size_t bytes = ListHeapBytes(path.nodes) + ListHeapBytes(path.relationships);
  SetContainer(ValueType::kPath, std::move(path), depth, bytes);
}

Value Value::FromMap(Map entries) {
  const auto by_key = [](const auto& a, const auto& b) { return a.first < b.first; };
  if (!std::is_sorted(entries.begin(), entries.end(), by_key)) {
    std::stable_sort(entries.begin(), entries.end(), by_key);
  }
  size_t kept = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    const bool last_of_key = i + 1 == entries.size() || entries[i + 1].first != entries[i].first;
    if (!last_of_key) continue;
    if (kept != i) entries[kept] = std::move(entries[i]);
    ++kept;
  }
  entries.erase(entries.begin() + static_cast<ptrdiff_t>(kept), entries.end());
  const uint32_t depth = MapDepth(entries) + 1;
  const size_t bytes = MapHeapBytes(entries);
  Value value;
  value.SetContainer(ValueType::kMap, std::move(entries), depth, bytes);
  return value;
}

void Value::Retain() const noexcept {
  box()->references.fetch_add(1, std::memory_order_relaxed);
}

void Value::ReleaseBox() noexcept {
  Box* dead = box();
  // acq_rel: the thread that frees must see every write made through other references.
  if (dead->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  switch (type()) {
    case ValueType::kString:
      static_cast<StringBox*>(dead)->~StringBox();
      ::operator delete(dead);
      return;
    case ValueType::kDateTime: delete static_cast<BoxOf<DateTime>*>(dead); return;
    case ValueType::kDuration: delete static_cast<BoxOf<Duration>*>(dead); return;
    default: ReleaseContainer(type(), static_cast<ContainerBox*>(dead));
  }
}

void Value::ReleaseContainer(ValueType type, ContainerBox* box) noexcept {
  // The outermost release of this thread frees what the inner ones only queue.
  thread_local ContainerBox* queue = nullptr;
  thread_local bool draining = false;
  assert(box->type == type);
  (void)type;
  box->next = queue;
  queue = box;
  if (draining) return;
  draining = true;
  while (queue != nullptr) {
    ContainerBox* dead = queue;
    queue = dead->next;
    DestroyContainer(dead);
  }
  draining = false;
}

void Value::DestroyContainer(ContainerBox* box) noexcept {
  switch (box->type) {
    case ValueType::kList: delete static_cast<ContainerBoxOf<List>*>(box); return;
    case ValueType::kMap: delete static_cast<ContainerBoxOf<Map>*>(box); return;
    case ValueType::kNode: delete static_cast<ContainerBoxOf<Node>*>(box); return;
    case ValueType::kRelationship: delete static_cast<ContainerBoxOf<Relationship>*>(box); return;
    case ValueType::kPath: delete static_cast<ContainerBoxOf<Path>*>(box); return;
    default: assert(false);
  }
}

double Value::AsFloat() const {
  assert(IsFloat());
  return std::bit_cast<double>(word());
}

std::string_view Value::AsString() const {
  assert(IsString());
  if (bytes_[1] != kBoxed) return {reinterpret_cast<const char*>(bytes_) + 2, bytes_[1]};
  auto* text = static_cast<StringBox*>(box());
  return {text->data(), text->size};
}

const List& Value::AsList() const {
  assert(IsList());
  return static_cast<ContainerBoxOf<List>*>(box())->contents;
}

const Map& Value::AsMap() const {
  assert(IsMap());
  return static_cast<ContainerBoxOf<Map>*>(box())->contents;
}

Time Value::AsTime() const {
  assert(type() == ValueType::kTime);
  return Time{static_cast<int64_t>(word()), static_cast<int32_t>(half())};
}

LocalDateTime Value::AsLocalDateTime() const {
  assert(type() == ValueType::kLocalDateTime);
  return LocalDateTime{static_cast<int64_t>(word()), static_cast<int32_t>(half())};
}

const DateTime& Value::AsDateTime() const {
  assert(type() == ValueType::kDateTime);
  return static_cast<BoxOf<DateTime>*>(box())->contents;
}

const Duration& Value::AsDuration() const {
  assert(type() == ValueType::kDuration);
  return static_cast<BoxOf<Duration>*>(box())->contents;
}

NodeId Value::AsNodeId() const {
  assert(IsNode());
  return IsWhole() ? AsNode().id : NodeId(word());
}

RelId Value::AsRelId() const {
  assert(IsRelationship());
  return IsWhole() ? AsRelationship().id : RelId(word());
}

const Node& Value::AsNode() const {
  assert(IsNode() && IsWhole());
  return static_cast<ContainerBoxOf<Node>*>(box())->contents;
}

const Relationship& Value::AsRelationship() const {
  assert(IsRelationship() && IsWhole());
  return static_cast<ContainerBoxOf<Relationship>*>(box())->contents;
}

const Path& Value::AsPath() const {
  assert(IsPath());
  return static_cast<ContainerBoxOf<Path>*>(box())->contents;
}

const Value* Value::Find(std::string_view key) const {
  const Map& map = AsMap();
  const auto found = std::lower_bound(
      map.begin(), map.end(), key,
      [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
  return found != map.end() && found->first == key ? &found->second : nullptr;
}

size_t Value::HeapBytes() const {
  if (bytes_[1] != kBoxed) return 0;
  switch (type()) {
    case ValueType::kString: return sizeof(StringBox) + static_cast<StringBox*>(box())->size;
    case ValueType::kDateTime: return sizeof(BoxOf<DateTime>) + AsDateTime().zone.capacity();
    case ValueType::kDuration: return sizeof(BoxOf<Duration>);
    default: return static_cast<ContainerBox*>(box())->heap_bytes;
  }
}

uint32_t Value::Depth() const {
  if (bytes_[1] != kBoxed || type() < ValueType::kList || type() > ValueType::kPath) return 0;
  return static_cast<ContainerBox*>(box())->depth;
}

bool Value::operator==(const Value& other) const {
  if (type() != other.type()) return false;
  const auto same_path = [](const Path& a, const Path& b) {
    return a.nodes == b.nodes && a.relationships == b.relationships;
  };
  switch (type()) {
    case ValueType::kFloat:
      return word() == other.word() || (std::isnan(AsFloat()) && std::isnan(other.AsFloat()));
    case ValueType::kString: return AsString() == other.AsString();
    case ValueType::kList: return AsList() == other.AsList();
    case ValueType::kMap: return AsMap() == other.AsMap();
    case ValueType::kPath: return same_path(AsPath(), other.AsPath());
    case ValueType::kDateTime: return AsDateTime() == other.AsDateTime();
    case ValueType::kDuration: return AsDuration() == other.AsDuration();
    case ValueType::kNode:
      if (IsWhole() != other.IsWhole() || AsNodeId() != other.AsNodeId()) return false;
      return !IsWhole() || (AsNode().labels == other.AsNode().labels &&
                            AsNode().properties == other.AsNode().properties);
    case ValueType::kRelationship: {
      if (IsWhole() != other.IsWhole() || AsRelId() != other.AsRelId()) return false;
      if (!IsWhole()) return true;
      const Relationship& a = AsRelationship();
      const Relationship& b = other.AsRelationship();
      return a.start == b.start && a.end == b.end && a.type == b.type &&
             a.properties == b.properties;
    }
    default: return std::memcmp(bytes_, other.bytes_, sizeof bytes_) == 0;
  }
}

}  // namespace kith
