// SPDX-License-Identifier: Apache-2.0
// What queries and indexes see of the graph: one snapshot plus the transaction's own writes. Final
// from the first day: operators use nothing else, no RocksDB iterator crosses it, one call serves a
// span of ids and never a single row.
//
// Every span function takes ids in any order, with repeats; ids of nodes that do not exist in this
// view count as absent: no neighbours, no labels, null properties. A view is used by one thread at
// a time; writes of its transaction are visible at once, so a caller that writes while it walks
// results must have taken them first (the Eager operator).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/base/value.h"
#include "storage/key_space.h"

namespace kith::storage {

class Catalog;

/// Seen from the node that is expanded. kBoth lists a self-loop once.
enum class Direction : uint8_t { kOutgoing, kIncoming, kBoth };

/// Membership of one group's slots: kGroupSlots bits, 64 to a word.
struct SlotBitmap {
  std::vector<uint64_t> words;  ///< Empty (no member) or kGroupSlots / 64 words.

  bool Contains(uint32_t slot) const {
    return !words.empty() && (words[slot / 64] >> (slot % 64) & 1) != 0;
  }
  void Insert(uint32_t slot) {
    if (words.empty()) words.resize(kGroupSlots / 64);
    words[slot / 64] |= uint64_t{1} << (slot % 64);
  }
  void Remove(uint32_t slot) {
    if (!words.empty()) words[slot / 64] &= ~(uint64_t{1} << (slot % 64));
  }
  uint32_t Count() const;
};

/// Adjacency of n nodes in compressed sparse row form. Entry i has the neighbours
/// [offsets[i], offsets[i + 1]) of `neighbours` and, when asked for, of the arrays below it.
/// Within an entry they are sorted by (type when several, neighbour, RelId).
struct Adjacency {
  std::vector<uint32_t> offsets;  ///< n + 1 entries, offsets[0] == 0.
  std::vector<NodeId> neighbours;
  std::vector<RelId> relationships;
  std::vector<RelTypeId> types;
  std::vector<uint8_t> outgoing;  ///< 1 where the expanded node is the relationship's start.
};

/// The two ends and the type of a relationship.
struct Endpoints {
  bool exists = false;
  NodeId start;
  NodeId end;
  RelTypeId type{};
};

/// A property of n entities. One of the typed arrays is filled when every non-null value has that
/// type, else `values`. Memory belongs to the column.
struct Column {
  enum class Kind : uint8_t { kAllNull, kBoolean, kInteger, kFloat, kString, kMixed };
  Kind kind = Kind::kAllNull;
  size_t size = 0;
  std::vector<uint8_t> valid;  ///< size entries, 1 = has a value; empty for kAllNull.
  std::vector<uint8_t> booleans;
  std::vector<int64_t> integers;
  std::vector<double> floats;
  std::vector<uint32_t> codes;  ///< Strings, into `dictionary`; equal ones may have several codes.
  std::vector<Value> dictionary;
  std::vector<Value> values;  ///< kMixed: one for each entity, null where not valid.

  /// The value at i as a Value. For results and general expressions, not for inner loops.
  Value At(size_t i) const;
};

/// A test on one property that storage can run on encoded data: `property OP operand`, where kIn
/// has a list operand and kExists none. Null and incomparable values fail it.
struct PropertyPredicate {
  enum class Operator : uint8_t {
    kEqual,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kIn,
    kExists
  };
  Operator op = Operator::kEqual;
  Value operand;
};

/// Counts in the view's snapshot, without the transaction's own changes: for planning only.
class Statistics {
 public:
  virtual ~Statistics() = default;
  virtual uint64_t NodeCount() const = 0;
  virtual uint64_t NodeCount(LabelId label) const = 0;
  virtual uint64_t RelationshipCount() const = 0;
  virtual uint64_t RelationshipCount(RelTypeId type) const = 0;
};

/// All properties of one entity: ids ascending.
using PropertyList = std::vector<std::pair<PropertyId, Value>>;

struct ExpandOptions {
  std::span<const RelTypeId> types;  ///< Empty means every type.
  Direction direction = Direction::kOutgoing;
  bool relationships = true;  ///< Also fill relationships, types and outgoing.
};

class ReadView {
 public:
  virtual ~ReadView() = default;

  virtual CommitNumber commit_number() const = 0;
  virtual const Catalog& catalog() const = 0;
  virtual Result<std::unique_ptr<Statistics>> GetStatistics() = 0;
  /// Ordered bytes as of this view (index and schema data).
  virtual KeySpaceReader& keys() = 0;

  /// Groups that may hold nodes with the label (or, without one, any nodes), ascending. The unit of
  /// scanning: fetch one group's members at a time.
  virtual Result<std::vector<GroupId>> LabelGroups(std::optional<LabelId> label) = 0;
  /// The nodes of `group` that have the label (or, without one, that exist).
  virtual Status LabelNodes(GroupId group, std::optional<LabelId> label, SlotBitmap* members) = 0;

  /// (*exist)[i] = 1 when nodes[i] is in this view.
  virtual Status Exist(std::span<const NodeId> nodes, std::vector<uint8_t>* exist) = 0;
  /// (*has)[i] = 1 when nodes[i] has the label.
  virtual Status HaveLabel(std::span<const NodeId> nodes, LabelId label,
                           std::vector<uint8_t>* has) = 0;
  /// The labels of each node, ids ascending. Absent nodes have none.
  virtual Status Labels(std::span<const NodeId> nodes,
                        std::vector<std::vector<LabelId>>* labels) = 0;

  virtual Status Expand(std::span<const NodeId> nodes, const ExpandOptions& options,
                        Adjacency* adjacency) = 0;
  /// (*degrees)[i] is the size that Expand's entry i would have.
  virtual Status Degree(std::span<const NodeId> nodes, const ExpandOptions& options,
                        std::vector<uint32_t>* degrees) = 0;
  /// A relationship deleted by this view's own transaction has exists == false but keeps its ends
  /// and type, as the language needs them.
  virtual Status EndpointsOf(std::span<const RelId> relationships,
                             std::vector<Endpoints>* ends) = 0;

  /// One property of many entities as a typed column.
  virtual Status Gather(std::span<const NodeId> nodes, PropertyId property, Column* column) = 0;
  virtual Status Gather(std::span<const RelId> relationships, PropertyId property,
                        Column* column) = 0;
  /// Several properties of the same nodes in one pass; columns->size() == properties.size().
  virtual Status GatherMany(std::span<const NodeId> nodes, std::span<const PropertyId> properties,
                            std::vector<Column>* columns) = 0;
  /// All properties, for results, keys(n) and properties(n).
  virtual Status Properties(std::span<const NodeId> nodes, std::vector<PropertyList>* lists) = 0;
  virtual Status Properties(std::span<const RelId> relationships,
                            std::vector<PropertyList>* lists) = 0;

  /// Keeps in `members` those nodes of `group` whose property passes; evaluated on encoded data.
  virtual Status ScanFilter(GroupId group, PropertyId property, const PropertyPredicate& predicate,
                            SlotBitmap* members) = 0;

  /// True when the entity was deleted by this view's own transaction (for EntityNotFound errors).
  virtual bool WasDeleted(NodeId node) const = 0;
  virtual bool WasDeleted(RelId relationship) const = 0;
};

}  // namespace kith::storage
