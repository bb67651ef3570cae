// SPDX-License-Identifier: Apache-2.0
// The procedures of rag: arguments in, rows out; the work is the pipeline's.
#include "rag/procedures.h"

#include <fmt/core.h>

#include <memory>
#include <utility>

#include "query/procedure.h"
#include "query/procedures/procedure_arguments.h"
#include "rag/converse/conversation.h"
#include "rag/pipeline.h"

namespace kith::rag {
namespace {

using query::FieldType;
using query::GivenOptions;
using query::Procedure;
using query::ProcedureContext;
using query::ProcedureField;
using query::ProcedureMode;
using query::ProcedureSignature;
using query::RowSink;
using query::TypedField;

ProcedureField OptionsField() {
  return TypedField("options", ValueType::kMap, Value::FromMap({}));
}

Value Integer(size_t number) {
  return Value(static_cast<int64_t>(number));
}

Value NodeValue(NodeId node) {
  return Value(node);
}

Result<std::string> StringArgument(std::span<const Value> arguments, const char* what) {
  if (!arguments.empty() && arguments[0].IsString()) return std::string(arguments[0].AsString());
  return Status(StatusCode::kArgumentError, fmt::format("the {} is null; give a string", what));
}

Status WrongOption(std::string_view key, const Value& value, std::string_view right) {
  return Status(StatusCode::kArgumentError,
                fmt::format("{} is {}; give {}", key, value.ToString(), right));
}

/// False when the key is no option of retrieval.
Result<bool> TakeRetrieveOption(std::string_view key, const Value& value,
                                RetrieveOptions* options) {
  if (key == "limit") {
    if (!value.IsInteger() || value.AsInteger() < 1 ||
        static_cast<uint64_t>(value.AsInteger()) > kMaxPassages) {
      return WrongOption(key, value, fmt::format("an integer from 1 to {}", kMaxPassages));
    }
    options->limit = static_cast<size_t>(value.AsInteger());
  } else if (key == "route") {
    if (!value.IsString()) {
      return WrongOption(key, value, "'factual', 'analytical', 'text' or 'dense'");
    }
    options->route = value.AsString();
  } else {
    return false;
  }
  return true;
}

Result<RetrieveOptions> ReadRetrieveOptions(std::span<const Value> arguments) {
  constexpr std::string_view kKnown[] = {"limit", "route"};
  RetrieveOptions options;
  KITH_ASSIGN_OR_RETURN(const Map given, GivenOptions(arguments[1], kKnown, "a retrieval"));
  for (const auto& [key, value] : given) {
    KITH_RETURN_IF_ERROR(TakeRetrieveOption(key, value, &options).status());
  }
  return options;
}

Status TakeModelOption(std::string_view key, const Value& value, AskOptions* options) {
  const auto wrong = [&](std::string_view wanted) { return WrongOption(key, value, wanted); };
  constexpr int64_t kMost = 1'000'000'000;
  const bool count = value.IsInteger() && value.AsInteger() >= 0 && value.AsInteger() <= kMost;
  if (key == "model") {
    if (!value.IsString()) return wrong("a name of kith model list or the path of a .gguf file");
    options->model = value.AsString();
  } else if (key == "maxTokens") {
    if (!count) return wrong("a number of tokens");
    options->max_tokens = static_cast<size_t>(value.AsInteger());
  } else if (key == "contextTokens") {
    if (!count) return wrong("a number of tokens");
    options->context_tokens = static_cast<size_t>(value.AsInteger());
  } else if (key == "maxMs") {
    if (!count) return wrong("milliseconds");
    options->max_ms = static_cast<uint64_t>(value.AsInteger());
  } else if (key == "seed") {
    if (!count) return wrong("an integer from 0 to 1000000000");
    options->seed = static_cast<uint32_t>(value.AsInteger());
  } else if (key == "temperature") {
    if (!value.IsInteger() && !value.IsFloat()) return wrong("a number from 0 to 10");
    options->temperature =
        value.IsInteger() ? static_cast<double>(value.AsInteger()) : value.AsFloat();
  } else if (key == "markUnsupported") {
    if (!value.IsBoolean()) return wrong("true or false");
    options->mark_unsupported = value.AsBoolean();
  }
  return Status::Ok();
}

Result<AskOptions> ReadAskOptions(std::span<const Value> arguments) {
  constexpr std::string_view kKnown[] = {"limit",     "route",         "model",
                                         "maxTokens", "contextTokens", "maxMs",
                                         "seed",      "temperature",   "markUnsupported"};
  AskOptions options;
  KITH_ASSIGN_OR_RETURN(const Map given, GivenOptions(arguments[1], kKnown, "a question"));
  for (const auto& [key, value] : given) {
    KITH_ASSIGN_OR_RETURN(const bool taken, TakeRetrieveOption(key, value, &options));
    if (!taken) KITH_RETURN_IF_ERROR(TakeModelOption(key, value, &options));
  }
  return options;
}

Result<IngestOptions> ReadIngestOptions(std::span<const Value> arguments) {
  constexpr std::string_view kKnown[] = {"skipUnreadable", "maxDocumentBytes"};
  IngestOptions options;
  KITH_ASSIGN_OR_RETURN(const Map given, GivenOptions(arguments[1], kKnown, "an ingest"));
  for (const auto& [key, value] : given) {
    if (key == "skipUnreadable") {
      if (!value.IsBoolean()) return WrongOption(key, value, "true or false");
      options.skip_unreadable = value.AsBoolean();
    } else {
      if (!value.IsInteger() || value.AsInteger() < 1) {
        return WrongOption(key, value, "an integer above 0");
      }
      options.max_document_bytes = static_cast<size_t>(value.AsInteger());
    }
  }
  return options;
}

class RagProcedure : public Procedure {
 public:
  RagProcedure(Pipeline* pipeline, ProcedureSignature signature)
      : pipeline_(*pipeline), signature_(std::move(signature)) {}
  const ProcedureSignature& signature() const override { return signature_; }

 protected:
  Result<std::string> ExplainRoute(ProcedureContext& context, std::span<const Value> arguments,
                                   const RetrieveOptions& options) const {
    KITH_ASSIGN_OR_RETURN(const std::string question, StringArgument(arguments, "question"));
    KITH_ASSIGN_OR_RETURN(const Route route, pipeline_.PlanRoute(context, question, options));
    std::string text = fmt::format("route: {}\n", RouteName(route.kind));
    for (const std::string& reason : route.reasons) text += fmt::format("  - {}\n", reason);
    text += "compiles to:\n";
    std::string_view rest = route.statement;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      text += fmt::format("  {}\n", rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    const Map parameters = {
        {"entities", Value(List())}, {"names", Value(List())}, {"seeds", Value(List())}};
    KITH_ASSIGN_OR_RETURN(const std::string plan,
                          context.statements.Explain(route.statement, parameters));
    return text + plan;
  }

  Pipeline& pipeline_;

 private:
  ProcedureSignature signature_;
};

class IngestProcedure final : public RagProcedure {
 public:
  explicit IngestProcedure(Pipeline* pipeline)
      : RagProcedure(
            pipeline,
            {"rag.ingest",
             {TypedField("path", ValueType::kString), OptionsField()},
             {TypedField("documents", ValueType::kInteger),
              TypedField("replaced", ValueType::kInteger),
              TypedField("unchanged", ValueType::kInteger),
              TypedField("chunks", ValueType::kInteger),
              TypedField("entities", ValueType::kInteger), TypedField("links", ValueType::kInteger),
              TypedField("skipped", ValueType::kList)},
             ProcedureMode::kWrite,
             "Adds the documents below a path, or replaces those that changed."}) {}

  Status Call(ProcedureContext& context, std::span<const Value> arguments,
              const RowSink& sink) const override {
    KITH_ASSIGN_OR_RETURN(const std::string path, StringArgument(arguments, "path"));
    KITH_ASSIGN_OR_RETURN(IngestOptions options, ReadIngestOptions(arguments));
    options.interrupt = &context.interrupt;
    KITH_ASSIGN_OR_RETURN(const IngestReport report, pipeline_.Ingest(context, path, options));
    List skipped;
    for (const SkippedDocument& document : report.skipped) {
      skipped.push_back(
          Value::FromMap({{"document", Value(document.path)}, {"reason", Value(document.reason)}}));
    }
    const Value row[] = {Integer(report.documents_added),
                         Integer(report.documents_replaced),
                         Integer(report.documents_unchanged),
                         Integer(report.chunks),
                         Integer(report.entities),
                         Integer(report.links),
                         Value(std::move(skipped))};
    return sink(row);
  }
};

class DeleteProcedure final : public RagProcedure {
 public:
  explicit DeleteProcedure(Pipeline* pipeline)
      : RagProcedure(pipeline, {"rag.delete",
                                {TypedField("uri", ValueType::kString)},
                                {TypedField("deleted", ValueType::kString)},
                                ProcedureMode::kWrite,
                                "Deletes a document and all that came from it alone."}) {}

  Status Call(ProcedureContext& context, std::span<const Value> arguments,
              const RowSink& sink) const override {
    KITH_ASSIGN_OR_RETURN(const std::string uri, StringArgument(arguments, "uri"));
    KITH_RETURN_IF_ERROR(pipeline_.Delete(context, uri));
    const Value row[] = {Value(uri)};
    return sink(row);
  }
};

class EmbedProcedure final : public RagProcedure {
 public:
  explicit EmbedProcedure(Pipeline* pipeline)
      : RagProcedure(pipeline, {"rag.embed",
                                {},
                                {TypedField("embedded", ValueType::kInteger),
                                 TypedField("kept", ValueType::kInteger),
                                 TypedField("model", ValueType::kString)},
                                ProcedureMode::kWrite,
                                "Makes the vectors of all chunks those of the database's model."}) {
  }

  Status Call(ProcedureContext& context, std::span<const Value> /*arguments*/,
              const RowSink& sink) const override {
    KITH_ASSIGN_OR_RETURN(const ReembedReport report, pipeline_.Embed(context));
    const Value row[] = {Integer(report.embedded), Integer(report.kept), Value(report.model)};
    return sink(row);
  }
};

Value PathValue(const std::vector<Hop>& path) {
  List hops;
  for (const Hop& hop : path) {
    hops.push_back(Value::FromMap({{"hop", Value(hop.kind)},
                                   {"node", Value(hop.node.AsInteger())},
                                   {"name", Value(hop.name)}}));
  }
  return Value(std::move(hops));
}

class RetrieveProcedure final : public RagProcedure {
 public:
  explicit RetrieveProcedure(Pipeline* pipeline)
      : RagProcedure(
            pipeline,
            {"rag.retrieve",
             {TypedField("question", ValueType::kString), OptionsField()},
             {TypedField("chunk", ValueType::kNode), TypedField("score", ValueType::kFloat),
              TypedField("document", ValueType::kString), TypedField("title", ValueType::kString),
              TypedField("begin", ValueType::kInteger), TypedField("end", ValueType::kInteger),
              TypedField("text", ValueType::kString), TypedField("foundBy", ValueType::kString),
              TypedField("path", ValueType::kList), TypedField("route", ValueType::kString)},
             ProcedureMode::kRead,
             "Finds the passages for a question, best first."}) {}

  Status Call(ProcedureContext& context, std::span<const Value> arguments,
              const RowSink& sink) const override {
    KITH_ASSIGN_OR_RETURN(const std::string question, StringArgument(arguments, "question"));
    KITH_ASSIGN_OR_RETURN(const RetrieveOptions options, ReadRetrieveOptions(arguments));
    KITH_ASSIGN_OR_RETURN(const Retrieval found, pipeline_.Retrieve(context, question, options));
    for (const Passage& passage : found.passages) {
      const Value row[] = {NodeValue(passage.chunk),    Value(passage.score),
                           Value(passage.document),     Value(passage.title),
                           Integer(passage.begin_byte), Integer(passage.end_byte),
                           Value(passage.text),         Value(passage.found_by),
                           PathValue(passage.path),     Value(RouteName(found.route.kind))};
      KITH_RETURN_IF_ERROR(sink(row));
    }
    return Status::Ok();
  }

  Result<std::string> Explain(ProcedureContext& context,
                              std::span<const Value> arguments) const override {
    KITH_ASSIGN_OR_RETURN(const RetrieveOptions options, ReadRetrieveOptions(arguments));
    return ExplainRoute(context, arguments, options);
  }
};

/// What rag.ask and rag.chat give, but for `asked`.
std::vector<ProcedureField> AnswerFields() {
  return {TypedField("answer", ValueType::kString),    TypedField("abstained", ValueType::kBoolean),
          TypedField("confidence", ValueType::kFloat), TypedField("citations", ValueType::kList),
          TypedField("route", ValueType::kString),     TypedField("reasons", ValueType::kList),
          TypedField("byModel", ValueType::kBoolean)};
}

std::vector<Value> AnswerRow(const Answer& answer) {
  List citations;
  for (const Citation& citation : answer.citations) {
    citations.push_back(Value::FromMap({{"number", Value(citation.number)},
                                        {"document", Value(citation.document)},
                                        {"title", Value(citation.title)},
                                        {"begin", Integer(citation.begin_byte)},
                                        {"end", Integer(citation.end_byte)},
                                        {"quote", Value(citation.quote)}}));
  }
  List reasons;
  for (const std::string& reason : answer.retrieval.route.reasons) reasons.emplace_back(reason);
  return {Value(answer.text),
          Value(answer.abstained),
          Value(answer.confidence),
          Value(std::move(citations)),
          Value(RouteName(answer.retrieval.route.kind)),
          Value(std::move(reasons)),
          Value(answer.by_model)};
}

class AskProcedure final : public RagProcedure {
 public:
  explicit AskProcedure(Pipeline* pipeline)
      : RagProcedure(
            pipeline,
            {"rag.ask",
             {TypedField("question", ValueType::kString), OptionsField()},
             AnswerFields(),
             ProcedureMode::kRead,
             "Answers a question from the documents, with citations, or says that they do not."}) {}

  Status Call(ProcedureContext& context, std::span<const Value> arguments,
              const RowSink& sink) const override {
    KITH_ASSIGN_OR_RETURN(const std::string question, StringArgument(arguments, "question"));
    KITH_ASSIGN_OR_RETURN(const AskOptions options, ReadAskOptions(arguments));
    KITH_ASSIGN_OR_RETURN(const Answer answer, pipeline_.Ask(context, question, options));
    return sink(AnswerRow(answer));
  }

  Result<std::string> Explain(ProcedureContext& context,
                              std::span<const Value> arguments) const override {
    KITH_ASSIGN_OR_RETURN(const AskOptions options, ReadAskOptions(arguments));
    return ExplainRoute(context, arguments, options);
  }
};

class ChatProcedure final : public RagProcedure {
 public:
  explicit ChatProcedure(Pipeline* pipeline)
      : RagProcedure(pipeline,
                     {"rag.chat",
                      {TypedField("conversation", ValueType::kString),
                       TypedField("question", ValueType::kString), OptionsField()},
                      Fields(),
                      ProcedureMode::kWrite,
                      "Answers a question as the next turn of a conversation, which is kept in the "
                      "graph."}) {}

  Status Call(ProcedureContext& context, std::span<const Value> arguments,
              const RowSink& sink) const override {
    KITH_ASSIGN_OR_RETURN(std::string conversation, StringArgument(arguments, "conversation"));
    const auto rest = arguments.subspan(1);
    KITH_ASSIGN_OR_RETURN(const std::string question, StringArgument(rest, "question"));
    KITH_ASSIGN_OR_RETURN(AskOptions options, ReadAskOptions(rest));
    // Empty, it would be no conversation.
    KITH_RETURN_IF_ERROR(CheckConversationId(conversation));
    options.conversation = std::move(conversation);
    KITH_ASSIGN_OR_RETURN(const Answer answer, pipeline_.Ask(context, question, options));
    std::vector<Value> row = AnswerRow(answer);
    row.emplace_back(answer.asked);
    return sink(row);
  }

  /// Of the question as it stands: what it refers to is known when it is asked.
  Result<std::string> Explain(ProcedureContext& context,
                              std::span<const Value> arguments) const override {
    const auto rest = arguments.subspan(1);
    KITH_ASSIGN_OR_RETURN(const AskOptions options, ReadAskOptions(rest));
    return ExplainRoute(context, rest, options);
  }

 private:
  static std::vector<ProcedureField> Fields() {
    std::vector<ProcedureField> fields = AnswerFields();
    fields.push_back(TypedField("asked", ValueType::kString));
    return fields;
  }
};

}  // namespace

Status RegisterProcedures(Pipeline* pipeline, query::ProcedureRegistry* registry) {
  KITH_RETURN_IF_ERROR(registry->Register(std::make_unique<IngestProcedure>(pipeline)));
  KITH_RETURN_IF_ERROR(registry->Register(std::make_unique<DeleteProcedure>(pipeline)));
  KITH_RETURN_IF_ERROR(registry->Register(std::make_unique<EmbedProcedure>(pipeline)));
  KITH_RETURN_IF_ERROR(registry->Register(std::make_unique<RetrieveProcedure>(pipeline)));
  KITH_RETURN_IF_ERROR(registry->Register(std::make_unique<AskProcedure>(pipeline)));
  return registry->Register(std::make_unique<ChatProcedure>(pipeline));
}

}  // namespace kith::rag
