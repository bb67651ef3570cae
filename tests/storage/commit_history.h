// SPDX-License-Identifier: Apache-2.0
// The toy graph, fed by several threads with what the real store committed. It takes the commits in
// the order of their numbers and says when one should have been refused, or one was refused for no
// reason; and it gives the state that a snapshot must show.
//
// A number that nobody reports belongs to a commit that changes nothing that can be read (a fold).
// To tell that from a commit which is about to be reported, whoever commits takes a ticket first:
// when a snapshot with number N is there, all commits up to N have taken theirs.
//
// Thread safety: all functions may be called from any thread, Reopened when no transaction is open.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "tests/storage/toy_graph.h"

namespace kith::storage {

class CommitHistory {
 public:
  explicit CommitHistory(Catalog* catalog) : toy_(catalog) {}

  /// Keeps what is needed to tell the states from now on. Taken before a real transaction begins,
  /// and given back once its state is known.
  class Pin {
   public:
    explicit Pin(CommitHistory* history);
    ~Pin();
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;

   private:
    friend class CommitHistory;
    CommitHistory* history_;
    std::shared_ptr<const ToyState> state_;
    CommitNumber number_{};
  };

  /// The toy's transaction for a real one that has begun on `snapshot` after `pin` was taken. Waits
  /// until every commit up to there is reported.
  std::unique_ptr<ToyTransaction> BeginAt(CommitNumber snapshot, const Pin& pin, bool read_only);

  /// Before the real transaction's Commit.
  uint64_t TakeTicket();
  /// After it. `number` is committed_as of one that is committed; 0 when it had nothing to write.
  void Committed(uint64_t ticket, CommitNumber number, ToyTransaction& transaction);
  /// It ended in a conflict: some commit must be its reason. `visible` is the number of a snapshot
  /// that was taken after that.
  void Conflicted(uint64_t ticket, CommitNumber visible, ToyTransaction& transaction);

  /// Takes every commit that was reported, when no transaction is open, and gives the names over to
  /// the catalog of a store that was opened anew.
  void Reopened(Catalog* catalog);

  /// What the toy would not have done; empty when nothing.
  std::string failure() const;
  uint64_t commits() const;

 private:
  struct Entry {
    ToyState mine;  ///< The written entities and keys only.
    ToyWrites writes;
    CommitNumber snapshot{};
  };

  void AwaitTickets(std::unique_lock<std::mutex>* lock);
  void Finish(uint64_t ticket);
  void AdvanceTo(CommitNumber number);
  void Prune();
  void Fail(std::string what);

  mutable std::mutex mutex_;
  std::condition_variable finished_;
  uint64_t next_ticket_ = 1;
  std::set<uint64_t> open_tickets_;
  std::multiset<CommitNumber> pinned_;

  ToyGraph toy_;
  CommitNumber advanced_to_{};  // The toy has every commit up to here.
  std::shared_ptr<const ToyState> newest_ = std::make_shared<const ToyState>();  // There.
  std::map<CommitNumber, Entry> reported_;  // Those that pins still need, and later ones.
  uint64_t commits_ = 0;
  std::string failure_;
};

}  // namespace kith::storage
