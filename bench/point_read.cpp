// SPDX-License-Identifier: Apache-2.0
// Point reads of a graph that is there, through the C++ API.
//
//   kith_bench_point_read FOLDER PERSONS READS
//
// Reads MATCH (p:Person {id: $id}) RETURN p.firstName, prepared, READS times with random ids below
// PERSONS from the database in FOLDER, after as many that are not measured, so that what is read is
// cached. Every read has to find its row. Prints one JSON object with the median and the 99th
// percentile, in microseconds. bench/peers uses it: the other engines are measured through Python,
// and this is what Python itself costs Kith.
#include <fmt/format.h>
#include <kith/kith.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <vector>

#include "bench/check.h"

namespace {

using Clock = std::chrono::steady_clock;
using kith::bench::Check;

// Sorted microseconds of each read.
std::vector<double> MeasureReads(kith::Statement& statement, int64_t persons, int64_t reads) {
  std::mt19937_64 random(42);
  std::uniform_int_distribution<int64_t> pick(0, persons - 1);
  std::vector<double> micros;
  micros.reserve(static_cast<size_t>(reads));
  for (int64_t i = 0; i < reads; ++i) {
    const int64_t id = pick(random);
    const auto begin = Clock::now();
    statement.Bind("id", kith::Value(id));
    kith::Cursor cursor = Check(statement.Execute());
    const bool found = cursor.Next() && cursor.Get(0).IsString() && !cursor.Next();
    micros.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
    if (!found) {
      fmt::print(stderr, "no person has the id {}\n", id);
      std::exit(1);
    }
  }
  std::sort(micros.begin(), micros.end());
  return micros;
}

}  // namespace

int main(int argc, char** argv) {
  const int64_t persons = argc == 4 ? std::strtoll(argv[2], nullptr, 10) : 0;
  const int64_t reads = argc == 4 ? std::strtoll(argv[3], nullptr, 10) : 0;
  if (persons < 1 || reads < 1) {
    fmt::print(stderr, "usage: kith_bench_point_read FOLDER PERSONS READS\n");
    return 2;
  }
  kith::Options options;
  options.create_if_missing = false;
  auto database = Check(kith::Database::Open(argv[1], options));
  auto connection = database->Connect();
  auto statement = Check(connection->Prepare("MATCH (p:Person {id: $id}) RETURN p.firstName"));
  MeasureReads(statement, persons, reads);
  const std::vector<double> micros = MeasureReads(statement, persons, reads);
  fmt::print("{{\"cpp_point_us\": {:.2f}, \"cpp_point_p99_us\": {:.2f}}}\n",
             micros[micros.size() / 2], micros[micros.size() * 99 / 100]);
  return 0;
}
