// SPDX-License-Identifier: Apache-2.0
// Which slots of a group have a node, and which of them have each label.
//
//   presence of the nodes  labels (varint)
//   for each label, ascending: id (varint)  presence of its nodes
//
// Thread safety: immutable; borrows the bytes that it was parsed from.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/ids.h"
#include "storage/read_view.h"
#include "storage/segment/presence.h"

namespace kith::storage {

class Membership {
 public:
  /// `labels` ascending by id.
  static std::string Encode(const SlotBitmap& nodes,
                            const std::vector<std::pair<LabelId, SlotBitmap>>& labels);
  /// Nothing when the bytes are damaged.
  static std::optional<Membership> Parse(std::string_view bytes);

  const Presence& nodes() const { return nodes_; }
  /// Null for a label that no node of the group has.
  const Presence* Label(LabelId label) const;
  const std::vector<std::pair<LabelId, Presence>>& labels() const { return labels_; }

 private:
  Presence nodes_;
  std::vector<std::pair<LabelId, Presence>> labels_;
};

}  // namespace kith::storage
