// SPDX-License-Identifier: Apache-2.0
// The CSV parser on the corners of RFC 4180, its cutting into pieces against parsing in one, and
// the reader across its blocks.
#include <catch2/catch.hpp>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "engine/base/csv_parser.h"
#include "engine/base/csv_reader.h"
#include "tests/temporary_folder.h"

namespace kith {
namespace {

using Record = std::vector<std::string>;

/// The records of a text: quoted fields in 'quotes', what is wrong behind an exclamation mark.
std::vector<Record> Parse(std::string text, const CsvDialect& dialect = {}) {
  CsvParser parser(text, dialect);
  std::vector<Record> records;
  while (parser.Next()) {
    Record& record = records.emplace_back();
    for (const CsvField& field : parser.fields()) {
      const std::string shown(field.text);
      record.push_back(field.quoted ? "'" + shown + "'" : shown);
    }
    if (!parser.problem().empty()) record.push_back("!" + std::string(parser.problem()));
  }
  return records;
}

TEST_CASE("fields of plain records", "[base]") {
  CHECK(Parse("").empty());
  CHECK(Parse("a") == std::vector<Record>{{"a"}});
  CHECK(Parse("a,b\n") == std::vector<Record>{{"a", "b"}});
  CHECK(Parse("a,b\r\nc,d\r\n") == std::vector<Record>{{"a", "b"}, {"c", "d"}});
  CHECK(Parse("a,b\nc,d") == std::vector<Record>{{"a", "b"}, {"c", "d"}});
  CHECK(Parse(",\n,") == std::vector<Record>{{"", ""}, {"", ""}});
  CHECK(Parse("\n\na\n\r\n\nb\n\n") == std::vector<Record>{{"a"}, {"b"}});
  CHECK(Parse("a,\"b\n") == std::vector<Record>{{"a", "'b\n'", "!a quoted field is never closed"}});
  const Record wide = Parse("0123456789,,abcdefghijklmnopqrstuvwxyz,x\n")[0];
  CHECK(wide == Record{"0123456789", "", "abcdefghijklmnopqrstuvwxyz", "x"});
  CHECK(Parse("1|2;3|\n", {'|', '"'}) == std::vector<Record>{{"1", "2;3", ""}});
}

TEST_CASE("quoted fields", "[base]") {
  CHECK(Parse("\"a,b\",c\n") == std::vector<Record>{{"'a,b'", "c"}});
  CHECK(Parse("\"a\"\"b\"\"\",\"\"\n") == std::vector<Record>{{"'a\"b\"'", "''"}});
  CHECK(Parse("\"two\nlines\",x\r\ny,\"\"\"\"") ==
        std::vector<Record>{{"'two\nlines'", "x"}, {"y", "'\"'"}});
  CHECK(Parse("\"\"\n") == std::vector<Record>{{"''"}});
  // A quote that does not begin a field is text.
  CHECK(Parse("5\" pipe,7\"\nx,y\n") == std::vector<Record>{{"5\" pipe", "7\""}, {"x", "y"}});
  const auto after = Parse("\"a\"b,c\nd,e\n");
  REQUIRE(after.size() == 2);
  CHECK(after[0].back().starts_with("!text follows"));
  CHECK(after[1] == Record{"d", "e"});
  CHECK(Parse("'a,b',c\n", {',', '\''}) == std::vector<Record>{{"'a,b'", "c"}});
}

TEST_CASE("records that are not UTF-8", "[base]") {
  const auto records = Parse("a,\xC3\xA9\nb,\xE9\nc,d\ne,\xFF\n\xC3\xA9,\n");
  REQUIRE(records.size() == 5);
  CHECK(records[0] == Record{"a", "\xC3\xA9"});
  CHECK(records[1].back().starts_with("!its bytes are not UTF-8"));
  CHECK(records[2] == Record{"c", "d"});
  CHECK(records[3].back().starts_with("!its bytes are not UTF-8"));
  CHECK(records[4] == Record{"\xC3\xA9", ""});
}

TEST_CASE("a record that is too long", "[base]") {
  std::string text = "a," + std::string(kMaxCsvRecordBytes, 'x') + "\nb,c\n";
  CsvParser parser(text, {});
  REQUIRE(parser.Next());
  CHECK(parser.problem().starts_with("the record is over 64 MiB"));
  REQUIRE(parser.Next());
  CHECK(parser.problem().empty());
  CHECK(parser.fields()[1].text == "c");
}

TEST_CASE("lines are counted, those inside quotes too", "[base]") {
  std::string text = "a\n\n\"x\ny\"\nb\n";
  CsvParser parser(text, {});
  std::vector<size_t> lines;
  while (parser.Next()) lines.push_back(parser.line());
  CHECK(lines == std::vector<size_t>{0, 2, 4});
  CHECK(parser.line() == 5);
}

TEST_CASE("the delimiter of a header", "[base]") {
  CHECK(GuessDelimiter("id|a;b|c,d", '"') == '|');
  CHECK(GuessDelimiter("id", '"') == ',');
  CHECK(GuessDelimiter("\"a|b|c\",d", '"') == ',');
  CHECK(GuessDelimiter("a\tb", '"') == '\t');
}

std::string RandomCsv(std::mt19937& random) {
  constexpr std::string_view kPieces[] = {"a", ",", "\n", "\"", "\"\"", "\r\n", "12", "\xC3\xA9"};
  std::string text;
  const size_t count = random() % 60;
  for (size_t i = 0; i < count; ++i) text += kPieces[random() % std::size(kPieces)];
  return text;
}

TEST_CASE("parsing in pieces gives what parsing in one gives", "[base]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = RandomCsv(random);
    INFO("text " << text);
    const std::vector<Record> expected = Parse(text);
    std::vector<Record> pieces;
    std::string rest = text;
    // What is at hand grows by a few bytes at a time.
    size_t at_hand = 0;
    while (!rest.empty()) {
      at_hand = std::min(rest.size(), at_hand + 1 + random() % 9);
      const bool end = at_hand == rest.size();
      const size_t whole = end ? at_hand : WholeRecords(rest.substr(0, at_hand), {});
      for (Record& record : Parse(rest.substr(0, whole))) pieces.push_back(std::move(record));
      rest.erase(0, whole);
      at_hand -= whole;
    }
    REQUIRE(pieces == expected);
  }
}

TEST_CASE("the reader goes over blocks", "[base]") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/rows.csv";
  {
    std::ofstream file(path, std::ios::binary);
    file << "\xEF\xBB\xBFid,text\n";
    for (int i = 0; i < 50'000; ++i) file << i << ",\"line one of " << i << "\nline two\"\n";
    file << "long," << std::string(3 << 20, 'x') << "\n";
    file << "end,\xFF\n";
  }
  auto reader = CsvReader::Open(path, {});
  REQUIRE(reader.ok());
  REQUIRE((*reader)->Next().value());
  CHECK((*reader)->fields()[0].text == "id");
  for (int i = 0; i < 50'000; ++i) {
    REQUIRE((*reader)->Next().value());
    REQUIRE((*reader)->fields()[0].text == std::to_string(i));
    REQUIRE((*reader)->line() == static_cast<size_t>(2 * i + 2));
  }
  REQUIRE((*reader)->Next().value());
  CHECK((*reader)->fields()[1].text.size() == 3 << 20);
  const auto bad = (*reader)->Next();
  REQUIRE(!bad.ok());
  CHECK_THAT(bad.status().message(), Catch::Contains("rows.csv, line 100003: its bytes"));
}

TEST_CASE("what cannot be read", "[base]") {
  const TemporaryFolder folder;
  CHECK(CsvReader::Open(folder.path() + "/none.csv", {}).status().code() == StatusCode::kNotFound);
  auto reader = CsvReader::Open(folder.path(), {});
  const Status status = reader.ok() ? (*reader)->Next().status() : reader.status();
  CHECK(status.code() == StatusCode::kInvalidArgument);
  CHECK_THAT(status.message(), Catch::Contains("Is a directory"));
}

}  // namespace
}  // namespace kith
