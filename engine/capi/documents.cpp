// SPDX-License-Identifier: Apache-2.0
// Documents in C: what goes in, what is reported of it, what is taken out.
#include "engine/capi/handles.h"

using kith::Status;
using kith::capi::CheckText;
using kith::capi::Guard;
using kith::capi::NullArgument;
using kith::capi::ReadFlag;
using kith::capi::ReadNumber;
using kith::capi::UnknownOption;

namespace {

constexpr const char* kIngestOptionNames =
    "forget_others, skip_unreadable, documents_per_transaction, max_document_bytes";

Status SetIngestOption(kith_ingest_options* to, std::string_view name, int64_t value) {
  const char* const function = "kith_ingest_options_set";
  if (name == "forget_others") return ReadFlag(function, name, value, &to->forget_others);
  if (name == "skip_unreadable") return ReadFlag(function, name, value, &to->skip_unreadable);
  if (name == "documents_per_transaction") {
    return ReadNumber(function, name, value, 1, &to->documents_per_transaction);
  }
  if (name == "max_document_bytes") {
    return ReadNumber(function, name, value, 0, &to->max_document_bytes);
  }
  return UnknownOption(function, name, "", kIngestOptionNames);
}

/// The limit that the database was opened with.
size_t MaxDocumentBytes(const kith_database& database) {
  return database.max_document_bytes != 0 ? database.max_document_bytes
                                          : kith::IngestOptions().max_document_bytes;
}

/// progress may be null.
kith::IngestOptions MakeOptions(const kith_database& database, const kith_ingest_options& from,
                                kith_ingest_progress progress, void* context) {
  kith::IngestOptions options;
  options.forget_others = from.forget_others;
  options.skip_unreadable = from.skip_unreadable;
  options.documents_per_transaction = from.documents_per_transaction;
  options.max_document_bytes =
      from.max_document_bytes != 0 ? from.max_document_bytes : MaxDocumentBytes(database);
  if (progress != nullptr) {
    options.progress = [progress, context](const kith::IngestProgress& at) {
      return progress(at.documents_done, at.documents_total, at.current.c_str(), context) != 0;
    };
  }
  return options;
}

/// report may be null.
Status Ingest(kith_database& database, const std::vector<std::string>& paths,
              const kith::IngestOptions& options, kith_ingest_report** report) {
  KITH_ASSIGN_OR_RETURN(kith::IngestReport done,
                        database.database->rag().IngestAll(paths, options));
  if (report != nullptr) *report = new kith_ingest_report{std::move(done)};
  return Status::Ok();
}

}  // namespace

extern "C" {

kith_ingest_options* kith_ingest_options_new(void) {
  return new (std::nothrow) kith_ingest_options();
}

void kith_ingest_options_free(kith_ingest_options* options) {
  delete options;
}

kith_code kith_ingest_options_set(kith_ingest_options* options, const char* name, int64_t value,
                                  kith_error** error) {
  return Guard(error, [&]() -> Status {
    if (options == nullptr) return NullArgument("kith_ingest_options_set", "options");
    if (name == nullptr) return NullArgument("kith_ingest_options_set", "name");
    return SetIngestOption(options, name, value);
  });
}

kith_code kith_rag_ingest(kith_database* database, const char* path, kith_ingest_progress progress,
                          void* context, kith_ingest_report** report, kith_error** error) {
  if (report != nullptr) *report = nullptr;
  return Guard(error, [&]() -> Status {
    if (database == nullptr) return NullArgument("kith_rag_ingest", "database");
    if (path == nullptr) return NullArgument("kith_rag_ingest", "path");
    return Ingest(*database, {path}, MakeOptions(*database, {}, progress, context), report);
  });
}

kith_code kith_rag_ingest_all(kith_database* database, const char* const* paths, size_t path_count,
                              const kith_ingest_options* options, kith_ingest_progress progress,
                              void* context, kith_ingest_report** report, kith_error** error) {
  if (report != nullptr) *report = nullptr;
  return Guard(error, [&]() -> Status {
    if (database == nullptr) return NullArgument("kith_rag_ingest_all", "database");
    if (paths == nullptr) return NullArgument("kith_rag_ingest_all", "paths");
    std::vector<std::string> all;
    for (size_t i = 0; i < path_count; ++i) {
      if (paths[i] == nullptr) return NullArgument("kith_rag_ingest_all", "a path");
      all.emplace_back(paths[i]);
    }
    const kith_ingest_options& given = options == nullptr ? kith_ingest_options() : *options;
    return Ingest(*database, all, MakeOptions(*database, given, progress, context), report);
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
    case KITH_DOCUMENTS_FORGOTTEN: return counts.documents_forgotten;
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

kith_code kith_rag_embed(kith_database* database, kith_embed_progress progress, void* context,
                         size_t* embedded, kith_error** error) {
  if (embedded != nullptr) *embedded = 0;
  return Guard(error, [&]() -> Status {
    if (database == nullptr) return NullArgument("kith_rag_embed", "database");
    kith::EmbedOptions options;
    if (progress != nullptr) {
      options.progress = [&](const kith::EmbedProgress& at) {
        return progress(at.chunks_done, at.chunks_total, context) != 0;
      };
    }
    KITH_ASSIGN_OR_RETURN(const kith::EmbedReport report, database->database->rag().Embed(options));
    if (embedded != nullptr) *embedded = report.embedded;
    return Status::Ok();
  });
}
}
