// SPDX-License-Identifier: Apache-2.0
// The validation of serializable transactions.
#include "storage/write_history.h"

#include <algorithm>
#include <utility>

namespace kith::storage {
namespace {

constexpr size_t kMaxHistoryBytes = size_t{64} << 20;

size_t SetBytes(const std::shared_ptr<const WriteSet>& writes) {
  return writes == nullptr ? 0 : writes->bytes();
}

}  // namespace

void WriteHistory::Record(CommitNumber commit, std::shared_ptr<const WriteSet> writes) {
  const size_t bytes = SetBytes(writes);
  const std::lock_guard<std::mutex> lock(mutex_);
  commits_.push_back({commit, std::move(writes)});
  bytes_ += bytes;
  for (; bytes_ > kMaxHistoryBytes && forgotten_ < commits_.size(); ++forgotten_) {
    bytes_ -= SetBytes(commits_[forgotten_].writes);
    commits_[forgotten_].writes.reset();
  }
}

void WriteHistory::DropAfter(CommitNumber last) {
  const std::lock_guard<std::mutex> lock(mutex_);
  while (!commits_.empty() && commits_.back().number > last) {
    bytes_ -= SetBytes(commits_.back().writes);
    commits_.pop_back();
  }
  forgotten_ = std::min(forgotten_, commits_.size());
}

void WriteHistory::Prune(CommitNumber oldest) {
  const std::lock_guard<std::mutex> lock(mutex_);
  while (!commits_.empty() && commits_.front().number <= oldest) {
    bytes_ -= SetBytes(commits_.front().writes);
    commits_.pop_front();
    if (forgotten_ > 0) --forgotten_;
  }
}

std::vector<std::shared_ptr<const WriteSet>> WriteHistory::Between(CommitNumber after,
                                                                   CommitNumber last) {
  std::vector<std::shared_ptr<const WriteSet>> writes;
  const std::lock_guard<std::mutex> lock(mutex_);
  auto commit = std::upper_bound(
      commits_.begin(), commits_.end(), after,
      [](CommitNumber number, const Commit& entry) { return number < entry.number; });
  for (; commit != commits_.end() && commit->number <= last; ++commit) {
    writes.push_back(commit->writes);
  }
  return writes;
}

bool WriteHistory::Unchanged(ReadSet* reads, CommitNumber after, CommitNumber last) {
  const auto all = Between(after, last);
  if (all.empty()) return true;
  reads->AddNewGroups();
  return std::none_of(all.begin(), all.end(), [reads](const auto& writes) {
    return writes == nullptr || writes->Meets(*reads);
  });
}

}  // namespace kith::storage
