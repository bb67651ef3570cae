// SPDX-License-Identifier: Apache-2.0
// Documents and questions in C.
#include "engine/capi/handles.h"

using kith::Status;
using kith::capi::CheckText;
using kith::capi::Guard;
using kith::capi::NullArgument;

namespace {

/// The limit that the database was opened with.
size_t MaxDocumentBytes(const kith_database& database) {
  return database.max_document_bytes != 0 ? database.max_document_bytes
                                          : kith::IngestOptions().max_document_bytes;
}

/// progress may be null.
kith::IngestOptions MakeOptions(const kith_database& database, kith_ingest_progress progress,
                                void* context) {
  kith::IngestOptions options;
  options.max_document_bytes = MaxDocumentBytes(database);
  if (progress != nullptr) {
    options.progress = [progress, context](const kith::IngestProgress& at) {
      return progress(at.documents_done, at.documents_total, at.current.c_str(), context) != 0;
    };
  }
  return options;
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

kith_code kith_rag_ingest(kith_database* database, const char* path, kith_ingest_progress progress,
                          void* context, kith_ingest_report** report, kith_error** error) {
  if (report != nullptr) *report = nullptr;
  return Guard(error, [&]() -> Status {
    if (database == nullptr) return NullArgument("kith_rag_ingest", "database");
    if (path == nullptr) return NullArgument("kith_rag_ingest", "path");
    KITH_ASSIGN_OR_RETURN(
        kith::IngestReport done,
        database->database->rag().Ingest(path, MakeOptions(*database, progress, context)));
    if (report != nullptr) *report = new kith_ingest_report{std::move(done)};
    return Status::Ok();
  });
}

void kith_ingest_report_free(kith_ingest_report* report) {
  delete report;
}

size_t kith_ingest_report_count(const kith_ingest_report* report, kith_ingest_count count) {
  if (report == nullptr) return 0;
  const kith::IngestReport& counts = report->report;
  switch (count) {
    case KITH_DOCUMENTS_ADDED: return counts.documents_added;
    case KITH_DOCUMENTS_REPLACED: return counts.documents_replaced;
    case KITH_DOCUMENTS_UNCHANGED: return counts.documents_unchanged;
    case KITH_DOCUMENTS_SKIPPED: return counts.skipped.size();
    case KITH_CHUNKS: return counts.chunks;
    case KITH_ENTITIES: return counts.entities;
    case KITH_LINKS: return counts.links;
  }
  return 0;
}

const char* kith_ingest_report_skipped(const kith_ingest_report* report, size_t index) {
  if (report == nullptr || index >= report->report.skipped.size()) return nullptr;
  return report->report.skipped[index].path.c_str();
}

const char* kith_ingest_report_reason(const kith_ingest_report* report, size_t index) {
  if (report == nullptr || index >= report->report.skipped.size()) return nullptr;
  return report->report.skipped[index].reason.c_str();
}

kith_code kith_rag_ingest_text(kith_database* database, const char* name, const char* text,
                               size_t length, kith_error** error) {
  return Guard(error, [&]() -> Status {
    if (database == nullptr) return NullArgument("kith_rag_ingest_text", "database");
    if (name == nullptr) return NullArgument("kith_rag_ingest_text", "name");
    KITH_RETURN_IF_ERROR(
        CheckText("kith_rag_ingest_text", "name", name, KITH_NUL_TERMINATED).status());
    KITH_ASSIGN_OR_RETURN(const std::string_view checked,
                          CheckText("kith_rag_ingest_text", "text", text, length));
    return database->database->rag()
        .IngestText(name, checked, MaxDocumentBytes(*database))
        .status();
  });
}

kith_code kith_rag_delete(kith_database* database, const char* document, kith_error** error) {
  return Guard(error, [&]() -> Status {
    if (database == nullptr) return NullArgument("kith_rag_delete", "database");
    if (document == nullptr) return NullArgument("kith_rag_delete", "document");
    KITH_RETURN_IF_ERROR(
        CheckText("kith_rag_delete", "document", document, KITH_NUL_TERMINATED).status());
    return database->database->rag().Delete(document);
  });
}

kith_code kith_rag_ask(kith_database* database, const char* question, kith_answer** answer,
                       kith_error** error) {
  return Question("kith_rag_ask", database, question, answer, error,
                  [&](std::string_view text) { return database->database->rag().Ask(text); });
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
