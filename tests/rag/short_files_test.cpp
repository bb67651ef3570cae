// SPDX-License-Identifier: Apache-2.0
// Short files of a user's own, without titles or links: what they say in plain words is answered,
// also where the question names nothing that has a name, and what they deny is not.
#include <catch2/catch.hpp>

#include "rag/generate/answer_cues.h"
#include "rag/generate/whose_words.h"
#include "rag/generate/word_forms.h"
#include "tests/rag/rag_fixture.h"

namespace kith::rag {
namespace {

RagDatabase& ShortFiles() {
  static const std::unique_ptr<RagDatabase> database = [] {
    auto made = RagDatabase::Make();
    const std::pair<const char*, const char*> documents[] = {
        {"torvik.txt", "Marit Oen built the lighthouse of Torvik in 1887."},
        {"copper.txt", "Copper melts at 1085 degrees. It was first melted in 4200 trials."},
        {"zinc.txt", "Zinc melts within 3 hours."},
        {"garden.md",
         "# The school garden\n\nThe garden was planted in spring 2019 by Mrs Calder. The garden "
         "is open on Saturdays from 9 to 12. Nobody watered the garden in 2020."},
        {"bakery.txt", "Holm Bakery opened in 1952. The bakery is owned by Jonas Holm."},
        {"mill.txt", "Ole Berg doesn't own the mill. The mill wasn't painted in 1970."},
        {"chapel.txt",
         "Nils Brask refused to paint the chapel. Eva Lund failed to sell the chapel in 1960. The "
         "mayor was unable to visit the chapel. The chapel was never dull."},
        {"quarry.txt", "The quarry near Halden is owned by Ida Moe."},
        {"ferry.txt", "The ferry is 40m long and crosses at a depth of 12 metres."},
    };
    for (const auto& [uri, text] : documents) REQUIRE(made->pipeline->IngestText(uri, text).ok());
    return made;
  }();
  return *database;
}

}  // namespace

TEST_CASE("plain questions of short files are answered", "[rag]") {
  const auto [question, wanted] = GENERATE(table<std::string, std::string>({
      {"Who built the lighthouse?", "Marit Oen"},
      {"When was the lighthouse built?", "1887"},
      {"Who built the lighthouse of Torvik?", "Marit Oen"},
      {"At what temperature does copper melt?", "1085 degrees"},
      {"What temperature does copper melt at?", "1085 degrees"},
      {"At what depth does the ferry cross?", "12 metres"},
      {"When is the garden open?", "Saturdays"},
      {"Who owns the bakery?", "Jonas Holm"},
      {"Who refused to paint the chapel?", "Nils Brask"},
      {"Where is the quarry?", "Halden"},
  }));
  const auto answer = ShortFiles().pipeline->Ask(question);
  REQUIRE(answer.ok());
  CAPTURE(question, answer->text, answer->confidence);
  CHECK(!answer->abstained);
  CHECK(answer->text.find(wanted) != std::string::npos);
}

TEST_CASE("what short files deny or do not say is refused", "[rag]") {
  const std::string question = GENERATE(
      as<std::string>(), "Who painted the lighthouse?", "When was the lighthouse sold?",
      "Who built the lighthouse of Skarn?", "At what temperature does zinc melt?",
      "At what temperature does iron melt?", "Who owns the mill?", "When was the mill painted?",
      "Who watered the garden?", "When was the garden watered?", "Who owns the lighthouse?",
      "At what speed does the ferry cross?", "Who painted the chapel?", "Who sold the chapel?",
      "When was the chapel sold?", "Who visited the chapel?", "Where is the bakery?",
      "Where is the chapel?");
  const auto answer = ShortFiles().pipeline->Ask(question);
  REQUIRE(answer.ok());
  CAPTURE(question, answer->text, answer->confidence);
  CHECK(answer->abstained);
}

TEST_CASE("denials are told from names that are worded alike", "[rag]") {
  const auto said = [](std::string_view sentence) { return WithoutDenied(sentence, ""); };
  CHECK(said("She didn't sail in 1990.").find("1990") == std::string::npos);
  CHECK(said("She didn’t sail in 1990.").find("1990") == std::string::npos);
  CHECK(said("Nobody sailed in 1990.").find("1990") == std::string::npos);
  CHECK(said("Never Let Me Go came out in 2005.").find("2005") != std::string::npos);
  CHECK(said("No. 1 was built in 1990.").find("1990") != std::string::npos);
  CHECK(said("No 10 was built in 1990.").find("1990") != std::string::npos);
  CHECK(said("In 1939 she wrote And Then There Were None in Ann's house.").find("house") !=
        std::string::npos);
}

TEST_CASE("what a question of a measure asks for is a number with its unit", "[rag]") {
  const std::string question = "At what temperature does it melt?";
  CHECK(AskedKind(question) == AnswerKind::kNumber);
  CHECK(HoldsKind(AnswerKind::kNumber, "It melts at 1085 °C.", question));
  CHECK(HoldsKind(AnswerKind::kNumber, "It melts at nine hundred degrees.", question));
  CHECK(!HoldsKind(AnswerKind::kNumber, "It melted in 1950.", question));
  CHECK(!HoldsKind(AnswerKind::kNumber, "It melts at a depth of 40m.", question));
  CHECK(HoldsKind(AnswerKind::kNumber, "A depth of 40m.", "What depth has it?"));
  CHECK(HoldsKind(AnswerKind::kNumber, "It runs at 40km/h.", "At what speed does it run?"));
  CHECK(!HoldsKind(AnswerKind::kNumber, "It is 40 miles long.", "At what speed does it run?"));
  CHECK(HoldsKind(AnswerKind::kNumber, "It melted 3 times.", "How many times did it melt?"));
}

TEST_CASE("short verbs have forms too, and days a plural", "[rag]") {
  CHECK(SameWord("owns", "owned"));
  CHECK(SameWord("adding", "adds"));
  CHECK(!SameWord("owls", "owned"));
  CHECK(HoldsKind(AnswerKind::kTime, "Open on Saturdays.", ""));
}

}  // namespace kith::rag
