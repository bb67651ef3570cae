// SPDX-License-Identifier: Apache-2.0
// A conversation in the graph: its turns, and what a follow-up question means after them.
//
//   (:Conversation {id, turns})-[:HAS_TURN]->(:Turn {ordinal, question, asked, answer, abstained,
//                                                    time})
//   (:Turn)-[:CITES {number, begin, end}]->(:Chunk)
//
// It belongs to whoever reads the graph: a statement may list, change or delete it. Deleting a
// document takes the CITES to its chunks with it; what was answered stays said.
//
// Thread safety: a context belongs to its thread. Two that go on with one conversation at once
// conflict in the commit.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "query/procedure.h"
#include "rag/converse/follow_up.h"
#include "rag/converse/turn.h"
#include "rag/ingest/graph_names.h"
#include "rag/route/question.h"
#include "rag/types.h"

namespace kith::storage {
class Catalog;
}
namespace kith::index {
class IndexManager;
}

namespace kith::rag {

inline constexpr std::string_view kConversationIndex = "rag_conversation_id";

/// Makes each id that of one conversation at most. True when the index is new: then transactions
/// that were open before cannot commit any more. AlreadyExists when something else has its name.
Result<bool> EnsureConversationIndex(storage::Catalog* names, index::IndexManager* indexes);

inline constexpr size_t kMaxConversationId = 256;

/// InvalidArgument for an id that is empty, longer than kMaxConversationId bytes or no UTF-8.
Status CheckConversationId(std::string_view id);

/// Writes a turn, the question as it was typed and its answer, into the context's transaction.
/// Conflict there or in the commit when another turn came meanwhile.
Status AppendTurn(query::ProcedureContext& context, std::string_view id, std::string_view question,
                  const Answer& answer);

/// Reads the turns that there are.
class Conversation {
 public:
  /// All borrowed; the names and indexes are those of the context's view.
  Conversation(query::ProcedureContext* context, std::string id, const RagIndexes* indexes,
               const GraphNames* names)
      : context_(*context), id_(std::move(id)), indexes_(*indexes), names_(*names) {}

  /// The question as one that stands by itself.
  Result<ResolvedQuestion> Understand(std::string_view question);

 private:
  /// The last turns, newest first.
  Result<std::vector<Turn>> LastTurns();
  Result<SpokenTurn> Spoken(const Turn& turn);
  Result<std::vector<SpokenName>> NamesIn(std::string_view text);
  Result<ThingKind> KindOf(const LinkedEntity& entity);

  query::ProcedureContext& context_;
  std::string id_;
  const RagIndexes& indexes_;
  const GraphNames& names_;
};

}  // namespace kith::rag
