// SPDX-License-Identifier: Apache-2.0
// The demo's documents and questions: the gold spans exist byte for byte, and retrieval, answers,
// citations and abstention reach what the project promises on them.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/rag/question_file.h"
#include "tests/rag/rag_fixture.h"

namespace kith::rag {
namespace {

std::string Folder() {
  return std::string(KITH_SOURCE_DIR) + "/demo";
}

std::vector<GoldQuestion> Questions() {
  return ReadGoldQuestions(Folder() + "/questions.jsonl");
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
  for (const GoldQuestion& question : questions) {
    CheckGoldSpans(question, Folder() + "/documents");
  }
}

TEST_CASE("retrieval finds the demo's gold documents", "[rag]") {
  double recall = 0;
  size_t asked = 0;
  for (const GoldQuestion& question : Questions()) {
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
  for (const GoldQuestion& question : Questions()) {
    const auto answer = Demo().pipeline->Ask(question.text);
    REQUIRE(answer.ok());
    CAPTURE(question.id, question.text, answer->text, answer->confidence);
    CheckCitations(*answer, Folder() + "/documents");
    const bool right = IsRight(question, *answer);
    if (!right) WARN(question.id << ": " << answer->text << " (" << answer->confidence << ")");
    (question.answerable ? answered : abstained) += right ? 1 : 0;
  }
  CHECK(answered >= 27);  // of 30
  CHECK(abstained == 10);
}

}  // namespace kith::rag
