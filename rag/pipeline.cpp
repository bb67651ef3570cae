// SPDX-License-Identifier: Apache-2.0
// Wires ingest, route, retrieve and generate over one store.
#include "rag/pipeline.h"

#include <fmt/core.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "engine/base/memory_budget.h"
#include "index/index_manager.h"
#include "rag/column_values.h"
#include "rag/converse/conversation.h"
#include "rag/generate/answerer.h"
#include "rag/generate/conversation_prompts.h"
#include "rag/generate/extractive_generator.h"
#include "rag/generate/model_generator.h"
#include "rag/generate/model_shelf.h"
#include "rag/ingest/chunk_vectors.h"
#include "rag/ingest/ingester.h"
#include "rag/model/model_store.h"
#include "rag/retrieve/dense_search.h"
#include "rag/retrieve/retriever.h"

namespace kith::rag {

namespace {

constexpr int kMaxAttempts = 16;

/// The caller's transaction cannot commit any more.
Status MadeIndexes() {
  return Status(
      StatusCode::kConflict,
      "the indexes of documents or conversations have just been made, which ends transactions "
      "that were open; run the transaction again");
}

/// Without an index nothing is found, which must not look like documents that say nothing.
Status CheckIndexes(storage::ReadView* view, const GraphNames& names, const RagIndexes& indexes) {
  if (indexes.complete()) return Status::Ok();
  KITH_ASSIGN_OR_RETURN(const auto statistics, view->GetStatistics());
  const uint64_t documents = statistics->NodeCount(names.document);
  if (documents == 0) return Status::Ok();
  const std::string_view missing = indexes.chunk_text == nullptr     ? kTextIndex
                                   : indexes.document_uri == nullptr ? kDocumentIndex
                                   : indexes.entity_key == nullptr   ? kEntityIndex
                                                                     : kLinkTargetIndex;
  return Status(StatusCode::kNotFound,
                fmt::format("the index {} of the {} document{} in the database is missing; "
                            "ingesting again, any document will do, makes it anew",
                            missing, documents, documents == 1 ? "" : "s"));
}

}  // namespace

struct Pipeline::State {
  IngestShared shared;
  StatementRunnerFactory runners;
  MemoryBudget unlimited{"documents", 0};
  MemoryBudget* memory = &unlimited;
  ExtractiveGenerator generator;
  ModelShelf models;
  ConversationPrompts prompts;
  Interrupt never;
  std::mutex turn_lock;

  /// What a call reads through: the names and indexes as the view has them.
  struct Reading {
    GraphNames names;
    std::shared_ptr<const index::IndexCatalog> catalog;
    RagIndexes indexes;
    Question question;
  };

  Result<Reading> Read(query::ProcedureContext& context, std::string_view question) {
    Reading reading;
    storage::ReadView& view = context.transaction.view();
    KITH_ASSIGN_OR_RETURN(reading.catalog, shared.indexes->CatalogFor(&view));
    if (const auto names = GraphNames::Find(view.catalog())) {
      reading.names = *names;
      reading.indexes = FindIndexes(*reading.catalog, *names);
      KITH_RETURN_IF_ERROR(CheckIndexes(&view, reading.names, reading.indexes));
    }
    KITH_ASSIGN_OR_RETURN(reading.question,
                          ReadQuestion(question, &view, reading.indexes, reading.names));
    return reading;
  }

  Result<bool> DeleteIn(storage::Transaction& transaction, const std::string& uri) {
    const auto names = GraphNames::Find(transaction.view().catalog());
    if (!names) return false;
    KITH_ASSIGN_OR_RETURN(const auto catalog, shared.indexes->CatalogFor(&transaction.view()));
    const RagIndexes indexes = FindIndexes(*catalog, *names);
    KITH_RETURN_IF_ERROR(CheckIndexes(&transaction.view(), *names, indexes));
    if (!indexes.complete()) return false;
    KITH_ASSIGN_OR_RETURN(const auto writer,
                          GraphWriter::Create(&transaction, catalog.get(), &*names, &shared.cache));
    return writer->Delete(uri);
  }

  /// The uris of all ingested documents that are not in `kept`.
  Result<std::vector<std::string>> Others(
      const std::unordered_map<std::string, std::string>& kept) const {
    std::vector<std::string> others;
    KITH_ASSIGN_OR_RETURN(const auto transaction,
                          shared.store->Begin(storage::TransactionMode::kRead));
    storage::ReadView& view = transaction->view();
    const auto names = GraphNames::Find(view.catalog());
    if (!names) return others;
    KITH_ASSIGN_OR_RETURN(const std::vector<GroupId> groups, view.LabelGroups(names->document));
    for (const GroupId group : groups) {
      storage::SlotBitmap members;
      KITH_RETURN_IF_ERROR(view.LabelNodes(group, names->document, &members));
      std::vector<NodeId> nodes;
      for (uint32_t slot = 0; slot < kGroupSlots; ++slot) {
        if (members.Contains(slot)) nodes.emplace_back(group, slot);
      }
      // Nodes with this label that a statement made have no checksum: they are the user's own.
      const PropertyId properties[] = {names->uri, names->checksum};
      std::vector<storage::Column> columns;
      KITH_RETURN_IF_ERROR(view.GatherMany(nodes, properties, &columns));
      for (size_t i = 0; i < nodes.size(); ++i) {
        std::string uri = StringAt(columns[0], i);
        const bool ingested = !uri.empty() && !StringAt(columns[1], i).empty();
        if (ingested && !kept.contains(uri)) others.push_back(std::move(uri));
      }
    }
    return others;
  }

  /// Runs `call` in a read transaction with a runner of its own.
  template <typename Out, typename Call>
  Result<Out> InReadTransaction(const Interrupt* interrupt, const Call& call) {
    const Interrupt& used = interrupt == nullptr ? never : *interrupt;
    KITH_ASSIGN_OR_RETURN(const auto transaction,
                          shared.store->Begin(storage::TransactionMode::kRead));
    KITH_ASSIGN_OR_RETURN(const auto runner, runners(*transaction, used, *memory));
    query::ProcedureContext context{*transaction, *runner, used, *memory};
    return call(context);
  }

  /// The answer to a question, which is a follow-up where the options name a conversation.
  Result<Answer> AnswerIn(query::ProcedureContext& context, std::string_view question,
                          const AskOptions& options) {
    KITH_ASSIGN_OR_RETURN(Reading reading, Read(context, question));
    std::vector<std::string> reasons;
    if (!options.conversation.empty()) {
      Conversation conversation(&context, options.conversation, &reading.indexes, &reading.names);
      KITH_ASSIGN_OR_RETURN(ResolvedQuestion resolved, conversation.Understand(question));
      KITH_ASSIGN_OR_RETURN(reading, Read(context, resolved.text));
      reasons = std::move(resolved.reasons);
    }
    KITH_ASSIGN_OR_RETURN(Retrieval retrieval, RetrieveFor(context, reading, options));
    retrieval.route.reasons.insert(retrieval.route.reasons.begin(), reasons.begin(), reasons.end());
    Answerer answerer(&context.transaction.view(), &shared.indexes->text(), &reading.indexes,
                      &reading.names);
    KITH_ASSIGN_OR_RETURN(Answer answer, Generate(&answerer, reading.question, std::move(retrieval),
                                                  options, context.interrupt));
    answer.asked = reading.question.text;
    return answer;
  }

  Result<Answer> Generate(Answerer* answerer, const Question& question, Retrieval retrieval,
                          const AskOptions& options, const Interrupt& interrupt) {
    if (!options.model.empty()) {
      return AskModel(answerer, question, std::move(retrieval), options, interrupt);
    }
    KITH_ASSIGN_OR_RETURN(Answer answer,
                          answerer->Answer(generator, question, std::move(retrieval)));
    if (options.on_text && !options.on_text(answer.text)) return StoppedByReader();
    return answer;
  }

  /// `inside` as for Prepare.
  Status PrepareConversation(std::string_view id, bool inside) {
    KITH_RETURN_IF_ERROR(CheckConversationId(id));
    const std::lock_guard lock(shared.write_lock);
    KITH_ASSIGN_OR_RETURN(const bool created,
                          EnsureConversationIndex(&shared.store->catalog(), shared.indexes));
    return created && inside ? MadeIndexes() : Status::Ok();
  }

  /// In a transaction of its own: what the model took long to say is not asked again because
  /// another turn came between. Turns are written one at a time, as those of one conversation
  /// would conflict.
  Status CommitTurn(std::string_view question, const AskOptions& options, const Answer& answer) {
    const std::lock_guard lock(turn_lock);
    Status status;
    for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
      KITH_ASSIGN_OR_RETURN(const auto transaction,
                            shared.store->Begin(storage::TransactionMode::kWrite));
      KITH_ASSIGN_OR_RETURN(const auto runner, runners(*transaction, never, *memory));
      query::ProcedureContext context{*transaction, *runner, never, *memory};
      status = AppendTurn(context, options.conversation, question, answer);
      if (status.ok()) status = transaction->Commit();
      if (!status.IsRetryable()) break;
    }
    return status;
  }

  /// In the words of the model that the options name.
  Result<Answer> AskModel(Answerer* answerer, const Question& question, Retrieval retrieval,
                          const AskOptions& options, const Interrupt& interrupt) {
    KITH_ASSIGN_OR_RETURN(const ResolvedModel file, ResolveModel(options.model));
    ModelOptions wanted;
    wanted.context_tokens = options.context_tokens;
    wanted.memory = memory;
    wanted.interrupt = &interrupt;
    KITH_ASSIGN_OR_RETURN(const auto model, models.Take(file.path, wanted));
    ModelGeneratorOptions how;
    how.generate.max_tokens = options.max_tokens;
    how.generate.max_ms = options.max_ms;
    how.generate.sampling.temperature = static_cast<float>(options.temperature);
    how.generate.sampling.seed = options.seed;
    how.generate.interrupt = &interrupt;
    how.answer.mark_unsupported = options.mark_unsupported;
    how.answer.on_text = options.on_text;
    if (!options.conversation.empty()) {
      how.prompts = &prompts;
      how.conversation = options.conversation;
    }
    return answerer->Answer(ModelGenerator(model.get(), how), question, std::move(retrieval));
  }

  /// Numbers the names of the graph and makes its indexes. `inside` is a transaction of the caller,
  /// which cannot commit any more once an index was made.
  Status Prepare(bool inside) {
    storage::Catalog& catalog = shared.store->catalog();
    KITH_ASSIGN_OR_RETURN(shared.names, GraphNames::Resolve(&catalog));
    if (shared.model != nullptr) {
      KITH_ASSIGN_OR_RETURN(shared.names.embedding, catalog.PropertyFor(kVectorProperty));
    }
    KITH_ASSIGN_OR_RETURN(bool created, EnsureIndexes(shared.indexes, shared.names));
    if (shared.model != nullptr) {
      KITH_ASSIGN_OR_RETURN(const bool made, EnsureVectorsOfModel(Vectors()));
      created = created || made;
    }
    return created && inside ? MadeIndexes() : Status::Ok();
  }

  /// The same before all vectors are made anew. True when an index was made.
  Result<bool> PrepareVectors(OldVectors old) {
    storage::Catalog& catalog = shared.store->catalog();
    KITH_ASSIGN_OR_RETURN(shared.names, GraphNames::Resolve(&catalog));
    KITH_ASSIGN_OR_RETURN(shared.names.embedding, catalog.PropertyFor(kVectorProperty));
    return EnsureVectorsOfNewModel(Vectors(), old);
  }

  ChunkVectors Vectors() const {
    return {shared.store, shared.indexes, &shared.names, shared.model};
  }

  Result<Retrieval> RetrieveFor(query::ProcedureContext& context, const Reading& reading,
                                const RetrieveOptions& options) const {
    KITH_ASSIGN_OR_RETURN(const auto dense,
                          DenseSearch::ForQuestion(
                              context, shared.model, &shared.indexes->vectors(),
                              reading.indexes.chunk_vector, reading.question.text, options.route));
    Retriever retriever(&context, &shared.indexes->text(), dense.get(), &reading.indexes,
                        &reading.names);
    KITH_ASSIGN_OR_RETURN(Retrieval retrieval, retriever.Retrieve(reading.question, options));
    if (shared.model == nullptr || options.route == "text") return retrieval;
    KITH_ASSIGN_OR_RETURN(std::string lack, LackOfVectors(&context.transaction.view(),
                                                          reading.indexes, reading.names));
    if (!lack.empty()) retrieval.route.reasons.push_back(std::move(lack));
    return retrieval;
  }
};

namespace {

Status NoEmbeddingModel() {
  return Status(StatusCode::kInvalidArgument,
                "this database has no embedding model; open it with one (--embedding-model NAME "
                "in the shell, Options::embedding_model in C++)");
}

Status NoSuchDocument(const std::string& uri) {
  return Status(
      StatusCode::kNotFound,
      fmt::format("there is no document '{}'; MATCH (d:Document) RETURN d.uri lists those "
                  "that there are",
                  uri));
}

}  // namespace

Pipeline::Pipeline(std::unique_ptr<State> state) : state_(std::move(state)) {}
Pipeline::~Pipeline() = default;

Result<std::unique_ptr<Pipeline>> Pipeline::Create(storage::GraphStore* store,
                                                   index::IndexManager* indexes,
                                                   StatementRunnerFactory runners,
                                                   MemoryBudget* memory,
                                                   const DatabaseModel* model) {
  auto state = std::make_unique<State>();
  state->shared.store = store;
  state->shared.indexes = indexes;
  state->shared.model = model;
  state->runners = std::move(runners);
  if (memory != nullptr) state->memory = memory;
  return std::unique_ptr<Pipeline>(new Pipeline(std::move(state)));
}

Result<IngestReport> Pipeline::Ingest(const std::string& path, const IngestOptions& options) {
  return IngestAll(std::span(&path, 1), options);
}

Result<IngestReport> Pipeline::IngestAll(std::span<const std::string> paths,
                                         const IngestOptions& options) {
  {
    const std::lock_guard lock(state_->shared.write_lock);
    KITH_RETURN_IF_ERROR(state_->Prepare(false));
  }
  Ingester ingester(&state_->shared, nullptr, options);
  KITH_ASSIGN_OR_RETURN(IngestReport report, ingester.IngestPaths(paths));
  const bool complete = report.skipped.empty() && !ingester.read().empty();
  if (!options.forget_others || !complete) return report;
  KITH_ASSIGN_OR_RETURN(const std::vector<std::string> others, state_->Others(ingester.read()));
  IngestProgress progress = ingester.progress();
  for (const std::string& uri : others) {
    if (options.interrupt != nullptr) KITH_RETURN_IF_ERROR(options.interrupt->Check());
    const Status deleted = Delete(uri);
    // Gone already when somebody else deleted it.
    if (!deleted.ok() && deleted.code() != StatusCode::kNotFound) return deleted;
    report.documents_forgotten += deleted.ok() ? 1 : 0;
    progress.current = uri;
    if (!options.progress || options.progress(progress)) continue;
    return Status(StatusCode::kCancelled,
                  fmt::format("stopped after all was ingested and {} of {} other documents were "
                              "forgotten",
                              report.documents_forgotten, others.size()));
  }
  return report;
}

Result<IngestReport> Pipeline::IngestText(const std::string& uri, std::string_view text,
                                          const IngestOptions& options) {
  {
    const std::lock_guard lock(state_->shared.write_lock);
    KITH_RETURN_IF_ERROR(state_->Prepare(false));
  }
  return Ingester(&state_->shared, nullptr, options).IngestText(uri, text);
}

Result<IngestReport> Pipeline::Ingest(query::ProcedureContext& context, const std::string& path,
                                      const IngestOptions& options) {
  {
    const std::lock_guard lock(state_->shared.write_lock);
    KITH_RETURN_IF_ERROR(state_->Prepare(true));
  }
  return Ingester(&state_->shared, &context.transaction, options).IngestPaths(std::span(&path, 1));
}

Status Pipeline::Delete(const std::string& uri) {
  Status status;
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    const std::lock_guard lock(state_->shared.write_lock);
    KITH_ASSIGN_OR_RETURN(const auto transaction,
                          state_->shared.store->Begin(storage::TransactionMode::kWrite));
    const Result<bool> found = state_->DeleteIn(*transaction, uri);
    if (found.ok() && !*found) return NoSuchDocument(uri);
    status = found.ok() ? transaction->Commit() : found.status();
    if (!status.IsRetryable()) break;
  }
  return status;
}

Status Pipeline::Delete(query::ProcedureContext& context, const std::string& uri) {
  const std::lock_guard lock(state_->shared.write_lock);
  KITH_ASSIGN_OR_RETURN(const bool found, state_->DeleteIn(context.transaction, uri));
  return found ? Status::Ok() : NoSuchDocument(uri);
}

Result<ReembedReport> Pipeline::EmbedAll(const EmbedAllOptions& options) {
  if (state_->shared.model == nullptr) return NoEmbeddingModel();
  GraphNames names;
  {
    const std::lock_guard lock(state_->shared.write_lock);
    if (!GraphNames::Find(state_->shared.store->catalog())) return ReembedReport();
    KITH_RETURN_IF_ERROR(state_->PrepareVectors(OldVectors::kRemove).status());
    names = state_->shared.names;
  }
  ChunkVectors vectors = state_->Vectors();
  vectors.names = &names;
  return EmbedMissing(vectors, &state_->shared.write_lock, options);
}

Result<ReembedReport> Pipeline::Embed(query::ProcedureContext& context) {
  if (state_->shared.model == nullptr) return NoEmbeddingModel();
  const std::lock_guard lock(state_->shared.write_lock);
  const auto names = GraphNames::Find(context.transaction.view().catalog());
  if (!names) return ReembedReport();
  KITH_ASSIGN_OR_RETURN(const bool created, state_->PrepareVectors(OldVectors::kKeepUntilReplaced));
  if (created) return MadeIndexes();
  return EmbedStoredChunks(*state_->shared.model, &state_->shared.store->catalog(), *names,
                           &context.transaction, &context.interrupt);
}

Result<Retrieval> Pipeline::Retrieve(query::ProcedureContext& context, std::string_view question,
                                     const RetrieveOptions& options) {
  KITH_ASSIGN_OR_RETURN(const State::Reading reading, state_->Read(context, question));
  return state_->RetrieveFor(context, reading, options);
}

Result<Route> Pipeline::PlanRoute(query::ProcedureContext& context, std::string_view question,
                                  const RetrieveOptions& options) {
  KITH_ASSIGN_OR_RETURN(const State::Reading reading, state_->Read(context, question));
  Retriever retriever(&context, &state_->shared.indexes->text(), nullptr, &reading.indexes,
                      &reading.names);
  return retriever.Plan(reading.question, options);
}

Result<Answer> Pipeline::Ask(query::ProcedureContext& context, std::string_view question,
                             const AskOptions& options) {
  if (options.conversation.empty()) return state_->AnswerIn(context, question, options);
  KITH_RETURN_IF_ERROR(state_->PrepareConversation(options.conversation, true));
  KITH_ASSIGN_OR_RETURN(Answer answer, state_->AnswerIn(context, question, options));
  KITH_RETURN_IF_ERROR(AppendTurn(context, options.conversation, question, answer));
  return answer;
}

Result<Retrieval> Pipeline::Retrieve(std::string_view question, const RetrieveOptions& options,
                                     const Interrupt* interrupt) {
  return state_->InReadTransaction<Retrieval>(interrupt, [&](query::ProcedureContext& context) {
    return Retrieve(context, question, options);
  });
}

Result<Answer> Pipeline::Ask(std::string_view question, const AskOptions& options,
                             const Interrupt* interrupt) {
  if (!options.conversation.empty()) {
    KITH_RETURN_IF_ERROR(state_->PrepareConversation(options.conversation, false));
  }
  KITH_ASSIGN_OR_RETURN(Answer answer, state_->InReadTransaction<Answer>(
                                           interrupt, [&](query::ProcedureContext& context) {
                                             return state_->AnswerIn(context, question, options);
                                           }));
  if (!options.conversation.empty()) {
    KITH_RETURN_IF_ERROR(state_->CommitTurn(question, options, answer));
  }
  return answer;
}

}  // namespace kith::rag
