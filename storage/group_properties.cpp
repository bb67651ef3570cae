// SPDX-License-Identifier: Apache-2.0
// One group: properties of nodes and relationships.
#include <algorithm>
#include <bit>
#include <utility>

#include "storage/format/checksum.h"
#include "storage/format/value_codec.h"
#include "storage/group_reader.h"
#include "storage/segment/stored_apart.h"

namespace kith::storage {
namespace {

MainKind ColumnKindOf(RowKind kind) {
  return kind == RowKind::kNode ? MainKind::kNodeColumn : MainKind::kRelationshipColumn;
}

}  // namespace

// `*decided`: the delta alone says what the value is (none when it is empty).
Status GroupReader::FindInDelta(RowKind kind, uint32_t row, PropertyId property,
                                std::string_view* value, bool* decided) const {
  *value = {};
  *decided = true;
  for (size_t run = 0; run < version_->runs.size(); ++run) {
    for (const DeltaRow& delta : DeltaRows(run, kind, row)) {
      if (delta.entry.tombstone) return Status::Ok();
      if (!FindProperty(delta.entry, property, value)) return Damaged("a property");
      if (!value->empty() || delta.entry.image) return Status::Ok();
    }
  }
  *decided = false;
  return Status::Ok();
}

// A value that is a reference becomes the value.
Status GroupReader::AppendStoredApart(std::string* value) {
  const std::optional<StoredApart> reference = DecodeStoredApart(*value);
  if (!reference) return Damaged("a value stored apart");
  KITH_ASSIGN_OR_RETURN(*value,
                        source_->ReadMain({group_, MainKind::kValue, 0, reference->number}));
  std::string_view content = *value;
  if (!StripChecksum(&content) || content.size() != reference->bytes) {
    return Damaged("a value stored apart");
  }
  value->resize(content.size());
  return Status::Ok();
}

Status GroupReader::AppendFolded(RowKind kind, uint32_t row, const ChunkList& list,
                                 std::string* value) {
  value->clear();
  const std::span<const ChunkRef> refs = list.Of(row);
  if (refs.empty()) return Status::Ok();
  const ChunkRef& ref = refs.front();
  KITH_ASSIGN_OR_RETURN(const Chunk* chunk, Fetch(ColumnKindOf(kind), list.id, ref));
  if (!chunk->column().AppendEncoded(row - ref.first, value)) return Damaged("a property");
  return IsStoredApart(*value) ? AppendStoredApart(value) : Status::Ok();
}

Status GroupReader::GatherDelta(RowKind kind, uint32_t row, PropertyId property,
                                const ChunkList* list, ColumnBuilder* builder) {
  std::string_view value;
  bool decided = false;
  KITH_RETURN_IF_ERROR(FindInDelta(kind, row, property, &value, &decided));
  if (!decided && list != nullptr) {
    KITH_RETURN_IF_ERROR(AppendFolded(kind, row, *list, &value_));
    value = value_;
  }
  return builder->AppendEncoded(value) ? Status::Ok() : Damaged("a property");
}

Status GroupReader::GatherChunk(const ColumnChunk& chunk, std::span<const uint32_t> rows,
                                ColumnBuilder* builder) {
  if (!chunk.has_stored_apart()) {
    return chunk.Gather(rows, builder) ? Status::Ok() : Damaged("a property");
  }
  for (const uint32_t row : rows) {
    value_.clear();
    if (!chunk.AppendEncoded(row, &value_)) return Damaged("a property");
    if (IsStoredApart(value_)) KITH_RETURN_IF_ERROR(AppendStoredApart(&value_));
    if (!builder->AppendEncoded(value_)) return Damaged("a property");
  }
  return Status::Ok();
}

Status GroupReader::Gather(RowKind kind, std::span<const uint32_t> rows, PropertyId property,
                           ColumnBuilder* builder) {
  const MainKind chunk_kind = ColumnKindOf(kind);
  const ChunkList* list = directory().Find(chunk_kind, static_cast<uint32_t>(property));
  size_t i = 0;
  while (i < rows.size()) {
    if (InDelta(kind, rows[i])) {
      KITH_RETURN_IF_ERROR(GatherDelta(kind, rows[i++], property, list, builder));
      continue;
    }
    const std::span<const ChunkRef> refs =
        list != nullptr ? list->Of(rows[i]) : std::span<const ChunkRef>();
    if (refs.empty()) {
      builder->AppendNull();
      ++i;
      continue;
    }
    const ChunkRef& ref = refs.front();
    stretch_.clear();
    do {
      stretch_.push_back(rows[i++] - ref.first);
    } while (i < rows.size() && rows[i] - ref.first < ref.rows && !InDelta(kind, rows[i]));
    KITH_ASSIGN_OR_RETURN(const Chunk* chunk, Fetch(chunk_kind, list->id, ref));
    KITH_RETURN_IF_ERROR(GatherChunk(chunk->column(), stretch_, builder));
  }
  return Status::Ok();
}

Status GroupReader::FoldedProperties(RowKind kind, uint32_t row, PropertyList* properties) {
  for (const ChunkList& list : directory().Lists(ColumnKindOf(kind))) {
    KITH_RETURN_IF_ERROR(AppendFolded(kind, row, list, &value_));
    if (value_.empty()) continue;
    ByteReader reader(value_);
    Value value = TakeValue(&reader);
    if (!reader.ok() || !reader.AtEnd()) return Damaged("a property");
    properties->emplace_back(static_cast<PropertyId>(list.id), std::move(value));
  }
  return Status::Ok();
}

Status GroupReader::Properties(RowKind kind, uint32_t row, PropertyList* properties) {
  properties->clear();
  std::vector<const RowEntry*> newer;
  bool whole = false;
  for (size_t run = 0; run < version_->runs.size() && !whole; ++run) {
    for (const DeltaRow& delta : DeltaRows(run, kind, row)) {
      if (delta.entry.tombstone) return Status::Ok();
      newer.push_back(&delta.entry);
      whole = delta.entry.image;
      if (whole) break;
    }
  }
  if (!whole) KITH_RETURN_IF_ERROR(FoldedProperties(kind, row, properties));
  for (auto entry = newer.rbegin(); entry != newer.rend(); ++entry) {
    if (!ApplyProperties(**entry, properties)) return Damaged("a property");
  }
  return Status::Ok();
}

size_t GroupReader::Patches(RowKind kind, uint32_t row) const {
  size_t patches = 0;
  for (size_t run = 0; run < version_->runs.size(); ++run) {
    for (const DeltaRow& delta : DeltaRows(run, kind, row)) {
      if (delta.entry.image) return patches;
      ++patches;
    }
  }
  return patches;
}

Status GroupReader::FilterDelta(PropertyId property, const ChunkList* list,
                                const CompiledPredicate& predicate, SlotBitmap* members) {
  for (const auto& run : version_->runs) {
    if (run == nullptr) continue;
    for (const DeltaRow& delta : run->nodes()) {
      if (!members->Contains(delta.row)) continue;
      std::string_view value;
      bool decided = false;
      bool passes = false;
      KITH_RETURN_IF_ERROR(FindInDelta(RowKind::kNode, delta.row, property, &value, &decided));
      if (!decided && list != nullptr) {
        KITH_RETURN_IF_ERROR(AppendFolded(RowKind::kNode, delta.row, *list, &value_));
        value = value_;
      }
      if (!value.empty() && !predicate.PassesEncoded(value, &passes)) return Damaged("a property");
      if (!passes) members->Remove(delta.row);
    }
  }
  return Status::Ok();
}

// Of the chunk's rows, those that the delta has not changed.
Status GroupReader::FilterChunk(const ChunkRef& ref, const ColumnChunk& chunk,
                                const CompiledPredicate& predicate, const SlotBitmap& changed,
                                SlotBitmap* members) {
  const bool possible = chunk.MayPass(predicate.predicate());
  for (uint32_t row = 0; row < ref.rows; ++row) {
    const uint32_t slot = ref.first + row;
    if (slot % 64 == 0 && row + 64 <= ref.rows && members->words[slot / 64] == 0) {
      row += 63;
      continue;
    }
    if (!members->Contains(slot) || changed.Contains(slot)) continue;
    bool passes = false;
    if (possible) {
      value_.clear();
      if (!chunk.AppendEncoded(row, &value_)) return Damaged("a property");
      if (IsStoredApart(value_)) KITH_RETURN_IF_ERROR(AppendStoredApart(&value_));
      if (!value_.empty() && !predicate.PassesEncoded(value_, &passes)) {
        return Damaged("a property");
      }
    }
    if (!passes) members->Remove(slot);
  }
  return Status::Ok();
}

Status GroupReader::ScanFilter(PropertyId property, const CompiledPredicate& predicate,
                               SlotBitmap* members) {
  if (members->words.empty()) return Status::Ok();
  const ChunkList* list = directory().Find(MainKind::kNodeColumn, static_cast<uint32_t>(property));
  KITH_RETURN_IF_ERROR(FilterDelta(property, list, predicate, members));
  SlotBitmap changed;
  changed.words.resize(kGroupSlots / 64);
  for (const auto& run : version_->runs) {
    if (run == nullptr || run->touched_nodes().words.empty()) continue;
    for (size_t word = 0; word < changed.words.size(); ++word) {
      changed.words[word] |= run->touched_nodes().words[word];
    }
  }
  // Slots that no chunk has, and no change, have no value and do not pass.
  SlotBitmap kept = changed;
  if (list != nullptr) {
    for (const ChunkRef& ref : list->chunks) {
      KITH_ASSIGN_OR_RETURN(const Chunk* chunk, Fetch(MainKind::kNodeColumn, list->id, ref));
      KITH_RETURN_IF_ERROR(FilterChunk(ref, chunk->column(), predicate, changed, members));
      for (uint32_t row = 0; row < ref.rows; ++row) kept.Insert(ref.first + row);
    }
  }
  for (size_t word = 0; word < members->words.size(); ++word) {
    members->words[word] &= kept.words[word];
  }
  return Status::Ok();
}

}  // namespace kith::storage
