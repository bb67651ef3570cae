// SPDX-License-Identifier: Apache-2.0
// Finding fingerprints among the noted removals.
#include "index/vector/removed_log.h"

#include <algorithm>

namespace kith::index {
namespace {

// 100 KB; a merge is due before so many were removed.
constexpr size_t kMostNoted = 4096;

}  // namespace

void RemovedLog::Note(const VectorVersion& version) {
  const uint64_t before = entries_.empty() ? start_ : entries_.back().fingerprint;
  entries_.push_back({version, before + version.nonce});
  if (entries_.size() <= kMostNoted) return;
  start_ = entries_.front().fingerprint;
  entries_.pop_front();
}

std::optional<size_t> RemovedLog::PositionOf(int64_t fingerprint) const {
  const auto wanted = static_cast<uint64_t>(fingerprint);
  if (wanted == start_) return 0;
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.fingerprint == wanted; });
  if (found == entries_.end()) return std::nullopt;
  return static_cast<size_t>(found - entries_.begin()) + 1;
}

std::optional<std::vector<VectorVersion>> RemovedLog::Between(int64_t older, int64_t newer) const {
  const auto begin = PositionOf(older);
  const auto end = PositionOf(newer);
  if (!begin.has_value() || !end.has_value() || *begin > *end) return std::nullopt;
  std::vector<VectorVersion> versions;
  for (size_t i = *begin; i < *end; ++i) versions.push_back(entries_[i].version);
  return versions;
}

void RemovedLog::Restart(int64_t fingerprint) {
  if (PositionOf(fingerprint).has_value()) return;
  start_ = static_cast<uint64_t>(fingerprint);
  entries_.clear();
}

}  // namespace kith::index
