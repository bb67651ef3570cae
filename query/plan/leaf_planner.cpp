// SPDX-License-Identifier: Apache-2.0
// Choosing between scans and seeks.
#include "query/plan/leaf_planner.h"

#include <algorithm>

#include "index/property/property_index.h"
#include "query/function/registry.h"
#include "query/plan/cardinality.h"
#include "query/plan/expression_walk.h"
#include "storage/catalog.h"

namespace kith::query::plan {

namespace {

using bound::ComparisonOperator;

/// What a conjunct says of `slot.key`, seen with the property on the left.
struct PropertyFact {
  enum class Kind : uint8_t {
    kEqual,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kPrefix,
    kIn,
    kExists
  };
  Kind kind = Kind::kEqual;
  std::string key;
  const Expression* operand = nullptr;  ///< null for kExists
  size_t conjunct = 0;
};

ComparisonOperator Mirrored(ComparisonOperator op) {
  switch (op) {
    case ComparisonOperator::kLess: return ComparisonOperator::kGreater;
    case ComparisonOperator::kLessEqual: return ComparisonOperator::kGreaterEqual;
    case ComparisonOperator::kGreater: return ComparisonOperator::kLess;
    case ComparisonOperator::kGreaterEqual: return ComparisonOperator::kLessEqual;
    default: return op;
  }
}

bool FactKindOf(ComparisonOperator op, PropertyFact::Kind* kind) {
  switch (op) {
    case ComparisonOperator::kEqual: *kind = PropertyFact::Kind::kEqual; return true;
    case ComparisonOperator::kLess: *kind = PropertyFact::Kind::kLess; return true;
    case ComparisonOperator::kLessEqual: *kind = PropertyFact::Kind::kLessEqual; return true;
    case ComparisonOperator::kGreater: *kind = PropertyFact::Kind::kGreater; return true;
    case ComparisonOperator::kGreaterEqual: *kind = PropertyFact::Kind::kGreaterEqual; return true;
    case ComparisonOperator::kNotEqual: return false;
  }
  return false;
}

bool ComparisonFact(const bound::Comparison& e, SlotId slot, PropertyFact* fact) {
  if (e.operators.size() != 1) return false;
  SlotId of = kNoSlot;
  if (AsPropertyOfSlot(*e.operands[0], &of, &fact->key) && of == slot) {
    fact->operand = e.operands[1].get();
    return FactKindOf(e.operators[0], &fact->kind);
  }
  if (AsPropertyOfSlot(*e.operands[1], &of, &fact->key) && of == slot) {
    fact->operand = e.operands[0].get();
    return FactKindOf(Mirrored(e.operators[0]), &fact->kind);
  }
  return false;
}

bool FactOf(const Conjunct& conjunct, SlotId slot, PropertyFact* fact) {
  if (conjunct.is_volatile) return false;
  if (conjunct.test.has_value()) {
    if (conjunct.test->slot != slot) return false;
    *fact = {PropertyFact::Kind::kEqual, conjunct.test->key, conjunct.test->value, 0};
    return true;
  }
  const Expression& e = *conjunct.expression;
  SlotId of = kNoSlot;
  if (e.kind == bound::ExpressionKind::kComparison) {
    return ComparisonFact(bound::As<bound::Comparison>(e), slot, fact);
  }
  if (e.kind == bound::ExpressionKind::kBinary) {
    const auto& binary = bound::As<bound::Binary>(e);
    if (!AsPropertyOfSlot(*binary.left, &of, &fact->key) || of != slot) return false;
    fact->operand = binary.right.get();
    fact->kind = binary.op == bound::BinaryOperator::kIn ? PropertyFact::Kind::kIn
                                                         : PropertyFact::Kind::kPrefix;
    return binary.op == bound::BinaryOperator::kIn ||
           binary.op == bound::BinaryOperator::kStartsWith;
  }
  if (e.kind == bound::ExpressionKind::kUnary) {
    const auto& unary = bound::As<bound::Unary>(e);
    fact->kind = PropertyFact::Kind::kExists;
    return unary.op == bound::UnaryOperator::kIsNotNull &&
           AsPropertyOfSlot(*unary.operand, &of, &fact->key) && of == slot;
  }
  return false;
}

class LeafChooser {
 public:
  LeafChooser(const PlanContext& context, const LeafRequest& request,
              const std::vector<Conjunct>& conjuncts)
      : context_(context), request_(request), conjuncts_(conjuncts) {}

  Result<Leaf> Choose() {
    CollectFacts();
    Leaf best = Scan();
    if (std::optional<Leaf> ids = Ids(); ids.has_value()) return *std::move(ids);
    if (context_.indexes == nullptr) return best;
    for (const std::string& label : request_.labels) {
      KITH_ASSIGN_OR_RETURN(std::optional<Leaf> seek, Seek(label));
      if (seek.has_value() && seek->rows <= best.rows) best = *std::move(seek);
    }
    return best;
  }

 private:
  /// Facts whose operand is known before the node is found.
  void CollectFacts() {
    for (size_t i = 0; i < conjuncts_.size(); ++i) {
      PropertyFact fact;
      if (conjuncts_[i].used || !FactOf(conjuncts_[i], request_.slot, &fact)) continue;
      if (fact.operand != nullptr && !ContainsAll(*request_.available, SlotsOf(*fact.operand))) {
        continue;
      }
      fact.conjunct = i;
      facts_.push_back(std::move(fact));
    }
  }

  Leaf Scan() const {
    Leaf leaf;
    leaf.rows = NodesOf(context_, std::nullopt);
    for (const std::string& label : request_.labels) {
      const double rows = NodesOf(context_, label);
      if (leaf.label.has_value() && rows >= leaf.rows) continue;
      leaf.rows = rows;
      leaf.label = label;
    }
    return leaf;
  }

  /// id(n) = x, id(n) IN list.
  std::optional<Leaf> Ids() const {
    for (size_t i = 0; i < conjuncts_.size(); ++i) {
      if (conjuncts_[i].used || conjuncts_[i].is_volatile) continue;
      if (conjuncts_[i].expression == nullptr) continue;
      const Expression& e = *conjuncts_[i].expression;
      const Expression* ids = nullptr;
      bool one = true;
      if (e.kind == bound::ExpressionKind::kComparison) {
        const auto& comparison = bound::As<bound::Comparison>(e);
        if (comparison.operators.size() != 1 ||
            comparison.operators[0] != ComparisonOperator::kEqual) {
          continue;
        }
        if (IsIdOfSlot(*comparison.operands[0])) ids = comparison.operands[1].get();
        if (IsIdOfSlot(*comparison.operands[1])) ids = comparison.operands[0].get();
      } else if (e.kind == bound::ExpressionKind::kBinary) {
        const auto& binary = bound::As<bound::Binary>(e);
        one = false;
        if (binary.op == bound::BinaryOperator::kIn && IsIdOfSlot(*binary.left)) {
          ids = binary.right.get();
        }
      }
      if (ids == nullptr || !ContainsAll(*request_.available, SlotsOf(*ids))) continue;
      Leaf leaf;
      leaf.kind = LeafKind::kIdSeek;
      leaf.ids = ids;
      leaf.rows = one ? 1 : 10;
      // The predicate stays in a filter: id(n) = 1.0 must hold as the language says.
      return leaf;
    }
    return std::nullopt;
  }

  bool IsIdOfSlot(const Expression& e) const {
    if (e.kind != bound::ExpressionKind::kFunction) return false;
    const auto& function = bound::As<bound::Function>(e);
    return function.function->signature.name == "id" && function.arguments.size() == 1 &&
           AsSlot(*function.arguments[0]) == request_.slot;
  }

  const PropertyFact* Find(PropertyId property, PropertyFact::Kind kind) const {
    for (const PropertyFact& fact : facts_) {
      if (fact.kind != kind) continue;
      const std::optional<PropertyId> id = context_.view->catalog().FindProperty(fact.key);
      if (id.has_value() && *id == property) return &fact;
    }
    return nullptr;
  }

  Result<std::optional<Leaf>> Seek(const std::string& label) const {
    const std::optional<LabelId> label_id = context_.view->catalog().FindLabel(label);
    if (!label_id.has_value()) return std::optional<Leaf>();
    std::vector<PropertyId> equal;
    std::vector<PropertyId> ranged;
    std::vector<PropertyId> exist;
    for (const PropertyFact& fact : facts_) {
      const std::optional<PropertyId> id = context_.view->catalog().FindProperty(fact.key);
      if (!id.has_value()) continue;
      (fact.kind == PropertyFact::Kind::kEqual    ? equal
       : fact.kind == PropertyFact::Kind::kExists ? exist
                                                  : ranged)
          .push_back(*id);
    }
    const std::vector<index::PropertyMatch> matches =
        context_.indexes->MatchProperty(*label_id, equal, ranged, exist);
    if (matches.empty()) return std::optional<Leaf>();
    Leaf leaf = FromMatch(matches[0], label);
    if (leaf.consumed.empty()) return std::optional<Leaf>();
    KITH_RETURN_IF_ERROR(Estimate(label, matches[0], &leaf));
    return std::optional<Leaf>(std::move(leaf));
  }

  Leaf FromMatch(const index::PropertyMatch& match, const std::string& label) const {
    Leaf leaf;
    leaf.kind = LeafKind::kIndexSeek;
    leaf.label = label;
    leaf.definition = match.index;
    const std::vector<PropertyId>& properties = match.index->property_ids;
    for (size_t i = 0; i < match.equal_prefix; ++i) {
      const PropertyFact* fact = Find(properties[i], PropertyFact::Kind::kEqual);
      if (fact == nullptr) return leaf;
      leaf.equal.push_back(fact->operand);
      leaf.consumed.push_back(fact->conjunct);
    }
    if (match.range_next) AddRange(properties[match.equal_prefix], &leaf);
    return leaf;
  }

  void AddRange(PropertyId property, Leaf* leaf) const {
    using Kind = PropertyFact::Kind;
    if (const PropertyFact* in = Find(property, Kind::kIn); in != nullptr) {
      leaf->in = in->operand;
      leaf->consumed.push_back(in->conjunct);
      return;
    }
    if (const PropertyFact* prefix = Find(property, Kind::kPrefix); prefix != nullptr) {
      leaf->prefix = prefix->operand;
      leaf->consumed.push_back(prefix->conjunct);
      return;
    }
    for (Kind kind : {Kind::kGreater, Kind::kGreaterEqual}) {
      const PropertyFact* fact = Find(property, kind);
      if (fact == nullptr || leaf->lower != nullptr) continue;
      leaf->lower = fact->operand;
      leaf->lower_inclusive = kind == Kind::kGreaterEqual;
      leaf->consumed.push_back(fact->conjunct);
    }
    for (Kind kind : {Kind::kLess, Kind::kLessEqual}) {
      const PropertyFact* fact = Find(property, kind);
      if (fact == nullptr || leaf->upper != nullptr) continue;
      leaf->upper = fact->operand;
      leaf->upper_inclusive = kind == Kind::kLessEqual;
      leaf->consumed.push_back(fact->conjunct);
    }
  }

  Status Estimate(const std::string& label, const index::PropertyMatch& match, Leaf* leaf) const {
    const double nodes = NodesOf(context_, label);
    const size_t properties = match.index->property_ids.size();
    if (match.index->kind == index::IndexKind::kUnique && match.equal_prefix == properties) {
      leaf->rows = 1;
      return Status::Ok();
    }
    leaf->rows = nodes;
    if (match.equal_prefix > 0) {
      KITH_ASSIGN_OR_RETURN(
          leaf->rows,
          index::EstimateRowsPerKey(&context_.view->keys(), *match.index, match.equal_prefix));
    }
    if (leaf->in != nullptr) {
      leaf->rows = std::min(nodes, 10 * std::max(1.0, leaf->rows / std::max(1.0, nodes)));
    } else if (match.range_next) {
      KITH_RETURN_IF_ERROR(EstimateRange(match, leaf));
    }
    leaf->rows = std::min(leaf->rows, nodes);
    return Status::Ok();
  }

  /// Exact for short ranges between constants, else a part of the rows.
  Status EstimateRange(const index::PropertyMatch& match, Leaf* leaf) const {
    index::PropertySeek seek;
    const auto constant = [](const Expression* e) {
      return e == nullptr || e->kind == bound::ExpressionKind::kConstant;
    };
    const auto value = [](const Expression* e) { return bound::As<bound::Constant>(*e).value; };
    bool known = constant(leaf->lower) && constant(leaf->upper) && constant(leaf->prefix);
    for (const Expression* e : leaf->equal) known = known && constant(e);
    if (!known || (leaf->prefix != nullptr && !value(leaf->prefix).IsString())) {
      leaf->rows *= 0.1;
      return Status::Ok();
    }
    for (const Expression* e : leaf->equal) seek.equal.push_back(value(e));
    if (leaf->lower != nullptr) seek.lower = {value(leaf->lower), leaf->lower_inclusive};
    if (leaf->upper != nullptr) seek.upper = {value(leaf->upper), leaf->upper_inclusive};
    if (leaf->prefix != nullptr) seek.prefix = std::string(value(leaf->prefix).AsString());
    KITH_ASSIGN_OR_RETURN(leaf->rows,
                          index::EstimateSeek(&context_.view->keys(), *match.index, seek));
    return Status::Ok();
  }

  const PlanContext& context_;
  const LeafRequest& request_;
  const std::vector<Conjunct>& conjuncts_;
  std::vector<PropertyFact> facts_;
};

bool ScanOperatorOf(PropertyFact::Kind kind, storage::PropertyPredicate::Operator* op) {
  using Kind = PropertyFact::Kind;
  using Op = storage::PropertyPredicate::Operator;
  switch (kind) {
    case Kind::kEqual: *op = Op::kEqual; return true;
    case Kind::kLess: *op = Op::kLess; return true;
    case Kind::kLessEqual: *op = Op::kLessOrEqual; return true;
    case Kind::kGreater: *op = Op::kGreater; return true;
    case Kind::kGreaterEqual: *op = Op::kGreaterOrEqual; return true;
    case Kind::kExists: *op = Op::kExists; return true;
    // A list may be a parameter that is no list, which is an error; a filter reports it.
    case Kind::kIn:
    case Kind::kPrefix: return false;
  }
  return false;
}

/// The label test `slot:label` among the conjuncts is true for what a leaf of that label finds.
void ConsumeLabel(SlotId slot, const std::string& label, std::vector<Conjunct>* conjuncts) {
  for (Conjunct& conjunct : *conjuncts) {
    if (conjunct.expression == nullptr ||
        conjunct.expression->kind != bound::ExpressionKind::kLabelTest) {
      continue;
    }
    const auto& test = bound::As<bound::LabelTest>(*conjunct.expression);
    if (AsSlot(*test.object) == slot && test.labels->kind == bound::LabelKind::kName &&
        test.labels->name == label) {
      conjunct.used = true;
    }
  }
}

void PushFilterIntoScan(NodeScan* scan, std::vector<Conjunct>* conjuncts) {
  for (Conjunct& conjunct : *conjuncts) {
    PropertyFact fact;
    ScanTest test;
    if (conjunct.used || !FactOf(conjunct, scan->slot, &fact)) continue;
    if (fact.operand != nullptr && !IsRunConstant(*fact.operand)) continue;
    if (!ScanOperatorOf(fact.kind, &test.op)) continue;
    test.property = fact.key;
    test.operand = fact.operand;
    test.source = conjunct.expression;
    scan->tests.push_back(std::move(test));
    conjunct.used = true;
    scan->rows *= conjunct.selectivity;
  }
}

}  // namespace

Result<Leaf> BestLeaf(const PlanContext& context, const LeafRequest& request,
                      const std::vector<Conjunct>& conjuncts) {
  return LeafChooser(context, request, conjuncts).Choose();
}

PlanPtr MakeLeaf(PlanContext& context, PlanPtr input, const LeafRequest& request, const Leaf& leaf,
                 std::vector<Conjunct>* conjuncts) {
  for (size_t i : leaf.consumed) (*conjuncts)[i].used = true;
  if (leaf.label.has_value()) ConsumeLabel(request.slot, *leaf.label, conjuncts);
  if (leaf.kind == LeafKind::kScan) {
    auto scan = MakeNode<NodeScan>();
    scan->slot = request.slot;
    scan->label = leaf.label;
    scan->rows = leaf.rows;
    PushFilterIntoScan(scan.get(), conjuncts);
    Insert(&scan->provides, request.slot);
    return scan;
  }
  const double input_rows = input->rows;
  if (leaf.kind == LeafKind::kIdSeek) {
    auto seek = MakeNode<IdSeek>(std::move(input));
    seek->slot = request.slot;
    seek->ids = leaf.ids;
    seek->rows = input_rows * leaf.rows;
    Insert(&seek->provides, request.slot);
    return seek;
  }
  auto seek = MakeNode<IndexSeek>(std::move(input));
  seek->slot = request.slot;
  seek->catalog = context.indexes;
  seek->definition = leaf.definition;
  seek->equal = leaf.equal;
  seek->lower = leaf.lower;
  seek->upper = leaf.upper;
  seek->lower_inclusive = leaf.lower_inclusive;
  seek->upper_inclusive = leaf.upper_inclusive;
  seek->prefix = leaf.prefix;
  seek->in = leaf.in;
  seek->rows = input_rows * leaf.rows;
  Insert(&seek->provides, request.slot);
  return seek;
}

}  // namespace kith::query::plan
