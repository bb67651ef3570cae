// SPDX-License-Identifier: Apache-2.0
// The bytes of schema records, property entries and postings: pinned, so that a change of the disk
// format cannot happen by accident, and damaged, so that it is noticed. docs/format.md explains the
// examples.
#include <catch2/catch.hpp>

#include "engine/base/key_codec.h"
#include "index/property/property_entry.h"
#include "index/schema_records.h"
#include "index/text/posting_keys.h"
#include "index/text/text_writer.h"
#include "tests/index/memory_keys.h"

namespace kith::index {
namespace {

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

IndexDefinition RangeIndex() {
  IndexDefinition index;
  index.id = IndexId{7};
  index.name = "people";
  index.labels = {"Person"};
  index.properties = {"name", "born"};
  index.property_ids = {PropertyId{0}, PropertyId{1}};
  return index;
}

IndexDefinition TextIndex() {
  IndexDefinition index = RangeIndex();
  index.kind = IndexKind::kText;
  index.text.weight_eighths = {16, 8};
  return index;
}

TEST_CASE("the record of a range index", "[index]") {
  const std::string bytes = EncodeDefinition(RangeIndex());
  CHECK(Hex(bytes) ==
        "010701010206"
        "70656f706c65"
        "0106"
        "506572736f6e"
        "02"
        "046e616d65"
        "04626f726e");
  const auto read = DecodeDefinition(bytes);
  REQUIRE(read.ok());
  CHECK(read->SameSchema(RangeIndex()));
  CHECK(read->name == "people");
}

TEST_CASE("the record of a text index", "[index]") {
  const auto read = DecodeDefinition(EncodeDefinition(TextIndex()));
  REQUIRE(read.ok());
  CHECK(read->text == TextIndex().text);
}

TEST_CASE("a damaged record is noticed", "[index]") {
  for (const IndexDefinition& index : {RangeIndex(), TextIndex()}) {
    const std::string good = EncodeDefinition(index);
    for (size_t size = 0; size < good.size(); ++size) {
      CHECK(DecodeDefinition(good.substr(0, size)).status().code() == StatusCode::kCorruption);
    }
    CHECK(DecodeDefinition(good + "x").status().code() == StatusCode::kCorruption);
    for (size_t i = 0; i < good.size(); ++i) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ 0xFF);
      // Some bytes may be anything; the point is that nothing worse than an error happens.
      static_cast<void>(DecodeDefinition(bad).ok());
    }
  }
}

TEST_CASE("a property entry", "[index]") {
  const std::vector<Value> values = {Value("Ada"), Value(1815)};
  const PropertyEntry entry = MakePropertyEntry(IndexId{7}, EncodeKeyTuple(values).value(), 0x4001);
  CHECK(Hex(entry.key) ==
        "00000007"
        "30"
        "416461"
        "0001"
        "50"
        "c09c5c0000000000"
        "0000000000004001");
  CHECK(entry.value.empty());
  const std::vector<Value> long_values = {Value(std::string(2000, 'x'))};
  const std::string tuple = EncodeKeyTuple(long_values).value();
  const PropertyEntry cut = MakePropertyEntry(IndexId{7}, tuple, 1);
  CHECK(cut.key.size() == 4 + 1024 + 8);
  CHECK(cut.value == tuple.substr(1024));
}

TEST_CASE("postings and documents", "[index]") {
  const IndexDefinition index = TextIndex();
  const auto document = AnalyzeTexts(index, {{0, "Graphs"}, {1, "a graph of graphs"}});
  REQUIRE(document.ok());
  CHECK(document->length_eighths == 16 + 4 * 8);
  REQUIRE(document->terms.size() == 3);
  const TermEntry& graph = document->terms[1];
  CHECK(graph.term == "graph");
  // 4 occurrences of the stem (one in the title counts twice), in both properties, in two forms.
  CHECK(Hex(EncodePosting(graph, document->length_eighths, LayoutOf(index))) ==
        "20"
        "30"
        "03"
        "8008"
        "c518");
  CHECK(Hex(EncodePosting(document->terms[0], document->length_eighths, LayoutOf(index))) ==
        "08"
        "30"
        "02"
        "ed");
  std::string key = PostingPrefix(IndexId{7}, "graph");
  AppendEntity(0x4001, &key);
  CHECK(Hex(key) ==
        "00000007"
        "02"
        "6772617068"
        "00"
        "0000000000004001");
  CHECK(Hex(DocumentKey(IndexId{7}, 0x4001)) ==
        "00000007"
        "01"
        "0000000000004001");
  CHECK(Hex(EncodeDocument({-3, *document})) ==
        "05"
        "30"
        "03"
        "0001610802"
        "00056772617068"
        "2003"
        "00026f660802");
  const auto read = DecodeDocument(EncodeDocument({-3, *document}));
  REQUIRE(read.ok());
  CHECK(read->nonce == -3);
  REQUIRE(read->document.terms.size() == 3);
  CHECK(read->document.terms[1].SameInDocument(graph));
}

TEST_CASE("damaged postings and documents are noticed", "[index]") {
  const IndexDefinition index = TextIndex();
  const auto document = AnalyzeTexts(index, {{0, "some graphs"}, {1, "a graph of words"}});
  REQUIRE(document.ok());
  const std::string good = EncodeDocument({77, *document});
  for (size_t size = 0; size < good.size(); ++size) {
    CHECK(DecodeDocument(good.substr(0, size)).status().code() == StatusCode::kCorruption);
  }
  std::string key = PostingPrefix(IndexId{7}, "graph");
  AppendEntity(1, &key);
  const PostingLayout layout = LayoutOf(index);
  CHECK(DecodePosting(key, "", layout, 0).status().code() == StatusCode::kCorruption);
  CHECK(DecodePosting(key, std::string("\0\1\1", 3), layout, 0).status().code() ==
        StatusCode::kCorruption);
  CHECK(DecodePosting("short", "\x08\x08\x01", layout, 0).status().code() ==
        StatusCode::kCorruption);
}

TEST_CASE("the entries of a dropped index go in portions", "[index]") {
  test::MemoryKeys keys;
  for (uint64_t i = 0; i < 5; ++i) {
    for (const uint32_t index : {6u, 7u}) {
      const PropertyEntry entry = MakePropertyEntry(IndexId{index}, "tuple", i);
      REQUIRE(keys.Put(storage::KeySpace::kProperty, entry.key, entry.value).ok());
    }
  }
  REQUIRE(keys.Add(PropertyCountKey(IndexId{7}), 5).ok());
  REQUIRE(MarkDropped(&keys, RangeIndex()).ok());
  std::string from;
  bool done = false;
  int calls = 0;
  while (!done) {
    REQUIRE(DeleteDroppedEntries(&keys, {IndexId{7}, IndexKind::kRange}, 2, &from, &done).ok());
    ++calls;
  }
  CHECK(calls == 3);
  CHECK(keys.spaces[storage::KeySpace::kProperty].size() == 5);
  CHECK(keys.Counter(PropertyCountKey(IndexId{7})).value() == 0);
  CHECK(ReadDropped(&keys)->empty());
}

}  // namespace
}  // namespace kith::index
