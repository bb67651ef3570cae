// SPDX-License-Identifier: Apache-2.0
// Numeric, logarithmic and trigonometric functions.
#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <string>

#include "query/function/builtins.h"
#include "query/function/function_error.h"

namespace kith::query {
namespace {

using Arguments = std::span<const Value>;
constexpr double kPi = 3.14159265358979323846;

// A function of one double.
template <double (*F)(double)>
Result<Value> Real(FunctionContext& /*context*/, Arguments arguments) {
  return Value(F(arguments[0].AsNumber()));
}

double Cotangent(double x) {
  return 1 / std::tan(x);
}
double HyperbolicCotangent(double x) {
  return 1 / std::tanh(x);
}
double Haversine(double x) {
  return (1 - std::cos(x)) / 2;
}
double ToDegrees(double x) {
  return x * (180 / kPi);
}
double ToRadians(double x) {
  return x * (kPi / 180);
}

Result<Value> Abs(FunctionContext& /*context*/, Arguments arguments) {
  const Value& number = arguments[0];
  if (number.IsFloat()) return Value(std::abs(number.AsFloat()));
  if (number.AsInteger() == INT64_MIN) {
    return IntegerOverflow(fmt::format("abs({})", number.AsInteger()));
  }
  return Value(std::abs(number.AsInteger()));
}

Result<Value> Sign(FunctionContext& /*context*/, Arguments arguments) {
  const double number = arguments[0].AsNumber();
  return Value((number > 0 ? 1 : 0) - (number < 0 ? 1 : 0));
}

Result<Value> Atan2(FunctionContext& /*context*/, Arguments arguments) {
  return Value(std::atan2(arguments[0].AsNumber(), arguments[1].AsNumber()));
}

Result<Value> Pi(FunctionContext& /*context*/, Arguments /*arguments*/) {
  return Value(kPi);
}
Result<Value> E(FunctionContext& /*context*/, Arguments /*arguments*/) {
  return Value(std::exp(1));
}

Result<Value> Rand(FunctionContext& context, Arguments /*arguments*/) {
  // The 53 bits that a double in [0, 1) has.
  return Value(static_cast<double>(context.NextRandom() >> 11) * 0x1.0p-53);
}

Result<Value> IsNaN(FunctionContext& /*context*/, Arguments arguments) {
  return Value(arguments[0].IsFloat() && std::isnan(arguments[0].AsFloat()));
}

enum class RoundingMode { kUp, kDown, kCeiling, kFloor, kHalfUp, kHalfDown, kHalfEven };

Result<RoundingMode> ParseRoundingMode(std::string_view name) {
  if (name == "UP") return RoundingMode::kUp;
  if (name == "DOWN") return RoundingMode::kDown;
  if (name == "CEILING") return RoundingMode::kCeiling;
  if (name == "FLOOR") return RoundingMode::kFloor;
  if (name == "HALF_UP") return RoundingMode::kHalfUp;
  if (name == "HALF_DOWN") return RoundingMode::kHalfDown;
  if (name == "HALF_EVEN") return RoundingMode::kHalfEven;
  return Status(StatusCode::kArgumentError,
                fmt::format("'{}' is no rounding mode; use UP, DOWN, CEILING, FLOOR, HALF_UP, "
                            "HALF_DOWN or HALF_EVEN",
                            name))
      .WithDetail("InvalidArgumentValue")
      .WithPhase(ErrorPhase::kRuntime);
}

// Whether the kept digits grow by one, given the dropped ones (never all zero).
bool RoundsAway(RoundingMode mode, bool negative, char last_kept, std::string_view dropped) {
  const bool half = dropped[0] == '5' && dropped.find_first_not_of('0', 1) == dropped.npos;
  const bool more = dropped[0] >= '5' && !half;
  switch (mode) {
    case RoundingMode::kUp: return true;
    case RoundingMode::kDown: return false;
    case RoundingMode::kCeiling: return !negative;
    case RoundingMode::kFloor: return negative;
    case RoundingMode::kHalfUp: return more || half;
    case RoundingMode::kHalfDown: return more;
    case RoundingMode::kHalfEven: return more || (half && (last_kept - '0') % 2 == 1);
  }
  return false;
}

// Rounds the shortest decimal text of a number, so that 1.005 rounds as people read it and not as
// its binary value, a little below, would.
double RoundDecimal(double number, int precision, RoundingMode mode) {
  char buffer[512];  // Fixed notation of a double takes at most 345 characters.
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, std::abs(number), std::chars_format::fixed);
  std::string text(buffer, end.ptr);
  const size_t point = text.find('.');
  if (point == text.npos || text.size() - point - 1 <= static_cast<size_t>(precision)) {
    return number;
  }
  const size_t kept = point + 1 + static_cast<size_t>(precision);
  const std::string dropped = text.substr(kept);
  text.resize(kept);
  if (dropped.find_first_not_of('0') != dropped.npos) {
    const char last_kept = text.back() == '.' ? text[point - 1] : text.back();
    if (RoundsAway(mode, number < 0, last_kept, dropped)) {
      size_t i = text.size();
      while (i > 0 && (text[i - 1] == '.' || text[i - 1] == '9')) {
        if (text[i - 1] == '9') text[i - 1] = '0';
        --i;
      }
      if (i == 0) {
        text.insert(0, "1");
      } else {
        ++text[i - 1];
      }
    }
  }
  double rounded = 0;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return std::copysign(rounded, number);
}

Result<Value> Round(FunctionContext& /*context*/, Arguments arguments) {
  const double number = arguments[0].AsNumber();
  if (!std::isfinite(number)) return Value(number);
  if (arguments.size() == 1) {
    // Ties go towards positive infinity; floor(x + 0.5) would be wrong for 0.49999999999999994.
    const double below = std::floor(number);
    return Value(number - below >= 0.5 ? below + 1 : below);
  }
  const Value& precision = arguments[1];
  const double places = precision.AsNumber();
  if (std::isnan(places) || places < 0 || std::trunc(places) != places) {
    return NumberOutOfRange(
        fmt::format("the precision of round() is a whole number of at least 0, "
                    "but got {}",
                    precision.ToString()));
  }
  // No double has more than 1,074 decimals.
  const int clamped = places > 1100 ? 1100 : static_cast<int>(places);
  RoundingMode mode = RoundingMode::kHalfUp;
  if (arguments.size() == 3) {
    KITH_ASSIGN_OR_RETURN(mode, ParseRoundingMode(arguments[2].AsString()));
  }
  return Value(RoundDecimal(number, clamped, mode));
}

double Ceil(double x) {
  return std::ceil(x);
}
double Floor(double x) {
  return std::floor(x);
}
double Sqrt(double x) {
  return std::sqrt(x);
}
double Exp(double x) {
  return std::exp(x);
}
double Log(double x) {
  return std::log(x);
}
double Log10(double x) {
  return std::log10(x);
}
double Sin(double x) {
  return std::sin(x);
}
double Cos(double x) {
  return std::cos(x);
}
double Tan(double x) {
  return std::tan(x);
}
double Asin(double x) {
  return std::asin(x);
}
double Acos(double x) {
  return std::acos(x);
}
double Atan(double x) {
  return std::atan(x);
}
double Sinh(double x) {
  return std::sinh(x);
}
double Cosh(double x) {
  return std::cosh(x);
}
double Tanh(double x) {
  return std::tanh(x);
}

}  // namespace

Status RegisterMathFunctions(FunctionRegistry* registry) {
  const std::vector<FunctionParameter> number = {{"input", kNumberType}};
  const std::vector<FunctionParameter> angle = {{"angle", kNumberType}};
  const std::vector<FunctionParameter> rounding = {
      {"value", kNumberType}, {"precision", kNumberType}, {"mode", kStringType}};
  KITH_RETURN_IF_ERROR(RegisterScalars(
      registry, "Numeric",
      {
          {"abs", number, kNumberType, Abs, "The absolute value."},
          {"ceil", number, kFloatType, Real<Ceil>, "The least whole number not below the input."},
          {"floor", number, kFloatType, Real<Floor>, "The greatest whole number not above it."},
          {"round", rounding, kFloatType, Round,
           "The nearest whole number, ties upwards; or with so many decimals, ties away from 0 or "
           "by mode.",
           2},
          {"sign", number, kIntegerType, Sign, "-1, 0 or 1."},
          {"isNaN", number, kBooleanType, IsNaN, "Whether the number is NaN."},
          {.name = "rand",
           .parameters = {},
           .result = ValueType::kFloat,
           .body = Rand,
           .description = "A random number from 0 (inclusive) to 1 (exclusive).",
           .deterministic = false},
      }));
  KITH_RETURN_IF_ERROR(
      RegisterScalars(registry, "Logarithmic",
                      {
                          {"e", {}, ValueType::kFloat, E, "The base of the natural logarithm."},
                          {"exp", number, kFloatType, Real<Exp>, "e to the power of the input."},
                          {"log", number, kFloatType, Real<Log>, "The natural logarithm."},
                          {"log10", number, kFloatType, Real<Log10>, "The logarithm to base 10."},
                          {"sqrt", number, kFloatType, Real<Sqrt>, "The square root."},
                      }));
  return RegisterScalars(
      registry, "Trigonometric",
      {
          {"pi",
           {},
           ValueType::kFloat,
           Pi,
           "The ratio of a circle's circumference to its diameter."},
          {"sin", angle, kFloatType, Real<Sin>, "The sine of an angle in radians."},
          {"cos", angle, kFloatType, Real<Cos>, "The cosine."},
          {"tan", angle, kFloatType, Real<Tan>, "The tangent."},
          {"cot", angle, kFloatType, Real<Cotangent>, "The cotangent."},
          {"asin", number, kFloatType, Real<Asin>, "The arcsine in radians."},
          {"acos", number, kFloatType, Real<Acos>, "The arccosine in radians."},
          {"atan", number, kFloatType, Real<Atan>, "The arctangent in radians."},
          {"atan2",
           {{"y", kNumberType}, {"x", kNumberType}},
           kFloatType,
           Atan2,
           "The angle of the point (x, y) in radians."},
          {"sinh", number, kFloatType, Real<Sinh>, "The hyperbolic sine."},
          {"cosh", number, kFloatType, Real<Cosh>, "The hyperbolic cosine."},
          {"tanh", number, kFloatType, Real<Tanh>, "The hyperbolic tangent."},
          {"coth", number, kFloatType, Real<HyperbolicCotangent>, "The hyperbolic cotangent."},
          {"haversin", angle, kFloatType, Real<Haversine>, "Half the versine."},
          {"degrees", angle, kFloatType, Real<ToDegrees>, "Radians as degrees."},
          {"radians", angle, kFloatType, Real<ToRadians>, "Degrees as radians."},
      });
}

}  // namespace kith::query
