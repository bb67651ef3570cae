// SPDX-License-Identifier: Apache-2.0
// Documents and questions that were written before the rules of answering were looked at. The rules
// were then mended on the questions of the first half alone; the second half says what to expect of
// documents that nobody has looked at, so no rule may be made for one of its questions.
#include <catch2/catch.hpp>

#include "tests/rag/question_file.h"
#include "tests/rag/rag_fixture.h"

namespace kith::rag {
namespace {

std::string FreshFolder() {
  return std::string(KITH_SOURCE_DIR) + "/tests/rag/data/fresh";
}

std::vector<GoldQuestion> FreshQuestions() {
  return ReadGoldQuestions(FreshFolder() + "/questions.jsonl");
}

RagDatabase& Fresh() {
  static const std::unique_ptr<RagDatabase> database = [] {
    auto made = RagDatabase::Make();
    const std::string folder = FreshFolder();
    // The halves stand together, so that each is in the other's way.
    const std::string halves[] = {folder + "/first", folder + "/second"};
    const auto report = made->pipeline->IngestAll(halves);
    REQUIRE(report.ok());
    REQUIRE(report->skipped.empty());
    REQUIRE(report->documents_added == 28);
    return made;
  }();
  return *database;
}

struct Outcome {
  size_t answered = 0;  ///< Answerable, with an expected answer.
  size_t mistaken = 0;  ///< Answerable, with another answer.
  size_t refused = 0;   ///< Unanswerable, without an answer.
};

Outcome AskHalf(const std::string& half) {
  Outcome outcome;
  for (const GoldQuestion& question : FreshQuestions()) {
    if (question.half != half) continue;
    const auto answer = Fresh().pipeline->Ask(question.text);
    REQUIRE(answer.ok());
    CAPTURE(question.id, question.text, answer->text, answer->confidence);
    CheckCitations(*answer, FreshFolder() + "/" + half);
    const bool right = IsRight(question, *answer);
    if (!right) WARN(question.id << ": " << answer->text << " (" << answer->confidence << ")");
    outcome.answered += question.answerable && right ? 1 : 0;
    outcome.mistaken += question.answerable && !right && !answer->abstained ? 1 : 0;
    outcome.refused += !question.answerable && right ? 1 : 0;
  }
  WARN(half << " half: " << outcome.answered << " answered, " << outcome.mistaken << " mistaken, "
            << outcome.refused << " refused");
  return outcome;
}

}  // namespace

TEST_CASE("the fresh questions have what they promise", "[rag]") {
  const auto questions = FreshQuestions();
  CHECK(questions.size() == 60);
  for (const GoldQuestion& question : questions) {
    CheckGoldSpans(question, FreshFolder() + "/" + question.half);
  }
}

TEST_CASE("the fresh questions that the rules were mended on", "[rag]") {
  const Outcome outcome = AskHalf("first");
  CHECK(outcome.answered >= 13);  // of 17
  CHECK(outcome.mistaken <= 1);
  CHECK(outcome.refused >= 11);  // of 13
}

TEST_CASE("the fresh questions that no rule was mended on", "[rag]") {
  const Outcome outcome = AskHalf("second");
  CHECK(outcome.answered >= 12);  // of 18
  CHECK(outcome.mistaken <= 2);
  CHECK(outcome.refused >= 8);  // of 12
}

}  // namespace kith::rag
