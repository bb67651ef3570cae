// SPDX-License-Identifier: Apache-2.0
// Retrieval quality on question-answering sets, against the figures of plain BM25 (k1 0.9, b 0.4,
// words [a-z0-9]+) over the same passages. Skipped, visibly, where the sets are not there.
#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "tests/index/indexed_graph.h"

namespace kith::index {
namespace {

using test::IndexedGraph;

std::filesystem::path Datasets() {
  const char* shared = std::getenv("KITH_SHARED");
  const std::filesystem::path root =
      shared != nullptr ? shared : std::filesystem::path(KITH_SOURCE_DIR) / ".." / "shared";
  return root / "datasets";
}

// The strings or numbers after `"key": ` in a line of JSON: one, or all of a list. These files need
// no more.
std::vector<std::string> Strings(const std::string& line, const std::string& key) {
  std::vector<std::string> found;
  size_t at = line.find("\"" + key + "\":");
  if (at == line.npos) return found;
  at = line.find_first_not_of(' ', at + key.size() + 3);
  const bool list = line[at] == '[';
  if (list) ++at;
  while (at < line.size() && line[at] != ']') {
    if (line[at] == ' ' || line[at] == ',') {
      ++at;
      continue;
    }
    std::string text;
    if (line[at] != '"') {
      const size_t end = line.find_first_of(",]}", at);
      found.push_back(line.substr(at, end - at));
      at = end;
      if (!list) break;
      continue;
    }
    for (++at; at < line.size() && line[at] != '"'; ++at) {
      if (line[at] != '\\') {
        text += line[at];
      } else if (line[++at] == 'u') {
        at += 4;  // Escaped letters are rare here, and a missing one changes no figure.
        text += '?';
      } else {
        text += line[at] == 'n' || line[at] == 't' ? ' ' : line[at];
      }
    }
    found.push_back(std::move(text));
    ++at;
    if (!list) break;
  }
  return found;
}

struct Recall {
  double at2 = 0;
  double at5 = 0;
  double at10 = 0;
};

Recall Measure(const std::filesystem::path& folder, const std::string& analyzer) {
  IndexedGraph graph;
  IndexRequest request;
  request.kind = IndexKind::kText;
  request.name = "passages";
  request.labels = {"Passage"};
  request.properties = {"title", "text"};
  request.text.analyzer = analyzer;
  REQUIRE(graph.indexes->Create(request).ok());
  std::map<NodeId, std::string> ids;
  std::ifstream corpus(folder / "corpus.jsonl");
  const auto writing = graph.Write();
  for (std::string line; std::getline(corpus, line);) {
    const NodeId node = graph.Create(*writing, {"Passage"},
                                     {{"title", Value(Strings(line, "title").at(0))},
                                      {"text", Value(Strings(line, "text").at(0))}});
    ids[node] = Strings(line, "id").at(0);
  }
  REQUIRE(writing->Commit().ok());

  const auto reading = graph.Read();
  std::ifstream questions(folder / "questions.jsonl");
  std::array<double, 3> sums{};
  constexpr std::array<size_t, 3> kCuts = {2, 5, 10};
  size_t count = 0;
  for (std::string line; std::getline(questions, line);) {
    const auto hits = graph.indexes->text().SearchWords(&reading->view(), *graph.Find("passages"),
                                                        Strings(line, "question").at(0), {});
    REQUIRE(hits.ok());
    const std::vector<std::string> gold_list = Strings(line, "gold");
    const std::set<std::string> gold(gold_list.begin(), gold_list.end());
    for (size_t c = 0; c < kCuts.size(); ++c) {
      size_t found = 0;
      for (size_t i = 0; i < std::min(kCuts[c], hits->size()); ++i) {
        found += gold.count(ids[(*hits)[i].node()]);
      }
      sums[c] += static_cast<double>(found) / static_cast<double>(gold.size());
    }
    ++count;
  }
  const double share = 100.0 / static_cast<double>(count);
  return {sums[0] * share, sums[1] * share, sums[2] * share};
}

TEST_CASE("recall is not below plain BM25's by more than two points", "[index]") {
  struct Set {
    const char* name;
    Recall plain;
  };
  const std::array<Set, 3> sets = {Set{"2wiki", {57.0, 68.4, 72.6}},
                                   Set{"musique", {37.5, 48.2, 60.2}},
                                   Set{"hotpotqa", {55.5, 71.0, 86.0}}};
  for (const Set& set : sets) {
    const auto folder = Datasets() / set.name;
    if (!std::filesystem::exists(folder / "corpus.jsonl")) {
      std::cerr << "SKIPPED: there is no " << folder << "\n";
      continue;
    }
    for (const char* analyzer : {"english", "standard"}) {
      const Recall recall = Measure(folder, analyzer);
      std::cerr << set.name << " " << analyzer << ": recall@2 " << recall.at2 << " @5 "
                << recall.at5 << " @10 " << recall.at10 << "\n";
      CHECK(recall.at2 >= set.plain.at2 - 2);
      CHECK(recall.at5 >= set.plain.at5 - 2);
      CHECK(recall.at10 >= set.plain.at10 - 2);
    }
  }
}

}  // namespace
}  // namespace kith::index
