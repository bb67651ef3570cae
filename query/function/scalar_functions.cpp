// SPDX-License-Identifier: Apache-2.0
// Scalar functions of no other family: coalesce, nullIf, exists, valueType, timestamp, randomUUID.
#include <fmt/core.h>

#include <set>
#include <string>

#include "engine/base/value_compare.h"
#include "query/function/builtins.h"

namespace kith::query {
namespace {

using Arguments = std::span<const Value>;

Result<Value> Coalesce(FunctionContext& /*context*/, Arguments arguments) {
  for (const Value& argument : arguments) {
    if (!argument.IsNull()) return argument;
  }
  return Value();
}

Result<Value> NullIf(FunctionContext& /*context*/, Arguments arguments) {
  return Equals(arguments[0], arguments[1]) == true ? Value() : arguments[0];
}

Result<Value> Exists(FunctionContext& /*context*/, Arguments arguments) {
  return Value(!arguments[0].IsNull());
}

Result<Value> Timestamp(FunctionContext& context, Arguments /*arguments*/) {
  const ClockTime time = context.statement_time();
  return Value(time.epoch_seconds * 1000 + time.nanos / 1'000'000);
}

Result<Value> RandomUuid(FunctionContext& context, Arguments /*arguments*/) {
  // RFC 9562, version 4: 122 random bits, version and variant in their places.
  const uint64_t high = (context.NextRandom() & ~uint64_t{0xF000}) | 0x4000;
  const uint64_t low = (context.NextRandom() & (~uint64_t{0} >> 2)) | uint64_t{1} << 63;
  return Value(fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xFFFF,
                           high & 0xFFFF, low >> 48, low & 0xFFFF'FFFF'FFFF));
}

std::string_view GqlTypeName(ValueType type) {
  switch (type) {
    case ValueType::kNull: return "NULL";
    case ValueType::kBoolean: return "BOOLEAN";
    case ValueType::kInteger: return "INTEGER";
    case ValueType::kFloat: return "FLOAT";
    case ValueType::kString: return "STRING";
    case ValueType::kList: return "LIST";
    case ValueType::kMap: return "MAP";
    case ValueType::kNode: return "NODE";
    case ValueType::kRelationship: return "RELATIONSHIP";
    case ValueType::kPath: return "PATH";
    case ValueType::kDate: return "DATE";
    case ValueType::kLocalTime: return "LOCAL TIME";
    case ValueType::kTime: return "ZONED TIME";
    case ValueType::kLocalDateTime: return "LOCAL DATETIME";
    case ValueType::kDateTime: return "ZONED DATETIME";
    case ValueType::kDuration: return "DURATION";
  }
  return "ANY";
}

// The type without NOT NULL. Of a list: LIST<A NOT NULL | B>, nullable when an element is null.
std::string TypeText(const Value& value) {
  if (!value.IsList()) return std::string(GqlTypeName(value.type()));
  std::set<std::string> names;
  bool null = false;
  for (const Value& element : value.AsList()) {
    if (element.IsNull()) {
      null = true;
    } else {
      names.insert(TypeText(element));
    }
  }
  if (names.empty()) return null ? "LIST<NULL>" : "LIST<NOTHING>";
  std::string inner;
  for (const std::string& name : names) {
    if (!inner.empty()) inner += " | ";
    inner += null ? name : name + " NOT NULL";
  }
  return "LIST<" + inner + ">";
}

Result<Value> ValueTypeText(FunctionContext& /*context*/, Arguments arguments) {
  if (arguments[0].IsNull()) return Value("NULL");
  return Value(TypeText(arguments[0]) + " NOT NULL");
}

}  // namespace

Status RegisterScalarFunctions(FunctionRegistry* registry) {
  const std::vector<FunctionParameter> any = {{"input", kAnyType}};
  std::vector<ScalarRow> null_aware = {
      {.name = "coalesce",
       .parameters = any,
       .result = kAnyType,
       .body = Coalesce,
       .description = "The first argument that is not null.",
       .variadic = true},
      {"nullIf",
       {{"value", kAnyType}, {"other", kAnyType}},
       kAnyType,
       NullIf,
       "null when the two are equal, else the value."},
      {"exists", any, ValueType::kBoolean, Exists, "Whether the input is not null."},
      {"valueType", any, ValueType::kString, ValueTypeText, "The name of the value's type."},
  };
  for (ScalarRow& row : null_aware) row.null_propagating = false;
  KITH_RETURN_IF_ERROR(RegisterScalars(registry, "Scalar", std::move(null_aware)));
  return RegisterScalars(registry, "Scalar",
                         {
                             {.name = "timestamp",
                              .parameters = {},
                              .result = ValueType::kInteger,
                              .body = Timestamp,
                              .description = "Milliseconds since 1970 when the statement began.",
                              .reads_clock = true},
                             {.name = "randomUUID",
                              .parameters = {},
                              .result = ValueType::kString,
                              .body = RandomUuid,
                              .description = "A random UUID (version 4).",
                              .deterministic = false},
                         });
}

}  // namespace kith::query
