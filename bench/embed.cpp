// SPDX-License-Identifier: Apache-2.0
// Speed of the text encoder over the passages of a corpus: passages and tokens in a second, and the
// time of one question. The last line is one JSON object with a checksum of the vectors, which does
// not depend on threads.
//
//   kith_bench_embed CORPUS.jsonl MODEL [--precision float32|int16|int8] [--threads N] [--texts N]
//                    [--runs N] [--vectors FILE]
//
// MODEL is a name, a folder, or a .gguf file, which llama.cpp computes in the file's precision.
// --vectors writes the float32 vectors, for comparison with another program's. embed_peers.py
// beside this file measures other programs with the same weights.
#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#include "rag/model/embedder.h"

namespace kith::rag {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kPrecisions[] = {"float32", "int16", "int8"};

struct EmbedBenchOptions {
  std::string corpus;
  std::string model;
  std::string vectors;  ///< Empty: not written.
  EmbedderOptions embedder;
  size_t texts = SIZE_MAX;
  size_t runs = 3;
};

double SecondsSince(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Title and text of the first `limit` passages, as ingest gives them to a model.
Result<std::vector<std::string>> ReadTexts(const std::string& path, size_t limit) {
  std::ifstream in(path);
  if (!in) return Status(StatusCode::kNotFound, fmt::format("there is no '{}'", path));
  std::vector<std::string> texts;
  simdjson::dom::parser parser;
  std::string line;
  while (texts.size() < limit && std::getline(in, line)) {
    simdjson::dom::element json;
    std::string_view title;
    std::string_view text;
    if (parser.parse(line).get(json) != simdjson::SUCCESS ||
        json["title"].get(title) != simdjson::SUCCESS ||
        json["text"].get(text) != simdjson::SUCCESS) {
      return Status(StatusCode::kInvalidArgument,
                    fmt::format("'{}' has a line that is no passage: {}", path, line));
    }
    texts.push_back(fmt::format("{}\n{}", title, text));
  }
  if (texts.empty()) return Status(StatusCode::kInvalidArgument, path + " holds no passage");
  return texts;
}

// FNV-1a.
uint64_t Checksum(const std::vector<float>& vectors) {
  uint64_t sum = 0xCBF29CE484222325;
  const auto* bytes = reinterpret_cast<const unsigned char*>(vectors.data());
  for (size_t i = 0; i < vectors.size() * sizeof(float); ++i) {
    sum = (sum ^ bytes[i]) * 0x100000001B3;
  }
  return sum;
}

/// Milliseconds that one short question takes; half of all are faster.
Result<double> MedianQuestion(const Embedder& embedder) {
  std::vector<double> times;
  for (int i = 0; i < 101; ++i) {
    const auto start = Clock::now();
    KITH_RETURN_IF_ERROR(
        embedder.EmbedOne("When did the director of the film Polish-Russian War die?").status());
    times.push_back(SecondsSince(start) * 1e3);
  }
  return Median(times);
}

Status RunBench(const EmbedBenchOptions& options) {
  KITH_ASSIGN_OR_RETURN(const std::vector<std::string> texts,
                        ReadTexts(options.corpus, options.texts));
  const auto opened = Clock::now();
  KITH_ASSIGN_OR_RETURN(const auto embedder, Embedder::Open(options.model, options.embedder));
  const double open_ms = SecondsSince(opened) * 1e3;
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  std::vector<float> vectors(texts.size() * embedder->model().dimension);
  uint64_t tokens = 0;
  EmbedOptions embed;
  embed.progress = [&](const EmbedProgress& progress) {
    tokens = progress.tokens_done;
    return true;
  };
  std::vector<double> seconds;
  std::vector<double> cpu_seconds;
  for (size_t run = 0; run < options.runs; ++run) {
    const std::clock_t cpu = std::clock();
    const auto start = Clock::now();
    KITH_RETURN_IF_ERROR(embedder->Embed(views, vectors.data(), embed));
    seconds.push_back(SecondsSince(start));
    cpu_seconds.push_back(static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC);
  }
  KITH_ASSIGN_OR_RETURN(const double question_ms, MedianQuestion(*embedder));
  if (!options.vectors.empty()) {
    std::ofstream out(options.vectors, std::ios::binary);
    out.write(reinterpret_cast<const char*>(vectors.data()),
              static_cast<std::streamsize>(vectors.size() * sizeof(float)));
    if (!out.flush()) return Status(StatusCode::kIoError, "cannot write " + options.vectors);
  }
  const double count = static_cast<double>(texts.size());
  fmt::print(
      R"({{"program":"kith","precision":"{}","kernels":"{}","threads":{},"passages":{},"tokens":{},)"
      R"("passages_per_s":{:.1f},"tokens_per_s":{:.0f},"passages_per_cpu_s":{:.1f},)"
      R"("question_p50_ms":{:.2f},"open_ms":{:.0f},"checksum":"{:016x}"}})"
      "\n",
      kPrecisions[static_cast<size_t>(options.embedder.precision)], BestEncoderKernels().name,
      embedder->threads(), texts.size(), tokens, count / Median(seconds),
      static_cast<double>(tokens) / Median(seconds), count / Median(cpu_seconds), question_ms,
      open_ms, Checksum(vectors));
  return Status::Ok();
}

bool SetPrecision(const std::string& name, Precision* precision) {
  const auto* found = std::find(std::begin(kPrecisions), std::end(kPrecisions), name);
  if (found == std::end(kPrecisions)) return false;
  *precision = static_cast<Precision>(found - std::begin(kPrecisions));
  return true;
}

int MainOf(int argc, char** argv) {
  EmbedBenchOptions options;
  bool known = true;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const bool has_value = i + 1 < argc;
    if (argument == "--precision" && has_value) {
      known = SetPrecision(argv[++i], &options.embedder.precision) && known;
    } else if (argument == "--threads" && has_value) {
      options.embedder.threads = std::strtoull(argv[++i], nullptr, 10);
    } else if (argument == "--texts" && has_value) {
      options.texts = std::strtoull(argv[++i], nullptr, 10);
    } else if (argument == "--runs" && has_value) {
      options.runs = std::max<size_t>(1, std::strtoull(argv[++i], nullptr, 10));
    } else if (argument == "--vectors" && has_value) {
      options.vectors = argv[++i];
    } else {
      (options.corpus.empty() ? options.corpus : options.model) = argument;
    }
  }
  if (options.model.empty() || !known) {
    fmt::print(stderr,
               "usage: kith_bench_embed CORPUS.jsonl MODEL [--precision float32|int16|int8]\n"
               "                        [--threads N] [--texts N] [--runs N] [--vectors FILE]\n");
    return 2;
  }
  const Status status = RunBench(options);
  if (!status.ok()) fmt::print(stderr, "{}\n", status.ToString());
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace kith::rag

int main(int argc, char** argv) {
  return kith::rag::MainOf(argc, argv);
}
