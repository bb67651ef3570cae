// SPDX-License-Identifier: Apache-2.0
// The demo's documents and questions: the gold spans exist byte for byte, and retrieval, answers,
// citations and abstention reach what the project promises on them.
#include <simdjson.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/rag/rag_fixture.h"

namespace kith::rag {
namespace {

struct GoldSpan {
  std::string file;
  uint64_t begin = 0;
  uint64_t end = 0;
  std::string text;
};

struct DemoQuestion {
  std::string id;
  std::string text;
  bool answerable = false;
  std::vector<std::string> answers;
  std::vector<GoldSpan> gold;
};

std::string Folder() {
  return std::string(KITH_SOURCE_DIR) + "/demo";
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<DemoQuestion> Questions() {
  std::vector<DemoQuestion> questions;
  std::ifstream in(Folder() + "/questions.jsonl");
  simdjson::dom::parser parser;
  std::string line;
  while (std::getline(in, line)) {
    const simdjson::dom::element json = parser.parse(line);
    DemoQuestion question;
    question.id = std::string_view(json["id"]);
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

RagDatabase& Demo() {
  static const std::unique_ptr<RagDatabase> database = [] {
    auto made = RagDatabase::Make();
    const auto report = made->pipeline->Ingest(Folder() + "/documents");
    REQUIRE(report.ok());
    REQUIRE(report->skipped.empty());
    return made;
  }();
  return *database;
}

}  // namespace

TEST_CASE("the demo has what it promises", "[rag]") {
  const auto questions = Questions();
  CHECK(questions.size() == 40);
  CHECK(std::count_if(questions.begin(), questions.end(),
                      [](const auto& question) { return !question.answerable; }) == 10);
  for (const DemoQuestion& question : questions) {
    CAPTURE(question.id);
    CHECK(question.answerable == !question.gold.empty());
    for (const GoldSpan& gold : question.gold) {
      const std::string text = ReadFile(Folder() + "/documents/" + gold.file);
      REQUIRE(gold.end <= text.size());
      CHECK(text.substr(gold.begin, gold.end - gold.begin) == gold.text);
    }
  }
}

TEST_CASE("retrieval finds the demo's gold documents", "[rag]") {
  double recall = 0;
  size_t asked = 0;
  for (const DemoQuestion& question : Questions()) {
    if (!question.answerable) continue;
    RetrieveOptions options;
    options.limit = 5;
    const auto found = Demo().pipeline->Retrieve(question.text, options);
    REQUIRE(found.ok());
    size_t hits = 0;
    for (const GoldSpan& gold : question.gold) {
      hits += std::any_of(found->passages.begin(), found->passages.end(),
                          [&](const Passage& passage) { return passage.document == gold.file; })
                  ? 1
                  : 0;
    }
    for (const Passage& passage : found->passages) CHECK(!passage.path.empty());
    recall += static_cast<double>(hits) / static_cast<double>(question.gold.size());
    ++asked;
  }
  CHECK(recall / static_cast<double>(asked) >= 0.95);
}

TEST_CASE("the demo's questions are answered with true citations, or not at all", "[rag]") {
  size_t answered = 0;
  size_t abstained = 0;
  for (const DemoQuestion& question : Questions()) {
    const auto answer = Demo().pipeline->Ask(question.text);
    REQUIRE(answer.ok());
    CAPTURE(question.id, question.text, answer->text, answer->confidence);
    for (const Citation& citation : answer->citations) {
      const std::string source = ReadFile(Folder() + "/documents/" + citation.document);
      REQUIRE(citation.end_byte <= source.size());
      CHECK(source.substr(citation.begin_byte, citation.end_byte - citation.begin_byte) ==
            citation.quote);
    }
    CHECK(answer->abstained == answer->citations.empty());
    const bool right =
        question.answerable
            ? !answer->abstained &&
                  std::any_of(question.answers.begin(), question.answers.end(),
                              [&](const std::string& wanted) {
                                return answer->text.find(wanted) != std::string::npos;
                              })
            : answer->abstained;
    if (!right) WARN(question.id << ": " << answer->text << " (" << answer->confidence << ")");
    (question.answerable ? answered : abstained) += right ? 1 : 0;
  }
  CHECK(answered >= 27);  // of 30
  CHECK(abstained == 10);
}

}  // namespace kith::rag
