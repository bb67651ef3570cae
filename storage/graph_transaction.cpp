// SPDX-License-Identifier: Apache-2.0
// Transactions: life, limits, savepoints and key spaces. Changes to the graph are in
// graph_mutation.cpp, their encoding as a commit in commit_encoder.cpp.
#include "storage/graph_transaction.h"

#include <fmt/core.h>

#include <algorithm>
#include <new>
#include <utility>

namespace kith::storage {
namespace {

constexpr size_t kChargeStep = size_t{64} << 10;
// RocksDB keeps keys in its index blocks and memtables whole; a longer one is a mistake above.
constexpr size_t kMaxKeyBytes = size_t{1} << 20;
constexpr size_t kMaxValueBytes = size_t{1} << 30;
// A map entry of the key overlay and its undo record.
constexpr size_t kKeyOverheadBytes = 160;

Status CheckRange(KeySpace space) {
  switch (space) {
    case KeySpace::kSchema:
    case KeySpace::kProperty:
    case KeySpace::kText:
    case KeySpace::kVector: return Status::Ok();
    case KeySpace::kCounter: break;
  }
  return Status(StatusCode::kInvalidArgument,
                "counters are read with Counter and written with Add only");
}

}  // namespace

GraphTransaction::GraphTransaction(const TransactionContext& context,
                                   std::shared_ptr<Snapshot> snapshot, TransactionMode mode)
    : context_(context),
      mode_(mode),
      snapshot_(std::move(snapshot)),
      reader_(snapshot_->BorrowReader()),
      view_(context.catalog, snapshot_, reader_.get(),
            mode == TransactionMode::kRead ? nullptr : &graph_, this),
      tracking_(mode == TransactionMode::kSerializable
                    ? std::make_unique<Tracking>(context.catalog, &graph_, &view_,
                                                 static_cast<KeySpaceWriter*>(this))
                    : nullptr),
      budget_("the transaction's memory", context.bytes_limit, context.budget) {}

GraphTransaction::~GraphTransaction() {
  Rollback();
  snapshot_->GiveBack(std::move(reader_));
}

ReadView& GraphTransaction::view() {
  if (tracking_ != nullptr) return tracking_->view;
  return view_;
}

KeySpaceWriter& GraphTransaction::keys() {
  if (tracking_ != nullptr) return tracking_->keys;
  return *this;
}

void GraphTransaction::NoteRead(NodeId node) {
  if (tracking_ == nullptr) return;
  tracking_->reads.NoteExistence({&node, 1});
  tracking_->reads.NoteLabels({&node, 1}, std::nullopt);
}

void GraphTransaction::NoteRead(RelId relationship) {
  if (tracking_ != nullptr) tracking_->reads.NoteProperties({&relationship, 1}, std::nullopt);
}

void GraphTransaction::NoteLinksRead(NodeId node) {
  if (tracking_ != nullptr) tracking_->reads.NoteLinks({&node, 1}, Direction::kBoth, {});
}

Status GraphTransaction::CheckWritable() const {
  if (read_only()) {
    return Status(StatusCode::kReadOnly,
                  "a read-only transaction cannot write; begin one for writing");
  }
  if (!open_) {
    return Status(StatusCode::kInvalidArgument,
                  "the transaction has ended; begin another one to write");
  }
  return Status::Ok();
}

// In steps, because a charge goes up a tree of shared accounts.
Status GraphTransaction::Charge(size_t bytes) {
  if (bytes_ + bytes > charged_) {
    const size_t needed = bytes_ + bytes - charged_;
    size_t step = std::max(needed, kChargeStep);
    Status status = budget_.Charge(step);
    if (!status.ok() && step > needed) {
      step = needed;
      status = budget_.Charge(step);
    }
    KITH_RETURN_IF_ERROR(status);
    charged_ += step;
  }
  bytes_ += bytes;
  return Status::Ok();
}

void GraphTransaction::UndoTo(size_t undo_size) {
  while (undo_.size() > undo_size) {
    Undo undo = std::move(undo_.back());
    undo_.pop_back();
    if (auto* node = std::get_if<NodeUndo>(&undo)) {
      graph_.Restore(node->node, std::move(node->previous));
    } else if (auto* relationship = std::get_if<RelationshipUndo>(&undo)) {
      graph_.Restore(relationship->relationship, std::move(relationship->previous));
    } else if (auto* key = std::get_if<KeyUndo>(&undo)) {
      key_spaces_.Restore(key->space, key->key, std::move(key->previous));
    } else if (auto* counter = std::get_if<CounterUndo>(&undo)) {
      key_spaces_.Add(counter->counter, counter->delta);
    } else {
      key_spaces_.Unlock(std::get<LockUndo>(undo).key);
    }
  }
}

void GraphTransaction::DropUndoLog() {
  if (savepoints_.empty() && mutation_depth_ == 0) undo_.clear();
}

uint64_t GraphTransaction::Savepoint() {
  savepoints_.push_back({next_savepoint_, undo_.size(), counts_, bytes_, deleted_nodes_.size()});
  return next_savepoint_++;
}

Status GraphTransaction::RollbackTo(uint64_t savepoint) {
  while (!savepoints_.empty() && savepoints_.back().id > savepoint) savepoints_.pop_back();
  if (!open_ || savepoints_.empty() || savepoints_.back().id != savepoint) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("savepoint {} is not open; it was released, or the transaction has "
                              "ended",
                              savepoint));
  }
  const SavepointState& state = savepoints_.back();
  UndoTo(state.undo_size);
  counts_ = state.counts;
  bytes_ = state.bytes;
  deleted_nodes_.resize(state.deleted_nodes);
  checked_deletions_ = std::min(checked_deletions_, state.deleted_nodes);
  return Status::Ok();
}

void GraphTransaction::ReleaseSavepoint(uint64_t savepoint) {
  while (!savepoints_.empty() && savepoints_.back().id >= savepoint) savepoints_.pop_back();
  DropUndoLog();
}

// The operations become a batch, and the batch a memtable: two of the three are there at once. The
// overlays, whose charge stands until the end, usually took more.
Status GraphTransaction::ChargeCommit(size_t ops_bytes) {
  if (context_.budget == nullptr || 2 * ops_bytes <= charged_) return Status::Ok();
  commit_charged_ = 2 * ops_bytes - charged_;
  Status status = context_.budget->Charge(commit_charged_);
  if (!status.ok()) commit_charged_ = 0;
  return status;
}

Status GraphTransaction::CommitWith(const std::function<Status(CommitRequest*)>& submit) {
  KITH_RETURN_IF_ERROR(CheckWritable());
  Status status;
  try {
    status = EncodeAndSubmit(submit);
  } catch (const std::bad_alloc&) {
    // The pipeline throws only where it has not taken the request. The transaction ends all the
    // same: what is left of it may be nothing, which another Commit would find easy.
    status = context_.store->out_of_memory();
  }
  Finish();
  return status;
}

Status GraphTransaction::EncodeAndSubmit(const std::function<Status(CommitRequest*)>& submit) {
  checked_deletions_ = 0;
  Status status = CheckDangling();
  CommitRequest request;
  if (status.ok()) status = Encode(&request);
  if (context_.pipeline->wants_write_sets()) request.writes = WriteSet::Of(graph_, key_spaces_);
  if (tracking_ != nullptr) request.reads = &tracking_->reads;
  // The request holds everything from here on; both at once would double the memory of the commit.
  undo_.clear();
  graph_ = GraphOverlay();
  key_spaces_ = KeyOverlay();
  if (status.ok()) status = ChargeCommit(request.ops.memory_bytes());
  if (status.ok()) status = submit(&request);
  if (status.ok()) committed_as_ = request.number;
  return status;
}

Status GraphTransaction::Commit(Durability durability) {
  // One that has ended has nothing left to write, and that must not look like success.
  if (!read_only()) KITH_RETURN_IF_ERROR(CheckWritable());
  if (read_only() || (graph_.empty() && key_spaces_.empty())) {
    Finish();
    return Status::Ok();
  }
  return CommitWith([this, durability](CommitRequest* request) {
    request->durability = durability;
    return context_.pipeline->Commit(request);
  });
}

Status GraphTransaction::CommitSchema(const std::function<void()>& published) {
  return CommitWith(
      [&](CommitRequest* request) { return context_.pipeline->CommitSchema(request, published); });
}

void GraphTransaction::Rollback() {
  Finish();
}

void GraphTransaction::Finish() {
  if (!open_) return;
  open_ = false;
  if (!read_only()) context_.pipeline->EndWrite(snapshot_->commit(), mode_);
  undo_.clear();
  savepoints_.clear();
  graph_ = GraphOverlay();
  key_spaces_ = KeyOverlay();
  budget_.Release(charged_);
  charged_ = 0;
  if (commit_charged_ != 0) context_.budget->Release(commit_charged_);
  commit_charged_ = 0;
}

Result<std::optional<std::string>> GraphTransaction::Get(KeySpace space, std::string_view key) {
  KITH_RETURN_IF_ERROR(CheckRange(space));
  if (const OverlayValue* own = key_spaces_.Find(space, key)) return *own;
  return reader_->Get(FamilyOf(space), key);
}

Status GraphTransaction::Scan(KeySpace space, std::string_view lower, std::string_view upper,
                              const Visitor& visit) {
  KITH_RETURN_IF_ERROR(CheckRange(space));
  return key_spaces_.Scan(reader_.get(), space, lower, upper, visit);
}

Status GraphTransaction::ScanBackwards(KeySpace space, std::string_view lower,
                                       std::string_view upper, const Visitor& visit) {
  KITH_RETURN_IF_ERROR(CheckRange(space));
  return key_spaces_.ScanBackwards(reader_.get(), space, lower, upper, visit);
}

Result<int64_t> GraphTransaction::Counter(std::string_view key) {
  KITH_ASSIGN_OR_RETURN(const int64_t stored, reader_->Counter(UserCounterKey(key)));
  return static_cast<int64_t>(static_cast<uint64_t>(stored) +
                              static_cast<uint64_t>(key_spaces_.Added(key)));
}

Status GraphTransaction::WriteKey(KeySpace space, std::string_view key, OverlayValue value) {
  KITH_RETURN_IF_ERROR(CheckWritable());
  KITH_RETURN_IF_ERROR(CheckRange(space));
  const size_t value_bytes = value ? value->size() : 0;
  if (key.size() > kMaxKeyBytes || value_bytes > kMaxValueBytes) {
    return Status(
        StatusCode::kResourceExhausted,
        fmt::format("a stored key may have {} bytes and a value {}, and these have {} and "
                    "{}; store less in one entry",
                    kMaxKeyBytes, kMaxValueBytes, key.size(), value_bytes));
  }
  KITH_RETURN_IF_ERROR(Charge(kKeyOverheadBytes + 2 * key.size() + value_bytes));
  std::optional<OverlayValue> previous = key_spaces_.Write(space, key, std::move(value));
  undo_.emplace_back(KeyUndo{space, std::string(key), std::move(previous)});
  DropUndoLog();
  return Status::Ok();
}

Status GraphTransaction::Put(KeySpace space, std::string_view key, std::string_view value) {
  return WriteKey(space, key, std::string(value));
}

Status GraphTransaction::Delete(KeySpace space, std::string_view key) {
  return WriteKey(space, key, std::nullopt);
}

Status GraphTransaction::Add(std::string_view counter, int64_t delta) {
  KITH_RETURN_IF_ERROR(CheckWritable());
  KITH_RETURN_IF_ERROR(Charge(kKeyOverheadBytes + counter.size()));
  key_spaces_.Add(counter, delta);
  const int64_t back = static_cast<int64_t>(-static_cast<uint64_t>(delta));
  undo_.emplace_back(CounterUndo{std::string(counter), back});
  DropUndoLog();
  return Status::Ok();
}

Status GraphTransaction::Lock(std::string_view bytes) {
  KITH_RETURN_IF_ERROR(CheckWritable());
  const ValidationKey key = BytesLocked(bytes);
  if (context_.pipeline->ConflictsEarly(key, snapshot_->commit())) {
    return Status(StatusCode::kConflict,
                  "another transaction took the same unique key first; run this transaction again");
  }
  KITH_RETURN_IF_ERROR(Charge(kKeyOverheadBytes));
  if (key_spaces_.Lock(key)) undo_.emplace_back(LockUndo{key});
  DropUndoLog();
  return Status::Ok();
}

}  // namespace kith::storage
