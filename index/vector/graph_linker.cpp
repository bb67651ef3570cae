// SPDX-License-Identifier: Apache-2.0
// Finding the neighbours of a new row and linking it with them.
#include "index/vector/graph_linker.h"

#include <algorithm>
#include <utility>

namespace kith::index {

GraphLinker::GraphLinker(const PaddedVectors& vectors, VectorSimilarity similarity, size_t breadth,
                         faiss::HNSW* graph)
    : vectors_(vectors), metric_(similarity), breadth_(breadth), graph_(graph) {}

std::span<int32_t> GraphLinker::Places(uint32_t row, int layer) const {
  size_t begin = 0;
  size_t end = 0;
  graph_->neighbor_range(row, layer, &begin, &end);
  return {graph_->neighbors.data() + begin, end - begin};
}

GraphLinker::Worker::Worker(GraphLinker* linker)
    : linker_(*linker), seen_(linker->vectors_.size()) {}

// A row is found by other threads as soon as anything links to it. So it is searched for on all
// layers before it is linked on any, and linked on the lowest first: who comes down to it finds a
// way on.
void GraphLinker::Worker::Link(uint32_t row) {
  faiss::HNSW& graph = *linker_.graph_;
  const int top = graph.levels[row] - 1;
  if (graph.entry_point < 0) {
    graph.entry_point = static_cast<int32_t>(row);
    graph.max_level = top;
    return;
  }
  const uint32_t entry = static_cast<uint32_t>(graph.entry_point);
  const PaddedVectors& vectors = linker_.vectors_;
  Neighbour nearest{linker_.metric_.Distance(Vector(row), Vector(entry), vectors.stride()), entry};
  int layer = graph.max_level;
  for (; layer > top; --layer) nearest = Descend(row, layer, nearest);
  std::vector<std::vector<Neighbour>> links(static_cast<size_t>(layer) + 1);
  for (; layer >= 0; --layer) {
    std::vector<Neighbour>& found = links[static_cast<size_t>(layer)];
    found = Search(row, layer, nearest);
    nearest = found.front();
    Select(linker_.Places(row, layer).size(), &found);
  }
  for (size_t i = 0; i < links.size(); ++i) Connect(row, static_cast<int>(i), links[i]);
  if (top <= graph.max_level) return;
  graph.entry_point = static_cast<int32_t>(row);
  graph.max_level = top;
}

void GraphLinker::Worker::ReadLinks(uint32_t row, int layer) {
  const std::span<const int32_t> places = linker_.Places(row, layer);
  rows_.clear();
  const std::lock_guard<std::mutex> lock(linker_.LockOf(row));
  for (const int32_t link : places) {
    if (link < 0) break;
    rows_.push_back(static_cast<uint32_t>(link));
  }
}

void GraphLinker::Worker::Measure(uint32_t row) {
  distances_.resize(rows_.size());
  linker_.metric_.Distances(Vector(row), linker_.vectors_, rows_, distances_.data());
}

Neighbour GraphLinker::Worker::Descend(uint32_t row, int layer, Neighbour nearest) {
  for (bool moved = true; moved;) {
    moved = false;
    ReadLinks(nearest.row, layer);
    Measure(row);
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (distances_[i] >= nearest.distance) continue;
      nearest = {distances_[i], rows_[i]};
      moved = true;
    }
  }
  return nearest;
}

std::vector<Neighbour> GraphLinker::Worker::Search(uint32_t row, int layer, const Neighbour& from) {
  Nearest found(linker_.breadth_);
  Frontier frontier;
  seen_.Clear();
  seen_.Insert(from.row);
  found.Add(from);
  frontier.push(from);
  while (!frontier.empty()) {
    const Neighbour nearest = frontier.top();
    if (found.full() && nearest.distance > found.worst()) break;
    frontier.pop();
    ReadLinks(nearest.row, layer);
    std::erase_if(rows_, [&](uint32_t neighbour) { return !seen_.Insert(neighbour); });
    Measure(row);
    for (size_t i = 0; i < rows_.size(); ++i) {
      const Neighbour candidate{distances_[i], rows_[i]};
      if (!found.Takes(candidate)) continue;
      found.Add(candidate);
      frontier.push(candidate);
    }
  }
  return found.Take(linker_.breadth_);
}

// What is chosen crosses out all that is nearer to it than to the row, so that the distances of
// one row from many are computed at once.
void GraphLinker::Worker::Select(size_t most, std::vector<Neighbour>* candidates) {
  if (candidates->size() < most) return;
  chosen_.clear();
  std::vector<Neighbour>& left = *candidates;
  while (!left.empty()) {
    const Neighbour nearest = left.front();
    chosen_.push_back(nearest);
    if (chosen_.size() == most) break;
    rows_.clear();
    for (auto other = left.begin() + 1; other != left.end(); ++other) rows_.push_back(other->row);
    Measure(nearest.row);
    size_t kept = 0;
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (distances_[i] >= left[i + 1].distance) left[kept++] = left[i + 1];
    }
    left.resize(kept);
  }
  candidates->assign(chosen_.begin(), chosen_.end());
}

void GraphLinker::Worker::Connect(uint32_t row, int layer, std::span<const Neighbour> chosen) {
  {
    const std::span<int32_t> places = linker_.Places(row, layer);
    const std::lock_guard<std::mutex> lock(linker_.LockOf(row));
    std::transform(chosen.begin(), chosen.end(), places.begin(),
                   [](const Neighbour& link) { return static_cast<int32_t>(link.row); });
  }
  for (const Neighbour& neighbour : chosen) {
    AddLink(neighbour.row, layer, {neighbour.distance, row});
  }
}

void GraphLinker::Worker::AddLink(uint32_t row, int layer, const Neighbour& link) {
  const std::span<int32_t> places = linker_.Places(row, layer);
  const std::lock_guard<std::mutex> lock(linker_.LockOf(row));
  const auto free = std::find(places.begin(), places.end(), -1);
  if (free != places.end()) {
    *free = static_cast<int32_t>(link.row);
    return;
  }
  rows_.assign(places.begin(), places.end());
  Measure(row);
  crowd_.assign(1, link);
  for (size_t i = 0; i < rows_.size(); ++i) crowd_.push_back({distances_[i], rows_[i]});
  std::sort(crowd_.begin(), crowd_.end());
  Select(places.size(), &crowd_);
  const auto end =
      std::transform(crowd_.begin(), crowd_.end(), places.begin(),
                     [](const Neighbour& one) { return static_cast<int32_t>(one.row); });
  std::fill(end, places.end(), -1);
}

}  // namespace kith::index
