// SPDX-License-Identifier: Apache-2.0
// Opening a database: store, indexes, procedures, query session and rag pipeline, in this order.
#include "kith/database.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "engine/connection_state.h"
#include "engine/database_parts.h"
#include "engine/import/importer.h"
#include "engine/rag_state.h"
#include "index/check_indexes.h"
#include "query/procedures/cache_procedures.h"
#include "rag/procedures.h"
#include "storage/backup.h"

namespace kith {
namespace {

/// Below this, memtables and caches alone would not fit.
constexpr size_t kMinMemoryBytes = size_t{32} << 20;
/// A transaction is charged up to six times what an entry of an index has in bytes, and a step of a
/// build ends only with the span of entities in which it has become full.
constexpr size_t kBuildStepShare = 16;

size_t MachineMemoryBytes() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page_bytes = sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page_bytes <= 0) return size_t{1} << 30;
  return static_cast<size_t>(pages) * static_cast<size_t>(page_bytes);
}

Status ValidateOptions(const std::string& path, const Options& options) {
  if (path.empty()) {
    return Status(StatusCode::kInvalidArgument,
                  "the database's path is empty; give a folder, or :memory:");
  }
  if (options.memory_limit_bytes != 0 && options.memory_limit_bytes < kMinMemoryBytes) {
    return Status(
        StatusCode::kInvalidArgument,
        fmt::format("memory_limit_bytes is {}; it must be at least {} (32 MiB), or 0 for a "
                    "quarter of this machine's memory",
                    options.memory_limit_bytes, kMinMemoryBytes));
  }
  if (options.cache_bytes && options.memory_limit_bytes != 0 &&
      *options.cache_bytes > options.memory_limit_bytes / 2) {
    return Status(
        StatusCode::kInvalidArgument,
        fmt::format("cache_bytes is {}; it may be half of memory_limit_bytes, {}, at most",
                    *options.cache_bytes, options.memory_limit_bytes));
  }
  if (options.read_only && path == ":memory:") {
    return Status(StatusCode::kInvalidArgument,
                  ":memory: is a new, empty database; opening it read-only would leave it empty");
  }
  if (options.follow && !options.read_only) {
    return Status(StatusCode::kInvalidArgument,
                  "follow is for databases that are opened read-only; set read_only as well");
  }
  return Status::Ok();
}

storage::GraphStoreOptions StoreOptions(const std::string& path, const Options& options,
                                        size_t memory_bytes) {
  storage::GraphStoreOptions store;
  store.path = path;
  store.create_if_missing = options.create_if_missing;
  store.read_only = options.read_only;
  store.follow = options.follow;
  store.sync = options.sync_commits;
  store.hot_cache_bytes = options.cache_bytes.value_or(memory_bytes / 4);
  store.block_cache_bytes = std::min(store.block_cache_bytes, memory_bytes / 8);
  store.write_buffer_bytes = std::min(store.write_buffer_bytes, memory_bytes / 8);
  store.transaction_bytes_limit = std::min(store.transaction_bytes_limit, memory_bytes / 4);
  return store;
}

}  // namespace

Database::Database(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}

Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::Open(const std::string& path, const Options& options) {
  KITH_RETURN_IF_ERROR(ValidateOptions(path, options));
  const size_t memory_bytes =
      options.memory_limit_bytes != 0 ? options.memory_limit_bytes : MachineMemoryBytes() / 4;
  auto parts = std::make_shared<Parts>();
  parts->path = path;
  parts->options = options;
  parts->memory = std::make_unique<MemoryBudget>("database memory", memory_bytes);
  const storage::GraphStoreOptions store_options = StoreOptions(path, options, memory_bytes);
  KITH_ASSIGN_OR_RETURN(parts->store,
                        storage::GraphStore::Open(store_options, parts->memory.get()));
  index::IndexManagerOptions index_options;
  index_options.text_cache_bytes = std::min(index_options.text_cache_bytes, memory_bytes / 8);
  index_options.build_step_bytes = std::min(
      index_options.build_step_bytes, store_options.transaction_bytes_limit / kBuildStepShare);
  // Vector indexes work without memory, more slowly; queries do not.
  parts->vector_memory = std::make_unique<MemoryBudget>("memory of vector indexes",
                                                        memory_bytes / 2, parts->memory.get());
  index_options.memory = parts->vector_memory.get();
  KITH_ASSIGN_OR_RETURN(parts->indexes,
                        index::IndexManager::Open(parts->store.get(), index_options));
  if (!options.embedding_model.empty()) {
    rag::EmbedderOptions embedder;
    embedder.threads = options.embedding_threads;
    parts->model =
        std::make_unique<rag::DatabaseModel>(options.embedding_model, embedder, parts->store.get());
  }
  query::QuerySessionOptions session_options;
  session_options.store = parts->store.get();
  session_options.indexes = parts->indexes.get();
  session_options.procedures = &parts->procedures;
  session_options.embedder = parts->model.get();
  session_options.import_folder = options.import_folder;
  parts->session = std::make_unique<query::QuerySession>(session_options);
  const auto runners =
      [session = parts->session.get()](
          storage::Transaction& transaction, const Interrupt& interrupt,
          MemoryBudget& memory) -> Result<std::unique_ptr<query::StatementRunner>> {
    query::RunOptions run;
    run.interrupt = &interrupt;
    run.memory = &memory;
    return session->NewRunner(transaction, run);
  };
  KITH_ASSIGN_OR_RETURN(parts->pipeline,
                        rag::Pipeline::Create(parts->store.get(), parts->indexes.get(), runners,
                                              parts->memory.get(), parts->model.get()));
  KITH_RETURN_IF_ERROR(rag::RegisterProcedures(parts->pipeline.get(), &parts->procedures));
  KITH_RETURN_IF_ERROR(query::RegisterCacheProcedures(parts->store.get(), &parts->procedures));
  auto rag_state = std::make_unique<Rag::State>();
  rag_state->pipeline = parts->pipeline.get();
  parts->rag.reset(new Rag(std::move(rag_state)));
  return std::unique_ptr<Database>(new Database(std::move(parts)));
}

std::unique_ptr<Connection> Database::Connect() {
  return std::unique_ptr<Connection>(
      new Connection(std::make_shared<Connection::State>(this, parts_)));
}

Rag& Database::rag() {
  return *parts_->rag;
}

Result<BackupInfo> Database::Backup(const std::string& folder, const BackupOptions& options) {
  return parts_->store->Backup(folder, options);
}

Result<std::vector<BackupInfo>> Database::Backups(const std::string& folder) {
  return storage::ListBackups(folder);
}

Result<BackupInfo> Database::Restore(const std::string& folder, const std::string& path,
                                     uint32_t number) {
  return storage::RestoreBackup(folder, number, path);
}

Result<std::vector<CheckFinding>> Database::Check(const CheckOptions& options) {
  return index::CheckDatabase(parts_->store.get(), options, nullptr);
}

Result<ImportReport> Database::Import(const std::string& path, const ImportInput& input,
                                      const ImportOptions& options) {
  if (path == ":memory:") {
    return Status(StatusCode::kInvalidArgument,
                  "a database in memory would end with the import; name a folder");
  }
  Options database;
  database.memory_limit_bytes = options.memory_limit_bytes;
  KITH_RETURN_IF_ERROR(ValidateOptions(path, database));
  const size_t memory_bytes =
      options.memory_limit_bytes != 0 ? options.memory_limit_bytes : MachineMemoryBytes() / 4;
  MemoryBudget memory("import memory", memory_bytes);
  return import::Import(StoreOptions(path, database, memory_bytes), &memory, input, options);
}

const std::string& Database::path() const {
  return parts_->path;
}

bool Database::is_read_only() const {
  return parts_->options.read_only;
}

std::string_view Database::Version() {
  return KITH_VERSION_TEXT;
}

}  // namespace kith
