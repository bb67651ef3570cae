// SPDX-License-Identifier: Apache-2.0
// See loaded_relationships.h.
#include "storage/load/loaded_relationships.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace kith::storage {
namespace {

/// Calls `visit` with each run of items for which `key` gives the same.
template <typename Item, typename Key, typename Visit>
Status ForRuns(std::span<Item> items, const Key& key, const Visit& visit) {
  while (!items.empty()) {
    const auto of = key(items.front());
    const auto end =
        std::find_if(items.begin(), items.end(), [&](const Item& item) { return key(item) != of; });
    const auto run = items.first(static_cast<size_t>(end - items.begin()));
    KITH_RETURN_IF_ERROR(visit(run));
    items = items.subspan(run.size());
  }
  return Status::Ok();
}

Status NoSuchEnd(NodeId node) {
  return Status(StatusCode::kInvalidArgument,
                "a relationship has an end " + std::to_string(node.bits()) + ", which is no node");
}

}  // namespace

LoadedRelationships::~LoadedRelationships() {
  if (budget_ != nullptr) budget_->Release(charged_);
}

// The caller holds mutex_, or is alone.
Status LoadedRelationships::Charge(size_t bytes) {
  if (budget_ != nullptr) KITH_RETURN_IF_ERROR(budget_->Charge(bytes));
  charged_ += bytes;
  return Status::Ok();
}

Status LoadedRelationships::Add(RelationshipBatch batch) {
  const size_t rows = batch.starts.size();
  size_t bytes = rows * (2 * sizeof(NodeId) + sizeof(Item));
  for (const BulkColumn& column : batch.columns) bytes += column.memory_bytes();
  const std::lock_guard<std::mutex> lock(mutex_);
  KITH_RETURN_IF_ERROR(Charge(bytes));
  counts_[batch.type] += rows;
  batches_.push_back(std::move(batch));
  return Status::Ok();
}

// Fills items_: counted first, so that each lands among those of its group.
Status LoadedRelationships::Distribute(const DraftWriter& writer) {
  std::vector<size_t> places(writer.drafts().size() + 1);
  size_t rows = 0;
  for (const RelationshipBatch& batch : batches_) {
    rows += batch.starts.size();
    for (size_t row = 0; row < batch.starts.size(); ++row) {
      for (const NodeId end : {batch.starts[row], batch.ends[row]}) {
        if (writer.DraftWith(end) == nullptr) return NoSuchEnd(end);
      }
      ++places[static_cast<size_t>(batch.starts[row].group()) + 1];
    }
  }
  for (size_t group = 1; group < places.size(); ++group) places[group] += places[group - 1];
  items_.resize(rows);
  for (size_t i = 0; i < batches_.size(); ++i) {
    const std::vector<NodeId> starts = std::exchange(batches_[i].starts, {});
    const std::vector<NodeId> ends = std::exchange(batches_[i].ends, {});
    for (size_t row = 0; row < starts.size(); ++row) {
      items_[places[static_cast<size_t>(starts[row].group())]++] = {
          starts[row], ends[row], static_cast<uint32_t>(i), static_cast<uint32_t>(row)};
    }
  }
  return Status::Ok();
}

// The items are the group's, in order of serials from 0 on. Makes types and serials of their
// batches and places.
Status LoadedRelationships::WriteGroup(std::span<Item> items, GroupDraft* draft) {
  std::vector<RelationshipRow> rows;
  rows.reserve(items.size());
  for (const Item& item : items) {
    const auto serial = static_cast<uint32_t>(rows.size());
    rows.push_back({item.source.slot(), item.target, TypeOf(item)});
    for (const BulkColumn& column : batches_[item.from].columns) {
      KITH_RETURN_IF_ERROR(draft->AddValue(RowKind::kRelationship, serial, column, item.place));
    }
  }
  KITH_RETURN_IF_ERROR(draft->FinishValues(RowKind::kRelationship));
  draft->AddRelationships(rows);
  for (uint32_t serial = 0; serial < rows.size(); ++serial) {
    items[serial].from = static_cast<uint32_t>(rows[serial].type);
    items[serial].place = serial;
  }
  std::vector<DeltaEdge> edges;
  return ForRuns(
      items, [](const Item& item) { return item.from; },
      [&](std::span<Item> run) {
        const auto type = static_cast<RelTypeId>(run.front().from);
        edges.clear();
        for (const Item& item : run) {
          edges.push_back({item.source.slot(), type, item.target, item.place, false});
        }
        return draft->AddEdges(true, type, edges);
      });
}

Status LoadedRelationships::WriteSources(Catalog* catalog, DraftWriter* writer) {
  return ForRuns(
      std::span<Item>(items_), [](const Item& item) { return item.source.group(); },
      [&](std::span<Item> run) -> Status {
        const GroupId group = run.front().source.group();
        std::sort(run.begin(), run.end(), [&](const Item& a, const Item& b) {
          return std::tuple(TypeOf(a), a.source, a.target) <
                 std::tuple(TypeOf(b), b.source, b.target);
        });
        // A new group has given out none.
        KITH_RETURN_IF_ERROR(catalog->AllocateSerials(group, run.size()).status());
        GroupDraft* const draft = writer->DraftOf(group);
        KITH_RETURN_IF_ERROR(WriteGroup(run, draft));
        return writer->Write(draft);
      });
}

Status LoadedRelationships::WriteTargets(DraftWriter* writer) {
  std::sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) {
    return std::tuple(a.target.group(), a.from, a.target, a.source, a.place) <
           std::tuple(b.target.group(), b.from, b.target, b.source, b.place);
  });
  std::vector<DeltaEdge> edges;
  return ForRuns(
      std::span<Item>(items_),
      [](const Item& item) { return std::pair(item.target.group(), item.from); },
      [&](std::span<Item> run) -> Status {
        GroupDraft* const draft = writer->DraftOf(run.front().target.group());
        const auto type = static_cast<RelTypeId>(run.front().from);
        edges.clear();
        for (const Item& item : run) {
          edges.push_back({item.target.slot(), type, item.source, item.place, false});
        }
        KITH_RETURN_IF_ERROR(draft->AddEdges(false, type, edges));
        return writer->Write(draft);
      });
}

Status LoadedRelationships::Write(Catalog* catalog, DraftWriter* writer) {
  KITH_RETURN_IF_ERROR(Distribute(*writer));
  KITH_RETURN_IF_ERROR(WriteSources(catalog, writer));
  batches_.clear();
  KITH_RETURN_IF_ERROR(WriteTargets(writer));
  items_ = {};
  return Status::Ok();
}

}  // namespace kith::storage
