// SPDX-License-Identifier: Apache-2.0
// Chunks of adjacency, relationships and membership: what goes in comes out, in few bytes, and
// damage never leads outside.
#include "storage/segment/adjacency_chunk.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "storage/segment/membership.h"
#include "storage/segment/relationship_page.h"

using namespace kith;
using namespace kith::storage;

namespace {

using Random = std::mt19937_64;

struct Lists {
  std::vector<uint32_t> degrees;
  std::vector<AdjacencyEntry> entries;
};

/// Lists of up to `most` neighbours among `nodes`, serials in order of the entries or not.
Lists AnyLists(Random* random, size_t slots, uint32_t most, uint64_t nodes, bool in_order) {
  Lists made;
  for (size_t slot = 0; slot < slots; ++slot) {
    std::vector<AdjacencyEntry> list((*random)() % (most + 1));
    for (AdjacencyEntry& entry : list) {
      entry = {NodeId((*random)() % nodes), static_cast<uint32_t>((*random)())};
    }
    std::sort(list.begin(), list.end(), [](const AdjacencyEntry& a, const AdjacencyEntry& b) {
      return std::pair(a.neighbour, a.serial) < std::pair(b.neighbour, b.serial);
    });
    made.degrees.push_back(static_cast<uint32_t>(list.size()));
    made.entries.insert(made.entries.end(), list.begin(), list.end());
  }
  for (size_t i = 0; in_order && i < made.entries.size(); ++i) {
    made.entries[i].serial = static_cast<uint32_t>(i + 77);
  }
  return made;
}

std::string Damaged(std::string bytes, Random* random) {
  for (uint64_t flips = 1 + (*random)() % 3; flips > 0; --flips) {
    bytes[(*random)() % bytes.size()] = static_cast<char>((*random)());
  }
  if ((*random)() % 4 == 0) bytes.resize((*random)() % bytes.size());
  return bytes;
}

std::vector<std::optional<RelationshipRow>> AnyRelationships(Random* random, size_t size) {
  std::vector<std::optional<RelationshipRow>> rows(size);
  for (auto& row : rows) {
    if ((*random)() % 8 == 0) continue;
    row = RelationshipRow{static_cast<uint32_t>((*random)() % kGroupSlots),
                          NodeId((*random)() % (uint64_t{1} << 46)),
                          static_cast<RelTypeId>((*random)() % 5)};
  }
  return rows;
}

SlotBitmap AnyMembers(Random* random, uint32_t slots) {
  SlotBitmap members;
  for (uint32_t slot = 0; slot < slots; ++slot) {
    if ((*random)() % 3 != 0) members.Insert(slot);
  }
  return members;
}

}  // namespace

TEST_CASE("an adjacency chunk gives back its lists", "[segment]") {
  const uint64_t seed = std::random_device()();
  INFO("seed " << seed);
  Random random(seed);
  for (int round = 0; round < 60; ++round) {
    const size_t slots = 1 + random() % 300;
    const auto first = static_cast<uint32_t>(random() % (kGroupSlots - slots));
    const Lists lists = AnyLists(&random, slots, static_cast<uint32_t>(random() % 40),
                                 uint64_t{1} << (1 + random() % 46), round % 2 == 0);
    const std::string bytes = EncodeAdjacencyChunk(first, lists.degrees, lists.entries);
    const auto chunk = AdjacencyChunk::Parse(bytes);
    REQUIRE(chunk.has_value());
    REQUIRE(chunk->entries() == lists.entries.size());
    size_t at = 0;
    for (uint32_t i = 0; i < slots; ++i) {
      const AdjacencyChunk::Range list = chunk->List(first + i);
      REQUIRE(list.size() == lists.degrees[i]);
      for (uint32_t entry = list.begin; entry < list.end; ++entry, ++at) {
        REQUIRE(chunk->Neighbour(entry) == lists.entries[at].neighbour);
        REQUIRE(chunk->Serial(entry) == lists.entries[at].serial);
      }
    }
    CHECK(chunk->List(first + static_cast<uint32_t>(slots)).size() == 0);
    if (first > 0) CHECK(chunk->List(first - 1).size() == 0);
  }
}

TEST_CASE("an entry of an adjacency chunk takes its neighbour's bits", "[segment]") {
  Random random(1);
  // 7 neighbours on average among 2^14: 14 bits each; where lists begin, 17 bits a list.
  const Lists lists = AnyLists(&random, 16384, 14, 1 << 14, true);
  const std::string bytes = EncodeAdjacencyChunk(0, lists.degrees, lists.entries);
  const double bits =
      8.0 * static_cast<double>(bytes.size()) / static_cast<double>(lists.entries.size());
  CHECK(bits < 14 + 17.0 / 7 + 2 * 13 * 8.0 / 128 + 0.1);
}

TEST_CASE("a page gives back its relationships", "[segment]") {
  const uint64_t seed = std::random_device()();
  INFO("seed " << seed);
  Random random(seed);
  for (int round = 0; round < 30; ++round) {
    const auto rows = AnyRelationships(&random, random() % 700);
    const std::string bytes = RelationshipPage::Encode(rows);
    const auto page = RelationshipPage::Parse(bytes);
    REQUIRE(page.has_value());
    for (size_t row = 0; row < rows.size(); ++row) REQUIRE(page->At(row) == rows[row]);
    CHECK_FALSE(page->At(rows.size()).has_value());
  }
}

TEST_CASE("membership gives back nodes and labels", "[segment]") {
  Random random(2);
  const SlotBitmap nodes = AnyMembers(&random, 1000);
  const SlotBitmap people = AnyMembers(&random, 300);
  const std::string bytes =
      Membership::Encode(nodes, {{LabelId{3}, people}, {LabelId{9}, SlotBitmap()}});
  const auto taken = Membership::Parse(bytes);
  REQUIRE(taken.has_value());
  REQUIRE(taken->Label(LabelId{3}) != nullptr);
  CHECK(taken->Label(LabelId{4}) == nullptr);
  CHECK(taken->Label(LabelId{9})->values() == 0);
  for (uint32_t slot = 0; slot < 1100; ++slot) {
    REQUIRE(taken->nodes().Has(slot) == nodes.Contains(slot));
    REQUIRE(taken->Label(LabelId{3})->Has(slot) == people.Contains(slot));
  }
}

TEST_CASE("damaged chunks are noticed or give other entries, and nothing worse", "[segment]") {
  const uint64_t seed = std::random_device()();
  INFO("seed " << seed);
  Random random(seed);
  const Lists lists = AnyLists(&random, 50, 12, 1 << 20, false);
  const std::string adjacency = EncodeAdjacencyChunk(5, lists.degrees, lists.entries);
  const std::string page = RelationshipPage::Encode(AnyRelationships(&random, 300));
  const std::string members =
      Membership::Encode(AnyMembers(&random, 200), {{LabelId{1}, AnyMembers(&random, 100)}});
  for (int round = 0; round < 5000; ++round) {
    // A copy of its own, so that a sanitizer sees reads behind it.
    const std::string damaged =
        Damaged(round % 3 == 0 ? adjacency : (round % 3 == 1 ? page : members), &random);
    const std::vector<char> exact(damaged.begin(), damaged.end());
    const std::string_view bytes(exact.data(), exact.size());
    if (const auto chunk = AdjacencyChunk::Parse(bytes)) {
      for (uint32_t slot = 0; slot < 100; ++slot) {
        const AdjacencyChunk::Range list = chunk->List(slot);
        for (uint32_t i = list.begin; i < list.end; ++i) chunk->Neighbour(i), chunk->Serial(i);
      }
    }
    if (const auto taken = RelationshipPage::Parse(bytes)) {
      for (size_t row = 0; row < 400; ++row) taken->At(row);
    }
    if (const auto taken = Membership::Parse(bytes)) taken->nodes().Has(5);
  }
  SUCCEED();
}
