// SPDX-License-Identifier: Apache-2.0
// Transactions with numbers, for crash tests: each leaves marks in every part of the store, so that
// a check afterwards tells exactly which transactions are there and that each is there whole.
//
// Transaction i, from 1:
//   - creates three nodes (:Item {seq: i}), joined by two relationships [:NEXT {seq: i}]
//   - writes the keys "i/0", "i/1", "i/2" and adds i to the counter "sum"
//   - sets `last` of the node (:Head) to i, in a row large enough to be patched
//   - deletes everything that transaction i - kWindow made, and its keys
//
// Thread safety: pure functions over a store.
#pragma once

#include <fmt/core.h>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/key_codec.h"
#include "storage/graph_store.h"

namespace kith::storage {

inline constexpr int64_t kWindow = 12;

class NumberedWorkload {
 public:
  /// `store` is borrowed.
  static Result<NumberedWorkload> Make(GraphStore* store) {
    NumberedWorkload workload;
    workload.store_ = store;
    Catalog& catalog = store->catalog();
    KITH_ASSIGN_OR_RETURN(workload.item_, catalog.LabelFor("Item"));
    KITH_ASSIGN_OR_RETURN(workload.head_, catalog.LabelFor("Head"));
    KITH_ASSIGN_OR_RETURN(workload.next_, catalog.RelTypeFor("NEXT"));
    KITH_ASSIGN_OR_RETURN(workload.seq_, catalog.PropertyFor("seq"));
    KITH_ASSIGN_OR_RETURN(workload.last_, catalog.PropertyFor("last"));
    KITH_ASSIGN_OR_RETURN(workload.padding_, catalog.PropertyFor("padding"));
    return workload;
  }

  Status Run(int64_t number) {
    KITH_ASSIGN_OR_RETURN(const auto transaction, store_->Begin(TransactionMode::kWrite));
    KITH_RETURN_IF_ERROR(Create(*transaction, number));
    KITH_RETURN_IF_ERROR(SetHead(*transaction, number));
    if (number > kWindow) KITH_RETURN_IF_ERROR(Drop(*transaction, number - kWindow));
    return transaction->Commit();
  }

  /// The number of the last transaction that is there, 0 for none; Internal, saying what, when the
  /// store does not hold exactly what the transactions up to it leave.
  Result<int64_t> Check() {
    KITH_ASSIGN_OR_RETURN(const auto transaction, store_->Begin(TransactionMode::kRead));
    ReadView& view = transaction->view();
    KITH_ASSIGN_OR_RETURN(const std::vector<NodeId> heads, Nodes(view, head_));
    int64_t last = 0;
    if (!heads.empty()) {
      KITH_ASSIGN_OR_RETURN(const Value value, PropertyOf(view, heads[0], last_));
      if (heads.size() != 1 || !value.IsInteger()) return Wrong("the head");
      last = value.AsInteger();
    }
    const int64_t first = std::max<int64_t>(1, last - kWindow + 1);
    KITH_RETURN_IF_ERROR(CheckItems(view, first, last));
    KITH_RETURN_IF_ERROR(CheckKeys(view, first, last));
    const auto live = static_cast<uint64_t>(last == 0 ? 0 : last - first + 1);
    KITH_ASSIGN_OR_RETURN(const auto statistics, view.GetStatistics());
    if (statistics->NodeCount() != 3 * live + heads.size() ||
        statistics->NodeCount(item_) != 3 * live || statistics->RelationshipCount() != 2 * live ||
        statistics->RelationshipCount(next_) != 2 * live) {
      return Wrong("the statistics");
    }
    return last;
  }

 private:
  static Status Wrong(std::string_view what) {
    return Status(StatusCode::kInternal, fmt::format("the check found {} wrong", what));
  }
  static std::string Key(int64_t number, int part) {
    return fmt::format("{:012}/{}", number, part);
  }

  static Result<std::vector<NodeId>> Nodes(ReadView& view, LabelId label) {
    std::vector<NodeId> nodes;
    KITH_ASSIGN_OR_RETURN(const std::vector<GroupId> groups, view.LabelGroups(label));
    for (const GroupId group : groups) {
      SlotBitmap members;
      KITH_RETURN_IF_ERROR(view.LabelNodes(group, label, &members));
      for (uint32_t slot = 0; slot < kGroupSlots; ++slot) {
        if (members.Contains(slot)) nodes.emplace_back(group, slot);
      }
    }
    return nodes;
  }

  template <typename Id>
  static Result<Value> PropertyOf(ReadView& view, Id id, PropertyId property) {
    Column column;
    KITH_RETURN_IF_ERROR(view.Gather(std::array{id}, property, &column));
    return column.At(0);
  }

  Status Create(Transaction& transaction, int64_t number) {
    const std::array seq{PropertyWrite{seq_, Value(number)}};
    std::array<NodeId, 3> nodes;
    for (NodeId& node : nodes) {
      KITH_ASSIGN_OR_RETURN(node, transaction.CreateNode(std::array{item_}, seq));
    }
    for (int i = 0; i < 2; ++i) {
      KITH_RETURN_IF_ERROR(
          transaction.CreateRelationship(nodes[i], next_, nodes[i + 1], seq).status());
    }
    for (int i = 0; i < 3; ++i) {
      KITH_RETURN_IF_ERROR(
          transaction.keys().Put(KeySpace::kProperty, Key(number, i), std::to_string(number)));
    }
    return transaction.keys().Add("sum", number);
  }

  Status SetHead(Transaction& transaction, int64_t number) {
    KITH_ASSIGN_OR_RETURN(const std::vector<NodeId> heads, Nodes(transaction.view(), head_));
    if (!heads.empty()) {
      return transaction.SetProperties(heads[0], std::array{PropertyWrite{last_, Value(number)}});
    }
    const std::array start{PropertyWrite{last_, Value(number)},
                           PropertyWrite{padding_, Value(std::string(1'000, '.'))}};
    return transaction.CreateNode(std::array{head_}, start).status();
  }

  Status Drop(Transaction& transaction, int64_t number) {
    KITH_ASSIGN_OR_RETURN(const std::vector<NodeId> nodes, Nodes(transaction.view(), item_));
    for (const NodeId node : nodes) {
      KITH_ASSIGN_OR_RETURN(const Value seq, PropertyOf(transaction.view(), node, seq_));
      if (!(seq == Value(number))) continue;
      Adjacency adjacency;
      ExpandOptions options;
      options.direction = Direction::kBoth;
      KITH_RETURN_IF_ERROR(transaction.view().Expand(std::array{node}, options, &adjacency));
      for (const RelId relationship : adjacency.relationships) {
        KITH_RETURN_IF_ERROR(transaction.DeleteRelationship(relationship));
      }
      KITH_RETURN_IF_ERROR(transaction.DeleteNode(node));
    }
    for (int i = 0; i < 3; ++i) {
      KITH_RETURN_IF_ERROR(transaction.keys().Delete(KeySpace::kProperty, Key(number, i)));
    }
    return Status::Ok();
  }

  Status CheckItems(ReadView& view, int64_t first, int64_t last) {
    std::map<int64_t, int> nodes_of;
    std::map<int64_t, int> relationships_of;
    KITH_ASSIGN_OR_RETURN(const std::vector<NodeId> nodes, Nodes(view, item_));
    for (const NodeId node : nodes) {
      KITH_ASSIGN_OR_RETURN(const Value seq, PropertyOf(view, node, seq_));
      if (!seq.IsInteger()) return Wrong("a node without a number");
      ++nodes_of[seq.AsInteger()];
      Adjacency out;
      Adjacency in;
      ExpandOptions options;
      KITH_RETURN_IF_ERROR(view.Expand(std::array{node}, options, &out));
      options.direction = Direction::kIncoming;
      KITH_RETURN_IF_ERROR(view.Expand(out.neighbours, options, &in));
      for (size_t i = 0; i < out.neighbours.size(); ++i) {
        KITH_ASSIGN_OR_RETURN(const Value number, PropertyOf(view, out.relationships[i], seq_));
        KITH_ASSIGN_OR_RETURN(const Value end, PropertyOf(view, out.neighbours[i], seq_));
        if (!(number == seq) || !(end == seq)) return Wrong("a relationship's number");
        if (in.offsets[i + 1] - in.offsets[i] != 1 || in.neighbours[in.offsets[i]] != node) {
          return Wrong("an incoming relationship");
        }
        ++relationships_of[seq.AsInteger()];
      }
    }
    for (int64_t number = first; number <= last; ++number) {
      if (nodes_of[number] != 3 || relationships_of[number] != 2) {
        return Wrong(fmt::format("transaction {} ({} nodes, {} relationships)", number,
                                 nodes_of[number], relationships_of[number]));
      }
    }
    const size_t numbers = last == 0 ? 0 : static_cast<size_t>(last - first + 1);
    return nodes_of.size() == numbers ? Status::Ok() : Wrong("the range of transactions");
  }

  static Status CheckKeys(ReadView& view, int64_t first, int64_t last) {
    std::vector<std::string> expected;
    for (int64_t number = first; number <= last; ++number) {
      for (int i = 0; i < 3; ++i) expected.push_back(Key(number, i));
    }
    std::vector<std::string> found;
    KITH_RETURN_IF_ERROR(
        view.keys().Scan(KeySpace::kProperty, "", "", [&](std::string_view key, std::string_view) {
          found.emplace_back(key);
          return true;
        }));
    KITH_ASSIGN_OR_RETURN(const int64_t sum, view.keys().Counter("sum"));
    if (sum != last * (last + 1) / 2) return Wrong("the counter");
    return found == expected ? Status::Ok() : Wrong("the keys");
  }

  GraphStore* store_ = nullptr;
  LabelId item_{};
  LabelId head_{};
  RelTypeId next_{};
  PropertyId seq_{};
  PropertyId last_{};
  PropertyId padding_{};
};

}  // namespace kith::storage
