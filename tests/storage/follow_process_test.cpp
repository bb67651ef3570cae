// SPDX-License-Identifier: Apache-2.0
// Processes that follow one that writes without a pause, while all of them are killed at random:
// every state that a follower sees is the whole of what the transactions up to some number leave,
// and no follower goes back. KITH_FOLLOW_SECONDS in the environment says how long (usually some
// seconds), KITH_FOLLOW_NOISE how many bytes of other data the writer commits after each
// transaction, KITH_FOLLOW_KILLS=0 that nobody is killed. How far followers are behind is printed:
// it says something of a quiet machine only, and no test fails on it.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "tests/storage/store_fixture.h"

namespace kith::storage {
namespace {

constexpr int kFollowers = 3;

int64_t Setting(const char* name, int64_t usual) {
  const char* wanted = std::getenv(name);
  return wanted == nullptr ? usual : std::strtoll(wanted, nullptr, 10);
}

/// A process, whose records are kept by a thread until it ends.
class Child {
 public:
  explicit Child(std::vector<std::string> arguments) {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    const std::string program =
        std::filesystem::path(WorkloadChildPath()).parent_path() / "kith_storage_follow_child";
    REQUIRE(std::filesystem::exists(program));
    arguments.insert(arguments.begin(), program);
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    pid_ = fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      execv(program.c_str(), pointers.data());
      _exit(127);
    }
    close(ends[1]);
    reader_ = std::thread([this, from = ends[0]] { Read(from); });
  }
  ~Child() {
    if (reader_.joinable()) Kill();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// The newest transaction that it has recorded; 0 for none.
  int64_t newest() const { return newest_.load(); }
  /// Of transactions, each with its time; complete after Kill.
  const std::vector<std::array<int64_t, 2>>& records() const { return records_; }
  size_t checks() const { return checks_; }

  /// Anything but death by this signal means that it found something wrong: false.
  bool Kill() {
    kill(pid_, SIGKILL);
    int status = 0;
    waitpid(pid_, &status, 0);
    reader_.join();
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

 private:
  void Read(int from) {
    std::array<int64_t, 2> record{};
    while (read(from, record.data(), sizeof record) == sizeof record) {
      if (record[1] == 0) {
        ++checks_;
      } else {
        records_.push_back(record);
      }
      newest_.store(record[0]);
    }
    close(from);
  }

  pid_t pid_ = 0;
  std::thread reader_;
  std::atomic<int64_t> newest_{0};
  std::vector<std::array<int64_t, 2>> records_;
  size_t checks_ = 0;
};

/// Of every transaction, from its acknowledgement to a follower's seeing it, in milliseconds.
void AddLags(const std::map<int64_t, int64_t>& acknowledged, const Child& follower,
             std::vector<double>* lags) {
  const auto& seen = follower.records();
  for (size_t i = 1; i < seen.size(); ++i) {
    auto one = acknowledged.upper_bound(seen[i - 1][0]);
    for (; one != acknowledged.end() && one->first <= seen[i][0]; ++one) {
      lags->push_back(std::max(0.0, static_cast<double>(seen[i][1] - one->second) / 1e6));
    }
  }
}

double Quantile(const std::vector<double>& ascending, double share) {
  if (ascending.empty()) return 0;
  return ascending[static_cast<size_t>(share * static_cast<double>(ascending.size() - 1))];
}

}  // namespace

TEST_CASE("processes follow one that writes, whoever is killed", "[storage][follow]") {
  const TemporaryFolder folder;
  const uint64_t seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::seconds(Setting("KITH_FOLLOW_SECONDS", 6));
  const bool kills = Setting("KITH_FOLLOW_KILLS", 1) != 0;
  const int64_t noise = Setting("KITH_FOLLOW_NOISE", 0);
  // Small memtables make the files change often.
  const std::string buffer = std::to_string(Setting("KITH_FOLLOW_BUFFER", 256 << 10));

  std::map<int64_t, int64_t> acknowledged;
  std::vector<double> lags;
  size_t checks = 0;
  size_t killed = 0;
  const auto start_writer = [&] {
    return std::make_unique<Child>(
        std::vector<std::string>{"write", folder.database(), std::to_string(noise), buffer});
  };
  const auto start_follower = [&] {
    return std::make_unique<Child>(std::vector<std::string>{"follow", folder.database()});
  };
  const auto end_writer = [&](std::unique_ptr<Child> writer) {
    REQUIRE(writer->Kill());
    for (const auto& [number, at] : writer->records()) acknowledged[number] = at;
  };
  const auto end_follower = [&](std::unique_ptr<Child> follower) {
    REQUIRE(follower->Kill());
    AddLags(acknowledged, *follower, &lags);
    checks += follower->checks();
  };

  std::unique_ptr<Child> writer = start_writer();
  while (writer->newest() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::vector<std::unique_ptr<Child>> followers;
  for (int i = 0; i < kFollowers; ++i) followers.push_back(start_follower());
  std::vector<std::unique_ptr<Child>> ended;
  while (std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50 + random() % 500));
    if (!kills) continue;
    const size_t victim = random() % (2 * kFollowers);
    ++killed;
    if (victim < kFollowers) {
      REQUIRE(followers[victim]->Kill());
      ended.push_back(std::exchange(followers[victim], start_follower()));
    } else {
      end_writer(std::exchange(writer, nullptr));
      writer = start_writer();
    }
  }
  end_writer(std::move(writer));
  // All that was acknowledged comes, however long it takes.
  const int64_t newest = acknowledged.rbegin()->first;
  for (const auto& follower : followers) {
    while (follower->newest() < newest) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  for (auto& follower : followers) end_follower(std::move(follower));
  for (const auto& follower : ended) {
    AddLags(acknowledged, *follower, &lags);
    checks += follower->checks();
  }
  std::sort(lags.begin(), lags.end());
  fmt::print(
      "{} transactions, {} kills, {} checks of a whole state; behind by {:.1f} ms (p50), "
      "{:.1f} (p99), {:.1f} (p99.9), {:.1f} (most) in {} sights\n",
      acknowledged.size(), killed, checks, Quantile(lags, 0.5), Quantile(lags, 0.99),
      Quantile(lags, 0.999), Quantile(lags, 1), lags.size());
  CHECK(checks > 0);
}

}  // namespace kith::storage
