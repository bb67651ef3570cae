// SPDX-License-Identifier: Apache-2.0
// See explain_procedures.h. Calls are told of in the order of the plan's text.
#include "query/explain_procedures.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace kith::query {
namespace {

std::optional<Value> KnownValue(const bound::Expression& expression, const BoundStatement& bound,
                                const Map& parameters) {
  if (expression.kind == bound::ExpressionKind::kConstant) {
    return static_cast<const bound::Constant&>(expression).value;
  }
  if (expression.kind != bound::ExpressionKind::kParameter) return std::nullopt;
  const uint32_t index = static_cast<const bound::Parameter&>(expression).index;
  const std::string& name = bound.parameters[index].name;
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  return found == parameters.end() ? std::nullopt : std::optional<Value>(found->second);
}

Status ExplainBelow(const plan::PlanNode& node, const BoundStatement& bound, const Map& parameters,
                    ProcedureContext& context, std::string* text) {
  if (node.kind == plan::PlanKind::kProcedureCall) {
    const bound::CallProcedure& call = *plan::As<plan::ProcedureCall>(node).clause;
    std::vector<Value> arguments;
    for (const bound::ExpressionPtr& argument : call.arguments) {
      std::optional<Value> value = KnownValue(*argument, bound, parameters);
      if (value) arguments.push_back(*std::move(value));
    }
    if (arguments.size() == call.arguments.size()) {
      KITH_ASSIGN_OR_RETURN(const std::string said, call.procedure->Explain(context, arguments));
      if (!said.empty()) *text += "\n" + call.procedure->signature().name + "\n" + said;
    }
  }
  for (const auto& child : node.children) {
    KITH_RETURN_IF_ERROR(ExplainBelow(*child, bound, parameters, context, text));
  }
  return Status::Ok();
}

}  // namespace

Result<std::string> ExplainProcedures(const plan::LogicalPlan& plan, const BoundStatement& bound,
                                      const Map& parameters, ProcedureContext& context) {
  std::string text;
  KITH_RETURN_IF_ERROR(ExplainBelow(*plan.root, bound, parameters, context, &text));
  return text;
}

}  // namespace kith::query
