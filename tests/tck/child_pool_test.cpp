// SPDX-License-Identifier: Apache-2.0
// The crash guard: one bad case must not spoil its neighbours.
#include "tests/tck/child_pool.h"

#include <unistd.h>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdio>
#include <string>

namespace kith::tck {

TEST_CASE("results come back in order, with their text", "[tck]") {
  const auto results = RunInChildren(23, {3, 4, 20}, [](size_t i) {
    return CaseResult{i % 2 == 0 ? Category::kPass : Category::kWrongResult, ErrorLevel::kAny,
                      "case\t" + std::to_string(i) + "\nx"};
  });
  REQUIRE(results.size() == 23);
  for (size_t i = 0; i < results.size(); ++i) {
    CHECK(results[i].category == (i % 2 == 0 ? Category::kPass : Category::kWrongResult));
    CHECK(results[i].error_level == ErrorLevel::kAny);
    CHECK(results[i].message == "case\t" + std::to_string(i) + " x");
  }
}

TEST_CASE("a case that crashes, exits or hangs fails alone", "[tck]") {
  const auto results = RunInChildren(6, {1, 6, 1}, [](size_t i) {
    if (i == 1) {
      std::fputs("assertion about to fail\n", stderr);
      raise(SIGKILL);
    }
    if (i == 2) _exit(7);
    while (i == 4) pause();
    return CaseResult{};
  });
  CHECK(results[0].category == Category::kPass);
  CHECK(results[1].category == Category::kCrash);
  CHECK(results[1].message.find("signal 9") != std::string::npos);
  CHECK(results[1].message.find("assertion about to fail") != std::string::npos);
  CHECK(results[2].category == Category::kCrash);
  CHECK(results[2].message.find("exit status 7") != std::string::npos);
  CHECK(results[3].category == Category::kPass);
  CHECK(results[4].category == Category::kTimeout);
  CHECK(results[5].category == Category::kPass);
}

TEST_CASE("a result survives its line, other lines are refused", "[tck]") {
  CaseResult read;
  REQUIRE(FromLine(ToLine({Category::kTimeout, ErrorLevel::kDetail, "a\tb"}), &read));
  CHECK(read.category == Category::kTimeout);
  CHECK(read.error_level == ErrorLevel::kDetail);
  CHECK(read.message == "a\tb");
  for (const char* bad : {"", "1", "1\t2", "99\t0\tx", "1\t9\tx", "1\t10\tx", "x\t0\tx"}) {
    INFO(bad);
    CHECK_FALSE(FromLine(bad, &read));
  }
  CHECK(JsonString("a\"b\\c\n\x01") == "\"a\\\"b\\\\c\\u000a\\u0001\"");
}

}  // namespace kith::tck
