// SPDX-License-Identifier: Apache-2.0
// See conversation.h. The statements are those that a user would write.
#include "rag/converse/conversation.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "engine/base/utf8.h"
#include "index/index_manager.h"
#include "rag/column_values.h"
#include "rag/converse/spoken_names.h"
#include "rag/ingest/names.h"
#include "rag/ingest/parsed_document.h"

namespace kith::rag {
namespace {

/// Who asks on seldom means something that was spoken of longer ago.
constexpr int64_t kTurnsRead = 4;

constexpr std::string_view kReadStatement =
    "MATCH (c:Conversation {id: $id})-[:HAS_TURN]->(t:Turn)\n"
    "RETURN t.asked, t.answer, t.abstained ORDER BY t.ordinal DESC LIMIT $turns";

constexpr std::string_view kAppendStatement =
    "MERGE (c:Conversation {id: $id})\n"
    "SET c.turns = coalesce(c.turns, 0) + 1\n"
    "CREATE (c)-[:HAS_TURN]->(t:Turn {ordinal: c.turns, question: $question, asked: $asked,\n"
    "                                 answer: $answer, abstained: $abstained, time: datetime()})\n"
    "WITH t UNWIND $citations AS cited\n"
    "MATCH (k:Chunk) WHERE id(k) = cited.chunk\n"
    "CREATE (t)-[:CITES {number: cited.number, begin: cited.begin, end: cited.end}]->(k)";

/// Whether names can be looked for in it, as in a question.
bool IsReadable(std::string_view text) {
  return text.size() <= kMaxQuestionBytes && !CutNameWords(text).empty();
}

/// Of the names in an answer to "who", unless another one is known for a person.
void TakeUnknownForPersons(std::vector<SpokenName>* names) {
  const auto is_person = [](const SpokenName& name) {
    return name.kind != ThingKind::kUnknown && name.kind != ThingKind::kThing;
  };
  if (std::any_of(names->begin(), names->end(), is_person)) return;
  for (SpokenName& name : *names) {
    if (name.kind == ThingKind::kUnknown) name.kind = ThingKind::kPerson;
  }
}

std::string TextOf(const Value& value) {
  return value.IsString() ? std::string(value.AsString()) : std::string();
}

}  // namespace

Result<bool> EnsureConversationIndex(storage::Catalog* names, index::IndexManager* indexes) {
  KITH_ASSIGN_OR_RETURN(const LabelId conversation, names->LabelFor("Conversation"));
  KITH_ASSIGN_OR_RETURN(const PropertyId id, names->PropertyFor("id"));
  const auto catalog = indexes->catalog();
  const index::IndexDefinition* known = catalog->FindProperty(conversation, std::span(&id, 1));
  if (known != nullptr && known->kind == index::IndexKind::kUnique) return false;
  index::IndexRequest request;
  request.name = kConversationIndex;
  request.kind = index::IndexKind::kUnique;
  request.labels = {"Conversation"};
  request.properties = {"id"};
  KITH_ASSIGN_OR_RETURN(const index::SchemaChange change, indexes->Create(request));
  return change.changed;
}

Status CheckConversationId(std::string_view id) {
  if (id.empty() || id.size() > kMaxConversationId) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("the name of a conversation has {} bytes; give 1 to {}", id.size(),
                              kMaxConversationId));
  }
  if (FindBadUtf8(id) == id.size()) return Status::Ok();
  return Status(StatusCode::kInvalidArgument,
                "the name of the conversation is not UTF-8 text; give another one");
}

Result<std::vector<Turn>> Conversation::LastTurns() {
  const Map parameters = {{"id", Value(id_)}, {"turns", Value(kTurnsRead)}};
  KITH_ASSIGN_OR_RETURN(const auto rows, context_.statements.Run(kReadStatement, parameters));
  std::vector<Turn> turns;
  for (const auto& row : rows) {
    Turn turn{TextOf(row[0]), TextOf(row[1])};
    // That the documents do not say holds no name; a statement may have written anything.
    const bool abstained = row[2].IsBoolean() && row[2].AsBoolean();
    if (abstained || !IsReadable(turn.answer)) turn.answer.clear();
    if (!IsReadable(turn.asked)) turn.asked.clear();
    turns.push_back(std::move(turn));
  }
  return turns;
}

/// Of the first passage under the entity's name that says what it is. What only links to it is
/// about something else.
Result<ThingKind> Conversation::KindOf(const LinkedEntity& entity) {
  storage::ReadView& view = context_.transaction.view();
  storage::ExpandOptions options;
  const RelTypeId about[] = {names_.about};
  options.types = about;
  options.direction = storage::Direction::kIncoming;
  options.relationships = false;
  storage::Adjacency introducers;
  const NodeId nodes[] = {entity.node};
  KITH_RETURN_IF_ERROR(view.Expand(nodes, options, &introducers));
  const RelTypeId has_chunk[] = {names_.has_chunk};
  options.types = has_chunk;
  options.direction = storage::Direction::kOutgoing;
  storage::Adjacency chunks;
  KITH_RETURN_IF_ERROR(view.Expand(introducers.neighbours, options, &chunks));
  storage::Column headings;
  KITH_RETURN_IF_ERROR(view.Gather(introducers.neighbours, names_.heading, &headings));
  for (size_t i = 0; i < introducers.neighbours.size(); ++i) {
    const bool is_document = chunks.offsets[i] < chunks.offsets[i + 1];
    if (!is_document && !NameKey(StringAt(headings, i)).ends_with(entity.key)) continue;
    const NodeId first[] = {is_document ? chunks.neighbours[chunks.offsets[i]]
                                        : introducers.neighbours[i]};
    storage::Column texts;
    KITH_RETURN_IF_ERROR(view.Gather(std::span<const NodeId>(first), names_.text, &texts));
    const std::string passage = StringAt(texts, 0);
    const ThingKind kind = KindFromPassage(passage, DetectLanguage(passage));
    if (kind != ThingKind::kUnknown) return kind;
  }
  return ThingKind::kUnknown;
}

Result<std::vector<SpokenName>> Conversation::NamesIn(std::string_view text) {
  if (text.empty()) return std::vector<SpokenName>();
  KITH_ASSIGN_OR_RETURN(const Question read,
                        ReadQuestion(text, &context_.transaction.view(), indexes_, names_));
  std::vector<SpokenName> names = NamesInText(text, read.entities);
  for (SpokenName& name : names) {
    const auto entity =
        std::find_if(read.entities.begin(), read.entities.end(),
                     [&](const auto& linked) { return linked.begin == name.begin; });
    if (entity == read.entities.end()) continue;
    KITH_ASSIGN_OR_RETURN(name.kind, KindOf(*entity));
  }
  return names;
}

Result<SpokenTurn> Conversation::Spoken(const Turn& turn) {
  SpokenTurn spoken;
  spoken.asked = turn.asked;
  KITH_ASSIGN_OR_RETURN(spoken.asked_names, NamesIn(turn.asked));
  KITH_ASSIGN_OR_RETURN(std::vector<SpokenName> named, NamesIn(turn.answer));
  for (SpokenName& name : named) {
    const bool known = std::any_of(spoken.asked_names.begin(), spoken.asked_names.end(),
                                   [&](const SpokenName& asked) { return asked.key == name.key; });
    if (!known) spoken.answer_names.push_back(std::move(name));
  }
  if (AsksForPerson(turn.asked)) TakeUnknownForPersons(&spoken.answer_names);
  if (SpeaksOfPerson(turn.asked) && spoken.asked_names.size() == 1 &&
      spoken.asked_names.front().kind == ThingKind::kUnknown) {
    spoken.asked_names.front().kind = ThingKind::kPerson;
  }
  return spoken;
}

Result<ResolvedQuestion> Conversation::Understand(std::string_view question) {
  KITH_ASSIGN_OR_RETURN(const std::vector<SpokenName> own, NamesIn(question));
  KITH_ASSIGN_OR_RETURN(const std::vector<Turn> turns, LastTurns());
  std::vector<SpokenTurn> spoken;
  for (const Turn& turn : turns) {
    KITH_ASSIGN_OR_RETURN(SpokenTurn said, Spoken(turn));
    spoken.push_back(std::move(said));
  }
  return ResolveFollowUp(question, own, spoken);
}

Status AppendTurn(query::ProcedureContext& context, std::string_view id, std::string_view question,
                  const Answer& answer) {
  List citations;
  for (const Citation& cited : answer.citations) {
    citations.push_back(Value::FromMap({{"chunk", Value(cited.chunk.AsInteger())},
                                        {"number", Value(int64_t{cited.number})},
                                        {"begin", Value(static_cast<int64_t>(cited.begin_byte))},
                                        {"end", Value(static_cast<int64_t>(cited.end_byte))}}));
  }
  const Map parameters = {{"id", Value(id)},
                          {"question", Value(question)},
                          {"asked", Value(answer.asked)},
                          {"answer", Value(answer.text)},
                          {"abstained", Value(answer.abstained)},
                          {"citations", Value(std::move(citations))}};
  return context.statements.Run(kAppendStatement, parameters).status();
}

}  // namespace kith::rag
