// SPDX-License-Identifier: Apache-2.0
// Records and fields of CSV text in memory, as RFC 4180 has them: a field that begins with a quote
// ends with one, holds delimiters and line breaks in between, and doubles the quotes that it holds.
// A quote elsewhere in a field is a character like any other. Lines end with LF or CR LF; empty
// ones are passed over.
//
// A large text is cut with WholeRecords into pieces that several threads parse at once: cutting
// looks at quotes only, which is many times faster than parsing.
//
// Thread safety: a parser belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/export.h"

namespace kith {

struct CsvDialect {
  char delimiter = ',';  ///< Neither NUL nor a line break, and not the quote.
  char quote = '"';
};

/// A record that is longer is refused by whoever reads files: it is likely a quote that was
/// forgotten.
inline constexpr size_t kMaxCsvRecordBytes = size_t{64} << 20;

struct CsvField {
  std::string_view text;  ///< Without its quotes.
  bool quoted = false;

  /// An empty field that was not quoted: no value.
  bool absent() const { return text.empty() && !quoted; }
};

/// How many bytes at the front of `text`, which must begin where a record does, are whole records;
/// 0 when the first does not end here.
KITH_EXPORT size_t WholeRecords(std::string_view text, const CsvDialect& dialect);

/// Which of comma, semicolon, tab and vertical bar occurs most often in a header line, outside
/// quotes; the comma when none does.
KITH_EXPORT char GuessDelimiter(std::string_view header, char quote);

class KITH_EXPORT CsvParser {
 public:
  /// `text` is borrowed and must begin where a record does. Fields are unquoted in place, so it is
  /// of no further use to anyone else.
  CsvParser(std::span<char> text, const CsvDialect& dialect);

  /// Moves to the next record; false at the end of the text.
  bool Next();

  /// Of the current record; the views live as long as the text.
  std::span<const CsvField> fields() const { return {fields_.data(), field_count_}; }
  /// What is wrong with the current record, in words; empty when nothing is. Its fields are those
  /// up to there.
  std::string_view problem() const { return problem_; }
  /// Where the current record begins in the text, and where the next one does.
  size_t offset() const { return record_; }
  size_t end() const { return at_; }
  /// Line breaks before the current record, and before the next one.
  size_t line() const { return line_; }
  size_t next_line() const { return next_line_; }

 private:
  void Restart(size_t at);
  uint64_t SpecialsAt(size_t at) const;
  size_t NextSpecial();
  void ParseRecord();
  void AddField(const char* begin, size_t bytes, bool quoted);
  void TakePlain(size_t end);
  size_t TakeQuoted();
  void CheckUtf8();

  char* text_;
  size_t size_;
  CsvDialect dialect_;
  size_t at_ = 0;  // Where the next field begins.
  size_t record_ = 0;
  size_t line_ = 0;
  size_t next_line_ = 0;
  size_t bad_utf8_;               // The first byte from record_ on that is not UTF-8.
  std::vector<CsvField> fields_;  // The first field_count_ are the current record's.
  size_t field_count_ = 0;
  std::string_view problem_;

  // Delimiters and line breaks are found eight bytes at a time: the high bits of `specials_` mark
  // those of the word at `word_` that are still to come.
  size_t word_ = 0;
  uint64_t specials_ = 0;
  uint64_t delimiters_;
};

}  // namespace kith
