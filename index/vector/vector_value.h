// SPDX-License-Identifier: Apache-2.0
// Property values as vectors, with the checks that keep an index whole.
//
// A list of numbers is a vector; anything else (a string, an empty list, a list of strings) is not,
// and leaves its entity out of the index, as in Neo4j. A vector that the index cannot hold is an
// error at the write that brings it, so that none is missing silently: other dimensions than the
// index has, a component that is NaN, infinite or too large for a 32-bit float, or, under cosine,
// no direction.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "index/index_definition.h"
#include "storage/read_view.h"

namespace kith::index {

/// The value of the index's property; null when the entity does not have it or it is no vector.
/// Borrowed from the list.
const Value* VectorValueOf(const IndexDefinition& index, const storage::PropertyList& properties);

/// What the index keeps of a vector: its floats, of length 1 under cosine. InvalidArgument as
/// above, its text beginning with "the vector".
Result<std::vector<float>> PrepareVector(VectorSimilarity similarity,
                                         std::span<const double> components);
/// The components of a value that VectorValueOf gave.
std::vector<double> ComponentsOf(const Value& value);

/// "vector index 'docs' on :Doc(embedding)".
std::string VectorIndexText(const IndexDefinition& index);

}  // namespace kith::index
