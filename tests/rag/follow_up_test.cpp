// SPDX-License-Identifier: Apache-2.0
// What follow-up questions mean, without a database: names and their kinds are given.
#include "rag/converse/follow_up.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "rag/converse/referring_words.h"
#include "rag/converse/spoken_names.h"
#include "rag/ingest/names.h"

namespace kith::rag {
namespace {

SpokenName Name(std::string_view text, std::string_view name, ThingKind kind) {
  const size_t begin = text.find(name);
  REQUIRE(begin != std::string_view::npos);
  return {std::string(name), NameKey(name), begin, begin + name.size(), kind};
}

using Named = std::pair<const char*, ThingKind>;

SpokenTurn Said(std::string asked, std::vector<Named> in_question, std::vector<Named> in_answer) {
  SpokenTurn turn;
  for (const auto& [name, kind] : in_question) turn.asked_names.push_back(Name(asked, name, kind));
  for (const auto& [name, kind] : in_answer) {
    turn.answer_names.push_back({name, NameKey(name), 0, 0, kind});
  }
  turn.asked = std::move(asked);
  return turn;
}

/// With the question's own names found as in a database that knows none of them.
std::string Resolved(std::string_view question, const std::vector<SpokenTurn>& turns) {
  return ResolveFollowUp(question, NamesInText(question, {}), turns).text;
}

SpokenTurn Builder() {
  return Said("Who built the Kestrel Lighthouse?", {{"Kestrel Lighthouse", ThingKind::kThing}},
              {{"Marta Kowal", ThingKind::kWoman}});
}

}  // namespace

TEST_CASE("a pronoun takes the name that agrees with it") {
  CHECK(Resolved("When was it built?", {Builder()}) == "When was Kestrel Lighthouse built?");
  CHECK(Resolved("Where was she born?", {Builder()}) == "Where was Marta Kowal born?");
  CHECK(Resolved("What is its height?", {Builder()}) == "What is Kestrel Lighthouse's height?");
  CHECK(Resolved("Who was her mother?", {Builder()}) == "Who was Marta Kowal's mother?");
  CHECK(Resolved("Who married her?", {Builder()}) == "Who married Marta Kowal?");
  CHECK(Resolved("Who worked there?", {Builder()}) == "Who worked in Kestrel Lighthouse?");
  CHECK(Resolved("Did she build it?", {Builder()}) == "Did Marta Kowal build Kestrel Lighthouse?");
}

TEST_CASE("they are not one thing") {
  const SpokenTurn museum =
      Said("Who owns the Harbour Museum?", {{"Harbour Museum", ThingKind::kThing}}, {});
  CHECK(Resolved("Where are they kept?", {museum}) == "Where are they kept?");
}

TEST_CASE("a pronoun that nothing agrees with stays") {
  CHECK(Resolved("Where was he born?", {Builder()}) == "Where was he born?");
  CHECK(Resolved("When was it built?", {}) == "When was it built?");
}

TEST_CASE("a pronoun goes past a turn that has nothing for it") {
  const SpokenTurn of_town =
      Said("Where is the Kestrel Lighthouse?", {{"Kestrel Lighthouse", ThingKind::kThing}},
           {{"Ostrand", ThingKind::kThing}});
  CHECK(Resolved("Who taught her?", {of_town, Builder()}) == "Who taught Marta Kowal?");
}

TEST_CASE("the answer to who is a he or a she, when nothing else is known") {
  const SpokenTurn unknown = Said("Who owns the bakery?", {}, {{"Jonas Holm", ThingKind::kPerson}});
  CHECK(Resolved("How old is he?", {unknown}) == "How old is Jonas Holm?");
  CHECK(Resolved("How old is she?", {unknown}) == "How old is Jonas Holm?");
  CHECK(Resolved("How old is it?", {unknown}) == "How old is it?");
}

TEST_CASE("a pronoun behind a name of the same question is that name's") {
  CHECK(Resolved("When did Jonas Holm sell his house?", {Builder()}) ==
        "When did Jonas Holm sell his house?");
  CHECK(Resolved("When did she meet Jonas Holm?", {Builder()}) ==
        "When did Marta Kowal meet Jonas Holm?");
}

TEST_CASE("there is, there are") {
  CHECK(Resolved("How many rooms are there?", {Builder()}) == "How many rooms are there?");
  CHECK(Resolved("Is there a library?", {Builder()}) == "Is there a library?");
}

TEST_CASE("an it that stands for a clause refers to nothing") {
  for (const char* question :
       {"Who was it that carried the lens?", "Is it true that Jonas Holm was a baker?",
        "Is it possible to see the sea?", "How long does it take to ride to Varley Bridge?"}) {
    CHECK(Resolved(question, {Builder()}) == question);
  }
  CHECK(Resolved("How long did it take to build?", {Builder()}) ==
        "How long did Kestrel Lighthouse take to build?");
  CHECK(Resolved("Is it known for its lamp?", {Builder()}) ==
        "Is Kestrel Lighthouse known for Kestrel Lighthouse's lamp?");
}

TEST_CASE("a word that only opens a sentence is no name") {
  CHECK(Resolved("List her bridges.", {Builder()}) == "List Marta Kowal's bridges.");
  CHECK(Resolved("Thanks!", {Builder()}) == "Thanks!");
}

TEST_CASE("a description that is told apart by more words is not one that was spoken of") {
  for (const char* question :
       {"Who owns the lighthouse that burnt down?", "Who keeps the lighthouse at Varley?",
        "Who paid for the lighthouse of the island?", "Where is the lighthouse called Old Tom?"}) {
    CHECK(Resolved(question, {Builder()}) == question);
  }
  CHECK(Resolved("Who kept the lighthouse in winter?", {Builder()}) ==
        "Who kept Kestrel Lighthouse in winter?");
}

TEST_CASE("a name that ends with a pronoun is put in once") {
  const SpokenTurn film = Said("Who made Let It?", {{"Let It", ThingKind::kThing}}, {});
  CHECK(Resolved("Is that it now?", {film}) == "Is that Let It now?");
}

TEST_CASE("a description takes the name that ends with its noun") {
  CHECK(Resolved("When was the lighthouse sold?", {Builder()}) ==
        "When was Kestrel Lighthouse sold?");
  CHECK(Resolved("When was the harbour sold?", {Builder()}) == "When was the harbour sold?");
  CHECK(Resolved("When was the Varley Lighthouse sold?", {Builder()}) ==
        "When was the Varley Lighthouse sold?");
}

TEST_CASE("a name alone asks what was asked before") {
  const std::string expected = "Who built the Varley Bridge?";
  CHECK(Resolved("And Varley Bridge?", {Builder()}) == expected);
  CHECK(Resolved("What about Varley Bridge?", {Builder()}) == expected);
  CHECK(Resolved("and how about Varley Bridge", {Builder()}) == expected);
  CHECK(Resolved("Varley Bridge?", {Builder()}) == expected);
  CHECK(Resolved("What about the mill?", {Builder()}) == "Who built the mill?");
}

TEST_CASE("a name stands for one of its kind in the question before") {
  const SpokenTurn taught =
      Said("Who taught Marta Kowal Greek?",
           {{"Marta Kowal", ThingKind::kWoman}, {"Greek", ThingKind::kUnknown}}, {});
  const SpokenName holm = {"Jonas Holm", NameKey("Jonas Holm"), 4, 14, ThingKind::kMan};
  CHECK(ResolveFollowUp("And Jonas Holm?", {{holm}}, {{taught}}).text ==
        "Who taught Jonas Holm Greek?");
}

TEST_CASE("what is asked of the same thing is no other name in the question before") {
  CHECK(Resolved("What about its owner?", {Builder()}) == "What about Kestrel Lighthouse's owner?");
  CHECK(Resolved("And the name of its owner?", {Builder()}) ==
        "And the name of Kestrel Lighthouse's owner?");
  const SpokenTurn birth =
      Said("Where was Marta Kowal born?", {{"Marta Kowal", ThingKind::kWoman}}, {});
  CHECK(Resolved("And her husband?", {birth}) == "Where was Marta Kowal's husband born?");
  const SpokenTurn other =
      Said("Where was Jonas Holm born?", {{"Jonas Holm", ThingKind::kMan}}, {});
  CHECK(Resolved("What about her?", {other, birth}) == "Where was Marta Kowal born?");
}

TEST_CASE("a question word alone asks another thing of the question before") {
  const SpokenTurn birth = Said("Where was Marta Kowal born?", {{"Marta Kowal", ThingKind::kWoman}},
                                {{"Ostrand", ThingKind::kThing}});
  CHECK(Resolved("When?", {birth}) == "When was Marta Kowal born?");
  CHECK(Resolved("And when?", {birth}) == "When was Marta Kowal born?");
  CHECK(Resolved("Why?", {Builder()}) == "Why?");
}

TEST_CASE("a whole question stays as it is") {
  for (const char* question :
       {"And who painted the Varley Bridge?", "And in 1950?", "But why did Jonas Holm leave?",
        "What is the capital of Lorvia?", "And is the Varley Bridge open?"}) {
    CHECK(Resolved(question, {Builder()}) == question);
  }
}

TEST_CASE("follow-up questions in Chinese") {
  const SpokenTurn turn =
      Said("韩秉文的女儿是谁？", {{"韩秉文", ThingKind::kMan}}, {{"韩素秋", ThingKind::kWoman}});
  CHECK(ResolveFollowUp("她出生在哪里？", {}, {{turn}}).text == "韩素秋出生在哪里？");
  CHECK(ResolveFollowUp("他的药铺叫什么？", {}, {{turn}}).text == "韩秉文的药铺叫什么？");
  CHECK(ResolveFollowUp("其他人呢", {}, {{turn}}).text.find("韩素秋") == std::string::npos);
  CHECK(ResolveFollowUp("那罗志远呢？", {}, {{turn}}).text == "罗志远的女儿是谁？");
}

TEST_CASE("a whole Chinese question may end as a part of one does") {
  const SpokenTurn turn =
      Said("韩素秋出生在哪里？", {{"韩素秋", ThingKind::kWoman}}, {{"石梁镇", ThingKind::kThing}});
  CHECK(ResolveFollowUp("她是什么时候出生的呢？", {}, {{turn}}).text ==
        "韩素秋是什么时候出生的呢？");
  CHECK(ResolveFollowUp("她在哪里呢？", {}, {{turn}}).text == "韩素秋在哪里呢？");
  for (const char* question : {"为什么呢？", "是谁呢？", "然后呢？", "罗志远是医生吗？"}) {
    CHECK(ResolveFollowUp(question, {}, {{turn}}).text == question);
  }
  CHECK(ResolveFollowUp("那她的父亲呢？", {}, {{turn}}).text == "韩素秋的父亲出生在哪里？");
}

TEST_CASE("every change has its reason") {
  CHECK(ResolveFollowUp("When was it built?", {}, {{Builder()}}).reasons.size() == 1);
  CHECK(ResolveFollowUp("Did she build it?", {}, {{Builder()}}).reasons.size() == 2);
  CHECK(ResolveFollowUp("Who built Varley Bridge?", {}, {{Builder()}}).reasons.empty());
}

TEST_CASE("what a passage tells of its kind") {
  const auto kind = [](std::string_view text) { return KindFromPassage(text, "en"); };
  CHECK(kind("Marta Kowal (born 1901) was an engineer. Her bridges are known.") ==
        ThingKind::kWoman);
  CHECK(kind("Orrin Vale (1801–1877) was a soldier.") == ThingKind::kPerson);
  CHECK(kind("Kestrel Lighthouse stands on a rock. It was built by a man and his son. He died.") ==
        ThingKind::kThing);
  CHECK(kind("The company makes clocks. Its owner is Anna Ray.") == ThingKind::kThing);
  CHECK(kind("Jonas Holm bakes bread. He lives in Ostrand.") == ThingKind::kMan);
  CHECK(kind("A list of towns.") == ThingKind::kUnknown);
  CHECK(KindFromPassage("韩素秋是教师。她出生于石梁镇。", "zh") == ThingKind::kWoman);
  CHECK(KindFromPassage("韩秉文（一八九〇年至一九七六年）是医生。他写过书。", "zh") ==
        ThingKind::kMan);
  CHECK(KindFromPassage("石梁镇有一座桥。画家韩素秋在石梁镇出生。她住在桥边。", "zh") ==
        ThingKind::kUnknown);
}

TEST_CASE("names in a text are the entities and what has capitals") {
  const std::string text = "The bakery is owned by Jonas Holm and the Bank of Ostrand.";
  std::vector<std::string> names;
  for (const SpokenName& name : NamesInText(text, {})) names.push_back(name.text);
  CHECK(names == std::vector<std::string>{"Jonas Holm", "Bank of Ostrand"});
  CHECK(
      NamesInText("Keepers lived there. Boats came. [1] Lamps burnt.\n> Legacy: Oil.", {}).empty());
}

}  // namespace kith::rag
