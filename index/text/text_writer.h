// SPDX-License-Identifier: Apache-2.0
// Keeps a text index up to date.
//
// Thread safety: functions belong to the thread of the writer.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "index/covered_change.h"
#include "index/index_definition.h"
#include "index/text/posting_keys.h"
#include "storage/key_space.h"

namespace kith::index {

/// The texts of the index's properties, in its order; a list gives each of its strings. Views into
/// the values. Empty when the entity has no text: then it is not in the index.
struct PropertyText {
  size_t property = 0;  ///< Place in the definition.
  std::string_view text;

  bool operator==(const PropertyText&) const = default;
};
std::vector<PropertyText> TextsOf(const IndexDefinition& index,
                                  const storage::PropertyList& properties);

/// The document of an entity. A document without any word is kept too: it counts.
Result<TextDocument> AnalyzeTexts(const IndexDefinition& index,
                                  const std::vector<PropertyText>& texts);

/// Takes back what the index has of `before` and writes `after`. Adds the bytes written to *bytes.
Status UpdateTextIndex(const IndexDefinition& index, const CoveredChange& change,
                       storage::KeySpaceWriter* keys, size_t* bytes);

}  // namespace kith::index
