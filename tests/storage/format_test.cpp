// SPDX-License-Identifier: Apache-2.0
// The bytes on disk: the examples of docs/format.md, round trips, and damage to every byte.
#include <array>
#include <catch2/catch.hpp>
#include <optional>
#include <random>

#include "storage/follow/commit_notice.h"
#include "storage/format/checksum.h"
#include "storage/format/delta_key.h"
#include "storage/format/main_key.h"
#include "storage/format/meta_codec.h"
#include "storage/format/row_codec.h"
#include "storage/format/value_codec.h"
#include "storage/segment/adjacency_chunk.h"
#include "storage/segment/column_encoder.h"
#include "storage/segment/group_directory.h"
#include "storage/segment/relationship_page.h"
#include "storage/segment/stored_apart.h"
#include "tests/storage/format_examples.h"

namespace kith::storage {
namespace {

constexpr CommitNumber kCommit{3};
const NodeId kNode(GroupId{1}, 2);
const NodeId kOther(GroupId{1}, 3);
const RelId kRelationship(GroupId{1}, 9);
constexpr RelTypeId kType{7};

template <typename Append>
std::string Made(const Append& append) {
  std::string bytes;
  append(&bytes);
  return ToHex(bytes);
}

std::string Encoded(const Value& value) {
  return Made([&](std::string* out) { AppendValue(value, out); });
}

std::string BytesOf(const Value& value) {
  std::string bytes;
  AppendValue(value, &bytes);
  return bytes;
}

std::string KeyOf(const DeltaKey& key) {
  return ToHex(key.WithCommit(kCommit).view());
}

NodeState ExampleNode() {
  return {{LabelId{5}}, {{PropertyId{0}, Value(1984)}, {PropertyId{2}, Value("Ann")}}};
}

RelationshipState ExampleRelationship() {
  return {kNode, kOther, kType, {{PropertyId{1}, Value(true)}}};
}

void AddRows(FormatExamples* examples) {
  auto& e = *examples;
  e["delta.node.key"] = KeyOf(DeltaKey::NodeRow(kNode));
  e["delta.incoming.key"] = KeyOf(DeltaKey::Incoming(kOther, kType, kNode, kRelationship));
  e["delta.relationship.key"] = KeyOf(DeltaKey::RelationshipRow(kRelationship));
  NodeState after = ExampleNode();
  after.properties = {{PropertyId{2}, Value("Bob")}};
  e["node.image"] = Made([](std::string* out) { AppendNodeImage(ExampleNode(), out); });
  e["node.patch"] = Made([&](std::string* out) { AppendNodePatch(ExampleNode(), after, out); });
  after.labels = {LabelId{5}, LabelId{8}};
  after.properties = ExampleNode().properties;
  e["node.patch.labels"] =
      Made([&](std::string* out) { AppendNodePatch(ExampleNode(), after, out); });
  const RelationshipState relationship = ExampleRelationship();
  e["relationship.image"] =
      Made([&](std::string* out) { AppendRelationshipImage(relationship, out); });
  e["relationship.patch"] =
      Made([&](std::string* out) { AppendRelationshipPatch(relationship.properties, {}, out); });
  e["node.tombstone"] = Made([](std::string* out) { AppendNodeTombstone(out); });
  e["relationship.tombstone"] =
      Made([&](std::string* out) { AppendRelationshipTombstone(relationship, out); });
}

void AddChunks(FormatExamples* examples) {
  auto& e = *examples;
  const std::string first = BytesOf(Value(1984));
  const std::string last = BytesOf(Value(1987));
  const std::string ann = BytesOf(Value("Ann"));
  const std::string bob = BytesOf(Value("Bob"));
  e["main.key"] = ToHex(EncodeMainKey({GroupId{1}, MainKind::kNodeColumn, 2, 6}));
  e["main.column.integer"] =
      ToHex(EncodeColumnChunk(std::array<std::string_view, 3>{first, {}, last}));
  e["main.column.string"] =
      ToHex(EncodeColumnChunk(std::array<std::string_view, 3>{ann, bob, ann}));
  e["main.adjacency"] = ToHex(EncodeAdjacencyChunk(2, std::array<uint32_t, 1>{1},
                                                   std::array<AdjacencyEntry, 1>{{{kOther, 9}}}));
  e["main.page"] = ToHex(RelationshipPage::Encode(
      std::array<std::optional<RelationshipRow>, 1>{RelationshipRow{2, kOther, kType}}));
  e["main.apart"] = ToHex(EncodeStoredApart({3, 70'000}));
  std::string checked = "Kith";
  AppendChecksum(&checked);
  e["main.checksum"] = ToHex(std::string_view(checked).substr(4));
  GroupDirectory directory;
  directory.next_number = 7;
  directory.nodes.Insert(2);
  directory.labels = {{LabelId{5}, directory.nodes}};
  directory.Lists(MainKind::kNodeColumn) = {{2, {{6, 2, 1, 40}}}};
  e["main.directory"] = ToHex(directory.Encode());
}

void AddValues(FormatExamples* examples) {
  auto& e = *examples;
  e["value.false"] = Encoded(Value(false));
  e["value.true"] = Encoded(Value(true));
  e["value.integer"] = Encoded(Value(-1984));
  e["value.float"] = Encoded(Value(1.5));
  e["value.string"] = Encoded(Value("Ann"));
  e["value.list"] = Encoded(Value(List{Value(1), Value("a")}));
  e["value.float_list"] = Encoded(Value(List{Value(0.1)}));
  e["value.float32_list"] = Encoded(Value(List{Value(1.5)}));
  e["value.date"] = Encoded(Value(Date{5'397}));
  e["value.local_time"] = Encoded(Value(LocalTime{1}));
  e["value.time"] = Encoded(Value(Time{1, 3'600}));
  e["value.local_date_time"] = Encoded(Value(LocalDateTime{-1, 5}));
  e["value.date_time"] = Encoded(Value(DateTime{1, 5, 3'600, "UTC"}));
  e["value.duration"] = Encoded(Value(Duration{14, 3, -1, 5}));
}

void AddMeta(FormatExamples* examples) {
  auto& e = *examples;
  e["meta.identity.key"] = ToHex(std::string(1, kIdentityKey));
  e["meta.commit.key"] = ToHex(CommitKey(kCommit));
  e["meta.commit.value"] = ToHex(EncodeCommitRecord({true, {GroupId{1}, GroupId{4}}}));
  e["meta.group.key"] = ToHex(MetaKey(kGroupKey, 1));
  e["meta.group.value"] = ToHex(EncodeGroupRecord({false, {LabelId{5}, LabelId{8}}}));
  e["meta.reserved.key"] = ToHex(MetaKey(kReservedKey, 1));
  e["meta.reserved.value"] = ToHex(EncodeReservedRecord({512, 1024}));
  e["meta.label_group.key"] = ToHex(MetaKey(kLabelGroupKey, 5, 1));
  e["meta.label_name.key"] = ToHex(MetaKey(kLabelNameKey, 5));
  e["meta.property_name.key"] = ToHex(MetaKey(kPropertyNameKey, 5));
  e["meta.type_name.key"] = ToHex(MetaKey(kTypeNameKey, 5));
  e["counter.nodes.key"] = ToHex(NodeCounterKey());
  e["counter.label.key"] = ToHex(NodeCounterKey(LabelId{5}));
  e["counter.relationships.key"] = ToHex(RelationshipCounterKey());
  e["counter.type.key"] = ToHex(RelationshipCounterKey(kType));
  e["counter.user.key"] = ToHex(UserCounterKey("abc"));
  e["counter.value"] = ToHex(EncodeCounter(-2));
  Superblock block;
  block.state = Superblock::State::kReady;
  for (size_t i = 0; i < block.id.size(); ++i) block.id[i] = static_cast<uint8_t>(i);
  block.flushed = CommitNumber{9};
  e["file.superblock"] = ToHex(EncodeSuperblock(block));
  e["file.commit"] = ToHex(EncodeCommitNotice({0x0102030405060708, CommitNumber{9}}));
}

}  // namespace

TEST_CASE("docs/format.md shows the bytes that are written", "[storage]") {
  FormatExamples examples;
  AddRows(&examples);
  AddValues(&examples);
  AddChunks(&examples);
  AddMeta(&examples);
  const std::string page = std::string(KITH_SOURCE_DIR) + "/docs/format.md";
  for (const auto& [name, hex] : examples) {
    const FormatExamples found = ExamplesOnPage(page, name);
    INFO("the page needs the line\n" << name << " = " << hex);
    CHECK(found.count(name) == 1);
    if (found.count(name) == 0) continue;
    CHECK(found.at(name) == hex);
  }
  size_t on_page = 0;
  for (const char* prefix :
       {"delta.", "node.", "relationship.", "value.", "main.", "meta.", "counter.", "file."}) {
    on_page += ExamplesOnPage(page, prefix).size();
  }
  CHECK(on_page == examples.size());
}

TEST_CASE("keys order as their fields, newest commit first", "[storage]") {
  const auto key = [](const DeltaKey& body, uint64_t commit) {
    return std::string(body.WithCommit(static_cast<CommitNumber>(commit)).view());
  };
  const std::vector<std::string> ordered{
      key(DeltaKey::NodeRow(NodeId(GroupId{1}, 2)), 300),
      key(DeltaKey::NodeRow(NodeId(GroupId{1}, 2)), 299),
      key(DeltaKey::NodeRow(NodeId(GroupId{1}, 2)), 1),
      key(DeltaKey::NodeRow(NodeId(GroupId{1}, 256)), 5),
      key(DeltaKey::Incoming(kNode, RelTypeId{1}, kOther, kRelationship), 1),
      key(DeltaKey::Incoming(kNode, RelTypeId{2}, kNode, kRelationship), 1),
      key(DeltaKey::RelationshipRow(kRelationship), 1),
      key(DeltaKey::NodeRow(NodeId(GroupId{256}, 0)), 1)};
  CHECK(std::is_sorted(ordered.begin(), ordered.end()));
  AdjacencyBody body;
  REQUIRE(DecodeIncoming(ordered[4], &body));
  CHECK((body.slot == 2 && body.type == RelTypeId{1} && body.neighbour == kOther &&
         body.serial == 9));
  uint32_t number = 0;
  REQUIRE(DecodeSlot(ordered[3], &number));
  CHECK(number == 256);
  CHECK(CommitOfKey(ordered[1]) == CommitNumber{299});
  CHECK(!DecodeSlot(ordered[4], &number));
  CHECK(!DecodeIncoming(ordered[0], &body));
}

TEST_CASE("varints and zigzag reach their limits", "[storage]") {
  for (const int64_t value : {int64_t{0}, int64_t{-1}, int64_t{1}, int64_t{63}, int64_t{-64},
                              int64_t{64}, INT64_MAX, INT64_MIN}) {
    std::string bytes;
    AppendVarint(ZigZag(value), &bytes);
    ByteReader reader(bytes);
    CHECK(reader.SignedVarint() == value);
    CHECK((reader.ok() && reader.AtEnd()));
  }
  for (const std::string& bad : {std::string(), std::string("\x80"), std::string(10, '\xFF'),
                                 std::string(9, '\xFF') + '\x02'}) {
    ByteReader reader(bad);
    CHECK(reader.Varint() == 0);
    CHECK(!reader.ok());
  }
  ByteReader wide(std::string_view("\xFF\xFF\xFF\xFF\x1F", 5));
  wide.Varint32();
  CHECK(!wide.ok());
}

TEST_CASE("random bytes never break a decoder", "[storage]") {
  const uint64_t seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  std::vector<std::string> starts(2);
  AppendNodeImage(ExampleNode(), &starts[0]);
  AppendRelationshipImage(ExampleRelationship(), &starts[1]);
  std::string many;
  for (const Value& value :
       {Value(List{Value(1), Value("a")}), Value(List{Value(1.5)}), Value(DateTime{1, 5, 1, "UTC"}),
        Value(Duration{1, 2, 3, 4}), Value("text"), Value(Time{1, 1})}) {
    AppendValue(value, &many);
  }
  starts.push_back(many);
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = starts[random() % starts.size()];
    for (uint64_t i = 1 + random() % 3; i > 0; --i) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (random() % 3 == 0) bytes.resize(random() % (bytes.size() + 1));
    RowEntry entry;
    PropertyList properties;
    std::vector<LabelId> labels;
    if (ParseNodeEntry(bytes, &entry) && ApplyLabels(entry, &labels) &&
        ApplyProperties(entry, &properties)) {
      ++accepted;
    }
    if (ParseRelationshipEntry(bytes, &entry)) (void)ApplyProperties(entry, &properties);
    ByteReader reader(bytes);
    while (reader.ok() && !reader.AtEnd()) {
      ByteReader ahead = reader;
      const Value value = TakeValue(&reader);
      const std::string_view skipped = SkipValue(&ahead);
      if (reader.ok()) {
        // What decodes is skipped over the same bytes, and encodes to something that decodes alike.
        REQUIRE(ahead.remaining() == reader.remaining());
        std::string again;
        AppendValue(value, &again);
        ByteReader second(again);
        REQUIRE(TakeValue(&second) == value);
        REQUIRE(!skipped.empty());
      }
    }
    (void)DecodeCommitRecord(bytes).ok();
    (void)DecodeGroupRecord(bytes).ok();
    (void)DecodeReservedRecord(bytes).ok();
    (void)DecodeSuperblock(bytes, "x").ok();
  }
  CHECK(accepted < 20'000);
}

}  // namespace kith::storage
