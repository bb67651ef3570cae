// SPDX-License-Identifier: Apache-2.0
// Fusing rankings on paper.
#include "query/procedures/rank_fusion.h"

#include <catch2/catch.hpp>

namespace kith::query {
namespace {

constexpr NodeId kOne{1};
constexpr NodeId kTwo{2};
constexpr NodeId kThree{3};

TEST_CASE("reciprocal rank fusion goes by places", "[query]") {
  const RankedNodes first = {{kOne, 9}, {kTwo, 1}};
  const RankedNodes second = {{kTwo, 0.3}, {kThree, 0.2}};
  const WeightedList lists[] = {{&first, 1}, {&second, 2}};
  const auto fused = FuseRankings(lists, FusionMethod::kReciprocalRank, 60);
  REQUIRE(fused.size() == 3);
  CHECK(fused[0].node == kTwo);
  CHECK(fused[0].score == Approx(1.0 / 62 + 2.0 / 61));
  CHECK(fused[0].scores == std::vector<std::optional<double>>{1.0, 0.3});
  CHECK(fused[1].node == kThree);
  CHECK(fused[1].scores == std::vector<std::optional<double>>{std::nullopt, 0.2});
  CHECK(fused[2].node == kOne);
}

TEST_CASE("a weighted sum brings each list to 0 to 1, below 0 too", "[query]") {
  const RankedNodes first = {{kOne, 4}, {kTwo, 3}, {kThree, 2}};
  const RankedNodes second = {{kThree, -1}, {kTwo, -5}};
  const WeightedList lists[] = {{&first, 1}, {&second, 0.5}};
  const auto fused = FuseRankings(lists, FusionMethod::kWeighted, 60);
  REQUIRE(fused.size() == 3);
  CHECK(fused[0].node == kOne);
  CHECK(fused[0].score == Approx(1));
  // Equal scores go by id.
  CHECK(fused[1].node == kTwo);
  CHECK(fused[1].score == Approx(0.5));
  CHECK(fused[2].score == Approx(0.5));
}

TEST_CASE("lists that are empty, of one node, equal, or without weight", "[query]") {
  const RankedNodes none;
  const RankedNodes one = {{kTwo, 0}};
  const RankedNodes equal = {{kOne, 7}, {kThree, 7}};
  const WeightedList lists[] = {{&none, 1}, {&one, 0}, {&equal, 1}};
  const auto fused = FuseRankings(lists, FusionMethod::kWeighted, 60);
  REQUIRE(fused.size() == 2);
  CHECK(fused[0].node == kOne);
  CHECK(fused[0].score == 1);
  CHECK(fused[1].score == 1);
  CHECK(FuseRankings({}, FusionMethod::kReciprocalRank, 60).empty());
}

}  // namespace
}  // namespace kith::query
