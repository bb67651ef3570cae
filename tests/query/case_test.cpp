// SPDX-License-Identifier: Apache-2.0
// Runs the text cases: each on a fresh database in memory.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "index/index_manager.h"
#include "query/session.h"
#include "storage/graph_store.h"
#include "tests/query/case_file.h"

namespace kith::query {
namespace {

using Rows = std::vector<std::vector<Value>>;

// A database in memory with its session.
class CaseDatabase {
 public:
  CaseDatabase() {
    storage::GraphStoreOptions options;
    options.path = ":memory:";
    store_ = storage::GraphStore::Open(options).value();
    indexes_ = index::IndexManager::Open(store_.get()).value();
    QuerySessionOptions session;
    session.store = store_.get();
    session.indexes = indexes_.get();
    session.procedures = &procedures_;
    session.import_folder = std::string(KITH_SOURCE_DIR) + "/tests/query/cases/import";
    session_ = std::make_unique<QuerySession>(session);
  }

  struct Outcome {
    Status status;
    std::vector<std::string> columns;
    Rows rows;
    QueryStatistics statistics;
    std::string plan;
  };

  Outcome Execute(const std::string& text, const Map& parameters) {
    Outcome outcome;
    auto prepared = session_->Prepare(text);
    if (!prepared.ok()) {
      outcome.status = prepared.status();
      return outcome;
    }
    auto cursor = session_->ExecuteAutoCommit(*prepared, parameters);
    if (!cursor.ok()) {
      outcome.status = cursor.status();
      return outcome;
    }
    outcome.columns = (*cursor)->columns();
    Rows rows;
    do {
      outcome.status = (*cursor)->Next(&rows);
      outcome.rows.insert(outcome.rows.end(), rows.begin(), rows.end());
    } while (outcome.status.ok() && !rows.empty());
    outcome.statistics = (*cursor)->statistics();
    outcome.plan = (*cursor)->plan();
    return outcome;
  }

 private:
  std::unique_ptr<storage::GraphStore> store_;
  std::unique_ptr<index::IndexManager> indexes_;
  ProcedureRegistry procedures_;
  std::unique_ptr<QuerySession> session_;
};

std::vector<std::string> Split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t end; (end = text.find(separator, begin)) != std::string::npos;
       begin = end + separator.size()) {
    parts.push_back(text.substr(begin, end - begin));
  }
  parts.push_back(text.substr(begin));
  return parts;
}

std::string RowText(const std::vector<Value>& row) {
  std::string text;
  for (size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : " | ") + row[i].ToString();
  return text;
}

std::string EffectsText(const QueryStatistics& statistics) {
  const storage::WriteCounts& graph = statistics.graph;
  const std::vector<std::pair<const char*, uint64_t>> counts = {
      {"nodes_created", graph.nodes_created},
      {"nodes_deleted", graph.nodes_deleted},
      {"relationships_created", graph.relationships_created},
      {"relationships_deleted", graph.relationships_deleted},
      {"properties_set", graph.properties_set},
      {"labels_added", graph.labels_added},
      {"labels_removed", graph.labels_removed},
      {"indexes_added", statistics.indexes_added},
      {"indexes_removed", statistics.indexes_removed},
      {"constraints_added", statistics.constraints_added},
      {"constraints_removed", statistics.constraints_removed}};
  std::string text;
  for (const auto& [name, count] : counts) {
    if (count == 0) continue;
    text += (text.empty() ? "" : ", ") + std::string(name) + " " + std::to_string(count);
  }
  return text.empty() ? "none" : text;
}

std::string ErrorText(const Status& status) {
  if (status.ok()) return "";
  const char* phase = status.phase() == ErrorPhase::kCompileTime ? "compile"
                      : status.phase() == ErrorPhase::kRuntime   ? "runtime"
                                                                 : "-";
  return std::string(StatusCodeName(status.code())) + " " +
         (status.detail().empty() ? "-" : status.detail()) + " " + phase;
}

Map ParametersOf(CaseDatabase* database, const TextCase& one) {
  if (one.parameters.empty()) return {};
  const auto outcome = database->Execute("RETURN " + one.parameters + " AS parameters", {});
  REQUIRE(outcome.status.ToString() == "OK");
  return outcome.rows[0][0].AsMap();
}

void CheckOutcome(const TextCase& one, const CaseDatabase::Outcome& outcome) {
  if (!one.error.empty()) {
    CHECK(ErrorText(outcome.status) == one.error);
    CHECK_THAT(outcome.status.message(), Catch::Contains(one.message));
    return;
  }
  REQUIRE(outcome.status.ToString() == "OK");
  if (one.has_columns) CHECK(outcome.columns == Split(one.columns, " | "));
  if (one.has_rows) {
    std::vector<std::string> expected = one.rows;
    std::vector<std::string> actual;
    for (const auto& row : outcome.rows) actual.push_back(RowText(row));
    if (!one.ordered) {
      std::sort(expected.begin(), expected.end());
      std::sort(actual.begin(), actual.end());
    }
    CHECK(actual == expected);
  }
  if (one.has_effects) CHECK(EffectsText(outcome.statistics) == one.effects);
}

void RunCase(const TextCase& one) {
  INFO(one.file << ":" << one.line << ": " << one.name);
  CaseDatabase database;
  for (const std::string& statement : Split(one.given, ";\n")) {
    if (statement.empty()) continue;
    const auto outcome = database.Execute(statement, {});
    INFO("given: " << statement);
    REQUIRE(outcome.status.ToString() == "OK");
  }
  const Map parameters = ParametersOf(&database, one);
  if (!one.plan.empty()) {
    const auto explained = database.Execute("EXPLAIN " + one.query, parameters);
    REQUIRE(explained.status.ToString() == "OK");
    for (const std::string& text : one.plan) CHECK_THAT(explained.plan, Catch::Contains(text));
  }
  CheckOutcome(one, database.Execute(one.query, parameters));
}

TEST_CASE("text cases", "[query]") {
  const std::filesystem::path folder = std::filesystem::path(KITH_SOURCE_DIR) / "tests/query/cases";
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".case") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  REQUIRE(!files.empty());
  for (const auto& file : files) {
    const auto cases = ReadCaseFile(file.string());
    REQUIRE(cases.status().ToString() == "OK");
    REQUIRE(!cases->empty());
    for (const TextCase& one : *cases) {
      DYNAMIC_SECTION(file.stem().string() << ": " << one.name) {
        RunCase(one);
      }
    }
  }
}

}  // namespace
}  // namespace kith::query
