// SPDX-License-Identifier: Apache-2.0
// See literal.h.
#include "query/parse/literal.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace kith::query {
namespace {

constexpr uint32_t kNoDigit = 99;
constexpr uint32_t kMaxCodePoint = 0x10FFFF;

uint32_t DigitValue(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint32_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<uint32_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<uint32_t>(c - 'A' + 10);
  return kNoDigit;
}

bool IsHighSurrogate(uint32_t c) {
  return c >= 0xD800 && c <= 0xDBFF;
}
bool IsLowSurrogate(uint32_t c) {
  return c >= 0xDC00 && c <= 0xDFFF;
}

/// Reads the escapes of one quoted token.
class QuotedDecoder {
 public:
  QuotedDecoder(std::string_view token, uint32_t offset)
      : body_(token.substr(1, token.size() - 2)), quote_(token[0]), offset_(offset + 1) {}

  Result<std::string> Decode() {
    std::string out;
    out.reserve(body_.size());
    while (at_ < body_.size()) {
      const char c = body_[at_];
      if (c == '\\') {
        KITH_RETURN_IF_ERROR(Escape(&out));
        continue;
      }
      out.push_back(c);
      at_ += c == quote_ ? 2 : 1;  // The lexer let a quote in only doubled.
    }
    return out;
  }

 private:
  Status Escape(std::string* out) {
    const size_t start = at_;
    const char c = body_[at_ + 1];  // The lexer ended the token after an escaped character.
    at_ += 2;
    switch (c) {
      case '\\':
      case '\'':
      case '"':
      case '`': out->push_back(c); return Status::Ok();
      case 't': out->push_back('\t'); return Status::Ok();
      case 'b': out->push_back('\b'); return Status::Ok();
      case 'n': out->push_back('\n'); return Status::Ok();
      case 'r': out->push_back('\r'); return Status::Ok();
      case 'f': out->push_back('\f'); return Status::Ok();
      case 'u':
      case 'U': return Unicode(start, c == 'u' ? 4 : 6, out);
      default:
        return SyntaxError("UnexpectedSyntax", Range(start, at_),
                           "unknown escape in a string; write \\\\ for a backslash");
    }
  }

  Status Unicode(size_t start, size_t digits, std::string* out) {
    // Neo4j writes \U with eight digits; the first two are then always zero.
    if (digits == 6 && body_.substr(at_, 2) == "00" && HexDigitsAt(at_) >= 8) digits = 8;
    uint32_t code = 0;
    KITH_RETURN_IF_ERROR(Hex(start, digits, &code));
    if (IsHighSurrogate(code) && body_.substr(at_, 2) == "\\u") {
      at_ += 2;
      uint32_t low = 0;
      KITH_RETURN_IF_ERROR(Hex(start, 4, &low));
      if (!IsLowSurrogate(low)) return BadUnicode(start, "a surrogate pair needs a low half");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    if (IsHighSurrogate(code) || IsLowSurrogate(code)) {
      return BadUnicode(start, "half of a surrogate pair is not a character");
    }
    if (code > kMaxCodePoint) return BadUnicode(start, "the last code point is 10FFFF");
    AppendUtf8(code, out);
    return Status::Ok();
  }

  Status Hex(size_t start, size_t digits, uint32_t* code) {
    if (HexDigitsAt(at_) < digits) {
      return BadUnicode(start, fmt::format("expected {} hexadecimal digits", digits));
    }
    *code = 0;
    for (size_t i = 0; i < digits; ++i) *code = *code * 16 + DigitValue(body_[at_++]);
    return Status::Ok();
  }

  size_t HexDigitsAt(size_t at) const {
    size_t count = 0;
    while (at + count < body_.size() && DigitValue(body_[at + count]) != kNoDigit) ++count;
    return count;
  }

  Status BadUnicode(size_t start, std::string_view why) {
    return SyntaxError("InvalidUnicodeLiteral", Range(start, at_),
                       fmt::format("invalid Unicode escape: {}", why));
  }

  SourceRange Range(size_t begin, size_t end) const {
    return {offset_ + static_cast<uint32_t>(begin), offset_ + static_cast<uint32_t>(end)};
  }

  std::string_view body_;
  char quote_;
  uint32_t offset_;
  size_t at_ = 0;
};

std::string WithoutUnderscores(std::string_view token) {
  std::string digits;
  digits.reserve(token.size());
  for (const char c : token) {
    if (c != '_') digits.push_back(c);
  }
  return digits;
}

}  // namespace

Status SyntaxError(std::string_view detail, SourceRange range, std::string message) {
  return Status(StatusCode::kSyntaxError, std::move(message))
      .WithDetail(detail)
      .WithPhase(ErrorPhase::kCompileTime)
      .WithPosition(range);
}

Result<int64_t> DecodeInteger(std::string_view token, bool negative, SourceRange range) {
  uint32_t base = 10;
  std::string_view digits = token;
  if (token.size() > 2 && token[0] == '0' && (token[1] | 0x20) == 'x') base = 16;
  if (token.size() > 2 && token[0] == '0' && token[1] == 'o') base = 8;
  if (base != 10) digits.remove_prefix(2);
  const uint64_t limit =
      static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) + (negative ? 1 : 0);
  uint64_t value = 0;
  for (const char c : digits) {
    if (c == '_') continue;
    const uint32_t digit = DigitValue(c);
    if (value > (limit - digit) / base) {
      return SyntaxError("IntegerOverflow", range,
                         fmt::format("integer {}{} does not fit in 64 bits; write it as a float",
                                     negative ? "-" : "", token));
    }
    value = value * base + digit;
  }
  return static_cast<int64_t>(negative ? 0 - value : value);
}

Result<double> DecodeFloat(std::string_view token, SourceRange range) {
  std::string digits = WithoutUnderscores(token);
  const char last = static_cast<char>(digits.back() | 0x20);
  if (last == 'f' || last == 'd') digits.pop_back();
  double value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (parsed.ec == std::errc::result_out_of_range) {
    value = std::strtod(digits.c_str(), nullptr);
    if (std::isinf(value)) {
      return SyntaxError("FloatingPointOverflow", range,
                         fmt::format("number {} is too large for a float", token));
    }
  }
  return value;
}

Result<std::string> DecodeQuoted(std::string_view token, uint32_t offset) {
  return QuotedDecoder(token, offset).Decode();
}

void AppendUtf8(uint32_t code_point, std::string* out) {
  const auto byte = [out](uint32_t bits) { out->push_back(static_cast<char>(bits)); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xC0 | code_point >> 6);
    byte(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    byte(0xE0 | code_point >> 12);
    byte(0x80 | (code_point >> 6 & 0x3F));
    byte(0x80 | (code_point & 0x3F));
  } else {
    byte(0xF0 | code_point >> 18);
    byte(0x80 | (code_point >> 12 & 0x3F));
    byte(0x80 | (code_point >> 6 & 0x3F));
    byte(0x80 | (code_point & 0x3F));
  }
}

}  // namespace kith::query
