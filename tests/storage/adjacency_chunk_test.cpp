// SPDX-License-Identifier: Apache-2.0
// Chunks of adjacency and relationships, and directories: what goes in comes out, in few bytes, and
// damage never leads outside.
#include "storage/segment/adjacency_chunk.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "storage/segment/group_directory.h"
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

GroupDirectory AnyDirectory(Random* random) {
  GroupDirectory made;
  made.next_number = static_cast<uint32_t>(10 + (*random)() % 1000);
  made.nodes = AnyMembers(random, 200);
  made.labels = {{LabelId{3}, AnyMembers(random, 100)}, {LabelId{9}, AnyMembers(random, 16'000)}};
  made.Lists(MainKind::kNodeColumn) = {{0, {{4, 0, 100, 999}, {5, 120, 16'000, 1}}},
                                       {7, {{6, 3, 1, 200'000}}}};
  // A list of one node in two pieces, and what follows it.
  made.Lists(MainKind::kIncoming) = {{2, {{8, 0, 5, 70}, {9, 5, 1, 80}, {1, 5, 3, 90}}}};
  return made;
}

TEST_CASE("a directory gives back members and chunks", "[segment]") {
  Random random(2);
  const GroupDirectory made = AnyDirectory(&random);
  const auto taken = GroupDirectory::Decode(made.Encode());
  REQUIRE(taken.has_value());
  CHECK(taken->next_number == made.next_number);
  CHECK(taken->nodes.words == made.nodes.words);
  REQUIRE(taken->Label(LabelId{9}) != nullptr);
  CHECK(taken->Label(LabelId{9})->words == made.labels[1].second.words);
  CHECK(taken->Label(LabelId{4}) == nullptr);
  CHECK(taken->lists == made.lists);
  CHECK(taken->bytes() == made.bytes());
  const ChunkList* column = taken->Find(MainKind::kNodeColumn, 0);
  REQUIRE(column != nullptr);
  CHECK(taken->Find(MainKind::kNodeColumn, 1) == nullptr);
  CHECK(column->Of(99).front().number == 4);
  CHECK(column->Of(100).empty());
  CHECK(column->Of(120).front().number == 5);
  const ChunkList* incoming = taken->Find(MainKind::kIncoming, 2);
  REQUIRE(incoming != nullptr);
  CHECK(incoming->Of(4).size() == 1);
  REQUIRE(incoming->Of(5).size() == 2);
  CHECK(incoming->Of(5)[1].number == 1);
  REQUIRE(incoming->Of(7).size() == 1);
  CHECK(incoming->Of(7)[0].number == 1);
  CHECK(incoming->Of(8).empty());
}

TEST_CASE("damaged chunks are noticed or give other entries, and nothing worse", "[segment]") {
  const uint64_t seed = std::random_device()();
  INFO("seed " << seed);
  Random random(seed);
  const Lists lists = AnyLists(&random, 50, 12, 1 << 20, false);
  const std::string adjacency = EncodeAdjacencyChunk(5, lists.degrees, lists.entries);
  const std::string page = RelationshipPage::Encode(AnyRelationships(&random, 300));
  const std::string members = AnyDirectory(&random).Encode();
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
    if (const auto taken = GroupDirectory::Decode(bytes)) {
      if (const ChunkList* list = taken->Find(MainKind::kIncoming, 2)) list->Of(5);
    }
  }
  SUCCEED();
}
