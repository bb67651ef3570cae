// SPDX-License-Identifier: Apache-2.0
// The examples of index keys in docs/format.md are what the code writes.
#include <catch2/catch.hpp>

#include "engine/base/key_codec.h"
#include "index/property/property_entry.h"
#include "index/text/posting_keys.h"
#include "index/vector/vector_keys.h"
#include "tests/storage/format_examples.h"

namespace kith::index {

TEST_CASE("docs/format.md shows the keys of index entries", "[index]") {
  const uint64_t node = NodeId(GroupId{1}, 2).bits();
  std::string tuple;
  REQUIRE(AppendKey(Value("Ann"), &tuple).ok());
  std::string posting = PostingPrefix(IndexId{1}, "ann");
  AppendEntity(node, &posting);
  VectorDirectory directory;
  directory.dimensions = 2;
  directory.next_segment = 3;
  directory.segments.push_back({.id = 2, .rows = 5, .links = 16, .top_layer = 0, .entry_row = 4});
  const VectorVersion version{node, 3};
  const storage::FormatExamples expected{
      {"index.property.key", storage::ToHex(MakePropertyEntry(IndexId{1}, tuple, node).key)},
      {"index.text.document.key", storage::ToHex(DocumentKey(IndexId{1}, node))},
      {"index.text.posting.key", storage::ToHex(posting)},
      {"index.vector.chunk.key", storage::ToHex(ChunkKey(IndexId{1}, 2, SegmentPart::kRows, 0))},
      {"index.vector.directory", storage::ToHex(EncodeDirectory(directory))},
      {"index.vector.key", storage::ToHex(VectorKey(IndexId{1}, node))},
      {"index.vector.removed.key", storage::ToHex(RemovedKey(IndexId{1}, version))},
      {"index.vector.tail.key", storage::ToHex(TailKey(IndexId{1}, version))},
      {"index.vector.value", storage::ToHex(EncodeVector(3, {1.0f, -2.0f}))}};
  CHECK(storage::ExamplesOnPage(std::string(KITH_SOURCE_DIR) + "/docs/format.md", "index.") ==
        expected);
}

}  // namespace kith::index
