// SPDX-License-Identifier: Apache-2.0
// The processes of follow_process_test.cpp, on the store in argv[2]. Each writes records of two
// 64-bit numbers to standard output: the number of a transaction, and the nanoseconds of the
// machine's monotonic clock.
//   write   numbered transactions for ever, each recorded when it is acknowledged; argv[3]: of
//           other data, bytes written by each transaction of its own in between; argv[4]: bytes of
//           memtables
//   follow  follows for ever: the newest transaction is recorded when it is seen first, and the
//           whole graph checked whenever it has changed; 0 nanoseconds record such a check
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "tests/storage/numbered_workload.h"

namespace {

using namespace kith::storage;
using kith::Result;
using kith::Status;

// Keys of the other data are written over again and again.
constexpr int64_t kNoiseKeys = 512;

int Fail(const Status& status) {
  fmt::print(stderr, "follow_child: {}\n", status.ToString());
  return 3;
}

int64_t Nanoseconds() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

bool Record(int64_t number, int64_t nanoseconds) {
  const std::array<int64_t, 2> record{number, nanoseconds};
  return write(STDOUT_FILENO, record.data(), sizeof record) == sizeof record;
}

Status WriteNoise(GraphStore* store, int64_t number, size_t bytes) {
  KITH_ASSIGN_OR_RETURN(const auto transaction, store->Begin(TransactionMode::kWrite));
  KITH_RETURN_IF_ERROR(transaction->keys().Put(KeySpace::kText,
                                               fmt::format("{}", number % kNoiseKeys),
                                               std::string(bytes, static_cast<char>(number))));
  return transaction->Commit();
}

int Write(const std::string& path, size_t noise_bytes, size_t buffer_bytes) {
  GraphStoreOptions options;
  options.path = path;
  options.write_buffer_bytes = buffer_bytes;
  options.block_cache_bytes = size_t{8} << 20;
  auto store = GraphStore::Open(options);
  if (!store.ok()) return Fail(store.status());
  auto workload = NumberedWorkload::Make(store->get());
  if (!workload.ok()) return Fail(workload.status());
  const auto last = workload->Check();
  if (!last.ok()) return Fail(last.status());
  for (int64_t number = *last + 1;; ++number) {
    if (Status status = workload->Run(number); !status.ok()) return Fail(status);
    if (!Record(number, Nanoseconds())) return 0;
    if (noise_bytes == 0) continue;
    if (Status status = WriteNoise(store->get(), number, noise_bytes); !status.ok()) {
      return Fail(status);
    }
  }
}

// The transactions up to n add n (n + 1) / 2 to the counter.
Result<int64_t> Newest(GraphStore* store) {
  KITH_ASSIGN_OR_RETURN(const auto transaction, store->Begin(TransactionMode::kRead));
  KITH_ASSIGN_OR_RETURN(const int64_t sum, transaction->view().keys().Counter("sum"));
  return static_cast<int64_t>((std::sqrt(8.0 * static_cast<double>(sum) + 1.0) - 1.0) / 2.0 + 0.5);
}

int Follow(const std::string& path) {
  GraphStoreOptions options;
  options.path = path;
  options.read_only = true;
  options.follow = true;
  options.block_cache_bytes = size_t{8} << 20;
  options.write_buffer_bytes = size_t{8} << 20;
  auto store = GraphStore::Open(options);
  if (!store.ok()) return Fail(store.status());
  for (int64_t seen = 0;;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const auto newest = Newest(store->get());
    if (!newest.ok()) return Fail(newest.status());
    // A writer that is opened again may have lost nothing that it acknowledged, nor shown here.
    if (*newest < seen) return Fail(Status(kith::StatusCode::kInternal, "transactions are gone"));
    if (*newest == seen) continue;
    seen = *newest;
    if (!Record(seen, Nanoseconds())) return 0;
    auto workload = NumberedWorkload::Make(store->get());
    if (!workload.ok()) return Fail(workload.status());
    const auto checked = workload->Check();
    if (!checked.ok()) return Fail(checked.status());
    if (!Record(*checked, 0)) return 0;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  if (std::string_view(argv[1]) == "follow") return Follow(argv[2]);
  const auto bytes = [&](int at, size_t usual) {
    return argc > at ? static_cast<size_t>(std::strtoull(argv[at], nullptr, 10)) : usual;
  };
  return Write(argv[2], bytes(3, 0), bytes(4, size_t{64} << 20));
}
