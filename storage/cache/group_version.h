// SPDX-License-Identifier: Apache-2.0
// A group as of a commit: its folded part, and what was committed since the fold.
//
// Thread safety: immutable.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "storage/delta/delta_run.h"
#include "storage/segment/group_directory.h"

namespace kith::storage {

struct GroupVersion {
  /// Never null.
  std::shared_ptr<const GroupDirectory> directory;
  /// Newest first, null ones last. Two, so that a small commit does not copy all that came before.
  std::array<std::shared_ptr<const DeltaRun>, 2> runs;

  bool clean() const { return runs[0] == nullptr; }
  size_t delta_entries() const {
    return (runs[0] != nullptr ? runs[0]->entries() : 0) +
           (runs[1] != nullptr ? runs[1]->entries() : 0);
  }
  size_t memory_bytes() const {
    return sizeof *this + directory->memory_bytes() +
           (runs[0] != nullptr ? runs[0]->memory_bytes() : 0) +
           (runs[1] != nullptr ? runs[1]->memory_bytes() : 0);
  }
};

/// `version` with a newer run on top.
std::shared_ptr<const GroupVersion> WithRun(const GroupVersion& version,
                                            std::shared_ptr<const DeltaRun> newer);

}  // namespace kith::storage
