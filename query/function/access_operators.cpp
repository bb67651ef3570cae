// SPDX-License-Identifier: Apache-2.0
// Access to the parts of values: object.key, object[index], list[from..to]; building lists and
// maps.
#include <fmt/core.h>

#include <algorithm>

#include "query/function/function_error.h"
#include "query/function/operators.h"
#include "query/function/temporal_access.h"

namespace kith::query::operators {
namespace {

Value FindIn(const Map& map, std::string_view key) {
  const auto found = std::lower_bound(
      map.begin(), map.end(), key,
      [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
  return found != map.end() && found->first == key ? found->second : Value();
}

Status TooDeep() {
  return Status(StatusCode::kResourceExhausted,
                fmt::format("lists and maps nest at most {} deep", Value::kMaxDepth));
}

Result<Value> NotTooLarge(Value value) {
  if (value.HeapBytes() <= kMaxNestedBytes) return value;
  return Status(
             StatusCode::kResourceExhausted,
             fmt::format("a list or map of {} bytes would be made, counting a part again wherever "
                         "it occurs, and the limit is {}; keep the parts in rows instead",
                         value.HeapBytes(), kMaxNestedBytes))
      .WithPhase(ErrorPhase::kRuntime);
}

// A position of a slice as an offset into the list.
int64_t Clamped(int64_t position, int64_t size) {
  return std::clamp<int64_t>(position < 0 ? position + size : position, 0, size);
}

Result<int64_t> SlicePosition(const Value* end, int64_t otherwise) {
  if (end == nullptr) return otherwise;
  if (end->IsInteger()) return end->AsInteger();
  return TypeMismatch(
      fmt::format("the ends of a list slice are Integers, but got {}", DescribeValue(*end)));
}

Result<Value> Element(const Value& list, const Value& index) {
  if (!index.IsInteger()) {
    return TypeMismatch(
               fmt::format("the index of a List is an Integer, but got {}", DescribeValue(index)))
        .WithDetail("ListElementAccessByNonInteger");
  }
  const List& elements = list.AsList();
  const auto size = static_cast<int64_t>(elements.size());
  int64_t position = index.AsInteger();
  if (position < 0) position += size;
  if (position < 0 || position >= size) return Value();
  return elements[static_cast<size_t>(position)];
}

}  // namespace

Result<Value> PropertyOf(FunctionContext& context, const Value& object, std::string_view key) {
  switch (object.type()) {
    case ValueType::kNull: return Value();
    case ValueType::kMap: return FindIn(object.AsMap(), key);
    case ValueType::kNode:
    case ValueType::kRelationship: {
      if (object.IsWhole()) {
        return FindIn(
            object.IsNode() ? object.AsNode().properties : object.AsRelationship().properties, key);
      }
      KITH_ASSIGN_OR_RETURN(GraphAccess * graph, context.Graph());
      return graph->Property(object, key);
    }
    default: break;
  }
  if (object.IsTemporal()) return TemporalComponent(object, key);
  return TypeMismatch(
      fmt::format("{} has no property '{}'; maps, nodes, relationships and temporal "
                  "values have",
                  DescribeValue(object), key));
}

Result<Value> Subscript(FunctionContext& context, const Value& object, const Value& index) {
  if (object.IsNull() || index.IsNull()) return Value();
  if (object.IsList()) return Element(object, index);
  if (!object.IsMap() && !object.IsNode() && !object.IsRelationship() && !object.IsTemporal()) {
    return TypeMismatch(fmt::format("{} has no elements; lists, maps, nodes and relationships have",
                                    DescribeValue(object)))
        .WithDetail("InvalidElementAccess");
  }
  if (!index.IsString()) {
    return TypeMismatch(fmt::format("the key of a {} is a String, but got {}",
                                    ValueTypeName(object.type()), DescribeValue(index)))
        .WithDetail("MapElementAccessByNonString");
  }
  return PropertyOf(context, object, index.AsString());
}

Result<Value> Slice(FunctionContext& context, const Value& list, const Value* from,
                    const Value* to) {
  if (list.IsNull() || (from != nullptr && from->IsNull()) || (to != nullptr && to->IsNull())) {
    return Value();
  }
  if (!list.IsList()) {
    return TypeMismatch(fmt::format("only a List has slices, but got {}", DescribeValue(list)));
  }
  const List& elements = list.AsList();
  const auto size = static_cast<int64_t>(elements.size());
  KITH_ASSIGN_OR_RETURN(const int64_t from_position, SlicePosition(from, 0));
  KITH_ASSIGN_OR_RETURN(const int64_t to_position, SlicePosition(to, size));
  const int64_t begin = Clamped(from_position, size);
  const int64_t end = Clamped(to_position, size);
  if (begin >= end) return Value(List{});
  KITH_RETURN_IF_ERROR(
      CheckNewValueBytes(context, static_cast<size_t>(end - begin) * sizeof(Value)));
  return Value(List(elements.begin() + begin, elements.begin() + end));
}

Result<Value> MakeList(List elements) {
  for (const Value& element : elements) {
    if (element.Depth() >= Value::kMaxDepth) return TooDeep();
  }
  return NotTooLarge(Value(std::move(elements)));
}

Result<Value> MakeMap(Map entries) {
  for (const auto& entry : entries) {
    if (entry.second.Depth() >= Value::kMaxDepth) return TooDeep();
  }
  return NotTooLarge(Value::FromMap(std::move(entries)));
}

}  // namespace kith::query::operators
