// SPDX-License-Identifier: Apache-2.0
// The examples of index keys in docs/format.md are what the code writes.
#include <catch2/catch.hpp>

#include "engine/base/key_codec.h"
#include "index/property/property_entry.h"
#include "index/text/posting_keys.h"
#include "tests/storage/format_examples.h"

namespace kith::index {

TEST_CASE("docs/format.md shows the keys of index entries", "[index]") {
  const uint64_t node = NodeId(GroupId{1}, 2).bits();
  std::string tuple;
  REQUIRE(AppendKey(Value("Ann"), &tuple).ok());
  std::string posting = PostingPrefix(IndexId{1}, "ann");
  AppendEntity(node, &posting);
  const storage::FormatExamples expected{
      {"index.property.key", storage::ToHex(MakePropertyEntry(IndexId{1}, tuple, node).key)},
      {"index.text.document.key", storage::ToHex(DocumentKey(IndexId{1}, node))},
      {"index.text.posting.key", storage::ToHex(posting)}};
  CHECK(storage::ExamplesOnPage(std::string(KITH_SOURCE_DIR) + "/docs/format.md", "index.") ==
        expected);
}

}  // namespace kith::index
