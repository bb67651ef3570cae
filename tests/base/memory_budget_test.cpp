// SPDX-License-Identifier: Apache-2.0
// Memory accounts.
#include "engine/base/memory_budget.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <thread>
#include <vector>

namespace kith {
namespace {

TEST_CASE("a charge that does not fit is refused and charges nothing", "[base]") {
  MemoryBudget root("database memory", 100);
  MemoryBudget child("query memory", 80, &root);
  CHECK(child.Charge(60).ok());
  const Status own = child.Charge(30);
  CHECK(own.code() == StatusCode::kResourceExhausted);
  CHECK(own.message().find("query memory") != std::string::npos);
  CHECK(child.used_bytes() == 60);
  CHECK(root.used_bytes() == 60);

  MemoryBudget other("other", 0, &root);
  const Status parents = other.Charge(50);
  CHECK(parents.message().find("database memory") != std::string::npos);
  CHECK(other.used_bytes() == 0);
  CHECK(other.Charge(SIZE_MAX).code() == StatusCode::kResourceExhausted);
  CHECK(other.used_bytes() == 0);
  CHECK(other.Charge(40).ok());
  CHECK(root.peak_bytes() == 100);
}

TEST_CASE("a child gives back what it still holds", "[base]") {
  MemoryBudget root("root", 0);
  {
    MemoryBudget child("child", 0, &root);
    CHECK(child.Charge(10).ok());
    CHECK(child.Charge(5).ok());
    child.Release(3);
    CHECK(root.used_bytes() == 12);
  }
  CHECK(root.used_bytes() == 0);
  CHECK(root.peak_bytes() == 15);
}

TEST_CASE("the limit holds under concurrent charges", "[base]") {
  MemoryBudget root("root", 1000);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&root] {
      MemoryBudget child("child", 0, &root);
      for (int j = 0; j < 20'000; ++j) {
        if (child.Charge(300).ok()) child.Release(300);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(root.used_bytes() == 0);
  CHECK(root.peak_bytes() <= 1000);
}

}  // namespace
}  // namespace kith
