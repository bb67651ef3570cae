// SPDX-License-Identifier: Apache-2.0
// Backups while others write, restored; and whatever may be wrong with folders, files and
// processes.
#include "storage/backup.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "storage/draft_folder.h"
#include "storage/lock_file.h"
#include "tests/clean_database.h"
#include "tests/killed_child.h"
#include "tests/storage/numbered_workload.h"
#include "tests/storage/store_fixture.h"

namespace kith::storage {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<GraphStore> OpenStore(const std::string& path) {
  GraphStoreOptions options;
  options.path = path;
  options.write_buffer_bytes = size_t{64} << 10;  // So that there are flushes and compactions.
  options.block_cache_bytes = size_t{1} << 20;
  auto store = GraphStore::Open(options);
  INFO(store.status().ToString());
  REQUIRE(store.ok());
  return *std::move(store);
}

void Run(GraphStore* store, int64_t first, int64_t last) {
  auto workload = NumberedWorkload::Make(store);
  REQUIRE(workload.ok());
  for (int64_t i = first; i <= last; ++i) REQUIRE(workload->Run(i).ok());
}

BackupInfo Backup(GraphStore* store, const std::string& folder, size_t keep = 0) {
  BackupOptions options;
  options.keep = keep;
  const auto made = store->Backup(folder, options);
  INFO(made.status().ToString());
  REQUIRE(made.ok());
  return *made;
}

/// The last transaction in the database, which is whole.
int64_t CheckedLast(const std::string& database) {
  const auto store = OpenStore(database);
  auto workload = NumberedWorkload::Make(store.get());
  REQUIRE(workload.ok());
  const auto last = workload->Check();
  INFO(last.status().ToString());
  REQUIRE(last.ok());
  REQUIRE(WrongIn(store.get()) == "");
  return *last;
}

int64_t RestoredLast(const std::string& folder, uint32_t number) {
  const TemporaryFolder target;
  const auto restored = RestoreBackup(folder, number, target.database());
  INFO(restored.status().ToString());
  REQUIRE(restored.ok());
  return CheckedLast(target.database());
}

std::vector<uint32_t> Numbers(const std::string& folder) {
  const auto backups = ListBackups(folder);
  REQUIRE(backups.ok());
  std::vector<uint32_t> numbers;
  for (const BackupInfo& backup : *backups) numbers.push_back(backup.number);
  return numbers;
}

std::vector<fs::path> FilesBelow(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.file_size() > 0) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string Message(const Status& status, StatusCode code) {
  INFO(status.ToString());
  REQUIRE(status.code() == code);
  return status.message();
}

}  // namespace

TEST_CASE("each backup restores what was there when it was made", "[storage]") {
  const TemporaryFolder folder;
  const std::string backups = folder.path() + "/backups";
  for (const char* path : {":memory:", "disk"}) {
    const bool in_memory = path[0] == ':';
    CAPTURE(path);
    const auto store = OpenStore(in_memory ? path : folder.database());
    fs::remove_all(backups);
    Run(store.get(), 1, 30);
    CHECK(Backup(store.get(), backups).number == 1);
    Run(store.get(), 31, 70);
    const BackupInfo second = Backup(store.get(), backups);
    CHECK(second.number == 2);
    CHECK(static_cast<uint64_t>(second.commit) >= 70);
    CHECK(second.bytes > 0);
    Run(store.get(), 71, 75);
    CHECK(Numbers(backups) == std::vector<uint32_t>{1, 2});
    CHECK(RestoredLast(backups, 1) == 30);
    CHECK(RestoredLast(backups, 2) == 70);
    CHECK(RestoredLast(backups, 0) == 70);
    CHECK(Backup(store.get(), backups, 2).number == 3);
    CHECK(Numbers(backups) == std::vector<uint32_t>{2, 3});
    CHECK(RestoredLast(backups, 0) == 75);
  }
}

TEST_CASE("a restored database goes on by itself", "[storage]") {
  const TemporaryFolder folder;
  const std::string backups = folder.path() + "/backups";
  {
    const auto store = OpenStore(folder.database());
    Run(store.get(), 1, 20);
    Backup(store.get(), backups);
  }
  const std::string target = folder.path() + "/restored";
  fs::create_directory(target);  // An empty one will do.
  REQUIRE(RestoreBackup(backups, 0, target).ok());
  {
    const auto store = OpenStore(target);
    Run(store.get(), 21, 40);
    CHECK(Backup(store.get(), backups).number == 2);
  }
  CHECK(CheckedLast(target) == 40);
  CHECK(CheckedLast(folder.database()) == 20);
}

TEST_CASE("backups are whole while others write", "[storage]") {
  const TemporaryFolder folder;
  const std::string backups = folder.path() + "/backups";
  const auto store = OpenStore(folder.database());
  Run(store.get(), 1, 1);
  std::atomic<bool> stop = false;
  std::atomic<int64_t> last = 1;
  std::atomic<bool> failed = false;
  std::thread writer([&] {
    auto workload = NumberedWorkload::Make(store.get());
    while (!stop && !failed) {
      failed = !workload->Run(last + 1).ok();
      ++last;
    }
  });
  std::vector<int64_t> before;
  for (int i = 0; i < 8; ++i) {
    before.push_back(last - 1);
    Backup(store.get(), backups);
  }
  stop = true;
  writer.join();
  REQUIRE_FALSE(failed);
  for (size_t i = 0; i < before.size(); ++i) {
    const int64_t restored = RestoredLast(backups, static_cast<uint32_t>(i + 1));
    CHECK(restored >= before[i]);
    CHECK(restored <= last);
  }
}

TEST_CASE("a backup that is stopped is not there", "[storage]") {
  const TemporaryFolder folder;
  const std::string backups = folder.path() + "/backups";
  const auto store = OpenStore(folder.database());
  Run(store.get(), 1, 5);
  BackupOptions options;
  options.goes_on = [] { return false; };
  CHECK(store->Backup(backups, options).status().code() == StatusCode::kCancelled);
  CHECK(Numbers(backups).empty());
  Message(RestoreBackup(backups, 0, folder.path() + "/new").status(), StatusCode::kNotFound);
  Backup(store.get(), backups);
  CHECK(RestoredLast(backups, 0) == 5);
}

TEST_CASE("folders that are no place for backups", "[storage]") {
  const TemporaryFolder folder;
  const auto store = OpenStore(folder.database());
  Run(store.get(), 1, 3);
  const auto backup_to = [&](const std::string& path) { return store->Backup(path, {}).status(); };
  using Catch::Contains;
  CHECK_THAT(Message(backup_to(folder.database()), StatusCode::kInvalidArgument),
             Contains("which is not of a backup"));
  CHECK_THAT(Message(backup_to(folder.database() + "/backups"), StatusCode::kInvalidArgument),
             Contains("inside the database"));
  CHECK_THAT(Message(backup_to(folder.path() + "/no/such"), StatusCode::kIoError),
             Contains("/no/such"));
  std::ofstream(folder.path() + "/file") << "x";
  CHECK_THAT(Message(backup_to(folder.path() + "/file"), StatusCode::kInvalidArgument),
             Contains("is a file"));
  CHECK(fs::file_size(folder.path() + "/file") == 1);
  const std::string backups = folder.path() + "/backups";
  fs::create_directory(backups);
  {
    const auto lock = LockFile::Acquire(backups);
    REQUIRE(lock.ok());
    CHECK_THAT(Message(backup_to(backups), StatusCode::kBusy), Contains(std::to_string(getpid())));
  }
  CHECK(backup_to(backups).ok());
}

TEST_CASE("what cannot be restored", "[storage]") {
  const TemporaryFolder folder;
  const std::string backups = folder.path() + "/backups";
  const std::string target = folder.path() + "/new";
  using Catch::Contains;
  CHECK_THAT(Message(ListBackups(backups).status(), StatusCode::kNotFound), Contains(backups));
  {
    const auto store = OpenStore(folder.database());
    Run(store.get(), 1, 3);
    Backup(store.get(), backups);
  }
  CHECK_THAT(Message(RestoreBackup(backups, 7, target).status(), StatusCode::kNotFound),
             Contains("number 7"));
  CHECK_THAT(
      Message(RestoreBackup(backups, 0, folder.database()).status(), StatusCode::kInvalidArgument),
      Contains("is there already"));
  CHECK_THAT(Message(RestoreBackup(folder.database(), 0, target).status(), StatusCode::kNotFound),
             Contains("no backups"));
  CHECK_THAT(
      Message(RestoreBackup(backups, 0, folder.path() + "/no/such").status(), StatusCode::kIoError),
      Contains("/no/such"));
  CHECK_FALSE(fs::exists(target));
  CHECK(CheckedLast(folder.database()) == 3);
}

TEST_CASE("a damaged backup is refused, and nothing is left of the attempt", "[storage]") {
  const uint64_t seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const TemporaryFolder folder;
  const std::string good = folder.path() + "/good";
  {
    const auto store = OpenStore(folder.database());
    Run(store.get(), 1, 40);
    Backup(store.get(), good);
  }
  int refused = 0;
  for (const fs::path& file : FilesBelow(good)) {
    if (file.filename() == LockFile::kName) continue;
    for (const bool cut : {false, true}) {
      const std::string damaged = folder.path() + "/damaged";
      const std::string target = folder.path() + "/new";
      fs::remove_all(damaged);
      fs::remove_all(target);
      fs::copy(good, damaged, fs::copy_options::recursive);
      const fs::path victim = fs::path(damaged) / fs::relative(file, good);
      const uint64_t at = random() % fs::file_size(victim);
      CAPTURE(victim, at, cut);
      if (cut) {
        fs::resize_file(victim, at);
      } else {
        std::fstream bytes(victim, std::ios::binary | std::ios::in | std::ios::out);
        bytes.seekg(static_cast<std::streamoff>(at));
        const int old = bytes.get();
        bytes.seekp(static_cast<std::streamoff>(at));
        bytes.put(static_cast<char>(old ^ (1 << random() % 8)));
      }
      const auto restored = RestoreBackup(damaged, 0, target);
      if (restored.ok()) {
        // Of the metadata some bytes mean nothing, such as the time.
        CHECK(CheckedLast(target) == 40);
        continue;
      }
      ++refused;
      CHECK_FALSE(fs::exists(target));
    }
  }
  CHECK(refused > 5);
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    CHECK(entry.path().string().find("restoring") == std::string::npos);
  }
}

TEST_CASE("a restore removes what dead ones have left, and nothing else", "[storage]") {
  const TemporaryFolder folder;
  const std::string backups = folder.path() + "/backups";
  const std::string target = folder.path() + "/new";
  {
    const auto store = OpenStore(folder.database());
    Run(store.get(), 1, 3);
    Backup(store.get(), backups);
  }
  const auto draft = [&](const std::string& name) {
    fs::create_directories(folder.path() + "/" + name + "/data");
    std::ofstream(folder.path() + "/" + name + "/data/1.sst") << "x";
    return folder.path() + "/" + name;
  };
  const std::string nobody = std::to_string(1 << 30);  // Linux has fewer processes.
  const std::string own = draft("new.restoring-" + std::to_string(getpid()));
  const std::string dead = draft("new.restoring-" + nobody);
  const std::string held = draft("new.restoring-" + std::to_string((1 << 30) - 1));
  const std::vector<std::string> others = {
      draft("new.restoring-" + std::to_string(getppid())), draft("newer.restoring-" + nobody),
      draft("new.restoring-"), draft("new.restoring-" + nobody + "x"), held};
  std::ofstream(target + ".restoring-" + std::to_string((1 << 30) - 2)) << "a file";
  {
    const auto lock = LockFile::Acquire(held);
    REQUIRE(lock.ok());
    REQUIRE(RestoreBackup(backups, 0, target).ok());
  }
  CHECK_FALSE(fs::exists(own));
  CHECK_FALSE(fs::exists(dead));
  for (const std::string& other : others) CHECK(fs::exists(other + "/data/1.sst"));
  CHECK(fs::exists(target + ".restoring-" + std::to_string((1 << 30) - 2)));
  CHECK(CheckedLast(target) == 3);
  fs::remove_all(target);
  REQUIRE(RestoreBackup(backups, 0, target + "/").ok());
  CHECK_FALSE(fs::exists(held));
  CHECK(CheckedLast(target) == 3);
}

TEST_CASE("two restores to one place do not disturb each other", "[storage]") {
  const TemporaryFolder folder;
  const std::string target = folder.path() + "/new";
  const auto draft = DraftFolder::Make(target, "restoring");
  REQUIRE(draft.ok());
  std::ofstream((*draft)->path() + "/file") << "x";
  CHECK_THAT(Message(DraftFolder::Make(target, "restoring").status(), StatusCode::kBusy),
             Catch::Contains("already"));
  CHECK(fs::exists((*draft)->path() + "/file"));
  REQUIRE((*draft)->TakePlace().ok());
  CHECK(fs::exists(target + "/file"));
  CHECK(LockFile::Acquire(target).ok());
}

// Restores until it is killed, each time to the same place.
TEST_CASE("a child that restores", "[.restore_child]") {
  const std::string folder = std::getenv("KITH_RESTORE_FOLDER");
  for (int64_t number = 1;; ++number) {
    REQUIRE(RestoreBackup(folder + "/backups", 0, folder + "/new").ok());
    fs::remove_all(folder + "/new");
    std::printf("%lld\n", static_cast<long long>(number));
    std::fflush(stdout);
  }
}

TEST_CASE("after a process that was killed while it restored, the next one leaves nothing",
          "[storage]") {
  const uint64_t seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const TemporaryFolder folder;
  {
    const auto store = OpenStore(folder.database());
    Run(store.get(), 1, 40);
    Backup(store.get(), folder.path() + "/backups");
  }
  const KilledChild child{"[.restore_child]", "KITH_RESTORE_FOLDER", folder.path(),
                          folder.path() + "/said"};
  for (int round = 0; round < KillCount(8); ++round) {
    RunAndKill(child, {true, std::chrono::milliseconds(random() % 40)});
    const std::string target = folder.path() + "/new";
    fs::remove_all(target);
    CAPTURE(round);
    REQUIRE(RestoreBackup(folder.path() + "/backups", 0, target).ok());
    for (const auto& entry : fs::directory_iterator(folder.path())) {
      CHECK(entry.path().string().find("restoring") == std::string::npos);
    }
    CHECK(CheckedLast(target) == 40);
    fs::remove_all(target);
  }
}

// Writes and backs up until it is killed; says the number of the last transaction in each backup.
TEST_CASE("a child that backs up", "[.backup_child]") {
  const std::string folder = std::getenv("KITH_BACKUP_FOLDER");
  const auto store = OpenStore(folder + "/db");
  auto workload = NumberedWorkload::Make(store.get());
  int64_t number = *workload->Check();
  for (;;) {
    for (int i = 0; i < 5; ++i) REQUIRE(workload->Run(++number).ok());
    BackupOptions options;
    options.keep = 3;
    REQUIRE(store->Backup(folder + "/backups", options).ok());
    std::printf("%lld\n", static_cast<long long>(number));
    std::fflush(stdout);
  }
}

TEST_CASE("a process that is killed while it backs up leaves whole backups", "[storage]") {
  const uint64_t seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const TemporaryFolder folder;
  const KilledChild child{"[.backup_child]", "KITH_BACKUP_FOLDER", folder.path(),
                          folder.path() + "/said"};
  int64_t acknowledged = 0;
  for (int round = 0; round < KillCount(12); ++round) {
    RunAndKill(child, {round % 2 == 0, std::chrono::milliseconds(random() % 60)});
    acknowledged = LastNumber(child.output).value_or(acknowledged);
    CAPTURE(round, acknowledged);
    if (acknowledged == 0) continue;
    CHECK(RestoredLast(folder.path() + "/backups", 0) >= acknowledged);
    CHECK(CheckedLast(folder.database()) >= acknowledged);
  }
}

}  // namespace kith::storage
