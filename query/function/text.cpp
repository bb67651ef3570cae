// SPDX-License-Identifier: Apache-2.0
// Strings by code point, with ICU for what Unicode defines.
#include "query/function/text.h"

#include <fmt/core.h>
#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "engine/base/utf8.h"
#include "query/function/function_error.h"

namespace kith::query {
namespace {

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

Status IcuError(std::string_view what, UErrorCode code) {
  return Status(StatusCode::kResourceExhausted,
                fmt::format("{} failed in the Unicode library: {}", what, u_errorName(code)));
}

// ICU measures strings in int32_t, and case mapping can make them three times as long.
Status CheckIcuSize(std::string_view text) {
  constexpr size_t kMaxBytes = size_t{600} << 20;
  if (text.size() <= kMaxBytes) return Status::Ok();
  return Status(StatusCode::kResourceExhausted,
                fmt::format("a string of {} bytes is too long for this function; the limit is {}",
                            text.size(), kMaxBytes));
}

using CaseMapping = void (*)(const char* locale, uint32_t options, icu::StringPiece source,
                             icu::ByteSink& sink, icu::Edits* edits, UErrorCode& code);

Result<std::string> MapCase(std::string_view text, CaseMapping mapping) {
  KITH_RETURN_IF_ERROR(CheckIcuSize(text));
  std::string mapped;
  icu::StringByteSink<std::string> sink(&mapped, static_cast<int32_t>(text.size()));
  UErrorCode code = U_ZERO_ERROR;
  mapping("", 0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())), sink, nullptr,
          code);
  if (U_FAILURE(code)) return IcuError("case mapping", code);
  return mapped;
}

// The start of the last code point of a text that is not empty.
size_t LastCodePoint(std::string_view text) {
  // At most three continuation bytes; whatever does not decode to the very end is a lone byte.
  for (size_t back = std::min<size_t>(4, text.size()); back > 1; --back) {
    size_t offset = text.size() - back;
    if (TakeUtf8(text, &offset) != kBadUtf8 && offset == text.size()) return text.size() - back;
  }
  return text.size() - 1;
}

bool IsSpace(std::string_view piece) {
  size_t offset = 0;
  const char32_t c = TakeUtf8(piece, &offset);
  return c != kBadUtf8 && u_isUWhiteSpace(static_cast<UChar32>(c)) != 0;
}

// Whether `piece`, one code point, is among those of `set`.
bool IsAmong(std::string_view piece, std::string_view set) {
  for (size_t offset = 0; offset < set.size();) {
    const size_t begin = offset;
    TakeUtf8(set, &offset);
    if (set.substr(begin, offset - begin) == piece) return true;
  }
  return false;
}

template <typename Drop>
std::string_view TrimFrontWhile(std::string_view text, Drop drop) {
  while (!text.empty()) {
    size_t end = 0;
    TakeUtf8(text, &end);
    if (!drop(text.substr(0, end))) break;
    text.remove_prefix(end);
  }
  return text;
}

template <typename Drop>
std::string_view TrimBackWhile(std::string_view text, Drop drop) {
  while (!text.empty()) {
    const size_t begin = LastCodePoint(text);
    if (!drop(text.substr(begin))) break;
    text.remove_suffix(text.size() - begin);
  }
  return text;
}

}  // namespace

size_t CountCodePoints(std::string_view text) {
  if (IsAscii(text)) return text.size();
  size_t count = 0;
  for (size_t offset = 0; offset < text.size(); ++count) TakeUtf8(text, &offset);
  return count;
}

size_t CodePointOffset(std::string_view text, size_t index) {
  size_t offset = 0;
  for (; index > 0 && offset < text.size(); --index) TakeUtf8(text, &offset);
  return offset;
}

std::string ReverseCodePoints(std::string_view text) {
  std::string reversed(text.size(), '\0');
  size_t end = text.size();
  for (size_t offset = 0; offset < text.size();) {
    const size_t begin = offset;
    TakeUtf8(text, &offset);
    end -= offset - begin;
    text.copy(reversed.data() + end, offset - begin, begin);
  }
  return reversed;
}

Result<std::string> ToUpperCase(std::string_view text) {
  if (!IsAscii(text)) return MapCase(text, icu::CaseMap::utf8ToUpper);
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

Result<std::string> ToLowerCase(std::string_view text) {
  if (!IsAscii(text)) return MapCase(text, icu::CaseMap::utf8ToLower);
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view TrimFront(std::string_view text) {
  return TrimFrontWhile(text, IsSpace);
}
std::string_view TrimBack(std::string_view text) {
  return TrimBackWhile(text, IsSpace);
}

std::string_view TrimFront(std::string_view text, std::string_view characters) {
  return TrimFrontWhile(text, [=](std::string_view piece) { return IsAmong(piece, characters); });
}

std::string_view TrimBack(std::string_view text, std::string_view characters) {
  return TrimBackWhile(text, [=](std::string_view piece) { return IsAmong(piece, characters); });
}

Result<std::string> Normalize(std::string_view text, std::string_view form) {
  KITH_RETURN_IF_ERROR(CheckIcuSize(text));
  UErrorCode code = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = nullptr;
  if (form == "NFC") normalizer = icu::Normalizer2::getNFCInstance(code);
  if (form == "NFD") normalizer = icu::Normalizer2::getNFDInstance(code);
  if (form == "NFKC") normalizer = icu::Normalizer2::getNFKCInstance(code);
  if (form == "NFKD") normalizer = icu::Normalizer2::getNFKDInstance(code);
  if (U_FAILURE(code)) return IcuError("normalization", code);
  if (normalizer == nullptr) {
    return Status(StatusCode::kArgumentError,
                  fmt::format("'{}' is no normal form; use NFC, NFD, NFKC or NFKD", form))
        .WithPhase(ErrorPhase::kRuntime);
  }
  std::string normalized;
  icu::StringByteSink<std::string> sink(&normalized);
  normalizer->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())),
                            sink, nullptr, code);
  if (U_FAILURE(code)) return IcuError("normalization", code);
  return normalized;
}

}  // namespace kith::query
