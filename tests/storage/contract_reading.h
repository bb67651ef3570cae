// SPDX-License-Identifier: Apache-2.0
// What the contract tests read with. The contract of ReadView and Transaction is the same checks
// over RocksDB (in memory and on disk) and over the toy graph.
#pragma once

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "tests/storage/store_fixture.h"

namespace kith::storage {

inline std::vector<int64_t> Bits(std::span<const NodeId> nodes) {
  std::vector<int64_t> bits;
  for (const NodeId node : nodes) bits.push_back(node.AsInteger());
  return bits;
}

/// The nodes with a label, or all, in order.
inline std::vector<NodeId> Members(ReadView& view, std::optional<LabelId> label) {
  std::vector<NodeId> nodes;
  const auto groups = view.LabelGroups(label);
  REQUIRE(groups.ok());
  CHECK(std::is_sorted(groups->begin(), groups->end()));
  for (const GroupId group : *groups) {
    SlotBitmap members;
    REQUIRE(view.LabelNodes(group, label, &members).ok());
    for (uint32_t slot = 0; slot < kGroupSlots; ++slot) {
      if (members.Contains(slot)) nodes.emplace_back(group, slot);
    }
  }
  return nodes;
}

/// Checks on the way that Degree agrees.
inline Adjacency Expanded(ReadView& view, std::vector<NodeId> nodes, Direction direction,
                          std::vector<RelTypeId> types = {}) {
  Adjacency adjacency;
  ExpandOptions options;
  options.direction = direction;
  options.types = types;
  REQUIRE(view.Expand(nodes, options, &adjacency).ok());
  std::vector<uint32_t> degrees;
  REQUIRE(view.Degree(nodes, options, &degrees).ok());
  REQUIRE(adjacency.offsets.size() == nodes.size() + 1);
  for (size_t i = 0; i < nodes.size(); ++i) {
    CHECK(degrees[i] == adjacency.offsets[i + 1] - adjacency.offsets[i]);
  }
  CHECK(adjacency.relationships.size() == adjacency.neighbours.size());
  CHECK(adjacency.types.size() == adjacency.neighbours.size());
  CHECK(adjacency.outgoing.size() == adjacency.neighbours.size());
  return adjacency;
}

inline Value PropertyOf(ReadView& view, NodeId node, PropertyId property) {
  Column column;
  REQUIRE(view.Gather(std::array{node}, property, &column).ok());
  REQUIRE(column.size == 1);
  return column.At(0);
}

inline Value PropertyOf(ReadView& view, RelId relationship, PropertyId property) {
  Column column;
  REQUIRE(view.Gather(std::array{relationship}, property, &column).ok());
  REQUIRE(column.size == 1);
  return column.At(0);
}

/// Every kind of value that a property can have.
inline List AllValues() {
  return {Value(true),
          Value(false),
          Value(int64_t{0}),
          Value(int64_t{-1}),
          Value(INT64_MAX),
          Value(INT64_MIN),
          Value(0.0),
          Value(-0.5),
          Value(std::nan("")),
          Value(HUGE_VAL),
          Value(""),
          Value("short"),
          Value(std::string(100'000, 'x')),
          Value("汉字 and \xF0\x9F\x98\x80"),
          Value(std::string_view("zero\0byte", 9)),
          Value(List{}),
          Value(List{Value(1), Value("two"), Value(3.0), Value(true)}),
          Value(List{Value(1.5), Value(2.5)}),
          Value(Date{-719'162}),
          Value(LocalTime{kNanosPerDay - 1}),
          Value(Time{1, -3600}),
          Value(LocalDateTime{-1, 999'999'999}),
          Value(DateTime{1'700'000'000, 5, 3600, "Europe/Stockholm"}),
          Value(DateTime{0, 0, -18'000, ""}),
          Value(Duration{-14, 3, -86'401, 1}),
          Value(List{Value(Date{0}), Value(Date{1})})};
}

}  // namespace kith::storage
