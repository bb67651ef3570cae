// SPDX-License-Identifier: Apache-2.0
// Pieces of text: whole characters whatever the pieces, and nothing from the stop text on.
#include "rag/generate/text_stream.h"

#include <catch2/catch.hpp>
#include <vector>

namespace kith::rag {
namespace {

struct Streamed {
  std::string text;
  std::vector<std::string> pieces;
  bool stopped = false;
};

/// `text` in pieces of `bytes`.
Streamed Stream(const std::string& text, size_t bytes, const std::vector<std::string>& stops) {
  Streamed streamed;
  const std::function<bool(std::string_view)> keep = [&](std::string_view piece) {
    streamed.pieces.emplace_back(piece);
    return true;
  };
  TextStream stream(stops, keep);
  bool goes_on = true;
  for (size_t at = 0; at < text.size() && goes_on; at += bytes) {
    goes_on = stream.Add(text.substr(at, bytes));
  }
  if (goes_on) stream.Finish();
  streamed.stopped = stream.stopped();
  streamed.text = stream.TakeText();
  return streamed;
}

TEST_CASE("characters are passed on whole", "[rag]") {
  const std::string text = "a\xC3\xA9 \xE6\xA1\xA5 \xF0\x9F\x8C\x89.";
  for (size_t bytes = 1; bytes <= text.size(); ++bytes) {
    const Streamed streamed = Stream(text, bytes, {});
    CHECK(streamed.text == text);
    std::string joined;
    for (const std::string& piece : streamed.pieces) {
      joined += piece;
      if (!piece.empty()) CHECK((static_cast<unsigned char>(piece[0]) & 0xC0) != 0x80);
    }
    CHECK(joined == text);
  }
  CHECK(Stream("a\xE6\xA1", 1, {}).text == "a\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(Stream("\xFF!", 1, {}).text == "\xEF\xBF\xBD!");
}

TEST_CASE("the text ends before the first stop text, however it comes", "[rag]") {
  const std::string text = "one two\n\nthree";
  for (size_t bytes = 1; bytes <= text.size(); ++bytes) {
    const Streamed streamed = Stream(text, bytes, {"three", "\n\n"});
    CHECK(streamed.text == "one two");
    CHECK(streamed.stopped);
    CHECK(Stream(text, bytes, {"two\n\n\n"}).text == text);
    CHECK(!Stream(text, bytes, {"four"}).stopped);
  }
}

TEST_CASE("the reader of a stream may end it", "[rag]") {
  const std::function<bool(std::string_view)> never = [](std::string_view) { return false; };
  TextStream stream({}, never);
  CHECK(!stream.Add("a"));
  CHECK(!stream.stopped());
}

}  // namespace
}  // namespace kith::rag
