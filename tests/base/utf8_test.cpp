// SPDX-License-Identifier: Apache-2.0
// UTF-8 decoding at the edges of every sequence length.
#include "engine/base/utf8.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using kith::FindBadUtf8;
using kith::IsUtf8;
using kith::kBadUtf8;
using kith::TakeUtf8;

TEST_CASE("utf8: the first and last code point of each length decode", "[base]") {
  struct Case {
    std::string bytes;
    char32_t code;
  };
  const std::vector<Case> cases = {
      {std::string(1, '\0'), 0},     {"\x7F", 0x7F},           {"\xC2\x80", 0x80},
      {"\xDF\xBF", 0x7FF},           {"\xE0\xA0\x80", 0x800},  {"\xED\x9F\xBF", 0xD7FF},
      {"\xEE\x80\x80", 0xE000},      {"\xEF\xBF\xBF", 0xFFFF}, {"\xF0\x90\x80\x80", 0x10000},
      {"\xF4\x8F\xBF\xBF", 0x10FFFF}};
  for (const Case& c : cases) {
    size_t offset = 0;
    CHECK(TakeUtf8(c.bytes, &offset) == c.code);
    CHECK(offset == c.bytes.size());
    CHECK(IsUtf8("some ascii before " + c.bytes + " and after"));
  }
}

TEST_CASE("utf8: overlong, surrogate, too large, cut and stray bytes are refused", "[base]") {
  const std::vector<std::string> bad = {
      "\x80",         "\xBF",     "\xC0\x80",         "\xC1\xBF",         "\xE0\x9F\xBF",
      "\xED\xA0\x80", "\xFF",     "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
      "\xC3",         "\xE4\xB8", "\xE4\xB8\x41",     "\xF0\x9F\x98",     "\xC3("};
  for (const std::string& bytes : bad) {
    INFO(bytes.size());
    size_t offset = 0;
    CHECK(TakeUtf8(bytes, &offset) == kBadUtf8);
    CHECK(offset == 1);
    CHECK(FindBadUtf8("12345678abc" + bytes + "tail") == 11);
  }
  CHECK(FindBadUtf8("") == 0);
}
