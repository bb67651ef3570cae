// SPDX-License-Identifier: Apache-2.0
// A process that is killed while it works: a hidden test case of the same program, which writes to
// its standard output, a line each, the numbers of what it has done.
//
// Thread safety: belongs to one thread; it sets an environment variable.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <thread>

namespace kith {

struct KilledChild {
  std::string test_case;  ///< Its tag, such as "[.kill_child]".
  std::string variable;   ///< The environment variable that tells it the folder.
  std::string folder;
  std::string output;  ///< The file that its standard output goes to, made anew.
};

/// When a child is killed: a time after it was started, or after it has said something for the
/// first time, which is waited for however long it takes.
struct KillMoment {
  bool at_work = false;
  std::chrono::milliseconds after{};
};

/// The number in the last whole line of a child's output that is one; nullopt where there is none.
inline std::optional<int64_t> LastNumber(const std::string& output) {
  std::ifstream file(output);
  std::optional<int64_t> last;
  for (std::string line; std::getline(file, line);) {
    int64_t number = 0;
    const char* end = line.data() + line.size();
    const auto parsed = std::from_chars(line.data(), end, number);
    const bool whole = parsed.ec == std::errc() && parsed.ptr == end && !file.eof();
    if (whole) last = number;
  }
  return last;
}

/// Starts the child and kills it. It must not have ended by itself.
inline void RunAndKill(const KilledChild& options, const KillMoment& moment) {
  REQUIRE(setenv(options.variable.c_str(), options.folder.c_str(), 1) == 0);
  posix_spawn_file_actions_t actions;
  REQUIRE(posix_spawn_file_actions_init(&actions) == 0);
  REQUIRE(posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, options.output.c_str(),
                                           O_WRONLY | O_CREAT | O_TRUNC, 0600) == 0);
  std::string program = "/proc/self/exe";
  std::string tag = options.test_case;
  char* const arguments[] = {program.data(), tag.data(), nullptr};
  pid_t child = 0;
  REQUIRE(posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  while (moment.at_work && !LastNumber(options.output)) {
    REQUIRE(waitpid(child, &status, WNOHANG) == 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::this_thread::sleep_for(moment.after);
  REQUIRE(kill(child, SIGKILL) == 0);
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
}

/// How often to kill: KITH_KILLS in the environment, or `usual`.
inline int KillCount(int usual) {
  const char* wanted = std::getenv("KITH_KILLS");
  return wanted == nullptr ? usual : std::atoi(wanted);
}

}  // namespace kith
