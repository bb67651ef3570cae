// SPDX-License-Identifier: Apache-2.0
// See ingester.h. A batch that fails as a whole (too large for one transaction, say) is written
// again one document at a time, so that one bad document never takes others with it.
#include "rag/ingest/ingester.h"

#include <fmt/core.h>

#include <algorithm>

#include "index/index_manager.h"
#include "rag/ingest/chunk_embedder.h"
#include "rag/model/model_record.h"

namespace kith::rag {
namespace {

/// Conflicts come from other writers of the same database; each attempt sees a newer snapshot.
constexpr int kMaxAttempts = 16;
/// Sources held by an open batch: far below a transaction's own limit.
constexpr size_t kMaxBatchBytes = size_t{32} << 20;
/// Where documents come slowly, the first of a batch waits no longer than this for the others.
constexpr std::chrono::milliseconds kBatchInterval{100};
/// What waits for one sync: enough that the sync costs little, and no more than a crash of the
/// machine may cost.
constexpr size_t kDocumentsPerSync = 512;
constexpr std::chrono::milliseconds kSyncInterval{100};

bool IsAboutDocument(const Status& status) {
  switch (status.code()) {
    case StatusCode::kInvalidArgument:
    case StatusCode::kTypeError: return true;
    // A document may be too large for a limit; that the machine's memory is used up is not its
    // fault, and the next ones would fare no better.
    case StatusCode::kResourceExhausted: return status.detail() != kOutOfMemory;
    default: return false;
  }
}

SkippedDocument TakenName(const std::string& uri) {
  return {uri, fmt::format(
                   "'{}' is also the name of an earlier document of this ingest, which has other "
                   "contents and was kept; the name is the path below what was given (of a JSON "
                   "line, the file and the \"id\"): give a folder that holds both, or rename one",
                   uri)};
}

}  // namespace

Result<IngestReport> Ingester::IngestPaths(std::span<const std::string> paths) {
  if (paths.empty()) {
    return Status(StatusCode::kInvalidArgument, "no path of documents was given");
  }
  std::vector<DocumentSource> sources;
  bool counted = true;
  for (const std::string& path : paths) {
    KITH_ASSIGN_OR_RETURN(DocumentSource source,
                          DocumentSource::Open(path, options_.max_document_bytes));
    progress_.bytes_total += source.total_bytes();
    progress_.documents_total += source.files().size();
    counted = counted && !source.has_json_lines();
    sources.push_back(std::move(source));
  }
  if (!counted) progress_.documents_total = 0;
  uint64_t bytes_before = 0;
  for (const DocumentSource& source : sources) {
    const Status status = ReadAll(source, &bytes_before);
    if (!status.ok()) return Finish(status);
  }
  return Finish(WriteBatch());
}

Status Ingester::ReadAll(const DocumentSource& source, uint64_t* bytes_before) {
  const SourceVisitor visitor{[this](RawDocument raw) { return Accept(std::move(raw)); },
                              [this](SkippedDocument skipped) { return Skip(std::move(skipped)); }};
  for (const SkippedDocument& skipped : source.skipped()) KITH_RETURN_IF_ERROR(Skip(skipped));
  for (const SourceFile& file : source.files()) {
    KITH_RETURN_IF_ERROR(source.Read(file, visitor));
    *bytes_before += file.bytes;
    progress_.bytes_done = *bytes_before;
  }
  return Status::Ok();
}

Result<IngestReport> Ingester::IngestText(const std::string& uri, std::string_view text) {
  if (uri.empty()) {
    return Status(StatusCode::kInvalidArgument, "a document needs a name; it was empty");
  }
  RawDocument raw;
  raw.uri = uri;
  raw.source = text;
  FormatOfPath(uri, &raw.format);
  progress_.documents_total = 1;
  progress_.bytes_total = text.size();
  const Status status = Accept(std::move(raw));
  return Finish(status.ok() ? WriteBatch() : status);
}

/// What was committed is made durable even when the ingest has failed or was stopped.
Result<IngestReport> Ingester::Finish(const Status& status) {
  const Status synced = SyncNow();
  if (synced.ok()) {
    KITH_RETURN_IF_ERROR(status);
    return report_;
  }
  if (status.ok()) return synced;
  return Status(synced.code(),
                fmt::format("{}; a crash may take the documents that were ingested last. The "
                            "ingest had ended before: {}",
                            synced.message(), status.message()));
}

Status Ingester::SyncNow() {
  if (unsynced_ == 0) return Status::Ok();
  KITH_RETURN_IF_ERROR(shared_->store->Sync());
  unsynced_ = 0;
  synced_at_ = std::chrono::steady_clock::now();
  return Status::Ok();
}

Status Ingester::SyncWhenDue() {
  const bool due = unsynced_ >= kDocumentsPerSync ||
                   std::chrono::steady_clock::now() - synced_at_ >= kSyncInterval;
  return due ? SyncNow() : Status::Ok();
}

Status Ingester::Skip(SkippedDocument skipped) {
  if (!options_.skip_unreadable) {
    // Most reasons name the document themselves.
    const bool named = skipped.reason.find(skipped.path) != std::string::npos;
    return Status(StatusCode::kInvalidArgument,
                  named ? skipped.reason : fmt::format("{}: {}", skipped.path, skipped.reason));
  }
  report_.skipped.push_back(std::move(skipped));
  return Status::Ok();
}

Status Ingester::Accept(RawDocument raw) {
  if (options_.interrupt != nullptr) KITH_RETURN_IF_ERROR(options_.interrupt->Check());
  const std::string uri = raw.uri;
  Result<PreparedDocument> prepared = PrepareDocument(std::move(raw), options_.max_document_bytes);
  if (!prepared.ok()) return Skip({uri, prepared.status().message()});
  const auto [known, is_new] = read_.emplace(uri, prepared->checksum);
  if (!is_new && known->second != prepared->checksum) return Skip(TakenName(uri));
  if (batch_uris_.contains(uri)) KITH_RETURN_IF_ERROR(WriteBatch());
  if (batch_.empty()) batch_begun_ = std::chrono::steady_clock::now();
  batch_bytes_ += prepared->source.size();
  batch_uris_.insert(uri);
  batch_.push_back(std::move(prepared).value());
  return BatchIsFull() ? WriteBatch() : Status::Ok();
}

bool Ingester::BatchIsFull() const {
  return batch_.size() >= std::max<size_t>(options_.documents_per_transaction, 1) ||
         batch_bytes_ > kMaxBatchBytes ||
         std::chrono::steady_clock::now() - batch_begun_ >= kBatchInterval;
}

Status Ingester::WriteBatch() {
  if (batch_.empty()) return Status::Ok();
  KITH_RETURN_IF_ERROR(EmbedBatch());
  Status status = Write(batch_);
  if (IsAboutDocument(status)) status = WriteOneByOne(status);
  KITH_RETURN_IF_ERROR(status);
  const std::vector<PreparedDocument> written = std::move(batch_);
  batch_.clear();
  batch_uris_.clear();
  batch_bytes_ = 0;
  KITH_RETURN_IF_ERROR(SyncWhenDue());
  for (const PreparedDocument& document : written) {
    KITH_RETURN_IF_ERROR(Progress(document.uri, document.source.size()));
  }
  return Status::Ok();
}

Status Ingester::EmbedBatch() {
  if (shared_->model == nullptr) return Status::Ok();
  std::unique_ptr<storage::Transaction> own;
  storage::Transaction* transaction = transaction_;
  if (transaction == nullptr) {
    KITH_ASSIGN_OR_RETURN(own, shared_->store->Begin(storage::TransactionMode::kRead));
    transaction = own.get();
  }
  KITH_ASSIGN_OR_RETURN(const Embedder* const embedder,
                        shared_->model->OpenForVectorsOf(&transaction->view()));
  KITH_ASSIGN_OR_RETURN(const std::vector<PreparedDocument*> documents, NewDocuments(transaction));
  return EmbedDocuments(*embedder, documents, options_.interrupt);
}

Result<std::vector<PreparedDocument*>> Ingester::NewDocuments(storage::Transaction* transaction) {
  const std::lock_guard lock(shared_->write_lock);
  KITH_ASSIGN_OR_RETURN(const auto catalog, shared_->indexes->CatalogFor(&transaction->view()));
  KITH_ASSIGN_OR_RETURN(const auto reader, GraphWriter::Create(transaction, catalog.get(),
                                                               &shared_->names, &shared_->cache));
  std::vector<PreparedDocument*> documents;
  for (PreparedDocument& document : batch_) {
    KITH_ASSIGN_OR_RETURN(const bool is_stored, reader->IsStored(document));
    if (!is_stored) documents.push_back(&document);
  }
  return documents;
}

/// With the first vectors; later ones find it there.
Status Ingester::RecordModel(storage::Transaction* transaction) {
  if (shared_->model == nullptr) return Status::Ok();
  KITH_ASSIGN_OR_RETURN(const Embedder* const embedder, shared_->model->Open());
  KITH_ASSIGN_OR_RETURN(const std::optional<EmbeddingModel> made,
                        ReadModelRecord(&transaction->view()));
  if (made) return CheckSameModel(*made, embedder->model());
  return WriteModelRecord(&shared_->store->catalog(), transaction, embedder->model());
}

Status Ingester::WriteOneByOne(const Status& failure) {
  if (batch_.size() == 1) return Skip({batch_.front().uri, failure.message()});
  for (const PreparedDocument& document : batch_) {
    const Status status = Write(std::span(&document, 1));
    if (status.ok()) continue;
    if (!IsAboutDocument(status)) return status;
    KITH_RETURN_IF_ERROR(Skip({document.uri, status.message()}));
  }
  return Status::Ok();
}

Status Ingester::Write(std::span<const PreparedDocument> documents) {
  WriteReport written;
  Status status;
  if (transaction_ != nullptr) {
    const std::lock_guard lock(shared_->write_lock);
    const uint64_t savepoint = transaction_->Savepoint();
    status = WriteInto(*transaction_, documents, &written);
    if (!status.ok()) {
      const Status undone = transaction_->RollbackTo(savepoint);
      return undone.ok() ? status : undone;
    }
    transaction_->ReleaseSavepoint(savepoint);
  } else {
    for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
      const std::lock_guard lock(shared_->write_lock);
      written = WriteReport();
      KITH_ASSIGN_OR_RETURN(const auto transaction,
                            shared_->store->Begin(storage::TransactionMode::kWrite));
      status = WriteInto(*transaction, documents, &written);
      if (status.ok()) status = transaction->Commit(storage::Durability::kLater);
      if (!status.IsRetryable()) break;
    }
    KITH_RETURN_IF_ERROR(status);
    unsynced_ += documents.size();
  }
  report_.documents_added += written.added;
  report_.documents_replaced += written.replaced;
  report_.documents_unchanged += written.unchanged;
  report_.chunks += written.chunks;
  report_.entities += written.entities;
  report_.mentions += written.mentions;
  report_.links += written.links;
  return Status::Ok();
}

Status Ingester::WriteInto(storage::Transaction& transaction,
                           std::span<const PreparedDocument> documents, WriteReport* report) {
  KITH_ASSIGN_OR_RETURN(const auto catalog, shared_->indexes->CatalogFor(&transaction.view()));
  KITH_ASSIGN_OR_RETURN(const auto writer, GraphWriter::Create(&transaction, catalog.get(),
                                                               &shared_->names, &shared_->cache));
  KITH_RETURN_IF_ERROR(RecordModel(&transaction));
  return writer->Upsert(documents, report);
}

Status Ingester::Progress(const std::string& uri, uint64_t bytes) {
  ++progress_.documents_done;
  // Within a file of JSON lines only what its documents hold is known.
  progress_.bytes_done = std::min(progress_.bytes_done + bytes, progress_.bytes_total);
  progress_.current = uri;
  if (!options_.progress || options_.progress(progress_)) return Status::Ok();
  // Of a batch all are committed before the first one is reported.
  const size_t committed =
      report_.documents_added + report_.documents_replaced + report_.documents_unchanged;
  return Status(StatusCode::kCancelled,
                fmt::format("the ingest was stopped after {} document{}; what was ingested is in "
                            "the database",
                            committed, committed == 1 ? "" : "s"));
}

}  // namespace kith::rag
