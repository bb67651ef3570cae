// SPDX-License-Identifier: Apache-2.0
// Compares everything that two views read: the store's with the toy's. Used from threads, so it has
// no assertions: it says what differs.
//
// Thread safety: pure functions; each view belongs to the calling thread.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "storage/read_view.h"

namespace kith::storage {

/// The names that a random graph uses, numbered by the catalog.
struct GraphNames {
  std::vector<LabelId> labels;
  std::vector<RelTypeId> types;
  std::vector<PropertyId> properties;
};

/// What the views are asked about: in any order, with repeats, absent ones too.
struct ViewQuestions {
  std::vector<NodeId> nodes;
  std::vector<RelId> relationships;
  std::vector<Value> operands;    ///< Of the predicates of ScanFilter.
  std::vector<std::string> keys;  ///< In kProperty.
  std::string counter;
};

/// The first difference, in words; empty when the views read the same through every function of
/// ReadView. `random` chooses orders and ranges.
std::string FirstDifference(ReadView& real, ReadView& toy, const GraphNames& names,
                            ViewQuestions questions, std::mt19937_64* random);

}  // namespace kith::storage
