// SPDX-License-Identifier: Apache-2.0
// See lexer.h. One pass over the bytes, without backtracking.
#include "query/parse/lexer.h"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "query/parse/literal.h"

namespace kith::query {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsHexDigit(char c) {
  return IsDigit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}
bool IsOctalDigit(char c) {
  return c >= '0' && c <= '7';
}
bool IsAsciiLetter(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
bool IsAscii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  TokenList Run() {
    list_.tokens.reserve(text_.size() / 4 + 4);
    while (list_.error.ok() && SkipBlanks()) {
      start_ = at_;
      Next();
    }
    if (list_.error.ok()) {
      start_ = at_;
      Emit(TokenKind::kEnd);
    }
    return std::move(list_);
  }

 private:
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  /// The code point at `at_`, or -1 when the bytes there are not UTF-8. Sets its length.
  int32_t CodePoint(size_t* length) const {
    const auto* bytes = reinterpret_cast<const uint8_t*>(text_.data()) + at_;
    const auto size = static_cast<int32_t>(std::min<size_t>(text_.size() - at_, 4));
    int32_t index = 0;
    UChar32 code = 0;
    U8_NEXT(bytes, index, size, code);
    *length = static_cast<size_t>(index);
    return code;
  }

  void Emit(TokenKind kind, Keyword keyword = Keyword::kNone) {
    list_.tokens.push_back(
        {kind, keyword, {static_cast<uint32_t>(start_), static_cast<uint32_t>(at_)}});
  }

  void Fail(std::string_view detail, std::string message) {
    Emit(TokenKind::kError);
    list_.error = SyntaxError(detail, list_.tokens.back().range, std::move(message));
  }

  /// False at the end of the text or after an error.
  bool SkipBlanks() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F)) {
        ++at_;
      } else if (c == '/' && Peek(1) == '/') {
        const size_t end = text_.find('\n', at_);
        at_ = end == std::string_view::npos ? text_.size() : end;
      } else if (c == '/' && Peek(1) == '*') {
        if (!SkipBlockComment()) return false;
      } else if (!IsAscii(c)) {
        size_t length = 0;
        const int32_t code = CodePoint(&length);
        if (code != 0xFEFF && (code < 0 || !u_isUWhiteSpace(code))) return true;
        at_ += length;
      } else {
        return true;
      }
    }
    return false;
  }

  bool SkipBlockComment() {
    const size_t end = text_.find("*/", at_ + 2);
    if (end != std::string_view::npos) {
      at_ = end + 2;
      return true;
    }
    start_ = at_;
    at_ += 2;
    Fail("UnexpectedSyntax", "this comment is never closed; expected */");
    return false;
  }

  void Next() {
    const char c = text_[at_];
    if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) return Number();
    if (c == '\'' || c == '"') return Quoted(TokenKind::kString);
    if (c == '`') return Quoted(TokenKind::kQuotedWord);
    if (c == '$') return Parameter();
    if (IsAsciiLetter(c) || c == '_') return Word();
    if (!IsAscii(c)) return NonAscii();
    Symbol();
  }

  /// Moves past the letters, digits and marks of a name.
  void SkipNameExtend() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (IsAscii(c)) {
        if (!IsAsciiLetter(c) && !IsDigit(c) && c != '_') return;
        ++at_;
        continue;
      }
      size_t length = 0;
      const int32_t code = CodePoint(&length);
      if (code < 0 || !u_hasBinaryProperty(code, UCHAR_XID_CONTINUE)) return;
      at_ += length;
    }
  }

  void Word() {
    SkipNameExtend();
    Emit(TokenKind::kWord, FindKeyword(text_.substr(start_, at_ - start_)));
  }

  void NonAscii() {
    size_t length = 0;
    const int32_t code = CodePoint(&length);
    if (code >= 0 && u_hasBinaryProperty(code, UCHAR_XID_START)) return Word();
    at_ += length;
    if (code < 0) {
      return Fail("InvalidUnicodeCharacter", "the text is not UTF-8 here; convert it to UTF-8");
    }
    Fail("InvalidUnicodeCharacter",
         fmt::format("the character '{}' (U+{:04X}) has no meaning here{}",
                     text_.substr(start_, length), code, AsciiHint(code)));
  }

  static std::string_view AsciiHint(int32_t code) {
    if (code >= 0x2010 && code <= 0x2015) return "; did you mean '-'?";
    if (code == 0x2212) return "; did you mean '-'?";
    if (code == 0x2018 || code == 0x2019) return "; did you mean '\\''?";
    if (code == 0x201C || code == 0x201D) return "; did you mean '\"'?";
    if (code == 0xFF08 || code == 0xFF09) return "; did you mean '(' or ')'?";
    if (code == 0xFF0C) return "; did you mean ','?";
    return "";
  }

  void Quoted(TokenKind kind) {
    const char quote = text_[at_++];
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\\') {
        at_ += at_ + 1 < text_.size() ? 2 : 1;
      } else if (c == quote) {
        ++at_;
        if (Peek() != quote) return Emit(kind);
        ++at_;
      } else if (IsAscii(c)) {
        ++at_;
      } else if (!SkipUtf8()) {
        return;
      }
    }
    // Point at the opening quote: everything after it was swallowed.
    at_ = start_ + 1;
    Fail("UnexpectedSyntax",
         fmt::format("this {} is never closed; expected {}",
                     kind == TokenKind::kString ? "string" : "quoted name", quote));
  }

  bool SkipUtf8() {
    size_t length = 0;
    if (CodePoint(&length) < 0) {
      start_ = at_;
      at_ += length;
      Fail("InvalidUnicodeCharacter", "the text is not UTF-8 here; convert it to UTF-8");
      return false;
    }
    at_ += length;
    return true;
  }

  void Parameter() {
    ++at_;
    if (Peek() == '`') {
      Quoted(TokenKind::kParameter);
      return;
    }
    SkipNameExtend();
    if (at_ - start_ == 1) {
      return Fail("UnexpectedSyntax", "expected the name of a parameter after '$'");
    }
    Emit(TokenKind::kParameter);
  }

  void Number() {
    if (text_[at_] == '0' && (Peek(1) | 0x20) == 'x') return BasedInteger(IsHexDigit);
    if (text_[at_] == '0' && Peek(1) == 'o') return BasedInteger(IsOctalDigit);
    TokenKind kind = TokenKind::kInteger;
    SkipDigits();
    if (Peek() == '.' && IsDigit(Peek(1))) {
      kind = TokenKind::kFloat;
      ++at_;
      SkipDigits();
    }
    if ((Peek() | 0x20) == 'e') {
      const size_t sign = Peek(1) == '+' || Peek(1) == '-' ? 1 : 0;
      if (!IsDigit(Peek(1 + sign))) return BadNumber();
      kind = TokenKind::kFloat;
      at_ += 1 + sign;
      SkipDigits();
    }
    const char suffix = static_cast<char>(Peek() | 0x20);
    if (kind == TokenKind::kFloat && (suffix == 'f' || suffix == 'd')) ++at_;
    NumberEnd(kind);
  }

  void SkipDigits() {
    while (IsDigit(Peek()) || (Peek() == '_' && IsDigit(Peek(1)))) ++at_;
  }

  void BasedInteger(bool (*is_digit)(char)) {
    at_ += 2;
    const size_t digits = at_;
    while (is_digit(Peek()) || (Peek() == '_' && is_digit(Peek(1)))) ++at_;
    if (at_ == digits) return BadNumber();
    NumberEnd(TokenKind::kInteger);
  }

  /// A number ends where no letter or digit follows.
  void NumberEnd(TokenKind kind) {
    const size_t end = at_;
    SkipNameExtend();
    if (at_ != end) return BadNumber();
    Emit(kind);
  }

  void BadNumber() {
    SkipNameExtend();
    Fail("InvalidNumberLiteral",
         fmt::format("'{}' is not a number; write 12, 1.5, 1.5e3, 0x1F or 0o17",
                     text_.substr(start_, at_ - start_)));
  }

  void Symbol() {
    const char c = text_[at_++];
    const char next = Peek();
    const auto two = [this](TokenKind kind) {
      ++at_;
      Emit(kind);
    };
    switch (c) {
      case '(': return Emit(TokenKind::kLeftParen);
      case ')': return Emit(TokenKind::kRightParen);
      case '[': return Emit(TokenKind::kLeftBracket);
      case ']': return Emit(TokenKind::kRightBracket);
      case '{': return Emit(TokenKind::kLeftBrace);
      case '}': return Emit(TokenKind::kRightBrace);
      case ',': return Emit(TokenKind::kComma);
      case ';': return Emit(TokenKind::kSemicolon);
      case '-': return Emit(TokenKind::kMinus);
      case '*': return Emit(TokenKind::kStar);
      case '/': return Emit(TokenKind::kSlash);
      case '%': return Emit(TokenKind::kPercent);
      case '^': return Emit(TokenKind::kCaret);
      case '&': return Emit(TokenKind::kAmpersand);
      case '!': return Bang(next);
      case '.': return next == '.' ? two(TokenKind::kDotDot) : Emit(TokenKind::kDot);
      case ':': return next == ':' ? two(TokenKind::kDoubleColon) : Emit(TokenKind::kColon);
      case '+': return next == '=' ? two(TokenKind::kPlusEqual) : Emit(TokenKind::kPlus);
      case '=': return next == '~' ? two(TokenKind::kRegexMatch) : Emit(TokenKind::kEqual);
      case '>': return next == '=' ? two(TokenKind::kGreaterEqual) : Emit(TokenKind::kGreater);
      case '|': return next == '|' ? two(TokenKind::kDoubleBar) : Emit(TokenKind::kBar);
      case '<':
        if (next == '=') return two(TokenKind::kLessEqual);
        if (next == '>') return two(TokenKind::kNotEqual);
        return Emit(TokenKind::kLess);
      default: return UnknownCharacter(c);
    }
  }

  void Bang(char next) {
    if (next != '=') return Emit(TokenKind::kBang);
    ++at_;
    Fail("UnexpectedSyntax", "'!=' is not an operator; did you mean '<>'?");
  }

  void UnknownCharacter(char c) {
    if (c > ' ' && c != 0x7F) {
      return Fail("UnexpectedSyntax", fmt::format("the character '{}' has no meaning here", c));
    }
    Fail("UnexpectedSyntax",
         fmt::format("the control character U+{:04X} has no meaning here", static_cast<int>(c)));
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t start_ = 0;
  TokenList list_;
};

}  // namespace

TokenList Tokenize(std::string_view text) {
  return Lexer(text).Run();
}

}  // namespace kith::query
