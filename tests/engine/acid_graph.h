// SPDX-License-Identifier: Apache-2.0
// Many clients on one small graph in memory, in both isolation levels, with and without an index.
// Catch2's assertions are for one thread, so clients only count.
#pragma once

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "kith/connection.h"
#include "kith/database.h"

namespace kith {

using Rows = std::vector<std::vector<Value>>;

inline constexpr int kThreads = 8;

inline void Pause() {
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

class Graph {
 public:
  explicit Graph(const char* setup) : level(GENERATE(kSnapshot, kSerializable)) {
    const bool indexed = GENERATE(false, true);
    auto opened = Database::Open(":memory:");
    REQUIRE(opened.ok());
    database_ = *std::move(opened);
    connection_ = database_->Connect();
    if (indexed) Must("CREATE INDEX ids FOR (p:Person) ON (p.id)");
    if (setup != nullptr) Must(setup);
  }

  /// Between clients.
  Rows Must(const std::string& text, const Parameters& parameters = {}) {
    Rows rows;
    const Status status = Run(*connection_, text, parameters, &rows);
    INFO(text << ": " << status.ToString());
    REQUIRE(status.ok());
    return rows;
  }

  static Status Run(Connection& connection, const std::string& text,
                    const Parameters& parameters = {}, Rows* rows = nullptr) {
    KITH_ASSIGN_OR_RETURN(Cursor cursor, connection.Execute(text, parameters));
    while (cursor.Next()) {
      if (rows != nullptr) rows->push_back(cursor.row());
    }
    return cursor.status();
  }

  /// One transaction on a connection of its own; true when it committed. `body` says whether it is
  /// to.
  bool Client(const std::function<Result<bool>(Connection&)>& body) {
    const auto connection = database_->Connect();
    if (!connection->Begin(level).ok()) return false;
    const Result<bool> commit = body(*connection);
    const bool committed = commit.ok() && *commit && connection->Commit().ok();
    if (connection->in_transaction()) (void)connection->Rollback().ok();
    committed ? ++commits : ++aborts;
    return committed;
  }

  using Body = std::function<void(std::mt19937_64&)>;
  /// So many clients of each kind, mixed, eight at a time.
  void Clients(int writers, const Body& write, int readers, const Body& read) {
    std::vector<bool> writes(static_cast<size_t>(writers + readers));
    std::fill_n(writes.begin(), writers, true);
    std::mt19937_64 order(1);
    std::shuffle(writes.begin(), writes.end(), order);
    std::atomic<size_t> next{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        std::mt19937_64 random(static_cast<uint64_t>(t) + 1);
        for (size_t at = next++; at < writes.size(); at = next++) {
          std::atomic<int>& mine = writes[at] ? open_writers_ : open_readers_;
          if (open_writers_ > 0) ++overlaps;
          ++mine;
          writes[at] ? write(random) : read(random);
          --mine;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(overlaps > 0);
  }

  static constexpr IsolationLevel kSnapshot = IsolationLevel::kSnapshot;
  static constexpr IsolationLevel kSerializable = IsolationLevel::kSerializable;
  IsolationLevel level;
  std::atomic<int> commits{0};
  std::atomic<int> aborts{0};
  std::atomic<int> anomalies{0};
  std::atomic<int> overlaps{0};

 private:
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
  std::atomic<int> open_writers_{0};
  std::atomic<int> open_readers_{0};
};

}  // namespace kith
