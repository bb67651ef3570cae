// SPDX-License-Identifier: Apache-2.0
// How well questions with known answers are answered: without a model, and in the words of the
// models that are named.
//
//   ./dev bench answers DIR [MODEL...]
//
// DIR holds documents/ and questions.jsonl, as demo/ does; a MODEL is what `kith ask --model`
// takes. A question is answered right when the text holds an expected answer; it is cited when a
// citation overlaps one of its gold spans. Prints a line for each, and as the last one a JSON
// object.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "bench/check.h"
#include "kith/kith.h"

namespace kith::bench {
namespace {

struct GoldSpan {
  std::string file;
  uint64_t begin = 0;  ///< Bytes of the file.
  uint64_t end = 0;
};

struct GoldQuestion {
  std::string text;
  std::vector<std::string> answers;  ///< Any of them is right; empty: the documents do not say.
  std::vector<GoldSpan> gold;
};

struct Figures {
  size_t right = 0;     ///< Of the questions that the documents answer.
  size_t cited = 0;     ///< Of the same.
  size_t refused = 0;   ///< Of the others.
  size_t by_model = 0;  ///< Of all.
  double seconds = 0;
};

/// Throws simdjson::simdjson_error where a field is missing or of another type.
GoldQuestion QuestionOf(simdjson::dom::element json) {
  GoldQuestion question;
  question.text = std::string_view(json["question"]);
  for (const std::string_view answer : json["answers"]) question.answers.emplace_back(answer);
  for (const simdjson::dom::element gold : json["gold"]) {
    question.gold.push_back({std::string(std::string_view(gold["file"])), uint64_t(gold["begin"]),
                             uint64_t(gold["end"])});
  }
  return question;
}

std::vector<GoldQuestion> ReadQuestions(const std::string& path) {
  std::ifstream in(path);
  if (!in) Check(Status(StatusCode::kNotFound, fmt::format("there is no '{}'", path)));
  std::vector<GoldQuestion> questions;
  simdjson::dom::parser parser;
  for (std::string line; std::getline(in, line);) {
    try {
      questions.push_back(QuestionOf(parser.parse(line)));
    } catch (const simdjson::simdjson_error& error) {
      Check(Status(
          StatusCode::kInvalidArgument,
          fmt::format("'{}' has a line that is no question ({}): {}", path, error.what(), line)));
    }
  }
  return questions;
}

bool IsRight(const GoldQuestion& question, const Answer& answer) {
  return !answer.abstained &&
         std::any_of(question.answers.begin(), question.answers.end(), [&](const auto& wanted) {
           return answer.text.find(wanted) != std::string::npos;
         });
}

bool IsCited(const GoldQuestion& question, const Answer& answer) {
  return std::any_of(answer.citations.begin(), answer.citations.end(), [&](const Citation& cited) {
    return std::any_of(question.gold.begin(), question.gold.end(), [&](const GoldSpan& gold) {
      return gold.file == cited.document && gold.begin < cited.end_byte &&
             cited.begin_byte < gold.end;
    });
  });
}

Figures Measure(Database& database, const std::vector<GoldQuestion>& questions,
                const std::string& model) {
  Figures figures;
  AskOptions options;
  options.model = model;
  const auto begin = std::chrono::steady_clock::now();
  for (const GoldQuestion& question : questions) {
    const Answer answer = Check(database.rag().Ask(question.text, options));
    figures.by_model += answer.by_model ? 1 : 0;
    if (question.answers.empty()) {
      figures.refused += answer.abstained ? 1 : 0;
      continue;
    }
    figures.right += IsRight(question, answer) ? 1 : 0;
    figures.cited += IsCited(question, answer) ? 1 : 0;
  }
  figures.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return figures;
}

void Run(const std::string& folder, const std::vector<std::string>& models) {
  const std::vector<GoldQuestion> questions = ReadQuestions(folder + "/questions.jsonl");
  const auto answerable = static_cast<size_t>(
      std::count_if(questions.begin(), questions.end(),
                    [](const GoldQuestion& question) { return !question.answers.empty(); }));
  const auto database = Check(Database::Open(":memory:"));
  Check(database->rag().Ingest(folder + "/documents").status());
  std::string json;
  for (const std::string& model : models) {
    const Figures figures = Measure(*database, questions, model);
    const std::string name = model.empty() ? "without a model" : model;
    fmt::print(
        "{}: {} of {} right, {} cited; {} of {} refused; {} in a model's words; {:.2f} s a "
        "question\n",
        name, figures.right, answerable, figures.cited, figures.refused,
        questions.size() - answerable, figures.by_model,
        figures.seconds / static_cast<double>(std::max<size_t>(1, questions.size())));
    std::fflush(stdout);  // A model takes minutes.
    json += fmt::format(R"({}{{"model":"{}","right":{},"cited":{},"refused":{},"by_model":{}}})",
                        json.empty() ? "" : ",", model, figures.right, figures.cited,
                        figures.refused, figures.by_model);
  }
  fmt::print(R"({{"questions":{},"answerable":{},"runs":[{}]}})"
             "\n",
             questions.size(), answerable, json);
}

}  // namespace
}  // namespace kith::bench

int main(int count, char** arguments) {
  if (count < 2) {
    fmt::print(stderr,
               "usage: kith_bench_answers DIR [MODEL...]\n"
               "DIR holds documents/ and questions.jsonl, as demo/ does\n");
    return 2;
  }
  std::vector<std::string> models(arguments + 2, arguments + count);
  models.insert(models.begin(), "");
  kith::bench::Run(arguments[1], models);
  return 0;
}
