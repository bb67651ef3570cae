// SPDX-License-Identifier: Apache-2.0
// Sets of entities, as bits and as lists.
#include "index/vector/entity_set.h"

#include <catch2/catch.hpp>
#include <vector>

namespace kith::index {
namespace {

TEST_CASE("an entity set holds what it was made of", "[index]") {
  const uint64_t step = GENERATE(1, 3, 64, 511, 100'000);
  const uint64_t first = GENERATE(0, 5, 1 << 20);
  CAPTURE(step, first);
  std::vector<uint64_t> entities;
  for (uint64_t i = 0; i < 200; ++i) entities.push_back(first + i * step);
  const EntitySet set(entities);
  for (const uint64_t entity : entities) {
    REQUIRE(set.Contains(entity));
    REQUIRE(set.Contains(entity + 1) == (step == 1 && entity != entities.back()));
  }
  CHECK_FALSE(set.Contains(first - 1));
  CHECK_FALSE(set.Contains(UINT64_MAX - 1));
}

TEST_CASE("an entity set of none, and of the two ends", "[index]") {
  const std::vector<uint64_t> none;
  CHECK_FALSE(EntitySet(none).Contains(0));
  const std::vector<uint64_t> ends = {0, UINT64_MAX};
  const EntitySet set(ends);
  CHECK(set.Contains(0));
  CHECK(set.Contains(UINT64_MAX));
  CHECK_FALSE(set.Contains(1));
}

}  // namespace
}  // namespace kith::index
