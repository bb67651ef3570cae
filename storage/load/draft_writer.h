// SPDX-License-Identifier: Apache-2.0
// The groups of a bulk load, and the way of their chunks to a store that nobody reads. Inside
// storage only.
//
// Thread safety: Write may be called from any thread, for each group by one; the rest by one thread
// while nothing else runs.
#pragma once

#include <memory>
#include <vector>

#include "engine/base/result.h"
#include "storage/load/group_draft.h"
#include "storage/store.h"

namespace kith::storage {

class DraftWriter {
 public:
  /// Borrowed.
  explicit DraftWriter(Store* store) : store_(store) {}

  /// The group's draft, made when there is none.
  GroupDraft* DraftOf(GroupId group);
  /// Null for a node that was not made.
  GroupDraft* DraftWith(NodeId node) const;
  /// In order of groups.
  const std::vector<std::unique_ptr<GroupDraft>>& drafts() const { return drafts_; }

  /// Gives the store what it has not got yet of a group.
  Status Write(GroupDraft* draft) { return Write(draft->ops()); }
  /// Leaves nothing in `*ops`.
  Status Write(CommitOps* ops);

 private:
  Store* store_;
  std::vector<std::unique_ptr<GroupDraft>> drafts_;  // By number: groups count up from 0.
};

/// A bulk load is the first commit of its database.
inline constexpr CommitNumber kLoadCommit{1};

}  // namespace kith::storage
