// SPDX-License-Identifier: Apache-2.0
// Builds a segment: its rows, and the graph over them.
//
// Thread safety: a builder belongs to one thread; it may start others for its time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "engine/base/interrupt.h"
#include "engine/base/result.h"
#include "index/index_definition.h"
#include "index/vector/segment.h"

namespace kith::index {

struct SegmentBuildOptions {
  VectorOptions vector;
  size_t threads = 1;
  /// Called with the rows that the graph has so far and is to have, now and then, from the calling
  /// thread. May be null.
  std::function<void(size_t rows, size_t total)> progress;
  const Interrupt* interrupt = nullptr;  ///< Borrowed; may be null.
};

class SegmentBuilder {
 public:
  /// `base` (may be null; borrowed) is copied: its graph is the beginning of the new one, its rows
  /// keep their numbers, and only the rows added here cost what building a graph costs.
  SegmentBuilder(size_t dimensions, const VectorOptions& options, const Segment* base,
                 size_t expected_rows);

  void Add(VectorVersion version, std::span<const float> vector);
  size_t rows() const { return parts_.versions.size(); }
  /// True when the base has a row of this version.
  bool Carries(const VectorVersion& version) const {
    return base_ != nullptr && base_->RowOf(version).has_value();
  }

  /// Links what was added. ResourceExhausted without memory; Cancelled or Timeout. Called once.
  Result<std::unique_ptr<Segment>> Finish(const SegmentBuildOptions& options);

 private:
  Status Link(const SegmentBuildOptions& options);

  SegmentParts parts_;
  const Segment* base_;  ///< May be null.
  size_t linked_;        ///< Rows that the graph has already.
};

}  // namespace kith::index
