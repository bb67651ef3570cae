// SPDX-License-Identifier: Apache-2.0
// How several calls share one pass through a model.
#include "rag/generate/pass_plan.h"

#include <catch2/catch.hpp>
#include <numeric>
#include <random>

namespace kith::rag {
namespace {

using Counts = std::vector<size_t>;

constexpr PassLimits kPassLimits{.tokens = 100, .beside_writers = 20};

TEST_CASE("a prompt alone has the whole pass", "[rag]") {
  CHECK(PlanPass(Counts{250}, kPassLimits) == Counts{100});
  CHECK(PlanPass(Counts{50}, kPassLimits) == Counts{50});
  CHECK(PlanPass(Counts{1}, kPassLimits) == Counts{1});
}

TEST_CASE("prompts are read one after the other", "[rag]") {
  CHECK(PlanPass(Counts{70, 70, 70}, kPassLimits) == Counts{70, 30, 0});
  CHECK(PlanPass(Counts{40, 70, 70}, kPassLimits) == Counts{40, 60, 0});
}

TEST_CASE("answers that are being written go on beside a piece of a prompt", "[rag]") {
  CHECK(PlanPass(Counts{250, 1, 1}, kPassLimits) == Counts{20, 1, 1});
  CHECK(PlanPass(Counts{1, 15, 1, 250}, kPassLimits) == Counts{1, 15, 1, 5});
}

TEST_CASE("nobody waits for ever, and no pass is too large", "[rag]") {
  const unsigned seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    Counts wanted(1 + random() % 30);
    for (size_t& count : wanted) count = random() % 2 == 0 ? 1 : 1 + random() % 300;
    const size_t first = wanted.front();
    const PassLimits limits{.tokens = 1 + random() % 100, .beside_writers = 1 + random() % 20};
    size_t passes = 0;
    while (!wanted.empty()) {
      const Counts shares = PlanPass(wanted, limits);
      REQUIRE(shares.size() == wanted.size());
      const size_t used = std::accumulate(shares.begin(), shares.end(), size_t{0});
      CHECK(used <= limits.tokens);
      REQUIRE(used > 0);
      for (size_t i = 0; i < wanted.size(); ++i) wanted[i] -= shares[i];
      std::erase(wanted, 0U);
      passes += 1;
    }
    CAPTURE(first, limits.tokens, limits.beside_writers);
    CHECK(passes <= 30 * 300);
  }
}

}  // namespace
}  // namespace kith::rag
