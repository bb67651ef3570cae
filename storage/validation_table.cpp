// SPDX-License-Identifier: Apache-2.0
// Conflict detection between transactions.
#include "storage/validation_table.h"

#include <utility>

namespace kith::storage {
namespace {

enum class Thing : uint64_t { kNodeRow = 1, kRelationshipRow, kNodeDeleted, kNodeAttached, kBytes };

// The finaliser of MurmurHash3 (Austin Appleby, public domain): every input bit reaches every
// output bit, which ids with their regular gaps need.
uint64_t Mix(uint64_t bits) {
  bits = (bits ^ bits >> 33) * 0xFF51AFD7ED558CCDull;
  bits = (bits ^ bits >> 33) * 0xC4CEB9FE1A85EC53ull;
  return bits ^ bits >> 33;
}

ValidationKey Key(Thing thing, uint64_t id) {
  return Mix(Mix(id) + static_cast<uint64_t>(thing) * 0x9E3779B97F4A7C15ull);
}

}  // namespace

ValidationKey RowWritten(NodeId node) {
  return Key(Thing::kNodeRow, node.bits());
}
ValidationKey RowWritten(RelId relationship) {
  return Key(Thing::kRelationshipRow, relationship.bits());
}
ValidationKey NodeDeleted(NodeId node) {
  return Key(Thing::kNodeDeleted, node.bits());
}
ValidationKey NodeAttached(NodeId node) {
  return Key(Thing::kNodeAttached, node.bits());
}

ValidationKey BytesLocked(std::string_view bytes) {
  uint64_t hash = bytes.size();
  for (const char byte : bytes) hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001B3ull;
  return Key(Thing::kBytes, hash);
}

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
