// SPDX-License-Identifier: Apache-2.0
// Several callers share the passes through one model (flat combining: Hendler, Incze, Shavit and
// Tzafrir, "Flat Combining and the Synchronization-Parallelism Tradeoff", SPAA 2010). Whoever wants
// something read while nobody decodes leads: takes what all wait for, up to a pass, decodes it
// without the lock, and hands out what came of it. There is no thread besides the callers'.
//
// A call has a sequence for itself, and the context's tokens for all that it may come to hold: what
// it reads and writes never fails for want of room. Calls for which there is none wait in the order
// in which they came. What ended calls leave in the context makes room for those that run, the one
// used longest ago first.
//
// Thread safety: all functions may be called from any thread; a seat belongs to its call's.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <vector>

#include "engine/base/status.h"
#include "rag/generate/end_watch.h"
#include "rag/generate/pass_plan.h"
#include "rag/generate/sequence_decoder.h"
#include "rag/generate/sequence_table.h"

namespace kith::rag {

class BatchedDecoder;

/// One call's place in the context.
class Seat {
 public:
  /// Both borrowed. The watch ends waits and passes of this call.
  Seat(BatchedDecoder* decoder, EndWatch* watch) : decoder_(*decoder), watch_(*watch) {}
  ~Seat();
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

  /// Waits for a sequence that may hold `tokens`, and begins it with what the context holds of the
  /// prompt, but never all of it. To be called once, first. Cancelled when the watch ended it.
  Status Enter(std::span<const TokenId> prompt, size_t tokens);
  /// Reads tokens behind those held; not none, and not more than Enter was told. Cancelled when the
  /// watch ended it. After an error some of them may be held.
  Status Decode(std::span<const TokenId> tokens);
  /// How many tokens its sequence holds.
  size_t held() const;
  /// After Decode: of what may follow its last token.
  const std::vector<float>& logits() const { return logits_; }

 private:
  friend class BatchedDecoder;
  BatchedDecoder& decoder_;
  EndWatch& watch_;
  std::vector<float> logits_;
  // Below: under the decoder's lock.
  bool seated_ = false;  ///< It has a sequence.
  std::span<const TokenId> prompt_;
  size_t reserved_ = 0;
  size_t sequence_ = 0;
  std::span<const TokenId> wanted_;  ///< What is still to be read.
  Status status_;
  bool in_pass_ = false;
  bool ends_ = false;         ///< The watch said so.
  uint64_t served_pass_ = 0;  ///< The pass that served it last, until it comes back or leaves.
};

class BatchedDecoder {
 public:
  struct Options {
    SequenceTable::Limits limits;
    PassLimits pass;
  };

  /// `decoder` is borrowed, and used by nobody else.
  BatchedDecoder(SequenceDecoder* decoder, const Options& options);

 private:
  friend class Seat;
  using Clock = std::chrono::steady_clock;
  using Lock = std::unique_lock<std::mutex>;

  Status Enter(Seat* seat);
  Status Decode(Seat* seat);
  void Leave(Seat* seat);
  void AdmitWaiting();
  void Settle(Seat* seat, const SequenceTable::Place& place);
  bool Gathered() const;
  void ComeBack(Seat* seat);
  bool WaitAndAsk(Seat* seat, Clock::time_point until, Lock* lock);
  void End(Seat* seat);
  void Lead(Seat* leader, Lock* lock);
  void PackPass();
  void CutTo(size_t sequence, size_t tokens);
  void HandOut(const Status& status);

  SequenceDecoder& decoder_;
  const PassLimits limits_;
  std::mutex lock_;
  std::condition_variable changed_;
  SequenceTable table_;
  std::deque<Seat*> entering_;      ///< Wait for a sequence.
  std::vector<Seat*> wanting_;      ///< Wait for tokens to be read, those in the pass included.
  bool passing_ = false;            ///< A leader has the model.
  std::vector<Seat*> pass_;         ///< Who is in the pass,
  std::vector<PassPart> parts_;     ///< and with what.
  std::atomic<size_t> ending_ = 0;  ///< Of them, those who want it to end.
  uint64_t passes_ = 0;
  size_t expected_ = 0;  ///< Whom the last pass served, and who has not come back or left.
  Clock::time_point gather_until_;
};

}  // namespace kith::rag
