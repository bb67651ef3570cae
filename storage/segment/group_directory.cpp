// SPDX-License-Identifier: Apache-2.0
// See group_directory.h.
#include "storage/segment/group_directory.h"

#include <algorithm>
#include <bit>

#include "storage/segment/presence.h"

namespace kith::storage {
namespace {

void AppendMembers(const SlotBitmap& members, std::string* out) {
  std::vector<bool> has(members.words.size() * 64);
  for (size_t slot = 0; slot < has.size(); ++slot) {
    has[slot] = members.Contains(static_cast<uint32_t>(slot));
  }
  while (!has.empty() && !has.back()) has.pop_back();
  AppendPresence(has, out);
}

SlotBitmap TakeMembers(ByteReader* reader) {
  SlotBitmap members;
  const Presence presence = Presence::Take(kGroupSlots, reader);
  for (size_t word = 0; word * 64 < presence.rows() && presence.values() != 0; ++word) {
    if (members.words.empty()) members.words.resize(kGroupSlots / 64);
    members.words[word] = presence.Bits(word);
  }
  return members;
}

void AppendList(const ChunkList& list, std::string* out) {
  AppendVarint(list.chunks.size(), out);
  for (const ChunkRef& chunk : list.chunks) {
    AppendVarint(chunk.number, out);
    AppendVarint(chunk.first, out);
    AppendVarint(chunk.rows, out);
    AppendVarint(chunk.bytes, out);
  }
}

/// Whether rows and chunks of this kind can be so; a reader must not be led outside.
bool Fits(MainKind kind, const ChunkRef& chunk, const ChunkRef* before) {
  const bool slots = kind <= MainKind::kIncoming;
  const bool lists = kind == MainKind::kOutgoing || kind == MainKind::kIncoming;
  const uint64_t end = uint64_t{chunk.first} + chunk.rows;
  if (chunk.rows == 0 || chunk.rows > kGroupSlots) return false;
  if (end > (slots ? uint64_t{kGroupSlots} : uint64_t{1} << 32)) return false;
  if (before == nullptr) return true;
  // Only the pieces of one row's list begin at the same row.
  return lists ? before->first <= chunk.first
               : uint64_t{before->first} + before->rows <= chunk.first;
}

void TakeList(ByteReader* reader, MainKind kind, ChunkList* list) {
  for (uint64_t left = reader->Varint(); left > 0 && reader->ok(); --left) {
    ChunkRef chunk;
    chunk.number = reader->Varint32();
    chunk.first = reader->Varint32();
    chunk.rows = reader->Varint32();
    chunk.bytes = reader->Varint32();
    if (!Fits(kind, chunk, list->chunks.empty() ? nullptr : &list->chunks.back())) reader->Fail();
    list->chunks.push_back(chunk);
  }
}

/// The next id of an ascending sequence; fails where it does not ascend.
uint32_t TakeId(ByteReader* reader, bool first, uint32_t previous) {
  const uint32_t difference = reader->Varint32();
  if (!first && (difference == 0 || difference > UINT32_MAX - previous)) reader->Fail();
  return first ? difference : previous + difference;
}

}  // namespace

std::span<const ChunkRef> ChunkList::Of(uint32_t row) const {
  const auto after =
      std::upper_bound(chunks.begin(), chunks.end(), row,
                       [](uint32_t wanted, const ChunkRef& chunk) { return wanted < chunk.first; });
  auto begin = after;
  while (begin != chunks.begin() && row - (begin - 1)->first < (begin - 1)->rows) --begin;
  return {begin, after};
}

const ChunkList* GroupDirectory::Find(MainKind kind, uint32_t id) const {
  const std::vector<ChunkList>& all = Lists(kind);
  const auto at =
      std::lower_bound(all.begin(), all.end(), id,
                       [](const ChunkList& list, uint32_t wanted) { return list.id < wanted; });
  return at != all.end() && at->id == id ? &*at : nullptr;
}

const SlotBitmap* GroupDirectory::Label(LabelId label) const {
  const auto at =
      std::lower_bound(labels.begin(), labels.end(), label,
                       [](const auto& entry, LabelId wanted) { return entry.first < wanted; });
  return at != labels.end() && at->first == label ? &at->second : nullptr;
}

uint64_t GroupDirectory::bytes() const {
  uint64_t sum = 0;
  for (const auto& kind : lists) {
    for (const ChunkList& list : kind) {
      for (const ChunkRef& chunk : list.chunks) sum += chunk.bytes;
    }
  }
  return sum;
}

size_t GroupDirectory::memory_bytes() const {
  size_t bytes = sizeof *this + nodes.words.size() * sizeof(uint64_t);
  for (const auto& [label, members] : labels) {
    bytes += sizeof labels[0] + members.words.size() * sizeof(uint64_t);
  }
  for (const auto& kind : lists) {
    for (const ChunkList& list : kind) {
      bytes += sizeof list + list.chunks.capacity() * sizeof(ChunkRef);
    }
  }
  return bytes;
}

// Chunks are kept by their numbers.
bool GroupDirectory::NumbersAreDistinct() const {
  std::vector<uint32_t> numbers;
  for (const auto& kind : lists) {
    for (const ChunkList& list : kind) {
      for (const ChunkRef& chunk : list.chunks) numbers.push_back(chunk.number);
    }
  }
  std::sort(numbers.begin(), numbers.end());
  return std::adjacent_find(numbers.begin(), numbers.end()) == numbers.end() &&
         (numbers.empty() || numbers.back() < next_number);
}

std::string GroupDirectory::Encode() const {
  std::string bytes;
  AppendVarint(next_number, &bytes);
  AppendMembers(nodes, &bytes);
  AppendVarint(labels.size(), &bytes);
  uint32_t previous = 0;
  for (const auto& [label, members] : labels) {
    AppendVarint(static_cast<uint32_t>(label) - previous, &bytes);
    previous = static_cast<uint32_t>(label);
    AppendMembers(members, &bytes);
  }
  for (const std::vector<ChunkList>& kind : lists) {
    AppendVarint(kind.size(), &bytes);
    previous = 0;
    for (const ChunkList& list : kind) {
      AppendVarint(list.id - previous, &bytes);
      previous = list.id;
      AppendList(list, &bytes);
    }
  }
  return bytes;
}

std::optional<GroupDirectory> GroupDirectory::Decode(std::string_view bytes) {
  ByteReader reader(bytes);
  GroupDirectory directory;
  directory.next_number = reader.Varint32();
  directory.nodes = TakeMembers(&reader);
  uint32_t id = 0;
  for (uint64_t left = reader.Varint(); left > 0 && reader.ok(); --left) {
    id = TakeId(&reader, directory.labels.empty(), id);
    directory.labels.emplace_back(static_cast<LabelId>(id), TakeMembers(&reader));
  }
  for (size_t i = 0; i < kKinds; ++i) {
    std::vector<ChunkList>& kind = directory.lists[i];
    for (uint64_t left = reader.Varint(); left > 0 && reader.ok(); --left) {
      ChunkList list;
      list.id = id = TakeId(&reader, kind.empty(), id);
      TakeList(&reader, static_cast<MainKind>(i + static_cast<size_t>(kFirstKind)), &list);
      kind.push_back(std::move(list));
    }
  }
  if (!reader.ok() || !reader.AtEnd() || !directory.NumbersAreDistinct()) return std::nullopt;
  return directory;
}

}  // namespace kith::storage
