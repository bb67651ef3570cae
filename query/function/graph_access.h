// SPDX-License-Identifier: Apache-2.0
// What functions ask of the graph about a node or relationship that they hold by id only. The
// executor implements it over the statement's ReadView.
//
// Thread safety: as the implementation states; one function call uses it from one thread.
#pragma once

#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/base/value.h"

namespace kith::query {

struct RelationshipEnds {
  NodeId start;
  NodeId end;
};

/// Each function fails with EntityNotFound, detail DeletedEntityAccess, when this statement or
/// transaction has deleted the entity. `entity` is a node or relationship, by id or whole.
class GraphAccess {
 public:
  virtual ~GraphAccess() = default;

  /// A list of strings, in the order of the labels' first use in the database.
  virtual Result<Value> Labels(NodeId node) = 0;
  /// A string.
  virtual Result<Value> Type(RelId relationship) = 0;
  /// A map of all properties.
  virtual Result<Value> Properties(const Value& entity) = 0;
  /// One property, or null when the entity has none of that name.
  virtual Result<Value> Property(const Value& entity, std::string_view key) = 0;
  virtual Result<RelationshipEnds> Ends(RelId relationship) = 0;
};

}  // namespace kith::query
