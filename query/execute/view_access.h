// SPDX-License-Identifier: Apache-2.0
// What functions see of the graph: a transaction's view, one entity at a time.
//
// Thread safety: that of the view.
#pragma once

#include "query/function/graph_access.h"
#include "storage/read_view.h"

namespace kith::query {

class ViewAccess final : public GraphAccess {
 public:
  /// `view` is borrowed.
  explicit ViewAccess(storage::ReadView& view) : view_(view) {}

  Result<Value> Labels(NodeId node) override;
  Result<Value> Type(RelId relationship) override;
  Result<Value> Properties(const Value& entity) override;
  Result<Value> Property(const Value& entity, std::string_view key) override;
  Result<RelationshipEnds> Ends(RelId relationship) override;

 private:
  Status CheckAlive(const Value& entity) const;

  storage::ReadView& view_;
};

/// Properties by name, sorted as a Map.
Map NamedProperties(const storage::Catalog& catalog, const storage::PropertyList& properties);

}  // namespace kith::query
