// SPDX-License-Identifier: Apache-2.0
// Compares everything that two views read.
#include "tests/storage/view_comparison.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace kith::storage {
namespace {

class Comparison {
 public:
  Comparison(ReadView& real, ReadView& toy, const GraphNames& names, ViewQuestions questions,
             std::mt19937_64* random)
      : views_{&real, &toy}, names_(names), questions_(std::move(questions)), random_(*random) {}

  std::string Run() {
    Mix(&questions_.nodes);
    Mix(&questions_.relationships);
    CompareStatistics();
    CompareMembers();
    CompareNodes();
    CompareColumns();
    for (const Direction direction :
         {Direction::kOutgoing, Direction::kIncoming, Direction::kBoth}) {
      CompareAdjacency(direction);
    }
    CompareRelationships();
    CompareKeys();
    return difference_;
  }

 private:
  // Both views' answers; `ask` fills one.
  template <typename Answer, typename Ask>
  std::array<Answer, 2> Both(std::string_view what, const Ask& ask) {
    std::array<Answer, 2> answers{};
    for (size_t i = 0; i < 2 && difference_.empty(); ++i) {
      const Status status = ask(*views_[i], &answers[i]);
      if (!status.ok()) Differ("{} gives {}", what, status.ToString());
    }
    return answers;
  }
  // The same for functions that return their answer.
  template <typename Answer, typename Ask>
  std::array<Answer, 2> BothGive(std::string_view what, const Ask& ask) {
    return Both<Answer>(what, [&](ReadView& view, Answer* answer) -> Status {
      KITH_ASSIGN_OR_RETURN(*answer, ask(view));
      return Status::Ok();
    });
  }

  template <typename... Args>
  void Differ(fmt::format_string<Args...> text, Args&&... args) {
    if (difference_.empty()) difference_ = fmt::format(text, std::forward<Args>(args)...);
  }
  template <typename T>
  void Same(std::string_view what, const T& real, const T& toy) {
    if (!(real == toy)) Differ("{} differs", what);
  }
  // One entry for each id.
  template <typename Id, typename T>
  void SameEntries(std::string_view what, const std::vector<Id>& ids,
                   const std::array<std::vector<T>, 2>& answers) {
    if (!difference_.empty()) return;
    for (size_t i = 0; i < 2; ++i) {
      if (answers[i].size() != ids.size()) {
        return Differ("{} has {} entries of {}", what, answers[i].size(), ids.size());
      }
    }
    for (size_t i = 0; i < ids.size(); ++i) {
      if (!(answers[0][i] == answers[1][i])) return Differ("{} of {}", what, ids[i].bits());
    }
  }

  uint64_t Below(uint64_t limit) { return random_() % limit; }
  // Sorted, which is the store's fast way, or not; some ids twice.
  template <typename Id>
  void Mix(std::vector<Id>* ids) {
    for (uint64_t i = Below(4); i > 0 && !ids->empty(); --i) {
      ids->push_back((*ids)[Below(ids->size())]);
    }
    if (Below(2) == 0) return std::sort(ids->begin(), ids->end());
    std::shuffle(ids->begin(), ids->end(), random_);
  }

  void CompareStatistics() {
    const auto of = BothGive<std::unique_ptr<Statistics>>(
        "the statistics", [](ReadView& view) { return view.GetStatistics(); });
    if (!difference_.empty()) return;
    Same("the number of nodes", of[0]->NodeCount(), of[1]->NodeCount());
    Same("the number of relationships", of[0]->RelationshipCount(), of[1]->RelationshipCount());
    for (const LabelId label : names_.labels) {
      Same("a label's number of nodes", of[0]->NodeCount(label), of[1]->NodeCount(label));
    }
    for (const RelTypeId type : names_.types) {
      Same("a type's number of relationships", of[0]->RelationshipCount(type),
           of[1]->RelationshipCount(type));
    }
  }

  void CompareMembers() {
    std::vector<std::optional<LabelId>> labels{std::nullopt};
    labels.insert(labels.end(), names_.labels.begin(), names_.labels.end());
    for (const auto label : labels) {
      const auto groups = BothGive<std::vector<GroupId>>(
          "LabelGroups", [&](ReadView& view) { return view.LabelGroups(label); });
      if (!std::is_sorted(groups[0].begin(), groups[0].end()) ||
          !std::includes(groups[0].begin(), groups[0].end(), groups[1].begin(), groups[1].end())) {
        Differ("LabelGroups is unsorted or leaves a group out");
      }
      for (const GroupId group : groups[0]) CompareGroup(group, label);
    }
  }

  void CompareGroup(GroupId group, std::optional<LabelId> label) {
    const auto members = Both<SlotBitmap>("LabelNodes", [&](ReadView& view, SlotBitmap* answer) {
      return view.LabelNodes(group, label, answer);
    });
    SameBitmaps("LabelNodes", group, members);
    if (!difference_.empty() || names_.properties.empty() || questions_.operands.empty()) return;
    PropertyPredicate predicate;
    predicate.op = static_cast<PropertyPredicate::Operator>(Below(7));
    const auto operand = [&] { return questions_.operands[Below(questions_.operands.size())]; };
    const bool in = predicate.op == PropertyPredicate::Operator::kIn;
    predicate.operand = in ? Value(List{operand(), operand()}) : operand();
    const PropertyId property = names_.properties[Below(names_.properties.size())];
    const auto passing = Both<SlotBitmap>("ScanFilter", [&](ReadView& view, SlotBitmap* answer) {
      *answer = members[1];
      return view.ScanFilter(group, property, predicate, answer);
    });
    SameBitmaps("ScanFilter", group, passing);
  }

  // Empty words and all zeros mean the same.
  void SameBitmaps(std::string_view what, GroupId group, const std::array<SlotBitmap, 2>& maps) {
    for (uint32_t slot = 0; slot < kGroupSlots && difference_.empty(); ++slot) {
      if (maps[0].Contains(slot) != maps[1].Contains(slot)) {
        Differ("{} of group {}, slot {}: found {}, expected {}", what, static_cast<uint32_t>(group),
               slot, maps[0].Contains(slot), maps[1].Contains(slot));
      }
    }
  }

  void CompareNodes() {
    const std::vector<NodeId>& nodes = questions_.nodes;
    SameEntries("Exist", nodes,
                Both<std::vector<uint8_t>>("Exist", [&](ReadView& view, auto* answer) {
                  return view.Exist(nodes, answer);
                }));
    using Labels = std::vector<std::vector<LabelId>>;
    SameEntries("Labels", nodes, Both<Labels>("Labels", [&](ReadView& view, auto* answer) {
                  return view.Labels(nodes, answer);
                }));
    for (const LabelId label : names_.labels) {
      SameEntries("HaveLabel", nodes,
                  Both<std::vector<uint8_t>>("HaveLabel", [&](ReadView& view, auto* answer) {
                    return view.HaveLabel(nodes, label, answer);
                  }));
    }
    using Lists = std::vector<PropertyList>;
    SameEntries("Properties", nodes, Both<Lists>("Properties", [&](ReadView& view, auto* answer) {
                  return view.Properties(nodes, answer);
                }));
    for (const NodeId node : nodes) {
      if (views_[0]->WasDeleted(node) != views_[1]->WasDeleted(node)) {
        Differ("WasDeleted of node {}", node.bits());
      }
    }
  }

  template <typename Id>
  void SameColumn(std::string_view what, const std::vector<Id>& ids, const Column& real,
                  const Column& toy) {
    if (!difference_.empty()) return;
    if (real.kind != toy.kind || real.size != ids.size()) return Differ("{}: the kind", what);
    for (size_t i = 0; i < ids.size(); ++i) {
      if (!(real.At(i) == toy.At(i))) return Differ("{} of {}", what, ids[i].bits());
    }
  }

  void CompareColumns() {
    const auto many =
        Both<std::vector<Column>>("GatherMany", [&](ReadView& view, std::vector<Column>* answer) {
          return view.GatherMany(questions_.nodes, names_.properties, answer);
        });
    for (size_t i = 0; i < names_.properties.size() && difference_.empty(); ++i) {
      SameColumn("GatherMany", questions_.nodes, many[0][i], many[1][i]);
      const PropertyId property = names_.properties[i];
      const auto nodes = Both<Column>("Gather", [&](ReadView& view, Column* answer) {
        return view.Gather(questions_.nodes, property, answer);
      });
      SameColumn("Gather", questions_.nodes, nodes[0], nodes[1]);
      const auto relationships = Both<Column>("Gather", [&](ReadView& view, Column* answer) {
        return view.Gather(questions_.relationships, property, answer);
      });
      SameColumn("Gather", questions_.relationships, relationships[0], relationships[1]);
    }
  }

  // Of all types, of each, and of two at once.
  void CompareAdjacency(Direction direction) {
    std::vector<std::vector<RelTypeId>> choices{{}};
    for (const RelTypeId type : names_.types) choices.push_back({type});
    if (names_.types.size() > 1) choices.push_back({names_.types[1], names_.types[0]});
    for (const auto& types : choices) {
      ExpandOptions options;
      options.types = types;
      options.direction = direction;
      options.relationships = Below(4) != 0;
      CompareLists(options);
    }
  }

  void CompareLists(const ExpandOptions& options) {
    const auto lists = Both<Adjacency>("Expand", [&](ReadView& view, Adjacency* answer) {
      return view.Expand(questions_.nodes, options, answer);
    });
    const std::string what = fmt::format("Expand in direction {} of {} types",
                                         static_cast<int>(options.direction), options.types.size());
    const Adjacency& real = lists[0];
    const Adjacency& toy = lists[1];
    for (size_t i = 0; i + 1 < toy.offsets.size() && difference_.empty(); ++i) {
      if (real.offsets.size() != toy.offsets.size() || real.offsets[i + 1] != toy.offsets[i + 1]) {
        Differ("{}: the length of node {}'s list", what, questions_.nodes[i].bits());
      }
    }
    Same(what + ": neighbours", real.neighbours, toy.neighbours);
    Same(what + ": relationships", real.relationships, toy.relationships);
    Same(what + ": types", real.types, toy.types);
    Same(what + ": outgoing", real.outgoing, toy.outgoing);
    SameEntries("Degree", questions_.nodes,
                Both<std::vector<uint32_t>>("Degree", [&](ReadView& view, auto* answer) {
                  return view.Degree(questions_.nodes, options, answer);
                }));
  }

  void CompareRelationships() {
    const std::vector<RelId>& ids = questions_.relationships;
    const auto ends = Both<std::vector<Endpoints>>(
        "EndpointsOf", [&](ReadView& view, auto* answer) { return view.EndpointsOf(ids, answer); });
    for (size_t i = 0; i < ids.size() && difference_.empty(); ++i) {
      const Endpoints& real = ends[0][i];
      const Endpoints& toy = ends[1][i];
      const bool deleted = views_[1]->WasDeleted(ids[i]);
      if (views_[0]->WasDeleted(ids[i]) != deleted) Differ("WasDeleted of {}", ids[i].bits());
      if (real.exists != toy.exists) Differ("EndpointsOf {}: exists", ids[i].bits());
      if (!toy.exists && !deleted) continue;
      if (real.start != toy.start || real.end != toy.end || real.type != toy.type) {
        Differ("EndpointsOf {}", ids[i].bits());
      }
    }
    using Lists = std::vector<PropertyList>;
    SameEntries("Properties of relationships", ids,
                Both<Lists>("Properties", [&](ReadView& view, auto* answer) {
                  return view.Properties(ids, answer);
                }));
  }

  void CompareKeys() {
    for (const std::string& key : questions_.keys) {
      const auto values = BothGive<std::optional<std::string>>(
          "Get", [&](ReadView& view) { return view.keys().Get(KeySpace::kProperty, key); });
      Same("Get", values[0], values[1]);
    }
    std::string lower;
    std::string upper;
    if (!questions_.keys.empty() && Below(2) == 0) {
      lower = questions_.keys[Below(questions_.keys.size())];
      upper = questions_.keys[Below(questions_.keys.size())];
      if (upper < lower) std::swap(lower, upper);
    }
    CompareScan(lower, upper, &KeySpaceReader::Scan);
    CompareScan(lower, upper, &KeySpaceReader::ScanBackwards);
    const auto counters = BothGive<int64_t>(
        "Counter", [&](ReadView& view) { return view.keys().Counter(questions_.counter); });
    Same("Counter", counters[0], counters[1]);
  }

  void CompareScan(const std::string& lower, const std::string& upper,
                   decltype(&KeySpaceReader::Scan) scan) {
    using Entries = std::vector<std::pair<std::string, std::string>>;
    const auto entries = Both<Entries>("Scan", [&](ReadView& view, Entries* answer) {
      return (view.keys().*scan)(KeySpace::kProperty, lower, upper,
                                 [&](std::string_view key, std::string_view value) {
                                   answer->emplace_back(key, value);
                                   return true;
                                 });
    });
    Same("a scan of keys", entries[0], entries[1]);
  }

  std::array<ReadView*, 2> views_;
  const GraphNames& names_;
  ViewQuestions questions_;
  std::mt19937_64& random_;
  std::string difference_;
};

}  // namespace

std::string FirstDifference(ReadView& real, ReadView& toy, const GraphNames& names,
                            ViewQuestions questions, std::mt19937_64* random) {
  return Comparison(real, toy, names, std::move(questions), random).Run();
}

}  // namespace kith::storage
