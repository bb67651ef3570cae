// SPDX-License-Identifier: Apache-2.0
// The toy graph, fed by several threads with what the real store committed.
#include "tests/storage/commit_history.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace kith::storage {
namespace {

constexpr CommitNumber kLastNumber{UINT64_MAX};

CommitNumber SnapshotOf(ToyTransaction& transaction) {
  return transaction.view().commit_number();
}

// The part of a transaction's state that it wrote.
ToyState WrittenPart(const ToyTransaction& transaction) {
  ToyState written;
  ApplyWrites(transaction.state(), transaction.writes(), &written);
  return written;
}

}  // namespace

CommitHistory::Pin::Pin(CommitHistory* history) : history_(history) {
  const std::lock_guard<std::mutex> lock(history->mutex_);
  state_ = history->newest_;
  number_ = history->advanced_to_;
  history->pinned_.insert(number_);
}

CommitHistory::Pin::~Pin() {
  const std::lock_guard<std::mutex> lock(history_->mutex_);
  history_->pinned_.erase(history_->pinned_.find(number_));
  history_->Prune();
}

std::unique_ptr<ToyTransaction> CommitHistory::BeginAt(CommitNumber snapshot, const Pin& pin,
                                                       bool read_only) {
  std::shared_ptr<const ToyState> base;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    AwaitTickets(&lock);
    AdvanceTo(snapshot);
    if (snapshot < pin.number_) {
      Fail(fmt::format("a transaction began on snapshot {} when {} had been seen",
                       static_cast<uint64_t>(snapshot), static_cast<uint64_t>(pin.number_)));
    }
    if (snapshot == advanced_to_) {
      base = newest_;
    } else {
      ToyState state = *pin.state_;
      for (auto entry = reported_.upper_bound(pin.number_);
           entry != reported_.end() && entry->first <= snapshot; ++entry) {
        ApplyWrites(entry->second.mine, entry->second.writes, &state);
      }
      base = std::make_shared<const ToyState>(std::move(state));
    }
  }
  return std::make_unique<ToyTransaction>(&toy_, std::move(base), snapshot, read_only);
}

uint64_t CommitHistory::TakeTicket() {
  const std::lock_guard<std::mutex> lock(mutex_);
  open_tickets_.insert(next_ticket_);
  return next_ticket_++;
}

void CommitHistory::Committed(uint64_t ticket, CommitNumber number, ToyTransaction& transaction) {
  const ToyWrites& writes = transaction.writes();
  Entry entry{WrittenPart(transaction), writes, SnapshotOf(transaction)};
  const std::lock_guard<std::mutex> lock(mutex_);
  if (number != CommitNumber{}) {
    ++commits_;
    const bool late = number <= entry.snapshot || number <= advanced_to_;
    if (late || !reported_.emplace(number, std::move(entry)).second) {
      Fail(fmt::format("the number {} was given twice", static_cast<uint64_t>(number)));
    }
  } else if (!writes.nodes.empty() || !writes.relationships.empty() || !writes.keys.empty() ||
             !writes.added.empty()) {
    Fail("a transaction that wrote has no number");
  }
  Finish(ticket);
}

void CommitHistory::Conflicted(uint64_t ticket, CommitNumber visible, ToyTransaction& transaction) {
  std::unique_lock<std::mutex> lock(mutex_);
  Finish(ticket);
  AwaitTickets(&lock);
  AdvanceTo(visible);
  const CommitNumber snapshot = SnapshotOf(transaction);
  if (toy_.Validate(transaction.state(), transaction.writes(), snapshot).ok()) {
    Fail(fmt::format("a transaction on snapshot {} ended in a conflict without a reason",
                     static_cast<uint64_t>(snapshot)));
  }
}

void CommitHistory::Reopened(Catalog* catalog) {
  const std::lock_guard<std::mutex> lock(mutex_);
  AdvanceTo(kLastNumber);
  toy_.set_catalog(catalog);
}

std::string CommitHistory::failure() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return failure_;
}

uint64_t CommitHistory::commits() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return commits_;
}

// Whoever takes a ticket from now on does not matter.
void CommitHistory::AwaitTickets(std::unique_lock<std::mutex>* lock) {
  const uint64_t next = next_ticket_;
  finished_.wait(*lock, [&] { return open_tickets_.empty() || *open_tickets_.begin() >= next; });
}

void CommitHistory::Finish(uint64_t ticket) {
  open_tickets_.erase(ticket);
  finished_.notify_all();
}

// The caller has seen that everything up to `number` is reported.
void CommitHistory::AdvanceTo(CommitNumber number) {
  bool changed = false;
  for (auto entry = reported_.upper_bound(advanced_to_);
       entry != reported_.end() && entry->first <= number; ++entry) {
    const auto& [mine, writes, snapshot] = entry->second;
    const Status status = toy_.CommitAs(entry->first, mine, writes, snapshot);
    if (!status.ok()) {
      Fail(fmt::format("commit {} on snapshot {} should have been a conflict",
                       static_cast<uint64_t>(entry->first), static_cast<uint64_t>(snapshot)));
    }
    advanced_to_ = entry->first;
    changed = true;
  }
  if (number != kLastNumber && number > advanced_to_) advanced_to_ = number;
  if (changed) newest_ = std::make_shared<const ToyState>(toy_.state());
  Prune();
}

void CommitHistory::Fail(std::string what) {
  if (failure_.empty()) failure_ = std::move(what);
}

void CommitHistory::Prune() {
  const CommitNumber oldest =
      pinned_.empty() ? advanced_to_ : std::min(*pinned_.begin(), advanced_to_);
  reported_.erase(reported_.begin(), reported_.upper_bound(oldest));
}

}  // namespace kith::storage
