// SPDX-License-Identifier: Apache-2.0
// What a property index costs and how fast it seeks.
//
//   kith_bench_property_index [NODES]
//
// NODES (20,000) nodes with an integer and a string, in memory, 100 a commit: without an index,
// with a range index on each property, and with a unique constraint on each. Then equality seeks,
// ranges of 100, and prefixes of strings. The last line is a JSON object.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/check.h"
#include "index/index_manager.h"
#include "index/property/property_index.h"
#include "storage/graph_store.h"

namespace {

using kith::NodeId;
using kith::Result;
using kith::Status;
using kith::Value;
using kith::bench::Check;
using kith::index::IndexKind;
using kith::index::PropertySeek;
using Clock = std::chrono::steady_clock;

constexpr int64_t kNodesACommit = 100;
constexpr int64_t kSeeks = 5000;

double MicrosSince(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

// Spreads numbers, so that neighbours in time are none in the index.
int64_t Scatter(int64_t i, int64_t nodes) {
  return i * 7919 % nodes;
}

struct Database {
  std::unique_ptr<kith::storage::GraphStore> store;
  std::unique_ptr<kith::index::IndexManager> indexes;

  explicit Database(const IndexKind* kind) {
    kith::storage::GraphStoreOptions options;
    options.path = ":memory:";
    store = Check(kith::storage::GraphStore::Open(options));
    indexes = Check(kith::index::IndexManager::Open(store.get()));
    if (kind == nullptr) return;
    for (const char* property : {"number", "name"}) {
      kith::index::IndexRequest request;
      request.kind = *kind;
      request.name = property;
      request.labels = {"Item"};
      request.properties = {property};
      Check(indexes->Create(request).status());
    }
  }

  // Microseconds a node.
  double Ingest(int64_t nodes) {
    const std::vector<kith::LabelId> labels = {Check(store->catalog().LabelFor("Item"))};
    const kith::PropertyId number = Check(store->catalog().PropertyFor("number"));
    const kith::PropertyId name = Check(store->catalog().PropertyFor("name"));
    const auto start = Clock::now();
    for (int64_t i = 0; i < nodes; i += kNodesACommit) {
      const auto transaction = Check(store->Begin(kith::storage::TransactionMode::kWrite));
      for (int64_t j = i; j < std::min(nodes, i + kNodesACommit); ++j) {
        const int64_t value = Scatter(j, nodes);
        const std::vector<kith::storage::PropertyWrite> writes = {
            {number, Value(value)}, {name, Value(fmt::format("name of item {:08}", value))}};
        Check(transaction->CreateNode(labels, writes).status());
      }
      Check(transaction->Commit());
    }
    return MicrosSince(start) / static_cast<double>(nodes);
  }

  // The median of microseconds a seek; `rows` is what each finds.
  double Seeks(const char* index, const std::function<PropertySeek(int64_t)>& seek, size_t rows) {
    const auto transaction = Check(store->Begin(kith::storage::TransactionMode::kRead));
    const auto catalog = indexes->catalog();
    std::vector<double> micros;
    std::vector<NodeId> found;
    for (int64_t i = 0; i < kSeeks; ++i) {
      const PropertySeek wanted = seek(i);
      const auto start = Clock::now();
      const auto cursor = Check(kith::index::PropertyCursor::Open(&transaction->view().keys(),
                                                                  *catalog->Find(index), wanted));
      Check(cursor->Next(2048, &found));
      micros.push_back(MicrosSince(start));
      if (found.size() != rows) {
        fmt::print(stderr, "a seek found {} nodes, not {}\n", found.size(), rows);
        std::exit(1);
      }
    }
    std::nth_element(micros.begin(), micros.begin() + kSeeks / 2, micros.end());
    return micros[kSeeks / 2];
  }
};

}  // namespace

int main(int argc, char** argv) {
  const int64_t nodes = argc > 1 ? std::atoll(argv[1]) : 20'000;
  if (nodes < 10'000) {
    fmt::print(stderr, "NODES must be a number of at least 10000\n");
    return 2;
  }
  const IndexKind range = IndexKind::kRange;
  const IndexKind unique = IndexKind::kUnique;
  const double without = Database(nullptr).Ingest(nodes);
  const double constrained = Database(&unique).Ingest(nodes);
  Database indexed(&range);
  const double with = indexed.Ingest(nodes);
  const double equal = indexed.Seeks(
      "number",
      [&](int64_t i) {
        PropertySeek seek;
        seek.equal = {Value(Scatter(i, nodes))};
        return seek;
      },
      1);
  const double hundred = indexed.Seeks(
      "number",
      [&](int64_t i) {
        PropertySeek seek;
        const int64_t lowest = i % (nodes - 100);
        seek.lower = {Value(lowest), true};
        seek.upper = {Value(lowest + 100), false};
        return seek;
      },
      100);
  const double prefix = indexed.Seeks(
      "name",
      [&](int64_t i) {
        PropertySeek seek;
        seek.prefix = fmt::format("name of item {:07}", i % (nodes / 10));
        return seek;
      },
      10);
  fmt::print(
      "{} nodes in memory, {} a commit; us a node: {:.1f} without an index, {:.1f} with two, "
      "{:.1f} with two unique constraints\n",
      nodes, kNodesACommit, without, with, constrained);
  fmt::print("median us a seek: equality {:.1f}, range of 100 {:.1f}, prefix with 10 {:.1f}\n",
             equal, hundred, prefix);
  fmt::print(
      "{{\"nodes\":{},\"plain_us\":{:.1f},\"indexed_us\":{:.1f},\"unique_us\":{:.1f},"
      "\"equal_us\":{:.1f},\"range100_us\":{:.1f},\"prefix10_us\":{:.1f}}}\n",
      nodes, without, with, constrained, equal, hundred, prefix);
  return 0;
}
