// SPDX-License-Identifier: Apache-2.0
// See loaded_relationships.h.
#include "storage/load/loaded_relationships.h"

#include <algorithm>
#include <atomic>
#include <new>
#include <numeric>
#include <system_error>
#include <thread>
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

Result<LoadedRelationships::Places> LoadedRelationships::CountSources(
    const DraftWriter& writer) const {
  Places places(writer.drafts().size() + 1);
  for (const RelationshipBatch& batch : batches_) {
    for (size_t row = 0; row < batch.starts.size(); ++row) {
      for (const NodeId end : {batch.starts[row], batch.ends[row]}) {
        if (writer.DraftWith(end) == nullptr) return NoSuchEnd(end);
      }
      ++places[static_cast<size_t>(batch.starts[row].group()) + 1];
    }
  }
  std::partial_sum(places.begin(), places.end(), places.begin());
  return places;
}

// Fills items_, each among those of its source's group.
void LoadedRelationships::Distribute(Places places) {
  items_.resize(places.back());
  for (size_t i = 0; i < batches_.size(); ++i) {
    const std::vector<NodeId> starts = std::exchange(batches_[i].starts, {});
    const std::vector<NodeId> ends = std::exchange(batches_[i].ends, {});
    for (size_t row = 0; row < starts.size(); ++row) {
      items_[places[static_cast<size_t>(starts[row].group())]++] = {
          starts[row], ends[row], static_cast<uint32_t>(i), static_cast<uint32_t>(row)};
    }
  }
}

// Each swap brings one item to its place: it takes no memory and a time that grows as the items do.
LoadedRelationships::Places LoadedRelationships::BringTargetsTogether(size_t groups) {
  const auto group_of = [](const Item& item) { return static_cast<size_t>(item.target.group()); };
  Places places(groups + 1);
  for (const Item& item : items_) ++places[group_of(item) + 1];
  std::partial_sum(places.begin(), places.end(), places.begin());
  Places next = places;
  for (size_t group = 0; group < groups; ++group) {
    while (next[group] < places[group + 1]) {
      Item& item = items_[next[group]];
      const size_t wanted = group_of(item);
      std::swap(item, items_[next[wanted]++]);
    }
  }
  return places;
}

template <typename Work>
Status LoadedRelationships::ForGroups(const Places& places, size_t threads, const Work& work) {
  std::atomic<size_t> next{0};
  std::mutex failure_mutex;
  Status failure;
  const auto run = [&] {
    Status status;
    try {
      for (size_t i = next++; i + 1 < places.size() && status.ok(); i = next++) {
        const auto items = std::span(items_).subspan(places[i], places[i + 1] - places[i]);
        if (!items.empty()) status = work(items, i);
      }
    } catch (const std::bad_alloc&) {
      status = Status(StatusCode::kResourceExhausted, "the machine's memory is used up")
                   .WithDetail(kOutOfMemory);
    }
    if (status.ok()) return;
    next = places.size();
    const std::lock_guard<std::mutex> lock(failure_mutex);
    if (failure.ok()) failure = std::move(status);
  };
  {
    std::vector<std::jthread> others;
    try {
      for (size_t i = 1; i < threads; ++i) others.emplace_back(run);
    } catch (const std::system_error&) {
      // Fewer threads do the same.
    }
    run();
  }
  return failure;
}

// All of one group. Puts them in order, and types and serials in the place of batches and rows.
Status LoadedRelationships::WriteSources(std::span<Item> items, GroupDraft* draft) {
  std::sort(items.begin(), items.end(), [&](const Item& a, const Item& b) {
    return std::tuple(TypeOf(a), a.source, a.target) < std::tuple(TypeOf(b), b.source, b.target);
  });
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
  return AddLists(items, true, draft);
}

// The lists of one direction; items of a type, `from`, stand together, in the order of its lists.
Status LoadedRelationships::AddLists(std::span<Item> items, bool outgoing, GroupDraft* draft) {
  std::vector<DeltaEdge> edges;
  return ForRuns(
      items, [](const Item& item) { return item.from; },
      [&](std::span<Item> run) {
        const auto type = static_cast<RelTypeId>(run.front().from);
        edges.clear();
        for (const Item& item : run) {
          const NodeId owner = outgoing ? item.source : item.target;
          const NodeId neighbour = outgoing ? item.target : item.source;
          edges.push_back({owner.slot(), type, neighbour, item.place, false});
        }
        return draft->AddEdges(outgoing, type, edges);
      });
}

// All of one group.
Status LoadedRelationships::WriteTargets(std::span<Item> items, GroupDraft* draft) {
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    return std::tie(a.from, a.target, a.source, a.place) <
           std::tie(b.from, b.target, b.source, b.place);
  });
  return AddLists(items, false, draft);
}

Status LoadedRelationships::Write(Catalog* catalog, DraftWriter* writer, size_t threads) {
  const auto& drafts = writer->drafts();
  const auto write_sources = [&](std::span<Item> items, size_t group) -> Status {
    GroupDraft* const draft = drafts[group].get();
    // A new group has given out no serials.
    KITH_RETURN_IF_ERROR(catalog->AllocateSerials(draft->group(), items.size()).status());
    KITH_RETURN_IF_ERROR(WriteSources(items, draft));
    return writer->Write(draft);
  };
  const auto write_targets = [&](std::span<Item> items, size_t group) -> Status {
    GroupDraft* const draft = drafts[group].get();
    KITH_RETURN_IF_ERROR(WriteTargets(items, draft));
    return writer->Write(draft);
  };
  KITH_ASSIGN_OR_RETURN(const Places sources, CountSources(*writer));
  Distribute(sources);
  KITH_RETURN_IF_ERROR(ForGroups(sources, threads, write_sources));
  batches_.clear();
  const Places targets = BringTargetsTogether(drafts.size());
  KITH_RETURN_IF_ERROR(ForGroups(targets, threads, write_targets));
  items_ = {};
  return Status::Ok();
}

}  // namespace kith::storage
