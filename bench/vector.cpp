// SPDX-License-Identifier: Apache-2.0
// What a vector index costs, how fast it answers and how much it finds.
//
//   kith_bench_vector [--data FOLDER] [--rows N] [--queries N] [--writes N] [--folder FOLDER]
//
// --data names a folder with base.npy (float32, N x d), queries.f32 and u.npy (int64, for filters),
// as public generators of benchmark data write them; without it 5,000 clustered vectors of 96
// dimensions are made up (seed 1). --folder keeps the database there instead of in memory.
//
// Prints writes a second with the index there (one a commit, and batches of 1,000), the time of
// CREATE VECTOR INDEX over all rows, then recall@10 against exact search and queries a second by
// the number of candidates, and both with filters that keep 50, 10, 1 and 0.1 % of the rows. Times
// of writes, searches and of the build are also given as processor time, which other programs on
// the machine disturb less. The last line is a JSON object.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/check.h"
#include "index/index_manager.h"
#include "index/vector/metric.h"
#include "storage/graph_store.h"

namespace {

using kith::NodeId;
using kith::Result;
using kith::Status;
using kith::Value;
using kith::bench::Check;
using Clock = std::chrono::steady_clock;

constexpr size_t kBatch = 1000;
constexpr size_t kNeighbours = 10;
constexpr int64_t kFilterRange = 10'000;

// Wall and processor time since it was made, of the process and of the thread that made it.
class Stopwatch {
 public:
  double Seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  double ProcessorSeconds() const { return TimeOf(CLOCK_PROCESS_CPUTIME_ID) - processor_; }
  double ThreadSeconds() const { return TimeOf(CLOCK_THREAD_CPUTIME_ID) - thread_; }

 private:
  static double TimeOf(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  }

  Clock::time_point start_ = Clock::now();
  double processor_ = TimeOf(CLOCK_PROCESS_CPUTIME_ID);
  double thread_ = TimeOf(CLOCK_THREAD_CPUTIME_ID);
};

struct Options {
  std::string data;
  std::string folder = ":memory:";
  size_t rows = 5000;
  size_t queries = 200;
  size_t writes = 2000;
};

struct Data {
  size_t dimensions = 96;
  std::vector<float> rows;
  std::vector<float> queries;
  std::vector<int64_t> u;  ///< Of each row, uniform in [0, kFilterRange).

  size_t size() const { return rows.size() / dimensions; }
  std::span<const float> Row(size_t i) const { return {rows.data() + i * dimensions, dimensions}; }
  std::span<const float> Query(size_t i) const {
    return {queries.data() + i * dimensions, dimensions};
  }
};

template <typename T>
void ReadInto(const std::string& path, size_t offset, std::vector<T>* values) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(reinterpret_cast<char*>(values->data()),
            static_cast<std::streamsize>(values->size() * sizeof(T)));
  if (!file) Check(Status(kith::StatusCode::kIoError, path + " is missing or too short"));
}

Data ReadData(const Options& options) {
  constexpr size_t kHeaderBytes = 128;
  Data data;
  data.dimensions = 384;
  data.rows.resize(options.rows * data.dimensions);
  data.queries.resize(options.queries * data.dimensions);
  data.u.resize(options.rows);
  ReadInto(options.data + "/base.npy", kHeaderBytes, &data.rows);
  ReadInto(options.data + "/queries.f32", 0, &data.queries);
  ReadInto(options.data + "/u.npy", kHeaderBytes, &data.u);
  return data;
}

Data MakeUp(const Options& options) {
  Data data;
  std::mt19937_64 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> centres(100 * data.dimensions);
  for (float& component : centres) component = normal(random);
  const auto fill = [&](size_t count, std::vector<float>* vectors) {
    for (size_t i = 0; i < count; ++i) {
      const float* centre = centres.data() + random() % 100 * data.dimensions;
      for (size_t j = 0; j < data.dimensions; ++j) {
        vectors->push_back(centre[j] + 0.7f * normal(random));
      }
    }
  };
  fill(options.rows, &data.rows);
  fill(options.queries, &data.queries);
  for (size_t i = 0; i < options.rows; ++i) {
    data.u.push_back(static_cast<int64_t>(random() % static_cast<uint64_t>(kFilterRange)));
  }
  return data;
}

class Database {
 public:
  explicit Database(const std::string& path) {
    kith::storage::GraphStoreOptions options;
    options.path = path;
    options.transaction_bytes_limit = size_t{4} << 30;
    store_ = Check(kith::storage::GraphStore::Open(options));
    indexes_ = Check(kith::index::IndexManager::Open(store_.get()));
    label_ = Check(store_->catalog().LabelFor("Document"));
    property_ = Check(store_->catalog().PropertyFor("vector"));
  }

  void CreateIndex() {
    kith::index::IndexRequest request;
    request.kind = kith::index::IndexKind::kVector;
    request.name = "documents";
    request.labels = {"Document"};
    request.properties = {"vector"};
    Check(indexes_->Create(request).status());
  }
  void DropIndex() { Check(indexes_->DropIndex("documents", false).status()); }

  std::vector<NodeId> Add(const Data& data, size_t begin, size_t end) {
    std::vector<NodeId> nodes;
    const auto transaction = Check(store_->Begin(kith::storage::TransactionMode::kWrite));
    for (size_t i = begin; i < end; ++i) {
      kith::List list;
      for (const float component : data.Row(i)) list.emplace_back(static_cast<double>(component));
      const kith::storage::PropertyWrite write{property_, Value(std::move(list))};
      nodes.push_back(Check(transaction->CreateNode({&label_, 1}, {&write, 1})));
    }
    Check(transaction->Commit());
    return nodes;
  }
  std::vector<kith::index::VectorHit> Search(kith::storage::ReadView* view,
                                             std::span<const double> query,
                                             const kith::index::VectorSearchOptions& options) {
    const auto catalog = indexes_->catalog();
    return Check(indexes_->vectors().Search(view, *catalog->Find("documents"), query, options));
  }
  std::unique_ptr<kith::storage::Transaction> Read() {
    return Check(store_->Begin(kith::storage::TransactionMode::kRead));
  }

 private:
  std::unique_ptr<kith::storage::GraphStore> store_;
  std::unique_ptr<kith::index::IndexManager> indexes_;
  kith::LabelId label_{};
  kith::PropertyId property_{};
};

// The rows with u below `limit` that are nearest to each query.
std::vector<std::vector<size_t>> ExactAnswers(const Data& data, int64_t limit) {
  kith::index::PaddedVectors rows(data.dimensions);
  std::vector<size_t> numbers;
  for (size_t i = 0; i < data.size(); ++i) {
    if (data.u[i] >= limit) continue;
    const auto row = data.Row(i);
    const float square = std::inner_product(row.begin(), row.end(), row.begin(), 0.0f);
    std::vector<float> direction(row.begin(), row.end());
    for (float& component : direction) component /= std::sqrt(square);
    rows.Append(direction);
    numbers.push_back(i);
  }
  std::vector<std::vector<size_t>> answers;
  for (size_t q = 0; q < data.queries.size() / data.dimensions; ++q) {
    // By cosine, whatever the length of the query.
    const kith::index::QueryDistance query(kith::index::VectorSimilarity::kDot, data.Query(q));
    std::vector<std::pair<float, size_t>> all;
    for (size_t i = 0; i < rows.size(); ++i) all.emplace_back(query.To(rows.Row(i)), numbers[i]);
    const size_t count = std::min(kNeighbours, all.size());
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end());
    std::vector<size_t> best;
    for (size_t i = 0; i < count; ++i) best.push_back(all[i].second);
    answers.push_back(std::move(best));
  }
  return answers;
}

struct Measured {
  double recall = 0;
  double qps = 0;
  double processor_qps = 0;
};

Measured Measure(Database* database, const Data& data, const std::vector<NodeId>& nodes,
                 const std::vector<std::vector<size_t>>& answers,
                 const kith::index::VectorSearchOptions& options) {
  const auto transaction = database->Read();
  size_t found = 0;
  size_t wanted = 0;
  double seconds = 0;
  double processor = 0;
  for (size_t q = 0; q < answers.size(); ++q) {
    const std::vector<double> query(data.Query(q).begin(), data.Query(q).end());
    const Stopwatch watch;
    const auto hits = database->Search(&transaction->view(), query, options);
    seconds += watch.Seconds();
    processor += watch.ProcessorSeconds();
    wanted += answers[q].size();
    for (const size_t row : answers[q]) {
      found += static_cast<size_t>(std::any_of(
          hits.begin(), hits.end(), [&](const auto& hit) { return hit.node() == nodes[row]; }));
    }
  }
  const double count = static_cast<double>(answers.size());
  return {static_cast<double>(found) / static_cast<double>(std::max<size_t>(1, wanted)),
          count / seconds, count / processor};
}

std::string MeasureWrites(Database* database, const Data& data, size_t writes) {
  writes = std::min(writes, data.size());
  database->CreateIndex();
  const auto measure = [&](size_t batch) {
    const Stopwatch watch;
    for (size_t i = 0; i < writes; i += batch) database->Add(data, i, std::min(writes, i + batch));
    const double rate = static_cast<double>(writes) / watch.Seconds();
    const double processor_rate = static_cast<double>(writes) / watch.ProcessorSeconds();
    const double writer_rate = static_cast<double>(writes) / watch.ThreadSeconds();
    fmt::print(
        "writes with the index, {} a commit: {:.0f} a second ({:.0f} by the writer's processor "
        "time, {:.0f} with the merges beside it)\n",
        batch, rate, writer_rate, processor_rate);
    return fmt::format("\"writes{}\":{{\"qps\":{:.0f},\"writer_qps\":{:.0f},\"cpu_qps\":{:.0f}}}",
                       batch, rate, writer_rate, processor_rate);
  };
  const std::string singles = measure(1);
  return singles + "," + measure(kBatch);
}

std::string MeasureSearches(Database* database, const Data& data,
                            const std::vector<NodeId>& nodes) {
  std::string json;
  const auto exact = ExactAnswers(data, kFilterRange);
  for (const size_t breadth : {16u, 24u, 32u, 48u, 64u, 96u, 128u, 256u}) {
    kith::index::VectorSearchOptions options;
    options.breadth = breadth;
    const Measured measured = Measure(database, data, nodes, exact, options);
    fmt::print("{:>4} candidates: recall {:.4f}, {:.0f} a second ({:.0f} by processor time)\n",
               breadth, measured.recall, measured.qps, measured.processor_qps);
    json += fmt::format(",\"ef{}\":{{\"recall\":{:.4f},\"qps\":{:.0f},\"cpu_qps\":{:.0f}}}",
                        breadth, measured.recall, measured.qps, measured.processor_qps);
  }
  for (const int64_t limit : {5000, 1000, 100, 10}) {
    std::vector<uint64_t> wanted;
    for (size_t i = 0; i < data.size(); ++i) {
      if (data.u[i] < limit) wanted.push_back(nodes[i].bits());
    }
    std::sort(wanted.begin(), wanted.end());
    kith::index::VectorSearchOptions options;
    options.entities = &wanted;
    const Measured measured = Measure(database, data, nodes, ExactAnswers(data, limit), options);
    const double percent = 100 * static_cast<double>(limit) / static_cast<double>(kFilterRange);
    fmt::print("{:>4} % pass: recall {:.4f}, {:.0f} a second ({:.0f} by processor time)\n", percent,
               measured.recall, measured.qps, measured.processor_qps);
    json += fmt::format(",\"pass{}\":{{\"recall\":{:.4f},\"qps\":{:.0f},\"cpu_qps\":{:.0f}}}",
                        percent, measured.recall, measured.qps, measured.processor_qps);
  }
  return json;
}

Options Parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* value = argv[i + 1];
    if (name == "--data") options.data = value;
    if (name == "--folder") options.folder = value;
    if (name == "--rows") options.rows = std::strtoul(value, nullptr, 10);
    if (name == "--queries") options.queries = std::strtoul(value, nullptr, 10);
    if (name == "--writes") options.writes = std::strtoul(value, nullptr, 10);
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = Parse(argc, argv);
  const Data data = options.data.empty() ? MakeUp(options) : ReadData(options);
  fmt::print("{} vectors of {} dimensions, {} kernels\n", data.size(), data.dimensions,
             kith::index::BestDistanceKernels().name);
  std::string json = fmt::format("{{\"rows\":{},", data.size());
  {
    Database written(options.folder);
    json += MeasureWrites(&written, data, options.writes);
    written.DropIndex();
  }
  Database database(":memory:");
  std::vector<NodeId> nodes;
  for (size_t i = 0; i < data.size(); i += kBatch) {
    const auto some = database.Add(data, i, std::min(data.size(), i + kBatch));
    nodes.insert(nodes.end(), some.begin(), some.end());
  }
  const Stopwatch build;
  database.CreateIndex();
  fmt::print("CREATE VECTOR INDEX: {:.1f} s ({:.1f} s of processor time)\n", build.Seconds(),
             build.ProcessorSeconds());
  json += fmt::format(",\"build_s\":{:.1f},\"build_cpu_s\":{:.1f}", build.Seconds(),
                      build.ProcessorSeconds());
  json += MeasureSearches(&database, data, nodes);
  fmt::print("{}}}\n", json);
  return 0;
}
