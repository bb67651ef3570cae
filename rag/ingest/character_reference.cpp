// SPDX-License-Identifier: Apache-2.0
// Character references of HTML and Markdown: numeric ones, and the names that people write. Other
// names stay as they are in the text, which still finds and cites them.
#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "rag/ingest/parsed_document.h"

namespace kith::rag {
namespace {

struct Named {
  std::string_view name;
  char32_t point;
};

constexpr std::array kNamed = std::to_array<Named>({
    {"amp", '&'},       {"lt", '<'},       {"gt", '>'},        {"quot", '"'},
    {"apos", '\''},     {"nbsp", 0xA0},    {"ndash", 0x2013},  {"mdash", 0x2014},
    {"hellip", 0x2026}, {"lsquo", 0x2018}, {"rsquo", 0x2019},  {"ldquo", 0x201C},
    {"rdquo", 0x201D},  {"laquo", 0xAB},   {"raquo", 0xBB},    {"bull", 0x2022},
    {"middot", 0xB7},   {"copy", 0xA9},    {"reg", 0xAE},      {"trade", 0x2122},
    {"deg", 0xB0},      {"plusmn", 0xB1},  {"times", 0xD7},    {"divide", 0xF7},
    {"frac12", 0xBD},   {"frac14", 0xBC},  {"sup2", 0xB2},     {"sup3", 0xB3},
    {"micro", 0xB5},    {"para", 0xB6},    {"sect", 0xA7},     {"euro", 0x20AC},
    {"pound", 0xA3},    {"yen", 0xA5},     {"cent", 0xA2},     {"iexcl", 0xA1},
    {"iquest", 0xBF},   {"szlig", 0xDF},   {"agrave", 0xE0},   {"aacute", 0xE1},
    {"acirc", 0xE2},    {"atilde", 0xE3},  {"auml", 0xE4},     {"aring", 0xE5},
    {"aelig", 0xE6},    {"ccedil", 0xE7},  {"egrave", 0xE8},   {"eacute", 0xE9},
    {"ecirc", 0xEA},    {"euml", 0xEB},    {"igrave", 0xEC},   {"iacute", 0xED},
    {"icirc", 0xEE},    {"iuml", 0xEF},    {"ntilde", 0xF1},   {"ograve", 0xF2},
    {"oacute", 0xF3},   {"ocirc", 0xF4},   {"otilde", 0xF5},   {"ouml", 0xF6},
    {"oslash", 0xF8},   {"ugrave", 0xF9},  {"uacute", 0xFA},   {"ucirc", 0xFB},
    {"uuml", 0xFC},     {"yacute", 0xFD},  {"yuml", 0xFF},     {"Agrave", 0xC0},
    {"Aacute", 0xC1},   {"Acirc", 0xC2},   {"Auml", 0xC4},     {"Aring", 0xC5},
    {"AElig", 0xC6},    {"Ccedil", 0xC7},  {"Egrave", 0xC8},   {"Eacute", 0xC9},
    {"Ntilde", 0xD1},   {"Oacute", 0xD3},  {"Ouml", 0xD6},     {"Oslash", 0xD8},
    {"Uuml", 0xDC},     {"scaron", 0x161}, {"Scaron", 0x160},  {"oelig", 0x153},
    {"thinsp", 0x2009}, {"ensp", 0x2002},  {"emsp", 0x2003},   {"shy", 0xAD},
    {"zwj", 0x200D},    {"zwnj", 0x200C},  {"dagger", 0x2020}, {"prime", 0x2032},
    {"minus", 0x2212},  {"le", 0x2264},    {"ge", 0x2265},     {"ne", 0x2260},
    {"asymp", 0x2248},  {"infin", 0x221E}, {"rarr", 0x2192},   {"larr", 0x2190},
});

void AppendUtf8(char32_t point, std::string* text) {
  if (point < 0x80) {
    *text += static_cast<char>(point);
  } else if (point < 0x800) {
    *text += static_cast<char>(0xC0 | (point >> 6));
    *text += static_cast<char>(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    *text += static_cast<char>(0xE0 | (point >> 12));
    *text += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
    *text += static_cast<char>(0x80 | (point & 0x3F));
  } else {
    *text += static_cast<char>(0xF0 | (point >> 18));
    *text += static_cast<char>(0x80 | ((point >> 12) & 0x3F));
    *text += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
    *text += static_cast<char>(0x80 | (point & 0x3F));
  }
}

DecodedReference DecodeNumber(std::string_view source, size_t at) {
  size_t i = at + 2;
  const bool hex = i < source.size() && (source[i] == 'x' || source[i] == 'X');
  if (hex) ++i;
  const size_t first = i;
  uint32_t point = 0;
  for (; i < source.size() && i < first + 8; ++i) {
    const auto c = static_cast<unsigned char>(source[i]);
    if (c >= '0' && c <= '9') {
      point = point * (hex ? 16 : 10) + (c - '0');
    } else if (hex && std::isxdigit(c) != 0) {
      point = point * 16 + static_cast<uint32_t>(std::tolower(c) - 'a' + 10);
    } else {
      break;
    }
  }
  if (i == first) return {};
  if (i < source.size() && source[i] == ';') ++i;
  const bool valid = point != 0 && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
  DecodedReference decoded;
  AppendUtf8(valid ? point : 0xFFFD, &decoded.text);
  decoded.bytes = i - at;
  return decoded;
}

}  // namespace

DecodedReference DecodeReference(std::string_view source, size_t at) {
  if (at + 1 >= source.size() || source[at] != '&') return {};
  if (source[at + 1] == '#') return DecodeNumber(source, at);
  size_t end = at + 1;
  while (end < source.size() && end < at + 12 &&
         std::isalnum(static_cast<unsigned char>(source[end])) != 0) {
    ++end;
  }
  if (end >= source.size() || source[end] != ';') return {};
  const std::string_view name = source.substr(at + 1, end - at - 1);
  const auto found = std::find_if(kNamed.begin(), kNamed.end(),
                                  [&](const Named& named) { return named.name == name; });
  if (found == kNamed.end()) return {};
  DecodedReference decoded;
  AppendUtf8(found->point, &decoded.text);
  decoded.bytes = end + 1 - at;
  return decoded;
}

}  // namespace kith::rag
