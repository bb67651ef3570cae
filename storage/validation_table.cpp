// SPDX-License-Identifier: Apache-2.0
// Conflict detection between transactions.
#include "storage/validation_table.h"

#include <utility>

namespace kith::storage {

void ValidationTable::Record(CommitNumber commit, std::vector<ValidationKey> marks) {
  const std::lock_guard<std::mutex> lock(mutex_);
  commits_.push_back({commit, std::move(marks)});
}

void ValidationTable::DropAfter(CommitNumber last) {
  const std::lock_guard<std::mutex> lock(mutex_);
  while (!commits_.empty() && commits_.back().number > last) commits_.pop_back();
  // Their marks may have replaced older ones in the map, so it is made anew.
  last_.clear();
  mapped_ = 0;
}

bool ValidationTable::Conflicts(std::span<const ValidationKey> checks, CommitNumber snapshot) {
  if (checks.empty()) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (commits_.empty() || commits_.back().number <= snapshot) return false;
  for (; mapped_ < commits_.size(); ++mapped_) {
    const Commit& commit = commits_[mapped_];
    for (const ValidationKey mark : commit.marks) last_[mark] = commit.number;
  }
  for (const ValidationKey check : checks) {
    const auto found = last_.find(check);
    if (found != last_.end() && found->second > snapshot) return true;
  }
  return false;
}

void ValidationTable::Prune(CommitNumber oldest) {
  const std::lock_guard<std::mutex> lock(mutex_);
  while (!commits_.empty() && commits_.front().number <= oldest) {
    if (mapped_ > 0) {
      for (const ValidationKey mark : commits_.front().marks) {
        const auto found = last_.find(mark);
        if (found != last_.end() && found->second == commits_.front().number) last_.erase(found);
      }
      --mapped_;
    }
    commits_.pop_front();
  }
}

}  // namespace kith::storage
