// SPDX-License-Identifier: Apache-2.0
// Splitting by SIMD within a register, as in simdjson's first stage but for two characters only:
// that needs no instruction set, and what follows for each field costs more anyway.
#include "engine/base/csv_parser.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>

#include "engine/base/utf8.h"

namespace kith {
namespace {

static_assert(kMaxCsvRecordBytes >> 20 == 64, "a message says so");
static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");

constexpr uint64_t kOnes = 0x0101010101010101ull;
constexpr uint64_t kLowBits = 0x7F7F7F7F7F7F7F7Full;
constexpr size_t kNotFound = std::string_view::npos;

constexpr uint64_t Repeated(char c) {
  return kOnes * static_cast<uint8_t>(c);
}

/// The high bit of each byte of `word` that equals that of `pattern`, exactly.
constexpr uint64_t Equal(uint64_t word, uint64_t pattern) {
  const uint64_t differences = word ^ pattern;
  return ~(((differences & kLowBits) + kLowBits) | differences | kLowBits);
}

/// Past the quote that closes the field whose first character after the opening quote is at
/// `begin`; kNotFound when the text ends before it, or right after it, where another quote may
/// follow.
size_t PastClosingQuote(std::string_view text, size_t begin, char quote) {
  for (size_t at = begin; (at = text.find(quote, at)) != kNotFound; at += 2) {
    if (at + 1 == text.size()) return kNotFound;
    if (text[at + 1] != quote) return at + 1;
  }
  return kNotFound;
}

}  // namespace

size_t WholeRecords(std::string_view text, const CsvDialect& dialect) {
  size_t whole = 0;
  size_t begin = 0;  // Outside quotes from here to the next opening quote.
  for (size_t from = 0; from <= text.size();) {
    const size_t quote = std::min(text.find(dialect.quote, from), text.size());
    const bool opens = quote == text.size() || quote == 0 || text[quote - 1] == '\n' ||
                       text[quote - 1] == dialect.delimiter;
    if (!opens) {
      from = quote + 1;
      continue;
    }
    const size_t line_break = text.substr(begin, quote - begin).rfind('\n');
    if (line_break != kNotFound) whole = begin + line_break + 1;
    if (quote == text.size()) break;
    begin = from = PastClosingQuote(text, quote + 1, dialect.quote);
    if (begin == kNotFound) break;
  }
  return whole;
}

char GuessDelimiter(std::string_view header, char quote) {
  constexpr std::array<char, 4> kCandidates = {',', ';', '\t', '|'};
  std::array<size_t, kCandidates.size()> counts = {};
  bool quoted = false;
  for (const char c : header) {
    quoted = quoted != (c == quote);
    const auto at = std::find(kCandidates.begin(), kCandidates.end(), c);
    if (!quoted && at != kCandidates.end()) ++counts[static_cast<size_t>(at - kCandidates.begin())];
  }
  return kCandidates[static_cast<size_t>(std::max_element(counts.begin(), counts.end()) -
                                         counts.begin())];
}

CsvParser::CsvParser(std::span<char> text, const CsvDialect& dialect)
    : text_(text.data()),
      size_(text.size()),
      dialect_(dialect),
      bad_utf8_(FindBadUtf8({text.data(), text.size()})),
      delimiters_(Repeated(dialect.delimiter)) {
  Restart(0);
}

inline uint64_t CsvParser::SpecialsAt(size_t at) const {
  uint64_t word = 0;
  if (at + sizeof word <= size_) {
    std::memcpy(&word, text_ + at, sizeof word);
  } else if (at < size_) {
    std::memcpy(&word, text_ + at, size_ - at);
  }
  return Equal(word, delimiters_) | Equal(word, Repeated('\n'));
}

void CsvParser::Restart(size_t at) {
  at_ = at;
  word_ = at;
  specials_ = SpecialsAt(at);
}

// The next delimiter or line break; size_ when there is none.
inline size_t CsvParser::NextSpecial() {
  while (specials_ == 0) {
    word_ += sizeof specials_;
    if (word_ >= size_) return size_;
    specials_ = SpecialsAt(word_);
  }
  const size_t at = word_ + static_cast<size_t>(std::countr_zero(specials_)) / 8;
  specials_ &= specials_ - 1;
  return at;
}

bool CsvParser::Next() {
  while (at_ < size_) {
    record_ = at_;
    line_ = next_line_;
    ParseRecord();
    if (field_count_ > 1 || !fields_[0].absent() || !problem_.empty()) return true;
  }
  record_ = size_;
  line_ = next_line_;
  field_count_ = 0;
  return false;
}

inline void CsvParser::AddField(const char* begin, size_t bytes, bool quoted) {
  if (field_count_ == fields_.size()) fields_.resize(2 * fields_.size() + 8);
  fields_[field_count_++] = {{begin, bytes}, quoted};
}

inline void CsvParser::TakePlain(size_t end) {
  size_t length = end - at_;
  const bool last = end == size_ || text_[end] == '\n';
  if (last && length > 0 && text_[end - 1] == '\r') --length;
  AddField(text_ + at_, length, false);
}

void CsvParser::ParseRecord() {
  field_count_ = 0;
  problem_ = {};
  while (true) {
    const bool quoted = at_ < size_ && text_[at_] == dialect_.quote;
    size_t end;
    if (quoted) {
      end = TakeQuoted();
    } else {
      end = NextSpecial();
      TakePlain(end);
    }
    at_ = std::min(end + 1, size_);
    if (end == size_ || text_[end] == '\n') break;
    // "a," is two fields, also at the end of the text.
    if (at_ == size_) {
      AddField(text_ + size_, 0, false);
      break;
    }
  }
  ++next_line_;
  CheckUtf8();
  if (problem_.empty() && at_ - record_ > kMaxCsvRecordBytes) {
    problem_ = "the record is over 64 MiB; is a quote missing?";
  }
}

// Takes the field whose opening quote is at at_, and returns where the delimiter, line break or end
// is that follows it.
size_t CsvParser::TakeQuoted() {
  char* const begin = text_ + at_ + 1;
  const char* const text_end = text_ + size_;
  char* written = begin;
  const char* read = begin;
  bool closed = false;
  while (!closed) {
    const auto* quote = static_cast<const char*>(
        std::memchr(read, dialect_.quote, static_cast<size_t>(text_end - read)));
    const char* const piece_end = quote == nullptr ? text_end : quote;
    const auto bytes = static_cast<size_t>(piece_end - read);
    next_line_ += static_cast<size_t>(std::count(read, piece_end, '\n'));
    if (written != read) std::memmove(written, read, bytes);
    written += bytes;
    if (quote == nullptr) {
      problem_ = "a quoted field is never closed";
      AddField(begin, static_cast<size_t>(written - begin), true);
      return size_;
    }
    closed = quote + 1 == text_end || quote[1] != dialect_.quote;
    if (!closed) *written++ = dialect_.quote;
    read = closed ? quote + 1 : quote + 2;
  }
  AddField(begin, static_cast<size_t>(written - begin), true);
  const auto after = static_cast<size_t>(read - text_);
  Restart(after);
  const size_t end = NextSpecial();
  const std::string_view rest(text_ + after, end - after);
  const bool last = end == size_ || text_[end] == '\n';
  if (!rest.empty() && !(last && rest == "\r") && problem_.empty()) {
    problem_ = "text follows a closing quote; double the quote to have it in the field";
  }
  return end;
}

void CsvParser::CheckUtf8() {
  if (bad_utf8_ >= at_) return;
  if (problem_.empty()) problem_ = "its bytes are not UTF-8; convert the file to UTF-8";
  bad_utf8_ = at_ + FindBadUtf8({text_ + at_, size_ - at_});
}

}  // namespace kith
