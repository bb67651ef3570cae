// SPDX-License-Identifier: Apache-2.0
// Segments as chunks of at most 256 KB in the vector key space, and back:
//
//   part 1  rows      entity (8), nonce (8), layers (1) of each row
//   part 2  links     4 bytes each, -1 for none: for each row, its layers from the lowest on, twice
//                     M links on the lowest and M on each other
//   part 3  vectors   4 bytes a float, row after row
//
// All little-endian; each chunk ends in its checksum.
//
// Thread safety: functions belong to the thread of the reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "index/vector/segment.h"
#include "storage/key_space.h"

namespace kith::index {

struct SegmentChunk {
  SegmentPart part = SegmentPart::kRows;
  uint32_t number = 0;
  std::string sealed;
};

/// What the directory says of the segment, under this id.
SegmentInfo DescribeSegment(const Segment& segment, uint32_t id);

/// Gives the chunks one after another to `write`, until it fails.
Status EncodeSegment(const Segment& segment,
                     const std::function<Status(const SegmentChunk&)>& write);

/// Corruption when a chunk is damaged or missing, or says what no segment says.
Result<std::unique_ptr<Segment>> LoadSegment(storage::KeySpaceReader* keys, IndexId index,
                                             uint32_t dimensions, const SegmentInfo& info);

/// Visits every row with its vector (`dimensions` floats, valid during the call) without loading
/// the segment. Errors as above, or the visitor's.
using StoredRowVisitor = std::function<Status(const VectorVersion& version, const float* vector)>;
Status VisitStoredRows(storage::KeySpaceReader* keys, IndexId index, uint32_t dimensions,
                       const SegmentInfo& info, const StoredRowVisitor& visit);

}  // namespace kith::index
