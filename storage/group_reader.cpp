// SPDX-License-Identifier: Apache-2.0
// One group: chunks, members and labels.
#include "storage/group_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace kith::storage {
namespace {

// A group whose columns are larger, of texts or vectors, is read a chunk after the other.
constexpr size_t kPinnedBytes = size_t{1} << 20;

bool ListsLabel(const RowEntry& entry, LabelId label, bool* has) {
  std::vector<LabelId> labels;
  if (!ApplyLabels(entry, &labels)) return false;
  *has = std::binary_search(labels.begin(), labels.end(), label);
  return true;
}

}  // namespace

GroupReader::GroupReader(GroupId group, std::shared_ptr<const GroupVersion> version,
                         MainSource* source, ChunkCache* chunks)
    : group_(group), version_(std::move(version)), source_(source), chunks_(chunks) {}

Status GroupReader::Damaged(std::string_view what) const {
  return Status(StatusCode::kCorruption,
                fmt::format("{} of group {} cannot be decoded; the database is damaged: restore it "
                            "from a backup",
                            what, static_cast<uint32_t>(group_)));
}

Result<const Chunk*> GroupReader::Fetch(MainKind kind, uint32_t id, const ChunkRef& ref) {
  const auto known = pinned_.find(ref.number);
  if (known != pinned_.end()) return known->second.get();
  const MainKey key{group_, kind, id, ref.number};
  std::shared_ptr<const Chunk> chunk = chunks_->Find(key);
  if (chunk == nullptr) {
    KITH_ASSIGN_OR_RETURN(std::string bytes, source_->ReadMain(key));
    chunk = Chunk::Parse(kind, std::move(bytes));
    if (chunk == nullptr) return Damaged("a chunk");
    chunks_->Insert(key, chunk);
  }
  if (pinned_bytes_ > kPinnedBytes) {
    pinned_.clear();
    pinned_bytes_ = 0;
  }
  pinned_bytes_ += chunk->memory_bytes();
  return pinned_.emplace(ref.number, std::move(chunk)).first->second.get();
}

std::span<const DeltaRow> GroupReader::DeltaRows(size_t run, RowKind kind, uint32_t row) const {
  const DeltaRun* entries = version_->runs[run].get();
  if (entries == nullptr) return {};
  return kind == RowKind::kNode ? entries->Node(row) : entries->Relationship(row);
}

bool GroupReader::InDelta(RowKind kind, uint32_t row) const {
  if (version_->clean()) return false;
  return !DeltaRows(0, kind, row).empty() || !DeltaRows(1, kind, row).empty();
}

Status GroupReader::Members(std::optional<LabelId> label, SlotBitmap* members) const {
  const SlotBitmap* folded = label ? directory().Label(*label) : &directory().nodes;
  if (folded != nullptr) {
    *members = *folded;
  } else {
    members->words.clear();
  }
  // The older run first; of a run's entries for a row only the newest that says something counts.
  for (size_t run = version_->runs.size(); run-- > 0;) {
    if (version_->runs[run] == nullptr) continue;
    uint32_t decided = kGroupSlots;
    for (const DeltaRow& row : version_->runs[run]->nodes()) {
      if (row.row == decided || (label && !row.entry.has_labels && !row.entry.tombstone)) continue;
      decided = row.row;
      bool has = !row.entry.tombstone;
      if (has && label && !ListsLabel(row.entry, *label, &has)) {
        return Damaged("a node's labels");
      }
      has ? members->Insert(row.row) : members->Remove(row.row);
    }
  }
  return Status::Ok();
}

bool GroupReader::Exists(uint32_t slot) const {
  for (size_t run = 0; run < version_->runs.size(); ++run) {
    const auto rows = DeltaRows(run, RowKind::kNode, slot);
    if (!rows.empty()) return !rows.front().entry.tombstone;
  }
  return directory().nodes.Contains(slot);
}

Status GroupReader::HasLabel(uint32_t slot, LabelId label, bool* has) const {
  for (size_t run = 0; run < version_->runs.size(); ++run) {
    for (const DeltaRow& row : DeltaRows(run, RowKind::kNode, slot)) {
      *has = false;
      if (row.entry.tombstone) return Status::Ok();
      if (!row.entry.has_labels) continue;
      return ListsLabel(row.entry, label, has) ? Status::Ok() : Damaged("a node's labels");
    }
  }
  const SlotBitmap* folded = directory().Label(label);
  *has = folded != nullptr && folded->Contains(slot);
  return Status::Ok();
}

Status GroupReader::Labels(uint32_t slot, std::vector<LabelId>* labels) const {
  labels->clear();
  for (size_t run = 0; run < version_->runs.size(); ++run) {
    for (const DeltaRow& row : DeltaRows(run, RowKind::kNode, slot)) {
      if (row.entry.tombstone) return Status::Ok();
      if (!row.entry.has_labels) continue;
      return ApplyLabels(row.entry, labels) ? Status::Ok() : Damaged("a node's labels");
    }
  }
  for (const auto& [label, members] : directory().labels) {
    if (members.Contains(slot)) labels->push_back(label);
  }
  return Status::Ok();
}

}  // namespace kith::storage
