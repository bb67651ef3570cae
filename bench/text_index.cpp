// SPDX-License-Identifier: Apache-2.0
// What a text index costs and how fast it answers.
//
//   kith_bench_text_index [DOCUMENTS.csv [QUERIES.txt]]
//
// DOCUMENTS has lines id|title|body (the first is a header); QUERIES one query a line. Without them
// 2,000 documents of Zipf-distributed words are made up (seed 1). Prints ingest with and without
// the index, then latencies of rare, common and several words, with posting lists in memory and
// read anew. The last line is a JSON object.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "bench/check.h"
#include "index/index_manager.h"
#include "storage/graph_store.h"

namespace {

using kith::NodeId;
using kith::Result;
using kith::Status;
using kith::Value;
using kith::bench::Check;
using Clock = std::chrono::steady_clock;

constexpr size_t kDocumentsACommit = 100;

struct Document {
  std::string title;
  std::string body;
};

double MicrosSince(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

std::vector<Document> MakeUp(size_t count) {
  std::mt19937_64 random(1);
  std::vector<Document> documents(count);
  const auto word = [&] {
    const double uniform = std::uniform_real_distribution<double>(0, 1)(random);
    return "word" + std::to_string(static_cast<int>(std::pow(20'000.0, uniform)));
  };
  for (Document& document : documents) {
    for (int i = 0; i < 6; ++i) document.title += word() + ' ';
    for (int i = 0; i < 80; ++i) document.body += word() + ' ';
  }
  return documents;
}

std::vector<Document> Read(const char* path) {
  std::vector<Document> documents;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const size_t first = line.find('|');
    const size_t second = line.find('|', first + 1);
    if (second == line.npos) continue;
    documents.push_back({line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  }
  if (documents.empty())
    Check(Status(kith::StatusCode::kInvalidArgument, "no documents in the file"));
  return documents;
}

class Database {
 public:
  explicit Database(bool with_index) {
    kith::storage::GraphStoreOptions options;
    options.path = ":memory:";
    store = Check(kith::storage::GraphStore::Open(options));
    indexes = Check(kith::index::IndexManager::Open(store.get()));
    if (!with_index) return;
    kith::index::IndexRequest request;
    request.kind = kith::index::IndexKind::kText;
    request.name = "documents";
    request.labels = {"Document"};
    request.properties = {"title", "body"};
    Check(indexes->Create(request).status());
  }

  // Microseconds a document.
  double Ingest(const std::vector<Document>& documents) {
    const std::vector<kith::LabelId> labels = {Check(store->catalog().LabelFor("Document"))};
    const kith::PropertyId title = Check(store->catalog().PropertyFor("title"));
    const kith::PropertyId body = Check(store->catalog().PropertyFor("body"));
    const auto start = Clock::now();
    for (size_t i = 0; i < documents.size(); i += kDocumentsACommit) {
      const auto transaction = Check(store->Begin(kith::storage::TransactionMode::kWrite));
      for (size_t j = i; j < std::min(documents.size(), i + kDocumentsACommit); ++j) {
        const std::vector<kith::storage::PropertyWrite> writes = {
            {title, Value(documents[j].title)}, {body, Value(documents[j].body)}};
        Check(transaction->CreateNode(labels, writes).status());
      }
      Check(transaction->Commit());
    }
    return MicrosSince(start) / static_cast<double>(documents.size());
  }

  std::unique_ptr<kith::storage::GraphStore> store;
  std::unique_ptr<kith::index::IndexManager> indexes;
};

struct Latency {
  double p50 = 0;
  double p99 = 0;
};

Latency Percentiles(std::vector<double> micros) {
  std::sort(micros.begin(), micros.end());
  const auto at = [&](double share) {
    return micros[static_cast<size_t>(share * static_cast<double>(micros.size() - 1))];
  };
  return {at(0.5), at(0.99)};
}

Latency Measure(Database& database, kith::index::TextSearcher& searcher,
                const std::vector<std::string>& queries) {
  const auto transaction = Check(database.store->Begin(kith::storage::TransactionMode::kRead));
  const auto catalog = database.indexes->catalog();
  std::vector<double> micros;
  const size_t runs = std::max<size_t>(queries.size(), 100);
  for (size_t i = 0; i < runs; ++i) {
    const auto start = Clock::now();
    Check(searcher
              .SearchWords(&transaction->view(), *catalog->Find("documents"),
                           queries[i % queries.size()], {})
              .status());
    micros.push_back(MicrosSince(start));
  }
  return Percentiles(std::move(micros));
}

// Words by how many documents hold them.
std::map<std::string, std::vector<std::string>> Queries(const std::vector<Document>& documents) {
  std::map<std::string, size_t> counts;
  for (const Document& document : documents) {
    for (size_t begin = 0; begin < document.body.size();) {
      const size_t end = std::min(document.body.find(' ', begin), document.body.size());
      if (end > begin) ++counts[document.body.substr(begin, end - begin)];
      begin = end + 1;
    }
  }
  std::vector<std::pair<size_t, std::string>> ordered;
  for (const auto& [word, count] : counts) ordered.emplace_back(count, word);
  std::sort(ordered.rbegin(), ordered.rend());
  const auto word = [&](size_t place) {
    return ordered[std::min(place, ordered.size() - 1)].second;
  };
  std::map<std::string, std::vector<std::string>> queries;
  std::mt19937 random(2);
  for (size_t i = 0; i < 100; ++i) {
    queries["common"].push_back(word(i % 10));
    queries["rare"].push_back(word(ordered.size() * 9 / 10 + i));
    std::string four;
    std::string twelve;
    for (int j = 0; j < 12; ++j) {
      const auto place =
          static_cast<size_t>(std::pow(static_cast<double>(ordered.size()),
                                       std::uniform_real_distribution<double>(0, 1)(random)));
      if (j < 4) four += word(place) + ' ';
      twelve += word(place) + ' ';
    }
    queries["four"].push_back(four);
    queries["twelve"].push_back(twelve);
  }
  return queries;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<Document> documents = argc > 1 ? Read(argv[1]) : MakeUp(2000);
  auto queries = Queries(documents);
  if (argc > 2) {
    std::ifstream file(argv[2]);
    for (std::string line; std::getline(file, line);) queries["given"].push_back(line);
  }
  Database plain(false);
  const double without = plain.Ingest(documents);
  Database indexed(true);
  const double with = indexed.Ingest(documents);
  const uint64_t bytes = Check(indexed.store->DiskBytes());
  fmt::print("{} documents, {} a commit, in memory\n", documents.size(), kDocumentsACommit);
  fmt::print(
      "ingest: {:.1f} us a document without the index, {:.1f} with; the index takes {:.1f}\n",
      without, with, with - without);
  std::string json =
      fmt::format("{{\"documents\":{},\"ingest_us\":{:.1f},\"index_us\":{:.1f},\"bytes\":{}",
                  documents.size(), with, with - without, bytes);
  kith::index::TextSearcher uncached(0);
  for (const auto& [kind, texts] : queries) {
    const Latency cold = Measure(indexed, uncached, texts);
    Measure(indexed, indexed.indexes->text(), texts);
    const Latency warm = Measure(indexed, indexed.indexes->text(), texts);
    fmt::print(
        "{:>7}: p50 {:.1f} us, p99 {:.1f} us; lists read anew: p50 {:.1f} us, p99 {:.1f} us\n",
        kind, warm.p50, warm.p99, cold.p50, cold.p99);
    json += fmt::format(",\"{}\":{{\"p50_us\":{:.1f},\"p99_us\":{:.1f},\"cold_p50_us\":{:.1f}}}",
                        kind, warm.p50, warm.p99, cold.p50);
  }
  fmt::print("{}}}\n", json);
  return 0;
}
