// SPDX-License-Identifier: Apache-2.0
// The graph store as a picture book: a state is a few maps, a snapshot is a copy of it, a savepoint
// is another. Written for clarity, to be compared with the real one; slow on purpose.
//
// Thread safety: none; several transactions may be open, one call at a time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage/graph_store.h"

namespace kith::storage {

/// What is committed, or what a transaction sees.
struct ToyState {
  std::map<NodeId, NodeState> nodes;
  std::map<RelId, RelationshipState> relationships;
  std::map<std::pair<KeySpace, std::string>, std::string> keys;
  std::map<std::string, int64_t> counters;
};

/// Everything that a transaction did, beside the state that came of it.
struct ToyWrites {
  std::set<NodeId> nodes;
  std::set<RelId> relationships;
  std::set<NodeId> deleted_nodes;
  std::set<RelId> deleted_relationships;
  std::map<RelId, RelationshipState> last_ends;  ///< Of deleted relationships.
  std::set<NodeId> unchecked;                    ///< Deleted since the last CheckDangling.
  std::set<std::pair<KeySpace, std::string>> keys;
  std::map<std::string, int64_t> added;
  std::set<std::string> locks;
};

/// Lays what a transaction wrote over a state; `mine` is the transaction's.
void ApplyWrites(const ToyState& mine, const ToyWrites& writes, ToyState* state);

class ToyGraph final : public GraphStore {
 public:
  /// With a catalog of its own, or with a borrowed one.
  explicit ToyGraph(Catalog* catalog = nullptr);
  ~ToyGraph() override;

  Catalog& catalog() override { return *catalog_; }
  void set_catalog(Catalog* catalog) { catalog_ = catalog; }
  Result<std::unique_ptr<Transaction>> Begin(TransactionMode mode) override;
  void AddChangeSink(ChangeSink* sink) override { sinks_.push_back(sink); }
  Status ChangeSchema(const std::function<Status(Transaction&)>& change,
                      const std::function<void()>& published) override;
  Status Sync() override { return Status::Ok(); }
  Status Flush() override { return Status::Ok(); }
  Result<uint64_t> DiskBytes() override { return uint64_t{0}; }
  Result<BackupInfo> Backup(const std::string&, const BackupOptions&) override {
    return Status(StatusCode::kUnsupported, "a picture book has no backups");
  }
  Status CheckFiles(CheckReport*) override { return Status::Ok(); }

  const ToyState& state() const { return state_; }

  /// What Commit would say of these writes.
  Status Validate(const ToyState& mine, const ToyWrites& writes, CommitNumber snapshot) const;
  /// Commits what a transaction on `snapshot` wrote under a number that another store chose,
  /// greater than the last one; `mine` has the written entities and keys. Conflict when another
  /// commit came first.
  Status CommitAs(CommitNumber number, const ToyState& mine, const ToyWrites& writes,
                  CommitNumber snapshot);

 private:
  friend class ToyTransaction;

  std::unique_ptr<GraphStore> catalog_owner_;
  Catalog* catalog_;
  std::vector<ChangeSink*> sinks_;
  ToyState state_;
  uint64_t commit_ = 0;
  uint64_t schema_commit_ = 0;
  // The last commit that did the thing.
  std::map<NodeId, uint64_t> node_written_, node_deleted_, node_attached_;
  std::map<RelId, uint64_t> relationship_written_;
  std::map<std::string, uint64_t> locked_;
};

class ToyTransaction final : public Transaction, private ReadView, private KeySpaceWriter {
 public:
  ToyTransaction(ToyGraph* graph, bool read_only);
  /// On a state that the graph had, or that another store has. `graph` gives the catalog and sinks.
  ToyTransaction(ToyGraph* graph, std::shared_ptr<const ToyState> base, CommitNumber snapshot,
                 bool read_only);

  ReadView& view() override { return *this; }
  KeySpaceWriter& keys() override { return *this; }  // Transaction's and ReadView's.
  bool read_only() const override { return read_only_; }
  const WriteCounts& counts() const override { return counts_; }

  /// The same as the functions of Transaction, with the id that another store chose.
  Status CreateNodeAs(NodeId node, std::span<const LabelId> labels,
                      std::span<const PropertyWrite> properties);
  Status CreateRelationshipAs(RelId relationship, NodeId start, RelTypeId type, NodeId end,
                              std::span<const PropertyWrite> properties);

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
  void Rollback() override { open_ = false; }

  const ToyState& state() const { return state_; }
  const ToyWrites& writes() const { return writes_; }

 private:
  struct Saved {
    uint64_t id;
    ToyState state;
    ToyWrites writes;
    WriteCounts counts;
  };

  // ReadView
  CommitNumber commit_number() const override { return static_cast<CommitNumber>(snapshot_); }
  const Catalog& catalog() const override { return graph_->catalog(); }
  Result<std::unique_ptr<Statistics>> GetStatistics() override;
  Result<std::vector<GroupId>> LabelGroups(std::optional<LabelId> label) override;
  Status LabelNodes(GroupId group, std::optional<LabelId> label, SlotBitmap* members) override;
  Status Exist(std::span<const NodeId> nodes, std::vector<uint8_t>* exist) override;
  Status HaveLabel(std::span<const NodeId> nodes, LabelId label,
                   std::vector<uint8_t>* has) override;
  Status Labels(std::span<const NodeId> nodes, std::vector<std::vector<LabelId>>* labels) override;
  Status Expand(std::span<const NodeId> nodes, const ExpandOptions& options,
                Adjacency* adjacency) override;
  Status Degree(std::span<const NodeId> nodes, const ExpandOptions& options,
                std::vector<uint32_t>* degrees) override;
  Status EndpointsOf(std::span<const RelId> relationships, std::vector<Endpoints>* ends) override;
  Status Gather(std::span<const NodeId> nodes, PropertyId property, Column* column) override;
  Status Gather(std::span<const RelId> relationships, PropertyId property, Column* column) override;
  Status GatherMany(std::span<const NodeId> nodes, std::span<const PropertyId> properties,
                    std::vector<Column>* columns) override;
  Status Properties(std::span<const NodeId> nodes, std::vector<PropertyList>* lists) override;
  Status Properties(std::span<const RelId> relationships,
                    std::vector<PropertyList>* lists) override;
  Status ScanFilter(GroupId group, PropertyId property, const PropertyPredicate& predicate,
                    SlotBitmap* members) override;
  bool WasDeleted(NodeId node) const override;
  bool WasDeleted(RelId relationship) const override;

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

  Status CheckNode(NodeId node) const;
  Status CheckRelationship(RelId relationship) const;
  // Runs a mutation on the state; a failed one leaves it as it was.
  template <typename Mutate>
  Status Try(const Mutate& mutate);
  Status TellNode(NodeId node, std::optional<NodeState> before);
  Status TellRelationship(RelId relationship, std::optional<RelationshipState> before);

  ToyGraph* graph_;
  bool read_only_;
  bool open_ = true;
  uint64_t snapshot_;
  CommitNumber committed_as_{};
  std::shared_ptr<const ToyState> base_;
  ToyState state_;
  ToyWrites writes_;
  WriteCounts counts_;
  std::vector<Saved> saved_;
  uint64_t next_savepoint_ = 1;
};

}  // namespace kith::storage
