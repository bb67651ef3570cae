// SPDX-License-Identifier: Apache-2.0
// The entry that the fuzzer of the CSV parser and a test share: any bytes are split in one and in
// pieces, which must give the same records, and their first one is taken for a header.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/csv_parser.h"
#include "engine/import/import_header.h"

namespace kith::test {

/// The records of a text as one text, with marks that keep fields, quotes and problems apart.
inline std::string RecordsOf(std::string text, const CsvDialect& dialect) {
  CsvParser parser(text, dialect);
  std::string records;
  while (parser.Next()) {
    for (const CsvField& field : parser.fields()) {
      records += field.quoted ? "Q" : "P";
      records += std::to_string(field.text.size()) + ":";
      records += field.text;
    }
    records += "!" + std::string(parser.problem()) + "\n";
  }
  return records;
}

/// False when a promise is broken. The first byte chooses the delimiter and the size of the pieces.
inline bool TryCsv(std::string_view bytes) {
  if (bytes.empty()) return true;
  const auto choice = static_cast<uint8_t>(bytes[0]);
  const CsvDialect dialect = {",;|\t"[choice % 4], '"'};
  const size_t step = 1 + choice / 4;
  std::string_view rest = bytes.substr(1);
  const std::string expected = RecordsOf(std::string(rest), dialect);
  std::string pieces;
  for (size_t at_hand = 0; !rest.empty();) {
    at_hand = std::min(rest.size(), at_hand + step);
    const size_t whole =
        at_hand == rest.size() ? at_hand : WholeRecords(rest.substr(0, at_hand), dialect);
    if (whole > at_hand) return false;
    pieces += RecordsOf(std::string(rest.substr(0, whole)), dialect);
    rest.remove_prefix(whole);
    at_hand -= whole;
  }
  std::string first(bytes.substr(1));
  CsvParser header(first, dialect);
  if (header.Next()) {
    const auto parsed = import::ParseImportHeader(header.fields());
    if (!parsed.ok() && parsed.status().message().empty()) return false;
  }
  return pieces == expected;
}

}  // namespace kith::test
