// SPDX-License-Identifier: Apache-2.0
// Bringing together what the segments and the tail of an index find.
#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

#include "index/vector/entity_set.h"
#include "index/vector/graph_walk.h"
#include "index/vector/segment_codec.h"
#include "index/vector/vector_index.h"
#include "index/vector/vector_searcher_state.h"
#include "index/vector/vector_value.h"

namespace kith::index {
namespace {

using storage::ReadView;

// Candidates that a walk keeps at least: with 16 links this finds 99 of 100 neighbours among
// 100,000 clustered vectors (docs/benchmarks.md).
constexpr size_t kLeastBreadth = 64;
// Distances that a walk computes for each candidate that it keeps, about.
constexpr double kDistancesPerCandidate = 25;

Status BadQuery(const IndexDefinition& index, std::string what) {
  return Status(StatusCode::kArgumentError,
                fmt::format("{}: {}", VectorIndexText(index), std::move(what)));
}

// A hit and its distance, in the order of the answer. What is compared one by one comes here before
// `accept` is asked, which may cost more than many distances; it is asked of the nearest alone.
struct Found {
  float distance = 0;
  bool accepted = false;
  uint64_t entity = 0;

  bool operator<(const Found& other) const {
    return distance != other.distance ? distance < other.distance : entity < other.entity;
  }
};

// One search of one index.
class VectorSearch {
 public:
  VectorSearch(ReadView* view, const IndexDefinition& index, VectorCache* cache,
               const VectorSearchOptions& options)
      : keys_(&view->keys()), index_(index), cache_(cache), options_(options) {
    if (options.entities != nullptr) wanted_.emplace(*options.entities);
  }

  Result<std::vector<VectorHit>> Run(std::span<const double> components) {
    KITH_ASSIGN_OR_RETURN(const auto directory, ReadDirectory(keys_, index_.id));
    const uint32_t dimensions =
        directory.has_value() ? directory->dimensions : index_.vector.dimensions;
    KITH_RETURN_IF_ERROR(CheckQuery(components, dimensions));
    Result<std::vector<float>> prepared = PrepareVector(index_.vector.similarity, components);
    if (!prepared.ok()) return BadQuery(index_, prepared.status().message());
    if (dimensions == 0 || options_.limit == 0) return std::vector<VectorHit>();
    const QueryDistance query(index_.vector.similarity, *prepared);
    const VectorSpace space{index_.id, dimensions};
    if (directory.has_value()) {
      for (const SegmentInfo& info : directory->segments) rows_in_segments_ += info.rows;
      for (const SegmentInfo& info : directory->segments) {
        KITH_RETURN_IF_ERROR(SearchOne(space, info, query));
      }
    }
    KITH_RETURN_IF_ERROR(SearchTail(space, query));
    return Hits(query);
  }

 private:
  Status CheckQuery(std::span<const double> components, uint32_t dimensions) const {
    if (components.empty()) return BadQuery(index_, "the query has no components");
    if (dimensions == 0 || components.size() == dimensions) return Status::Ok();
    return BadQuery(index_, fmt::format("the query has {} dimensions, and the index {}; give a "
                                        "vector of that size",
                                        components.size(), dimensions));
  }

  size_t Breadth() const {
    const size_t breadth = options_.breadth != 0 ? options_.breadth : kLeastBreadth;
    return std::max(breadth, options_.limit);
  }

  bool IsWanted(uint64_t entity) const { return !wanted_.has_value() || wanted_->Contains(entity); }

  // An index has one vector of an entity, so what is offered is offered once.
  void Offer(float distance, uint64_t entity, bool accepted = false) {
    found_.push_back({distance, accepted, entity});
  }

  Status SearchOne(const VectorSpace& space, const SegmentInfo& info, const QueryDistance& query) {
    const auto segment = cache_->SegmentOf(keys_, space, info);
    if (!segment.ok()) {
      if (segment.status().code() != StatusCode::kResourceExhausted) return segment.status();
      return CompareStored(space, info, query);
    }
    KITH_ASSIGN_OR_RETURN(const auto dead,
                          cache_->DeadRows(keys_, space.index, info.id, **segment));
    SegmentSearch search;
    // More than there is to find would only take memory.
    search.limit = std::min<size_t>(options_.limit, info.rows);
    search.breadth = std::min<size_t>(Breadth(), info.rows);
    search.interrupt = options_.interrupt;
    search.filter.dead = dead.get();
    if (options_.accept != nullptr) search.filter.accept = &options_.accept;
    auto neighbours = options_.entities == nullptr ? SearchSegment(**segment, query, search)
                                                   : SearchAmong(**segment, query, search);
    KITH_RETURN_IF_ERROR(neighbours.status());
    for (const Neighbour& neighbour : *neighbours) {
      Offer(neighbour.distance, (*segment)->entity(neighbour.row), /*accepted=*/true);
    }
    return Status::Ok();
  }

  // Walks, or compares the rows of the wanted entities.
  Result<std::vector<Neighbour>> SearchAmong(const Segment& segment, const QueryDistance& query,
                                             SegmentSearch search) const {
    if (WalkCostsLess(segment, search.breadth)) {
      search.filter.entities = &*wanted_;
      auto walked = WalkSegment(segment, query, search);
      KITH_RETURN_IF_ERROR(walked.status());
      if (walked->has_value()) return std::move(**walked);
    }
    return CompareRows(segment, query, WantedRows(segment), search);
  }

  // Whether a walk computes fewer distances than comparing what is wanted. It passes by as many
  // rows that are not wanted as there are to one that is; how many are is guessed, as if the wanted
  // entities lay evenly among all segments, because to look each of them up would cost more than a
  // walk where they are many.
  bool WalkCostsLess(const Segment& segment, size_t breadth) const {
    const double share = std::min(1.0, static_cast<double>(options_.entities->size()) /
                                           static_cast<double>(rows_in_segments_));
    const double compared = share * segment.rows();
    return kDistancesPerCandidate * static_cast<double>(breadth) < share * compared;
  }

  // Rows of the segment that belong to wanted entities: one pass over both, which are sorted.
  std::vector<uint32_t> WantedRows(const Segment& segment) const {
    std::vector<uint32_t> rows;
    const auto order = segment.by_version();
    auto at = order.begin();
    const auto below = [&](uint32_t row, uint64_t entity) { return segment.entity(row) < entity; };
    for (const uint64_t entity : *options_.entities) {
      // Steps that double find what is near at once and what is far in few of them.
      std::ptrdiff_t step = 1;
      while (order.end() - at > step && segment.entity(at[step]) < entity) {
        at += step;
        step *= 2;
      }
      at = std::lower_bound(at, at + std::min(step + 1, order.end() - at), entity, below);
      for (auto same = at; same != order.end() && segment.entity(*same) == entity; ++same) {
        rows.push_back(*same);
      }
    }
    return rows;
  }

  // Without memory for the segment: every row, from storage.
  Status CompareStored(const VectorSpace& space, const SegmentInfo& info,
                       const QueryDistance& query) {
    KITH_ASSIGN_OR_RETURN(const auto removed, ReadVersions(keys_, RemovedPrefix(space.index)));
    PaddedVectors row(space.dimensions);
    size_t rows = 0;
    const auto compare = [&](const VectorVersion& version, const float* vector) {
      if (++rows % 4096 == 0 && options_.interrupt != nullptr) {
        KITH_RETURN_IF_ERROR(options_.interrupt->Check());
      }
      if (std::binary_search(removed.begin(), removed.end(), version)) return Status::Ok();
      if (!IsWanted(version.entity)) return Status::Ok();
      row.Clear();
      row.Append({vector, space.dimensions});
      Offer(query.To(row.Row(0)), version.entity);
      return Status::Ok();
    };
    return VisitStoredRows(keys_, space.index, space.dimensions, info, compare);
  }

  Status SearchTail(const VectorSpace& space, const QueryDistance& query) {
    const auto tail = cache_->TailOf(keys_, space);
    if (!tail.ok()) {
      if (tail.status().code() != StatusCode::kResourceExhausted) return tail.status();
      return CompareStoredTail(space, query);
    }
    const Tail& all = **tail;
    const float* rows[4];
    uint64_t entities[4];
    size_t waiting = 0;
    for (size_t i = 0; i < all.rows.size(); ++i) {
      if (i % 4096 == 0 && options_.interrupt != nullptr) {
        KITH_RETURN_IF_ERROR(options_.interrupt->Check());
      }
      if (!IsWanted(all.versions[i].entity)) continue;
      rows[waiting] = all.rows[i];
      entities[waiting++] = all.versions[i].entity;
      if (waiting < 4) continue;
      float distances[4];
      query.ToFour(rows, distances);
      for (waiting = 4; waiting > 0; --waiting) {
        Offer(distances[waiting - 1], entities[waiting - 1]);
      }
    }
    for (; waiting > 0; --waiting) Offer(query.To(rows[waiting - 1]), entities[waiting - 1]);
    return Status::Ok();
  }

  Status CompareStoredTail(const VectorSpace& space, const QueryDistance& query) {
    KITH_ASSIGN_OR_RETURN(const auto versions, ReadVersions(keys_, TailPrefix(space.index)));
    PaddedVectors row(space.dimensions);
    for (const VectorVersion& version : versions) {
      if (options_.interrupt != nullptr) KITH_RETURN_IF_ERROR(options_.interrupt->Check());
      if (!IsWanted(version.entity)) continue;
      KITH_RETURN_IF_ERROR(
          VisitVector(keys_, space.index, space.dimensions, version, [&](const char* floats) {
            row.Clear();
            row.AppendBytes(floats);
            Offer(query.To(row.Row(0)), version.entity);
          }));
    }
    return Status::Ok();
  }

  Result<std::vector<VectorHit>> Hits(const QueryDistance& query) {
    const auto farther = [](const Found& a, const Found& b) { return b < a; };
    std::make_heap(found_.begin(), found_.end(), farther);
    std::vector<VectorHit> hits;
    while (!found_.empty() && hits.size() < options_.limit) {
      std::pop_heap(found_.begin(), found_.end(), farther);
      const Found nearest = found_.back();
      found_.pop_back();
      if (!nearest.accepted && options_.accept != nullptr) {
        if (options_.interrupt != nullptr) KITH_RETURN_IF_ERROR(options_.interrupt->Check());
        if (!options_.accept(nearest.entity)) continue;
      }
      hits.push_back({nearest.entity, query.Score(nearest.distance)});
    }
    return hits;
  }

  storage::KeySpaceReader* keys_;
  const IndexDefinition& index_;
  VectorCache* cache_;
  const VectorSearchOptions& options_;
  std::optional<EntitySet> wanted_;  ///< Of options_.entities.
  size_t rows_in_segments_ = 0;
  std::vector<Found> found_;
};

}  // namespace

VectorSearcher::VectorSearcher(MemoryBudget* memory) : state_(std::make_unique<State>(memory)) {}
VectorSearcher::~VectorSearcher() = default;

Result<std::vector<VectorHit>> VectorSearcher::Search(ReadView* view, const IndexDefinition& index,
                                                      std::span<const double> query,
                                                      const VectorSearchOptions& options) {
  try {
    auto hits = VectorSearch(view, index, &state_->cache, options).Run(query);
    if (hits.status().code() != StatusCode::kCorruption) return hits;
    return hits.status().WithContext(VectorIndexText(index));
  } catch (const std::bad_alloc&) {
    return Status(
        StatusCode::kResourceExhausted,
        fmt::format("{}: there is not enough memory to search it", VectorIndexText(index)));
  }
}

Result<VectorIndexSize> VectorSearcher::Size(ReadView* view, const IndexDefinition& index) {
  storage::KeySpaceReader& keys = view->keys();
  VectorIndexSize size;
  KITH_ASSIGN_OR_RETURN(const int64_t vectors, keys.Counter(VectorCountKey(index.id)));
  size.vectors = static_cast<uint64_t>(vectors);
  size.dimensions = index.vector.dimensions;
  KITH_ASSIGN_OR_RETURN(const auto directory, ReadDirectory(&keys, index.id));
  if (directory.has_value()) {
    size.dimensions = directory->dimensions;
    size.segments = directory->segments.size();
    for (const SegmentInfo& segment : directory->segments) size.rows += segment.rows;
  }
  KITH_ASSIGN_OR_RETURN(const auto tail, ReadVersions(&keys, TailPrefix(index.id)));
  size.tail = tail.size();
  return size;
}

void VectorSearcher::Forget(IndexId index) {
  state_->cache.Forget(index);
}

}  // namespace kith::index
