// SPDX-License-Identifier: Apache-2.0
// Memory that runs out while a posting list is cached: the cache is as if it had not been asked.
#include "index/text/posting_cache.h"

#include <catch2/catch.hpp>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "tests/index/memory_keys.h"
#include "tests/storage/short_memory/allocations.h"

namespace kith::index {
namespace {

using storage::ShortMemory;

// Room for a few lists without postings, which a test need not write first.
constexpr size_t kCapacityBytes = 500;

class SmallCache {
 public:
  std::shared_ptr<const PostingList> Get(const std::string& term) {
    PostingRequest request;
    request.terms = {term};
    auto list = cache_.Get(&keys_, index_, {}, request, nullptr);
    REQUIRE(list.ok());
    return *std::move(list);
  }

  /// False when the memory ran out.
  bool GetShort(const std::string& term) {
    const ShortMemory::Participant participant;
    try {
      PostingRequest request;
      request.terms = {term};
      return cache_.Get(&keys_, index_, {}, request, nullptr).ok();
    } catch (const std::bad_alloc&) {
      return false;
    }
  }

 private:
  test::MemoryKeys keys_;
  IndexDefinition index_;
  PostingCache cache_{kCapacityBytes};
};

TEST_CASE("memory that runs out at any allocation leaves the posting cache whole", "[index]") {
  for (int untouched = 0, at = 1; untouched < 2; ++at) {
    SmallCache cache;
    std::vector<std::weak_ptr<const PostingList>> lists;
    // Several times, so that what each time leaves behind adds up.
    for (int i = 0; i < 20; ++i) {
      const std::string term = "short" + std::to_string(i);
      const ShortMemory memory(at);
      const bool got = cache.GetShort(term);
      if (i == 0) untouched = memory.struck() ? 0 : untouched + 1;
      INFO("allocation " << at);
      REQUIRE((got || memory.struck()));
      lists.push_back(cache.Get(term));
      CHECK(cache.Get(term) == lists.back().lock());
    }
    // As many as there is room for push out all that was there.
    for (int i = 0; i < 8; ++i) cache.Get("long" + std::to_string(i));
    for (const auto& list : lists) CHECK(list.expired());
  }
}

}  // namespace
}  // namespace kith::index
