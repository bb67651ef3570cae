// SPDX-License-Identifier: Apache-2.0
// Questions and answers in C.
#include <fmt/format.h>

#include <limits>

#include "engine/capi/handles.h"

using kith::Status;
using kith::capi::CheckText;
using kith::capi::Guard;
using kith::capi::NullArgument;
using kith::capi::ReadFlag;
using kith::capi::ReadNumber;
using kith::capi::UnknownOption;

namespace {

constexpr const char* kAskOptionNames =
    "limit, max_tokens, context_tokens, max_ms, seed, mark_unsupported (whole numbers), "
    "temperature (a number), route, model and conversation (texts)";

Status SetSeed(const char* function, int64_t value, uint32_t* seed) {
  constexpr int64_t kMost = std::numeric_limits<uint32_t>::max();
  if (value < 0 || value > kMost) {
    return Status(kith::StatusCode::kInvalidArgument,
                  fmt::format("{}: seed is {}; give 0 to {}", function, value, kMost));
  }
  *seed = static_cast<uint32_t>(value);
  return Status::Ok();
}

Status SetAskNumber(kith::AskOptions* to, std::string_view name, int64_t value) {
  const char* const function = "kith_ask_options_set";
  const auto number = [&](int64_t least, size_t* member) {
    return ReadNumber(function, name, value, least, member);
  };
  if (name == "limit") return number(1, &to->limit);
  if (name == "max_tokens") return number(1, &to->max_tokens);
  if (name == "context_tokens") return number(0, &to->context_tokens);
  if (name == "max_ms") return number(0, &to->max_ms);
  if (name == "seed") return SetSeed(function, value, &to->seed);
  if (name == "mark_unsupported") return ReadFlag(function, name, value, &to->mark_unsupported);
  if (name != "temperature")
    return UnknownOption(function, name, " that is a whole number", kAskOptionNames);
  to->temperature = static_cast<double>(value);
  return Status::Ok();
}

Status SetAskFraction(kith::AskOptions* to, std::string_view name, double value) {
  if (name != "temperature") {
    return UnknownOption("kith_ask_options_set_float", name, " that is a fraction",
                         kAskOptionNames);
  }
  to->temperature = value;
  return Status::Ok();
}

Status SetAskText(kith::AskOptions* to, std::string_view name, const char* value) {
  const char* const function = "kith_ask_options_set_text";
  std::string* const member = name == "route"          ? &to->route
                              : name == "model"        ? &to->model
                              : name == "conversation" ? &to->conversation
                                                       : nullptr;
  if (member == nullptr) {
    return UnknownOption(function, name, " that is a text", kAskOptionNames);
  }
  KITH_ASSIGN_OR_RETURN(const std::string_view text,
                        CheckText(function, "value", value, KITH_NUL_TERMINATED));
  *member = text;
  return Status::Ok();
}

/// Runs `set` once there are options and a name.
template <typename Set>
kith_code SetAskOption(const char* function, const kith_ask_options* options, const char* name,
                       kith_error** error, Set set) {
  return Guard(error, [&]() -> Status {
    if (options == nullptr) return NullArgument(function, "options");
    if (name == nullptr) return NullArgument(function, "name");
    return set();
  });
}

/// Runs a question: `make` gives a Result<kith::Answer>.
template <typename Make>
kith_code Question(const char* function, kith_database* database, const char* question,
                   kith_answer** answer, kith_error** error, Make make) {
  if (answer != nullptr) *answer = nullptr;
  return Guard(error, [&]() -> Status {
    if (database == nullptr) return NullArgument(function, "database");
    if (question == nullptr) return NullArgument(function, "question");
    if (answer == nullptr) return NullArgument(function, "answer");
    KITH_ASSIGN_OR_RETURN(const std::string_view text,
                          CheckText(function, "question", question, KITH_NUL_TERMINATED));
    KITH_ASSIGN_OR_RETURN(kith::Answer made, make(text));
    *answer = new kith_answer{std::move(made), std::string(text), {}, {}};
    return Status::Ok();
  });
}

}  // namespace

extern "C" {

kith_ask_options* kith_ask_options_new(void) {
  return new (std::nothrow) kith_ask_options();
}

void kith_ask_options_free(kith_ask_options* options) {
  delete options;
}

kith_code kith_ask_options_set(kith_ask_options* options, const char* name, int64_t value,
                               kith_error** error) {
  return SetAskOption("kith_ask_options_set", options, name, error,
                      [&] { return SetAskNumber(&options->options, name, value); });
}

kith_code kith_ask_options_set_float(kith_ask_options* options, const char* name, double value,
                                     kith_error** error) {
  return SetAskOption("kith_ask_options_set_float", options, name, error,
                      [&] { return SetAskFraction(&options->options, name, value); });
}

kith_code kith_ask_options_set_text(kith_ask_options* options, const char* name, const char* value,
                                    kith_error** error) {
  return SetAskOption("kith_ask_options_set_text", options, name, error,
                      [&] { return SetAskText(&options->options, name, value); });
}

kith_code kith_rag_ask(kith_database* database, const char* question,
                       const kith_ask_options* options, kith_answer_piece on_piece, void* context,
                       kith_answer** answer, kith_error** error) {
  return Question("kith_rag_ask", database, question, answer, error, [&](std::string_view text) {
    kith::AskOptions wanted = options == nullptr ? kith::AskOptions() : options->options;
    if (on_piece != nullptr) {
      wanted.on_text = [&](std::string_view piece) {
        return on_piece(std::string(piece).c_str(), context) != 0;
      };
    }
    return database->database->rag().Ask(text, wanted);
  });
}

kith_code kith_rag_retrieve(kith_database* database, const char* question,
                            const kith_ask_options* options, kith_answer** answer,
                            kith_error** error) {
  return Question("kith_rag_retrieve", database, question, answer, error,
                  [&](std::string_view text) -> kith::Result<kith::Answer> {
                    kith::RetrieveOptions wanted;
                    if (options != nullptr) wanted = options->options;
                    kith::Answer made;
                    KITH_ASSIGN_OR_RETURN(made.retrieval,
                                          database->database->rag().Retrieve(text, wanted));
                    return made;
                  });
}

void kith_answer_free(kith_answer* answer) {
  delete answer;
}

const char* kith_answer_asked(const kith_answer* answer) {
  return answer == nullptr ? "" : answer->answer.asked.c_str();
}

const char* kith_answer_text(const kith_answer* answer) {
  return answer == nullptr ? "" : answer->answer.text.c_str();
}

int kith_answer_abstained(const kith_answer* answer) {
  return answer != nullptr && answer->answer.abstained ? 1 : 0;
}

int kith_answer_by_model(const kith_answer* answer) {
  return answer != nullptr && answer->answer.by_model ? 1 : 0;
}

double kith_answer_confidence(const kith_answer* answer) {
  return answer == nullptr ? 0 : answer->answer.confidence;
}

const char* kith_answer_route(const kith_answer* answer) {
  return answer == nullptr ? "" : answer->answer.retrieval.route.c_str();
}

size_t kith_answer_reason_count(const kith_answer* answer) {
  return answer == nullptr ? 0 : answer->answer.retrieval.reasons.size();
}

const char* kith_answer_reason(const kith_answer* answer, size_t index) {
  if (index >= kith_answer_reason_count(answer)) return nullptr;
  return answer->answer.retrieval.reasons[index].c_str();
}

size_t kith_answer_citation_count(const kith_answer* answer) {
  return answer == nullptr ? 0 : answer->answer.citations.size();
}

int kith_answer_citation(const kith_answer* answer, size_t index, kith_passage* citation) {
  if (citation == nullptr || index >= kith_answer_citation_count(answer)) return 0;
  const kith::Citation& from = answer->answer.citations[index];
  *citation = {from.number,
               from.document.c_str(),
               from.title.c_str(),
               from.begin_byte,
               from.end_byte,
               from.quote.c_str(),
               0,
               ""};
  return 1;
}

size_t kith_answer_passage_count(const kith_answer* answer) {
  return answer == nullptr ? 0 : answer->answer.retrieval.passages.size();
}

int kith_answer_passage(const kith_answer* answer, size_t index, kith_passage* passage) {
  if (passage == nullptr || index >= kith_answer_passage_count(answer)) return 0;
  const kith::Passage& from = answer->answer.retrieval.passages[index];
  *passage = {static_cast<int>(index) + 1,
              from.document.c_str(),
              from.title.c_str(),
              from.begin_byte,
              from.end_byte,
              from.text.c_str(),
              from.score,
              from.found_by.c_str()};
  return 1;
}

const char* kith_answer_evidence_svg(kith_answer* answer) {
  if (answer == nullptr) return "";
  const kith_code code = Guard(nullptr, [&]() -> Status {
    if (answer->svg.empty()) answer->svg = answer->answer.retrieval.evidence.ToSvg();
    return Status::Ok();
  });
  return code == KITH_OK ? answer->svg.c_str() : "";
}

const char* kith_answer_html(kith_answer* answer) {
  if (answer == nullptr) return "";
  const kith_code code = Guard(nullptr, [&]() -> Status {
    if (answer->html.empty()) answer->html = answer->answer.ToHtml(answer->question);
    return Status::Ok();
  });
  return code == KITH_OK ? answer->html.c_str() : "";
}
}
