// SPDX-License-Identifier: Apache-2.0
// Categories from ICU, restricted to the Unicode version of the original tokeniser's tables.
#include "rag/model/bert_characters.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <cstdint>
#include <span>

namespace kith::rag {
namespace {

// The original's tables of categories are those of Unicode 8.
constexpr uint8_t kTableVersion = 8;

bool InTables(char32_t c) {
  UVersionInfo age;
  u_charAge(static_cast<UChar32>(c), age);
  return age[0] != 0 && age[0] <= kTableVersion;
}

bool HasCategory(char32_t c, uint32_t mask) {
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & mask) != 0 && InTables(c);
}

bool IsAsciiPunctuation(char32_t c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}

// Characters whose category has changed since.
constexpr char32_t kOncePunctuation[] = {0x166D, 0x111C9};
constexpr char32_t kOnceMark[] = {0x1734};
constexpr char32_t kOnceNoMark[] = {0x1885, 0x1886, 0xA9BD, 0x111C9};

bool IsOneOf(char32_t c, std::span<const char32_t> list) {
  return std::find(list.begin(), list.end(), c) != list.end();
}

struct Block {
  char32_t first;
  char32_t last;
};
constexpr Block kIdeographs[] = {{0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},
                                 {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F},
                                 {0x2B920, 0x2CEAF}, {0x2F800, 0x2FA1F}};

}  // namespace

bool IsBertControl(char32_t c) {
  if (c == '\t' || c == '\n' || c == '\r') return false;
  if (c < 0x80) return c < 0x20 || c == 0x7F;
  return c == 0xFFFD || HasCategory(c, U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK);
}

bool IsBertSpace(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
  return u_isUWhiteSpace(static_cast<UChar32>(c));
}

bool IsBertPunctuation(char32_t c) {
  if (c < 0x80) return IsAsciiPunctuation(c);
  return HasCategory(c, U_GC_P_MASK) || IsOneOf(c, kOncePunctuation);
}

bool IsBertMark(char32_t c) {
  if (c < 0x300) return false;
  if (HasCategory(c, U_GC_MN_MASK)) return !IsOneOf(c, kOnceNoMark);
  return IsOneOf(c, kOnceMark);
}

bool IsBertChinese(char32_t c) {
  if (c < kIdeographs[0].first) return false;
  for (const Block& block : kIdeographs) {
    if (c >= block.first && c <= block.last) return true;
  }
  return false;
}

}  // namespace kith::rag
