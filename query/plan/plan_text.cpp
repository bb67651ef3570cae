// SPDX-License-Identifier: Apache-2.0
// EXPLAIN and PROFILE.
#include "query/plan/plan_text.h"

#include <fmt/format.h>

#include "index/index_definition.h"
#include "query/function/registry.h"
#include "query/plan/expression_walk.h"
#include "query/procedure.h"

namespace kith::query::plan {

namespace {

struct Line {
  std::string text;
  double rows = 0;
  uint32_t number = 0;
};

class PlanWriter {
 public:
  PlanWriter(const LogicalPlan& plan, const BoundStatement& statement)
      : plan_(plan), statement_(statement) {}

  std::vector<Line> Write() {
    NameAggregates(*plan_.root);
    for (const auto& [subquery, inner] : plan_.subqueries) NameAggregates(*inner.root);
    Add(*plan_.root, "");
    return std::move(lines_);
  }

 private:
  /// The last child goes below its parent in the same column; others branch off to the right.
  void Add(const PlanNode& node, const std::string& indent) {
    const bool own = node.kind != PlanKind::kProduceResults;
    lines_.push_back({indent + "+- " + Name(node) + Details(node), node.rows,
                      own ? node.number : node.children[0]->number});
    AddSubqueries(node, indent + "|  ");
    for (size_t i = 1; i < node.children.size(); ++i) {
      Add(*node.children[i], indent + "|  ");
    }
    if (!node.children.empty()) Add(*node.children[0], indent);
  }

  void AddSubqueries(const PlanNode& node, const std::string& indent) {
    std::vector<const bound::Subquery*> subqueries;
    for (const Expression* expression : ExpressionsOf(node)) {
      if (expression != nullptr) FindSubqueries(*expression, &subqueries);
    }
    for (const bound::Subquery* subquery : subqueries) {
      const auto found = plan_.subqueries.find(subquery);
      if (found != plan_.subqueries.end()) Add(*found->second.root, indent);
    }
  }

  static std::vector<const Expression*> ExpressionsOf(const PlanNode& node) {
    std::vector<const Expression*> expressions;
    if (node.kind == PlanKind::kFilter) expressions = As<Filter>(node).conjuncts;
    if (node.kind == PlanKind::kShortestPath) {
      const auto& search = As<ShortestPath>(node);
      expressions = search.conjuncts;
      if (search.every_relationship != nullptr) expressions.push_back(search.every_relationship);
      if (search.every_node != nullptr) expressions.push_back(search.every_node);
    }
    if (node.kind == PlanKind::kProject) {
      for (const auto& item : As<Project>(node).assignments) expressions.push_back(item.expression);
    }
    if (node.kind == PlanKind::kAggregate) {
      for (const auto& key : As<Aggregate>(node).keys) expressions.push_back(key.expression);
      for (const bound::Aggregate* aggregate : As<Aggregate>(node).aggregates) {
        for (const auto& argument : aggregate->arguments) expressions.push_back(argument.get());
      }
    }
    if (node.kind == PlanKind::kVectorSearch) {
      expressions.push_back(As<VectorSearch>(node).search->vector.get());
    }
    if (node.kind == PlanKind::kUnwind) expressions.push_back(As<Unwind>(node).list);
    return expressions;
  }

  static const char* Name(const PlanNode& node) {
    switch (node.kind) {
      case PlanKind::kUnit: return "Unit";
      case PlanKind::kArgument: return "Argument";
      case PlanKind::kNodeScan:
        return As<NodeScan>(node).label.has_value() ? "NodeByLabelScan" : "AllNodesScan";
      case PlanKind::kNodeCount: return "NodeCountFromStore";
      case PlanKind::kIndexSeek:
        return As<IndexSeek>(node).definition->kind == index::IndexKind::kUnique
                   ? "NodeUniqueIndexSeek"
                   : "NodeIndexSeek";
      case PlanKind::kIdSeek: return "NodeByIdSeek";
      case PlanKind::kVectorSearch: return "VectorSearch";
      case PlanKind::kExpand: return As<Expand>(node).into ? "Expand(Into)" : "Expand(All)";
      case PlanKind::kVariableExpand:
        return As<VariableExpand>(node).into ? "VarLengthExpand(Into)" : "VarLengthExpand(All)";
      case PlanKind::kShortestPath: return "ShortestPath";
      case PlanKind::kEndpoints: return "ProjectEndpoints";
      case PlanKind::kBuildPath: return "BuildPath";
      case PlanKind::kFilter: return "Filter";
      case PlanKind::kProject: return "Projection";
      case PlanKind::kAggregate: return "Aggregation";
      case PlanKind::kDistinct: return "Distinct";
      case PlanKind::kSort: return As<Sort>(node).limit != nullptr ? "Top" : "Sort";
      case PlanKind::kSkip: return "Skip";
      case PlanKind::kLimit: return "Limit";
      case PlanKind::kUnion: return "Union";
      case PlanKind::kUnwind: return "Unwind";
      case PlanKind::kApply: return As<Apply>(node).optional ? "OptionalApply" : "Apply";
      case PlanKind::kProduct: return "CartesianProduct";
      case PlanKind::kHashJoin: return "ValueHashJoin";
      case PlanKind::kCreate: return "Create";
      case PlanKind::kMerge: return "Merge";
      case PlanKind::kSet: return "Set";
      case PlanKind::kDelete: return As<Delete>(node).clause->detach ? "DetachDelete" : "Delete";
      case PlanKind::kForeach: return "Foreach";
      case PlanKind::kProcedureCall: return "ProcedureCall";
      case PlanKind::kEager: return "Eager";
      case PlanKind::kEmptyResult: return "EmptyResult";
      case PlanKind::kProduceResults: return "ProduceResults";
    }
    return "?";
  }

  std::string Details(const PlanNode& node) const {
    const std::string text = DetailText(node);
    return text.empty() ? "" : " " + text;
  }

  std::string DetailText(const PlanNode& node) const {
    switch (node.kind) {
      case PlanKind::kNodeScan: return ScanText(As<NodeScan>(node));
      case PlanKind::kNodeCount:
        return As<NodeCount>(node).label.has_value() ? ":" + *As<NodeCount>(node).label : "";
      case PlanKind::kIndexSeek: return SeekText(As<IndexSeek>(node));
      case PlanKind::kIdSeek:
        return Slot(As<IdSeek>(node).slot) + ": " + Text(As<IdSeek>(node).ids);
      case PlanKind::kVectorSearch: return SearchText(As<VectorSearch>(node));
      case PlanKind::kExpand: return ExpandText(As<Expand>(node));
      case PlanKind::kVariableExpand: return WalkText(As<VariableExpand>(node));
      case PlanKind::kShortestPath: return ShortestText(As<ShortestPath>(node));
      case PlanKind::kBuildPath: return Slot(As<BuildPath>(node).slot);
      case PlanKind::kFilter: return FilterText(As<Filter>(node));
      case PlanKind::kProject: return ItemsText(As<Project>(node).assignments);
      case PlanKind::kAggregate: return AggregateText(As<Aggregate>(node));
      case PlanKind::kDistinct: return SlotsText(As<Distinct>(node).slots);
      case PlanKind::kSort: return SortText(As<Sort>(node));
      case PlanKind::kSkip: return Text(As<Skip>(node).count);
      case PlanKind::kLimit: return Text(As<Limit>(node).count);
      case PlanKind::kUnwind:
        return Text(As<Unwind>(node).list) + " AS " + Slot(As<Unwind>(node).slot);
      case PlanKind::kHashJoin: {
        const auto& join = As<HashJoin>(node);
        return Text(join.left_keys[0]) + " = " + Text(join.right_keys[0]);
      }
      case PlanKind::kProcedureCall:
        return As<ProcedureCall>(node).clause->procedure->signature().name;
      case PlanKind::kEager: return "(" + As<Eager>(node).reason + ")";
      case PlanKind::kProduceResults: return NamesText(As<ProduceResults>(node).names);
      default: return "";
    }
  }

  /// Aggregates have slots without names: they are shown as they were written.
  void NameAggregates(const PlanNode& node) {
    if (node.kind == PlanKind::kAggregate) {
      for (const bound::Aggregate* aggregate : As<Aggregate>(node).aggregates) {
        aggregates_[aggregate->slot] = CallText(*aggregate);
      }
    }
    for (const PlanPtr& child : node.children) NameAggregates(*child);
  }

  std::string CallText(const bound::Aggregate& aggregate) const {
    return aggregate.function->signature.name + "(" + (aggregate.distinct ? "DISTINCT " : "") +
           (aggregate.arguments.empty() ? "*" : Text(aggregate.arguments[0].get())) + ")";
  }

  std::string Slot(SlotId slot) const {
    const auto aggregate = aggregates_.find(slot);
    return aggregate != aggregates_.end() ? aggregate->second : DescribeSlot(slot, statement_);
  }
  std::string Text(const Expression* e) const {
    const SlotId slot = AsSlot(*e);
    return slot != kNoSlot ? Slot(slot) : DescribeExpression(*e, statement_);
  }

  std::string ScanText(const NodeScan& scan) const {
    std::string text = Slot(scan.slot);
    if (scan.label.has_value()) text += ":" + DescribeName(*scan.label);
    for (size_t i = 0; i < scan.tests.size(); ++i) {
      const ScanTest& test = scan.tests[i];
      text += i == 0 ? " WHERE " : " AND ";
      text += test.source != nullptr ? Text(test.source)
                                     : Slot(scan.slot) + "." + DescribeName(test.property) + " = " +
                                           Text(test.operand);
    }
    return text;
  }

  std::string SeekText(const IndexSeek& seek) const {
    std::string text = Slot(seek.slot) + " " + seek.definition->Describe();
    std::string separator = " WHERE ";
    const auto add = [&](size_t property, const char* op, const Expression* operand) {
      text += separator + DescribeName(seek.definition->properties[property]) + op + Text(operand);
      separator = " AND ";
    };
    for (size_t i = 0; i < seek.equal.size(); ++i) add(i, " = ", seek.equal[i]);
    const size_t next = seek.equal.size();
    if (seek.lower != nullptr) add(next, seek.lower_inclusive ? " >= " : " > ", seek.lower);
    if (seek.upper != nullptr) add(next, seek.upper_inclusive ? " <= " : " < ", seek.upper);
    if (seek.prefix != nullptr) add(next, " STARTS WITH ", seek.prefix);
    if (seek.in != nullptr) add(next, " IN ", seek.in);
    return text;
  }

  /// The branch to the right gives the candidates, or has a row for what passes the test.
  std::string SearchText(const VectorSearch& node) const {
    const bound::VectorSearch& search = *node.search;
    std::string text = Slot(search.slot) + " " + node.definition->Describe() + " FOR " +
                       Text(search.vector.get()) + " LIMIT " + Text(search.limit.get());
    if (node.children.size() == 1) return text;
    if (node.keeps) return text + ", among matches";
    return text + (node.gathers ? ", among candidates" : ", testing each");
  }

  static std::string Arrow(const std::string& from, const std::string& relationship,
                           const std::vector<std::string>& types, storage::Direction direction,
                           const std::string& to) {
    const bool walk = !relationship.empty() && relationship[0] == '*';
    std::string inner = walk ? "" : relationship;
    for (size_t i = 0; i < types.size(); ++i) {
      inner += (i == 0 ? ":" : "|") + DescribeName(types[i]);
    }
    if (walk) inner += relationship;
    return "(" + from + ")" + (direction == storage::Direction::kIncoming ? "<-[" : "-[") + inner +
           (direction == storage::Direction::kOutgoing ? "]->(" : "]-(") + to + ")";
  }

  std::string ExpandText(const Expand& expand) const {
    const std::string name = expand.relationship < statement_.slots.size()
                                 ? statement_.slots[expand.relationship].name
                                 : "";
    return Arrow(Slot(expand.from), name, expand.types, expand.direction, Slot(expand.to));
  }

  std::string WalkText(const VariableExpand& expand) const {
    const bound::PathLength& length = *expand.pattern->length;
    std::string stars = "*" + std::to_string(length.minimum) + "..";
    if (length.maximum.has_value()) stars += std::to_string(*length.maximum);
    return Arrow(Slot(expand.from), stars, expand.types, expand.direction, Slot(expand.to));
  }

  std::string ShortestText(const ShortestPath& search) const {
    std::string text =
        Arrow(Slot(search.from), "*", search.types, search.direction, Slot(search.to));
    std::string separator = " WHERE ";
    const auto add = [&](const std::string& condition) {
      text += separator + condition;
      separator = " AND ";
    };
    if (search.maximum.has_value()) add("length <= " + std::to_string(*search.maximum));
    if (search.every_relationship != nullptr) add(Text(search.every_relationship));
    if (search.every_node != nullptr) add(Text(search.every_node));
    for (const Expression* conjunct : search.conjuncts) add(Text(conjunct));
    return text;
  }

  std::string FilterText(const Filter& filter) const {
    std::string text;
    const auto add = [&text](const std::string& part) {
      text += (text.empty() ? "" : " AND ") + part;
    };
    for (const PropertyTest& test : filter.tests) {
      add(Slot(test.slot) + "." + DescribeName(test.key) + " = " + Text(test.value));
    }
    for (const Expression* conjunct : filter.conjuncts) add(Text(conjunct));
    for (const auto& [a, b] : filter.disjoint) add(Slot(a) + " <> " + Slot(b));
    return text;
  }

  std::string ItemsText(const std::vector<Assignment>& assignments) const {
    std::string text;
    for (const Assignment& item : assignments) {
      const std::string expression = Text(item.expression);
      const std::string name = Slot(item.slot);
      text += (text.empty() ? "" : ", ") + expression;
      if (name != expression && name != "`" + expression + "`") text += " AS " + name;
    }
    return text;
  }

  std::string AggregateText(const Aggregate& node) const {
    std::string text = ItemsText(node.keys);
    for (const bound::Aggregate* aggregate : node.aggregates) {
      text += (text.empty() ? "" : ", ") + CallText(*aggregate);
    }
    return text;
  }

  std::string SlotsText(const std::vector<SlotId>& slots) const {
    std::string text;
    for (SlotId slot : slots) text += (text.empty() ? "" : ", ") + Slot(slot);
    return text;
  }

  std::string SortText(const Sort& sort) const {
    std::string text;
    for (const SortKey& key : sort.keys) {
      text += (text.empty() ? "" : ", ") + Slot(key.slot) + (key.descending ? " DESC" : "");
    }
    if (sort.limit != nullptr) text += " LIMIT " + Text(sort.limit);
    return text;
  }

  static std::string NamesText(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
  }

  const LogicalPlan& plan_;
  const BoundStatement& statement_;
  std::map<SlotId, std::string> aggregates_;
  std::vector<Line> lines_;
};

/// Characters, roughly columns: bytes that begin a code point.
size_t Width(const std::string& text) {
  size_t width = 0;
  for (char c : text) width += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return width;
}

}  // namespace

std::string PlanText(const LogicalPlan& plan, const BoundStatement& statement,
                     std::span<const OperatorProfile> profile) {
  std::string text =
      plan.route.kind == RouteKind::kFactual ? "Route: factual\n" : "Route: analytical\n";
  for (const std::string& reason : plan.route.reasons) text += "  - " + reason + "\n";
  const std::vector<Line> lines = PlanWriter(plan, statement).Write();
  size_t widest = 0;
  for (const Line& line : lines) widest = std::max(widest, Width(line.text));
  // Very long lines do not push the figures of all others off the screen.
  widest = std::min<size_t>(widest, 90);
  for (const Line& line : lines) {
    const size_t width = Width(line.text);
    text += line.text + std::string(width < widest ? widest - width : 0, ' ');
    text += fmt::format("  rows ~{:.0f}", line.rows);
    if (line.number < profile.size()) {
      const OperatorProfile& did = profile[line.number];
      text +=
          fmt::format("  rows {}  time {:.3f} ms", did.rows, static_cast<double>(did.nanos) / 1e6);
    }
    text += "\n";
  }
  return text;
}

}  // namespace kith::query::plan
