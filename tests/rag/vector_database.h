// SPDX-License-Identifier: Apache-2.0
// A database in memory that is open with an embedding model or without, for tests.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "index/index_catalog.h"
#include "rag/column_values.h"
#include "storage/catalog.h"
#include "tests/rag/rag_fixture.h"

namespace kith::rag {

/// A database in memory, open with a model or without.
struct VectorDatabase {
  std::unique_ptr<storage::GraphStore> store;
  std::unique_ptr<index::IndexManager> indexes;
  std::unique_ptr<DatabaseModel> model;
  std::unique_ptr<Pipeline> pipeline;

  VectorDatabase() {
    storage::GraphStoreOptions options;
    options.path = ":memory:";
    store = *storage::GraphStore::Open(options);
    indexes = *index::IndexManager::Open(store.get());
    UseModel("");
  }

  /// As if the database were closed and opened with another model; "" is none.
  void UseModel(const std::string& path) {
    model = path.empty() ? nullptr
                         : std::make_unique<DatabaseModel>(path, EmbedderOptions(), store.get());
    pipeline = *Pipeline::Create(
        store.get(), indexes.get(),
        [](storage::Transaction& transaction, const Interrupt&,
           MemoryBudget&) -> Result<std::unique_ptr<query::StatementRunner>> {
          return std::unique_ptr<query::StatementRunner>(new ViewRunner(&transaction));
        },
        nullptr, model.get());
  }

  /// CALL rag.embed(), once: a transaction that ends because indexes were made is not repeated.
  Result<ReembedReport> EmbedOnce() {
    auto transaction = *store->Begin(storage::TransactionMode::kWrite);
    ViewRunner runner(transaction.get());
    const Interrupt never;
    MemoryBudget memory("test", 0);
    query::ProcedureContext context{*transaction, runner, never, memory};
    Result<ReembedReport> report = pipeline->Embed(context);
    if (report.ok()) REQUIRE(transaction->Commit().ok());
    return report;
  }

  /// The same as a statement of its own does it.
  Result<ReembedReport> Embed() {
    Result<ReembedReport> report = EmbedOnce();
    return report.status().IsRetryable() ? EmbedOnce() : std::move(report);
  }

  /// Of the index over the chunks' vectors; 0 when there is none.
  size_t IndexDimensions() {
    const index::IndexDefinition* found = indexes->catalog()->Find(kVectorIndex);
    return found == nullptr ? 0 : found->vector.dimensions;
  }

  /// The chunks' vectors by text; an empty one where there is none.
  std::map<std::string, std::vector<float>> Vectors() {
    auto transaction = *store->Begin(storage::TransactionMode::kRead);
    storage::ReadView& view = transaction->view();
    const GraphNames names = *GraphNames::Find(view.catalog());
    std::map<std::string, std::vector<float>> vectors;
    const std::vector<GroupId> groups = *view.LabelGroups(names.chunk);
    for (const GroupId group : groups) {
      storage::SlotBitmap members;
      REQUIRE(view.LabelNodes(group, names.chunk, &members).ok());
      std::vector<NodeId> nodes;
      for (uint32_t slot = 0; slot < kGroupSlots; ++slot) {
        if (members.Contains(slot)) nodes.emplace_back(group, slot);
      }
      std::vector<PropertyId> properties = {names.title, names.heading, names.text};
      if (names.embedding) properties.push_back(*names.embedding);
      std::vector<storage::Column> columns;
      REQUIRE(view.GatherMany(nodes, properties, &columns).ok());
      for (size_t i = 0; i < nodes.size(); ++i) {
        auto& vector = vectors[EmbeddedText(StringAt(columns[0], i), StringAt(columns[1], i),
                                            StringAt(columns[2], i))];
        if (columns.size() < 4 || !columns[3].At(i).IsList()) continue;
        for (const Value& component : columns[3].At(i).AsList()) {
          vector.push_back(static_cast<float>(component.AsNumber()));
        }
      }
    }
    return vectors;
  }

  bool VectorsAreOfModel() {
    const Embedder* const embedder = *model->Open();
    const auto vectors = Vectors();
    for (const auto& [text, vector] : vectors) {
      if (vector != *embedder->EmbedOne(text)) return false;
    }
    return !vectors.empty();
  }
};

}  // namespace kith::rag
