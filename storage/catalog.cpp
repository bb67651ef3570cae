// SPDX-License-Identifier: Apache-2.0
// The catalog: an in-memory image of its records, written through before it is used.
#include "storage/catalog.h"

#include <fmt/core.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "engine/base/key_codec.h"
#include "engine/base/utf8.h"
#include "storage/format/meta_codec.h"
#include "storage/rocksdb_status.h"
#include "storage/store.h"

namespace kith::storage {
namespace {

constexpr size_t kMaxNameBytes = size_t{64} << 10;
// Label sets beyond this many share mixed groups, so that free-form labels do not make a group,
// mostly empty, for every combination.
constexpr size_t kMaxLabelSets = 256;
// Ids are reserved in blocks, one small unsynced write each. What a crash leaves of a block is
// never given out.
constexpr uint32_t kSlotBlock = 512;
constexpr uint32_t kSerialBlock = 1024;
constexpr uint64_t kMaxSerials = uint64_t{1} << 32;

Status Contradiction(std::string_view what) {
  return Status(StatusCode::kCorruption,
                fmt::format("the catalog contradicts itself: {}; the database is damaged: restore "
                            "it from a backup",
                            what));
}

// Names of one kind. The deque keeps views of names valid while it grows.
struct NameTable {
  char family = 0;
  const char* noun = "";
  std::deque<std::string> names;
  std::unordered_map<std::string_view, uint32_t> ids;

  void Append(std::string name) {
    names.push_back(std::move(name));
    ids.emplace(names.back(), static_cast<uint32_t>(names.size() - 1));
  }
};

struct Range {
  uint64_t next = 0;
  uint64_t end = 0;
};

struct GroupState {
  GroupRecord birth;
  ReservedRecord reserved;  // As on disk.
  uint32_t next_slot = 0;
  std::unordered_map<uint32_t, Range> serials;  // By type: what is left of its block.
};

}  // namespace

struct Catalog::State {
  Store* store = nullptr;  // Null when it is read-only.
  // Whoever makes a name holds naming_mutex, also while it writes to the store, which may take as
  // long as a sync. Readers never wait for that: names_mutex is held only to look at the names or
  // to add one. Adding takes both.
  std::mutex naming_mutex;
  mutable std::shared_mutex names_mutex;
  NameTable labels{kLabelNameKey, "label", {}, {}};
  NameTable types{kTypeNameKey, "relationship type", {}, {}};
  NameTable properties{kPropertyNameKey, "property", {}, {}};

  // In the same way, whoever allocates holds allocation_mutex, and groups_mutex is held to look at,
  // or to change, which groups there are and which labels they have.
  std::mutex allocation_mutex;
  mutable std::shared_mutex groups_mutex;
  std::map<uint32_t, GroupState> groups;
  std::map<std::vector<LabelId>, uint32_t> open_groups;  // Birth label set -> its newest group.
  std::optional<uint32_t> open_mixed_group;
  uint32_t next_group = 0;
  std::unordered_map<uint32_t, std::set<uint32_t>> groups_of_label;

  Status LoadRecord(std::string_view key, std::string_view value);
  Status LoadName(NameTable* table, uint32_t id, std::string_view name);
  Status LoadGroup(uint32_t id, std::string_view value);
  Result<uint32_t> IdFor(NameTable* table, std::string_view name);
  std::optional<uint32_t> Find(const NameTable& table, std::string_view name) const;
  std::string_view Name(const NameTable& table, uint32_t id) const;
  std::vector<std::string> Names(const NameTable& table) const;

  Status Put(std::string_view key, std::string_view value);
  // The callers of these hold allocation_mutex.
  Result<uint32_t> GroupFor(std::span<const LabelId> labels);
  Result<uint32_t> NewGroup(std::span<const LabelId> labels, bool mixed);
  Status Reserve(uint32_t group, const ReservedRecord& reserved);
  Result<uint64_t> ReserveSerials(uint32_t group, uint64_t count);
  Status NoteLabel(LabelId label, uint32_t group);
};

Status Catalog::State::Put(std::string_view key, std::string_view value) {
  // Into the default family, without its handle: a caller without a snapshot may not ask for one.
  static_assert(static_cast<int>(Family::kDefault) == 0);
  rocksdb::WriteBatch batch;
  KITH_RETURN_IF_ERROR(FromRocksDb(
      batch.Put(rocksdb::Slice(key.data(), key.size()), rocksdb::Slice(value.data(), value.size())),
      "writing the catalog"));
  // Not synced: the log keeps its order, so whatever commit uses this entry makes it durable.
  return store->Write(&batch, false);
}

Status Catalog::State::LoadName(NameTable* table, uint32_t id, std::string_view name) {
  if (id < table->names.size() && table->names[id] == name) return Status::Ok();
  if (id != table->names.size() || table->ids.count(name) != 0) {
    return Contradiction(fmt::format("{} {} is missing or named twice", table->noun, id));
  }
  table->Append(std::string(name));
  return Status::Ok();
}

Status Catalog::State::LoadGroup(uint32_t id, std::string_view value) {
  if (id < next_group) return Status::Ok();
  KITH_ASSIGN_OR_RETURN(GroupRecord record, DecodeGroupRecord(value));
  if (id != next_group) return Contradiction(fmt::format("group {} is missing", next_group));
  next_group = id + 1;
  if (record.mixed) {
    open_mixed_group = id;
  } else {
    open_groups[record.labels] = id;
  }
  groups[id].birth = std::move(record);
  return Status::Ok();
}

// Records come in key order: groups (G), reserved ids (H), names (L, P, T), label groups (M).
Status Catalog::State::LoadRecord(std::string_view key, std::string_view value) {
  if (key.size() < 5) return Status::Ok();
  const uint32_t id = ReadBigEndian32(key.data() + 1);
  switch (key[0]) {
    case kLabelNameKey: return LoadName(&labels, id, value);
    case kPropertyNameKey: return LoadName(&properties, id, value);
    case kTypeNameKey: return LoadName(&types, id, value);
    case kGroupKey: return LoadGroup(id, value);
    case kReservedKey: {
      const auto group = groups.find(id);
      if (group == groups.end()) return Contradiction(fmt::format("group {} is missing", id));
      KITH_ASSIGN_OR_RETURN(group->second.reserved, DecodeReservedRecord(value));
      group->second.next_slot = group->second.reserved.slots;
      return Status::Ok();
    }
    case kLabelGroupKey:
      if (key.size() != 9) return Contradiction("a label's group has a short key");
      groups_of_label[id].insert(ReadBigEndian32(key.data() + 5));
      return Status::Ok();
    default: return Status::Ok();
  }
}

Result<std::unique_ptr<Catalog>> Catalog::Load(Store* store) {
  std::unique_ptr<Catalog> catalog(new Catalog(std::make_unique<State>()));
  if (!store->read_only()) catalog->state_->store = store;
  KITH_RETURN_IF_ERROR(catalog->Refresh(store));
  return catalog;
}

Status Catalog::Refresh(Store* store) {
  const std::scoped_lock lock(state_->names_mutex, state_->allocation_mutex, state_->groups_mutex);
  const std::unique_ptr<rocksdb::Iterator> records(
      store->db()->NewIterator(rocksdb::ReadOptions(), store->family(Family::kDefault)));
  // Commit records lie below the catalog's first family.
  static_assert(kCommitKey < kGroupKey && kIdentityKey < kCommitKey && kGroupKey < kReservedKey);
  const std::string first(1, kGroupKey);
  for (records->Seek(first); records->Valid(); records->Next()) {
    KITH_RETURN_IF_ERROR(
        state_->LoadRecord(records->key().ToStringView(), records->value().ToStringView()));
  }
  return FromRocksDb(records->status(), "reading the catalog");
}

Catalog::Catalog(std::unique_ptr<State> state) : state_(std::move(state)) {}
Catalog::~Catalog() = default;

Result<uint32_t> Catalog::State::IdFor(NameTable* table, std::string_view name) {
  if (const auto known = Find(*table, name)) return *known;
  if (name.empty() || name.size() > kMaxNameBytes || !IsUtf8(name)) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("a {} needs a name of 1 to {} bytes of UTF-8, and this one has {} "
                              "bytes; choose another",
                              table->noun, kMaxNameBytes, name.size()));
  }
  if (store == nullptr) {
    return Status(
        StatusCode::kReadOnly,
        fmt::format("the {} {} is new, and the database is open read-only", table->noun, name));
  }
  const std::lock_guard<std::mutex> naming(naming_mutex);
  if (const auto known = Find(*table, name)) return *known;
  const uint32_t id = static_cast<uint32_t>(table->names.size());
  KITH_RETURN_IF_ERROR(Put(MetaKey(table->family, id), name));
  const std::unique_lock<std::shared_mutex> lock(names_mutex);
  table->Append(std::string(name));
  return id;
}

std::optional<uint32_t> Catalog::State::Find(const NameTable& table, std::string_view name) const {
  const std::shared_lock<std::shared_mutex> lock(names_mutex);
  const auto found = table.ids.find(name);
  if (found == table.ids.end()) return std::nullopt;
  return found->second;
}

std::string_view Catalog::State::Name(const NameTable& table, uint32_t id) const {
  const std::shared_lock<std::shared_mutex> lock(names_mutex);
  return id < table.names.size() ? std::string_view(table.names[id]) : std::string_view();
}

std::vector<std::string> Catalog::State::Names(const NameTable& table) const {
  const std::shared_lock<std::shared_mutex> lock(names_mutex);
  return {table.names.begin(), table.names.end()};
}

Result<LabelId> Catalog::LabelFor(std::string_view name) {
  KITH_ASSIGN_OR_RETURN(const uint32_t id, state_->IdFor(&state_->labels, name));
  return static_cast<LabelId>(id);
}

Result<RelTypeId> Catalog::RelTypeFor(std::string_view name) {
  KITH_ASSIGN_OR_RETURN(const uint32_t id, state_->IdFor(&state_->types, name));
  return static_cast<RelTypeId>(id);
}

Result<PropertyId> Catalog::PropertyFor(std::string_view name) {
  KITH_ASSIGN_OR_RETURN(const uint32_t id, state_->IdFor(&state_->properties, name));
  return static_cast<PropertyId>(id);
}

std::optional<LabelId> Catalog::FindLabel(std::string_view name) const {
  const auto id = state_->Find(state_->labels, name);
  return id ? std::optional<LabelId>(static_cast<LabelId>(*id)) : std::nullopt;
}

std::optional<RelTypeId> Catalog::FindRelType(std::string_view name) const {
  const auto id = state_->Find(state_->types, name);
  return id ? std::optional<RelTypeId>(static_cast<RelTypeId>(*id)) : std::nullopt;
}

std::optional<PropertyId> Catalog::FindProperty(std::string_view name) const {
  const auto id = state_->Find(state_->properties, name);
  return id ? std::optional<PropertyId>(static_cast<PropertyId>(*id)) : std::nullopt;
}

std::string_view Catalog::LabelName(LabelId id) const {
  return state_->Name(state_->labels, static_cast<uint32_t>(id));
}
std::string_view Catalog::RelTypeName(RelTypeId id) const {
  return state_->Name(state_->types, static_cast<uint32_t>(id));
}
std::string_view Catalog::PropertyName(PropertyId id) const {
  return state_->Name(state_->properties, static_cast<uint32_t>(id));
}

std::vector<std::string> Catalog::Labels() const {
  return state_->Names(state_->labels);
}
std::vector<std::string> Catalog::RelTypes() const {
  return state_->Names(state_->types);
}
std::vector<std::string> Catalog::Properties() const {
  return state_->Names(state_->properties);
}

NameCounts Catalog::CountNames() const {
  const std::shared_lock<std::shared_mutex> lock(state_->names_mutex);
  return {static_cast<uint32_t>(state_->labels.names.size()),
          static_cast<uint32_t>(state_->types.names.size()),
          static_cast<uint32_t>(state_->properties.names.size())};
}

std::vector<GroupId> Catalog::GroupsOf(LabelId label) const {
  const std::shared_lock<std::shared_mutex> lock(state_->groups_mutex);
  std::vector<GroupId> groups;
  const auto found = state_->groups_of_label.find(static_cast<uint32_t>(label));
  if (found == state_->groups_of_label.end()) return groups;
  for (const uint32_t group : found->second) groups.push_back(static_cast<GroupId>(group));
  return groups;
}

std::vector<GroupId> Catalog::Groups() const {
  const std::shared_lock<std::shared_mutex> lock(state_->groups_mutex);
  std::vector<GroupId> groups;
  for (const auto& entry : state_->groups) groups.push_back(static_cast<GroupId>(entry.first));
  return groups;
}

IdLimits Catalog::LimitsOf(GroupId group) const {
  const std::lock_guard<std::mutex> lock(state_->allocation_mutex);
  const auto found = state_->groups.find(static_cast<uint32_t>(group));
  if (found == state_->groups.end()) return {};
  return {found->second.reserved.slots, found->second.reserved.serials};
}

Status Catalog::State::NoteLabel(LabelId label, uint32_t group) {
  const uint32_t id = static_cast<uint32_t>(label);
  const auto known = groups_of_label.find(id);
  if (known != groups_of_label.end() && known->second.count(group) != 0) return Status::Ok();
  KITH_RETURN_IF_ERROR(Put(MetaKey(kLabelGroupKey, id, group), ""));
  const std::unique_lock<std::shared_mutex> lock(groups_mutex);
  groups_of_label[id].insert(group);
  return Status::Ok();
}

Status Catalog::NoteLabelInGroup(LabelId label, GroupId group) {
  {
    const std::shared_lock<std::shared_mutex> lock(state_->groups_mutex);
    const auto known = state_->groups_of_label.find(static_cast<uint32_t>(label));
    if (known != state_->groups_of_label.end() &&
        known->second.count(static_cast<uint32_t>(group)) != 0) {
      return Status::Ok();
    }
  }
  const std::lock_guard<std::mutex> lock(state_->allocation_mutex);
  return state_->NoteLabel(label, static_cast<uint32_t>(group));
}

Result<uint32_t> Catalog::State::NewGroup(std::span<const LabelId> birth, bool mixed) {
  if (next_group == UINT32_MAX) {
    return Status(StatusCode::kResourceExhausted,
                  "all 4,294,967,295 node groups are in use; the database is full");
  }
  const uint32_t id = next_group;
  GroupRecord record;
  record.mixed = mixed;
  if (!mixed) record.labels.assign(birth.begin(), birth.end());
  KITH_RETURN_IF_ERROR(Put(MetaKey(kGroupKey, id), EncodeGroupRecord(record)));
  const std::unique_lock<std::shared_mutex> lock(groups_mutex);
  next_group = id + 1;
  if (mixed) {
    open_mixed_group = id;
  } else {
    open_groups[record.labels] = id;
  }
  groups[id].birth = std::move(record);
  return id;
}

// The group with a free slot for this label set.
Result<uint32_t> Catalog::State::GroupFor(std::span<const LabelId> birth) {
  const std::vector<LabelId> set(birth.begin(), birth.end());
  const auto known = open_groups.find(set);
  const bool mixed = known == open_groups.end() && open_groups.size() >= kMaxLabelSets;
  std::optional<uint32_t> group = open_mixed_group;
  if (!mixed) group = known == open_groups.end() ? std::nullopt : std::optional(known->second);
  if (group && groups[*group].next_slot < kGroupSlots) return *group;
  return NewGroup(birth, mixed);
}

Status Catalog::State::Reserve(uint32_t group, const ReservedRecord& reserved) {
  KITH_RETURN_IF_ERROR(Put(MetaKey(kReservedKey, group), EncodeReservedRecord(reserved)));
  groups[group].reserved = reserved;
  return Status::Ok();
}

// The first of the serials.
Result<uint64_t> Catalog::State::ReserveSerials(uint32_t group, uint64_t count) {
  ReservedRecord reserved = groups[group].reserved;
  const uint64_t begin = reserved.serials;
  if (count > kMaxSerials - begin) {
    return Status(StatusCode::kResourceExhausted,
                  fmt::format("the nodes of group {} have had 4,294,967,296 relationships, which "
                              "is the limit",
                              group));
  }
  reserved.serials = begin + count;
  KITH_RETURN_IF_ERROR(Reserve(group, reserved));
  return begin;
}

Result<NodeId> Catalog::AllocateNode(std::span<const LabelId> labels) {
  const std::lock_guard<std::mutex> lock(state_->allocation_mutex);
  KITH_ASSIGN_OR_RETURN(const uint32_t group, state_->GroupFor(labels));
  GroupState& state = state_->groups[group];
  for (const LabelId label : labels) KITH_RETURN_IF_ERROR(state_->NoteLabel(label, group));
  if (state.next_slot == state.reserved.slots) {
    ReservedRecord reserved = state.reserved;
    reserved.slots = std::min(reserved.slots + kSlotBlock, kGroupSlots);
    KITH_RETURN_IF_ERROR(state_->Reserve(group, reserved));
  }
  return NodeId(static_cast<GroupId>(group), state.next_slot++);
}

Result<RelId> Catalog::AllocateRelationship(GroupId source_group, RelTypeId type) {
  const std::lock_guard<std::mutex> lock(state_->allocation_mutex);
  const uint32_t group = static_cast<uint32_t>(source_group);
  const auto found = state_->groups.find(group);
  if (found == state_->groups.end()) {
    return Status(StatusCode::kInternal, fmt::format("group {} does not exist", group));
  }
  Range& range = found->second.serials[static_cast<uint32_t>(type)];
  if (range.next == range.end) {
    const uint64_t left = kMaxSerials - found->second.reserved.serials;
    const uint64_t count = std::clamp<uint64_t>(left, 1, kSerialBlock);
    KITH_ASSIGN_OR_RETURN(const uint64_t begin, state_->ReserveSerials(group, count));
    range = Range{begin, begin + count};
  }
  return RelId(source_group, static_cast<uint32_t>(range.next++));
}

Result<uint32_t> Catalog::AllocateSerials(GroupId source_group, uint64_t count) {
  const std::lock_guard<std::mutex> lock(state_->allocation_mutex);
  KITH_ASSIGN_OR_RETURN(const uint64_t begin,
                        state_->ReserveSerials(static_cast<uint32_t>(source_group), count));
  return static_cast<uint32_t>(begin);
}

}  // namespace kith::storage
