// SPDX-License-Identifier: Apache-2.0
// What a vector index costs, how fast it answers and how much it finds.
//
//   kith_bench_vector [--data FOLDER] [--rows N] [--queries N] [--writes N] [--folder FOLDER]
//
// --data names a folder with base.npy (float32, N x 384), queries.f32 and u.npy (int64, for
// filters), as public generators of benchmark data write them; without it 5,000 clustered vectors
// of 96 dimensions are made up (seed 1). --folder keeps the database there instead of in memory.
//
// Prints writes a second with the index there (one a commit, and batches of 1,000), the time of
// CREATE VECTOR INDEX over all rows, then recall@10 against exact search and queries a second by
// the number of candidates, both with filters that keep 50, 10, 1 and 0.1 % of the rows, and what a
// search takes after a removal when a fifth of the rows is removed already. Times are also given as
// processor time, which other programs on the machine disturb less. Where hnswlib's header is
// installed, it is built over the same vectors with the same settings and asked the same queries,
// taking turns. The last line is a JSON object.
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "bench/check.h"
#include "bench/stopwatch.h"
#include "bench/vector/data.h"
#include "bench/vector/recall_curve.h"
#include "index/index_manager.h"
#include "index/vector/kernel/distance_kernels.h"
#include "storage/graph_store.h"
#ifdef KITH_HAS_HNSWLIB
#include "bench/vector/hnswlib_peer.h"
#endif

namespace {

using kith::NodeId;
using kith::Value;
using kith::bench::Check;
using kith::bench::kFilterRange;
using kith::bench::RecallPoint;
using kith::bench::Stopwatch;
using kith::bench::VectorData;

constexpr size_t kBatch = 1000;
constexpr size_t kRounds = 3;
constexpr size_t kBreadths[] = {10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256};

#ifdef KITH_HAS_HNSWLIB
// As many as CREATE VECTOR INDEX uses.
size_t Threads() {
  return std::max(1u, std::thread::hardware_concurrency());
}
#endif

struct Options {
  std::string data;
  std::string folder = ":memory:";
  size_t rows = 5000;
  size_t queries = 200;
  size_t writes = 2000;
};

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

  std::vector<NodeId> Add(const VectorData& data, size_t begin, size_t end) {
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
  void Remove(std::span<const NodeId> nodes) {
    const auto transaction = Check(store_->Begin(kith::storage::TransactionMode::kWrite));
    for (const NodeId node : nodes) Check(transaction->DeleteNode(node));
    Check(transaction->Commit());
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

using Answers = std::vector<std::vector<size_t>>;
/// The rows that a query finds with so many candidates.
using Ask = std::function<std::vector<size_t>(size_t query, size_t breadth)>;

double RecallOf(const Answers& answers, const Answers& given) {
  size_t found = 0;
  size_t wanted = 0;
  for (size_t q = 0; q < answers.size(); ++q) {
    wanted += answers[q].size();
    for (const size_t row : answers[q]) {
      found += static_cast<size_t>(std::count(given[q].begin(), given[q].end(), row));
    }
  }
  return static_cast<double>(found) / static_cast<double>(std::max<size_t>(1, wanted));
}

// One round of all queries; its times go to the point.
void Measure(const Answers& answers, const Ask& ask, RecallPoint* point) {
  Answers given(answers.size());
  const Stopwatch watch;
  for (size_t q = 0; q < answers.size(); ++q) given[q] = ask(q, point->breadth);
  const double count = static_cast<double>(answers.size());
  point->seconds.push_back(watch.Seconds() / count);
  point->processor_seconds.push_back(watch.ProcessorSeconds() / count);
  point->recall = RecallOf(answers, given);
}

// All numbers of candidates, in rounds in which the indexes take turns.
std::vector<std::vector<RecallPoint>> MeasureCurves(const Answers& answers,
                                                    const std::vector<Ask>& indexes) {
  std::vector<RecallPoint> points;
  for (const size_t breadth : kBreadths) points.push_back({breadth, 0, {}, {}});
  std::vector<std::vector<RecallPoint>> curves(indexes.size(), points);
  for (const Ask& ask : indexes) {  // What is asked first finds the caches cold.
    for (size_t q = 0; q < answers.size(); ++q) static_cast<void>(ask(q, kBreadths[0]));
  }
  for (size_t round = 0; round < kRounds; ++round) {
    for (size_t i = 0; i < points.size(); ++i) {
      for (size_t index = 0; index < indexes.size(); ++index) {
        Measure(answers, indexes[index], &curves[index][i]);
      }
    }
  }
  return curves;
}

std::string MeasureWrites(Database* database, const VectorData& data, size_t writes) {
  writes = std::min(writes, data.size());
  database->CreateIndex();
  const auto measure = [&](size_t batch) {
    const Stopwatch watch;
    for (size_t i = 0; i < writes; i += batch) database->Add(data, i, std::min(writes, i + batch));
    const double count = static_cast<double>(writes);
    const double rate = count / watch.Seconds();
    const double unqueued_rate = count / (watch.Seconds() - watch.QueuedSeconds());
    const double processor_rate = count / watch.ProcessorSeconds();
    const double writer_rate = count / watch.ThreadSeconds();
    fmt::print(
        "writes with the index, {} a commit: {:.0f} a second ({:.0f} without the time that the "
        "writer waited for a processor, {:.0f} by its processor time, {:.0f} with the merges "
        "beside it)\n",
        batch, rate, unqueued_rate, writer_rate, processor_rate);
    return fmt::format(
        "\"writes{}\":{{\"qps\":{:.0f},\"unqueued_qps\":{:.0f},\"writer_qps\":{:.0f},"
        "\"cpu_qps\":{:.0f}}}",
        batch, rate, unqueued_rate, writer_rate, processor_rate);
  };
  const std::string singles = measure(1);
  return singles + "," + measure(kBatch);
}

// The database's index as something to ask; all borrowed.
class Asked {
 public:
  Asked(Database* database, const VectorData& data, const std::vector<NodeId>& nodes)
      : database_(database), nodes_(nodes), transaction_(database->Read()) {
    for (size_t q = 0; q < data.query_count(); ++q) {
      queries_.emplace_back(data.Query(q).begin(), data.Query(q).end());
    }
  }

  std::vector<size_t> operator()(size_t query, kith::index::VectorSearchOptions options) {
    std::vector<size_t> rows;
    for (const auto& hit : database_->Search(&transaction_->view(), queries_[query], options)) {
      const auto node = std::lower_bound(nodes_.begin(), nodes_.end(), hit.node());
      rows.push_back(static_cast<size_t>(node - nodes_.begin()));
    }
    return rows;
  }

 private:
  Database* database_;
  const std::vector<NodeId>& nodes_;  ///< Of each row, ascending.
  std::unique_ptr<kith::storage::Transaction> transaction_;
  std::vector<std::vector<double>> queries_;
};

std::string PrintCurve(std::string_view name, const std::vector<RecallPoint>& points) {
  std::string json;
  for (const RecallPoint& point : points) {
    fmt::print("{}: {:>4} candidates: recall {:.4f}, {:.0f} a second ({:.0f} by processor time)\n",
               name, point.breadth, point.recall, point.qps(), point.processor_qps());
    json += fmt::format(",\"{}_ef{}\":{{\"recall\":{:.4f},\"qps\":{:.0f},\"cpu_qps\":{:.0f}}}",
                        name, point.breadth, point.recall, point.qps(), point.processor_qps());
  }
  for (const double recall : {0.95, 0.99}) {
    const auto rate = kith::bench::RateAt(points, recall);
    if (!rate.has_value()) continue;
    fmt::print("{}: at recall {:.2f}: {:.0f} a second ({:.0f} by processor time)\n", name, recall,
               rate->qps, rate->processor_qps);
    json += fmt::format(",\"{}_at{:.2f}\":{{\"qps\":{:.0f},\"cpu_qps\":{:.0f}}}", name, recall,
                        rate->qps, rate->processor_qps);
  }
  return json;
}

std::string PrintBuild(std::string_view name, const Stopwatch& watch) {
  const double seconds = watch.Seconds();
  const double processor = watch.ProcessorSeconds();
  fmt::print("{}: built in {:.1f} s ({:.1f} s of processor time)\n", name, seconds, processor);
  return fmt::format(",\"{}_build_s\":{:.2f},\"{}_build_cpu_s\":{:.2f}", name, seconds, name,
                     processor);
}

std::string MeasureSearches(Database* database, const VectorData& data,
                            const std::vector<NodeId>& nodes) {
  std::string json;
  Asked asked(database, data, nodes);
  std::vector<std::string_view> names{"kith"};
  std::vector<Ask> indexes{[&](size_t query, size_t breadth) {
    kith::index::VectorSearchOptions options;
    options.breadth = breadth;
    return asked(query, options);
  }};
#ifdef KITH_HAS_HNSWLIB
  const Stopwatch watch;
  kith::bench::HnswlibPeer peer(data, kith::index::VectorOptions(), Threads());
  json += PrintBuild("hnswlib", watch);
  names.push_back("hnswlib");
  indexes.push_back(
      [&](size_t query, size_t breadth) { return peer.Search(data.Query(query).data(), breadth); });
#endif
  const auto curves = MeasureCurves(kith::bench::ExactAnswers(data, kFilterRange), indexes);
  for (size_t i = 0; i < curves.size(); ++i) json += PrintCurve(names[i], curves[i]);
  return json;
}

std::string MeasureFilters(Database* database, const VectorData& data,
                           const std::vector<NodeId>& nodes) {
  std::string json;
  Asked asked(database, data, nodes);
  for (const int64_t limit : {5000, 1000, 100, 10}) {
    std::vector<uint64_t> wanted;
    for (size_t i = 0; i < data.size(); ++i) {
      if (data.u[i] < limit) wanted.push_back(nodes[i].bits());
    }
    const Ask ask = [&](size_t query, size_t) {
      kith::index::VectorSearchOptions options;
      options.entities = &wanted;
      return asked(query, options);
    };
    RecallPoint point;
    const Answers answers = kith::bench::ExactAnswers(data, limit);
    for (size_t round = 0; round < kRounds; ++round) Measure(answers, ask, &point);
    const double percent = 100 * static_cast<double>(limit) / static_cast<double>(kFilterRange);
    fmt::print("{:>4} % pass: recall {:.4f}, {:.0f} a second ({:.0f} by processor time)\n", percent,
               point.recall, point.qps(), point.processor_qps());
    json += fmt::format(",\"pass{}\":{{\"recall\":{:.4f},\"qps\":{:.0f},\"cpu_qps\":{:.0f}}}",
                        percent, point.recall, point.qps(), point.processor_qps());
  }
  return json;
}

// The first search that sees a removal has more to do than the next one.
std::string MeasureRemovals(Database* database, const VectorData& data,
                            const std::vector<NodeId>& nodes) {
  const std::span<const NodeId> all(nodes);
  const size_t before = nodes.size() / 5;
  for (size_t i = 0; i < before; i += kBatch) {
    database->Remove(all.subspan(i, std::min(kBatch, before - i)));
  }
  double first_seconds = 0;
  double next_seconds = 0;
  const size_t count = std::min(data.query_count(), nodes.size() - before);
  for (size_t q = 0; q < count; ++q) {
    database->Remove(all.subspan(before + q, 1));
    Asked asked(database, data, nodes);
    for (double* seconds : {&first_seconds, &next_seconds}) {
      const Stopwatch watch;
      static_cast<void>(asked(q, {}));
      *seconds += watch.ThreadSeconds();
    }
  }
  const double first_ms = 1e3 * first_seconds / static_cast<double>(count);
  const double next_ms = 1e3 * next_seconds / static_cast<double>(count);
  fmt::print("{} removed: a search after a removal {:.3f} ms, the next {:.3f} ms\n", before,
             first_ms, next_ms);
  return fmt::format(",\"after_removal_ms\":{:.3f},\"next_ms\":{:.3f}", first_ms, next_ms);
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
  const VectorData data =
      options.data.empty() ? kith::bench::MakeVectors(options.rows, options.queries)
                           : kith::bench::ReadVectors(options.data, options.rows, options.queries);
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
  json += PrintBuild("kith", build);
  json += MeasureSearches(&database, data, nodes);
  json += MeasureFilters(&database, data, nodes);
  json += MeasureRemovals(&database, data, nodes);
  fmt::print("{}}}\n", json);
  return 0;
}
