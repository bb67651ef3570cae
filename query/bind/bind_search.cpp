// SPDX-License-Identifier: Apache-2.0
// SEARCH of MATCH: which entity of the pattern is searched for, and what is computed before the
// pattern has a match.
#include <fmt/format.h>

#include <algorithm>

#include "query/bind/statement_binder.h"
#include "query/parse/literal.h"

namespace kith::query {

/// The pattern is bound. `first` is the first slot that its variables may have.
Status StatementBinder::BindSearch(const ast::VectorSearch& search, bound::SlotId first,
                                   bound::Match* match) {
  match->search.emplace();
  bound::VectorSearch& bound = *match->search;
  bound.range = search.range;
  bound.index = search.index.text;
  bound.index_range = search.index.range;
  KITH_RETURN_IF_ERROR(BindSearched(search.variable, match->pattern, &bound));
  if (search.where) KITH_RETURN_IF_ERROR(BindConjuncts(*search.where, &match->conjuncts));
  {
    std::vector<SlotRange> ranges = unmatched_;
    ranges.push_back({first, static_cast<bound::SlotId>(statement_->slots.size())});
    const Restore<std::vector<SlotRange>> unmatched(&unmatched_, std::move(ranges));
    KITH_ASSIGN_OR_RETURN(bound.vector, BindExpression(*search.vector));
  }
  const bool null = bound.vector->kind == bound::ExpressionKind::kConstant &&
                    bound::As<bound::Constant>(*bound.vector).value.IsNull();
  if (null || !bound.vector->type.MayBe(kListType)) {
    return SyntaxError("InvalidArgumentType", search.vector->range,
                       fmt::format("FOR takes a vector, which is a list of numbers, not {}",
                                   Text(search.vector->range)));
  }
  KITH_ASSIGN_OR_RETURN(bound.limit, BindCount(*search.limit, "LIMIT"));
  if (search.score.empty()) return Status::Ok();
  KITH_ASSIGN_OR_RETURN(bound.score, DeclareRowVariable(search.score, {kFloatType, kAnyType}));
  return Status::Ok();
}

/// Finds the node or relationship that is searched for, which the pattern itself must introduce.
Status StatementBinder::BindSearched(const ast::Name& variable, const bound::Pattern& pattern,
                                     bound::VectorSearch* out) {
  KITH_ASSIGN_OR_RETURN(out->slot, Lookup(variable.text, variable.range));
  if (out->slot == bound::kNoSlot) return UndefinedVariable(variable.text, variable.range);
  const auto is_searched = [out](const auto& element) { return element.slot == out->slot; };
  const auto node = std::find_if(pattern.nodes.begin(), pattern.nodes.end(), is_searched);
  const auto relationship =
      std::find_if(pattern.relationships.begin(), pattern.relationships.end(), is_searched);
  const bool is_node = node != pattern.nodes.end();
  out->relationship = relationship != pattern.relationships.end();
  if ((is_node && node->bound) || (out->relationship && relationship->bound) ||
      (!is_node && !out->relationship && !IsPathOf(pattern, out->slot))) {
    return SyntaxError(
        "VariableAlreadyBound", variable.range,
        fmt::format("'{}' has its value from an earlier clause, so there is nothing to search; "
                    "SEARCH takes a node or relationship that its own MATCH introduces",
                    variable.text));
  }
  if (is_node || (out->relationship && !relationship->length)) return Status::Ok();
  return SyntaxError("VariableTypeConflict", variable.range,
                     fmt::format("SEARCH takes one node or one relationship of the pattern, and "
                                 "'{}' is {}",
                                 variable.text, TypeOf(out->slot).types.ToString()));
}

bool StatementBinder::IsPathOf(const bound::Pattern& pattern, bound::SlotId slot) {
  return std::any_of(pattern.paths.begin(), pattern.paths.end(),
                     [slot](const bound::PathPattern& path) { return path.slot == slot; });
}

}  // namespace kith::query
