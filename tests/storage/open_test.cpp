// SPDX-License-Identifier: Apache-2.0
// Opening what should not open: foreign, damaged, locked, too new, read-only or missing folders.
// Each gets an error that names the thing, and the folder stays as it was.
#include <fcntl.h>
#include <rocksdb/env.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <random>
#include <sstream>

#include "storage/format/meta_codec.h"
#include "storage/lock_file.h"
#include "tests/storage/numbered_workload.h"
#include "tests/storage/store_fixture.h"

namespace kith::storage {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

GraphStoreOptions OptionsFor(const std::string& path) {
  GraphStoreOptions options;
  options.path = path;
  options.block_cache_bytes = size_t{1} << 20;
  options.write_buffer_bytes = size_t{64} << 10;
  return options;
}

Status OpenStatus(const GraphStoreOptions& options) {
  return GraphStore::Open(options).status();
}

// A database with `count` numbered transactions; closed again.
void MakeDatabase(const std::string& path, int64_t first, int64_t last) {
  auto store = GraphStore::Open(OptionsFor(path));
  REQUIRE(store.ok());
  auto workload = NumberedWorkload::Make(store->get());
  REQUIRE(workload.ok());
  for (int64_t i = first; i <= last; ++i) REQUIRE(workload->Run(i).ok());
}

bool Mentions(const Status& status, const std::string& text) {
  return status.message().find(text) != std::string::npos;
}

int64_t FileSystemType(const std::string& path) {
  struct statfs system = {};
  REQUIRE(statfs(path.c_str(), &system) == 0);
  return system.f_type;
}

std::vector<std::string> FilesUnder(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

TEST_CASE("what an opening left behind that ran out of memory is named", "[storage]") {
  const TemporaryFolder folder;
  MakeDatabase(folder.database(), 1, 1);
  // RocksDB keeps its lock when an allocation throws while it opens.
  rocksdb::Env* const env = rocksdb::Env::Default();
  rocksdb::FileLock* lock = nullptr;
  REQUIRE(env->LockFile(folder.database() + "/data/LOCK", &lock).ok());
  const Status held = OpenStatus(OptionsFor(folder.database()));
  INFO(held.ToString());
  CHECK(held.code() == StatusCode::kBusy);
  CHECK(Mentions(held, folder.database()));
  CHECK(Mentions(held, "start the process again"));
  REQUIRE(env->UnlockFile(lock).ok());
  CHECK(OpenStatus(OptionsFor(folder.database())).ok());
}

TEST_CASE("a missing database is not created unless asked for", "[storage]") {
  const TemporaryFolder folder;
  GraphStoreOptions options = OptionsFor(folder.database());
  options.create_if_missing = false;
  const Status missing = OpenStatus(options);
  CHECK(missing.code() == StatusCode::kNotFound);
  CHECK(Mentions(missing, folder.database()));
  CHECK(!std::filesystem::exists(folder.database()));
  options.path = folder.path();
  CHECK(OpenStatus(options).code() == StatusCode::kNotFound);
  options.create_if_missing = true;
  options.read_only = true;
  CHECK(OpenStatus(options).code() == StatusCode::kNotFound);
  CHECK(std::filesystem::is_empty(folder.path()));
  options.path = "";
  CHECK(OpenStatus(options).code() == StatusCode::kInvalidArgument);
}

TEST_CASE("a foreign folder and a file are refused and left alone", "[storage]") {
  const TemporaryFolder folder;
  WriteFile(folder.path() + "/holiday.jpg", "not ours");
  const Status foreign = OpenStatus(OptionsFor(folder.path()));
  CHECK(foreign.code() == StatusCode::kCorruption);
  CHECK(Mentions(foreign, "holiday.jpg"));
  CHECK(FilesUnder(folder.path()) == std::vector{folder.path() + "/holiday.jpg"});
  const Status file = OpenStatus(OptionsFor(folder.path() + "/holiday.jpg"));
  CHECK(file.code() == StatusCode::kInvalidArgument);
  CHECK(Mentions(file, "is a file"));
  CHECK(OpenStatus(OptionsFor(folder.path() + "/holiday.jpg/db")).code() == StatusCode::kIoError);
}

TEST_CASE("the superblock is checked: magic, version, checksum, identity, missing data",
          "[storage]") {
  const TemporaryFolder folder;
  const std::string path = folder.database();
  MakeDatabase(path, 1, 5);
  const std::string superblock = path + "/KITH";
  const std::string good = ReadFile(superblock);
  REQUIRE(good.size() == kSuperblockBytes);

  WriteFile(superblock, "PNG" + good.substr(3));
  CHECK(OpenStatus(OptionsFor(path)).code() == StatusCode::kCorruption);
  WriteFile(superblock, "");
  CHECK(OpenStatus(OptionsFor(path)).code() == StatusCode::kCorruption);

  Superblock block = *DecodeSuperblock(good, superblock);
  block.version = 7;
  WriteFile(superblock, EncodeSuperblock(block));
  const Status version = OpenStatus(OptionsFor(path));
  CHECK(version.code() == StatusCode::kUnsupported);
  CHECK(Mentions(version, "format version 7"));

  for (size_t i = 12; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x20);
    WriteFile(superblock, bad);
    CHECK(OpenStatus(OptionsFor(path)).code() == StatusCode::kCorruption);
  }

  block = *DecodeSuperblock(good, superblock);
  block.id[3] = static_cast<uint8_t>(block.id[3] + 1);
  WriteFile(superblock, EncodeSuperblock(block));
  const Status mixed = OpenStatus(OptionsFor(path));
  CHECK(mixed.code() == StatusCode::kCorruption);
  CHECK(Mentions(mixed, "two databases were mixed"));

  block = *DecodeSuperblock(good, superblock);
  block.flushed = CommitNumber{99};
  WriteFile(superblock, EncodeSuperblock(block));
  const Status behind = OpenStatus(OptionsFor(path));
  CHECK(behind.code() == StatusCode::kCorruption);
  CHECK(Mentions(behind, "ends at commit 5, but commit 99"));

  WriteFile(superblock, good);
  REQUIRE(OpenStatus(OptionsFor(path)).ok());
  std::filesystem::rename(path + "/data", folder.path() + "/aside");
  const Status gone = OpenStatus(OptionsFor(path));
  CHECK(gone.code() == StatusCode::kCorruption);
  CHECK(Mentions(gone, "missing"));
  std::filesystem::remove_all(path + "/data");
  std::filesystem::rename(folder.path() + "/aside", path + "/data");
  CHECK(OpenStatus(OptionsFor(path)).ok());
}

TEST_CASE("data that was put back to an older state is noticed", "[storage]") {
  const TemporaryFolder folder;
  const std::string path = folder.database();
  MakeDatabase(path, 1, 5);
  std::filesystem::copy(path + "/data", folder.path() + "/old",
                        std::filesystem::copy_options::recursive);
  MakeDatabase(path, 6, 9);
  std::filesystem::remove_all(path + "/data");
  std::filesystem::rename(folder.path() + "/old", path + "/data");
  const Status status = OpenStatus(OptionsFor(path));
  CHECK(status.code() == StatusCode::kCorruption);
  CHECK(Mentions(status, "commit 5"));
  CHECK(Mentions(status, "commit 9"));
}

TEST_CASE("a second writer is told who the first is; a dead one does not block", "[storage]") {
  const TemporaryFolder folder;
  const std::string path = folder.database();
  {
    auto first = GraphStore::Open(OptionsFor(path));
    REQUIRE(first.ok());
    const Status second = OpenStatus(OptionsFor(path));
    CHECK(second.code() == StatusCode::kBusy);
    CHECK(Mentions(second, "pid " + std::to_string(getpid())));
    CHECK(Mentions(second, "host "));
    // Reading beside the writer is allowed.
    GraphStoreOptions reading = OptionsFor(path);
    reading.read_only = true;
    CHECK(OpenStatus(reading).ok());
  }
  CHECK(ReadFile(path + "/kith.lock").empty());
  // What a killed process of this machine leaves.
  std::string boot = ReadFile("/proc/sys/kernel/random/boot_id");
  WriteFile(path + "/kith.lock", "host elsewhere\nboot " + boot + "pid 1\nstarted then\n");
  CHECK(OpenStatus(OptionsFor(path)).ok());
  // What a container with another name leaves, or this disk in another machine: nobody holds it.
  if (LockReachOf(FileSystemType(path)) == LockReach::kEveryone) {
    WriteFile(path + "/kith.lock", "host elsewhere\nboot other\npid 4711\nstarted then\n");
    CHECK(OpenStatus(OptionsFor(path)).ok());
  }
}

TEST_CASE("on a shared file system a lock of another machine counts until it is deleted",
          "[storage]") {
  const TemporaryFolder folder;
  const std::string lock = folder.path() + "/kith.lock";
  // What a machine leaves that shares the folder: nobody here can know whether it lives.
  WriteFile(lock, "host elsewhere\nboot other\npid 4711\nstarted then\n");
  const Status elsewhere = LockFile::Acquire(folder.path(), LockReach::kThisMachine).status();
  CHECK(elsewhere.code() == StatusCode::kBusy);
  CHECK(Mentions(elsewhere, "host elsewhere, pid 4711, since then"));
  CHECK(Mentions(elsewhere, "delete the file"));
  std::filesystem::remove(lock);
  CHECK(LockFile::Acquire(folder.path(), LockReach::kThisMachine).ok());
  // What a dead process of this machine leaves, whatever its host was called.
  std::string boot = ReadFile("/proc/sys/kernel/random/boot_id");
  WriteFile(lock, "host elsewhere\nboot " + boot + "pid 4711\nstarted then\n");
  CHECK(LockFile::Acquire(folder.path(), LockReach::kThisMachine).ok());
  // A living holder counts on every file system.
  const auto held = LockFile::Acquire(folder.path(), LockReach::kEveryone);
  REQUIRE(held.ok());
  CHECK(LockFile::Acquire(folder.path(), LockReach::kEveryone).status().code() ==
        StatusCode::kBusy);
  CHECK(LockReachOf(0x6969) == LockReach::kThisMachine);      // NFS
  CHECK(LockReachOf(0x65735546) == LockReach::kThisMachine);  // FUSE
  CHECK(LockReachOf(0xEF53) == LockReach::kEveryone);         // ext4
}

TEST_CASE("a forked child neither keeps the lock of its parent nor gives it back", "[storage]") {
  const TemporaryFolder folder;
  const std::string lock = folder.path() + "/kith.lock";
  auto held = LockFile::Acquire(folder.path()).value();
  const std::string text = ReadFile(lock);
  CHECK(!text.empty());
  const pid_t closing = fork();
  REQUIRE(closing >= 0);
  if (closing == 0) {
    held.reset();
    _exit(0);
  }
  REQUIRE(waitpid(closing, nullptr, 0) == closing);
  CHECK(ReadFile(lock) == text);
  const Status second = LockFile::Acquire(folder.path()).status();
  CHECK(second.code() == StatusCode::kBusy);
  CHECK(Mentions(second, "pid " + std::to_string(getpid())));
  // The other one lives, with its copy of the descriptor, until it reads the end of the pipe.
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t living = fork();
  REQUIRE(living >= 0);
  if (living == 0) {
    close(ends[1]);
    char byte;
    _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
  }
  held.reset();
  const Status after = LockFile::Acquire(folder.path()).status();
  INFO(after.ToString());
  CHECK(after.ok());
  CHECK(ReadFile(lock).empty());
  close(ends[1]);
  close(ends[0]);
  REQUIRE(waitpid(living, nullptr, 0) == living);
}

TEST_CASE("a forked child that closes its copy of a store leaves the parent's files alone",
          "[storage]") {
  const TemporaryFolder folder;
  auto store = GraphStore::Open(OptionsFor(folder.database())).value();
  auto workload = NumberedWorkload::Make(store.get());
  REQUIRE(workload.ok());
  REQUIRE(workload->Run(1).ok());
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    close(ends[1]);
    char byte;
    const bool told = read(ends[0], &byte, 1) == 0;
    store.reset();
    _exit(told ? 0 : 1);
  }
  close(ends[0]);
  REQUIRE(workload->Run(2).ok());
  // The superblock now says more than the child knows.
  REQUIRE(store->Flush().ok());
  const std::string superblock = ReadFile(folder.database() + "/KITH");
  close(ends[1]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  CHECK(ReadFile(folder.database() + "/KITH") == superblock);
  REQUIRE(workload->Run(3).ok());
  store.reset();
  store = GraphStore::Open(OptionsFor(folder.database())).value();
  CHECK(*NumberedWorkload::Make(store.get())->Check() == 3);
}

TEST_CASE("a lock on the file's bytes counts, as a server takes for its clients", "[storage]") {
  const TemporaryFolder folder;
  const int client = open((folder.path() + "/kith.lock").c_str(), O_RDWR | O_CREAT, 0644);
  REQUIRE(client >= 0);
  struct flock range = {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  REQUIRE(fcntl(client, F_OFD_SETLK, &range) == 0);
  const Status busy = LockFile::Acquire(folder.path()).status();
  CHECK(busy.code() == StatusCode::kBusy);
  CHECK(Mentions(busy, folder.path()));
  CHECK(Mentions(busy, "has not written who it is"));
  close(client);
  CHECK(LockFile::Acquire(folder.path()).ok());
}

TEST_CASE("a read-only store reads and refuses to write", "[storage]") {
  const TemporaryFolder folder;
  MakeDatabase(folder.database(), 1, 20);
  GraphStoreOptions options = OptionsFor(folder.database());
  options.read_only = true;
  auto store = GraphStore::Open(options);
  REQUIRE(store.ok());
  CHECK((*store)->Begin(TransactionMode::kWrite).status().code() == StatusCode::kReadOnly);
  CHECK((*store)->catalog().LabelFor("New").status().code() == StatusCode::kReadOnly);
  CHECK((*store)->ChangeSchema([](Transaction&) { return Status::Ok(); }, [] {}).code() ==
        StatusCode::kReadOnly);
  auto workload = NumberedWorkload::Make(store->get());
  REQUIRE(workload.ok());
  CHECK(*workload->Check() == 20);
}

TEST_CASE("a folder without permission gives a clear error", "[storage]") {
  const TemporaryFolder folder;
  MakeDatabase(folder.database(), 1, 3);
  // Permissions do not bind root, so a child gives its rights up.
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    int failed = 0;
    if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(9);
    const auto expect_io_error = [&](const Status& status) {
      if (status.code() != StatusCode::kIoError || !Mentions(status, folder.path())) ++failed;
    };
    expect_io_error(OpenStatus(OptionsFor(folder.database())));
    expect_io_error(OpenStatus(OptionsFor(folder.path() + "/new")));
    _exit(failed);
  }
  // 0755 and files of another owner: reading is possible, writing is not.
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 9) WARN("skipped: cannot give up the rights of root");
  CHECK((WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 9));
}

TEST_CASE("a crash after many small commits opens, although old commit records are pruned",
          "[storage]") {
  REQUIRE(std::filesystem::exists(WorkloadChildPath()));
  const TemporaryFolder folder;
  const std::string program = WorkloadChildPath();
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    execl(program.c_str(), program.c_str(), "many", folder.database().c_str(), "75000", nullptr);
    _exit(127);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  auto store = GraphStore::Open(OptionsFor(folder.database()));
  INFO(store.status().ToString());
  REQUIRE(store.ok());
  auto reader = (*store)->Begin(TransactionMode::kRead);
  CHECK((*reader)->view().commit_number() == CommitNumber{75'000});
  CHECK(*(*reader)->view().keys().Counter("count") == 75'000);
}

// RocksDB here is a build with assertions: damage that reaches one ends the process. So each
// damaged copy is opened by a child, whose death by a signal is the failure. What opens must hold a
// correct state, and never an older one than the superblock promises.
TEST_CASE("damaged files give errors, never wrong data and never a crash", "[storage]") {
  REQUIRE(std::filesystem::exists(WorkloadChildPath()));
  const TemporaryFolder folder;
  const std::string path = folder.database();
  MakeDatabase(path, 1, 20);
  {
    auto store = GraphStore::Open(OptionsFor(path));
    REQUIRE(store.ok());
    REQUIRE((*store)->Flush().ok());
  }
  MakeDatabase(path, 21, 25);
  const uint64_t seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const std::string copy = folder.path() + "/copy";
  int refused = 0;
  int opened = 0;
  for (int round = 0; round < 60; ++round) {
    std::filesystem::remove_all(copy);
    std::filesystem::copy(path, copy, std::filesystem::copy_options::recursive);
    std::vector<std::string> files;
    for (const std::string& file : FilesUnder(copy)) {
      const std::string name = std::filesystem::path(file).filename().string();
      if (name.rfind("LOG", 0) != 0 && name != "LOCK" && name != "kith.lock") files.push_back(file);
    }
    const std::string file = files[random() % files.size()];
    std::string bytes = ReadFile(file);
    const char* damage = "removed";
    if (round % 4 == 0 || bytes.empty()) {
      std::filesystem::remove(file);
    } else if (round % 4 == 1) {
      damage = "cut short";
      WriteFile(file, bytes.substr(0, random() % bytes.size()));
    } else {
      damage = "bit flipped";
      char& byte = bytes[random() % bytes.size()];
      byte = static_cast<char>(byte ^ (1 << (random() % 8)));
      WriteFile(file, bytes);
    }
    const std::string program = WorkloadChildPath();
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      if (freopen("/dev/null", "w", stderr) == nullptr) _exit(2);
      execl(program.c_str(), program.c_str(), "check", copy.c_str(), "25", nullptr);
      _exit(127);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    INFO("round " << round << ": " << file << " " << damage);
    CHECK(WIFEXITED(status));
    if (!WIFEXITED(status)) continue;
    CHECK((WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 1));
    WEXITSTATUS(status) == 0 ? ++opened : ++refused;
  }
  CHECK(refused > 10);
}

}  // namespace kith::storage
