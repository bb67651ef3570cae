// SPDX-License-Identifier: Apache-2.0
// Checking the graph against itself.
//
// A relationship is stored three times: as a row, in the outgoing list of its start and in the
// incoming list of its end. Rows and outgoing lists belong to one group and are compared there, by
// a bit for each serial. Incoming lists belong to the groups of the ends: each group has a sum of
// hashes, to which outgoing entries add and from which incoming ones subtract. Where a sum is not
// zero in the end, the entries of that group are compared one by one.
#include "storage/check_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "storage/catalog.h"

namespace kith::storage {
namespace {

constexpr size_t kNodesAtOnce = 512;
constexpr uint64_t kSerialsAtOnce = 4'096;

// One entry of a list, seen from its relationship.
struct Edge {
  RelId relationship;
  NodeId start;
  NodeId end;
  RelTypeId type{};

  auto operator<=>(const Edge&) const = default;
};

// SplitMix64's mixing over the fields: sums of equal sets are equal, and of others hardly ever.
uint64_t Mixed(const Edge& edge) {
  uint64_t hash = 0;
  for (const uint64_t field : {edge.relationship.bits(), edge.start.bits(), edge.end.bits(),
                               static_cast<uint64_t>(edge.type)}) {
    hash += field + 0x9E3779B97F4A7C15ull;
    hash = (hash ^ hash >> 30) * 0xBF58476D1CE4E5B9ull;
    hash = (hash ^ hash >> 27) * 0x94D049BB133111EBull;
    hash ^= hash >> 31;
  }
  return hash;
}

std::vector<NodeId> NodesOf(GroupId group, const SlotBitmap& members) {
  std::vector<NodeId> nodes;
  for (uint32_t slot = 0; slot < kGroupSlots && !members.words.empty(); ++slot) {
    if (members.Contains(slot)) nodes.emplace_back(group, slot);
  }
  return nodes;
}

class GraphCheck {
 public:
  GraphCheck(ReadView* view, CheckReport* report)
      : view_(*view),
        report_(*report),
        labels_(view->catalog().Labels()),
        types_(view->catalog().RelTypes()),
        properties_(view->catalog().Properties()) {}

  Status Run() {
    KITH_ASSIGN_OR_RETURN(groups_, view_.LabelGroups(std::nullopt));
    for (; groups_done_ < groups_.size(); ++groups_done_) {
      KITH_RETURN_IF_ERROR(Step());
      KITH_RETURN_IF_ERROR(CheckGroup(groups_[groups_done_]));
    }
    KITH_RETURN_IF_ERROR(Step());
    for (const auto& [group, sum] : unmatched_) {
      if (sum != 0) KITH_RETURN_IF_ERROR(NameUnmatched(group));
    }
    return CheckCounters();
  }

 private:
  // What stands in for an error of reading: the part that could not be read is left out.
  Status Absorb(std::string_view where, const Status& status) {
    return report_.Absorb(where, status, &damaged_);
  }
  Status Step() { return report_.Step({"graph", groups_done_, groups_.size()}); }
  static std::string Group(GroupId group) {
    return fmt::format("group {}", static_cast<uint32_t>(group));
  }
  static std::string Node(NodeId node) { return fmt::format("node {}", node.bits()); }
  std::string Label(LabelId label) const {
    const auto id = static_cast<uint32_t>(label);
    return id < labels_.size() ? labels_[id] : fmt::format("number {}", id);
  }
  std::string Type(RelTypeId type) const {
    const auto id = static_cast<uint32_t>(type);
    return id < types_.size() ? types_[id] : fmt::format("number {}", id);
  }
  std::string Relationship(const Edge& edge) const {
    return fmt::format("relationship {}, type {}", edge.relationship.bits(), Type(edge.type));
  }
  std::string Ends(const Edge& edge) const {
    return fmt::format("({})-[:{}]->({})", edge.start.bits(), Type(edge.type), edge.end.bits());
  }

  Status CheckGroup(GroupId group);
  Status CheckGroupWhole(GroupId group);
  Status CheckLabels(GroupId group, const std::vector<NodeId>& nodes);
  Status CheckMembers(GroupId group, LabelId label, const SlotBitmap& expected);
  template <typename Id>
  Status CheckProperties(std::string_view noun, std::span<const Id> ids);
  Status CheckRows(GroupId group);
  Status CheckRowChunk(const std::vector<RelId>& ids);
  Status CheckOutgoing(std::span<const NodeId> nodes);
  Status CheckIncoming(std::span<const NodeId> nodes);
  Status Lists(std::span<const NodeId> nodes, Direction direction, std::vector<Edge>* edges);
  Status CheckEdge(const Edge& edge, const Endpoints& row, bool exists, std::string_view list);
  Status NameUnmatched(GroupId group);
  Status CheckCounters();

  ReadView& view_;
  CheckReport& report_;
  const std::vector<std::string> labels_;
  const std::vector<std::string> types_;
  const std::vector<std::string> properties_;
  std::vector<GroupId> groups_;
  size_t groups_done_ = 0;

  IdLimits limits_;                        // Of the current group.
  std::vector<bool> listed_;               // Its serials that are in an outgoing list.
  std::map<GroupId, uint64_t> unmatched_;  // By the group of the end.

  uint64_t nodes_ = 0;
  uint64_t relationships_ = 0;
  std::map<LabelId, uint64_t> nodes_of_;
  std::map<RelTypeId, uint64_t> relationships_of_;
  bool damaged_ = false;  // Something could not be read: what is counted is not all.
};

Status GraphCheck::CheckGroup(GroupId group) {
  const bool damaged_before = std::exchange(damaged_, false);
  const Status status = CheckGroupWhole(group);
  damaged_ = damaged_ || damaged_before;
  return status;
}

Status GraphCheck::CheckGroupWhole(GroupId group) {
  limits_ = view_.catalog().LimitsOf(group);
  listed_.assign(limits_.serials, false);
  SlotBitmap members;
  const Status read = view_.LabelNodes(group, std::nullopt, &members);
  if (!read.ok()) return Absorb(Group(group), read);
  const std::vector<NodeId> nodes = NodesOf(group, members);
  nodes_ += nodes.size();
  if (!nodes.empty() && nodes.back().slot() >= limits_.slots) {
    KITH_RETURN_IF_ERROR(
        report_.Add({"node has a number that was never given out", Node(nodes.back()),
                     fmt::format("below slot {}", limits_.slots),
                     fmt::format("slot {}", nodes.back().slot())}));
  }
  KITH_RETURN_IF_ERROR(CheckLabels(group, nodes));
  for (size_t i = 0; i < nodes.size(); i += kNodesAtOnce) {
    const auto chunk = std::span(nodes).subspan(i, std::min(kNodesAtOnce, nodes.size() - i));
    KITH_RETURN_IF_ERROR(CheckProperties<NodeId>("node", chunk));
    KITH_RETURN_IF_ERROR(CheckOutgoing(chunk));
    KITH_RETURN_IF_ERROR(CheckIncoming(chunk));
  }
  // Without all lists, rows would seem to be missing in them.
  return damaged_ ? Status::Ok() : CheckRows(group);
}

// Rows against the members of each label.
Status GraphCheck::CheckLabels(GroupId group, const std::vector<NodeId>& nodes) {
  std::vector<std::vector<LabelId>> labels;
  const Status read = view_.Labels(nodes, &labels);
  if (!read.ok()) return Absorb(Group(group) + ", labels", read);
  std::map<LabelId, SlotBitmap> expected;
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (const LabelId label : labels[i]) expected[label].Insert(nodes[i].slot());
  }
  for (uint32_t id = 0; id < labels_.size(); ++id) expected[LabelId{id}];
  for (const auto& [label, slots] : expected) {
    nodes_of_[label] += slots.Count();
    if (static_cast<uint32_t>(label) >= labels_.size()) {
      KITH_RETURN_IF_ERROR(report_.Add({"label has no name", Group(group),
                                        fmt::format("below {}", labels_.size()), Label(label)}));
    }
    KITH_RETURN_IF_ERROR(CheckMembers(group, label, slots));
  }
  return Status::Ok();
}

Status GraphCheck::CheckMembers(GroupId group, LabelId label, const SlotBitmap& expected) {
  const std::vector<GroupId> groups = view_.catalog().GroupsOf(label);
  const bool listed = std::binary_search(groups.begin(), groups.end(), group);
  SlotBitmap members;
  if (listed) {
    const Status read = view_.LabelNodes(group, label, &members);
    const std::string where = fmt::format("{}, label {}", Group(group), Label(label));
    if (!read.ok()) return Absorb(where, read);
  }
  if (expected.words == members.words) return Status::Ok();
  for (uint32_t slot = 0; slot < kGroupSlots; ++slot) {
    if (expected.Contains(slot) == members.Contains(slot)) continue;
    const std::string where = fmt::format("{}, label {}", Node({group, slot}), Label(label));
    KITH_RETURN_IF_ERROR(
        expected.Contains(slot)
            ? report_.Add({"node is missing among the nodes of its label", where, "listed", "not"})
            : report_.Add({"node is listed under a label that it does not have", where,
                           "not listed", "listed"}));
  }
  return Status::Ok();
}

template <typename Id>
Status GraphCheck::CheckProperties(std::string_view noun, std::span<const Id> ids) {
  if (ids.empty()) return Status::Ok();
  std::vector<PropertyList> lists;
  const Status read = view_.Properties(ids, &lists);
  if (!read.ok()) {
    return Absorb(
        fmt::format("{}s {} to {}, properties", noun, ids.front().bits(), ids.back().bits()), read);
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    for (const auto& [property, value] : lists[i]) {
      if (static_cast<uint32_t>(property) < properties_.size()) continue;
      KITH_RETURN_IF_ERROR(
          report_.Add({"property has no name", fmt::format("{} {}", noun, ids[i].bits()),
                       fmt::format("below {}", properties_.size()),
                       fmt::format("number {}", static_cast<uint32_t>(property))}));
    }
  }
  return Status::Ok();
}

// The entries of both or one direction's lists. A self-loop is in each direction's.
Status GraphCheck::Lists(std::span<const NodeId> nodes, Direction direction,
                         std::vector<Edge>* edges) {
  ExpandOptions options;
  options.direction = direction;
  Adjacency adjacency;
  KITH_RETURN_IF_ERROR(view_.Expand(nodes, options, &adjacency));
  edges->clear();
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (uint32_t at = adjacency.offsets[i]; at < adjacency.offsets[i + 1]; ++at) {
      const NodeId other = adjacency.neighbours[at];
      const bool out = direction == Direction::kOutgoing;
      edges->push_back({adjacency.relationships[at], out ? nodes[i] : other, out ? other : nodes[i],
                        adjacency.types[at]});
    }
  }
  return Status::Ok();
}

// An entry of a list against the row of its relationship and its other end.
Status GraphCheck::CheckEdge(const Edge& edge, const Endpoints& row, bool exists,
                             std::string_view list) {
  const std::string where = fmt::format("{}, {} list", Relationship(edge), list);
  if (!row.exists) {
    KITH_RETURN_IF_ERROR(
        report_.Add({"relationship is listed and does not exist", where, "a row", Ends(edge)}));
  } else if (const Edge stored{edge.relationship, row.start, row.end, row.type}; stored != edge) {
    KITH_RETURN_IF_ERROR(report_.Add(
        {"relationship is listed otherwise than it is", where, Ends(stored), Ends(edge)}));
  }
  if (!exists) {
    KITH_RETURN_IF_ERROR(report_.Add(
        {"relationship leads to a node that does not exist", where, "a node", Ends(edge)}));
  }
  if (static_cast<uint32_t>(edge.type) < types_.size()) return Status::Ok();
  return report_.Add({"relationship type has no name", where,
                      fmt::format("below {}", types_.size()), Type(edge.type)});
}

Status GraphCheck::CheckOutgoing(std::span<const NodeId> nodes) {
  const std::string where =
      fmt::format("outgoing lists of nodes {} to {}", nodes.front().bits(), nodes.back().bits());
  std::vector<Edge> edges;
  if (const Status read = Lists(nodes, Direction::kOutgoing, &edges); !read.ok()) {
    return Absorb(where, read);
  }
  std::vector<RelId> ids;
  std::vector<NodeId> ends;
  for (const Edge& edge : edges) {
    ids.push_back(edge.relationship);
    ends.push_back(edge.end);
  }
  std::vector<Endpoints> rows;
  std::vector<uint8_t> exist;
  Status read = view_.EndpointsOf(ids, &rows);
  if (read.ok()) read = view_.Exist(ends, &exist);
  if (!read.ok()) return Absorb(where, read);
  for (size_t i = 0; i < edges.size(); ++i) {
    const Edge& edge = edges[i];
    KITH_RETURN_IF_ERROR(CheckEdge(edge, rows[i], exist[i] != 0, "outgoing"));
    unmatched_[edge.end.group()] += Mixed(edge);
    ++relationships_;
    ++relationships_of_[edge.type];
    const uint32_t serial = edge.relationship.serial();
    if (serial >= limits_.serials) {
      KITH_RETURN_IF_ERROR(report_.Add(
          {"relationship has a number that was never given out", Relationship(edge),
           fmt::format("below serial {}", limits_.serials), fmt::format("serial {}", serial)}));
    } else if (listed_[serial]) {
      KITH_RETURN_IF_ERROR(report_.Add({"relationship is listed twice",
                                        Relationship(edge) + ", outgoing list", "once", "again"}));
    } else {
      listed_[serial] = true;
    }
  }
  return Status::Ok();
}

Status GraphCheck::CheckIncoming(std::span<const NodeId> nodes) {
  const std::string where =
      fmt::format("incoming lists of nodes {} to {}", nodes.front().bits(), nodes.back().bits());
  std::vector<Edge> edges;
  if (const Status read = Lists(nodes, Direction::kIncoming, &edges); !read.ok()) {
    return Absorb(where, read);
  }
  for (const Edge& edge : edges) unmatched_[edge.end.group()] -= Mixed(edge);
  return Status::Ok();
}

// Every row must be in an outgoing list.
Status GraphCheck::CheckRows(GroupId group) {
  std::vector<RelId> ids;
  for (uint64_t first = 0; first < limits_.serials; first += kSerialsAtOnce) {
    ids.clear();
    const uint64_t end = std::min(limits_.serials, first + kSerialsAtOnce);
    for (uint64_t serial = first; serial < end; ++serial) {
      ids.emplace_back(group, static_cast<uint32_t>(serial));
    }
    KITH_RETURN_IF_ERROR(Step());
    KITH_RETURN_IF_ERROR(CheckRowChunk(ids));
  }
  return Status::Ok();
}

Status GraphCheck::CheckRowChunk(const std::vector<RelId>& ids) {
  std::vector<Endpoints> rows;
  const Status read = view_.EndpointsOf(ids, &rows);
  if (!read.ok()) {
    return Absorb(fmt::format("relationships {} to {}", ids.front().bits(), ids.back().bits()),
                  read);
  }
  std::vector<RelId> there;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (!rows[i].exists) continue;
    there.push_back(ids[i]);
    if (listed_[ids[i].serial()]) continue;
    const Edge edge{ids[i], rows[i].start, rows[i].end, rows[i].type};
    KITH_RETURN_IF_ERROR(
        report_.Add({"relationship is missing in a list", Relationship(edge) + ", outgoing list",
                     Ends(edge), "no entry"}));
  }
  return CheckProperties<RelId>("relationship", there);
}

// Which entries of the incoming lists of a group have no outgoing one, and the other way round.
Status GraphCheck::NameUnmatched(GroupId group) {
  SlotBitmap members;
  std::vector<Edge> incoming;
  Status read = view_.LabelNodes(group, std::nullopt, &members);
  if (read.ok()) read = Lists(NodesOf(group, members), Direction::kIncoming, &incoming);
  std::sort(incoming.begin(), incoming.end());
  std::vector<bool> matched(incoming.size());
  for (size_t i = 0; i < groups_.size() && read.ok(); ++i) {
    KITH_RETURN_IF_ERROR(Step());
    std::vector<Edge> outgoing;
    read = view_.LabelNodes(groups_[i], std::nullopt, &members);
    if (read.ok()) read = Lists(NodesOf(groups_[i], members), Direction::kOutgoing, &outgoing);
    for (const Edge& edge : outgoing) {
      if (edge.end.group() != group) continue;
      const auto found = std::lower_bound(incoming.begin(), incoming.end(), edge);
      if (found != incoming.end() && *found == edge) {
        matched[static_cast<size_t>(found - incoming.begin())] = true;
        continue;
      }
      KITH_RETURN_IF_ERROR(
          report_.Add({"relationship is missing in a list", Relationship(edge) + ", incoming list",
                       Ends(edge), "no entry"}));
    }
  }
  // What could not be read here was reported when it was met first.
  if (!read.ok()) return damaged_ ? Status::Ok() : Absorb(Group(group), read);
  for (size_t i = 0; i < incoming.size(); ++i) {
    if (matched[i]) continue;
    KITH_RETURN_IF_ERROR(report_.Add({"relationship is listed and does not exist",
                                      Relationship(incoming[i]) + ", incoming list",
                                      "an outgoing entry", Ends(incoming[i])}));
  }
  return Status::Ok();
}

Status GraphCheck::CheckCounters() {
  if (damaged_) return Status::Ok();
  const auto read = view_.GetStatistics();
  if (!read.ok()) return Absorb("counters", read.status());
  const std::unique_ptr<Statistics>& statistics = *read;
  KITH_RETURN_IF_ERROR(
      report_.Expect("counter is wrong", "nodes", nodes_, statistics->NodeCount()));
  KITH_RETURN_IF_ERROR(report_.Expect("counter is wrong", "relationships", relationships_,
                                      statistics->RelationshipCount()));
  for (uint32_t id = 0; id < labels_.size(); ++id) {
    const LabelId label{id};
    KITH_RETURN_IF_ERROR(report_.Expect("counter is wrong", "nodes with label " + Label(label),
                                        nodes_of_[label], statistics->NodeCount(label)));
  }
  for (uint32_t id = 0; id < types_.size(); ++id) {
    const RelTypeId type{id};
    KITH_RETURN_IF_ERROR(report_.Expect("counter is wrong", "relationships of type " + Type(type),
                                        relationships_of_[type],
                                        statistics->RelationshipCount(type)));
  }
  return Status::Ok();
}

}  // namespace

Status CheckGraph(ReadView* view, CheckReport* report) {
  return GraphCheck(view, report).Run();
}

}  // namespace kith::storage
