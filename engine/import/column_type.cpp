// SPDX-License-Identifier: Apache-2.0
// The common forms of numbers, dates and instants are read here; other temporal values by the
// language's own functions.
#include "engine/import/column_type.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <charconv>

#include "engine/base/temporal.h"
#include "query/function/temporal_duration.h"
#include "query/function/temporal_parse.h"

namespace kith::import {
namespace {

using storage::BulkColumn;

constexpr int64_t kMillisPerSecond = 1000;
constexpr size_t kDateLength = 10;           // 2026-11-26
constexpr size_t kShortInstantLength = 20;   // 2026-11-26T10:45:52Z
constexpr size_t kMillisInstantLength = 24;  // 2026-11-26T10:45:52.123Z

struct TypeName {
  std::string_view name;
  ScalarType type;
};
constexpr std::array<TypeName, 16> kTypeNames = {{{"boolean", ScalarType::kBoolean},
                                                  {"int", ScalarType::kInteger},
                                                  {"integer", ScalarType::kInteger},
                                                  {"long", ScalarType::kInteger},
                                                  {"short", ScalarType::kInteger},
                                                  {"byte", ScalarType::kInteger},
                                                  {"float", ScalarType::kFloat},
                                                  {"double", ScalarType::kFloat},
                                                  {"date", ScalarType::kDate},
                                                  {"localtime", ScalarType::kLocalTime},
                                                  {"time", ScalarType::kTime},
                                                  {"localdatetime", ScalarType::kLocalDateTime},
                                                  {"datetime", ScalarType::kDateTime},
                                                  {"duration", ScalarType::kDuration},
                                                  {"string", ScalarType::kString},
                                                  {"char", ScalarType::kString}}};

std::string_view NameOf(ScalarType type) {
  switch (type) {
    case ScalarType::kBoolean: return "boolean";
    case ScalarType::kInteger: return "integer";
    case ScalarType::kFloat: return "float";
    case ScalarType::kDate: return "date";
    case ScalarType::kLocalTime: return "local time";
    case ScalarType::kTime: return "time";
    case ScalarType::kLocalDateTime: return "local date-time";
    case ScalarType::kInstant:
    case ScalarType::kDateTime: return "date-time";
    case ScalarType::kDuration: return "duration";
    case ScalarType::kString: return "string";
  }
  return "";
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool IsWord(std::string_view text, std::string_view word) {
  return text.size() == word.size() &&
         std::equal(text.begin(), text.end(), word.begin(), [](unsigned char a, char b) {
           return std::tolower(a) == static_cast<unsigned char>(b);
         });
}

bool ReadBoolean(std::string_view text, bool* value) {
  *value = IsWord(text, "true");
  return *value || IsWord(text, "false");
}

bool ReadInteger(std::string_view text, int64_t* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size();
}

bool ReadFloat(std::string_view text, double* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size();
}

/// The number of exactly `Digits` digits at `text`; negative when one is no digit.
template <size_t Digits>
int64_t DigitsAt(const char* text) {
  int64_t number = 0;
  int64_t wrong = 0;
  for (size_t i = 0; i < Digits; ++i) {
    const int64_t digit = text[i] - '0';
    wrong |= digit | (9 - digit);
    number = number * 10 + digit;
  }
  return wrong < 0 ? -1 : number;
}

/// YYYY-MM-DD
bool ReadDate(std::string_view text, int64_t* days) {
  if (text.size() != kDateLength || text[4] != '-' || text[7] != '-') return false;
  const int64_t year = DigitsAt<4>(text.data());
  const int64_t month = DigitsAt<2>(text.data() + 5);
  const int64_t day = DigitsAt<2>(text.data() + 8);
  if (year < 0 || month < 1 || month > 12 || day < 1) return false;
  if (day > 28 && day > DaysInMonth(year, static_cast<int32_t>(month))) return false;
  *days = DaysFromCivil({year, static_cast<int32_t>(month), static_cast<int32_t>(day)});
  return true;
}

/// YYYY-MM-DDThh:mm:ssZ, or with .mmm before the Z
bool ReadInstant(std::string_view text, int64_t* millis) {
  const bool with_millis = text.size() == kMillisInstantLength && text[19] == '.';
  if (!with_millis && text.size() != kShortInstantLength) return false;
  if (text[10] != 'T' || text[13] != ':' || text[16] != ':' || text.back() != 'Z') return false;
  int64_t days = 0;
  if (!ReadDate(text.substr(0, kDateLength), &days)) return false;
  const int64_t hour = DigitsAt<2>(text.data() + 11);
  const int64_t minute = DigitsAt<2>(text.data() + 14);
  const int64_t second = DigitsAt<2>(text.data() + 17);
  const int64_t fraction = with_millis ? DigitsAt<3>(text.data() + 20) : 0;
  if ((hour | minute | second | fraction) < 0 || hour > 23 || minute > 59 || second > 59) {
    return false;
  }
  const int64_t seconds = days * kSecondsPerDay + hour * 3600 + minute * 60 + second;
  *millis = seconds * kMillisPerSecond + fraction;
  return true;
}

template <typename T>
bool TakeValue(Result<T> parsed, Value* value) {
  if (!parsed.ok()) return false;
  *value = Value(*std::move(parsed));
  return true;
}

bool ReadTemporal(std::string_view text, ScalarType type, Value* value) {
  const query::TimeZone utc{};
  switch (type) {
    case ScalarType::kDate: return TakeValue(query::ParseDate(text), value);
    case ScalarType::kLocalTime: return TakeValue(query::ParseLocalTime(text), value);
    case ScalarType::kTime: return TakeValue(query::ParseTime(text, 0), value);
    case ScalarType::kLocalDateTime: return TakeValue(query::ParseLocalDateTime(text), value);
    case ScalarType::kInstant:
    case ScalarType::kDateTime: return TakeValue(query::ParseDateTime(text, utc), value);
    case ScalarType::kDuration: return TakeValue(query::ParseDuration(text), value);
    default: return false;
  }
}

/// The value of one field or element.
bool ReadScalar(std::string_view text, ScalarType type, Value* value) {
  if (type == ScalarType::kString) {
    *value = Value(text);
    return true;
  }
  text = Trimmed(text);
  if (type == ScalarType::kBoolean) {
    bool boolean = false;
    if (!ReadBoolean(text, &boolean)) return false;
    *value = Value(boolean);
    return true;
  }
  if (type == ScalarType::kInteger) {
    int64_t integer = 0;
    if (!ReadInteger(text, &integer)) return false;
    *value = Value(integer);
    return true;
  }
  if (type == ScalarType::kFloat) {
    double number = 0;
    if (!ReadFloat(text, &number)) return false;
    *value = Value(number);
    return true;
  }
  return ReadTemporal(text, type, value);
}

/// Calls `take` with each element; stops when it gives false.
template <typename Take>
bool ForElements(std::string_view text, char delimiter, const Take& take) {
  for (size_t begin = 0;;) {
    const size_t end = std::min(text.find(delimiter, begin), text.size());
    if (!take(text.substr(begin, end - begin))) return false;
    if (end == text.size()) return true;
    begin = end + 1;
  }
}

bool ReadList(std::string_view text, ScalarType type, char delimiter, Value* value) {
  List list;
  const auto take = [&](std::string_view element) {
    return ReadScalar(element, type, &list.emplace_back());
  };
  if (!text.empty() && !ForElements(text, delimiter, take)) return false;
  *value = Value(std::move(list));
  return true;
}

/// Reads the number behind a word column; nothing else has such a column.
bool ReadWord(std::string_view text, ScalarType type, int64_t* word) {
  switch (type) {
    case ScalarType::kBoolean: {
      bool boolean = false;
      const bool is_one = ReadBoolean(text, &boolean);
      *word = boolean ? 1 : 0;
      return is_one;
    }
    case ScalarType::kInteger: return ReadInteger(text, word);
    case ScalarType::kFloat: {
      double number = 0;
      const bool is_one = ReadFloat(text, &number);
      *word = std::bit_cast<int64_t>(number);
      return is_one;
    }
    case ScalarType::kDate: {
      if (ReadDate(text, word)) return true;
      const auto date = query::ParseDate(text);
      if (date.ok()) *word = date->days;
      return date.ok();
    }
    default: return ReadInstant(text, word);
  }
}

ScalarType ScalarOf(std::string_view text) {
  int64_t number = 0;
  if (ReadPlainInteger(text, &number)) return ScalarType::kInteger;
  if (ReadDate(text, &number)) return ScalarType::kDate;
  if (ReadInstant(text, &number)) return ScalarType::kInstant;
  if (text == "true" || text == "false") return ScalarType::kBoolean;
  // "nan" and "inf" are words in a table, and digits alone that are no plain integer a code.
  double decimal = 0;
  if (text.find_first_not_of("+-.0123456789eE") == std::string_view::npos &&
      text.find_first_of(".eE") != std::string_view::npos && ReadFloat(text, &decimal)) {
    return ScalarType::kFloat;
  }
  // The language reads a date alone, too, as a date-time; a column of these must have times.
  if (text.size() > kDateLength && text[kDateLength] == 'T' && text[4] == '-') {
    if (query::ParseLocalDateTime(text).ok()) return ScalarType::kLocalDateTime;
    if (query::ParseDateTime(text, {}).ok()) return ScalarType::kDateTime;
  }
  return ScalarType::kString;
}

ScalarType Joined(std::optional<ScalarType> one, ScalarType other) {
  if (!one || *one == other) return other;
  const auto are = [&](ScalarType a, ScalarType b) {
    return (*one == a && other == b) || (*one == b && other == a);
  };
  if (are(ScalarType::kInteger, ScalarType::kFloat)) return ScalarType::kFloat;
  if (are(ScalarType::kInstant, ScalarType::kDateTime)) return ScalarType::kDateTime;
  return ScalarType::kString;
}

/// Whether the text is of one of the types that most values of large files have.
bool TypeIsLikely(ScalarType type, std::string_view text) {
  int64_t number = 0;
  return (type == ScalarType::kInteger && ReadPlainInteger(text, &number)) ||
         (type == ScalarType::kInstant && ReadInstant(text, &number));
}

/// The type of the text; `likely` is tried first, which is cheap and mostly right.
ScalarType TypeOf(std::optional<ScalarType> likely, std::string_view text) {
  const bool is_likely = likely && (*likely == ScalarType::kString || TypeIsLikely(*likely, text));
  return is_likely ? *likely : ScalarOf(text);
}

bool HasSpace(std::string_view text) {
  return text.find_first_of(" \t\n\r") != std::string_view::npos;
}

}  // namespace

std::optional<ColumnType> ColumnTypeNamed(std::string_view name) {
  ColumnType type;
  type.list = name.ends_with("[]");
  if (type.list) name.remove_suffix(2);
  for (const TypeName& known : kTypeNames) {
    if (!IsWord(name, known.name)) continue;
    type.scalar = known.type;
    return type;
  }
  return std::nullopt;
}

std::string Describe(const ColumnType& type) {
  const std::string_view name = NameOf(type.scalar);
  return type.list ? fmt::format("list of {}s", name) : std::string(name);
}

BulkColumn::Kind KindOf(const ColumnType& type) {
  if (type.list) return BulkColumn::Kind::kValue;
  switch (type.scalar) {
    case ScalarType::kBoolean: return BulkColumn::Kind::kBoolean;
    case ScalarType::kInteger: return BulkColumn::Kind::kInteger;
    case ScalarType::kFloat: return BulkColumn::Kind::kFloat;
    case ScalarType::kDate: return BulkColumn::Kind::kDate;
    case ScalarType::kInstant: return BulkColumn::Kind::kInstant;
    case ScalarType::kString: return BulkColumn::Kind::kString;
    default: return BulkColumn::Kind::kValue;
  }
}

bool AppendField(const CsvField& field, const ColumnType& type, char array_delimiter,
                 BulkColumn* column) {
  if (field.absent()) {
    column->AppendAbsent();
    return true;
  }
  const BulkColumn::Kind kind = column->kind();
  if (kind == BulkColumn::Kind::kString) {
    column->AppendString(field.text);
    return true;
  }
  if (kind == BulkColumn::Kind::kValue) {
    Value value;
    const bool read = type.list ? ReadList(field.text, type.scalar, array_delimiter, &value)
                                : ReadScalar(field.text, type.scalar, &value);
    if (read) column->AppendValue(std::move(value));
    return read;
  }
  int64_t word = 0;
  if (!ReadWord(Trimmed(field.text), type.scalar, &word)) return false;
  column->AppendWord(word);
  return true;
}

bool ReadPlainInteger(std::string_view text, int64_t* number) {
  constexpr size_t kSafeDigits = 18;  // Fewer than 2^63 has.
  const bool negative = !text.empty() && text[0] == '-';
  const size_t first = negative ? 1 : 0;
  const size_t digits = text.size() - first;
  if (digits == 0 || digits > kSafeDigits + 1) return false;
  if (text[first] == '0' && (digits > 1 || negative)) return false;
  if (digits > kSafeDigits) return ReadInteger(text, number);
  int64_t value = 0;
  for (size_t i = first; i < text.size(); ++i) {
    const auto digit = static_cast<uint8_t>(text[i] - '0');
    if (digit > 9) return false;
    value = value * 10 + digit;
  }
  *number = negative ? -value : value;
  return true;
}

void TypeGuess::See(const CsvField& field, char array_delimiter) {
  if (field.absent() || (scalar_ == ScalarType::kString && !may_be_list_)) return;
  // A number or an instant holds no delimiter that one would choose, nor says anything new.
  if (!field.quoted && scalar_ != ScalarType::kString && scalar_ &&
      TypeIsLikely(*scalar_, field.text)) {
    return;
  }
  if (may_be_list_ && field.text.find(array_delimiter) != std::string_view::npos) {
    scalar_ = ScalarType::kString;
    SeeList(field.text, array_delimiter);
    return;
  }
  const ScalarType type =
      field.quoted ? ScalarType::kString : TypeOf(may_be_list_ ? elements_ : scalar_, field.text);
  scalar_ = Joined(scalar_, type);
  elements_ = Joined(elements_, type);
  if (type == ScalarType::kString && HasSpace(field.text)) may_be_list_ = false;
}

void TypeGuess::SeeList(std::string_view text, char array_delimiter) {
  is_list_ = true;
  may_be_list_ =
      !HasSpace(text) && ForElements(text, array_delimiter, [&](std::string_view element) {
        elements_ = Joined(elements_, TypeOf(elements_, element));
        return !element.empty();
      });
}

void TypeGuess::Merge(const TypeGuess& other) {
  if (other.scalar_) scalar_ = Joined(scalar_, *other.scalar_);
  may_be_list_ = may_be_list_ && other.may_be_list_;
  is_list_ = is_list_ || other.is_list_;
  if (other.elements_) elements_ = Joined(elements_, *other.elements_);
}

std::optional<ColumnType> TypeGuess::type() const {
  if (!scalar_) return std::nullopt;
  if (*scalar_ == ScalarType::kString && may_be_list_ && is_list_ && elements_) {
    return ColumnType{*elements_, true};
  }
  return ColumnType{*scalar_, false};
}

}  // namespace kith::import
