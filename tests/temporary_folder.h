// SPDX-License-Identifier: Apache-2.0
// A folder that vanishes with the test that made it.
#pragma once

#include <sys/statvfs.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace kith {

/// Where tests put folders: in memory where there is plenty, unless TMPDIR names a place. No test
/// needs a disk that is slow to sync: a failure of power is simulated.
inline std::filesystem::path TemporaryRoot() {
  constexpr const char* kMemory = "/dev/shm";
  constexpr uint64_t kPlentyBytes = uint64_t{1} << 30;
  struct statvfs memory = {};
  if (std::getenv("TMPDIR") == nullptr && access(kMemory, W_OK | X_OK) == 0 &&
      statvfs(kMemory, &memory) == 0 &&
      uint64_t{memory.f_bavail} * memory.f_frsize >= kPlentyBytes) {
    return kMemory;
  }
  return std::filesystem::temp_directory_path();
}

/// A fresh folder, removed with everything in it at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (TemporaryRoot() / "kith-test-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  /// A path inside that does not exist yet.
  std::string database() const { return path_ + "/db"; }

 private:
  std::string path_;
};

}  // namespace kith
