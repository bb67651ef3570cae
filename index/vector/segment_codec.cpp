// SPDX-License-Identifier: Apache-2.0
// Encoding and decoding of segments. What is read is checked before it is used: a link to a row
// that is not there would lead a walk out of its memory.
#include "index/vector/segment_codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "engine/base/key_codec.h"

namespace kith::index {
namespace {

using storage::KeySpace;
using storage::KeySpaceReader;

constexpr size_t kChunkBytes = size_t{256} << 10;
constexpr size_t kRowBytes = 8 + 8 + 1;
constexpr size_t kRowsInChunk = kChunkBytes / kRowBytes;
constexpr size_t kLinksInChunk = kChunkBytes / sizeof(int32_t);

size_t VectorsInChunk(size_t dimensions) {
  return std::max<size_t>(1, kChunkBytes / (dimensions * sizeof(float)));
}

Status DamagedSegment(const SegmentInfo& info, std::string_view what) {
  return Status(
      StatusCode::kCorruption,
      fmt::format("segment {} of a vector index is damaged: {}; drop and create the index", info.id,
                  what));
}

template <typename Number>
void AppendRaw(Number number, std::string* out) {
  out->append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <typename Number>
Number ReadRaw(const char* bytes) {
  Number number;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}

using ChunkWriter = std::function<Status(const SegmentChunk&)>;

// Chunks of one part, each filled by `append(i, &bytes)` for some of `count` things.
template <typename Append>
Status WritePart(SegmentPart part, size_t count, size_t in_chunk, const ChunkWriter& write,
                 const Append& append) {
  uint32_t number = 0;
  for (size_t begin = 0; begin < count; begin += in_chunk) {
    std::string bytes;
    for (size_t i = begin; i < std::min(count, begin + in_chunk); ++i) append(i, &bytes);
    KITH_RETURN_IF_ERROR(write({part, number++, SealChunk(std::move(bytes))}));
  }
  return Status::Ok();
}

// Chunks of one part in order, opened.
Status ReadPart(KeySpaceReader* keys, IndexId index, const SegmentInfo& info, SegmentPart part,
                const std::function<Status(std::string_view bytes)>& visit) {
  Status failed;
  uint32_t number = 0;
  const std::string from = ChunkKey(index, info.id, part, 0);
  std::string upper = ChunkKey(index, info.id, part, UINT32_MAX);
  KITH_RETURN_IF_ERROR(
      keys->Scan(KeySpace::kVector, from, upper, [&](std::string_view key, std::string_view value) {
        if (key != ChunkKey(index, info.id, part, number++)) {
          failed = DamagedSegment(info, "a chunk is missing");
          return false;
        }
        const Result<std::string_view> bytes = OpenChunk(value);
        failed = bytes.ok() ? visit(*bytes) : bytes.status();
        return failed.ok();
      }));
  return failed;
}

struct StoredRows {
  std::vector<VectorVersion> versions;
  std::vector<int> levels;
};

Result<StoredRows> ReadRows(KeySpaceReader* keys, IndexId index, const SegmentInfo& info) {
  StoredRows rows;
  const auto take = [&](std::string_view bytes) {
    if (bytes.size() % kRowBytes != 0) return DamagedSegment(info, "a row is cut off");
    for (size_t at = 0; at < bytes.size(); at += kRowBytes) {
      const char* row = bytes.data() + at;
      rows.versions.push_back({ReadRaw<uint64_t>(row), ReadRaw<uint64_t>(row + 8)});
      rows.levels.push_back(static_cast<uint8_t>(row[16]));
    }
    return Status::Ok();
  };
  KITH_RETURN_IF_ERROR(ReadPart(keys, index, info, SegmentPart::kRows, take));
  if (rows.versions.size() != info.rows) {
    return DamagedSegment(info,
                          fmt::format("it has {} rows, not {}", rows.versions.size(), info.rows));
  }
  return rows;
}

// Sets the layers of all rows and makes room for their links.
Status SetLevels(const SegmentInfo& info, std::vector<int> levels, faiss::HNSW* graph) {
  const int layers = static_cast<int>(info.top_layer) + 1;
  const bool known = static_cast<size_t>(layers) < graph->cum_nneighbor_per_level.size();
  const bool good = known && levels[info.entry_row] == layers &&
                    std::all_of(levels.begin(), levels.end(),
                                [&](int level) { return level >= 1 && level <= layers; });
  if (!good) return DamagedSegment(info, "its layers make no sense");
  graph->levels = std::move(levels);
  graph->offsets.reserve(graph->levels.size() + 1);
  for (const int level : graph->levels) {
    const int links = graph->cum_nneighbor_per_level[static_cast<size_t>(level)];
    graph->offsets.push_back(graph->offsets.back() + static_cast<size_t>(links));
  }
  graph->neighbors.reserve(graph->offsets.back());
  graph->entry_point = static_cast<int>(info.entry_row);
  graph->max_level = static_cast<int>(info.top_layer);
  return Status::Ok();
}

Status CheckLinks(const SegmentInfo& info, const faiss::HNSW& graph) {
  if (graph.neighbors.size() != graph.offsets.back()) {
    return DamagedSegment(info, "links are missing");
  }
  for (size_t row = 0; row < graph.levels.size(); ++row) {
    for (int layer = 0; layer < graph.levels[row]; ++layer) {
      size_t begin = 0;
      size_t end = 0;
      graph.neighbor_range(static_cast<faiss::HNSW::idx_t>(row), layer, &begin, &end);
      for (size_t i = begin; i < end; ++i) {
        const int32_t link = graph.neighbors[i];
        const bool good = link == -1 || (link >= 0 && static_cast<uint32_t>(link) < info.rows &&
                                         graph.levels[static_cast<size_t>(link)] > layer);
        if (!good) return DamagedSegment(info, "a link leads nowhere");
      }
    }
  }
  return Status::Ok();
}

Status ReadLinks(KeySpaceReader* keys, IndexId index, const SegmentInfo& info, faiss::HNSW* graph) {
  const auto take = [&](std::string_view bytes) {
    const size_t links = bytes.size() / sizeof(int32_t);
    const size_t had = graph->neighbors.size();
    const bool fits = bytes.size() % sizeof(int32_t) == 0 && links <= graph->offsets.back() - had;
    if (!fits) return DamagedSegment(info, "it has too many links");
    graph->neighbors.resize(had + links);
    std::memcpy(graph->neighbors.data() + had, bytes.data(), bytes.size());
    return Status::Ok();
  };
  KITH_RETURN_IF_ERROR(ReadPart(keys, index, info, SegmentPart::kLinks, take));
  return CheckLinks(info, *graph);
}

// Hands each vector's bytes to `visit(row, bytes)`.
template <typename Visit>
Status ReadVectors(KeySpaceReader* keys, IndexId index, uint32_t dimensions,
                   const SegmentInfo& info, const Visit& visit) {
  const size_t vector_bytes = dimensions * sizeof(float);
  size_t row = 0;
  const auto take = [&](std::string_view bytes) {
    const size_t count = bytes.size() / vector_bytes;
    if (bytes.size() % vector_bytes != 0 || count > info.rows - row) {
      return DamagedSegment(info, "its vectors have another size");
    }
    for (size_t i = 0; i < count; ++i) {
      KITH_RETURN_IF_ERROR(visit(row++, bytes.data() + i * vector_bytes));
    }
    return Status::Ok();
  };
  KITH_RETURN_IF_ERROR(ReadPart(keys, index, info, SegmentPart::kVectors, take));
  return row == info.rows ? Status::Ok() : DamagedSegment(info, "vectors are missing");
}

}  // namespace

SegmentInfo DescribeSegment(const Segment& segment, uint32_t id) {
  SegmentInfo info;
  info.id = id;
  info.rows = segment.rows();
  info.links = static_cast<uint32_t>(segment.graph().nb_neighbors(1));
  info.top_layer = static_cast<uint32_t>(segment.graph().max_level);
  info.entry_row = static_cast<uint32_t>(segment.graph().entry_point);
  return info;
}

Status EncodeSegment(const Segment& segment, const ChunkWriter& write) {
  const faiss::HNSW& graph = segment.graph();
  KITH_RETURN_IF_ERROR(WritePart(SegmentPart::kRows, segment.rows(), kRowsInChunk, write,
                                 [&](size_t row, std::string* bytes) {
                                   AppendRaw(segment.versions()[row].entity, bytes);
                                   AppendRaw(segment.versions()[row].nonce, bytes);
                                   bytes->push_back(static_cast<char>(graph.levels[row]));
                                 }));
  KITH_RETURN_IF_ERROR(
      WritePart(SegmentPart::kLinks, graph.neighbors.size(), kLinksInChunk, write,
                [&](size_t i, std::string* bytes) { AppendRaw(graph.neighbors[i], bytes); }));
  const size_t vector_bytes = segment.vectors().dimensions() * sizeof(float);
  return WritePart(
      SegmentPart::kVectors, segment.rows(), VectorsInChunk(segment.vectors().dimensions()), write,
      [&](size_t row, std::string* bytes) {
        bytes->append(reinterpret_cast<const char*>(segment.vectors().Row(row)), vector_bytes);
      });
}

Result<std::unique_ptr<Segment>> LoadSegment(KeySpaceReader* keys, IndexId index,
                                             uint32_t dimensions, const SegmentInfo& info) {
  SegmentParts parts(dimensions, info.links);
  KITH_ASSIGN_OR_RETURN(StoredRows rows, ReadRows(keys, index, info));
  parts.versions = std::move(rows.versions);
  KITH_RETURN_IF_ERROR(SetLevels(info, std::move(rows.levels), &parts.graph));
  KITH_RETURN_IF_ERROR(ReadLinks(keys, index, info, &parts.graph));
  parts.vectors.Reserve(info.rows);
  KITH_RETURN_IF_ERROR(ReadVectors(keys, index, dimensions, info, [&](size_t, const char* bytes) {
    parts.vectors.AppendBytes(bytes);
    return Status::Ok();
  }));
  return std::make_unique<Segment>(std::move(parts));
}

Status VisitStoredRows(KeySpaceReader* keys, IndexId index, uint32_t dimensions,
                       const SegmentInfo& info, const StoredRowVisitor& visit) {
  KITH_ASSIGN_OR_RETURN(const StoredRows rows, ReadRows(keys, index, info));
  std::vector<float> vector(dimensions);
  return ReadVectors(keys, index, dimensions, info, [&](size_t row, const char* bytes) {
    std::memcpy(vector.data(), bytes, dimensions * sizeof(float));
    return visit(rows.versions[row], vector.data());
  });
}

}  // namespace kith::index
