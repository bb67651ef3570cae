// SPDX-License-Identifier: Apache-2.0
// How the folders above storage learn of every change inside the transaction that makes it. Storage
// cannot include index; index implements this. A sink is called at the time of the change with the
// state before and after, and writes what it keeps through the transaction's KeySpaceWriter, so its
// data commits, rolls back and is seen exactly as the graph's own. When a statement is undone,
// storage undoes the sink's key-space writes itself: sinks see no undo.
//
// Thread safety: sinks are called from the threads of several transactions at once.
#pragma once

#include <vector>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "storage/read_view.h"

namespace kith::storage {

/// The whole state of a node. Labels ascending, properties by id ascending.
struct NodeState {
  std::vector<LabelId> labels;
  PropertyList properties;
};

struct RelationshipState {
  NodeId start;
  NodeId end;
  RelTypeId type{};
  PropertyList properties;
};

/// before == nullptr: created; after == nullptr: deleted. Valid during the call.
struct NodeChange {
  NodeId id;
  const NodeState* before = nullptr;
  const NodeState* after = nullptr;
};

struct RelationshipChange {
  RelId id;
  const RelationshipState* before = nullptr;
  const RelationshipState* after = nullptr;
};

class Transaction;

class ChangeSink {
 public:
  virtual ~ChangeSink() = default;
  /// An error (a violated constraint) makes the mutation that caused it fail and be undone.
  virtual Status OnNodeChange(const NodeChange& change, Transaction& transaction) = 0;
  virtual Status OnRelationshipChange(const RelationshipChange& change,
                                      Transaction& transaction) = 0;
};

}  // namespace kith::storage
