// SPDX-License-Identifier: Apache-2.0
// What a model writes against what it read: what is supported stays with the spans that say it,
// what is not goes; and what it is given to read. No model is needed for any of it.
#include "rag/generate/checked_answer.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>

#include "rag/generate/model_generator.h"
#include "rag/generate/model_prompt.h"

namespace kith::rag {
namespace {

/// Passages that live as long as a test.
class Passages {
 public:
  Passages& Add(const std::string& title, const std::string& text, const std::string& language) {
    Passage& passage = passages_.emplace_back();
    passage.title = title;
    passage.text = text;
    SourcedPassage& sourced = sourced_.emplace_back();
    sourced.passage = &passage;
    sourced.text = MappedText(text, {{0, 0, static_cast<uint32_t>(text.size())}});
    sourced.language = language;
    shown_.push_back({sourced_.size() - 1, text.size()});
    return *this;
  }
  const std::vector<SourcedPassage>& sourced() const { return sourced_; }
  const std::vector<ShownPassage>& shown() const { return shown_; }

 private:
  std::deque<Passage> passages_;
  std::vector<SourcedPassage> sourced_;
  std::vector<ShownPassage> shown_;
};

Passages& Bridges() {
  static Passages passages = [] {
    Passages made;
    made.Add("Halden Bridge",
             "The Halden Bridge crosses the Orrin at Halden. It was designed by Edmund Pell and "
             "opened in 1931. It was not widened before 1970.",
             "en");
    made.Add("Edmund Pell", "Edmund Pell was born in Torvik in 1874. He never married.", "en");
    made.Add("Halden", "Halden is a market town. It has 17,900 inhabitants.", "en");
    made.Add("云溪大桥", "云溪大桥由陆维舟设计。大桥于一九三一年通车。", "zh");
    made.Add("Sorley",
             "Ann Sorley refused to paint the Orrin Hall. She did not sell her house until 1950.",
             "en");
    made.Add("青禾学堂", "青禾学堂没有图书馆。学堂拒绝了王家的捐款。", "zh");
    made.Add("Osei Optical Works",
             "Kwame Osei founded the company in 1874 with a loan from the printer Jonas Weil.",
             "en");
    return made;
  }();
  return passages;
}

Support Check(const std::string& sentence, std::vector<size_t> cited = {}) {
  const SupportChecker checker(Bridges().sourced(), Bridges().shown());
  return checker.Check(sentence, cited);
}

std::string Quote(const DraftCitation& span) {
  return Bridges().sourced()[span.passage].text.text().substr(span.begin, span.end - span.begin);
}

Question Asked(const std::string& text, const std::string& language = "en") {
  Question question;
  question.text = text;
  question.rest = text;
  question.language = language;
  return question;
}

/// The draft from a model's text in pieces of `bytes`; what was told on the way into *told.
Draft Checked(const std::string& question, const std::string& text, size_t bytes,
              std::string* told = nullptr, CheckedAnswerOptions options = {},
              const std::string& language = "en") {
  const SupportChecker checker(Bridges().sourced(), Bridges().shown(), question);
  const Question asked = Asked(question, language);
  std::string heard;
  options.on_text = [&](std::string_view piece) {
    heard += piece;
    return true;
  };
  CheckedAnswer answer(&asked, &checker, &options);
  bool goes_on = true;
  for (size_t at = 0; at < text.size() && goes_on; at += bytes) {
    goes_on = answer.Add(text.substr(at, bytes));
  }
  Draft draft = answer.Finish(goes_on);
  CHECK(heard == draft.text);
  if (told != nullptr) *told = heard;
  return draft;
}

TEST_CASE("a sentence is supported by the span that says it", "[rag]") {
  const Support support = Check("The Halden Bridge was designed by Edmund Pell.");
  REQUIRE(support.supported);
  CHECK(support.share == Approx(1));
  REQUIRE(support.spans.size() == 1);
  CHECK_THAT(Quote(support.spans[0]), Catch::Contains("designed by Edmund Pell"));
  // Other words of the same meaning, in part.
  CHECK(Check("Edmund Pell was the designer of the Halden Bridge.").supported);
  // Two passages together.
  const Support both = Check("Edmund Pell, born in Torvik, designed the Halden Bridge in Halden.");
  REQUIRE(both.supported);
  CHECK(both.spans.size() == 2);
}

TEST_CASE("names and numbers that the passages lack are not supported", "[rag]") {
  CHECK(!Check("The Halden Bridge was designed by Ann Sorley.").supported);
  CHECK(!Check("The bridge was opened in 1932.").supported);
  CHECK(!Check("Edmund Pell was born in Torvik and studied engineering at Oslo.").supported);
  CHECK(!Check("It is a famous landmark visited by thousands of tourists.").supported);
  // The number is of another town, the bridge in another place than its engineer was born in.
  CHECK(Check("Halden has 17,900 inhabitants.").supported);
  CHECK(!Check("The town of Torvik has 17,900 inhabitants.").supported);
  CHECK(!Check("The Halden Bridge was opened in 1874.").supported);
  CHECK(!Check("").supported);
  CHECK(!Check("It is.").supported);
  CHECK(!Check(std::string(AbstainText("en"))).supported);
}

TEST_CASE("a sentence does not say the contrary of its span", "[rag]") {
  CHECK(!Check("The Halden Bridge was not designed by Edmund Pell.").supported);
  CHECK(!Check("Edmund Pell married.").supported);
  CHECK(Check("Edmund Pell never married.").supported);
  CHECK(Check("The bridge was not widened before 1970.").supported);
  // Another thing is denied there.
  CHECK(!Check("The Halden Bridge was not opened in 1931 and not widened in 1970.").supported);
  CHECK(!Check("Ann Sorley painted the Orrin Hall.").supported);
  CHECK(Check("Ann Sorley refused to paint the Orrin Hall.").supported);
  CHECK(Check("Ann Sorley sold her house in 1950.").supported);
}

TEST_CASE("a deed here and a name there do not say who did it", "[rag]") {
  Passages passages;
  passages.Add("Halden Bridge", "The Halden Bridge was designed by Edmund Pell.", "en");
  passages.Add("Ann Sorley", "Ann Sorley lived by the Halden Bridge.", "en");
  const SupportChecker checker(passages.sourced(), passages.shown(),
                               "Who designed the Halden Bridge?");
  CHECK(!checker.Check("The Halden Bridge was designed by Ann Sorley.", {}).supported);
  CHECK(checker.Check("The Halden Bridge was designed by Edmund Pell.", {}).supported);
  CHECK(checker.Check("Edmund Pell designed the Halden Bridge, by which Ann Sorley lived.", {})
            .supported);
}

TEST_CASE("Chinese sentences are checked by pairs of characters", "[rag]") {
  CHECK(Check("云溪大桥的设计者是陆维舟。").supported);
  CHECK(!Check("云溪大桥的设计者是王小明，他生于北京。").supported);
  CHECK(!Check("云溪大桥不由陆维舟设计。").supported);
  CHECK(Check("青禾学堂没有图书馆。").supported);
  CHECK(!Check("青禾学堂有图书馆。").supported);
  CHECK(!Check("学堂接受了王家的捐款。").supported);
}

TEST_CASE("a model's numbers are taken out of its sentences", "[rag]") {
  const auto taken = [](std::string sentence) {
    const std::vector<size_t> numbers = TakePassageNumbers(&sentence);
    return std::make_pair(sentence, numbers);
  };
  using Numbers = std::vector<size_t>;
  CHECK(taken("It opened in 1931 [1].") ==
        std::make_pair(std::string("It opened in 1931."), Numbers{0}));
  CHECK(taken("It opened. [2, 3]") == std::make_pair(std::string("It opened."), Numbers{1, 2}));
  CHECK(taken("It [Passage 4] opened.") == std::make_pair(std::string("It opened."), Numbers{3}));
  CHECK(taken("The [sic] bridge") == std::make_pair(std::string("The [sic] bridge"), Numbers{}));
  CHECK(taken("[99999999999999999999]").second == Numbers{999'999});
  CHECK(taken("[0] [").first == "[0] [");
}

TEST_CASE("supported sentences come through with numbers of their own", "[rag]") {
  const std::string text =
      "The Halden Bridge was designed by Edmund Pell [2]. It cost 40 million crowns [1]. He was "
      "born "
      "in Torvik in 1874. [2]";
  for (const size_t bytes : {1, 3, 7, 1000}) {
    const Draft draft = Checked("Who designed the Halden Bridge?", text, bytes);
    CHECK(draft.text ==
          "The Halden Bridge was designed by Edmund Pell. [1] He was born in Torvik in 1874. [2]");
    REQUIRE(draft.citations.size() == 2);
    CHECK_THAT(Quote(draft.citations[0]), Catch::Contains("designed by"));
    CHECK_THAT(Quote(draft.citations[1]), Catch::Contains("born in Torvik"));
    CHECK(draft.confidence > 0.6);
  }
  CheckedAnswerOptions mark;
  mark.mark_unsupported = true;
  CHECK_THAT(Checked("Who designed the Halden Bridge?", text, 5, nullptr, mark).text,
             Catch::Contains("It cost 40 million crowns. [unsupported]"));
}

TEST_CASE("an answer without what was asked for is none", "[rag]") {
  // Supported, but no place.
  const Draft draft = Checked("When was Edmund Pell born?", "Edmund Pell never married. [2]", 4);
  CHECK(draft.abstained);
  CHECK(draft.text == AbstainText("en"));
  CHECK(draft.citations.empty());
  CHECK(Checked("Who designed the bridge?", std::string(AbstainText("en")), 4).abstained);
  CHECK(Checked("Who designed the bridge?", "", 4).abstained);
  // All but the word that was asked for is in the passage.
  CHECK(Checked("Who painted the bridge?", "The Halden Bridge was painted by Edmund Pell.", 4)
            .abstained);
  // Its own name is no answer.
  CHECK(Checked("Who founded Osei Optical Works?",
                "Osei Optical Works: The company was founded by Osei Optical Works. [7]", 4)
            .abstained);
  CHECK_FALSE(Checked("Who founded Osei Optical Works?",
                      "Osei Optical Works: The company was founded by Kwame Osei. [7]", 4)
                  .abstained);
  CHECK(Checked("谁设计了云溪大桥？", std::string(AbstainText("zh")), 3, nullptr, {}, "zh").text ==
        AbstainText("zh"));
}

TEST_CASE("an answer rests on a place that says what was asked", "[rag]") {
  const std::string text = "Edmund Pell was born in Torvik.";
  CheckedAnswerOptions options;
  options.stated = {{1, 0, 20}};
  CHECK_FALSE(Checked("Who designed the bridge?", text, 5, nullptr, options).abstained);
  options.stated = {{0, 0, 40}};
  CHECK(Checked("Who designed the bridge?", text, 5, nullptr, options).abstained);
}

TEST_CASE("a true sentence that answers nothing is left out where one place answers", "[rag]") {
  const std::string text =
      "He was born in Torvik in 1874. The Halden Bridge was designed by Edmund Pell. Halden has "
      "17,900 inhabitants.";
  CheckedAnswerOptions options;
  options.stated = {{0, 42, 94}};
  options.only_stated = true;
  const Draft draft = Checked("Who designed the Halden Bridge?", text, 6, nullptr, options);
  CHECK(draft.text == "The Halden Bridge was designed by Edmund Pell. [1]");
  CHECK(draft.citations.size() == 1);
  CHECK(draft.by_model);
}

TEST_CASE("where nothing of a model's text holds, there may be another answer", "[rag]") {
  CheckedAnswerOptions options;
  options.otherwise.text = "It was designed by Edmund Pell. [1]";
  options.otherwise.citations = {{0, 42, 94}};
  for (const std::string text :
       {"", "Ann Sorley designed it in 1850.", "The documents do not say."}) {
    const Draft draft = Checked("Who designed the bridge?", text, 6, nullptr, options);
    CHECK(draft.text == options.otherwise.text);
    CHECK(draft.citations.size() == 1);
    CHECK(!draft.by_model);
    CHECK(!draft.abstained);
  }
}

TEST_CASE("a model that goes round in circles is heard once", "[rag]") {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "The Halden Bridge was designed by Edmund Pell. ";
  CHECK(Checked("Who designed the Halden Bridge?", text, 6).text ==
        "The Halden Bridge was designed by Edmund Pell. [1]");
}

TEST_CASE("the reader of an answer may stop it", "[rag]") {
  const SupportChecker checker(Bridges().sourced(), Bridges().shown());
  const Question asked = Asked("Who designed the Halden Bridge?");
  CheckedAnswerOptions options;
  options.on_text = [](std::string_view) { return false; };
  CheckedAnswer answer(&asked, &checker, &options);
  CHECK(!answer.Add("The"));
  CHECK(answer.ended_by_caller());
}

/// One token a word.
Result<size_t> CountWords(std::string_view text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), ' ')) + 1;
}

GeneratorInput Input(const Question& question) {
  return {question, Bridges().sourced(), {}, {}, 0};
}

TEST_CASE("a prompt has the best passages that fit, numbered", "[rag]") {
  const Question question = Asked("Who designed the Halden Bridge?");
  auto prompt = MakeModelPrompt(Input(question), {}, CountWords);
  REQUIRE(prompt.ok());
  CHECK(prompt->shown.size() == 6);
  REQUIRE(prompt->messages.size() == 2);
  CHECK_THAT(prompt->messages[0].text, Catch::Contains(std::string(AbstainText("en"))));
  CHECK_THAT(prompt->messages[1].text, Catch::StartsWith("[1] Halden Bridge: The Halden") &&
                                           Catch::Contains("[2] Edmund Pell: Edmund") &&
                                           Catch::EndsWith("Question: " + question.text));
  prompt = MakeModelPrompt(Input(question), {.passages = 1}, CountWords);
  CHECK(prompt->shown.size() == 1);
  // Room for two sentences of the first passage.
  const size_t fixed = CountWords(prompt->messages[0].text).value() + 5 + 48;
  prompt = MakeModelPrompt(Input(question), {.prompt_tokens = fixed + 25}, CountWords);
  REQUIRE(prompt->shown.size() == 1);
  const std::string& text = Bridges().sourced()[0].text.text();
  CHECK_THAT(text.substr(0, prompt->shown[0].text_bytes), Catch::EndsWith("opened in 1931."));
  CHECK_THAT(prompt->messages[1].text, !Catch::Contains("widened"));
  // What was not shown supports nothing.
  const SupportChecker checker(Bridges().sourced(), prompt->shown);
  CHECK(!checker.Check("The bridge was not widened before 1970.", {}).supported);
  // None at all.
  prompt = MakeModelPrompt(Input(question), {.prompt_tokens = fixed + 4}, CountWords);
  REQUIRE(prompt.ok());
  CHECK(prompt->shown.empty());
  CHECK(MakeModelPrompt(Input(question), {.prompt_tokens = 20}, CountWords).status().code() ==
        StatusCode::kInvalidArgument);
  CHECK_THAT(MakeModelPrompt(Input(Asked("谁？", "zh")), {}, CountWords)->messages[0].text,
             Catch::Contains("编号"));
}

/// Says what it is told to say.
class Parrot final : public LanguageModel {
 public:
  explicit Parrot(std::string text, size_t context_tokens = 4096) : text_(std::move(text)) {
    facts_.context_tokens = context_tokens;
  }
  const ModelFacts& facts() const override { return facts_; }
  Result<size_t> CountTokens(std::string_view text) const override { return CountWords(text); }
  Result<size_t> CountTokens(std::span<const ChatMessage> messages) const override {
    return messages.size();
  }
  Result<Generation> Generate(std::span<const ChatMessage> messages,
                              const GenerateOptions& options) override {
    ++calls;
    for (const ChatMessage& message : messages) tokens += CountWords(message.text).value();
    Generation made;
    made.text = text_;
    if (!options.on_text(text_)) made.end = GenerationEnd::kCaller;
    return made;
  }

  int calls = 0;
  size_t tokens = 0;  ///< Of all messages.

 private:
  std::string text_;
  ModelFacts facts_;
};

TEST_CASE("a model's answer is cited, or it is none", "[rag]") {
  Question question = Asked("Describe the bridge, compare it and tell all of its history.");
  GeneratorInput input{
      question, Bridges().sourced(), {}, [](std::string_view) -> Result<double> { return 1.0; }, 3};
  const ModelGeneratorOptions options;
  Parrot parrot("It opened in 1931 [1]. It has seven arches [1]. ");
  const auto draft = ModelGenerator(&parrot, options).Generate(input);
  REQUIRE(draft.ok());
  CHECK(draft->text == "It opened in 1931. [1]");
  CHECK(draft->citations.size() == 1);
  // One question for one thing that no passage states is not put to the model.
  question = Asked("Who painted the lighthouse?");
  const auto none = ModelGenerator(&parrot, options).Generate(input);
  REQUIRE(none.ok());
  CHECK(none->abstained);
  CHECK(parrot.calls == 1);
}

TEST_CASE("a model that finds nothing leaves the answer to the documents' sentences", "[rag]") {
  const Question question = Asked("Who designed the Halden Bridge?");
  const GeneratorInput input{
      question, Bridges().sourced(), {}, [](std::string_view) -> Result<double> { return 1.0; }, 4};
  ModelGeneratorOptions options;
  std::string heard;
  options.answer.on_text = [&](std::string_view piece) {
    heard += piece;
    return true;
  };
  for (const std::string text : {"The documents do not say.", "Ann Sorley designed it [1]."}) {
    heard.clear();
    Parrot parrot(text);
    const auto draft = ModelGenerator(&parrot, options).Generate(input);
    REQUIRE(draft.ok());
    CHECK_THAT(draft->text, Catch::Contains("designed by Edmund Pell"));
    CHECK(heard == draft->text);
    CHECK(!draft->by_model);
    CHECK(parrot.calls == 1);
  }
  options.answer.on_text = [](std::string_view) { return false; };
  Parrot silent("");
  CHECK(ModelGenerator(&silent, options).Generate(input).status().code() == StatusCode::kCancelled);
}

TEST_CASE("a short answer leaves the prompt no more room than the context has", "[rag]") {
  const Question question = Asked("Describe the bridge, compare it and tell all of its history.");
  const GeneratorInput input{
      question, Bridges().sourced(), {}, [](std::string_view) -> Result<double> { return 1.0; }, 4};
  for (size_t context = 130; context < 230; ++context) {
    Parrot parrot("It opened in 1931 [1].", context);
    ModelGeneratorOptions options;
    options.generate.max_tokens = 1;
    REQUIRE(ModelGenerator(&parrot, options).Generate(input).ok());
    // The template takes some besides.
    CHECK(parrot.tokens + kMinAnswerTokens <= context);
  }
}

}  // namespace
}  // namespace kith::rag
