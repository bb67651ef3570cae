// SPDX-License-Identifier: Apache-2.0
// How questions are read and routed, what the generator's cues say, and what the picture holds.
#include <catch2/catch.hpp>

#include "rag/evidence_picture.h"
#include "rag/generate/answer_cues.h"
#include "rag/generate/asked_relation.h"
#include "rag/generate/word_forms.h"
#include "rag/route/router.h"
#include "tests/rag/rag_fixture.h"

namespace kith::rag {
namespace {

int Steps(const std::string& rest) {
  Question question;
  question.text = rest;
  question.rest = rest;
  return CountedSteps(question);
}

RagDatabase& Towns() {
  static const std::unique_ptr<RagDatabase> database = [] {
    auto made = RagDatabase::Make();
    const std::pair<const char*, const char*> documents[] = {
        {"a.md", "# Amber Lake\n\nAmber Lake was painted by [Cora Dale](c.md) in 1880."},
        {"b.md", "# Borrow Hill\n\nBorrow Hill is a village. It has 312 inhabitants."},
        {"c.md", "# Cora Dale\n\nCora Dale was a painter. She was born on Borrow Hill."},
    };
    for (const auto& [uri, text] : documents) REQUIRE(made->pipeline->IngestText(uri, text).ok());
    return made;
  }();
  return *database;
}

}  // namespace

TEST_CASE("steps through relations are counted from the wording", "[rag]") {
  CHECK(Steps("When was   born?") == 1);
  CHECK(Steps("How long is the span of  ?") == 1);
  CHECK(Steps("Where was the engineer who designed   born?") == 2);
  CHECK(Steps("When did the director of   die?") == 2);
  CHECK(Steps("Who was the captain of the ship remembered in the fourth movement of  ?") == 2);
  CHECK(Steps("这是谁设计的？") == 1);
  CHECK(Steps("创办人的父亲是谁？") == 2);
  CHECK(Steps("作者的祖父的家乡在哪里？") == 3);
  CHECK(Steps("谁资助了设计者的父亲？") == 2);
  CHECK(Steps("Who wrote the Handbook of Fords?") == 1);
  CHECK(Steps("Who wrote the handbook of Fords?") == 2);
}

TEST_CASE("a question for one relation of one thing is told from the others", "[rag]") {
  const auto asks_one = [](const std::string& text) {
    Question question;
    question.text = text;
    question.rest = text;
    return AsksOneRelation(question);
  };
  CHECK(asks_one("Who is the mayor of Ostrand?"));
  CHECK(asks_one("石桥建于哪一年？"));
  CHECK(!asks_one("Who was the captain of the ship that sank?"));
  CHECK(!asks_one("Why did the mill burn?"));
}

TEST_CASE("a question is routed with reasons, and the caller can overrule", "[rag]") {
  const auto route = [](const std::string& question, const std::string& wanted) {
    RetrieveOptions options;
    options.route = wanted;
    return Towns().pipeline->Retrieve(question, options)->route;
  };
  const Route factual = route("How many inhabitants does Borrow Hill have?", "");
  CHECK(factual.kind == RouteKind::kFactual);
  CHECK(factual.entities == std::vector<std::string>{"borrow hill"});
  CHECK(factual.statement.find("$entities") != std::string::npos);
  CHECK(!factual.reasons.empty());
  const Route analytical = route("Where was the person who painted Amber Lake born?", "");
  CHECK(analytical.kind == RouteKind::kAnalytical);
  CHECK(analytical.statement.find("$names") != std::string::npos);
  CHECK(route("How many inhabitants does Borrow Hill have?", "analytical").kind ==
        RouteKind::kAnalytical);
}

TEST_CASE("an answer follows the bridge, and its path says how", "[rag]") {
  const auto answer = Towns().pipeline->Ask("Where was the person who painted Amber Lake born?");
  REQUIRE(answer.ok());
  CAPTURE(answer->text);
  CHECK(answer->text.find("born on Borrow Hill") != std::string::npos);
  REQUIRE(!answer->abstained);
  bool bridged = false;
  for (const Passage& passage : answer->retrieval.passages) {
    if (passage.document != "c.md") continue;
    for (const Hop& hop : passage.path) bridged = bridged || hop.name == "Amber Lake";
  }
  CHECK(bridged);
  CHECK(Towns().pipeline->Ask("Who stole Amber Lake from the museum?")->abstained);
}

TEST_CASE("an answer says what its sentences are about", "[rag]") {
  const auto database = RagDatabase::Make();
  const auto ask = [&](const std::string& question) {
    const auto answer = database->pipeline->Ask(question);
    REQUIRE(answer.ok());
    return answer->text;
  };
  REQUIRE(database->pipeline
              ->IngestText("weekly.md",
                           "# Weekly sync\n\nPresent: Priya Raman, Tom Okafor.\n\n## Notes\n\n"
                           "The import took eleven hours. Marek Novak joins the team on April 15. "
                           "He will own the\non-call rotation.\n\n## License\n\nMIT\n")
              .ok());
  CHECK(
      ask("Who owns the on-call rotation?") ==
      "Weekly sync: Marek Novak joins the team on April 15. [1] He will own the on-call rotation. "
      "[2]");
  CHECK_THAT(ask("Which license does the weekly sync have?"), Catch::Contains("License: MIT"));
  // The place stands in the sentence that has the rest of what was asked.
  REQUIRE(database->pipeline
              ->IngestText("suite.md",
                           "# Amber Suite\n\nThe Amber Suite is a work for orchestra by [Cora "
                           "Dale](cora.md), first played in Port Ferry on 9 September 1912.")
              .ok());
  REQUIRE(database->pipeline
              ->IngestText("cora.md",
                           "# Cora Dale\n\nCora Dale (1874–1958) was a composer and organist. She "
                           "was born in Quillby and played the organ of its church.")
              .ok());
  CHECK_THAT(ask("Where did the composer of the Amber Suite play the organ as a girl?"),
             Catch::Contains("born in Quillby"));
}

TEST_CASE("cues tell what is asked for and whether a sentence has it", "[rag]") {
  CHECK(AskedKind("When was it built?") == AnswerKind::kTime);
  CHECK(AskedKind("How many people came?") == AnswerKind::kNumber);
  CHECK(AskedKind("是谁设计的？") == AnswerKind::kPerson);
  CHECK(AskedKind("建于哪一年？") == AnswerKind::kTime);
  CHECK(AskedKind("阁有多高？") == AnswerKind::kNumber);
  CHECK(HoldsLifespan("Edmund Pell (1874–1958) was a composer."));
  CHECK(HoldsLifespan("陆维舟（一八八二年至一九五九年）是工程师。"));
  CHECK(HoldsLifespan("Ann (3 May 1851 - 19 November 1927) was an astronomer."));
  CHECK(!HoldsLifespan("The house (1874) stands - since 1880 - here."));
  CHECK(DefinitionIn("Pell (1874–1958) was a composer, born in Quill.") == "Pell  was a composer");
  CHECK(DefinitionIn("陆维舟（一八八二年）是工程师，出生于云溪。") == "陆维舟是工程师");
  CHECK(DefinitionIn("The mill was built in 1862 by Ann.").empty());
  CHECK(BeginsWithPronoun("She left."));
  CHECK(BeginsWithPronoun("他走了。"));
  CHECK(!BeginsWithPronoun("Sheila left."));
  CHECK(AskedKind("Name the lake.") == AnswerKind::kAny);
  CHECK(AskedKind("What is the seat of the county where it lies?") == AnswerKind::kAny);
  CHECK(HoldsKind(AnswerKind::kTime, "It was built in 1902.", ""));
  CHECK(HoldsKind(AnswerKind::kTime, "建于一五八四年。", ""));
  CHECK(!HoldsKind(AnswerKind::kTime, "It is old.", ""));
  CHECK(HoldsKind(AnswerKind::kNumber, "It has twelve rooms.", ""));
  CHECK(HoldsKind(AnswerKind::kPerson, "It was built by Ann.", "Who built it?"));
  CHECK(!HoldsKind(AnswerKind::kPerson, "It was built by Ann.", "Did Ann build it?"));
  CHECK(SameWord("designer", "designed"));
  CHECK(SameWord("kill", "killed"));
  CHECK(SameWord("wrote", "written"));
  CHECK(SameWord("won", "win"));
  CHECK(SameWord("slip", "slipped"));
  CHECK(SameWord("leading", "led"));
  CHECK(SameWord("won", "winning"));
  CHECK(!SameWord("wrote", "won"));
  CHECK(!SameWord("rite", "write"));
  CHECK(!SameWord("mayor", "may"));
  CHECK(!SameWord("move", "movement"));
  CHECK(ContentOf("What is the span of it?").words == std::vector<std::string>{"span"});
  CHECK(ContentOf("海拔多少米？").runs == std::vector<std::string>{"海拔", "米"});
}

TEST_CASE("the picture is well-formed whatever the names hold", "[rag]") {
  Evidence evidence;
  CHECK(EvidenceToSvg(evidence, "q").find("No evidence") != std::string::npos);
  evidence.nodes = {{kQuestionNode, "Question", ""},
                    {NodeId(1), "Entity", "a < b & \"c\""},
                    {NodeId(2), "Chunk", std::string(300, 'x')}};
  evidence.edges = {{kQuestionNode, NodeId(1), "NAMES"},
                    {NodeId(2), NodeId(1), "MENTIONS"},
                    {NodeId(2), NodeId(9), "MENTIONS"}};
  const std::string svg = EvidenceToSvg(evidence, "<question>");
  CHECK(svg.find("a &lt; b &amp; &quot;c&quot;") != std::string::npos);
  CHECK(svg.find("&lt;question&gt;") != std::string::npos);
  CHECK(svg.find("<question>") == std::string::npos);
  CHECK(svg.starts_with("<svg "));
  evidence.nodes.push_back({NodeId(3), "Document", "one passage"});
  evidence.edges.push_back({NodeId(3), NodeId(2), "HAS_CHUNK"});
  evidence.edges.push_back({NodeId(3), NodeId(1), "ABOUT"});
  const std::string merged = EvidenceToSvg(evidence, "q");
  CHECK(merged.find("one passage") == std::string::npos);
  CHECK(merged.find(">about<") != std::string::npos);
  const auto answer = Towns().pipeline->Ask("Who painted Amber Lake?");
  CHECK(AnswerToHtml("Who painted Amber Lake?", *answer).find("Cora Dale") != std::string::npos);
}

}  // namespace kith::rag
