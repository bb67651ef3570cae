// SPDX-License-Identifier: Apache-2.0
// toString, toInteger, toFloat, toBoolean; their OrNull variants, which give null where those fail;
// and their List variants, which convert each element so.
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "engine/base/value_compare.h"
#include "query/function/builtins.h"
#include "query/function/function_error.h"
#include "query/function/text.h"

namespace kith::query {
namespace {

using Arguments = std::span<const Value>;

constexpr TypeSet kToBooleanInput = kBooleanType | ValueType::kInteger | ValueType::kString;
constexpr TypeSet kToNumberInput = kNumberType | ValueType::kString;
constexpr TypeSet kToIntegerInput = kToNumberInput | ValueType::kBoolean;
constexpr TypeSet kToStringInput =
    kNumberType | ValueType::kString | ValueType::kBoolean | kTemporalType;

std::optional<double> ParseFloat(std::string_view text) {
  if (text == "NaN") return std::nan("");
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  double number = 0;
  if (text == "Infinity") {
    number = INFINITY;
  } else {
    // from_chars also reads "inf" and "nan(...)", which are no numbers of the language.
    if (text.empty() || (text[0] != '.' && (text[0] < '0' || text[0] > '9'))) return std::nullopt;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  }
  return negative ? -number : number;
}

// Digits after an optional sign, decimal or 0x hexadecimal.
std::optional<int64_t> ParseInteger(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  int base = 10;
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    base = 16;
    text.remove_prefix(2);
  }
  uint64_t magnitude = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), magnitude, base);
  if (text.empty() || end.ec != std::errc() || end.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  const uint64_t limit = (uint64_t{1} << 63) - (negative ? 0 : 1);
  if (magnitude > limit) return std::nullopt;
  return static_cast<int64_t>(negative ? -magnitude : magnitude);
}

Value IntegerFromFloat(double number) {
  // Written so that NaN fails too.
  if (!(number >= -kTwoTo63 && number < kTwoTo63)) return Value();
  return Value(static_cast<int64_t>(number));
}

// Each conversion gives null for a value it cannot convert; the types it takes are checked before.

Value ConvertToInteger(const Value& value) {
  switch (value.type()) {
    case ValueType::kInteger: return value;
    case ValueType::kFloat: return IntegerFromFloat(value.AsFloat());
    case ValueType::kBoolean: return Value(value.AsBoolean() ? 1 : 0);
    case ValueType::kString: {
      const std::string_view text = TrimBack(TrimFront(value.AsString()));
      if (const auto integer = ParseInteger(text); integer.has_value()) return Value(*integer);
      const auto number = ParseFloat(text);
      return number.has_value() ? IntegerFromFloat(*number) : Value();
    }
    default: return Value();
  }
}

Value ConvertToFloat(const Value& value) {
  if (value.IsNumber()) return Value(value.AsNumber());
  if (!value.IsString()) return Value();
  const auto number = ParseFloat(TrimBack(TrimFront(value.AsString())));
  return number.has_value() ? Value(*number) : Value();
}

Value ConvertToBoolean(const Value& value) {
  if (value.IsBoolean()) return value;
  if (value.IsInteger()) return Value(value.AsInteger() != 0);
  if (!value.IsString()) return Value();
  const std::string_view text = TrimBack(TrimFront(value.AsString()));
  if (text.size() > 5) return Value();
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (lower == "true") return Value(true);
  return lower == "false" ? Value(false) : Value();
}

Value ConvertToString(const Value& value) {
  if (value.IsString()) return value;
  // For these types the literal form is the canonical text.
  return kToStringInput.Contains(value.type()) && !value.IsNull() ? Value(value.ToString())
                                                                  : Value();
}

template <Value (*Convert)(const Value&)>
Result<Value> Scalar(FunctionContext& /*context*/, Arguments arguments) {
  return Convert(arguments[0]);
}

template <Value (*Convert)(const Value&)>
Result<Value> EachElement(FunctionContext& context, Arguments arguments) {
  const List& list = arguments[0].AsList();
  KITH_RETURN_IF_ERROR(CheckNewValueBytes(context, list.size() * sizeof(Value)));
  List converted;
  converted.reserve(list.size());
  for (const Value& element : list) converted.push_back(Convert(element));
  return Value(std::move(converted));
}

}  // namespace

Status RegisterConversionFunctions(FunctionRegistry* registry) {
  const std::vector<FunctionParameter> any = {{"input", kAnyType}};
  const std::vector<FunctionParameter> list = {{"list", kListType}};
  return RegisterScalars(
      registry, "Conversion",
      {
          {"toBoolean",
           {{"input", kToBooleanInput}},
           kBooleanType,
           Scalar<ConvertToBoolean>,
           "As a Boolean: 'true', 'false', or an integer other than 0; null for other strings."},
          {"toInteger",
           {{"input", kToIntegerInput}},
           kIntegerType,
           Scalar<ConvertToInteger>,
           "As an Integer, cut towards 0; null for strings that are no number and numbers outside "
           "64 bits."},
          {"toFloat",
           {{"input", kToNumberInput}},
           kFloatType,
           Scalar<ConvertToFloat>,
           "As a Float; null for strings that are no number."},
          {"toString",
           {{"input", kToStringInput}},
           kStringType,
           Scalar<ConvertToString>,
           "As text."},
          {"toBooleanOrNull", any, kBooleanType, Scalar<ConvertToBoolean>,
           "As a Boolean, or null."},
          {"toIntegerOrNull", any, kIntegerType, Scalar<ConvertToInteger>,
           "As an Integer, or null."},
          {"toFloatOrNull", any, kFloatType, Scalar<ConvertToFloat>, "As a Float, or null."},
          {"toStringOrNull", any, kStringType, Scalar<ConvertToString>, "As text, or null."},
          {"toBooleanList", list, kListType, EachElement<ConvertToBoolean>,
           "Each element as a Boolean, or null."},
          {"toIntegerList", list, kListType, EachElement<ConvertToInteger>,
           "Each element as an Integer, or null."},
          {"toFloatList", list, kListType, EachElement<ConvertToFloat>,
           "Each element as a Float, or null."},
          {"toStringList", list, kListType, EachElement<ConvertToString>,
           "Each element as text, or null."},
      });
}

}  // namespace kith::query
