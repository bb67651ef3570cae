// SPDX-License-Identifier: Apache-2.0
// See question_file.h.
#include "tests/rag/question_file.h"

#include <simdjson.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

namespace kith::rag {

std::string ReadWholeFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<GoldQuestion> ReadGoldQuestions(const std::string& path) {
  std::vector<GoldQuestion> questions;
  std::ifstream in(path);
  REQUIRE(in);
  simdjson::dom::parser parser;
  std::string line;
  while (std::getline(in, line)) {
    const simdjson::dom::element json = parser.parse(line);
    GoldQuestion question;
    question.id = std::string_view(json["id"]);
    std::string_view half;
    if (json["half"].get(half) == simdjson::SUCCESS) question.half = half;
    question.text = std::string_view(json["question"]);
    question.answerable = bool(json["answerable"]);
    for (const std::string_view answer : json["answers"]) question.answers.emplace_back(answer);
    for (const simdjson::dom::element gold : json["gold"]) {
      question.gold.push_back({std::string(std::string_view(gold["file"])), uint64_t(gold["begin"]),
                               uint64_t(gold["end"]), std::string(std::string_view(gold["text"]))});
    }
    questions.push_back(std::move(question));
  }
  return questions;
}

void CheckGoldSpans(const GoldQuestion& question, const std::string& folder) {
  CAPTURE(question.id);
  CHECK(question.answerable == !question.gold.empty());
  for (const GoldSpan& gold : question.gold) {
    const std::string text = ReadWholeFile(folder + "/" + gold.file);
    REQUIRE(gold.end <= text.size());
    CHECK(text.substr(gold.begin, gold.end - gold.begin) == gold.text);
  }
}

void CheckCitations(const Answer& answer, const std::string& folder) {
  for (const Citation& citation : answer.citations) {
    const std::string source = ReadWholeFile(folder + "/" + citation.document);
    REQUIRE(citation.end_byte <= source.size());
    CHECK(source.substr(citation.begin_byte, citation.end_byte - citation.begin_byte) ==
          citation.quote);
  }
  CHECK(answer.abstained == answer.citations.empty());
}

bool IsRight(const GoldQuestion& question, const Answer& answer) {
  if (!question.answerable || answer.abstained) return answer.abstained && !question.answerable;
  return std::any_of(
      question.answers.begin(), question.answers.end(),
      [&](const std::string& wanted) { return answer.text.find(wanted) != std::string::npos; });
}

}  // namespace kith::rag
