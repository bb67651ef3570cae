// SPDX-License-Identifier: Apache-2.0
// Word segmentation and analysis.
#include "index/text/analyzer.h"

#include <catch2/catch.hpp>

#include "index/text/term_folder.h"
#include "index/text/word_breaker.h"
#include "tests/base/random_value.h"

namespace kith::index {
namespace {

using test::RandomValues;

std::string Terms(std::string_view analyzer, std::string_view text, bool stop_words = false) {
  const Result<Analyzer> made = Analyzer::Make(analyzer, stop_words);
  REQUIRE(made.ok());
  AnalyzedText analyzed;
  made->Analyze(text, &analyzed);
  std::string joined;
  for (const Token& token : analyzed.tokens) {
    if (!joined.empty()) joined += ' ';
    joined += analyzed.Term(token);
  }
  return joined;
}

std::string Shown(std::string_view text, const std::vector<Word>& words) {
  std::string joined;
  for (const Word& word : words) {
    joined += "[" + std::string(text.substr(word.begin, word.end - word.begin)) + "]";
  }
  return joined;
}

void AppendUtf8(char32_t c, std::string* out) {
  if (c < 0x80) {
    out->push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out->push_back(static_cast<char>(0xC0 | c >> 6));
    out->push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xE0 | c >> 12));
    out->push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (c & 0x3F)));
  }
}

void CompareWithIcu(const std::string& text) {
  std::vector<Word> fast;
  std::vector<Word> icu;
  FindWords(text, &fast);
  FindWordsByIcu(text, &icu);
  CAPTURE(text);
  REQUIRE(Shown(text, fast) == Shown(text, icu));
  REQUIRE(fast == icu);
}

TEST_CASE("the short way gives ICU's words on random ASCII", "[index]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  RandomValues random(seed);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (int64_t i = random.Below(40); i > 0; --i) {
      const bool word = random.Below(2) == 0;
      text.push_back(word ? "aZ09_.':,;- "[random.Below(12)]
                          : static_cast<char>(random.Between(1, 127)));
    }
    CompareWithIcu(text);
  }
}

TEST_CASE("the short way gives ICU's words on random alphabetic text", "[index]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  RandomValues random(seed);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (int64_t i = random.Below(30); i > 0; --i) {
      switch (random.Below(5)) {
        case 0: text.push_back(static_cast<char>(random.Between(32, 126))); break;
        case 1: AppendUtf8(static_cast<char32_t>(random.Between(0x80, 0x58F)), &text); break;
        case 2: AppendUtf8(static_cast<char32_t>(random.Between(0x1E00, 0x1FFF)), &text); break;
        case 3: AppendUtf8(static_cast<char32_t>(random.Between(0x2010, 0x2027)), &text); break;
        default: text.push_back("ab1 "[random.Below(4)]);
      }
    }
    CompareWithIcu(text);
  }
}

TEST_CASE("English words are folded and stemmed", "[index]") {
  CHECK(Terms("english", "Running quickly, the Databases ran.") == "run quick the databas ran");
  CHECK(Terms("english", "Einstein's theory; O'Brien's, James\u2019s house") ==
        "einstein theori o brien jame hous");
  CHECK(Terms("english", "3.14 foo_bar e-mail U.S.A.") == "3 14 foo bar e mail u s a");
  CHECK(Terms("english", "Caf\u00E9 \uFF21\uFF22\uFF23 stra\u00DFe \u0141\u00F3d\u017A") ==
        "cafe abc strass lodz");
  CHECK(Terms("english", "") == "");
  CHECK(Terms("english", " .,;- ") == "");
}

TEST_CASE("other analyzers", "[index]") {
  CHECK(Terms("none", "Running Caf\u00E9's") == "running caf\u00E9 s");
  CHECK(Terms("standard", "Running Caf\u00E9s") == "running cafes");
  CHECK(Terms("german", "Die H\u00E4user der B\u00FCrger") == "die haus der burg");
  CHECK(Terms("russian", "\u043A\u043D\u0438\u0433\u0438") == "\u043A\u043D\u0438\u0433");
  CHECK(Terms("english", "The cat is on the mat", true) == "cat mat");
}

TEST_CASE("with auto each text has its own language", "[index]") {
  CHECK(Terms("auto", "the houses of the citizens are running") ==
        "the hous of the citizen are run");
  CHECK(Terms("auto", "die H\u00E4user der B\u00FCrger sind nicht mit uns auf dem Weg") ==
        "die haus der burg sind nicht mit uns auf dem weg");
  const auto analyzer = Analyzer::Make("auto", false);
  REQUIRE(analyzer.ok());
  const auto words = analyzer->AnalyzeQuery("H\u00E4user");
  REQUIRE(words.size() == 1);
  const auto& terms = words[0].terms;
  CHECK(std::find(terms.begin(), terms.end(), "haus") != terms.end());
}

TEST_CASE("Chinese, Japanese and Thai are segmented by dictionary", "[index]") {
  CHECK(Terms("english", "\u6211\u4EEC\u559C\u6B22\u6570\u636E\u5E93\u3002") ==
        "\u6211\u4EEC \u559C\u6B22 \u6570\u636E \u5E93");
  CHECK(Terms("english", "\u77E5\u8BC6\u56FE\u8C31 graph") == "\u77E5\u8BC6 \u56FE \u8C31 graph");
  CHECK(Terms("english", "\u6771\u4EAC\u306B\u4F4F\u3093\u3067\u3044\u307E\u3059") ==
        "\u6771\u4EAC \u306B \u4F4F \u3093\u3067 \u3044 \u307E\u3059");
  CHECK(Terms("english", "\u0E20\u0E32\u0E29\u0E32\u0E44\u0E17\u0E22") ==
        "\u0E20\u0E32\u0E29\u0E32 \u0E44\u0E17\u0E22");
}

TEST_CASE("tokens carry the bytes that they come from", "[index]") {
  const std::string text = "A caf\u00E9's \u6570\u636E\u5E93 Databases";
  const auto analyzer = Analyzer::Make("english", false);
  REQUIRE(analyzer.ok());
  AnalyzedText analyzed;
  analyzer->Analyze(text, &analyzed);
  std::vector<std::string> sources;
  for (const Token& token : analyzed.tokens) {
    sources.push_back(text.substr(token.begin, token.end - token.begin));
  }
  CHECK(sources ==
        std::vector<std::string>{"A", "caf\u00E9", "\u6570\u636E", "\u5E93", "Databases"});
}

TEST_CASE("broken UTF-8, zero bytes and endless words are survived", "[index]") {
  CHECK(Terms("english", std::string("ab\xFF\xC3 cd\0ef", 10)) == "ab cd ef");
  CHECK(Terms("english", "\xE6\x97") == "");
  const std::string endless(1'000'000, 'x');
  CHECK(Terms("none", endless) == std::string(255, 'x'));
  std::string wide;
  for (int i = 0; i < 100'000; ++i) wide += "\u00E9";
  CHECK(Terms("none", wide).size() == 254);
}

TEST_CASE("the cache of terms does not mix analyzers", "[index]") {
  for (int round = 0; round < 3; ++round) {
    CHECK(Terms("english", "caf\u00E9s databases") == "cafe databas");
    CHECK(Terms("none", "caf\u00E9s databases") == "caf\u00E9s databases");
    CHECK(Terms("standard", "caf\u00E9s databases") == "cafes databases");
    CHECK(Terms("french", "caf\u00E9s databases") == "caf databas");
  }
}

TEST_CASE("analyzer names", "[index]") {
  CHECK(CanonicalAnalyzer("English").value() == "english");
  CHECK(CanonicalAnalyzer("standard-no-stop-words").value() == "standard");
  const Status unknown = CanonicalAnalyzer("klingon").status();
  CHECK(unknown.code() == StatusCode::kInvalidArgument);
  CHECK(unknown.message().find("'klingon'; known are standard, none, auto, arabic") !=
        std::string::npos);
  CHECK(Analyzer::Make("basque", true).status().code() == StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace kith::index
