// SPDX-License-Identifier: Apache-2.0
// The steps of an import. Nodes get their ids in the order of the files: blocks are parsed in any
// order, and added in turn.
#include "engine/import/importer.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/import/csv_blocks.h"
#include "engine/import/id_space.h"
#include "engine/import/import_monitor.h"
#include "engine/import/import_plan.h"
#include "engine/import/row_batches.h"
#include "storage/bulk_loader.h"

namespace kith::import {
namespace {

using Groups = std::vector<PlannedGroup>;

size_t ThreadsOf(const ImportOptions& options) {
  if (options.threads != 0) return options.threads;
  return std::max(1u, std::thread::hardware_concurrency());
}

uint64_t BytesOf(const Groups& groups) {
  uint64_t bytes = 0;
  for (const PlannedGroup& group : groups) {
    for (const PlannedFile& file : group.files) bytes += file.bytes;
  }
  return bytes;
}

bool NeedsTypes(const PlannedGroup& group) {
  return std::any_of(
      group.header.columns.begin(), group.header.columns.end(), [](const ImportColumn& column) {
        const bool has_values =
            column.role == ImportColumn::Role::kProperty || column.role == ImportColumn::Role::kId;
        return has_values && !column.property.empty() && !column.type;
      });
}

class Importer {
 public:
  Importer(ImportPlan plan, const ImportOptions& options)
      : plan_(std::move(plan)), options_(options), monitor_(&options_) {}

  Result<ImportReport> Run(const storage::GraphStoreOptions& store, MemoryBudget* budget) {
    KITH_ASSIGN_OR_RETURN(loader_, storage::BulkLoader::Create(store, budget, ThreadsOf(options_)));
    KITH_RETURN_IF_ERROR(FindTypes());
    KITH_RETURN_IF_ERROR(LoadNodes());
    KITH_RETURN_IF_ERROR(LoadRelationships());
    monitor_.BeginPhase("finishing", 0);
    monitor_.Advance(0);
    KITH_RETURN_IF_ERROR(monitor_.Outcome());
    KITH_RETURN_IF_ERROR(loader_->Finish());
    ImportReport report;
    report.nodes = nodes_;
    report.relationships = relationships_;
    report.bytes = plan_.bytes;
    report.passed_over = plan_.passed_over;
    monitor_.Report(&report);
    return report;
  }

 private:
  /// Calls `take` with every block of the groups, on all threads.
  template <typename Take>
  Status ForBlocks(std::string_view phase, const Groups& groups, const Take& take) {
    monitor_.BeginPhase(phase, BytesOf(groups));
    CsvBlocks blocks(&groups);
    RunThreads(ThreadsOf(options_), &monitor_, [&]() -> Status {
      CsvBlock block;
      while (!monitor_.failed()) {
        KITH_ASSIGN_OR_RETURN(const bool more, blocks.Next(&block));
        if (!more) break;
        const size_t bytes = block.bytes.size();
        KITH_RETURN_IF_ERROR(take(block));
        monitor_.Advance(bytes);
      }
      return Status::Ok();
    });
    return monitor_.Outcome();
  }

  // Types.

  Status FindTypes() {
    KITH_RETURN_IF_ERROR(FindTypes(&plan_.nodes));
    return FindTypes(&plan_.relationships);
  }

  /// Of the columns whose header names none.
  Status FindTypes(Groups* groups) {
    Groups untyped;
    std::vector<size_t> places;
    for (size_t i = 0; i < groups->size(); ++i) {
      if (!NeedsTypes((*groups)[i])) continue;
      untyped.push_back((*groups)[i]);
      places.push_back(i);
    }
    std::vector<std::vector<TypeGuess>> guesses(untyped.size());
    for (size_t i = 0; i < untyped.size(); ++i) {
      guesses[i].resize(untyped[i].header.columns.size());
    }
    KITH_RETURN_IF_ERROR(ForBlocks("finding types", untyped, [&](CsvBlock& block) {
      GuessBlock(untyped[block.group], block, &guesses[block.group]);
      return Status::Ok();
    }));
    for (size_t i = 0; i < places.size(); ++i) {
      std::vector<ImportColumn>& columns = (*groups)[places[i]].header.columns;
      for (size_t j = 0; j < columns.size(); ++j) {
        if (!columns[j].type) columns[j].type = guesses[i][j].type();
      }
    }
    return Status::Ok();
  }

  void GuessBlock(const PlannedGroup& group, CsvBlock& block, std::vector<TypeGuess>* guesses) {
    std::vector<TypeGuess> found;
    {
      // What is known already saves looking at most texts.
      const std::lock_guard<std::mutex> lock(guesses_mutex_);
      found = *guesses;
    }
    CsvParser parser(block.bytes, group.dialect);
    while (parser.Next()) {
      // Records that are bad are reported when they are loaded.
      if (!parser.problem().empty() || parser.fields().size() != found.size()) continue;
      for (size_t i = 0; i < found.size(); ++i) {
        if (!group.header.columns[i].type)
          found[i].See(parser.fields()[i], options_.array_delimiter);
      }
    }
    const std::lock_guard<std::mutex> lock(guesses_mutex_);
    for (size_t i = 0; i < found.size(); ++i) (*guesses)[i].Merge(found[i]);
  }

  Result<std::vector<RowLayout>> LayOut(const Groups& groups) {
    std::vector<RowLayout> layouts;
    for (const PlannedGroup& group : groups) {
      KITH_ASSIGN_OR_RETURN(RowLayout layout,
                            RowLayout::Of(group, options_.array_delimiter, &loader_->catalog()));
      layouts.push_back(std::move(layout));
    }
    return layouts;
  }

  const std::string& PathOf(const Groups& groups, const CsvBlock& block) const {
    return groups[block.group].files[block.file].path;
  }

  // Nodes.

  Status LoadNodes() {
    for (const PlannedGroup& group : plan_.nodes) {
      if (group.header.HasRole(ImportColumn::Role::kId) && SpaceNamed(group.id_space) == nullptr) {
        spaces_.push_back(std::make_unique<IdSpace>(group.id_space));
      }
    }
    KITH_ASSIGN_OR_RETURN(const std::vector<RowLayout> layouts, LayOut(plan_.nodes));
    return ForBlocks("nodes", plan_.nodes, [&](CsvBlock& block) -> Status {
      NodeRows rows;
      const RowLayout& layout = layouts[block.group];
      KITH_RETURN_IF_ERROR(ParseNodes(layout, block, &rows));
      if (!monitor_.AwaitTurn(block.sequence)) return Status::Ok();
      for (NodeRows::Batch& batch : rows.batches) {
        KITH_RETURN_IF_ERROR(AddNodes(layout, PathOf(plan_.nodes, block), std::move(batch)));
      }
      monitor_.EndTurn();
      return Status::Ok();
    });
  }

  IdSpace* SpaceNamed(const std::string& name) const {
    for (const auto& space : spaces_) {
      if (space->name() == name) return space.get();
    }
    return nullptr;
  }

  Status ParseNodes(const RowLayout& layout, CsvBlock& block, NodeRows* rows) {
    CsvParser parser(block.bytes, layout.group->dialect);
    std::string problem;
    while (parser.Next()) {
      if (IsWhole(layout, parser, &problem) &&
          AddNodeRow(layout, parser, block.offset, rows, &problem)) {
        continue;
      }
      monitor_.NoteBad(PathOf(plan_.nodes, block), block.offset + parser.offset(),
                       std::exchange(problem, {}));
      if (monitor_.failed()) break;
    }
    return Status::Ok();
  }

  bool AddNodeRow(const RowLayout& layout, const CsvParser& parser, uint64_t block_offset,
                  NodeRows* rows, std::string* problem) {
    const std::span<const CsvField> fields = parser.fields();
    const bool has_id = layout.id != RowLayout::kNone;
    if (has_id && fields[layout.id].absent()) {
      *problem = "the node has no id";
      return false;
    }
    const Result<NodeRows::Batch*> found = rows->For(layout, fields, &loader_->catalog());
    if (!found.ok()) {
      *problem = found.status().message();
      return false;
    }
    NodeRows::Batch& batch = **found;
    if (!AppendRow(layout, fields, &batch.nodes.columns, problem)) return false;
    ++batch.nodes.rows;
    if (has_id) batch.ids.push_back(fields[layout.id].text);
    batch.offsets.push_back(block_offset + parser.offset());
    return true;
  }

  /// In the turn of the block.
  Status AddNodes(const RowLayout& layout, const std::string& path, NodeRows::Batch batch) {
    IdSpace* const space =
        layout.id == RowLayout::kNone ? nullptr : SpaceNamed(layout.group->id_space);
    if (space != nullptr) TakeIds(space, path, &batch);
    std::vector<NodeId> ids;
    ids.reserve(batch.nodes.rows);
    nodes_ += batch.nodes.rows;
    KITH_RETURN_IF_ERROR(loader_->AddNodes(std::move(batch.nodes), &ids));
    return space == nullptr ? Status::Ok() : space->Assign(ids);
  }

  /// Leaves out the rows whose ids other nodes have.
  void TakeIds(IdSpace* space, const std::string& path, NodeRows::Batch* batch) {
    std::vector<size_t> taken;
    for (size_t row = 0; row < batch->nodes.rows; ++row) {
      if (space->Add(batch->ids[row])) continue;
      taken.push_back(row);
      monitor_.NoteBad(path, batch->offsets[row],
                       fmt::format("another node has the id {}{}", Shown(batch->ids[row]),
                                   InSpace(space->name())));
    }
    if (taken.empty()) return;
    batch->nodes.rows -= taken.size();
    for (storage::BulkColumn& column : batch->nodes.columns) column.Remove(taken);
  }

  static std::string InSpace(const std::string& name) {
    return name.empty() ? std::string() : fmt::format(" in {}", name);
  }

  // Relationships.

  /// The spaces of the ends of one group.
  struct Ends {
    std::vector<const IdSpace*> starts;
    std::vector<const IdSpace*> ends;
  };

  Status LoadRelationships() {
    KITH_ASSIGN_OR_RETURN(const std::vector<RowLayout> layouts, LayOut(plan_.relationships));
    std::vector<Ends> ends(plan_.relationships.size());
    for (size_t i = 0; i < ends.size(); ++i) {
      const PlannedGroup& group = plan_.relationships[i];
      for (const auto& name : group.start_spaces) ends[i].starts.push_back(SpaceNamed(name));
      for (const auto& name : group.end_spaces) ends[i].ends.push_back(SpaceNamed(name));
    }
    return ForBlocks("relationships", plan_.relationships, [&](CsvBlock& block) -> Status {
      RelationshipRows rows;
      ParseRelationships(layouts[block.group], ends[block.group], block, &rows);
      if (monitor_.failed()) return Status::Ok();
      for (storage::RelationshipBatch& batch : rows.batches) {
        relationships_ += batch.starts.size();
        KITH_RETURN_IF_ERROR(loader_->AddRelationships(std::move(batch)));
      }
      return Status::Ok();
    });
  }

  void ParseRelationships(const RowLayout& layout, const Ends& ends, CsvBlock& block,
                          RelationshipRows* rows) {
    CsvParser parser(block.bytes, layout.group->dialect);
    std::string problem;
    while (parser.Next()) {
      if (IsWhole(layout, parser, &problem) &&
          AddRelationshipRow(layout, ends, parser.fields(), rows, &problem)) {
        continue;
      }
      monitor_.NoteBad(PathOf(plan_.relationships, block), block.offset + parser.offset(),
                       std::exchange(problem, {}));
      if (monitor_.failed()) return;
    }
  }

  bool AddRelationshipRow(const RowLayout& layout, const Ends& ends,
                          std::span<const CsvField> fields, RelationshipRows* rows,
                          std::string* problem) {
    NodeId start;
    NodeId end;
    if (!FindEnd("start", fields[layout.start], ends.starts, &start, problem) ||
        !FindEnd("end", fields[layout.end], ends.ends, &end, problem)) {
      return false;
    }
    const Result<storage::RelationshipBatch*> found =
        rows->For(layout, fields, &loader_->catalog());
    if (!found.ok()) {
      *problem = found.status().message();
      return false;
    }
    storage::RelationshipBatch& batch = **found;
    if (!AppendRow(layout, fields, &batch.columns, problem)) return false;
    batch.starts.push_back(start);
    batch.ends.push_back(end);
    return true;
  }

  static bool FindEnd(std::string_view which, const CsvField& field,
                      const std::vector<const IdSpace*>& spaces, NodeId* node,
                      std::string* problem) {
    size_t found = 0;
    for (const IdSpace* space : spaces) {
      const std::optional<NodeId> match = space->Find(field.text);
      if (!match) continue;
      *node = *match;
      ++found;
    }
    if (found == 1) return true;
    if (field.absent()) {
      *problem = fmt::format("the relationship has no {}", which);
    } else {
      *problem = fmt::format("{} node has the id {}{}, its {}", found == 0 ? "no" : "more than one",
                             Shown(field.text),
                             spaces.size() == 1 ? InSpace(spaces[0]->name()) : "", which);
    }
    return false;
  }

  ImportPlan plan_;
  const ImportOptions& options_;
  ImportMonitor monitor_;
  std::mutex guesses_mutex_;
  std::unique_ptr<storage::BulkLoader> loader_;
  std::vector<std::unique_ptr<IdSpace>> spaces_;
  uint64_t nodes_ = 0;  // Changed in turn.
  std::atomic<uint64_t> relationships_{0};
};

}  // namespace

Result<ImportReport> Import(const storage::GraphStoreOptions& store, MemoryBudget* budget,
                            const ImportInput& input, const ImportOptions& options) {
  KITH_ASSIGN_OR_RETURN(ImportPlan plan, PlanImport(input, options));
  return Importer(std::move(plan), options).Run(store, budget);
}

}  // namespace kith::import
