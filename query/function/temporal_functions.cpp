// SPDX-License-Identifier: Apache-2.0
// Registration of the temporal functions: signatures, clocks and the default time zone.
#include "query/function/temporal_functions.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "query/function/temporal_between.h"
#include "query/function/temporal_construct.h"
#include "query/function/temporal_duration.h"
#include "query/function/temporal_parts.h"
#include "query/function/temporal_truncate.h"
#include "query/function/temporal_zone.h"

namespace kith::query {
namespace {

using Arguments = std::span<const Value>;

enum class Clock : uint8_t { kTransaction, kStatement, kRealtime };

Instant ReadClock(const FunctionContext& context, Clock clock) {
  if (clock == Clock::kRealtime) return RealtimeNow();
  const ClockTime time =
      clock == Clock::kStatement ? context.statement_time() : context.transaction_time();
  return {time.epoch_seconds, time.nanos};
}

Result<TemporalSetting> SettingOf(const FunctionContext& context) {
  KITH_ASSIGN_OR_RETURN(TimeZone zone, ParseTimeZone(context.default_time_zone()));
  return TemporalSetting{ReadClock(context, Clock::kStatement), std::move(zone)};
}

template <TemporalKind kKind, Clock kClock>
Result<Value> Current(FunctionContext& context, Arguments arguments) {
  const Value zone = arguments.empty() ? Value(context.default_time_zone()) : arguments[0];
  return MakeCurrent(kKind, zone, ReadClock(context, kClock));
}

template <TemporalKind kKind>
Result<Value> Make(FunctionContext& context, Arguments arguments) {
  if (arguments.empty()) return Current<kKind, Clock::kStatement>(context, arguments);
  KITH_ASSIGN_OR_RETURN(const TemporalSetting setting, SettingOf(context));
  return MakeTemporal(kKind, arguments[0], setting);
}

template <TemporalKind kKind>
Result<Value> Truncate(FunctionContext& context, Arguments arguments) {
  KITH_ASSIGN_OR_RETURN(const TemporalSetting setting, SettingOf(context));
  Value point;
  if (arguments.size() > 1) {
    point = arguments[1];
  } else {
    KITH_ASSIGN_OR_RETURN(point, (Current<kKind, Clock::kStatement>(context, {})));
  }
  const Value fields = arguments.size() > 2 ? arguments[2] : Value::FromMap({});
  return TruncateTemporal(kKind, arguments[0], point, fields, setting);
}

Result<Value> FromEpoch(FunctionContext&, Arguments arguments) {
  return MakeFromEpoch(arguments[0], arguments[1]);
}

Result<Value> FromEpochMillis(FunctionContext&, Arguments arguments) {
  return MakeFromEpochMillis(arguments[0]);
}

Result<Value> MakeDuration(FunctionContext&, Arguments arguments) {
  const Value& argument = arguments[0];
  if (argument.type() == ValueType::kDuration) return argument;
  Result<Duration> duration =
      argument.IsString() ? ParseDuration(argument.AsString()) : DurationFromMap(argument.AsMap());
  if (!duration.ok()) return duration.status();
  return Value(*duration);
}

template <DurationScale kScale>
Result<Value> Between(FunctionContext&, Arguments arguments) {
  return DurationBetween(kScale, arguments[0], arguments[1]);
}

FunctionSignature Signature(std::string name, std::string description,
                            std::vector<FunctionParameter> parameters, size_t min_arguments,
                            TypeSet result) {
  FunctionSignature signature;
  signature.name = std::move(name);
  signature.category = "Temporal";
  signature.description = std::move(description);
  signature.parameters = std::move(parameters);
  signature.min_arguments = min_arguments;
  signature.result = result;
  return signature;
}

template <TemporalKind kKind>
Status RegisterCurrent(const std::string& name, TypeSet type, FunctionRegistry* registry) {
  const struct {
    const char* suffix;
    const char* description;
    ScalarBody body;
  } clocks[] = {
      {".transaction", "when the transaction began", &Current<kKind, Clock::kTransaction>},
      {".statement", "when the statement began", &Current<kKind, Clock::kStatement>},
      {".realtime", "now, by the system's clock", &Current<kKind, Clock::kRealtime>},
  };
  for (const auto& clock : clocks) {
    FunctionSignature signature = Signature(
        name + clock.suffix, fmt::format("The {} {}.", KindName(kKind), clock.description),
        {{"timezone", kStringType}}, 0, type);
    signature.reads_clock = true;
    signature.deterministic = clock.body != &Current<kKind, Clock::kRealtime>;
    KITH_RETURN_IF_ERROR(registry->Register(ScalarFunction{std::move(signature), clock.body}));
  }
  return Status::Ok();
}

template <TemporalKind kKind>
Status RegisterKind(const std::string& name, TypeSet type, FunctionRegistry* registry) {
  FunctionSignature make =
      Signature(name,
                fmt::format("A {} from text, a map or another temporal value; without an "
                            "argument, the current one.",
                            KindName(kKind)),
                {{"input", kStringType | kMapType | kInstantType}}, 0, type);
  make.reads_clock = true;
  KITH_RETURN_IF_ERROR(registry->Register(ScalarFunction{std::move(make), &Make<kKind>}));
  FunctionSignature truncate = Signature(
      name + ".truncate",
      fmt::format("A {} with everything below the unit set to its first value.", KindName(kKind)),
      {{"unit", kStringType}, {"value", kInstantType}, {"fields", kMapType}}, 1, type);
  truncate.reads_clock = true;
  KITH_RETURN_IF_ERROR(registry->Register(ScalarFunction{std::move(truncate), &Truncate<kKind>}));
  return RegisterCurrent<kKind>(name, type, registry);
}

Status RegisterDurations(FunctionRegistry* registry) {
  const std::vector<FunctionParameter> points = {{"from", kInstantType}, {"to", kInstantType}};
  FunctionSignature make =
      Signature("duration", "A duration from text or a map of its parts.",
                {{"input", kStringType | kMapType | kDurationType}}, 1, kDurationType);
  KITH_RETURN_IF_ERROR(registry->Register(ScalarFunction{std::move(make), &MakeDuration}));
  const struct {
    const char* name;
    const char* description;
    ScalarBody body;
  } scales[] = {
      {"duration.between", "From one point in time to another, in months, days and seconds.",
       &Between<DurationScale::kAll>},
      {"duration.inMonths", "The whole months between two points in time.",
       &Between<DurationScale::kMonths>},
      {"duration.inDays", "The whole days between two points in time.",
       &Between<DurationScale::kDays>},
      {"duration.inSeconds", "The seconds between two points in time.",
       &Between<DurationScale::kSeconds>},
  };
  for (const auto& scale : scales) {
    KITH_RETURN_IF_ERROR(registry->Register(ScalarFunction{
        Signature(scale.name, scale.description, points, 2, kDurationType), scale.body}));
  }
  return Status::Ok();
}

}  // namespace

Status RegisterTemporalFunctions(FunctionRegistry* registry) {
  const auto type_of = [](ValueType type) { return kNullType | type; };
  KITH_RETURN_IF_ERROR(
      RegisterKind<TemporalKind::kDate>("date", type_of(ValueType::kDate), registry));
  KITH_RETURN_IF_ERROR(RegisterKind<TemporalKind::kLocalTime>(
      "localtime", type_of(ValueType::kLocalTime), registry));
  KITH_RETURN_IF_ERROR(
      RegisterKind<TemporalKind::kTime>("time", type_of(ValueType::kTime), registry));
  KITH_RETURN_IF_ERROR(RegisterKind<TemporalKind::kLocalDateTime>(
      "localdatetime", type_of(ValueType::kLocalDateTime), registry));
  const TypeSet datetime = type_of(ValueType::kDateTime);
  KITH_RETURN_IF_ERROR(RegisterKind<TemporalKind::kDateTime>("datetime", datetime, registry));
  KITH_RETURN_IF_ERROR(registry->Register(ScalarFunction{
      Signature("datetime.fromepoch", "The date-time of seconds since 1970, in UTC.",
                {{"seconds", kIntegerType}, {"nanoseconds", kIntegerType}}, 2, datetime),
      &FromEpoch}));
  KITH_RETURN_IF_ERROR(registry->Register(ScalarFunction{
      Signature("datetime.fromepochmillis", "The date-time of milliseconds since 1970, in UTC.",
                {{"milliseconds", kIntegerType}}, 1, datetime),
      &FromEpochMillis}));
  return RegisterDurations(registry);
}

}  // namespace kith::query
