// SPDX-License-Identifier: Apache-2.0
// Questions that the documents nearly answer: another's role, a neighbour's attribute, another's
// life. All of them must be refused, and questions of the same kinds whose answers are there must
// be answered. The documents are small and serve nothing else.
#include <catch2/catch.hpp>

#include "rag/generate/answer_cues.h"
#include "rag/generate/whose_words.h"
#include "rag/generate/word_forms.h"
#include "tests/rag/rag_fixture.h"

namespace kith::rag {
namespace {

RagDatabase& Places() {
  static const std::unique_ptr<RagDatabase> database = [] {
    auto made = RagDatabase::Make();
    const std::pair<const char*, const char*> documents[] = {
        {"lorvia.md",
         "# Lorvia\n\nLorvia is a small republic by the sea. Its capital is Ostrand. The president "
         "of Lorvia is Hanna Brecht, who took office in 2016. The population is 415,000. In 2018 "
         "she received the prime minister of Quessia."},
        {"ostrand.md",
         "# Ostrand\n\nOstrand is the capital of Lorvia. The mayor of Ostrand is Pavel Dorn. The "
         "town was founded in 1187 by Abbot Severin. Its university, opened in 1598, has 7,000 "
         "students."},
        {"quessia.md",
         "# Quessia\n\nQuessia is a kingdom. The king of Quessia is Aldric Thorne. Its currency is "
         "the florin."},
        {"brecht.md",
         "# Hanna Brecht\n\nHanna Brecht (born 1959) is a politician. She studied physics in "
         "Ostrand and was minister of transport from 2008 to 2012. Her brother is the sculptor "
         "Emil Brecht."},
        {"orrin.md",
         "# Orrin Vale\n\nOrrin Vale (1801–1877) was a soldier who fought in the War of the Reeds "
         "(1821–1829). He wrote the Handbook of Fords (pp. 120-145). His sister was the painter "
         "Mira Vale."},
        {"mill.md",
         "# Tessel Mill\n\nTessel Mill was rebuilt in Ostrand in 1840 and is 21 metres high. The "
         "miller is Greta Lund. It is popular with 40,000 visitors each year."},
        {"fair.md",
         "# Autumn fair\n\nThe fair starts at 5 pm on Friday. The stalls are run by Jonas Peck."},
        {"柏川县.md",
         "# 柏川县\n\n柏川县位于北部山区，人口约十九万。县城设在石梁镇。柏川县的县长是罗志远。"},
        {"石梁镇.md", "# 石梁镇\n\n石梁镇有一座石桥，建于一六四二年。镇上的老街全长六百米。"},
        {"韩秉文.md", "# 韩秉文\n\n韩秉文是药商，他的女儿韩素秋是教师。他在石梁镇创办了济生药铺。"},
        {"韩素秋.md",
         "# 韩素秋\n\n韩素秋（一九〇二年至一九八一年）是教师，父亲是韩秉文。她出生于石梁镇。"},
        {"kelda.md",
         "# Kelda\n\nKelda is a small planet with one moon. It was discovered in 1901 by the "
         "astronomer Ira Moss."},
        {"moss.md",
         "# Ira Moss\n\nIra Moss was born in Ostrand in 1866. He had a daughter, Lena. In 1910 he "
         "turned down the Medal of the Reed. He never taught. Moss sold his observatory to the "
         "Corvin Society; the Varley Institute bought his books."},
        {"青禾学堂.md",
         "# 青禾学堂\n\n青禾学堂设在石梁镇。青禾学堂的副校长是白露生。学堂没有图书馆。"},
    };
    for (const auto& [uri, text] : documents) REQUIRE(made->pipeline->IngestText(uri, text).ok());
    return made;
  }();
  return *database;
}

}  // namespace

TEST_CASE("what the documents only nearly say is refused", "[rag]") {
  const std::string question = GENERATE(
      as<std::string>(),
      // The role of another, or a role that differs by a word.
      "Who is the prime minister of Lorvia?", "Who is the vice president of Lorvia?",
      "Who is the former president of Lorvia?", "Who is the king of Lorvia?",
      "Who is the president of Quessia?", "Who is the deputy mayor of Ostrand?",
      // The attribute of a neighbour.
      "What is the population of Ostrand?", "What is the currency of Lorvia?",
      "When was Lorvia founded?", "Who is the mayor of Lorvia?",
      "How many students does Quessia have?", "How long is Tessel Mill?", "Who built Tessel Mill?",
      "Who is the miller of Ostrand?",
      // The life of another, or no life at all.
      "When was Mira Vale born?", "When was Aldric Thorne born?", "Who was Orrin Vale's wife?",
      "When did Hanna Brecht die?", "Who painted the Handbook of Fords?",
      "Where was the founder of Ostrand buried?", "Who is the husband of the president of Lorvia?",
      "石梁镇有多少人口？", "石梁镇的镇长是谁？", "韩秉文是哪一年出生的？", "韩秉文出生于哪里？",
      "柏川县有多长？",
      // A relative's life, what somebody made or found instead of what belongs to it.
      "Who discovered the moon of Kelda?", "When was the daughter of Ira Moss born?",
      // Who did it to whom; what is denied; what another part of the sentence says.
      "Who sold the Corvin Society to Moss?", "When did Ira Moss receive the Medal of the Reed?",
      "What did Ira Moss teach?",
      // The same in Chinese: another office, what there is none of.
      "青禾学堂的校长是谁？", "青禾学堂的图书馆在哪里？");
  const auto answer = Places().pipeline->Ask(question);
  REQUIRE(answer.ok());
  CAPTURE(question, answer->text, answer->confidence);
  CHECK(answer->abstained);
}

TEST_CASE("questions like the near misses are answered where the documents do say", "[rag]") {
  const auto [question, wanted] = GENERATE(table<std::string, std::string>({
      {"Who is the president of Lorvia?", "Hanna Brecht"},
      {"Who is the mayor of Ostrand?", "Pavel Dorn"},
      {"Who is the king of Quessia?", "Aldric Thorne"},
      {"What is the population of Lorvia?", "415,000"},
      {"What is the currency of Quessia?", "florin"},
      {"When was Ostrand founded?", "1187"},
      {"When was Orrin Vale born?", "1801"},
      {"How high is Tessel Mill?", "21 metres"},
      {"When does the autumn fair start?", "5 pm on Friday"},
      {"Who is the sister of Orrin Vale?", "Mira Vale"},
      {"柏川县有多少人口？", "十九万"},
      {"柏川县的县长是谁？", "罗志远"},
      {"韩素秋是哪一年出生的？", "一九〇二年"},
      {"韩素秋出生于哪里？", "石梁镇"},
      {"Who discovered Kelda?", "Ira Moss"},
      {"When was the discoverer of Kelda born?", "1866"},
      {"Where was the discoverer of Kelda born?", "Ostrand"},
      {"When did Ira Moss turn down the Medal of the Reed?", "1910"},
      {"青禾学堂的副校长是谁？", "白露生"},
  }));
  const auto answer = Places().pipeline->Ask(question);
  REQUIRE(answer.ok());
  CAPTURE(question, answer->text, answer->confidence);
  CHECK(!answer->abstained);
  CHECK(answer->text.find(wanted) != std::string::npos);
}

TEST_CASE("a life in brackets is its sentence's subject's", "[rag]") {
  CHECK(HoldsLifespan("Orrin Vale (1801–1877) was a soldier."));
  CHECK(!HoldsLifespan("Orrin Vale fought in the War of the Reeds (1821–1829)."));
  CHECK(!HoldsLifespan("Orrin Vale (pp. 120-145) is quoted."));
  CHECK(!HoldsLifespan("Orrin Vale (May – June) was away."));
}

TEST_CASE("what a sentence denies is not what it says", "[rag]") {
  CHECK(WithoutDenied("She wrote plays but never acted.", "Did she act?").find("act") ==
        std::string::npos);
  CHECK(WithoutDenied("She never acted, she wrote plays.", "").find("plays") != std::string::npos);
  CHECK(WithoutDenied("It was not opened until 1990.", "").find("1990") != std::string::npos);
  CHECK(WithoutDenied("Not only plays.", "").find("plays") != std::string::npos);
  CHECK(WithoutDenied("两人没有子女，住在石梁镇。", "").find("石梁镇") != std::string::npos);
  CHECK(WithoutDenied("两人没有子女。", "").find("子女") == std::string::npos);
  CHECK(WithoutDenied("不仅是画家。", "").find("画家") != std::string::npos);
}

TEST_CASE("names keep the side of a deed that they are on", "[rag]") {
  CHECK(SwapsRoles("Ann sold it to Bob.", "Who sold Bob to Ann?"));
  CHECK(!SwapsRoles("Cy sold Bob to Ann.", "Who sold Bob to Ann?"));
  CHECK(!SwapsRoles("Ann sold it to Bob.", "To whom did Ann sell it?"));
}

TEST_CASE("times are years, months, days and hours", "[rag]") {
  CHECK(HoldsKind(AnswerKind::kTime, "It starts at 5 pm on Friday.", ""));
  CHECK(HoldsKind(AnswerKind::kTime, "It starts at 17:30.", ""));
  CHECK(HoldsKind(AnswerKind::kTime, "Opened in 1890.", ""));
  CHECK(!HoldsKind(AnswerKind::kTime, "A port of 40,000 people.", ""));
  CHECK(!HoldsKind(AnswerKind::kTime, "A town of 11,1500 people.", ""));
  CHECK(!HoldsKind(AnswerKind::kTime, "Flat 4718.", ""));
}

TEST_CASE("words that only begin alike are not forms of one word", "[rag]") {
  CHECK(!SameWord("population", "popular"));
  CHECK(!SameWord("police", "policy"));
  CHECK(!SameWord("general", "generation"));
  CHECK(SameWord("discoverer", "discovered"));
  CHECK(SameWord("inhabitants", "inhabited"));
  CHECK(SameWord("composition", "composed"));
}

TEST_CASE("a name behind a preposition of place is no person", "[rag]") {
  CHECK(!HoldsKind(AnswerKind::kPerson, "It was built in Port Merrow.", "Who built it?"));
  CHECK(HoldsKind(AnswerKind::kPerson, "In Port Merrow it was built by Ann.", "Who built it?"));
  CHECK(HoldsKind(AnswerKind::kPlace, "It was built in Port Merrow.", "Where was it built?"));
  CHECK(HoldsKind(AnswerKind::kPlace, "She went to the Northern Reach.", ""));
  CHECK(!HoldsKind(AnswerKind::kPlace, "Ann Lee (born in May 1953) is an English composer.", ""));
  CHECK(!HoldsKind(AnswerKind::kPlace, "The bakery is owned by Jonas Holm.", ""));
}

}  // namespace kith::rag
