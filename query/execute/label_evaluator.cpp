// SPDX-License-Identifier: Apache-2.0
// Label tests: `n:A&!B` for nodes, `r:T` for relationships, one storage call for each name.
#include <algorithm>

#include "query/execute/evaluator_factories.h"
#include "storage/catalog.h"

namespace kith::query {

namespace {

using Flags = std::vector<uint8_t>;

struct LabelNode {
  bound::LabelKind kind = bound::LabelKind::kName;
  std::string name;
  std::vector<LabelNode> operands;
};

LabelNode CopyLabels(const bound::LabelExpression& labels) {
  LabelNode node{labels.kind, labels.name, {}};
  for (const auto& operand : labels.operands) node.operands.push_back(CopyLabels(*operand));
  return node;
}

/// Joins the operands' flags as the node says; `leaf` computes the flags of a name or of kAny.
template <typename Leaf>
Status Combine(const LabelNode& node, const Leaf& leaf, Flags* flags) {
  if (node.kind == bound::LabelKind::kName || node.kind == bound::LabelKind::kAny) {
    return leaf(node, flags);
  }
  KITH_RETURN_IF_ERROR(Combine(node.operands[0], leaf, flags));
  if (node.kind == bound::LabelKind::kNot) {
    for (uint8_t& flag : *flags) flag = flag == 0 ? 1 : 0;
    return Status::Ok();
  }
  Flags other;
  for (size_t i = 1; i < node.operands.size(); ++i) {
    KITH_RETURN_IF_ERROR(Combine(node.operands[i], leaf, &other));
    for (size_t row = 0; row < flags->size(); ++row) {
      const uint8_t b = other[row];
      uint8_t& a = (*flags)[row];
      a = node.kind == bound::LabelKind::kAnd ? (a & b) : (a | b);
    }
  }
  return Status::Ok();
}

Status NodeFlags(storage::ReadView& view, std::span<const NodeId> nodes, const LabelNode& test,
                 Flags* flags) {
  const auto leaf = [&](const LabelNode& node, Flags* out) -> Status {
    if (node.kind == bound::LabelKind::kAny) {
      std::vector<std::vector<LabelId>> labels;
      KITH_RETURN_IF_ERROR(view.Labels(nodes, &labels));
      out->clear();
      for (const auto& list : labels) out->push_back(list.empty() ? 0 : 1);
      return Status::Ok();
    }
    const std::optional<LabelId> id = view.catalog().FindLabel(node.name);
    if (id.has_value()) return view.HaveLabel(nodes, *id, out);
    out->assign(nodes.size(), 0);
    return Status::Ok();
  };
  return Combine(test, leaf, flags);
}

Status RelationshipFlags(storage::ReadView& view, std::span<const RelId> relationships,
                         const LabelNode& test, Flags* flags) {
  std::vector<storage::Endpoints> ends;
  KITH_RETURN_IF_ERROR(view.EndpointsOf(relationships, &ends));
  const auto leaf = [&](const LabelNode& node, Flags* out) -> Status {
    const bool any = node.kind == bound::LabelKind::kAny;
    const std::optional<RelTypeId> id = any ? std::nullopt : view.catalog().FindRelType(node.name);
    out->clear();
    for (const storage::Endpoints& end : ends) {
      out->push_back(any || (id.has_value() && end.type == *id) ? 1 : 0);
    }
    return Status::Ok();
  };
  return Combine(test, leaf, flags);
}

class LabelTestEvaluator final : public Evaluator {
 public:
  LabelTestEvaluator(EvaluatorPtr object, LabelNode labels, SourceRange range)
      : object_(std::move(object)), labels_(std::move(labels)), range_(range) {}

  Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const override {
    Evaluated object;
    KITH_RETURN_IF_ERROR(object.Run(*object_, context, batch));
    if (object->kind() == ColumnKind::kNull) {
      *out = Column::Nulls(batch.rows);
      return Status::Ok();
    }
    Flags nodes;
    Flags relationships;
    if (object->kind() != ColumnKind::kRelationship) {
      std::vector<NodeId> ids;
      KITH_RETURN_IF_ERROR(NodeFlags(context.view, object->NodeIds(&ids), labels_, &nodes));
    }
    if (object->kind() != ColumnKind::kNode) {
      std::vector<RelId> ids;
      KITH_RETURN_IF_ERROR(
          RelationshipFlags(context.view, object->RelIds(&ids), labels_, &relationships));
    }
    return Fill(*object, nodes, relationships, out);
  }

 private:
  Status Fill(const Column& object, const Flags& nodes, const Flags& relationships,
              Column* out) const {
    out->Reset(ColumnKind::kBoolean);
    out->Reserve(object.size());
    for (size_t row = 0; row < object.size(); ++row) {
      const size_t i = object.constant() ? 0 : row;
      NodeId node;
      RelId relationship;
      if (object.IsNull(row)) {
        out->PushNull();
      } else if (object.NodeAt(row, &node)) {
        out->PushBoolean(nodes[i] != 0);
      } else if (object.RelationshipAt(row, &relationship)) {
        out->PushBoolean(relationships[i] != 0);
      } else {
        return AtRange(
            Status(StatusCode::kTypeError, "a label test needs a node or a relationship, but got " +
                                               std::string(ValueTypeName(object.At(row).type())))
                .WithDetail("InvalidArgumentValue"),
            range_);
      }
    }
    return Status::Ok();
  }

  EvaluatorPtr object_;
  LabelNode labels_;
  SourceRange range_;
};

}  // namespace

EvaluatorPtr NewLabelTest(EvaluatorPtr object, const bound::LabelExpression& labels,
                          SourceRange range) {
  return std::make_unique<LabelTestEvaluator>(std::move(object), CopyLabels(labels), range);
}

}  // namespace kith::query
