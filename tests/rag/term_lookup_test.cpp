// SPDX-License-Identifier: Apache-2.0
// The name lookup against a model: whatever was added, taken out, rolled back and moved from the
// waiting chunks into blocks, each term leads to its chunks.
#include "rag/ingest/term_lookup.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>
#include <string_view>

#include "tests/rag/rag_fixture.h"

namespace kith::rag {
namespace {

using Model = std::map<NodeId, std::vector<uint64_t>>;

std::set<std::pair<uint64_t, NodeId>> PairsOf(const Model& model) {
  std::set<std::pair<uint64_t, NodeId>> pairs;
  for (const auto& [chunk, terms] : model) {
    for (const uint64_t term : terms) pairs.emplace(term, chunk);
  }
  return pairs;
}

void RequireSame(const Model& model, WaitingChunks* waiting, storage::KeySpaceReader* keys) {
  const auto all = AllTerms(keys).value();
  const auto pairs = PairsOf(model);
  REQUIRE(all.size() == pairs.size());
  REQUIRE(std::set<std::pair<uint64_t, NodeId>>(all.begin(), all.end()) == pairs);
  for (const uint64_t term : {uint64_t{0}, uint64_t{7}, uint64_t{1999}}) {
    const std::vector<uint64_t> terms = {term, term + 1};
    std::vector<NodeId> both;
    for (const auto& [chunk, of] : model) {
      if (std::includes(of.begin(), of.end(), terms.begin(), terms.end())) both.push_back(chunk);
    }
    REQUIRE(FindChunks(terms, waiting, keys).value() == both);
  }
}

/// About half of 2,000 terms: some dozens of chunks pass the limit of what may wait.
ChunkTerms RandomChunk(uint64_t id, std::mt19937* random) {
  ChunkTerms chunk{NodeId(id), {}};
  for (uint64_t term = 0; term < 2001; ++term) {
    if ((*random)() % 2 == 0) chunk.terms.push_back(term);
  }
  return chunk;
}

}  // namespace

TEST_CASE("the name lookup is what a model says, through rollbacks and moves", "[rag]") {
  const uint32_t seed = GENERATE(1u, 2u, 3u);
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto database = RagDatabase::Make();
  WaitingChunks waiting;
  Model committed;
  uint64_t next_chunk = 1;
  for (int step = 0; step < 60; ++step) {
    CAPTURE(step);
    const auto writing = database->store->Begin(storage::TransactionMode::kWrite).value();
    Model model = committed;
    for (size_t i = random() % 3 + 1; i > 0; --i) {
      if (!model.empty() && random() % 3 == 0) {
        const auto gone = std::next(model.begin(), static_cast<ptrdiff_t>(random() % model.size()));
        REQUIRE(RemoveTerms({gone->first, gone->second}, &waiting, &writing->keys()).ok());
        model.erase(gone);
      } else {
        const ChunkTerms added[] = {RandomChunk(next_chunk, &random),
                                    RandomChunk(next_chunk + 1, &random)};
        next_chunk += 2;
        REQUIRE(AddTerms(added, &waiting, &writing->keys()).ok());
        for (const ChunkTerms& chunk : added) model[chunk.chunk] = chunk.terms;
      }
    }
    if (step % 6 == 0) RequireSame(model, &waiting, &writing->keys());
    if (random() % 4 == 0) {
      writing->Rollback();
    } else {
      REQUIRE(writing->Commit().ok());
      committed = model;
    }
    if (step % 6 != 0) continue;
    const auto reading = database->store->Begin(storage::TransactionMode::kRead).value();
    RequireSame(committed, &waiting, &reading->view().keys());
    WaitingChunks fresh;
    RequireSame(committed, &fresh, &reading->view().keys());
  }
}

TEST_CASE("a damaged stamp of the name lookup is told, not read", "[rag]") {
  const auto database = RagDatabase::Make();
  const auto writing = database->store->Begin(storage::TransactionMode::kWrite).value();
  const std::string_view stamp_key("\xFF\xFF\xFF\xFFrags", 8);
  for (const std::string_view damaged : {"", "1234567", "123456789"}) {
    CAPTURE(damaged);
    REQUIRE(writing->keys().Put(storage::KeySpace::kText, stamp_key, damaged).ok());
    WaitingChunks waiting;
    const uint64_t terms[] = {1};
    CHECK(FindChunks(terms, &waiting, &writing->keys()).status().code() == StatusCode::kCorruption);
  }
}

}  // namespace kith::rag
