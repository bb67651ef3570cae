// SPDX-License-Identifier: Apache-2.0
// Reading vectors, making them up, and comparing all of them.
#include "bench/vector/data.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <random>
#include <utility>

#include "bench/check.h"
#include "index/vector/metric.h"
#include "index/vector/padded_vectors.h"

namespace kith::bench {
namespace {

template <typename T>
void ReadInto(const std::string& path, size_t offset, std::vector<T>* values) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(reinterpret_cast<char*>(values->data()),
            static_cast<std::streamsize>(values->size() * sizeof(T)));
  if (!file) Check(Status(StatusCode::kIoError, path + " is missing or too short"));
}

// So that a product is a cosine, here and in other programs' indexes.
void Normalize(size_t dimensions, std::vector<float>* rows) {
  for (size_t at = 0; at < rows->size(); at += dimensions) {
    const std::span<float> row(rows->data() + at, dimensions);
    const float length = std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0f));
    for (float& component : row) component /= length;
  }
}

}  // namespace

VectorData ReadVectors(const std::string& folder, size_t rows, size_t queries) {
  constexpr size_t kHeaderBytes = 128;
  VectorData data;
  data.dimensions = 384;
  data.rows.resize(rows * data.dimensions);
  data.queries.resize(queries * data.dimensions);
  data.u.resize(rows);
  ReadInto(folder + "/base.npy", kHeaderBytes, &data.rows);
  ReadInto(folder + "/queries.f32", 0, &data.queries);
  ReadInto(folder + "/u.npy", kHeaderBytes, &data.u);
  Normalize(data.dimensions, &data.rows);
  Normalize(data.dimensions, &data.queries);
  return data;
}

VectorData MakeVectors(size_t rows, size_t queries) {
  VectorData data;
  std::mt19937_64 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> centres(100 * data.dimensions);
  for (float& component : centres) component = normal(random);
  const auto fill = [&](size_t count, std::vector<float>* vectors) {
    for (size_t i = 0; i < count; ++i) {
      const float* centre = centres.data() + random() % 100 * data.dimensions;
      for (size_t j = 0; j < data.dimensions; ++j) {
        vectors->push_back(centre[j] + 0.7f * normal(random));
      }
    }
    Normalize(data.dimensions, vectors);
  };
  fill(rows, &data.rows);
  fill(queries, &data.queries);
  for (size_t i = 0; i < rows; ++i) {
    data.u.push_back(static_cast<int64_t>(random() % static_cast<uint64_t>(kFilterRange)));
  }
  return data;
}

std::vector<std::vector<size_t>> ExactAnswers(const VectorData& data, int64_t limit) {
  index::PaddedVectors rows(data.dimensions);
  std::vector<size_t> numbers;
  for (size_t i = 0; i < data.size(); ++i) {
    if (data.u[i] >= limit) continue;
    rows.Append(data.Row(i));
    numbers.push_back(i);
  }
  std::vector<std::vector<size_t>> answers;
  for (size_t q = 0; q < data.query_count(); ++q) {
    const index::QueryDistance query(index::VectorSimilarity::kDot, data.Query(q));
    std::vector<std::pair<float, size_t>> all;
    for (size_t i = 0; i < rows.size(); ++i) all.emplace_back(query.To(rows.Row(i)), numbers[i]);
    const size_t count = std::min(kNeighbours, all.size());
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end());
    std::vector<size_t> best;
    for (size_t i = 0; i < count; ++i) best.push_back(all[i].second);
    answers.push_back(std::move(best));
  }
  return answers;
}

}  // namespace kith::bench
