// SPDX-License-Identifier: Apache-2.0
// The oracle: several threads with random transactions, snapshots and savepoints, flushes and
// reopenings between, beside the toy, which takes the commits in the order of their numbers. Every
// view, old ones too, must read as the toy says through the whole read interface, no update may be
// lost, no conflict may come without a reason, and a check of the database must find nothing.
//
//   KITH_ORACLE_OPERATIONS  how many, in all (default 20,000)
//   KITH_ORACLE_THREADS     how many threads (default 4)
//   KITH_SEED               repeats the random choices; with one thread, the run
#include <fmt/core.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "tests/clean_database.h"
#include "tests/storage/oracle_worker.h"
#include "tests/storage/store_fixture.h"

namespace kith::storage {
namespace {

constexpr uint64_t kOperationsPerOpening = 4'000;

uint64_t Setting(const char* name, uint64_t otherwise) {
  const char* given = std::getenv(name);
  return given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
}

GraphNames MakeNames(Catalog* catalog) {
  GraphNames names;
  for (const char* name : {"A", "B", "C"}) names.labels.push_back(*catalog->LabelFor(name));
  for (const char* name : {"T", "U", "V"}) names.types.push_back(*catalog->RelTypeFor(name));
  for (const char* name : {"p", "q", "r"}) {
    names.properties.push_back(*catalog->PropertyFor(name));
  }
  return names;
}

// One time that the store is open: a worker for each thread, and a last look when all have ended.
std::string RunWorkers(Fixture* fixture, CommitHistory* history, const GraphNames& names,
                       uint64_t threads, uint64_t operations, std::mt19937_64* random,
                       OracleCounts* counts) {
  std::vector<std::unique_ptr<OracleWorker>> workers;
  for (uint64_t i = 0; i < threads; ++i) {
    workers.push_back(
        std::make_unique<OracleWorker>(&fixture->store(), history, &names, (*random)()));
  }
  std::vector<std::string> failures(threads);
  std::vector<std::thread> running;
  for (uint64_t i = 0; i < threads; ++i) {
    running.emplace_back([&, i] { failures[i] = workers[i]->Run(operations / threads); });
  }
  for (std::thread& thread : running) thread.join();
  failures.push_back(workers.front()->CompareNewest());
  failures.push_back(history->failure());
  failures.push_back(WrongIn(&fixture->store()));
  for (const auto& worker : workers) {
    counts->operations += worker->counts().operations;
    counts->conflicts += worker->counts().conflicts;
    counts->comparisons += worker->counts().comparisons;
  }
  const auto failed = std::find_if(failures.begin(), failures.end(),
                                   [](const std::string& failure) { return !failure.empty(); });
  return failed == failures.end() ? std::string() : *failed;
}

}  // namespace

TEST_CASE("what several threads do at random reads as the toy says", "[storage][oracle]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "folds");
  const uint64_t seed = Setting("KITH_SEED", std::random_device()());
  const uint64_t threads = std::max<uint64_t>(1, Setting("KITH_ORACLE_THREADS", 4));
  const uint64_t operations = Setting("KITH_ORACLE_OPERATIONS", 20'000) / 3;
  INFO("seed " << seed << ", threads " << threads << ", backend " << backend);
  std::mt19937_64 random(seed);
  Fixture fixture(backend);
  const GraphNames names = MakeNames(&fixture.catalog());
  CommitHistory history(&fixture.catalog());
  OracleCounts counts;
  while (counts.operations < operations) {
    const std::string failure =
        RunWorkers(&fixture, &history, names, threads,
                   std::min(operations - counts.operations + threads, kOperationsPerOpening),
                   &random, &counts);
    INFO("operations " << counts.operations << ", commits " << history.commits());
    REQUIRE(failure == "");
    if (backend != "memory") fixture.Reopen();
    history.Reopened(&fixture.catalog());
  }
  OracleWorker last(&fixture.store(), &history, &names, random());
  CHECK(last.CompareNewest() == "");
  CHECK(WrongIn(&fixture.store()) == "");
  fmt::print(
      "oracle: {}, seed {}, {} threads: {} operations, {} commits, {} conflicts, {} views "
      "compared\n",
      backend, seed, threads, counts.operations, history.commits(), counts.conflicts,
      counts.comparisons);
  CHECK(history.commits() > operations / 100);
  if (threads > 1) CHECK(counts.conflicts > 0);
}

}  // namespace kith::storage
