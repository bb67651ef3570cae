// SPDX-License-Identifier: Apache-2.0
// What storage costs: bulk rows, durable single-row transactions by one and by several threads,
// point reads, expansion, scans. Fixed seed; prints one line for each measure and, last, a JSON
// object.
//
//   kith_bench_storage [--rows N] [--transactions N] [--threads N] [--folder DIR]
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "storage/graph_store.h"

namespace {

using namespace kith;
using namespace kith::storage;
using Clock = std::chrono::steady_clock;

struct Sizes {
  size_t rows = 100'000;
  size_t transactions = 20'000;
  size_t threads = 4;
  std::string folder = (std::filesystem::temp_directory_path() / "kith-bench-storage").string();
};

struct Bench {
  Sizes sizes;
  std::unique_ptr<GraphStore> store;
  LabelId person{};
  RelTypeId knows{};
  PropertyId name{};
  PropertyId age{};
  std::vector<NodeId> nodes;
  std::string json;
  uint64_t checksum = 0;

  void Report(const char* measure, double value, const char* unit) {
    fmt::print("{:<34} {:>14.1f} {}\n", measure, value, unit);
    json += fmt::format("{}\"{}\":{:.3f}", json.empty() ? "" : ",", measure, value);
  }
};

[[noreturn]] void Fail(const Status& status) {
  fmt::print(stderr, "{}\n", status.ToString());
  std::exit(1);
}

template <typename T>
T Must(Result<T> result) {
  if (!result.ok()) Fail(result.status());
  return std::move(result).value();
}

void Must(const Status& status) {
  if (!status.ok()) Fail(status);
}

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void Open(Bench* bench) {
  std::filesystem::remove_all(bench->sizes.folder);
  GraphStoreOptions options;
  options.path = bench->sizes.folder;
  bench->store = Must(GraphStore::Open(options));
  Catalog& catalog = bench->store->catalog();
  bench->person = Must(catalog.LabelFor("Person"));
  bench->knows = Must(catalog.RelTypeFor("KNOWS"));
  bench->name = Must(catalog.PropertyFor("name"));
  bench->age = Must(catalog.PropertyFor("age"));
}

// One transaction of half nodes, half relationships.
void Bulk(Bench* bench) {
  std::mt19937_64 random(1);
  const size_t count = bench->sizes.rows / 2;
  const auto start = Clock::now();
  auto transaction = Must(bench->store->Begin(TransactionMode::kWrite));
  for (size_t i = 0; i < count; ++i) {
    const std::array writes{PropertyWrite{bench->name, Value(fmt::format("person number {}", i))},
                            PropertyWrite{bench->age, Value(static_cast<int64_t>(i % 90))}};
    bench->nodes.push_back(Must(transaction->CreateNode(std::array{bench->person}, writes)));
  }
  for (size_t i = 0; i < count; ++i) {
    const NodeId other = bench->nodes[random() % count];
    Must(transaction->CreateRelationship(bench->nodes[i], bench->knows, other, {}).status());
  }
  const double built = SecondsSince(start);
  Must(transaction->Commit());
  const double total = SecondsSince(start);
  bench->Report("bulk_rows_per_s", static_cast<double>(2 * count) / total, "rows/s");
  bench->Report("bulk_commit_share", 100 * (total - built) / total, "%");
}

void Durable(Bench* bench, size_t threads) {
  const size_t each = bench->sizes.transactions / threads;
  const auto start = Clock::now();
  std::vector<std::thread> workers;
  for (size_t t = 0; t < threads; ++t) {
    workers.emplace_back([bench, each] {
      for (size_t i = 0; i < each; ++i) {
        auto transaction = Must(bench->store->Begin(TransactionMode::kWrite));
        const std::array write{PropertyWrite{bench->age, Value(static_cast<int64_t>(i))}};
        Must(transaction->CreateNode(std::array{bench->person}, write).status());
        Must(transaction->Commit());
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  bench->Report(fmt::format("durable_tx_per_s_{}_threads", threads).c_str(),
                static_cast<double>(each * threads) / SecondsSince(start), "transactions/s");
}

// The percentiles of `count` runs of `once`, in microseconds.
void Latency(Bench* bench, const char* measure, size_t count,
             const std::function<void(size_t)>& once) {
  std::vector<double> micros;
  for (size_t i = 0; i < count; ++i) {
    const auto start = Clock::now();
    once(i);
    micros.push_back(SecondsSince(start) * 1e6);
  }
  std::sort(micros.begin(), micros.end());
  bench->Report(fmt::format("{}_p50", measure).c_str(), micros[count / 2], "us");
  bench->Report(fmt::format("{}_p99", measure).c_str(), micros[count * 99 / 100], "us");
}

void Reads(Bench* bench, const char* suffix) {
  std::mt19937_64 random(2);
  const size_t count = std::min<size_t>(bench->sizes.rows, 20'000);
  const auto pick = [&] { return bench->nodes[random() % bench->nodes.size()]; };
  Column column;
  Latency(bench, fmt::format("point_read_{}", suffix).c_str(), count, [&](size_t) {
    auto transaction = Must(bench->store->Begin(TransactionMode::kRead));
    Must(transaction->view().Gather(std::array{pick()}, bench->age, &column));
    bench->checksum += static_cast<uint64_t>(column.At(0).AsInteger());
  });
  auto transaction = Must(bench->store->Begin(TransactionMode::kRead));
  Adjacency adjacency;
  Latency(bench, fmt::format("expand_{}", suffix).c_str(), count, [&](size_t) {
    Must(transaction->view().Expand(std::array{pick()}, {}, &adjacency));
    bench->checksum += adjacency.neighbours.size();
  });
}

void Scans(Bench* bench, const char* suffix) {
  auto transaction = Must(bench->store->Begin(TransactionMode::kRead));
  ReadView& view = transaction->view();
  auto start = Clock::now();
  std::vector<NodeId> nodes;
  for (const GroupId group : Must(view.LabelGroups(bench->person))) {
    SlotBitmap members;
    Must(view.LabelNodes(group, bench->person, &members));
    for (uint32_t slot = 0; slot < kGroupSlots; ++slot) {
      if (members.Contains(slot)) nodes.emplace_back(group, slot);
    }
  }
  const double count = static_cast<double>(nodes.size());
  bench->Report(fmt::format("label_scan_{}", suffix).c_str(), SecondsSince(start) * 1e9 / count,
                "ns/node");
  start = Clock::now();
  Column column;
  for (size_t begin = 0; begin < nodes.size(); begin += 2048) {
    const size_t size = std::min<size_t>(2048, nodes.size() - begin);
    Must(view.Gather(std::span(nodes).subspan(begin, size), bench->age, &column));
    bench->checksum += column.size;
  }
  bench->Report(fmt::format("gather_{}", suffix).c_str(), SecondsSince(start) * 1e9 / count,
                "ns/node");
  start = Clock::now();
  Adjacency adjacency;
  for (size_t begin = 0; begin < nodes.size(); begin += 2048) {
    const size_t size = std::min<size_t>(2048, nodes.size() - begin);
    Must(view.Expand(std::span(nodes).subspan(begin, size), {}, &adjacency));
    bench->checksum += adjacency.neighbours.size();
  }
  bench->Report(fmt::format("expand_all_{}", suffix).c_str(), SecondsSince(start) * 1e9 / count,
                "ns/node");
}

Sizes Parse(int argc, char** argv) {
  Sizes sizes;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    if (flag == "--rows") sizes.rows = std::max<size_t>(2, std::strtoul(argv[i + 1], nullptr, 10));
    if (flag == "--transactions") sizes.transactions = std::strtoul(argv[i + 1], nullptr, 10);
    if (flag == "--threads") sizes.threads = std::strtoul(argv[i + 1], nullptr, 10);
    if (flag == "--folder") sizes.folder = argv[i + 1];
  }
  sizes.threads = std::max<size_t>(1, sizes.threads);
  return sizes;
}

}  // namespace

int main(int argc, char** argv) {
  Bench bench;
  bench.sizes = Parse(argc, argv);
  Open(&bench);
  Bulk(&bench);
  Reads(&bench, "memtable");
  Scans(&bench, "memtable");
  Must(bench.store->Flush());
  Reads(&bench, "file");
  Scans(&bench, "file");
  Durable(&bench, 1);
  Durable(&bench, bench.sizes.threads);
  bench.Report("folder_bytes", static_cast<double>(Must(bench.store->DiskBytes())), "bytes");
  bench.store.reset();
  std::filesystem::remove_all(bench.sizes.folder);
  fmt::print("{{\"rows\":{},\"checksum\":{},{}}}\n", bench.sizes.rows, bench.checksum, bench.json);
  return 0;
}
