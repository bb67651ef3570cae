// SPDX-License-Identifier: Apache-2.0
// Which sequence a call gets, what it finds there, and who makes room.
#include "rag/generate/sequence_table.h"

#include <catch2/catch.hpp>

namespace kith::rag {
namespace {

using TokenIds = std::vector<TokenId>;

/// A call from its beginning to its end. Where it began.
SequenceTable::Place RunCall(SequenceTable* table, const TokenIds& prompt, const TokenIds& answer) {
  const auto place = table->Take(prompt, prompt.size() + answer.size());
  REQUIRE(place);
  table->Append(place->sequence, std::span(prompt).subspan(place->shared));
  table->Append(place->sequence, answer);
  table->Release(place->sequence);
  return *place;
}

TEST_CASE("a conversation goes on in its own sequence", "[rag]") {
  SequenceTable table({.sequences = 3, .callers = 2, .tokens = 100});
  const auto first = RunCall(&table, {1, 2, 3, 4}, {50, 51});
  CHECK(first.shared == 0);
  const auto second = RunCall(&table, {1, 2, 3, 4, 50, 51, 60}, {70});
  CHECK(second.sequence == first.sequence);
  CHECK(second.source == first.sequence);
  CHECK(second.shared == 6);
  CHECK(table.held(second.sequence) == 8);
  // The last token of a prompt is always read.
  const auto again = RunCall(&table, {1, 2, 3, 4, 50, 51, 60}, {70});
  CHECK(again.sequence == first.sequence);
  CHECK(again.shared == 6);
}

TEST_CASE("another conversation shares a beginning and leaves the rest", "[rag]") {
  SequenceTable table({.sequences = 3, .callers = 2, .tokens = 100});
  const auto first = RunCall(&table, {1, 2, 3, 4, 5, 6}, {50, 51});
  const auto other = RunCall(&table, {1, 2, 9, 9}, {80});
  CHECK(other.sequence != first.sequence);
  CHECK(other.source == first.sequence);
  CHECK(other.shared == 2);
  const auto second = RunCall(&table, {1, 2, 3, 4, 5, 6, 50, 51, 7}, {});
  CHECK(second.sequence == first.sequence);
  CHECK(second.shared == 8);
}

TEST_CASE("a beginning is shared with a call that runs", "[rag]") {
  SequenceTable table({.sequences = 2, .callers = 2, .tokens = 100});
  const TokenIds prompt = {1, 2, 3};
  const auto running = table.Take(prompt, 10);
  REQUIRE(running);
  table.Append(running->sequence, prompt);
  const auto other = table.Take(prompt, 10);
  REQUIRE(other);
  CHECK(other->sequence != running->sequence);
  CHECK(other->source == running->sequence);
  CHECK(other->shared == 2);
}

TEST_CASE("the sequence that was used longest ago is another call's", "[rag]") {
  SequenceTable table({.sequences = 3, .callers = 1, .tokens = 100});
  const auto oldest = RunCall(&table, {1, 1, 1, 1}, {});
  const auto middle = RunCall(&table, {2, 2, 2, 2}, {});
  const auto newest = RunCall(&table, {3, 3, 3, 3}, {});
  CHECK(RunCall(&table, {1, 1, 1, 1, 1}, {}).sequence == oldest.sequence);
  CHECK(RunCall(&table, {4, 4, 4, 4}, {}).sequence == middle.sequence);
  // When it is what a call shares with, the next one makes room, if there is one.
  const auto sharing = RunCall(&table, {3, 8, 8, 8}, {});
  CHECK(sharing.source == newest.sequence);
  CHECK(sharing.sequence == oldest.sequence);
}

TEST_CASE("calls wait for a sequence and for tokens", "[rag]") {
  SequenceTable table({.sequences = 4, .callers = 3, .tokens = 100});
  const auto first = table.Take(TokenIds{1}, 60);
  REQUIRE(first);
  CHECK(!table.Take(TokenIds{2}, 41));
  const auto second = table.Take(TokenIds{2}, 40);
  REQUIRE(second);
  CHECK(!table.Take(TokenIds{3}, 1));
  table.Release(first->sequence);
  REQUIRE(table.Take(TokenIds{3}, 30));
  REQUIRE(table.Take(TokenIds{4}, 30));
  CHECK(table.in_use() == 3);
  CHECK(!table.Take(TokenIds{5}, 0));
}

TEST_CASE("only what no call has makes room, used longest ago first", "[rag]") {
  SequenceTable table({.sequences = 3, .callers = 2, .tokens = 100});
  CHECK(!table.Evict());
  const auto oldest = RunCall(&table, {1, 1, 1}, {});
  const auto newest = RunCall(&table, {2, 2, 2}, {});
  const auto running = table.Take(TokenIds{3, 3, 3}, 10);
  REQUIRE(running);
  table.Append(running->sequence, TokenIds{3, 3, 3});
  CHECK(table.Evict() == oldest.sequence);
  CHECK(table.held(oldest.sequence) == 0);
  CHECK(table.Evict() == newest.sequence);
  CHECK(!table.Evict());
  CHECK(table.held(running->sequence) == 3);
}

}  // namespace
}  // namespace kith::rag
