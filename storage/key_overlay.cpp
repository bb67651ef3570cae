// SPDX-License-Identifier: Apache-2.0
// A transaction's own writes to the key spaces.
#include "storage/key_overlay.h"

#include <utility>

#include "storage/format/meta_codec.h"

namespace kith::storage {

const OverlayValue* KeyOverlay::Find(KeySpace space, std::string_view key) const {
  const Entries& entries = Of(space);
  const auto found = entries.find(key);
  return found == entries.end() ? nullptr : &found->second;
}

int64_t KeyOverlay::Added(std::string_view counter) const {
  const auto found = counters_.find(counter);
  return found == counters_.end() ? 0 : found->second;
}

std::optional<OverlayValue> KeyOverlay::Write(KeySpace space, std::string_view key,
                                              OverlayValue value) {
  Entries& entries = entries_[static_cast<size_t>(space) - 1];
  const auto found = entries.lower_bound(key);
  if (found != entries.end() && found->first == key) {
    return std::exchange(found->second, std::move(value));
  }
  entries.emplace_hint(found, std::string(key), std::move(value));
  return std::nullopt;
}

void KeyOverlay::Restore(KeySpace space, const std::string& key,
                         std::optional<OverlayValue> previous) {
  Entries& entries = entries_[static_cast<size_t>(space) - 1];
  if (previous) {
    entries[key] = std::move(*previous);
  } else {
    entries.erase(key);
  }
}

void KeyOverlay::Add(std::string_view counter, int64_t delta) {
  const auto found = counters_.find(counter);
  if (found == counters_.end()) {
    counters_.emplace(counter, delta);
    return;
  }
  // Unsigned, because a sum that overflows must wrap, not be undefined.
  found->second =
      static_cast<int64_t>(static_cast<uint64_t>(found->second) + static_cast<uint64_t>(delta));
}

Status KeyOverlay::Scan(SnapshotReader* reader, KeySpace space, std::string_view lower,
                        std::string_view upper, const KeySpaceReader::Visitor& visit) const {
  if (!upper.empty() && lower >= upper) return Status::Ok();
  const Entries& entries = Of(space);
  auto own = entries.lower_bound(lower);
  const auto end = upper.empty() ? entries.end() : entries.lower_bound(upper);
  bool more = true;
  const auto merge = [&](std::string_view key, std::string_view value) {
    for (; more && own != end && own->first < key; ++own) {
      if (own->second) more = visit(own->first, *own->second);
    }
    if (!more) return false;
    if (own == end || own->first != key) return more = visit(key, value);
    if (own->second) more = visit(own->first, *own->second);
    ++own;
    return more;
  };
  KITH_RETURN_IF_ERROR(reader->Scan(FamilyOf(space), lower, upper, merge));
  for (; more && own != end; ++own) {
    if (own->second) more = visit(own->first, *own->second);
  }
  return Status::Ok();
}

Status KeyOverlay::ScanBackwards(SnapshotReader* reader, KeySpace space, std::string_view lower,
                                 std::string_view upper,
                                 const KeySpaceReader::Visitor& visit) const {
  if (!upper.empty() && lower >= upper) return Status::Ok();
  const Entries& entries = Of(space);
  const auto first = entries.lower_bound(lower);
  auto own = upper.empty() ? entries.end() : entries.lower_bound(upper);
  bool more = true;
  // Visits own entries downwards while they lie above `key`.
  const auto visit_above = [&](const std::string_view* key) {
    while (more && own != first && (key == nullptr || std::prev(own)->first > *key)) {
      --own;
      if (own->second) more = visit(own->first, *own->second);
    }
  };
  const auto merge = [&](std::string_view key, std::string_view value) {
    visit_above(&key);
    if (!more) return false;
    if (own == first || std::prev(own)->first != key) return more = visit(key, value);
    --own;
    if (own->second) more = visit(own->first, *own->second);
    return more;
  };
  KITH_RETURN_IF_ERROR(reader->ScanBackwards(FamilyOf(space), lower, upper, merge));
  visit_above(nullptr);
  return Status::Ok();
}

bool KeyOverlay::empty() const {
  for (const Entries& entries : entries_) {
    if (!entries.empty()) return false;
  }
  return counters_.empty() && locks_.empty();
}

void KeyOverlay::AppendTo(CommitOps* ops) const {
  for (size_t i = 0; i < entries_.size(); ++i) {
    const Family family = FamilyOf(static_cast<KeySpace>(i + 1));
    for (const auto& [key, value] : entries_[i]) {
      if (value) {
        ops->Put(family, key, *value);
      } else {
        ops->Delete(family, key);
      }
    }
  }
  for (const auto& [key, delta] : counters_) {
    if (delta != 0) ops->Add(UserCounterKey(key), delta);
  }
}

}  // namespace kith::storage
