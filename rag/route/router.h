// SPDX-License-Identifier: Apache-2.0
// Decides how a question is answered, says why, and compiles the decision to Cypher.
//
// Factual: the question names something selective; the subgraph around those entities is matched
// once. Analytical: evidence is several relationships away, or many things are compared or counted;
// the graph is walked hop by hop from the best passages.
//
// The reasons are signals with weights; the sum decides. Signals: entities linked and how many
// passages mention them, hops between them in the graph, steps that the wording asks for ("the
// author of the novel on which ..."), words of comparison and counting, and the margin between the
// first and second text hit.
//
// Thread safety: pure functions, but for reading through the view.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "index/text/text_index.h"
#include "rag/ingest/graph_names.h"
#include "rag/route/question.h"
#include "rag/types.h"

namespace kith::rag {

/// `override_route` is empty, "factual", "analytical", or "text" or "dense" (then factual, with a
/// reason); InvalidArgument for anything else.
Result<Route> ChooseRoute(const Question& question, std::span<const index::TextHit> hits,
                          std::string_view override_route, storage::ReadView* view,
                          const GraphNames& names);

/// The Cypher of a route. Rows of each: seed chunk id or null, entity id or null, kind of hop
/// ("about", "links", "mentioned-by"), id of the document or chunk it leads to.
///   factual:    parameters $entities (keys), $seeds (chunk ids)
///   analytical: parameters $seeds (chunk ids), $names (entity ids); run once for each hop
std::string_view RouteStatement(RouteKind route);

/// Steps through relations that the wording asks for: 1 for "when was X born", 2 for "where was the
/// author of X born". From nested clauses and genitives, English and Chinese.
int CountedSteps(const Question& question);

/// True when the wording asks for one relation of one thing: it goes through no other relation,
/// compares nothing, and gathers nothing. Then one place of a document can answer it.
bool AsksOneRelation(const Question& question);

}  // namespace kith::rag
