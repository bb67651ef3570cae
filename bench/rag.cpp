// SPDX-License-Identifier: Apache-2.0
// Retrieval quality and speed over a folder with corpus.jsonl and questions.jsonl: recall at 2, 5
// and 10 of text search alone and of routed graph retrieval, how many questions are answered,
// ingest speed, size on disk, memory and latency. The last line is one JSON object.
//
//   kith_bench_rag DIR [--questions N] [--foreign DIR] [--held-out] [--batch N] [--path DB]
//                  [--model NAME]
//
// --model: chunks get vectors of this embedding model; also vectors alone, and all three together.
// --foreign: also asks the questions of another set, which these documents do not answer.
// --held-out: also asks one half of the questions after the other without the passages that hold
//   their answers: what is answered then is a guess.
// --batch: documents in a transaction; the library's default unless told otherwise.
// --path: keeps the database there; in a later run of the same set nothing is embedded again.
#include <fmt/core.h>
#include <simdjson.h>
#include <sys/resource.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "index/index_manager.h"
#include "query/session.h"
#include "rag/pipeline.h"
#include "storage/graph_store.h"

namespace kith::rag {
namespace {

using Clock = std::chrono::steady_clock;

struct BenchOptions {
  std::string folder;
  std::string foreign;  ///< Empty: no questions of another set.
  std::string database;
  std::string model;  ///< Empty: no vectors.
  size_t questions = SIZE_MAX;
  bool held_out = false;
  size_t batch = IngestOptions().documents_per_transaction;
};

struct BenchQuestion {
  std::string text;
  std::set<std::string> gold;        ///< Document uris.
  std::vector<std::string> answers;  ///< Any of them is right.
};

struct Figures {
  double recall[3] = {};
  double p50_ms = 0;
  double p99_ms = 0;
};

struct AnswerFigures {
  size_t asked = 0;
  size_t answered = 0;
  size_t right = 0;  ///< Answered, and the text holds an expected answer.
};

struct IngestFigures {
  size_t passages = 0;
  double passages_per_s = 0;  ///< Of those that were not there before.
  double cpu_s = 0;  ///< Of all threads: what the ingest costs on a machine that others use, too.
  uint64_t disk_bytes = 0;
  uint64_t peak_bytes = 0;
};

constexpr size_t kDepths[] = {2, 5, 10};

double Seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

uint64_t PeakBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

/// Lower case, and one blank for whatever lies between two words, with a blank at both ends.
std::string Words(std::string_view text) {
  std::string words = " ";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte) != 0) {
      words += static_cast<char>(byte < 0x80 ? std::tolower(byte) : byte);
    } else if (words.back() != ' ') {
      words += ' ';
    }
  }
  if (words.back() != ' ') words += ' ';
  return words;
}

std::string IdText(simdjson::dom::element id) {
  int64_t number = 0;
  if (id.get(number) == simdjson::SUCCESS) return std::to_string(number);
  std::string_view text;
  return id.get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

/// The first `limit` ones.
Result<std::vector<BenchQuestion>> ReadQuestions(const std::string& folder, size_t limit) {
  const std::string path = folder + "/questions.jsonl";
  std::ifstream in(path);
  if (!in) return Status(StatusCode::kNotFound, fmt::format("there is no '{}'", path));
  std::vector<BenchQuestion> questions;
  simdjson::dom::parser parser;
  std::string line;
  while (questions.size() < limit && std::getline(in, line)) {
    simdjson::dom::element json;
    std::string_view text;
    simdjson::dom::array gold;
    simdjson::dom::array answers;
    if (parser.parse(line).get(json) != simdjson::SUCCESS ||
        json["question"].get(text) != simdjson::SUCCESS ||
        json["gold"].get(gold) != simdjson::SUCCESS ||
        json["answers"].get(answers) != simdjson::SUCCESS) {
      return Status(StatusCode::kInvalidArgument,
                    fmt::format("'{}' has a line that is no question: {}", path, line));
    }
    BenchQuestion question;
    question.text = text;
    for (const simdjson::dom::element id : gold) {
      question.gold.insert("corpus.jsonl#" + IdText(id));
    }
    for (const simdjson::dom::element answer : answers) question.answers.push_back(IdText(answer));
    if (!question.gold.empty()) questions.push_back(std::move(question));
  }
  return questions;
}

/// Every passage by its uri, its title and text as Words gives them.
Result<std::map<std::string, std::string>> ReadPassages(const std::string& folder) {
  const std::string path = folder + "/corpus.jsonl";
  std::ifstream in(path);
  std::map<std::string, std::string> passages;
  simdjson::dom::parser parser;
  for (std::string line; std::getline(in, line);) {
    simdjson::dom::element json;
    std::string_view title;
    std::string_view text;
    if (parser.parse(line).get(json) != simdjson::SUCCESS ||
        json["text"].get(text) != simdjson::SUCCESS) {
      return Status(StatusCode::kInvalidArgument,
                    fmt::format("'{}' has a line that is no passage: {}", path, line));
    }
    if (json["title"].get(title) != simdjson::SUCCESS) title = "";
    passages.emplace("corpus.jsonl#" + IdText(json["id"].value()),
                     Words(fmt::format("{} {}", title, text)));
  }
  return passages;
}

/// Several chunks of a document count once, at the place of the best.
double RecallAt(size_t depth, const std::vector<Passage>& passages,
                const std::set<std::string>& gold) {
  std::set<std::string> seen;
  size_t hits = 0;
  for (const Passage& passage : passages) {
    if (seen.size() == depth) break;
    if (!seen.insert(passage.document).second) continue;
    hits += gold.contains(passage.document) ? 1 : 0;
  }
  return static_cast<double>(hits) / static_cast<double>(gold.size());
}

Result<Figures> Measure(Pipeline* pipeline, const std::vector<BenchQuestion>& questions,
                        const std::string& route) {
  Figures figures;
  std::vector<double> times;
  RetrieveOptions options;
  options.limit = 20;
  options.route = route;
  for (const BenchQuestion& question : questions) {
    const auto start = Clock::now();
    KITH_ASSIGN_OR_RETURN(const Retrieval found, pipeline->Retrieve(question.text, options));
    times.push_back(Seconds(start) * 1e3);
    for (size_t i = 0; i < 3; ++i) {
      figures.recall[i] += RecallAt(kDepths[i], found.passages, question.gold);
    }
  }
  for (double& recall : figures.recall) {
    recall *= 100 / std::max(1.0, static_cast<double>(questions.size()));
  }
  std::sort(times.begin(), times.end());
  if (!times.empty()) {
    figures.p50_ms = times[times.size() / 2];
    figures.p99_ms = times[times.size() * 99 / 100];
  }
  return figures;
}

Result<AnswerFigures> MeasureAnswers(Pipeline* pipeline,
                                     const std::vector<BenchQuestion>& questions) {
  AnswerFigures figures;
  for (const BenchQuestion& question : questions) {
    KITH_ASSIGN_OR_RETURN(const Answer answer, pipeline->Ask(question.text));
    ++figures.asked;
    if (answer.abstained) continue;
    ++figures.answered;
    const std::string words = Words(answer.text);
    figures.right += std::any_of(question.answers.begin(), question.answers.end(),
                                 [&](const std::string& expected) {
                                   return words.find(Words(expected)) != std::string::npos;
                                 });
  }
  return figures;
}

/// Of the gold passages those that hold an answer as words; all of them when none does.
std::set<std::string> HoldingPassages(const BenchQuestion& question,
                                      const std::map<std::string, std::string>& passages) {
  std::set<std::string> holding;
  for (const std::string& uri : question.gold) {
    const auto passage = passages.find(uri);
    if (passage == passages.end()) continue;
    const bool holds = std::any_of(
        question.answers.begin(), question.answers.end(), [&](const std::string& answer) {
          return passage->second.find(Words(answer)) != std::string::npos;
        });
    if (holds) holding.insert(uri);
  }
  return holding.empty() ? question.gold : holding;
}

/// See --held-out. Afterwards all passages are back.
Result<AnswerFigures> MeasureHeldOut(Pipeline* pipeline, const std::string& folder,
                                     const std::vector<BenchQuestion>& questions) {
  KITH_ASSIGN_OR_RETURN(const auto passages, ReadPassages(folder));
  AnswerFigures both;
  for (const size_t half : {0u, 1u}) {
    std::vector<BenchQuestion> asked;
    std::set<std::string> taken;
    for (size_t i = half; i < questions.size(); i += 2) {
      asked.push_back(questions[i]);
      taken.merge(HoldingPassages(questions[i], passages));
    }
    for (const std::string& uri : taken) KITH_RETURN_IF_ERROR(pipeline->Delete(uri));
    KITH_ASSIGN_OR_RETURN(const AnswerFigures figures, MeasureAnswers(pipeline, asked));
    both.asked += figures.asked;
    both.answered += figures.answered;
    both.right += figures.right;
    KITH_RETURN_IF_ERROR(pipeline->Ingest(folder + "/corpus.jsonl").status());
  }
  return both;
}

std::string Json(const AnswerFigures& figures) {
  return fmt::format(R"({{"asked":{},"answered":{},"right":{}}})", figures.asked, figures.answered,
                     figures.right);
}

std::string Json(const Figures& figures) {
  return fmt::format(
      R"({{"recall@2":{:.1f},"recall@5":{:.1f},"recall@10":{:.1f},"p50_ms":{:.2f},"p99_ms":{:.2f}}})",
      figures.recall[0], figures.recall[1], figures.recall[2], figures.p50_ms, figures.p99_ms);
}

void Print(const char* name, const Figures& figures) {
  fmt::print("{:<8} recall@2 {:5.1f}  @5 {:5.1f}  @10 {:5.1f}   p50 {:.2f} ms  p99 {:.2f} ms\n",
             name, figures.recall[0], figures.recall[1], figures.recall[2], figures.p50_ms,
             figures.p99_ms);
}

/// Vectors alone, and text, vectors and graph together; as members of the JSON object.
Result<std::string> MeasureWithModel(Pipeline* pipeline,
                                     const std::vector<BenchQuestion>& questions) {
  KITH_ASSIGN_OR_RETURN(const Figures dense, Measure(pipeline, questions, "dense"));
  KITH_ASSIGN_OR_RETURN(const Figures hybrid, Measure(pipeline, questions, ""));
  Print("dense", dense);
  Print("hybrid", hybrid);
  return fmt::format(R"("dense":{},"hybrid":{},)", Json(dense), Json(hybrid));
}

Result<IngestFigures> MeasureIngest(Pipeline* pipeline, storage::GraphStore* store,
                                    const BenchOptions& options) {
  IngestOptions ingest;
  ingest.documents_per_transaction = options.batch;
  IngestFigures figures;
  const std::clock_t cpu_start = std::clock();
  const auto start = Clock::now();
  KITH_ASSIGN_OR_RETURN(const IngestReport report,
                        pipeline->Ingest(options.folder + "/corpus.jsonl", ingest));
  const double wall_s = Seconds(start);
  figures.cpu_s = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
  figures.passages = report.documents_added + report.documents_unchanged;
  figures.passages_per_s = static_cast<double>(report.documents_added) / wall_s;
  figures.peak_bytes = PeakBytes();
  KITH_RETURN_IF_ERROR(store->Flush());
  KITH_ASSIGN_OR_RETURN(figures.disk_bytes, store->DiskBytes());
  fmt::print(
      "{} passages in {:.2f} s ({:.2f} s of CPU): {:.0f} passages/s; {} chunks, {} entities, {} "
      "mentions\n",
      report.documents_added, wall_s, figures.cpu_s, figures.passages_per_s, report.chunks,
      report.entities, report.mentions);
  fmt::print("{:.1f} MiB on disk, {:.0f} MiB peak memory, {} skipped\n",
             static_cast<double>(figures.disk_bytes) / 1048576,
             static_cast<double>(figures.peak_bytes) / 1048576, report.skipped.size());
  return figures;
}

Status Run(const BenchOptions& options) {
  KITH_ASSIGN_OR_RETURN(const std::vector<BenchQuestion> questions,
                        ReadQuestions(options.folder, options.questions));
  std::vector<BenchQuestion> foreign;
  if (!options.foreign.empty()) {
    KITH_ASSIGN_OR_RETURN(foreign, ReadQuestions(options.foreign, options.questions));
  }
  storage::GraphStoreOptions store_options;
  store_options.path = options.database;
  KITH_ASSIGN_OR_RETURN(const auto store, storage::GraphStore::Open(store_options));
  KITH_ASSIGN_OR_RETURN(const auto indexes, index::IndexManager::Open(store.get()));
  query::QuerySession session({.store = store.get(), .indexes = indexes.get()});
  const StatementRunnerFactory runners =
      [&](storage::Transaction& transaction, const Interrupt& interrupt,
          MemoryBudget& memory) -> Result<std::unique_ptr<query::StatementRunner>> {
    return session.NewRunner(transaction, {.interrupt = &interrupt, .memory = &memory});
  };
  KITH_ASSIGN_OR_RETURN(const auto pipeline,
                        Pipeline::Create(store.get(), indexes.get(), runners, nullptr));
  const DatabaseModel model(options.model, EmbedderOptions(), store.get());
  KITH_ASSIGN_OR_RETURN(const auto with_model,
                        Pipeline::Create(store.get(), indexes.get(), runners, nullptr,
                                         options.model.empty() ? nullptr : &model));
  KITH_ASSIGN_OR_RETURN(const IngestFigures ingest,
                        MeasureIngest(with_model.get(), store.get(), options));
  KITH_ASSIGN_OR_RETURN(const Figures text, Measure(pipeline.get(), questions, "text"));
  KITH_ASSIGN_OR_RETURN(const Figures graph, Measure(pipeline.get(), questions, ""));
  Print("bm25", text);
  Print("graph", graph);
  std::string by_model;
  if (!options.model.empty()) {
    KITH_ASSIGN_OR_RETURN(by_model, MeasureWithModel(with_model.get(), questions));
  }
  KITH_ASSIGN_OR_RETURN(const AnswerFigures own, MeasureAnswers(pipeline.get(), questions));
  KITH_ASSIGN_OR_RETURN(const AnswerFigures others, MeasureAnswers(pipeline.get(), foreign));
  fmt::print("answers: {} of {}, {} hold an expected answer; of another set's questions {} of {}\n",
             own.answered, own.asked, own.right, others.answered, others.asked);
  AnswerFigures held_out;
  if (options.held_out) {
    KITH_ASSIGN_OR_RETURN(held_out, MeasureHeldOut(pipeline.get(), options.folder, questions));
    fmt::print("without the passages that hold the answers: {} of {} answered\n", held_out.answered,
               held_out.asked);
  }
  const std::string name =
      std::filesystem::path(options.folder + "/").parent_path().filename().string();
  fmt::print(
      R"({{"dataset":"{}","passages":{},"questions":{},"bm25":{},"graph":{},{}"answers":{},"foreign":{},"held_out":{},)"
      R"("ingest_passages_per_s":{:.0f},"ingest_cpu_s":{:.2f},"disk_bytes":{},"peak_memory_bytes":{}}})"
      "\n",
      name, ingest.passages, questions.size(), Json(text), Json(graph), by_model, Json(own),
      Json(others), Json(held_out), ingest.passages_per_s, ingest.cpu_s, ingest.disk_bytes,
      ingest.peak_bytes);
  return Status::Ok();
}

int Main(int argc, char** argv) {
  BenchOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const bool has_value = i + 1 < argc;
    if (argument == "--questions" && has_value) {
      options.questions = std::strtoull(argv[++i], nullptr, 10);
    } else if (argument == "--foreign" && has_value) {
      options.foreign = argv[++i];
    } else if (argument == "--held-out") {
      options.held_out = true;
    } else if (argument == "--batch" && has_value) {
      options.batch = std::strtoull(argv[++i], nullptr, 10);
    } else if (argument == "--path" && has_value) {
      options.database = argv[++i];
    } else if (argument == "--model" && has_value) {
      options.model = argv[++i];
    } else {
      options.folder = argument;
    }
  }
  // The passages that are taken out would come back without vectors, or be embedded again and
  // again.
  if (options.folder.empty() || (options.held_out && !options.model.empty())) {
    fmt::print(stderr,
               "usage: kith_bench_rag DIR [--questions N] [--foreign DIR] [--held-out] [--batch N] "
               "[--path DB] [--model NAME]\n"
               "DIR holds corpus.jsonl and questions.jsonl; --held-out is without --model\n");
    return 2;
  }
  const bool temporary = options.database.empty();
  if (temporary) {
    std::string folder =
        (std::filesystem::temp_directory_path() / "kith-bench-rag-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) {
      fmt::print(stderr, "cannot make a folder for the database in {}\n", folder);
      return 1;
    }
    options.database = folder;
  }
  const Status status = Run(options);
  if (temporary) std::filesystem::remove_all(options.database);
  if (!status.ok()) fmt::print(stderr, "{}\n", status.ToString());
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace kith::rag

int main(int argc, char** argv) {
  return kith::rag::Main(argc, argv);
}
