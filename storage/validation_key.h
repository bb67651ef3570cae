// SPDX-License-Identifier: Apache-2.0
// The things that transactions can conflict on, each as a 64-bit hash. Two that collide make
// transactions conflict needlessly, never the other way round. Inside storage only.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/ids.h"

namespace kith::storage {

using ValidationKey = uint64_t;

// What writers conflict on under snapshot isolation.
ValidationKey RowWritten(NodeId node);
ValidationKey RowWritten(RelId relationship);
ValidationKey NodeDeleted(NodeId node);
ValidationKey NodeAttached(NodeId node);
ValidationKey BytesLocked(std::string_view bytes);

// What serializable transactions read beside rows, one thing of one node at a time ...
ValidationKey LinksOf(NodeId node, bool outgoing);                  ///< Of every type.
ValidationKey LinksOf(NodeId node, bool outgoing, RelTypeId type);  ///< Of one type.

// ... or, where they read much, a whole group at a time.
ValidationKey NodesIn(GroupId group);                 ///< Which nodes exist.
ValidationKey LabelsIn(GroupId group);                ///< All labels of its nodes.
ValidationKey LabelIn(GroupId group, LabelId label);  ///< Who has one label.
ValidationKey NodePropertiesIn(GroupId group);        ///< All properties of its nodes.
ValidationKey NodePropertyIn(GroupId group, PropertyId property);
ValidationKey LinksIn(GroupId group, bool outgoing);
ValidationKey LinksIn(GroupId group, bool outgoing, RelTypeId type);
/// Of relationships that begin in the group: which exist, with all properties.
ValidationKey RelationshipsIn(GroupId group);
ValidationKey RelationshipPropertyIn(GroupId group, PropertyId property);

}  // namespace kith::storage
