// SPDX-License-Identifier: Apache-2.0
// Cursors over property indexes.
#include "index/property/property_index.h"

#include <algorithm>
#include <utility>

#include "engine/base/key_codec.h"
#include "index/property/property_entry.h"
#include "index/property/seek_ranges.h"

namespace kith::index {
namespace {

using storage::KeySpace;

// Entries whose tuples begin alike up to the cut: their order needs the whole tuples.
struct CutRun {
  std::string front;
  std::vector<std::pair<std::string, uint64_t>> entries;  ///< Rest of the tuple, entity.
};

// The first bytes of a bound, as far as keys go.
std::string ScanKey(IndexId index, std::string_view tuple) {
  std::string key;
  AppendBigEndian32(static_cast<uint32_t>(index), &key);
  key.append(tuple.substr(0, kMaxTupleBytes));
  return key;
}

}  // namespace

struct PropertyCursor::State {
  storage::KeySpaceReader* reader = nullptr;
  IndexId index{};
  PropertySeek seek;
  SeekRanges ranges;

  size_t range = 0;  ///< The current one; counted from the end when backward.
  bool opened = false;
  bool range_ended = false;
  bool check_all = false;  ///< A bound of the current range was cut.
  std::string lower;       ///< What is left of the current range, as keys.
  std::string upper;
  CutRun run;
  std::vector<uint64_t> ready;  ///< Found, in order, from `taken` on not yet handed out.
  size_t taken = 0;

  const TupleRange& current() const {
    return ranges.ranges[seek.backward ? ranges.ranges.size() - 1 - range : range];
  }
  void OpenRange();
  Status ScanOn(size_t limit);
  Status Visit(std::string_view key, std::string_view value);
  Result<bool> Passes(const PropertyEntryView& entry) const;
  void EndRun();
};

void PropertyCursor::State::OpenRange() {
  const TupleRange& tuples = current();
  lower = ScanKey(index, tuples.lower);
  upper = ScanKey(index, tuples.upper);
  const bool upper_cut = tuples.upper.size() > kMaxTupleBytes;
  if (tuples.upper.empty() || upper_cut) upper = PrefixSuccessor(upper);
  check_all = upper_cut || tuples.lower.size() > kMaxTupleBytes;
  opened = true;
  range_ended = false;
}

Result<bool> PropertyCursor::State::Passes(const PropertyEntryView& entry) const {
  const bool check = check_all || !entry.tuple_rest.empty();
  if (check && !current().Contains(entry.tuple_front, entry.tuple_rest)) return false;
  if (!ranges.check_lists) return true;
  std::string tuple(entry.tuple_front);
  tuple.append(entry.tuple_rest);
  std::string_view rest = tuple;
  for (size_t i = 0; i < seek.equal.size(); ++i) {
    KITH_ASSIGN_OR_RETURN([[maybe_unused]] const Value skipped, TakeKey(&rest));
  }
  KITH_ASSIGN_OR_RETURN(const Value value, TakeKey(&rest));
  return WithinBounds(seek, value);
}

void PropertyCursor::State::EndRun() {
  if (run.entries.empty()) return;
  std::sort(run.entries.begin(), run.entries.end());
  if (seek.backward) std::reverse(run.entries.begin(), run.entries.end());
  for (const auto& [rest, entity] : run.entries) ready.push_back(entity);
  run.entries.clear();
  run.front.clear();
}

Status PropertyCursor::State::Visit(std::string_view key, std::string_view value) {
  KITH_ASSIGN_OR_RETURN(const PropertyEntryView entry, ReadPropertyEntry(key, value));
  if (!run.entries.empty() && run.front != entry.tuple_front) EndRun();
  KITH_ASSIGN_OR_RETURN(const bool passes, Passes(entry));
  if (!passes) return Status::Ok();
  if (entry.tuple_rest.empty()) {
    ready.push_back(entry.entity);
  } else {
    if (run.entries.empty()) run.front = entry.tuple_front;
    run.entries.emplace_back(entry.tuple_rest, entry.entity);
  }
  return Status::Ok();
}

// One scan: until `limit` entities are ready (and no run is open) or the range ends.
Status PropertyCursor::State::ScanOn(size_t limit) {
  Status failed;
  std::string last;
  bool stopped = false;
  const auto visit = [&](std::string_view key, std::string_view value) {
    if (ready.size() >= limit && run.entries.empty()) {
      stopped = true;
      return false;
    }
    failed = Visit(key, value);
    last = key;
    return failed.ok();
  };
  KITH_RETURN_IF_ERROR(seek.backward
                           ? reader->ScanBackwards(KeySpace::kProperty, lower, upper, visit)
                           : reader->Scan(KeySpace::kProperty, lower, upper, visit));
  KITH_RETURN_IF_ERROR(failed);
  if (!stopped) {
    EndRun();
    range_ended = true;
  } else if (seek.backward) {
    upper = last;
  } else {
    lower = last + '\0';
  }
  return Status::Ok();
}

PropertyCursor::PropertyCursor(std::unique_ptr<State> state) : state_(std::move(state)) {}
PropertyCursor::~PropertyCursor() = default;

Result<std::unique_ptr<PropertyCursor>> PropertyCursor::Open(storage::KeySpaceReader* reader,
                                                             const IndexDefinition& definition,
                                                             const PropertySeek& seek) {
  auto state = std::make_unique<State>();
  state->reader = reader;
  state->index = definition.id;
  state->seek = seek;
  KITH_ASSIGN_OR_RETURN(state->ranges, RangesOf(definition, seek));
  return std::unique_ptr<PropertyCursor>(new PropertyCursor(std::move(state)));
}

// Makes at least one and at most about `limit` entities ready, unless none is left.
Status PropertyCursor::Fill(size_t limit) {
  State& s = *state_;
  if (s.taken < s.ready.size()) return Status::Ok();
  s.ready.clear();
  s.taken = 0;
  while (s.ready.size() < limit && s.range < s.ranges.ranges.size()) {
    if (!s.opened) s.OpenRange();
    KITH_RETURN_IF_ERROR(s.ScanOn(limit));
    if (s.range_ended) {
      ++s.range;
      s.opened = false;
    }
  }
  return Status::Ok();
}

Status PropertyCursor::Next(size_t limit, std::vector<NodeId>* ids) {
  ids->clear();
  KITH_RETURN_IF_ERROR(Fill(limit));
  State& s = *state_;
  while (s.taken < s.ready.size() && ids->size() < limit) ids->emplace_back(s.ready[s.taken++]);
  return Status::Ok();
}

Status PropertyCursor::Next(size_t limit, std::vector<RelId>* ids) {
  ids->clear();
  KITH_RETURN_IF_ERROR(Fill(limit));
  State& s = *state_;
  while (s.taken < s.ready.size() && ids->size() < limit) ids->emplace_back(s.ready[s.taken++]);
  return Status::Ok();
}

}  // namespace kith::index
