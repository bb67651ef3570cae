// SPDX-License-Identifier: Apache-2.0
// Questions and answers in C.
#include "engine/capi/handles.h"

using kith::Status;
using kith::capi::CheckText;
using kith::capi::Guard;
using kith::capi::NullArgument;

namespace {

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

kith_code kith_rag_ask(kith_database* database, const char* question, kith_answer** answer,
                       kith_error** error) {
  return Question("kith_rag_ask", database, question, answer, error,
                  [&](std::string_view text) { return database->database->rag().Ask(text); });
}

kith_code kith_rag_ask_model(kith_database* database, const char* question, const char* model,
                             kith_answer_piece on_piece, void* context, kith_answer** answer,
                             kith_error** error) {
  constexpr const char* kName = "kith_rag_ask_model";
  return Question(kName, database, question, answer, error,
                  [&](std::string_view text) -> kith::Result<kith::Answer> {
                    if (model == nullptr) return NullArgument(kName, "model");
                    kith::AskOptions options;
                    options.model = model;
                    if (on_piece != nullptr) {
                      options.on_text = [&](std::string_view piece) {
                        return on_piece(std::string(piece).c_str(), context) != 0;
                      };
                    }
                    return database->database->rag().Ask(text, options);
                  });
}

kith_code kith_rag_retrieve(kith_database* database, const char* question, size_t limit,
                            kith_answer** answer, kith_error** error) {
  return Question("kith_rag_retrieve", database, question, answer, error,
                  [&](std::string_view text) -> kith::Result<kith::Answer> {
                    kith::Answer made;
                    kith::RetrieveOptions options;
                    options.limit = limit;
                    KITH_ASSIGN_OR_RETURN(made.retrieval,
                                          database->database->rag().Retrieve(text, options));
                    return made;
                  });
}

void kith_answer_free(kith_answer* answer) {
  delete answer;
}

const char* kith_answer_text(const kith_answer* answer) {
  return answer == nullptr ? "" : answer->answer.text.c_str();
}

int kith_answer_abstained(const kith_answer* answer) {
  return answer != nullptr && answer->answer.abstained ? 1 : 0;
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
