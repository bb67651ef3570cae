// SPDX-License-Identifier: Apache-2.0
// Creating, dropping, building and feeding indexes.
//
// A build runs in steps of bounded size, each one schema change. The first step publishes the index
// as populating: from then on the sink keeps it up to date for every change, and later steps add
// what was there before, skipping what the sink has brought already. A small index is built in one
// step. A crash between steps leaves a populating index, which the next Open builds anew. So does a
// build that fails where nothing can be written any more, its drop included; the next Create drops
// it.
//
// Length: what creating, dropping and building share is their state, which one file sees whole.
#include "index/index_manager.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "index/entity_scan.h"
#include "index/index_request.h"
#include "index/index_update.h"
#include "index/schema_records.h"
#include "index/text/analyzer.h"
#include "index/vector/vector_merger.h"

namespace kith::index {
namespace {

using storage::GraphStore;
using storage::Transaction;

// Entries that one transaction deletes after a drop.
constexpr size_t kDeleteEntries = 50'000;
std::string MadeUpName(const IndexCatalog& catalog, IndexKind kind) {
  std::random_device random;
  const std::string_view stem = kind == IndexKind::kUnique ? "constraint" : "index";
  for (;;) {
    std::string name = fmt::format("{}_{:08x}", stem, random() & 0xFFFFFFFFu);
    if (catalog.Find(name) == nullptr) return name;
  }
}

// Copies of the catalog's definitions.
std::vector<IndexDefinition> Definitions(const IndexCatalog& catalog) {
  std::vector<IndexDefinition> definitions;
  for (const auto& index : catalog.all()) definitions.push_back(*index);
  return definitions;
}

std::shared_ptr<const IndexCatalog> With(const IndexCatalog& catalog,
                                         const IndexDefinition& definition) {
  std::vector<IndexDefinition> definitions = Definitions(catalog);
  std::erase_if(definitions, [&](const auto& other) { return other.id == definition.id; });
  definitions.push_back(definition);
  return std::make_shared<IndexCatalog>(catalog.version() + 1, std::move(definitions));
}

std::shared_ptr<const IndexCatalog> Without(const IndexCatalog& catalog, IndexId id) {
  std::vector<IndexDefinition> definitions = Definitions(catalog);
  std::erase_if(definitions, [&](const auto& other) { return other.id == id; });
  return std::make_shared<IndexCatalog>(catalog.version() + 1, std::move(definitions));
}

std::string KnownNames(const IndexCatalog& catalog, bool constraints) {
  std::string names;
  for (const auto& index : catalog.all()) {
    if (constraints && index->kind != IndexKind::kUnique) continue;
    names += (names.empty() ? "" : ", ") + index->name;
  }
  return names.empty() ? "there is none" : "known are " + names;
}

// An upper bound of what a build looks at, for progress.
Result<uint64_t> CountCovered(storage::ReadView* view, const IndexDefinition& index) {
  KITH_ASSIGN_OR_RETURN(const auto statistics, view->GetStatistics());
  uint64_t total = 0;
  for (const LabelId label : index.label_ids) total += statistics->NodeCount(label);
  for (const RelTypeId type : index.type_ids) total += statistics->RelationshipCount(type);
  return total;
}

// A transaction older than the newest schema meets indexes that its snapshot knows nothing of, and
// so may find damage where there is none. It cannot commit any more: it is told so at once.
Status Judge(const Status& status, const IndexCatalog& catalog, Transaction& transaction) {
  KITH_ASSIGN_OR_RETURN(const uint64_t version, ReadSchemaVersion(&transaction.keys()));
  if (version == catalog.version()) return status;
  return Status(StatusCode::kConflict,
                "an index or constraint was created or dropped while this transaction ran; run it "
                "again");
}

template <typename Id>
bool SharesAny(const std::vector<Id>& wanted, const std::vector<Id>& ascending) {
  return std::any_of(wanted.begin(), wanted.end(), [&](Id id) {
    return std::binary_search(ascending.begin(), ascending.end(), id);
  });
}

/// The index that is there already and makes `request` a no-op; null when there is none,
/// AlreadyExists when that was not asked for or when one is in the way. `wanted` is the request's
/// schema.
Result<const IndexDefinition*> FindInPlaceOf(const IndexRequest& request,
                                             const IndexDefinition& wanted,
                                             const IndexCatalog& catalog) {
  const IndexDefinition* in_the_way = nullptr;
  const char* advice = nullptr;
  for (const auto& index : catalog.all()) {
    const bool same_schema = index->SameSchema(wanted);
    if (!same_schema && index->name != request.name) continue;
    // An index is no constraint: passing over it would leave data unchecked that should be unique.
    const bool serves = request.kind != IndexKind::kUnique || index->kind == IndexKind::kUnique;
    if (request.if_not_exists && serves) return index.get();
    if (in_the_way != nullptr) continue;
    in_the_way = index.get();
    advice = !same_schema ? "choose another name or drop it first"
             : serves     ? "use it, or drop it first"
                          : "drop it first: a constraint brings an index of its own";
  }
  if (in_the_way == nullptr) return in_the_way;
  return Status(
      StatusCode::kAlreadyExists,
      fmt::format("there is already {} '{}' on {}; {}", IndexKindWithArticle(in_the_way->kind),
                  in_the_way->name, in_the_way->Describe(), advice));
}

}  // namespace

struct IndexManager::State {
  explicit State(const IndexManagerOptions& options)
      : step_bytes(options.build_step_bytes),
        background_merges(options.background_merges),
        merge_vectors(options.merge_vectors),
        vectors(options.memory) {}

  GraphStore* store = nullptr;
  size_t step_bytes;
  bool background_merges;
  size_t merge_vectors;
  std::mutex schema_mutex;           ///< Held by whoever changes the schema.
  mutable std::mutex catalog_mutex;  ///< Guards the three below.
  std::shared_ptr<const IndexCatalog> catalog;
  /// A commit whose schema has been read, and its version: all views of one commit see one schema.
  std::optional<CommitNumber> seen_commit;
  uint64_t seen_version = 0;
  VectorSearcher vectors;
  std::unique_ptr<VectorMerger> merger;  ///< Last, because its thread uses what is above.

  std::shared_ptr<const IndexCatalog> Current() const {
    const std::lock_guard<std::mutex> lock(catalog_mutex);
    return catalog;
  }
  /// The newest catalog when it is known to be that of `commit`, else null.
  std::shared_ptr<const IndexCatalog> CurrentAt(CommitNumber commit) const {
    const std::lock_guard<std::mutex> lock(catalog_mutex);
    return seen_commit == commit && seen_version == catalog->version() ? catalog : nullptr;
  }
  void SawVersion(CommitNumber commit, uint64_t version) {
    const std::lock_guard<std::mutex> lock(catalog_mutex);
    seen_commit = commit;
    seen_version = version;
  }
  void Adopt(const std::shared_ptr<const IndexCatalog>& newer) {
    const std::lock_guard<std::mutex> lock(catalog_mutex);
    if (newer->version() > catalog->version()) catalog = newer;
  }
  void Publish(std::shared_ptr<const IndexCatalog> next) {
    const std::lock_guard<std::mutex> lock(catalog_mutex);
    catalog = std::move(next);
  }

  Status ChangeTo(const std::shared_ptr<const IndexCatalog>& next,
                  const std::function<Status(Transaction&)>& change);
  Status Build(IndexDefinition definition, bool fresh, const BuildOptions& options);
  Status BuildStep(Transaction& transaction, const IndexDefinition& definition, EntityScan* scan,
                   BuildProgress* progress, const BuildOptions& options) const;
  Status BuildGraph(std::string_view name, const BuildOptions& options);
  Status Merge(const IndexDefinition& definition, bool everything, const BuildOptions& options);
  void StartMerging();
  Status Drop(const IndexDefinition& definition);
  Status DropUnfinished();
  Status DeleteLeftovers();
  Status Resume();
  Result<SchemaChange> DropNamed(std::string_view name, bool if_exists, bool constraint);
};

// Commits `change` and `next`'s version, then makes `next` the catalog.
Status IndexManager::State::ChangeTo(const std::shared_ptr<const IndexCatalog>& next,
                                     const std::function<Status(Transaction&)>& change) {
  return store->ChangeSchema(
      [&](Transaction& transaction) {
        KITH_RETURN_IF_ERROR(change(transaction));
        return WriteSchemaVersion(&transaction.keys(), next->version());
      },
      [&] { Publish(next); });
}

// Goes on with a scan until the step is full or the scan is done.
Status IndexManager::State::BuildStep(Transaction& transaction, const IndexDefinition& definition,
                                      EntityScan* scan, BuildProgress* progress,
                                      const BuildOptions& options) const {
  size_t bytes = 0;
  while (!scan->done() && bytes < step_bytes) {
    if (options.interrupt != nullptr) KITH_RETURN_IF_ERROR(options.interrupt->Check());
    const auto add = [&](uint64_t entity, const storage::PropertyList& properties) {
      ++progress->done;
      std::optional<VectorVersion> removed;  // Of no use before the first search.
      return UpdateIndex(definition, {entity, nullptr, &properties}, &transaction.keys(), &bytes,
                         &removed);
    };
    const size_t before = bytes;
    KITH_RETURN_IF_ERROR(scan->Next(&transaction.view(), add));
    // A step must not pass its size by much where entities are large.
    if (bytes - before > step_bytes / 8) scan->GiveLess();
    if (options.progress) options.progress(*progress);
  }
  return Status::Ok();
}

// `fresh`: the definition has no id and no record yet.
Status IndexManager::State::Build(IndexDefinition definition, bool fresh,
                                  const BuildOptions& options) {
  definition.state = IndexState::kPopulating;
  std::optional<EntityScan> scan;
  BuildProgress progress;
  bool published = !fresh;
  Status status;
  while (status.ok() && definition.state == IndexState::kPopulating) {
    std::shared_ptr<const IndexCatalog> next;
    IndexDefinition stepped;
    status = store->ChangeSchema(
        [&](Transaction& transaction) {
          stepped = definition;
          if (!published) {
            KITH_ASSIGN_OR_RETURN(stepped.id, AllocateIndexId(&transaction.keys()));
          }
          if (!scan.has_value()) {
            KITH_ASSIGN_OR_RETURN(progress.total, CountCovered(&transaction.view(), stepped));
            KITH_ASSIGN_OR_RETURN(scan, EntityScan::Start(&transaction.view(), &definition));
          }
          // Nothing but this step writes to an unpublished index, so it needs no care.
          IndexDefinition writing = stepped;
          if (!published) writing.state = IndexState::kOnline;
          KITH_RETURN_IF_ERROR(BuildStep(transaction, writing, &*scan, &progress, options));
          if (scan->done()) stepped.state = IndexState::kOnline;
          next = With(*Current(), stepped);
          KITH_RETURN_IF_ERROR(WriteDefinition(&transaction.keys(), stepped));
          return WriteSchemaVersion(&transaction.keys(), next->version());
        },
        [&] { Publish(next); });
    if (!status.ok()) break;
    published = true;
    definition.id = stepped.id;
    definition.state = stepped.state;
  }
  if (status.ok()) return status;
  // The first error is the one that matters; for a failed drop see DropUnfinished.
  if (published) static_cast<void>(Drop(definition).ok());
  return status;
}

Status IndexManager::State::Merge(const IndexDefinition& definition, bool everything,
                                  const BuildOptions& options) {
  VectorMergeOptions merge;
  merge.everything = everything;
  merge.worth = merge_vectors;
  merge.threads = std::max(1u, std::thread::hardware_concurrency());
  merge.interrupt = options.interrupt;
  if (options.progress) {
    merge.progress = [&](size_t rows, size_t total) { options.progress({rows, total}); };
  }
  return merger->Merge(definition, merge);
}

// A fresh vector index answers from its vectors, one by one; with a graph it answers fast. Where
// there is no memory for one it stays as it is.
Status IndexManager::State::BuildGraph(std::string_view name, const BuildOptions& options) {
  const auto current = Current();
  const IndexDefinition* definition = current->Find(name);
  if (definition == nullptr || definition->kind != IndexKind::kVector) return Status::Ok();
  Status status = Merge(*definition, /*everything=*/false, options);
  if (status.code() == StatusCode::kResourceExhausted) status = Status::Ok();
  if (!status.ok()) {
    static_cast<void>(Drop(*definition).ok());
    return status;
  }
  StartMerging();
  return status;
}

void IndexManager::State::StartMerging() {
  const auto current = Current();
  const bool needed = std::any_of(current->all().begin(), current->all().end(),
                                  [](const auto& one) { return one->kind == IndexKind::kVector; });
  if (needed && background_merges) merger->StartThread();
}

Status IndexManager::State::Drop(const IndexDefinition& definition) {
  KITH_RETURN_IF_ERROR(ChangeTo(Without(*Current(), definition.id), [&](Transaction& transaction) {
    return MarkDropped(&transaction.keys(), definition);
  }));
  vectors.Forget(definition.id);
  // The index is gone now. What is left of it costs only space, and Open deletes it too.
  static_cast<void>(DeleteLeftovers().ok());
  return Status::Ok();
}

// Whoever holds the schema mutex and finds an index populating knows that nobody builds it: its
// build has failed, and so has its drop.
Status IndexManager::State::DropUnfinished() {
  for (const IndexDefinition& definition : Definitions(*Current())) {
    if (definition.state == IndexState::kPopulating) KITH_RETURN_IF_ERROR(Drop(definition));
  }
  return Status::Ok();
}

// Deletes the entries of dropped indexes, some in each transaction.
Status IndexManager::State::DeleteLeftovers() {
  for (;;) {
    std::string from;
    for (bool done = false; !done;) {
      KITH_ASSIGN_OR_RETURN(const auto transaction, store->Begin(storage::TransactionMode::kWrite));
      KITH_ASSIGN_OR_RETURN(const auto dropped, ReadDropped(&transaction->keys()));
      if (dropped.empty()) return Status::Ok();
      KITH_RETURN_IF_ERROR(DeleteDroppedEntries(&transaction->keys(), dropped.front(),
                                                kDeleteEntries, &from, &done));
      KITH_RETURN_IF_ERROR(transaction->Commit());
    }
  }
}

// After a crash: deletes what drops left, and builds what was being built.
Status IndexManager::State::Resume() {
  KITH_RETURN_IF_ERROR(DeleteLeftovers());
  for (const IndexDefinition& definition : Definitions(*Current())) {
    if (definition.state != IndexState::kPopulating) continue;
    KITH_RETURN_IF_ERROR(Build(definition, /*fresh=*/false, {})
                             .WithContext("building index '" + definition.name + "'"));
  }
  return Status::Ok();
}

IndexManager::IndexManager(std::unique_ptr<State> state, size_t text_cache_bytes)
    : state_(std::move(state)), text_(text_cache_bytes) {}
IndexManager::~IndexManager() = default;

Result<std::unique_ptr<IndexManager>> IndexManager::Open(GraphStore* store,
                                                         const IndexManagerOptions& options) {
  auto state = std::make_unique<State>(options);
  state->store = store;
  state->merger = std::make_unique<VectorMerger>(
      store, &state->vectors, [raw = state.get()] { return raw->Current(); },
      options.merge_vectors);
  {
    KITH_ASSIGN_OR_RETURN(const auto transaction, store->Begin(storage::TransactionMode::kRead));
    KITH_ASSIGN_OR_RETURN(state->catalog,
                          ReadIndexCatalog(&transaction->view().keys(), store->catalog()));
  }
  std::unique_ptr<IndexManager> manager(
      new IndexManager(std::move(state), options.text_cache_bytes));
  store->AddChangeSink(manager.get());
  // A build that cannot be finished (a duplicate, a full disk) has dropped its index and must not
  // keep the database shut; a read-only store leaves everything as it is.
  static_cast<void>(manager->state_->Resume().ok());
  if (store->Begin(storage::TransactionMode::kWrite).ok()) manager->state_->StartMerging();
  return manager;
}

std::shared_ptr<const IndexCatalog> IndexManager::catalog() const {
  return state_->Current();
}

Result<std::shared_ptr<const IndexCatalog>> IndexManager::CatalogFor(
    storage::ReadView* view) const {
  const CommitNumber commit = view->commit_number();
  std::shared_ptr<const IndexCatalog> current = state_->CurrentAt(commit);
  if (current != nullptr) return current;
  KITH_ASSIGN_OR_RETURN(const uint64_t version, ReadSchemaVersion(&view->keys()));
  state_->SawVersion(commit, version);
  current = state_->Current();
  if (current->version() == version) return current;
  KITH_ASSIGN_OR_RETURN(std::shared_ptr<const IndexCatalog> read,
                        ReadIndexCatalog(&view->keys(), view->catalog()));
  // Only the schema of another process, which is followed, can be newer than ours.
  if (read->version() > current->version()) state_->Adopt(read);
  return read;
}

Result<SchemaChange> IndexManager::Create(const IndexRequest& request,
                                          const BuildOptions& options) {
  KITH_RETURN_IF_ERROR(CheckIndexRequest(request));
  const std::lock_guard<std::mutex> lock(state_->schema_mutex);
  KITH_RETURN_IF_ERROR(state_->DropUnfinished());
  const auto catalog = state_->Current();
  IndexDefinition definition;
  definition.kind = request.kind;
  definition.entity = request.entity;
  definition.labels = request.labels;
  definition.properties = request.properties;
  definition.vector = request.vector;
  if (request.kind == IndexKind::kText) {
    definition.text = request.text;
    KITH_ASSIGN_OR_RETURN(definition.text.analyzer, CanonicalAnalyzer(request.text.analyzer));
  }
  KITH_ASSIGN_OR_RETURN(const IndexDefinition* const there,
                        FindInPlaceOf(request, definition, *catalog));
  if (there != nullptr) return SchemaChange{false, there->name};
  definition.name = request.name.empty() ? MadeUpName(*catalog, request.kind) : request.name;
  KITH_RETURN_IF_ERROR(NumberNames(&state_->store->catalog(), &definition));
  KITH_RETURN_IF_ERROR(state_->Build(definition, /*fresh=*/true, options));
  KITH_RETURN_IF_ERROR(state_->BuildGraph(definition.name, options));
  return SchemaChange{true, definition.name};
}

Result<SchemaChange> IndexManager::State::DropNamed(std::string_view name, bool if_exists,
                                                    bool constraint) {
  const std::lock_guard<std::mutex> lock(schema_mutex);
  const auto current = Current();
  const IndexDefinition* found = current->Find(name);
  const bool is_constraint = found != nullptr && found->kind == IndexKind::kUnique;
  if (found == nullptr || (constraint && !is_constraint)) {
    if (if_exists) return SchemaChange{false, std::string(name)};
    return Status(StatusCode::kNotFound,
                  fmt::format("there is no {} '{}'; {}", constraint ? "constraint" : "index", name,
                              KnownNames(*current, constraint)));
  }
  if (is_constraint && !constraint) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("index '{}' belongs to the constraint of that name; DROP CONSTRAINT "
                              "drops both",
                              name));
  }
  KITH_RETURN_IF_ERROR(Drop(*found));
  return SchemaChange{true, std::string(name)};
}

Result<SchemaChange> IndexManager::DropIndex(std::string_view name, bool if_exists) {
  return state_->DropNamed(name, if_exists, /*constraint=*/false);
}

Result<SchemaChange> IndexManager::DropConstraint(std::string_view name, bool if_exists) {
  return state_->DropNamed(name, if_exists, /*constraint=*/true);
}

VectorSearcher& IndexManager::vectors() {
  return state_->vectors;
}

Status IndexManager::MergeVectors(const Interrupt* interrupt) {
  BuildOptions options;
  options.interrupt = interrupt;
  const auto current = state_->Current();
  for (const auto& index : current->all()) {
    if (index->kind != IndexKind::kVector || index->state != IndexState::kOnline) continue;
    KITH_RETURN_IF_ERROR(state_->Merge(*index, /*everything=*/true, options));
  }
  return Status::Ok();
}

Status IndexManager::OnNodeChange(const storage::NodeChange& change, Transaction& transaction) {
  const auto catalog = state_->Current();
  if (catalog->all().empty()) return Status::Ok();
  static const std::vector<LabelId> kNone;
  const auto& before = change.before == nullptr ? kNone : change.before->labels;
  const auto& after = change.after == nullptr ? kNone : change.after->labels;
  // An index over several labels is met once for each: remember those that are done.
  std::vector<const IndexDefinition*> done;
  for (const auto* labels : {&before, &after}) {
    for (const LabelId label : *labels) {
      for (const IndexDefinition* index : catalog->IndexesOn(label)) {
        if (std::find(done.begin(), done.end(), index) != done.end()) continue;
        done.push_back(index);
        CoveredChange covered{change.id.bits(), nullptr, nullptr};
        if (SharesAny(index->label_ids, before)) covered.before = &change.before->properties;
        if (SharesAny(index->label_ids, after)) covered.after = &change.after->properties;
        size_t bytes = 0;
        std::optional<VectorVersion> removed;
        const Status status = UpdateIndex(*index, covered, &transaction.keys(), &bytes, &removed);
        if (!status.ok()) return Judge(status, *catalog, transaction);
        if (index->kind == IndexKind::kVector) state_->merger->NoteChange(index->id, removed);
      }
    }
  }
  return Status::Ok();
}

Status IndexManager::OnRelationshipChange(const storage::RelationshipChange& change,
                                          Transaction& transaction) {
  const auto catalog = state_->Current();
  if (catalog->all().empty()) return Status::Ok();
  const RelTypeId type = change.before != nullptr ? change.before->type : change.after->type;
  for (const IndexDefinition* index : catalog->IndexesOn(type)) {
    CoveredChange covered{change.id.bits(), nullptr, nullptr};
    if (change.before != nullptr) covered.before = &change.before->properties;
    if (change.after != nullptr) covered.after = &change.after->properties;
    size_t bytes = 0;
    std::optional<VectorVersion> removed;
    const Status status = UpdateIndex(*index, covered, &transaction.keys(), &bytes, &removed);
    if (!status.ok()) return Judge(status, *catalog, transaction);
    if (index->kind == IndexKind::kVector) state_->merger->NoteChange(index->id, removed);
  }
  return Status::Ok();
}

}  // namespace kith::index
