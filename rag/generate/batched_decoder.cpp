// SPDX-License-Identifier: Apache-2.0
// See batched_decoder.h.
#include "rag/generate/batched_decoder.h"

#include <algorithm>

namespace kith::rag {
namespace {

/// So often those who wait look whether their call is to end.
constexpr std::chrono::milliseconds kWaitPoll{5};
/// A pass waits for those whom the last one served, who are choosing their next token: without it
/// two callers would take turns and never meet. Who takes longer than this part of a pass to choose
/// is not waited for.
constexpr int kGatherPart = 4;
constexpr std::chrono::milliseconds kMostGather{10};

Status Stopped() {
  return Status(StatusCode::kCancelled, "the model was stopped");
}

}  // namespace

Seat::~Seat() {
  decoder_.Leave(this);
}

Status Seat::Enter(std::span<const TokenId> prompt, size_t tokens) {
  prompt_ = prompt;
  reserved_ = tokens;
  return decoder_.Enter(this);
}

Status Seat::Decode(std::span<const TokenId> tokens) {
  wanted_ = tokens;
  return decoder_.Decode(this);
}

size_t Seat::held() const {
  const std::lock_guard lock(decoder_.lock_);
  return decoder_.table_.held(sequence_);
}

BatchedDecoder::BatchedDecoder(SequenceDecoder* decoder, const Options& options)
    : decoder_(*decoder), limits_(options.pass), table_(options.limits) {
  const size_t callers = options.limits.callers;
  // A pass must not fail between the model and the callers.
  wanting_.reserve(callers);
  pass_.reserve(callers);
  parts_.reserve(callers);
}

Status BatchedDecoder::Enter(Seat* seat) {
  Lock lock(lock_);
  entering_.push_back(seat);
  for (;;) {
    if (!passing_) AdmitWaiting();
    if (seat->seated_) return Status::Ok();
    if (WaitAndAsk(seat, Clock::now() + kWaitPoll, &lock) && !seat->seated_) return Stopped();
  }
}

Status BatchedDecoder::Decode(Seat* seat) {
  Lock lock(lock_);
  seat->status_ = Status::Ok();
  ComeBack(seat);
  wanting_.push_back(seat);
  if (!passing_) changed_.notify_all();
  while (seat->status_.ok() && !seat->wanted_.empty()) {
    const Clock::time_point poll = Clock::now() + kWaitPoll;
    if (seat->ends_ && !seat->in_pass_) {
      seat->status_ = Stopped();
    } else if (!passing_ && Gathered()) {
      Lead(seat, &lock);
    } else if (WaitAndAsk(seat, passing_ ? poll : std::min(poll, gather_until_), &lock)) {
      End(seat);
    }
  }
  std::erase(wanting_, seat);
  return seat->status_;
}

/// Waits for a change, or the time. Whether the call is to end by then.
bool BatchedDecoder::WaitAndAsk(Seat* seat, Clock::time_point until, Lock* lock) {
  changed_.wait_until(*lock, until);
  // Asking may take its time.
  lock->unlock();
  const bool ends = seat->watch_.MustEnd();
  lock->lock();
  return ends;
}

/// Its call is to end. On the call's own thread, and without the lock only as the leader.
void BatchedDecoder::End(Seat* seat) {
  if (seat->ends_) return;
  seat->ends_ = true;
  if (seat->in_pass_) ending_ += 1;
}

void BatchedDecoder::Leave(Seat* seat) {
  const Lock lock(lock_);
  // It stands in one of these still when it was stopped, or what it called threw.
  std::erase(entering_, seat);
  std::erase(wanting_, seat);
  if (seat->seated_) {
    ComeBack(seat);
    table_.Release(seat->sequence_);
    if (table_.in_use() == 0) decoder_.Rest();
  }
  // Those behind it may have room now.
  changed_.notify_all();
}

/// Seats those who wait, as long as there is room for the first of them. Not during a pass.
void BatchedDecoder::AdmitWaiting() {
  while (!entering_.empty()) {
    Seat* seat = entering_.front();
    const auto place = table_.Take(seat->prompt_, seat->reserved_);
    if (!place) return;
    entering_.pop_front();
    Settle(seat, *place);
  }
}

void BatchedDecoder::Settle(Seat* seat, const SequenceTable::Place& place) {
  seat->sequence_ = place.sequence;
  seat->seated_ = true;
  bool shared = true;
  if (place.source == place.sequence) {
    shared = decoder_.Cut(place.sequence, place.shared);
  } else {
    decoder_.Cut(place.sequence, 0);
    if (place.shared > 0) shared = decoder_.Share(place.source, place.sequence, place.shared);
  }
  if (!shared) table_.Cut(place.sequence, 0);
}

bool BatchedDecoder::Gathered() const {
  return expected_ == 0 || Clock::now() >= gather_until_;
}

/// With its next token, or for good.
void BatchedDecoder::ComeBack(Seat* seat) {
  if (seat->served_pass_ == passes_ && passes_ > 0) expected_ -= 1;
  seat->served_pass_ = 0;
}

void BatchedDecoder::Lead(Seat* leader, Lock* lock) {
  AdmitWaiting();
  PackPass();
  passing_ = true;
  const std::function<bool()> stop = [this, leader] {
    if (!leader->ends_ && leader->watch_.MustEnd()) End(leader);
    return ending_ == pass_.size();
  };
  const Clock::time_point begin = Clock::now();
  Status status;
  for (;;) {
    lock->unlock();
    status = decoder_.Decode(parts_, stop);
    lock->lock();
    if (status.code() != StatusCode::kResourceExhausted) break;
    const auto evicted = table_.Evict();
    if (!evicted) break;
    for (const PassPart& part : parts_) CutTo(part.sequence, part.position);
    decoder_.Cut(*evicted, 0);
  }
  HandOut(status);
  const Clock::time_point now = Clock::now();
  gather_until_ = now + std::min<Clock::duration>((now - begin) / kGatherPart, kMostGather);
  passing_ = false;
  changed_.notify_all();
}

void BatchedDecoder::PackPass() {
  pass_.clear();
  parts_.clear();
  ending_ = 0;
  std::vector<size_t> wanted;
  for (const Seat* seat : wanting_) wanted.push_back(seat->wanted_.size());
  const std::vector<size_t> shares = PlanPass(wanted, limits_);
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (shares[i] == 0) continue;
    Seat* seat = wanting_[i];
    seat->in_pass_ = true;
    pass_.push_back(seat);
    parts_.push_back({seat->sequence_, table_.held(seat->sequence_), seat->wanted_.first(shares[i]),
                      shares[i] == wanted[i] ? &seat->logits_ : nullptr});
  }
}

void BatchedDecoder::CutTo(size_t sequence, size_t tokens) {
  table_.Cut(sequence, decoder_.Cut(sequence, tokens) ? tokens : 0);
}

/// What came of the pass.
void BatchedDecoder::HandOut(const Status& status) {
  passes_ += 1;
  expected_ = 0;
  for (size_t i = 0; i < pass_.size(); ++i) {
    Seat* seat = pass_[i];
    const PassPart& part = parts_[i];
    seat->in_pass_ = false;
    if (status.ok()) {
      table_.Append(part.sequence, part.tokens);
      seat->wanted_ = seat->wanted_.subspan(part.tokens.size());
    } else {
      // Whatever state a failure left is not to be built upon.
      CutTo(part.sequence, status.code() == StatusCode::kInternal ? 0 : part.position);
      seat->status_ = status;
    }
    if (status.ok() && !seat->wanted_.empty() && !seat->ends_) continue;
    seat->served_pass_ = passes_;
    expected_ += 1;
    std::erase(wanting_, seat);
  }
}

}  // namespace kith::rag
