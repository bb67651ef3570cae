// SPDX-License-Identifier: Apache-2.0
// What the cache of vector indexes gives up for memory, and what it does not.
#include "index/vector/vector_cache.h"

#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "index/vector/segment_builder.h"

namespace kith::index {
namespace {

constexpr size_t kSegmentCharge = 1000;
constexpr IndexId kCachedIndex{1};

// Keeps a segment of one row, which is charged with kSegmentCharge.
std::shared_ptr<const Segment> KeepOne(VectorCache* cache, uint32_t id) {
  VectorOptions options;
  options.dimensions = 2;
  SegmentBuilder builder(2, options, nullptr, 1);
  builder.Add({id, 1}, std::vector<float>{1, 0});
  SegmentBuildOptions build;
  build.vector = options;
  auto segment = builder.Finish(build);
  REQUIRE(segment.ok());
  auto share = cache->Reserve(kSegmentCharge);
  REQUIRE(share.ok());
  return cache->Keep(kCachedIndex, id, std::move(segment).value(), std::move(share).value());
}

}  // namespace

TEST_CASE("what cannot be had costs the vector cache nothing", "[index]") {
  MemoryBudget memory("test memory", 3 * kSegmentCharge);
  VectorCache cache(&memory);
  for (const uint32_t id : {1u, 2u, 3u}) KeepOne(&cache, id);
  CHECK(memory.used_bytes() == 3 * kSegmentCharge);
  CHECK(cache.Reserve(3 * kSegmentCharge + 1).status().code() == StatusCode::kResourceExhausted);
  CHECK(memory.used_bytes() == 3 * kSegmentCharge);
  // What was used least recently goes, and no more than is needed.
  const auto share = cache.Reserve(kSegmentCharge + 1);
  REQUIRE(share.ok());
  CHECK(memory.used_bytes() == 2 * kSegmentCharge + 1);
}

TEST_CASE("the vector cache keeps what somebody uses", "[index]") {
  MemoryBudget memory("test memory", 2 * kSegmentCharge);
  VectorCache cache(&memory);
  const auto used = KeepOne(&cache, 1);
  KeepOne(&cache, 2);
  // Giving up the one in use would free nothing before its user is done.
  CHECK_FALSE(cache.Reserve(2 * kSegmentCharge).ok());
  CHECK(memory.used_bytes() == 2 * kSegmentCharge);
  {
    const auto share = cache.Reserve(kSegmentCharge);
    REQUIRE(share.ok());
  }
  const auto again = cache.SegmentOf(nullptr, {kCachedIndex, 2}, {1, 1, 16, 0, 0});
  REQUIRE(again.ok());
  CHECK(*again == used);
}

}  // namespace kith::index
