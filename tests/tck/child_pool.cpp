// SPDX-License-Identifier: Apache-2.0
// Forking, pipes and time limits of the child processes.
#include "tests/tck/child_pool.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <deque>
#include <string>
#include <utility>

namespace kith::tck {
namespace {

using Clock = std::chrono::steady_clock;

struct Range {
  size_t begin = 0;
  size_t end = 0;
};

// A running child: which cases it still owes, and what it has written so far of the next line.
struct Child {
  pid_t pid = -1;
  int results = -1;             // read end of the pipe
  std::FILE* errors = nullptr;  // the child's standard error
  Range owed;
  std::string partial_line;
  Clock::time_point case_began;
};

void WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written <= 0 && errno != EINTR) return;
    if (written > 0) text.remove_prefix(static_cast<size_t>(written));
  }
}

// The last characters of what a dead child said, on one line.
std::string TailOf(std::FILE* file) {
  constexpr long kTailBytes = 300;
  std::fseek(file, 0, SEEK_END);
  const long size = std::ftell(file);
  std::fseek(file, std::max(0L, size - kTailBytes), SEEK_SET);
  char tail[kTailBytes];
  const size_t read_bytes = std::fread(tail, 1, sizeof tail, file);
  std::string text(tail, read_bytes);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::string DescribeDeath(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("killed by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  }
  return fmt::format("ended with exit status {} before its last case", WEXITSTATUS(status));
}

class Pool {
 public:
  Pool(size_t count, const PoolOptions& options, const std::function<CaseResult(size_t)>& run)
      : options_(options), run_(run), results_(count) {
    for (size_t begin = 0; begin < count; begin += options.cases_per_child) {
      waiting_.push_back({begin, std::min(count, begin + options.cases_per_child)});
    }
  }

  std::vector<CaseResult> Run() {
    while (!waiting_.empty() || !children_.empty()) {
      while (!waiting_.empty() && children_.size() < options_.workers) {
        const Range range = waiting_.front();
        waiting_.pop_front();
        Start(range);
      }
      WaitForOutput();
      for (size_t i = children_.size(); i-- > 0;) {
        if (Serve(children_[i])) children_.erase(children_.begin() + static_cast<ptrdiff_t>(i));
      }
    }
    return std::move(results_);
  }

 private:
  void Start(Range range);
  [[noreturn]] void BeChild(Range range, int results, int errors) const;
  void WaitForOutput() const;
  bool Serve(Child& child);
  void TakeLines(Child& child, std::string_view bytes);
  void Bury(Child& child, Category category, const std::string& reason);

  const PoolOptions& options_;
  const std::function<CaseResult(size_t)>& run_;
  std::vector<CaseResult> results_;
  std::deque<Range> waiting_;
  std::vector<Child> children_;
};

void Pool::BeChild(Range range, int results, int errors) const {
  dup2(errors, STDERR_FILENO);
  for (size_t i = range.begin; i < range.end; ++i) WriteAll(results, ToLine(run_(i)) + "\n");
  // The parent's buffers and exit handlers are not this process's business.
  _exit(0);
}

void Pool::Start(Range range) {
  int ends[2] = {-1, -1};
  Child child;
  child.errors = std::tmpfile();
  if (child.errors == nullptr || pipe(ends) != 0) {
    for (size_t i = range.begin; i < range.end; ++i) {
      results_[i] = {Category::kSetupFailed, ErrorLevel::kNotExpected, "no pipe or temporary file"};
    }
    return;
  }
  std::fflush(nullptr);
  child.pid = fork();
  if (child.pid == 0) {
    close(ends[0]);
    BeChild(range, ends[1], fileno(child.errors));
  }
  close(ends[1]);
  child.results = ends[0];
  child.owed = range;
  child.case_began = Clock::now();
  children_.push_back(std::move(child));
}

void Pool::WaitForOutput() const {
  std::vector<pollfd> files;
  for (const Child& child : children_) files.push_back({child.results, POLLIN, 0});
  constexpr int kPollMs = 200;
  poll(files.data(), files.size(), kPollMs);
}

void Pool::TakeLines(Child& child, std::string_view bytes) {
  child.partial_line += bytes;
  for (size_t end; (end = child.partial_line.find('\n')) != std::string::npos;) {
    const std::string line = child.partial_line.substr(0, end);
    child.partial_line.erase(0, end + 1);
    if (child.owed.begin == child.owed.end) continue;
    if (!FromLine(line, &results_[child.owed.begin])) continue;
    ++child.owed.begin;
    child.case_began = Clock::now();
  }
}

// Reaps a child that has ended or must end, and gives its other cases to a new one.
void Pool::Bury(Child& child, Category category, const std::string& reason) {
  if (category == Category::kTimeout) kill(child.pid, SIGKILL);
  int status = 0;
  waitpid(child.pid, &status, 0);
  if (child.owed.begin < child.owed.end) {
    const std::string why = reason.empty() ? DescribeDeath(status) : reason;
    results_[child.owed.begin] = {category, ErrorLevel::kNotExpected,
                                  fmt::format("{} {}", why, TailOf(child.errors))};
    if (child.owed.begin + 1 < child.owed.end) {
      waiting_.push_front({child.owed.begin + 1, child.owed.end});
    }
  }
  close(child.results);
  std::fclose(child.errors);
}

// Reads what has come; true when the child is gone.
bool Pool::Serve(Child& child) {
  pollfd file{child.results, POLLIN, 0};
  if (poll(&file, 1, 0) > 0) {
    char bytes[4096];
    const ssize_t count = read(child.results, bytes, sizeof bytes);
    if (count > 0) {
      TakeLines(child, std::string_view(bytes, static_cast<size_t>(count)));
      return false;
    }
    if (count < 0 && errno == EINTR) return false;
    Bury(child, Category::kCrash, "");
    return true;
  }
  if (Clock::now() - child.case_began < std::chrono::seconds(options_.timeout_seconds))
    return false;
  Bury(child, Category::kTimeout, fmt::format("no result after {} s", options_.timeout_seconds));
  return true;
}

}  // namespace

std::vector<CaseResult> RunInChildren(size_t count, const PoolOptions& options,
                                      const std::function<CaseResult(size_t)>& run) {
  return Pool(count, options, run).Run();
}

}  // namespace kith::tck
