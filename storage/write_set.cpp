// SPDX-License-Identifier: Apache-2.0
// What one commit changed, for the validation of serializable transactions.
#include "storage/write_set.h"

#include <algorithm>
#include <numeric>

namespace kith::storage {
namespace {

// What a commit changes beyond either is taken to be everything: whoever reads beside so large a
// commit runs again. 2 MiB of validation keys, 4 MiB of keys of one space.
constexpr size_t kMaxKeys = size_t{1} << 18;
constexpr size_t kMaxSpaceBytes = size_t{4} << 20;
// Looking a key up among the sorted ones takes about so many times longer than in the hash set.
constexpr size_t kSearchCost = 8;

template <typename Id>
void Cover(Id id, uint32_t* count) {
  *count = std::max(*count, static_cast<uint32_t>(id) + 1);
}

// Calls `changed` with the properties that differ; both lists ascend.
template <typename Changed>
void Differences(const PropertyList& before, const PropertyList& after, const Changed& changed) {
  auto b = before.begin();
  auto a = after.begin();
  while (b != before.end() || a != after.end()) {
    if (a == after.end() || (b != before.end() && b->first < a->first)) {
      changed((b++)->first);
    } else if (b == before.end() || a->first < b->first) {
      changed((a++)->first);
    } else {
      if (!(b->second == a->second)) changed(a->first);
      ++a;
      ++b;
    }
  }
}

template <typename Changed>
void Differences(const std::vector<LabelId>& before, const std::vector<LabelId>& after,
                 const Changed& changed) {
  std::vector<LabelId> different;
  std::set_symmetric_difference(before.begin(), before.end(), after.begin(), after.end(),
                                std::back_inserter(different));
  for (const LabelId label : different) changed(label);
}

}  // namespace

std::shared_ptr<const WriteSet> WriteSet::Of(const GraphOverlay& graph, const KeyOverlay& keys) {
  auto set = std::make_shared<WriteSet>();
  for (const auto& [node, entry] : graph.nodes()) {
    set->AddNode(node, entry);
    if (set->keys_.size() >= kMaxKeys) set->Compact();
    if (set->everything_) return set;
  }
  for (const auto& [relationship, entry] : graph.relationships()) {
    set->AddRelationship(relationship, entry);
    if (set->keys_.size() >= kMaxKeys) set->Compact();
    if (set->everything_) return set;
  }
  set->Compact();
  keys.ForEachKey([&set](KeySpace space, std::string_view key) { set->AddKey(space, key); });
  return set;
}

void WriteSet::AddLabel(GroupId group, LabelId label) {
  Add(LabelsIn(group));
  Add(LabelIn(group, label));
  Cover(label, &names_.labels);
}

void WriteSet::AddNodeProperty(GroupId group, PropertyId property) {
  Add(NodePropertiesIn(group));
  Add(NodePropertyIn(group, property));
  Cover(property, &names_.properties);
}

void WriteSet::AddRelationshipProperty(GroupId group, PropertyId property) {
  Add(RelationshipsIn(group));
  Add(RelationshipPropertyIn(group, property));
  Cover(property, &names_.properties);
}

void WriteSet::AddNode(NodeId node, const NodeEntry& entry) {
  static const NodeState kAbsent;
  const bool existed = entry.base != nullptr;
  if (!existed && !entry.exists) return;
  const NodeState& before = existed ? entry.base->state : kAbsent;
  const NodeState& after = entry.exists ? entry.state : kAbsent;
  const size_t size = keys_.size();
  if (existed != entry.exists) Add(NodesIn(node.group()));
  Differences(before.labels, after.labels, [&](LabelId label) { AddLabel(node.group(), label); });
  Differences(before.properties, after.properties,
              [&](PropertyId property) { AddNodeProperty(node.group(), property); });
  if (keys_.size() != size) Add(RowWritten(node));
}

void WriteSet::AddLinks(NodeId node, bool outgoing, RelTypeId type) {
  Add(LinksOf(node, outgoing));
  Add(LinksOf(node, outgoing, type));
  Add(LinksIn(node.group(), outgoing));
  Add(LinksIn(node.group(), outgoing, type));
}

void WriteSet::AddRelationship(RelId relationship, const RelationshipEntry& entry) {
  static const PropertyList kNone;
  const bool existed = entry.base != nullptr;
  if (!existed && !entry.exists) return;
  const GroupId group = relationship.source_group();
  const size_t size = keys_.size();
  if (existed != entry.exists) {
    AddLinks(entry.state.start, true, entry.state.type);
    AddLinks(entry.state.end, false, entry.state.type);
    Add(RelationshipsIn(group));
    Cover(entry.state.type, &names_.types);
  }
  Differences(existed ? entry.base->properties : kNone,
              entry.exists ? entry.state.properties : kNone,
              [&](PropertyId property) { AddRelationshipProperty(group, property); });
  if (keys_.size() != size) Add(RowWritten(relationship));
}

void WriteSet::AddKey(KeySpace space, std::string_view key) {
  WrittenKeys& written = written_[IndexOf(space)];
  written.bytes += key;
  written.ends.push_back(written.bytes.size());
  if (written.bytes.size() + written.ends.size() * sizeof(size_t) > kMaxSpaceBytes) {
    everything_ = true;
    written = WrittenKeys();
  }
}

void WriteSet::Compact() {
  std::sort(keys_.begin(), keys_.end());
  keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
  if (keys_.size() > kMaxKeys / 2) {
    everything_ = true;
    keys_.clear();
  }
  keys_.shrink_to_fit();
}

bool WriteSet::MeetsKeys(const ReadSet& reads) const {
  const auto& read = reads.keys();
  if (keys_.size() <= read.size() * kSearchCost) {
    return std::any_of(keys_.begin(), keys_.end(),
                       [&](ValidationKey key) { return read.count(key) != 0; });
  }
  return std::any_of(read.begin(), read.end(), [&](ValidationKey key) {
    return std::binary_search(keys_.begin(), keys_.end(), key);
  });
}

bool WriteSet::WrittenKeys::Meet(const KeyRanges::Range& range) const {
  size_t first = 0;
  size_t count = ends.size();
  while (count > 0) {
    const size_t half = count / 2;
    if (At(first + half) < range.lower) {
      first += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return first < ends.size() && (range.upper.empty() || At(first) < range.upper);
}

bool WriteSet::Meets(const ReadSet& reads) const {
  if (everything_) return true;
  const NameCounts& known = reads.names();
  if (names_.labels > known.labels || names_.types > known.types ||
      names_.properties > known.properties) {
    return true;
  }
  if (MeetsKeys(reads)) return true;
  for (size_t i = 0; i < kKeySpaces; ++i) {
    const WrittenKeys& written = written_[i];
    for (const KeyRanges::Range& range : reads.key_ranges().Of(static_cast<KeySpace>(i + 1))) {
      if (written.Meet(range)) return true;
    }
  }
  return false;
}

size_t WriteSet::bytes() const {
  return std::accumulate(
      written_.begin(), written_.end(), sizeof(*this) + keys_.capacity() * sizeof(ValidationKey),
      [](size_t bytes, const WrittenKeys& written) {
        return bytes + written.bytes.capacity() + written.ends.capacity() * sizeof(size_t);
      });
}

}  // namespace kith::storage
