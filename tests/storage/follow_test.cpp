// SPDX-License-Identifier: Apache-2.0
// A store that follows another one, which writes: what it shows, when, and for how long.
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <thread>

#include "storage/follow/commit_notice.h"
#include "tests/storage/fault_file_system.h"
#include "tests/storage/numbered_workload.h"
#include "tests/storage/store_fixture.h"

namespace kith::storage {
namespace {

GraphStoreOptions Options(const std::string& folder) {
  GraphStoreOptions options;
  options.path = folder;
  options.sync = false;
  options.block_cache_bytes = size_t{4} << 20;
  options.write_buffer_bytes = size_t{1} << 20;
  return options;
}

std::unique_ptr<GraphStore> OpenWith(const GraphStoreOptions& options) {
  auto store = GraphStore::Open(options);
  INFO(store.status().ToString());
  REQUIRE(store.ok());
  return *std::move(store);
}

std::unique_ptr<GraphStore> OpenFollower(GraphStoreOptions options) {
  options.read_only = true;
  options.follow = true;
  return OpenWith(options);
}

NumberedWorkload WorkloadOf(GraphStore* store) {
  auto workload = NumberedWorkload::Make(store);
  INFO(workload.status().ToString());
  REQUIRE(workload.ok());
  return *workload;
}

void RunTo(NumberedWorkload* workload, int64_t first, int64_t last) {
  for (int64_t number = first; number <= last; ++number) REQUIRE(workload->Run(number).ok());
}

/// Waits, however long it takes, until a whole state shows transaction `last`; every state on the
/// way must be whole, too, and none older than the one before.
void AwaitWhole(NumberedWorkload* follower, int64_t last) {
  for (int64_t seen = 0; seen < last;) {
    const Result<int64_t> now = follower->Check();
    INFO(now.status().ToString());
    REQUIRE(now.ok());
    REQUIRE(*now >= seen);
    REQUIRE(*now <= last);
    seen = *now;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void Await(const std::function<bool()>& reached) {
  while (!reached()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace

TEST_CASE("a follower shows every commit of the writer, whole", "[storage][follow]") {
  const TemporaryFolder folder;
  const auto writer = OpenWith(Options(folder.database()));
  NumberedWorkload writing = WorkloadOf(writer.get());
  RunTo(&writing, 1, 20);
  const auto follower = OpenFollower(Options(folder.database()));
  NumberedWorkload following = WorkloadOf(follower.get());
  AwaitWhole(&following, 20);
  RunTo(&writing, 21, 60);
  AwaitWhole(&following, 60);
  REQUIRE(writer->Flush().ok());
  RunTo(&writing, 61, 90);
  AwaitWhole(&following, 90);
}

TEST_CASE("a follower's transaction keeps its state", "[storage][follow]") {
  const TemporaryFolder folder;
  const auto writer = OpenWith(Options(folder.database()));
  NumberedWorkload writing = WorkloadOf(writer.get());
  RunTo(&writing, 1, 3);
  const auto follower = OpenFollower(Options(folder.database()));
  NumberedWorkload following = WorkloadOf(follower.get());
  AwaitWhole(&following, 3);
  auto old = follower->Begin(TransactionMode::kRead);
  REQUIRE(old.ok());
  const auto sum = [](Transaction& transaction) {
    const Result<int64_t> read = transaction.keys().Counter("sum");
    REQUIRE(read.ok());
    return *read;
  };
  RunTo(&writing, 4, 300);
  AwaitWhole(&following, 300);
  CHECK(sum(**old) == 6);
  CHECK((*old)->Commit().ok());
}

TEST_CASE("a follower learns labels, types and properties that it did not know",
          "[storage][follow]") {
  const TemporaryFolder folder;
  const auto writer = OpenWith(Options(folder.database()));
  const auto follower = OpenFollower(Options(folder.database()));
  CHECK_FALSE(follower->catalog().FindLabel("Item").has_value());
  CHECK(follower->catalog().LabelFor("Item").status().code() == StatusCode::kReadOnly);
  NumberedWorkload writing = WorkloadOf(writer.get());
  RunTo(&writing, 1, 5);
  // The last name that the workload makes comes with its first node.
  Await([&] { return follower->catalog().FindProperty("padding").has_value(); });
  NumberedWorkload following = WorkloadOf(follower.get());
  AwaitWhole(&following, 5);
  CHECK(follower->catalog().Labels() == writer->catalog().Labels());
}

TEST_CASE("a follower goes on when the writer is closed and opened again", "[storage][follow]") {
  const TemporaryFolder folder;
  auto writer = OpenWith(Options(folder.database()));
  {
    NumberedWorkload writing = WorkloadOf(writer.get());
    RunTo(&writing, 1, 10);
  }
  const auto follower = OpenFollower(Options(folder.database()));
  NumberedWorkload following = WorkloadOf(follower.get());
  for (int64_t round = 1; round <= 5; ++round) {
    AwaitWhole(&following, round * 10);
    writer.reset();
    writer = OpenWith(Options(folder.database()));
    NumberedWorkload writing = WorkloadOf(writer.get());
    RunTo(&writing, round * 10 + 1, round * 10 + 10);
  }
  AwaitWhole(&following, 60);
  writer.reset();
  CHECK(*following.Check() == 60);
}

TEST_CASE("a follower with little memory opens anew again and again", "[storage][follow]") {
  const TemporaryFolder folder;
  GraphStoreOptions options = Options(folder.database());
  options.write_buffer_bytes = size_t{64} << 10;
  const auto writer = OpenWith(options);
  NumberedWorkload writing = WorkloadOf(writer.get());
  RunTo(&writing, 1, 1);
  const auto follower = OpenFollower(options);
  NumberedWorkload following = WorkloadOf(follower.get());
  std::thread thread([&] {
    for (int64_t number = 2; number <= 1'000; ++number) {
      if (!writing.Run(number).ok()) std::abort();
    }
  });
  AwaitWhole(&following, 1'000);
  thread.join();
}

TEST_CASE("a follower does not show a commit that failed, though the log has it",
          "[storage][follow]") {
  const TemporaryFolder folder;
  const auto disk = std::make_shared<FaultFileSystem>();
  GraphStoreOptions options = Options(folder.database());
  options.sync = true;
  options.file_system = disk;
  const auto writer = OpenWith(options);
  NumberedWorkload writing = WorkloadOf(writer.get());
  RunTo(&writing, 1, 15);
  const auto follower = OpenFollower(Options(folder.database()));
  NumberedWorkload following = WorkloadOf(follower.get());
  for (int64_t last = 15; last < 60; last += 5) {
    AwaitWhole(&following, last);
    disk->Arm(FaultFileSystem::Mode::kNoSpaceAtSync, 1);
    REQUIRE_FALSE(writing.Run(last + 1).ok());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK(*following.Check() == last);
    disk->Heal();
    // The number is given to another transaction, once writing has resumed.
    Await([&] { return writing.Run(last + 1).ok(); });
    RunTo(&writing, last + 2, last + 5);
  }
  AwaitWhole(&following, 60);
}

TEST_CASE("a follower neither writes nor keeps anyone from writing", "[storage][follow]") {
  const TemporaryFolder folder;
  auto writer = OpenWith(Options(folder.database()));
  const auto follower = OpenFollower(Options(folder.database()));
  CHECK(follower->Begin(TransactionMode::kWrite).status().code() == StatusCode::kReadOnly);
  CHECK(follower->ChangeSchema({}, {}).code() == StatusCode::kReadOnly);
  writer.reset();
  writer = OpenWith(Options(folder.database()));
  // Beside a live writer the next one is refused, and a follower is not.
  const auto second = GraphStore::Open(Options(folder.database()));
  CHECK(second.status().code() == StatusCode::kBusy);
  CHECK(second.status().message().find("pid " + std::to_string(getpid())) != std::string::npos);
  OpenFollower(Options(folder.database()));
}

TEST_CASE("only what is there and opened read-only can be followed", "[storage][follow]") {
  const TemporaryFolder folder;
  GraphStoreOptions options = Options(folder.database());
  options.follow = true;
  CHECK(GraphStore::Open(options).status().code() == StatusCode::kInvalidArgument);
  options.read_only = true;
  CHECK(GraphStore::Open(options).status().code() == StatusCode::kNotFound);
  options.path = ":memory:";
  CHECK(GraphStore::Open(options).status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("a notice of the newest commit is whole or none", "[storage][follow]") {
  const TemporaryFolder folder;
  CHECK_FALSE(ReadCommitNotice(folder.path()).has_value());
  auto writer = CommitNoticeWriter::Open(folder.path());
  REQUIRE(writer.ok());
  CHECK_FALSE(ReadCommitNotice(folder.path()).has_value());
  REQUIRE((*writer)->Begin(CommitNumber{7}).ok());
  const auto first = ReadCommitNotice(folder.path());
  REQUIRE(first.has_value());
  CHECK(first->newest == CommitNumber{7});
  (*writer)->Announce(CommitNumber{9});
  CHECK(ReadCommitNotice(folder.path())->newest == CommitNumber{9});
  CHECK(ReadCommitNotice(folder.path())->opening == first->opening);
  REQUIRE((*writer)->Begin(CommitNumber{9}).ok());
  CHECK(ReadCommitNotice(folder.path())->opening != first->opening);
}

}  // namespace kith::storage
