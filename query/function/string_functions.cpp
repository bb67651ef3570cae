// SPDX-License-Identifier: Apache-2.0
// String functions. Positions and lengths count code points.
#include <fmt/core.h>

#include <string>

#include "engine/base/utf8.h"
#include "query/function/builtins.h"
#include "query/function/function_error.h"
#include "query/function/text.h"

namespace kith::query {
namespace {

using Arguments = std::span<const Value>;

Result<size_t> NotNegative(std::string_view function, std::string_view parameter,
                           const Value& value) {
  if (value.AsInteger() >= 0) return static_cast<size_t>(value.AsInteger());
  return NumberOutOfRange(fmt::format("{}() takes a '{}' of at least 0, but got {}", function,
                                      parameter, value.AsInteger()));
}

Result<Value> Left(FunctionContext& /*context*/, Arguments arguments) {
  const std::string_view text = arguments[0].AsString();
  KITH_ASSIGN_OR_RETURN(const size_t length, NotNegative("left", "length", arguments[1]));
  return Value(text.substr(0, CodePointOffset(text, length)));
}

Result<Value> Right(FunctionContext& /*context*/, Arguments arguments) {
  const std::string_view text = arguments[0].AsString();
  KITH_ASSIGN_OR_RETURN(const size_t length, NotNegative("right", "length", arguments[1]));
  const size_t count = CountCodePoints(text);
  return Value(text.substr(CodePointOffset(text, count - std::min(count, length))));
}

Result<Value> Substring(FunctionContext& /*context*/, Arguments arguments) {
  std::string_view text = arguments[0].AsString();
  KITH_ASSIGN_OR_RETURN(const size_t start, NotNegative("substring", "start", arguments[1]));
  text.remove_prefix(CodePointOffset(text, start));
  if (arguments.size() == 2) return Value(text);
  KITH_ASSIGN_OR_RETURN(const size_t length, NotNegative("substring", "length", arguments[2]));
  return Value(text.substr(0, CodePointOffset(text, length)));
}

Result<Value> LTrim(FunctionContext& /*context*/, Arguments arguments) {
  const std::string_view text = arguments[0].AsString();
  return Value(arguments.size() == 1 ? TrimFront(text) : TrimFront(text, arguments[1].AsString()));
}

Result<Value> RTrim(FunctionContext& /*context*/, Arguments arguments) {
  const std::string_view text = arguments[0].AsString();
  return Value(arguments.size() == 1 ? TrimBack(text) : TrimBack(text, arguments[1].AsString()));
}

Result<Value> Trim(FunctionContext& /*context*/, Arguments arguments) {
  const std::string_view text = arguments[0].AsString();
  if (arguments.size() == 1) return Value(TrimBack(TrimFront(text)));
  const std::string_view characters = arguments[1].AsString();
  return Value(TrimBack(TrimFront(text, characters), characters));
}

Result<Value> ToUpper(FunctionContext& /*context*/, Arguments arguments) {
  KITH_ASSIGN_OR_RETURN(const std::string upper, ToUpperCase(arguments[0].AsString()));
  return Value(upper);
}

Result<Value> ToLower(FunctionContext& /*context*/, Arguments arguments) {
  KITH_ASSIGN_OR_RETURN(const std::string lower, ToLowerCase(arguments[0].AsString()));
  return Value(lower);
}

Result<Value> NormalForm(FunctionContext& /*context*/, Arguments arguments) {
  const std::string_view form = arguments.size() == 2 ? arguments[1].AsString() : "NFC";
  KITH_ASSIGN_OR_RETURN(const std::string normal, Normalize(arguments[0].AsString(), form));
  return Value(normal);
}

Result<Value> CharLength(FunctionContext& /*context*/, Arguments arguments) {
  return Value(static_cast<int64_t>(CountCodePoints(arguments[0].AsString())));
}

// The empty string lies before each code point and at the end.
std::string ReplaceEmpty(std::string_view text, std::string_view replacement) {
  std::string replaced(replacement);
  for (size_t offset = 0; offset < text.size();) {
    const size_t begin = offset;
    TakeUtf8(text, &offset);
    replaced.append(text.substr(begin, offset - begin)).append(replacement);
  }
  return replaced;
}

size_t CountOccurrences(std::string_view text, std::string_view search) {
  if (search.empty()) return CountCodePoints(text) + 1;
  size_t count = 0;
  for (size_t at = text.find(search); at != text.npos; at = text.find(search, at + search.size())) {
    ++count;
  }
  return count;
}

Result<Value> Replace(FunctionContext& context, Arguments arguments) {
  const std::string_view text = arguments[0].AsString();
  const std::string_view search = arguments[1].AsString();
  const std::string_view replacement = arguments[2].AsString();
  const size_t count = CountOccurrences(text, search);
  size_t added = 0;
  if (__builtin_mul_overflow(count, replacement.size(), &added)) added = kMaxValueBytes;
  KITH_RETURN_IF_ERROR(CheckNewValueBytes(context, text.size() + added));
  if (search.empty()) return Value(ReplaceEmpty(text, replacement));
  std::string replaced;
  size_t begin = 0;
  for (size_t at = text.find(search); at != text.npos; at = text.find(search, begin)) {
    replaced.append(text.substr(begin, at - begin)).append(replacement);
    begin = at + search.size();
  }
  return Value(replaced.append(text.substr(begin)));
}

struct Delimiter {
  std::string_view text;
  size_t next = 0;  // Where it occurs next; npos when no more.
};

// The first occurrence of one delimiter from `from` on.
size_t FindDelimiter(std::string_view text, size_t from, std::string_view delimiter) {
  if (!delimiter.empty()) return text.find(delimiter, from);
  // The empty delimiter lies after each code point but the last.
  if (from >= text.size()) return text.npos;
  TakeUtf8(text, &from);
  return from == text.size() ? text.npos : from;
}

// The delimiter that occurs first from `from` on, of those at one place the longest; null when none
// does. Each is searched for only past where it was last found, so that all is linear.
const Delimiter* NextDelimiter(std::string_view text, size_t from,
                               std::vector<Delimiter>* delimiters) {
  const Delimiter* first = nullptr;
  for (Delimiter& delimiter : *delimiters) {
    if (from == 0 || (delimiter.next != text.npos && delimiter.next <= from)) {
      delimiter.next = FindDelimiter(text, from, delimiter.text);
    }
    if (delimiter.next == text.npos) continue;
    if (first == nullptr || delimiter.next < first->next ||
        (delimiter.next == first->next && delimiter.text.size() > first->text.size())) {
      first = &delimiter;
    }
  }
  return first;
}

Result<Value> Split(FunctionContext& context, Arguments arguments) {
  const std::string_view text = arguments[0].AsString();
  std::vector<Delimiter> delimiters;
  if (arguments[1].IsString()) {
    delimiters.push_back({arguments[1].AsString()});
  } else {
    for (const Value& delimiter : arguments[1].AsList()) {
      if (delimiter.IsNull()) return Value();
      if (!delimiter.IsString()) {
        return TypeMismatch(
            fmt::format("split() takes a String or a List of Strings to split by, "
                        "but the list has {}",
                        DescribeValue(delimiter)));
      }
      delimiters.push_back({delimiter.AsString()});
    }
  }
  List parts;
  size_t begin = 0;
  for (;;) {
    const Delimiter* next = NextDelimiter(text, begin, &delimiters);
    if (next == nullptr) break;
    parts.emplace_back(text.substr(begin, next->next - begin));
    begin = next->next + next->text.size();
    if (parts.size() % 65'536 == 0) {
      KITH_RETURN_IF_ERROR(CheckNewValueBytes(context, parts.size() * 2 * sizeof(Value)));
    }
  }
  parts.emplace_back(text.substr(begin));
  return Value(std::move(parts));
}

}  // namespace

Status RegisterStringFunctions(FunctionRegistry* registry) {
  const std::vector<FunctionParameter> text = {{"text", kStringType}};
  const std::vector<FunctionParameter> with_length = {{"text", kStringType},
                                                      {"length", kIntegerType}};
  const std::vector<FunctionParameter> with_characters = {{"text", kStringType},
                                                          {"characters", kStringType}};
  return RegisterScalars(
      registry, "String",
      {
          {"left", with_length, kStringType, Left, "The first code points."},
          {"right", with_length, kStringType, Right, "The last code points."},
          {"substring",
           {{"text", kStringType}, {"start", kIntegerType}, {"length", kIntegerType}},
           kStringType,
           Substring,
           "The code points from start (0 is the first) on, at most length of them.",
           1},
          {"lTrim", with_characters, kStringType, LTrim,
           "Without white space, or the characters, at the front.", 1},
          {"rTrim", with_characters, kStringType, RTrim,
           "Without white space, or the characters, at the end.", 1},
          {"trim", text, kStringType, Trim, "Without white space at both ends."},
          {"bTrim", with_characters, kStringType, Trim,
           "Without white space, or the characters, at both ends.", 1},
          {"replace",
           {{"text", kStringType}, {"search", kStringType}, {"replacement", kStringType}},
           kStringType,
           Replace,
           "Each occurrence of search replaced."},
          {"split",
           {{"text", kStringType}, {"delimiters", kStringType | ValueType::kList}},
           kListType,
           Split,
           "The parts between the delimiters."},
          {"toUpper", text, kStringType, ToUpper, "In upper case."},
          {"upper", text, kStringType, ToUpper, "In upper case."},
          {"toLower", text, kStringType, ToLower, "In lower case."},
          {"lower", text, kStringType, ToLower, "In lower case."},
          {"normalize",
           {{"text", kStringType}, {"form", kStringType}},
           kStringType,
           NormalForm,
           "In a Unicode normal form: NFC, NFD, NFKC or NFKD.",
           1},
          {"char_length", text, kIntegerType, CharLength, "The number of code points."},
          {"character_length", text, kIntegerType, CharLength, "The number of code points."},
      });
}

}  // namespace kith::query
