// SPDX-License-Identifier: Apache-2.0
// A process that writes is killed at random moments, also while it opens the database. No
// acknowledged transaction may be lost, none may be there in part, and a check must find nothing.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "tests/clean_database.h"
#include "tests/killed_child.h"
#include "tests/storage/numbered_workload.h"
#include "tests/storage/store_fixture.h"

namespace kith::storage {
namespace {

class Child {
 public:
  explicit Child(const std::string& database) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const std::string path = WorkloadChildPath();
    pid_ = fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      close(ends[1]);
      execl(path.c_str(), path.c_str(), "run", database.c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    pipe_ = ends[0];
  }
  ~Child() { close(pipe_); }

  /// The next acknowledged number, waiting for it; 0 at the end.
  int64_t Next() {
    int64_t number = 0;
    return read(pipe_, &number, sizeof number) == sizeof number ? number : 0;
  }
  /// Kills it and returns the last number that it acknowledged, at least `last`.
  int64_t Kill(int64_t last) {
    kill(pid_, SIGKILL);
    while (const int64_t number = Next()) last = number;
    int status = 0;
    REQUIRE(waitpid(pid_, &status, 0) == pid_);
    // Anything else means that it found the database wrong or failed to write.
    REQUIRE(WIFSIGNALED(status));
    REQUIRE(WTERMSIG(status) == SIGKILL);
    return last;
  }

 private:
  pid_t pid_ = 0;
  int pipe_ = -1;
};

int64_t CheckedLast(const std::string& database) {
  GraphStoreOptions options;
  options.path = database;
  auto store = GraphStore::Open(options);
  INFO(store.status().ToString());
  REQUIRE(store.ok());
  auto workload = NumberedWorkload::Make(store->get());
  REQUIRE(workload.ok());
  const auto last = workload->Check();
  INFO(last.status().ToString());
  REQUIRE(last.ok());
  REQUIRE(WrongIn(store->get()) == "");
  return *last;
}

}  // namespace

TEST_CASE("a killed writer loses no acknowledged commit and leaves none in part", "[storage]") {
  REQUIRE(std::filesystem::exists(WorkloadChildPath()));
  const TemporaryFolder folder;
  const uint64_t seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const int kills = KillCount(120);
  const auto sleep = [&](int max_micros) {
    const auto micros = static_cast<int64_t>(random() % static_cast<uint64_t>(max_micros));
    std::this_thread::sleep_for(std::chrono::microseconds(micros));
  };
  int64_t acknowledged = 0;
  int64_t unchecked = 0;
  for (int round = 0; round < kills; ++round) {
    Child child(folder.database());
    // A third of the kills fall into the opening and its recovery.
    if (round % 3 == 0) {
      sleep(40'000);
    } else {
      acknowledged = std::max(acknowledged, child.Next());
      sleep(30'000);
    }
    acknowledged = child.Kill(acknowledged);
    INFO("round " << round << ", acknowledged " << acknowledged);
    // Kills during the opening leave the check to the next round, so that kills fall on kills. Each
    // unchecked round may have committed one transaction that it could not acknowledge any more.
    ++unchecked;
    if (round % 3 == 0) continue;
    const int64_t last = CheckedLast(folder.database());
    REQUIRE(last >= acknowledged);
    REQUIRE(last <= acknowledged + unchecked);
    if (round % 8 == 7) REQUIRE(CheckedLast(folder.database()) == last);
    acknowledged = last;
    unchecked = 0;
  }
  CHECK(acknowledged > kills / 2);
}

}  // namespace kith::storage
