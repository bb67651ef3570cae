// SPDX-License-Identifier: Apache-2.0
// The one implementation of Transaction: a snapshot, two overlays, an undo log, and the encoding of
// the result as a commit. Inside storage only; everyone else uses storage/transaction.h.
//
// Thread safety: used by one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <variant>
#include <vector>

#include "engine/base/memory_budget.h"
#include "storage/catalog.h"
#include "storage/change_sink.h"
#include "storage/commit_pipeline.h"
#include "storage/graph_view.h"
#include "storage/key_overlay.h"
#include "storage/overlay.h"
#include "storage/tracking_view.h"
#include "storage/transaction.h"

namespace kith::storage {

/// What transactions of one store share.
struct TransactionContext {
  /// Owns the store and the pipeline, where they may be replaced while the transaction is open;
  /// else null.
  std::shared_ptr<const void> owner;
  Store* store = nullptr;
  Catalog* catalog = nullptr;
  CommitPipeline* pipeline = nullptr;
  const std::vector<ChangeSink*>* sinks = nullptr;
  MemoryBudget* budget = nullptr;  ///< May be null.
  size_t bytes_limit = 0;
};

class GraphTransaction final : public Transaction, private KeySpaceWriter {
 public:
  /// On a snapshot of the pipeline's Current, or of its BeginWrite when it is to write.
  GraphTransaction(const TransactionContext& context, std::shared_ptr<Snapshot> snapshot,
                   TransactionMode mode);
  ~GraphTransaction() override;

  ReadView& view() override;
  ReadView& planning_view() override { return view_; }
  KeySpaceWriter& keys() override;
  bool read_only() const override { return mode_ == TransactionMode::kRead; }
  const WriteCounts& counts() const override { return counts_; }

  Result<NodeId> CreateNode(std::span<const LabelId> labels,
                            std::span<const PropertyWrite> properties) override;
  Result<RelId> CreateRelationship(NodeId start, RelTypeId type, NodeId end,
                                   std::span<const PropertyWrite> properties) override;
  Status SetProperties(NodeId node, std::span<const PropertyWrite> writes) override;
  Status SetProperties(RelId relationship, std::span<const PropertyWrite> writes) override;
  Status AddLabels(NodeId node, std::span<const LabelId> labels) override;
  Status RemoveLabels(NodeId node, std::span<const LabelId> labels) override;
  Status DeleteNode(NodeId node) override;
  Status DeleteRelationship(RelId relationship) override;
  Status CheckDangling() override;

  uint64_t Savepoint() override;
  Status RollbackTo(uint64_t savepoint) override;
  void ReleaseSavepoint(uint64_t savepoint) override;

  using Transaction::Commit;
  Status Commit(Durability durability) override;
  CommitNumber committed_as() const override { return committed_as_; }
  void Rollback() override;

  /// Commits a change of the schema, while the caller holds the pipeline's commits.
  Status CommitSchema(const std::function<void()>& published);

 private:
  struct NodeUndo {
    NodeId node;
    std::unique_ptr<NodeEntry> previous;
  };
  struct RelationshipUndo {
    RelId relationship;
    std::unique_ptr<RelationshipEntry> previous;
  };
  struct KeyUndo {
    KeySpace space;
    std::string key;
    std::optional<OverlayValue> previous;
  };
  struct CounterUndo {
    std::string counter;
    int64_t delta;
  };
  struct LockUndo {
    ValidationKey key;
  };
  using Undo = std::variant<NodeUndo, RelationshipUndo, KeyUndo, CounterUndo, LockUndo>;
  /// Of a serializable transaction.
  struct Tracking {
    Tracking(const Catalog* catalog, const GraphOverlay* own, ReadView* untracked,
             KeySpaceWriter* untracked_keys)
        : reads(catalog), keys(untracked_keys, &reads), view(untracked, &keys, own, &reads) {}
    ReadSet reads;
    TrackingKeys keys;
    TrackingView view;
  };
  struct SavepointState {
    uint64_t id;
    size_t undo_size;
    WriteCounts counts;
    size_t bytes;
    size_t deleted_nodes;
  };

  // KeySpaceWriter
  Result<std::optional<std::string>> Get(KeySpace space, std::string_view key) override;
  Status Scan(KeySpace space, std::string_view lower, std::string_view upper,
              const Visitor& visit) override;
  Status ScanBackwards(KeySpace space, std::string_view lower, std::string_view upper,
                       const Visitor& visit) override;
  Result<int64_t> Counter(std::string_view key) override;
  Status Put(KeySpace space, std::string_view key, std::string_view value) override;
  Status Delete(KeySpace space, std::string_view key) override;
  Status Add(std::string_view counter, int64_t delta) override;
  Status Lock(std::string_view bytes) override;
  Status WriteKey(KeySpace space, std::string_view key, OverlayValue value);

  Status CheckWritable() const;
  /// The current entry of what is about to be changed: the overlay's, or one made from the
  /// snapshot. EntityNotFound when absent or deleted.
  Result<NodeEntry> EntryOf(NodeId node);
  Result<RelationshipEntry> EntryOf(RelId relationship);
  Status CheckEnd(NodeId node);
  /// Puts the entry in place and tells the sinks; on an error everything is as before.
  Status Change(NodeId node, NodeEntry entry);
  Status Change(RelId relationship, RelationshipEntry entry);
  Status CheckStillWritable(ValidationKey key);
  // For mutations that depend on what is there without writing it: one that fails, or finds nothing
  // to do.
  void NoteRead(NodeId node);
  void NoteRead(RelId relationship);
  void NoteLinksRead(NodeId node);
  /// Runs a mutation; when it fails, everything that it did is undone.
  template <typename Mutate>
  Status Guarded(const Mutate& mutate);
  Status Charge(size_t bytes);
  void UndoTo(size_t undo_size);
  /// Forgets the undo log when nobody can ask for it any more.
  void DropUndoLog();
  void Finish();

  Status Encode(CommitRequest* request);
  Status ChargeCommit(size_t ops_bytes);
  Status CommitWith(const std::function<Status(CommitRequest*)>& submit);
  Status EncodeAndSubmit(const std::function<Status(CommitRequest*)>& submit);

  TransactionContext context_;  // First, so that it goes last.
  TransactionMode mode_;
  bool open_ = true;
  CommitNumber committed_as_{};
  std::shared_ptr<Snapshot> snapshot_;
  std::unique_ptr<SnapshotReader> reader_;
  GraphOverlay graph_;
  KeyOverlay key_spaces_;
  GraphView view_;
  std::unique_ptr<Tracking> tracking_;  // Null unless serializable.

  WriteCounts counts_;
  std::vector<Undo> undo_;
  size_t mutation_depth_ = 0;  // The undo log is needed while a mutation may fail.
  std::vector<SavepointState> savepoints_;
  uint64_t next_savepoint_ = 1;
  std::vector<NodeId> deleted_nodes_;  // In order; the tail is not yet checked for dangling ends.
  size_t checked_deletions_ = 0;
  std::unordered_set<NodeId> known_ends_;  // Nodes that the snapshot has.

  MemoryBudget budget_;
  size_t bytes_ = 0;           // Used by the overlays, estimated.
  size_t charged_ = 0;         // Taken from the budget, in larger steps.
  size_t commit_charged_ = 0;  // Taken from the database's budget for the commit.
};

}  // namespace kith::storage
