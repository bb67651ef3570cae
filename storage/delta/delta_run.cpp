// SPDX-License-Identifier: Apache-2.0
// See delta_run.h.
#include "storage/delta/delta_run.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "storage/format/delta_key.h"

namespace kith::storage {
namespace {

bool RowBefore(const DeltaRow& a, const DeltaRow& b) {
  return a.row != b.row ? a.row < b.row : a.commit > b.commit;
}

bool EdgeBefore(const DeltaEdge& a, const DeltaEdge& b) {
  return a.Order() < b.Order();
}

std::span<const DeltaRow> RowsOf(const std::vector<DeltaRow>& rows, uint32_t row) {
  const auto begin =
      std::lower_bound(rows.begin(), rows.end(), row,
                       [](const DeltaRow& entry, uint32_t wanted) { return entry.row < wanted; });
  auto end = begin;
  while (end != rows.end() && end->row == row) ++end;  // A few patches at most.
  return {begin, end};
}

/// What a row's newest image or tombstone hides is of no use to anyone.
void DropHidden(std::vector<DeltaRow>* rows) {
  bool hidden = false;
  uint32_t row = 0;
  bool first = true;
  std::erase_if(*rows, [&](const DeltaRow& delta) {
    if (first || delta.row != row) hidden = false;
    first = false;
    row = delta.row;
    const bool drop = hidden;
    hidden = hidden || delta.entry.image || delta.entry.tombstone;
    return drop;
  });
}

/// Outgoing edges of relationship rows: a row's newest image or tombstone says what it is now.
std::vector<DeltaEdge> OutgoingOf(const std::vector<DeltaRow>& rows) {
  std::vector<DeltaEdge> edges;
  bool known = false;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i == 0 || rows[i].row != rows[i - 1].row) known = false;
    const RowEntry& entry = rows[i].entry;
    if (known || (!entry.image && !entry.tombstone)) continue;
    known = true;
    edges.push_back({entry.source_slot, entry.type, entry.target, rows[i].row, entry.tombstone});
  }
  std::sort(edges.begin(), edges.end(), EdgeBefore);
  return edges;
}

/// The union of both, where the newer's edges count.
std::vector<DeltaEdge> Overlay(const std::vector<DeltaEdge>& older,
                               const std::vector<DeltaEdge>& newer) {
  std::vector<DeltaEdge> edges;
  edges.reserve(older.size() + newer.size());
  std::set_union(newer.begin(), newer.end(), older.begin(), older.end(), std::back_inserter(edges),
                 EdgeBefore);
  return edges;
}

/// Takes the entries of one kind after the other.
class RunBuilder {
 public:
  RunBuilder(std::string_view text, std::vector<DeltaRow>* nodes,
             std::vector<DeltaRow>* relationships, std::vector<DeltaEdge>* incoming)
      : text_(text), nodes_(nodes), relationships_(relationships), incoming_(incoming) {}

  bool Add(const DeltaEntry& entry) {
    const std::string_view value = text_.substr(0, entry.value.size());
    text_.remove_prefix(value.size());
    if (entry.key.size() < kDeltaHeadBytes + kCommitBytes) return false;
    switch (static_cast<DeltaKind>(entry.key[kDeltaHeadBytes - 1])) {
      case DeltaKind::kNode: {
        DeltaRow row;
        const bool good = DecodeSlot(entry.key, &row.row) && ParseNodeEntry(value, &row.entry);
        return good && AddRow(entry.key, row, nodes_);
      }
      case DeltaKind::kRelationship: {
        DeltaRow row;
        const bool good =
            DecodeSerial(entry.key, &row.row) && ParseRelationshipEntry(value, &row.entry);
        return good && AddRow(entry.key, row, relationships_);
      }
      case DeltaKind::kIncoming: return AddIncoming(entry.key, value);
    }
    return false;
  }

 private:
  static bool AddRow(std::string_view key, DeltaRow row, std::vector<DeltaRow>* rows) {
    row.commit = CommitOfKey(key);
    rows->push_back(row);
    return true;
  }

  bool AddIncoming(std::string_view key, std::string_view value) {
    AdjacencyBody body;
    if (!DecodeIncoming(key, &body)) return false;
    if (!value.empty() && value != kRemovedEntry) return false;
    const DeltaEdge edge{body.slot, body.type, body.neighbour, body.serial, !value.empty()};
    // Of the same edge the newest comes first.
    const bool older = !incoming_->empty() && incoming_->back().Order() == edge.Order();
    if (!older) incoming_->push_back(edge);
    return true;
  }

  std::string_view text_;
  std::vector<DeltaRow>* nodes_;
  std::vector<DeltaRow>* relationships_;
  std::vector<DeltaEdge>* incoming_;
};

}  // namespace

void DeltaRun::Finish() {
  DropHidden(&nodes_);
  DropHidden(&relationships_);
  for (const DeltaRow& row : nodes_) touched_.Insert(row.row);
  for (size_t direction = 0; direction < 2; ++direction) {
    for (const DeltaEdge& edge : edges_[direction]) touched_lists_[direction].Insert(edge.slot);
  }
}

std::shared_ptr<const DeltaRun> DeltaRun::Build(GroupId group,
                                                std::span<const DeltaEntry> entries) {
  auto run = std::make_shared<DeltaRun>();
  auto text = std::make_shared<std::string>();
  size_t bytes = 0;
  for (const DeltaEntry& entry : entries) bytes += entry.value.size();
  text->reserve(bytes);
  for (const DeltaEntry& entry : entries) text->append(entry.value);
  const std::string head = DeltaGroupBegin(group);
  RunBuilder builder(*text, &run->nodes_, &run->relationships_, &run->edges_[0]);
  for (const DeltaEntry& entry : entries) {
    if (!entry.key.starts_with(head) || !builder.Add(entry)) return nullptr;
  }
  run->edges_[1] = OutgoingOf(run->relationships_);
  run->entries_ = entries.size();
  run->text_bytes_ = bytes;
  run->texts_.push_back(std::move(text));
  run->Finish();
  return run;
}

std::shared_ptr<const DeltaRun> DeltaRun::Merge(std::shared_ptr<const DeltaRun> older,
                                                std::shared_ptr<const DeltaRun> newer) {
  if (older == nullptr || older->entries_ == 0) return newer;
  if (newer == nullptr || newer->entries_ == 0) return older;
  auto run = std::make_shared<DeltaRun>();
  std::merge(newer->nodes_.begin(), newer->nodes_.end(), older->nodes_.begin(), older->nodes_.end(),
             std::back_inserter(run->nodes_), RowBefore);
  std::merge(newer->relationships_.begin(), newer->relationships_.end(),
             older->relationships_.begin(), older->relationships_.end(),
             std::back_inserter(run->relationships_), RowBefore);
  for (size_t direction = 0; direction < 2; ++direction) {
    run->edges_[direction] = Overlay(older->edges_[direction], newer->edges_[direction]);
  }
  run->entries_ = older->entries_ + newer->entries_;
  run->text_bytes_ = older->text_bytes_ + newer->text_bytes_;
  run->texts_ = older->texts_;
  run->texts_.insert(run->texts_.end(), newer->texts_.begin(), newer->texts_.end());
  run->Finish();
  return run;
}

std::span<const DeltaRow> DeltaRun::Node(uint32_t slot) const {
  if (!HasNode(slot)) return {};
  return RowsOf(nodes_, slot);
}

std::span<const DeltaRow> DeltaRun::Relationship(uint32_t serial) const {
  return RowsOf(relationships_, serial);
}

std::span<const DeltaEdge> DeltaRun::Edges(uint32_t slot, bool outgoing) const {
  if (!HasEdges(slot, outgoing)) return {};
  const std::vector<DeltaEdge>& all = edges(outgoing);
  const auto begin =
      std::lower_bound(all.begin(), all.end(), slot,
                       [](const DeltaEdge& edge, uint32_t wanted) { return edge.slot < wanted; });
  const auto end =
      std::upper_bound(begin, all.end(), slot,
                       [](uint32_t wanted, const DeltaEdge& edge) { return wanted < edge.slot; });
  return {begin, end};
}

size_t DeltaRun::memory_bytes() const {
  constexpr size_t kBitmapBytes = 3 * kGroupSlots / 8;
  return sizeof *this + kBitmapBytes + text_bytes_ +
         (nodes_.capacity() + relationships_.capacity()) * sizeof(DeltaRow) +
         (edges_[0].capacity() + edges_[1].capacity()) * sizeof(DeltaEdge);
}

}  // namespace kith::storage
