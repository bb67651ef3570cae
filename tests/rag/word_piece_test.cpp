// SPDX-License-Identifier: Apache-2.0
// WordPiece by a hand-made vocabulary. word_piece_oracle.py shows that it equals the original
// tokeniser on every code point and on random texts of many scripts, where that is installed.
#include "rag/model/word_piece.h"

#include <catch2/catch.hpp>

namespace kith::rag {
namespace {

const std::vector<std::string> kVocabulary = {
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "un", "##aff", "##able", "##a", "unab",
    ",",     "cafe",  "中",    "文",    "i",      "##i", "\"", "don",   "'",      "t",   "##b"};

std::vector<std::string> Tokens(std::string_view text, size_t max_tokens = 64,
                                WordPieceOptions options = {}) {
  const auto pieces = WordPiece::Make(kVocabulary, std::move(options));
  REQUIRE(pieces.ok());
  std::vector<int32_t> ids;
  pieces->Encode(text, max_tokens, &ids);
  std::vector<std::string> tokens;
  for (const int32_t id : ids) tokens.push_back(kVocabulary[static_cast<size_t>(id)]);
  return tokens;
}

using Strings = std::vector<std::string>;

TEST_CASE("words are cut into the longest pieces from the left", "[rag]") {
  CHECK(Tokens("The UNAFFABLE") == Strings{"[CLS]", "the", "un", "##aff", "##able", "[SEP]"});
  CHECK(Tokens("unabb") == Strings{"[CLS]", "unab", "##b", "[SEP]"});
  // Never taken back: un ##able would do, but unab is longer than un.
  CHECK(Tokens("unable") == Strings{"[CLS]", "[UNK]", "[SEP]"});
  CHECK(Tokens("") == Strings{"[CLS]", "[SEP]"});
}

TEST_CASE("text is cleaned as BERT does", "[rag]") {
  CHECK(Tokens("Caf\u00E9, CAFE\u0301") == Strings{"[CLS]", "cafe", ",", "cafe", "[SEP]"});
  CHECK(Tokens("\u4E2D\u6587the") == Strings{"[CLS]", "中", "文", "the", "[SEP]"});
  CHECK(Tokens("\u0130") == Strings{"[CLS]", "i", "[SEP]"});
  CHECK(Tokens("t\u200Bhe t\x01he\u00A0the\u2028the") ==
        Strings{"[CLS]", "the", "the", "the", "the", "[SEP]"});
  CHECK(Tokens("don't") == Strings{"[CLS]", "don", "'", "t", "[SEP]"});
  CHECK(Tokens("th\xFF"
               "e") == Strings{"[CLS]", "the", "[SEP]"});
  // White space that cleaning takes for a control character.
  CHECK(Tokens("t\vhe") == Strings{"[CLS]", "the", "[SEP]"});
  WordPieceOptions plain;
  plain.clean_text = plain.lowercase = plain.strip_accents = false;
  CHECK(Tokens("the\vthe The", 64, plain) == Strings{"[CLS]", "the", "the", "[UNK]", "[SEP]"});
}

TEST_CASE("special tokens in a text are themselves", "[rag]") {
  CHECK(Tokens("the[SEP]the [sep") ==
        Strings{"[CLS]", "the", "[SEP]", "the", "[UNK]", "[UNK]", "[SEP]"});
}

TEST_CASE("long words are unknown and long texts are cut", "[rag]") {
  CHECK(Tokens("i" + std::string(99, 'i'), 200).size() == 102);
  CHECK(Tokens("i" + std::string(100, 'i')) == Strings{"[CLS]", "[UNK]", "[SEP]"});
  CHECK(Tokens("the unaff the", 4) == Strings{"[CLS]", "the", "un", "[SEP]"});
  CHECK(Tokens("the", 2) == Strings{"[CLS]", "[SEP]"});
}

TEST_CASE("a vocabulary without its special tokens is refused", "[rag]") {
  const auto lacking = WordPiece::Make({"[UNK]", "[CLS]", "[SEP]", "a"});
  REQUIRE_FALSE(lacking.ok());
  CHECK(lacking.status().code() == StatusCode::kCorruption);
  CHECK_THAT(lacking.status().message(), Catch::Contains("[PAD]"));
  auto twice = kVocabulary;
  twice.push_back("the");
  CHECK_FALSE(WordPiece::Make(twice).ok());
}

}  // namespace
}  // namespace kith::rag
