// SPDX-License-Identifier: Apache-2.0
// A transaction: a snapshot taken at Begin, its own writes on top, and one atomic, durable commit.
//
// Isolation is snapshot isolation from the store's own validation table: the commit fails with
// Conflict (retryable) when a row it wrote was written by a transaction that committed after its
// snapshot, when a node that it attached a relationship to was deleted, when a node it deletes got
// a relationship, or when both locked the same bytes (unique keys). A conflict may be reported
// already at the write. Two transactions may each read what the other one writes (write skew).
//
// A serializable transaction that writes fails with Conflict, too, when what it read through its
// view and key spaces was changed by a transaction that committed after its snapshot, whatever the
// isolation of that one (storage/write_history.h says why that suffices). What it found not to be
// there counts as read; so does what a statement read that failed and was undone. One that only
// reads commits always.
//
// A transaction is used by one thread at a time; several transactions run at once. Its ReadView
// shows its own writes. A mutation that fails changes nothing. After Commit or Rollback only the
// destructor may be called; destroying an open transaction rolls it back.
#pragma once

#include <cstdint>
#include <span>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/base/value.h"
#include "storage/key_space.h"
#include "storage/read_view.h"

namespace kith::storage {

/// What a transaction (or a statement, as a difference) changed, counted as operations.
struct WriteCounts {
  uint64_t nodes_created = 0;
  uint64_t nodes_deleted = 0;
  uint64_t relationships_created = 0;
  uint64_t relationships_deleted = 0;
  uint64_t properties_set = 0;
  uint64_t labels_added = 0;
  uint64_t labels_removed = 0;
};

/// One assignment; a null value removes the property.
struct PropertyWrite {
  PropertyId property{};
  Value value;
};

enum class TransactionMode : uint8_t {
  kRead,
  kWrite,         ///< Snapshot isolation.
  kSerializable,  ///< Writes, and validates what it read, too.
};

/// When a commit is safe from a crash of the machine. A crash of the process alone takes nothing
/// that was committed, in either case.
enum class Durability : uint8_t {
  kOnReturn,  ///< When Commit returns.
  /// With the next commit that is durable on return, or the next GraphStore::Sync. A crash of
  /// the machine takes the newest of such commits, never one in the middle, but in one narrow case:
  /// a commit that begins a new log syncs the old one before it returns, and a crash right there
  /// may leave it without those before it. Then opening fails with Corruption.
  kLater,
};

class Transaction {
 public:
  virtual ~Transaction() = default;

  virtual ReadView& view() = 0;
  /// Key-space writes of this transaction; also how it reads them.
  virtual KeySpaceWriter& keys() = 0;
  virtual bool read_only() const = 0;
  virtual const WriteCounts& counts() const = 0;

  // Mutations. ReadOnly in a read-only transaction; ResourceExhausted past the transaction's byte
  // limit; EntityNotFound when the entity is absent or deleted; TypeError when a value cannot be
  // stored (a map, node, relationship or path, or a list holding one, or holding a list or null).
  virtual Result<NodeId> CreateNode(std::span<const LabelId> labels,
                                    std::span<const PropertyWrite> properties) = 0;
  virtual Result<RelId> CreateRelationship(NodeId start, RelTypeId type, NodeId end,
                                           std::span<const PropertyWrite> properties) = 0;
  /// All writes are one change to the sinks.
  virtual Status SetProperties(NodeId node, std::span<const PropertyWrite> writes) = 0;
  virtual Status SetProperties(RelId relationship, std::span<const PropertyWrite> writes) = 0;
  virtual Status AddLabels(NodeId node, std::span<const LabelId> labels) = 0;
  virtual Status RemoveLabels(NodeId node, std::span<const LabelId> labels) = 0;
  /// Deletes the node; its relationships must be gone by the end of the statement (CheckDangling).
  /// Deleting what this transaction has deleted already is OK and changes nothing.
  virtual Status DeleteNode(NodeId node) = 0;
  virtual Status DeleteRelationship(RelId relationship) = 0;

  /// ConstraintViolation, detail DeleteConnectedNode, naming a node deleted since the last check
  /// that still has relationships. Called at the end of a statement.
  virtual Status CheckDangling() = 0;

  /// A point to return to when a statement fails: everything after it is undone, in the graph and
  /// in the key spaces. Savepoints nest; releasing keeps the changes.
  virtual uint64_t Savepoint() = 0;
  virtual Status RollbackTo(uint64_t savepoint) = 0;
  virtual void ReleaseSavepoint(uint64_t savepoint) = 0;

  /// Conflict: run the transaction again; ResourceExhausted too when the machine has no memory for
  /// it; InvalidArgument when it has ended already. Any error rolls back. Others see the commit
  /// when this has returned OK, whatever the durability.
  virtual Status Commit(Durability durability) = 0;
  Status Commit() { return Commit(Durability::kOnReturn); }
  virtual void Rollback() = 0;
  /// The number that Commit gave to what this transaction wrote: views with at least this number
  /// have it. 0 before a Commit that returned OK, and where there was nothing to write.
  virtual CommitNumber committed_as() const = 0;

  /// view() for reads that decide no result, such as the choice of a plan: a serializable
  /// transaction does not validate them.
  virtual ReadView& planning_view() { return view(); }
};

}  // namespace kith::storage
