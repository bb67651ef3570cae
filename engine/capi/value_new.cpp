// SPDX-License-Identifier: Apache-2.0
// Building values in C.
#include "engine/base/utf8.h"
#include "engine/capi/handles.h"
#include "query/function/temporal_zone.h"

using kith::Value;
using kith::capi::CheckText;
using kith::capi::Unwrap;

namespace {

constexpr int32_t kMaxOffsetSeconds = 18 * 3600;

/// A new kith_value of what `make`, a function that returns a Result<Value>, gives; NULL when it
/// fails or throws.
template <typename Make>
kith_value* NewIfOk(Make make) {
  try {
    kith::Result<Value> made = make();
    return made.ok() ? reinterpret_cast<kith_value*>(new Value(std::move(made).value())) : nullptr;
  } catch (...) {
    return nullptr;
  }
}

/// The same of a function that returns a Value.
template <typename Make>
kith_value* New(Make make) {
  try {
    return reinterpret_cast<kith_value*>(new Value(make()));
  } catch (...) {
    return nullptr;
  }
}

template <typename Number>
kith_value* NewNumbers(const Number* numbers, size_t count) {
  if (numbers == nullptr && count > 0) return nullptr;
  return New([&] {
    kith::List list;
    list.reserve(count);
    for (size_t i = 0; i < count; ++i) list.push_back(Value(numbers[i]));
    return Value(std::move(list));
  });
}

bool IsTimeOfDay(int64_t nanos) {
  return nanos >= 0 && nanos < kith::kNanosPerDay;
}
bool IsFraction(int32_t nanos) {
  return nanos >= 0 && nanos < kith::kNanosPerSecond;
}
bool IsOffset(int32_t seconds) {
  return seconds >= -kMaxOffsetSeconds && seconds <= kMaxOffsetSeconds;
}
bool IsInstant(int64_t seconds) {
  const int64_t day = seconds / kith::kSecondsPerDay;
  return day >= kith::DaysFromCivil({kith::kMinYear, 1, 1}) &&
         day <= kith::DaysFromCivil({kith::kMaxYear, 12, 31});
}

}  // namespace

extern "C" {

void kith_value_free(kith_value* value) {
  delete reinterpret_cast<Value*>(value);
}

kith_value* kith_value_new_null(void) {
  return New([] { return Value(); });
}

kith_value* kith_value_new_boolean(int value) {
  return New([&] { return Value(value != 0); });
}

kith_value* kith_value_new_integer(int64_t value) {
  return New([&] { return Value(value); });
}

kith_value* kith_value_new_float(double value) {
  return New([&] { return Value(value); });
}

kith_value* kith_value_new_string(const char* text, size_t length) {
  const auto checked = CheckText("kith_value_new_string", "text", text, length);
  if (!checked.ok()) return nullptr;
  return New([&] { return Value(*checked); });
}

kith_value* kith_value_new_integers(const int64_t* integers, size_t count) {
  return NewNumbers(integers, count);
}

kith_value* kith_value_new_floats(const double* floats, size_t count) {
  return NewNumbers(floats, count);
}

kith_value* kith_value_new_strings(const char* text, const size_t* ends, size_t count) {
  if (count > 0 && (text == nullptr || ends == nullptr)) return nullptr;
  size_t begin = 0;
  for (size_t i = 0; i < count; begin = ends[i++]) {
    if (ends[i] < begin || !kith::IsUtf8({text + begin, ends[i] - begin})) return nullptr;
  }
  return New([&] {
    kith::List list;
    list.reserve(count);
    begin = 0;
    for (size_t i = 0; i < count; begin = ends[i++]) {
      list.push_back(Value(std::string_view(text + begin, ends[i] - begin)));
    }
    return Value(std::move(list));
  });
}

kith_value* kith_value_new_list(const kith_value* const* elements, size_t count) {
  if (elements == nullptr && count > 0) return nullptr;
  for (size_t i = 0; i < count; ++i) {
    if (elements[i] == nullptr || Unwrap(elements[i])->Depth() >= Value::kMaxDepth) {
      return nullptr;
    }
  }
  return New([&] {
    kith::List list;
    list.reserve(count);
    for (size_t i = 0; i < count; ++i) list.push_back(*Unwrap(elements[i]));
    return Value(std::move(list));
  });
}

kith_value* kith_value_new_map(const char* const* keys, const kith_value* const* values,
                               size_t count) {
  if (count > 0 && (keys == nullptr || values == nullptr)) return nullptr;
  for (size_t i = 0; i < count; ++i) {
    if (keys[i] == nullptr || values[i] == nullptr || !kith::IsUtf8(keys[i])) return nullptr;
    if (Unwrap(values[i])->Depth() >= Value::kMaxDepth) return nullptr;
  }
  return New([&] {
    kith::Map entries;
    entries.reserve(count);
    for (size_t i = 0; i < count; ++i) entries.emplace_back(keys[i], *Unwrap(values[i]));
    return Value::FromMap(std::move(entries));
  });
}

kith_value* kith_value_new_maps(const char* const* keys, const kith_value* const* columns,
                                size_t key_count) {
  if (keys == nullptr || columns == nullptr || key_count == 0) return nullptr;
  for (size_t k = 0; k < key_count; ++k) {
    if (keys[k] == nullptr || columns[k] == nullptr || !kith::IsUtf8(keys[k])) return nullptr;
    const Value& column = *Unwrap(columns[k]);
    // The maps are one level deeper than their elements, and the list of them another.
    if (!column.IsList() || column.Depth() >= Value::kMaxDepth) return nullptr;
    if (column.AsList().size() != Unwrap(columns[0])->AsList().size()) return nullptr;
  }
  return New([&] {
    const size_t count = Unwrap(columns[0])->AsList().size();
    kith::List list;
    list.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      kith::Map entries;
      entries.reserve(key_count);
      for (size_t k = 0; k < key_count; ++k) {
        entries.emplace_back(keys[k], Unwrap(columns[k])->AsList()[i]);
      }
      list.push_back(Value::FromMap(std::move(entries)));
    }
    return Value(std::move(list));
  });
}

kith_value* kith_value_new_date(kith_date date) {
  if (date.days < kith::DaysFromCivil({kith::kMinYear, 1, 1}) ||
      date.days > kith::DaysFromCivil({kith::kMaxYear, 12, 31})) {
    return nullptr;
  }
  return New([&] { return Value(kith::Date{date.days}); });
}

kith_value* kith_value_new_local_time(int64_t nanos) {
  if (!IsTimeOfDay(nanos)) return nullptr;
  return New([&] { return Value(kith::LocalTime{nanos}); });
}

kith_value* kith_value_new_time(kith_time time) {
  if (!IsTimeOfDay(time.nanos) || !IsOffset(time.offset_seconds)) return nullptr;
  return New([&] { return Value(kith::Time{time.nanos, time.offset_seconds}); });
}

kith_value* kith_value_new_local_datetime(int64_t seconds, int32_t nanos) {
  if (!IsInstant(seconds) || !IsFraction(nanos)) return nullptr;
  return New([&] { return Value(kith::LocalDateTime{seconds, nanos}); });
}

kith_value* kith_value_new_datetime(kith_datetime datetime) {
  if (!IsInstant(datetime.seconds) || !IsFraction(datetime.nanos) ||
      !IsOffset(datetime.offset_seconds)) {
    return nullptr;
  }
  const std::string_view zone = datetime.zone == nullptr ? "" : datetime.zone;
  return NewIfOk([&]() -> kith::Result<Value> {
    if (zone.empty()) {
      return Value(kith::DateTime{datetime.seconds, datetime.nanos, datetime.offset_seconds, {}});
    }
    KITH_ASSIGN_OR_RETURN(const auto known, kith::query::NamedTimeZone(zone));
    KITH_ASSIGN_OR_RETURN(kith::DateTime zoned,
                          kith::query::AtInstant({datetime.seconds, datetime.nanos}, known));
    return Value(std::move(zoned));
  });
}

kith_value* kith_value_new_duration(kith_duration duration) {
  if (!IsFraction(duration.nanos)) return nullptr;
  return New([&] {
    return Value(kith::Duration{duration.months, duration.days, duration.seconds, duration.nanos});
  });
}
}
