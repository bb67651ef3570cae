// SPDX-License-Identifier: Apache-2.0
// Reading values in C. A wrong type or index reads as nothing, never as a crash.
#include <cstdlib>
#include <cstring>

#include "engine/capi/handles.h"

using kith::Map;
using kith::Value;
using kith::ValueType;
using kith::capi::Unwrap;
using kith::capi::Wrap;

static_assert(static_cast<int>(KITH_PATH) == static_cast<int>(ValueType::kPath));
static_assert(static_cast<int>(KITH_DURATION) == static_cast<int>(ValueType::kDuration));

namespace {

bool Is(const kith_value* value, ValueType type) {
  return value != nullptr && Unwrap(value)->type() == type;
}

/// The properties of a map, a whole node or a whole relationship, or nullptr.
const Map* PropertiesOf(const kith_value* value) {
  if (value == nullptr) return nullptr;
  const Value& v = *Unwrap(value);
  if (v.IsMap()) return &v.AsMap();
  if (v.IsNode() && v.IsWhole()) return &v.AsNode().properties;
  if (v.IsRelationship() && v.IsWhole()) return &v.AsRelationship().properties;
  return nullptr;
}

const kith::Node* NodeOf(const kith_value* value) {
  return Is(value, ValueType::kNode) && Unwrap(value)->IsWhole() ? &Unwrap(value)->AsNode()
                                                                 : nullptr;
}

const kith::Relationship* RelationshipOf(const kith_value* value) {
  return Is(value, ValueType::kRelationship) && Unwrap(value)->IsWhole()
             ? &Unwrap(value)->AsRelationship()
             : nullptr;
}

const kith::Path* PathOf(const kith_value* value) {
  return Is(value, ValueType::kPath) ? &Unwrap(value)->AsPath() : nullptr;
}

}  // namespace

extern "C" {

const char* kith_type_name(kith_type type) {
  if (type < KITH_NULL || type > KITH_DURATION) return "Unknown";
  return kith::ValueTypeName(static_cast<ValueType>(type)).data();
}

kith_type kith_value_type(const kith_value* value) {
  return value == nullptr ? KITH_NULL : static_cast<kith_type>(Unwrap(value)->type());
}

int kith_value_boolean(const kith_value* value) {
  return Is(value, ValueType::kBoolean) && Unwrap(value)->AsBoolean() ? 1 : 0;
}

int64_t kith_value_integer(const kith_value* value) {
  return Is(value, ValueType::kInteger) ? Unwrap(value)->AsInteger() : 0;
}

double kith_value_float(const kith_value* value) {
  return value != nullptr && Unwrap(value)->IsNumber() ? Unwrap(value)->AsNumber() : 0;
}

const char* kith_value_string(const kith_value* value, size_t* length) {
  const std::string_view text =
      Is(value, ValueType::kString) ? Unwrap(value)->AsString() : std::string_view("");
  if (length != nullptr) *length = text.size();
  return text.data();
}

kith_date kith_value_date(const kith_value* value) {
  return {Is(value, ValueType::kDate) ? Unwrap(value)->AsDate().days : 0};
}

kith_time kith_value_time(const kith_value* value) {
  if (Is(value, ValueType::kLocalTime)) return {Unwrap(value)->AsLocalTime().nanos, 0};
  if (!Is(value, ValueType::kTime)) return {0, 0};
  const kith::Time time = Unwrap(value)->AsTime();
  return {time.nanos, time.offset_seconds};
}

kith_datetime kith_value_datetime(const kith_value* value) {
  if (Is(value, ValueType::kLocalDateTime)) {
    const kith::LocalDateTime local = Unwrap(value)->AsLocalDateTime();
    return {local.seconds, local.nanos, 0, ""};
  }
  if (!Is(value, ValueType::kDateTime)) return {0, 0, 0, ""};
  const kith::DateTime& zoned = Unwrap(value)->AsDateTime();
  return {zoned.epoch_seconds, zoned.nanos, zoned.offset_seconds, zoned.zone.c_str()};
}

kith_duration kith_value_duration(const kith_value* value) {
  if (!Is(value, ValueType::kDuration)) return {0, 0, 0, 0};
  const kith::Duration& duration = Unwrap(value)->AsDuration();
  return {duration.months, duration.days, duration.seconds, duration.nanos};
}

size_t kith_value_size(const kith_value* value) {
  if (Is(value, ValueType::kList)) return Unwrap(value)->AsList().size();
  return Is(value, ValueType::kMap) ? Unwrap(value)->AsMap().size() : 0;
}

const kith_value* kith_value_at(const kith_value* value, size_t index) {
  if (index >= kith_value_size(value)) return nullptr;
  const Value& v = *Unwrap(value);
  return Wrap(v.IsList() ? &v.AsList()[index] : &v.AsMap()[index].second);
}

size_t kith_value_property_count(const kith_value* value) {
  const Map* properties = PropertiesOf(value);
  return properties == nullptr ? 0 : properties->size();
}

const char* kith_value_property_name(const kith_value* value, size_t index) {
  const Map* properties = PropertiesOf(value);
  if (properties == nullptr || index >= properties->size()) return nullptr;
  return (*properties)[index].first.c_str();
}

const kith_value* kith_value_property_at(const kith_value* value, size_t index) {
  const Map* properties = PropertiesOf(value);
  if (properties == nullptr || index >= properties->size()) return nullptr;
  return Wrap(&(*properties)[index].second);
}

const kith_value* kith_value_property(const kith_value* value, const char* name) {
  const Map* properties = PropertiesOf(value);
  if (properties == nullptr || name == nullptr) return nullptr;
  for (const auto& [key, property] : *properties) {
    if (key == name) return Wrap(&property);
  }
  return nullptr;
}

int64_t kith_value_id(const kith_value* value) {
  if (Is(value, ValueType::kNode)) return Unwrap(value)->AsNodeId().AsInteger();
  return Is(value, ValueType::kRelationship) ? Unwrap(value)->AsRelId().AsInteger() : 0;
}

size_t kith_value_label_count(const kith_value* node) {
  const kith::Node* whole = NodeOf(node);
  return whole == nullptr ? 0 : whole->labels.size();
}

const char* kith_value_label(const kith_value* node, size_t index) {
  const kith::Node* whole = NodeOf(node);
  return whole == nullptr || index >= whole->labels.size() ? nullptr : whole->labels[index].c_str();
}

const char* kith_value_relationship_type(const kith_value* relationship) {
  const kith::Relationship* whole = RelationshipOf(relationship);
  return whole == nullptr ? "" : whole->type.c_str();
}

int64_t kith_value_start_id(const kith_value* relationship) {
  const kith::Relationship* whole = RelationshipOf(relationship);
  return whole == nullptr ? 0 : whole->start.AsInteger();
}

int64_t kith_value_end_id(const kith_value* relationship) {
  const kith::Relationship* whole = RelationshipOf(relationship);
  return whole == nullptr ? 0 : whole->end.AsInteger();
}

size_t kith_value_path_length(const kith_value* path) {
  const kith::Path* whole = PathOf(path);
  return whole == nullptr ? 0 : whole->relationships.size();
}

const kith_value* kith_value_path_node(const kith_value* path, size_t index) {
  const kith::Path* whole = PathOf(path);
  return whole == nullptr || index >= whole->nodes.size() ? nullptr : Wrap(&whole->nodes[index]);
}

const kith_value* kith_value_path_relationship(const kith_value* path, size_t index) {
  const kith::Path* whole = PathOf(path);
  if (whole == nullptr || index >= whole->relationships.size()) return nullptr;
  return Wrap(&whole->relationships[index]);
}

char* kith_value_to_text(const kith_value* value) {
  char* copy = nullptr;
  kith::capi::Guard(nullptr, [&]() -> kith::Status {
    const std::string text = value == nullptr ? "null" : Unwrap(value)->ToString();
    copy = static_cast<char*>(std::malloc(text.size() + 1));
    if (copy != nullptr) std::memcpy(copy, text.c_str(), text.size() + 1);
    return kith::Status::Ok();
  });
  return copy;
}

void kith_text_free(char* text) {
  std::free(text);
}
}
