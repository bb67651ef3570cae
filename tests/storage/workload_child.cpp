// SPDX-License-Identifier: Apache-2.0
// The program that crash and corruption tests start, on the store in argv[2]:
//   run    numbered transactions for ever; each number goes to standard output after its commit
//   many   argv[3] small unsynced transactions, then ends without closing anything
//   check  exits with 0 when the store holds exactly what the transactions up to argv[3] leave, 1
//          when opening or reading gives an error, 3 when it holds something else
#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "tests/storage/numbered_workload.h"

namespace {

using namespace kith::storage;

int Fail(const kith::Status& status) {
  fmt::print(stderr, "workload_child: {}\n", status.ToString());
  return status.code() == kith::StatusCode::kInternal ? 3 : 1;
}

int Run(GraphStore* store, NumberedWorkload* workload, int64_t last) {
  for (int64_t number = last + 1;; ++number) {
    if (kith::Status status = workload->Run(number); !status.ok()) return Fail(status);
    if (write(STDOUT_FILENO, &number, sizeof number) != sizeof number) return 0;
    if (number % 97 == 0) {
      if (kith::Status status = store->Flush(); !status.ok()) return Fail(status);
    }
  }
}

// Ends as a crash would, with the data in the operating system's hands.
int RunMany(const std::string& path, int64_t count) {
  GraphStoreOptions options;
  options.path = path;
  options.sync = false;
  auto store = GraphStore::Open(options);
  if (!store.ok()) return Fail(store.status());
  for (int64_t i = 0; i < count; ++i) {
    auto transaction = (*store)->Begin(TransactionMode::kWrite);
    if (!transaction.ok()) return Fail(transaction.status());
    if (auto status = (*transaction)->keys().Add("count", 1); !status.ok()) return Fail(status);
    if (auto status = (*transaction)->Commit(); !status.ok()) return Fail(status);
  }
  _exit(0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  if (std::string_view(argv[1]) == "many") {
    return RunMany(argv[2], argc > 3 ? std::strtoll(argv[3], nullptr, 10) : 0);
  }
  GraphStoreOptions options;
  options.path = argv[2];
  options.write_buffer_bytes = size_t{64} << 10;  // So that flushes and compactions happen too.
  options.block_cache_bytes = size_t{1} << 20;
  // And folds.
  options.fold_min_entries = 8;
  options.fold_bytes_per_entry = size_t{1} << 30;
  auto store = GraphStore::Open(options);
  if (!store.ok()) return Fail(store.status());
  auto workload = NumberedWorkload::Make(store->get());
  if (!workload.ok()) return Fail(workload.status());
  auto last = workload->Check();
  if (!last.ok()) return Fail(last.status());
  if (std::string_view(argv[1]) == "run") return Run(store->get(), &*workload, *last);
  return argc > 3 && *last == std::strtoll(argv[3], nullptr, 10) ? 0 : 3;
}
