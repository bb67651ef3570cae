// SPDX-License-Identifier: Apache-2.0
// Choosing the route from the shape of the plan.
#include "query/plan/route.h"

#include <fmt/format.h>

#include "index/index_definition.h"

namespace kith::query::plan {

namespace {

/// Fewer starting nodes than this are an anchor, whatever finds them.
constexpr double kAnchorRows = 100;

struct Evidence {
  std::vector<std::string> factual;
  std::vector<std::string> analytical;
};

std::string LabelText(const std::optional<std::string>& label) {
  return label.has_value() ? ":" + *label : "all nodes";
}

void LookAt(const PlanNode& node, Evidence* evidence) {
  switch (node.kind) {
    case PlanKind::kIndexSeek: {
      const std::string text = fmt::format("index {} finds about {:.0f} nodes",
                                           As<IndexSeek>(node).definition->Describe(), node.rows);
      (node.rows <= kAnchorRows ? evidence->factual : evidence->analytical).push_back(text);
      break;
    }
    case PlanKind::kIdSeek: evidence->factual.push_back("nodes are found by id"); break;
    case PlanKind::kVectorSearch:
      evidence->factual.push_back(fmt::format("vector index {} finds the nearest",
                                              As<VectorSearch>(node).definition->Describe()));
      break;
    case PlanKind::kNodeScan:
      if (node.rows <= kAnchorRows) {
        evidence->factual.push_back(fmt::format("scanning {} gives only about {:.0f} nodes",
                                                LabelText(As<NodeScan>(node).label), node.rows));
      } else {
        evidence->analytical.push_back(fmt::format("no selective anchor: {} gives about {:.0f}",
                                                   LabelText(As<NodeScan>(node).label), node.rows));
      }
      break;
    case PlanKind::kNodeCount: evidence->analytical.push_back("counts a whole label"); break;
    case PlanKind::kVariableExpand:
      evidence->analytical.push_back("walks a variable number of relationships");
      break;
    case PlanKind::kAggregate:
      if (node.children[0]->rows > kAnchorRows) {
        evidence->analytical.push_back(
            fmt::format("aggregates about {:.0f} rows", node.children[0]->rows));
      }
      break;
    default: break;
  }
  for (const PlanPtr& child : node.children) LookAt(*child, evidence);
}

}  // namespace

Route ChooseRoute(const PlanNode& root) {
  Evidence evidence;
  LookAt(root, &evidence);
  Route route;
  if (!evidence.analytical.empty()) {
    route.kind = RouteKind::kAnalytical;
    route.reasons = std::move(evidence.analytical);
  } else {
    route.reasons = std::move(evidence.factual);
    if (route.reasons.empty()) route.reasons.push_back("touches no more than its own rows");
  }
  return route;
}

}  // namespace kith::query::plan
