// SPDX-License-Identifier: Apache-2.0
// Bulk loads: what was loaded reads as if transactions had written it, and can be changed, folded
// and checked like it.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "storage/bulk_loader.h"
#include "storage/check_graph.h"
#include "tests/storage/fault_file_system.h"
#include "tests/storage/store_fixture.h"
#include "tests/storage/view_comparison.h"

namespace kith::storage {
namespace {

constexpr size_t kThreads = 3;

/// A random graph that is loaded, and told to the toy as well.
class LoadedGraph {
 public:
  explicit LoadedGraph(uint64_t seed) : random_(seed) {
    options_.path = folder_.database();
    options_.write_buffer_bytes = size_t{1} << 20;
  }

  /// More nodes of the first label than a group has.
  void Load() {
    auto created = BulkLoader::Create(options_, nullptr, kThreads);
    REQUIRE(created.ok());
    loader_ = *std::move(created);
    Catalog& catalog = loader_->catalog();
    for (const char* name : {"A", "B", "C"}) names_.labels.push_back(*catalog.LabelFor(name));
    for (const char* name : {"T", "U"}) names_.types.push_back(*catalog.RelTypeFor(name));
    for (const char* name : {"p", "q", "r"}) {
      names_.properties.push_back(*catalog.PropertyFor(name));
    }
    const std::vector<std::vector<LabelId>> sets{
        {names_.labels[0]}, {}, {names_.labels[0], names_.labels[1]}, {names_.labels[0]}};
    for (const size_t rows : {size_t{12'000}, size_t{300}, size_t{900}, size_t{9'000}}) {
      AddNodes(sets[node_batches_++], rows);
    }
    for (int batch = 0; batch < 4; ++batch) {
      AddRelationships(names_.types[static_cast<size_t>(batch % 2)], 4'000);
    }
    const Status finished = loader_->Finish();
    INFO(finished.ToString());
    REQUIRE(finished.ok());
    loader_.reset();
  }

  void Open() {
    store_.reset();
    options_.create_if_missing = false;
    auto opened = GraphStore::Open(options_);
    INFO(opened.status().ToString());
    REQUIRE(opened.ok());
    store_ = *std::move(opened);
    toy_.set_catalog(&store_->catalog());
  }
  GraphStore& store() { return *store_; }

  /// Tells the toy what was loaded, relationships with the serials that the loader gives.
  void TellToy() {
    ToyTransaction tx(&toy_, false);
    for (const auto& node : nodes_) {
      REQUIRE(tx.CreateNodeAs(node.id, node.labels, node.properties).ok());
    }
    std::sort(relationships_.begin(), relationships_.end(), [](const auto& a, const auto& b) {
      return std::tuple(a.start.group(), a.type, a.start, a.end) <
             std::tuple(b.start.group(), b.type, b.start, b.end);
    });
    uint32_t serial = 0;
    for (size_t i = 0; i < relationships_.size(); ++i) {
      const Relationship& made = relationships_[i];
      const bool same = i > 0 && relationships_[i - 1].start.group() == made.start.group();
      serial = same ? serial + 1 : 0;
      ids_.emplace_back(made.start.group(), serial);
      REQUIRE(tx.CreateRelationshipAs(ids_.back(), made.start, made.type, made.end, made.properties)
                  .ok());
    }
    REQUIRE(tx.Commit().ok());
  }

  /// The same changes in both.
  void Change() {
    auto real = *store_->Begin(TransactionMode::kWrite);
    ToyTransaction toy(&toy_, false);
    for (size_t i = 0; i < 300; ++i) {
      const NodeId node = nodes_[Below(nodes_.size())].id;
      const std::array write{PropertyWrite{names_.properties[Below(3)], RandomValue()}};
      CHECK(real->SetProperties(node, write).code() == toy.SetProperties(node, write).code());
      const RelId gone = ids_[Below(ids_.size())];
      CHECK(real->DeleteRelationship(gone).code() == toy.DeleteRelationship(gone).code());
    }
    const auto made = real->CreateNode(std::array{names_.labels[0]}, {});
    REQUIRE(made.ok());
    REQUIRE(toy.CreateNodeAs(*made, std::array{names_.labels[0]}, {}).ok());
    const auto to = real->CreateRelationship(*made, names_.types[0], nodes_[0].id, {});
    REQUIRE(to.ok());
    REQUIRE(toy.CreateRelationshipAs(*to, *made, names_.types[0], nodes_[0].id, {}).ok());
    REQUIRE(real->Commit().ok());
    REQUIRE(toy.Commit().ok());
  }

  void Compare() {
    const auto real = *store_->Begin(TransactionMode::kRead);
    ToyTransaction toy(&toy_, true);
    ViewQuestions questions;
    for (size_t i = 0; i < nodes_.size(); i += 1 + Below(60)) {
      questions.nodes.push_back(nodes_[i].id);
    }
    for (size_t i = 0; i < ids_.size(); i += 1 + Below(40)) {
      questions.relationships.push_back(ids_[i]);
    }
    questions.operands = {Value(3), Value("s"), Value(1.5)};
    questions.counter = "none";
    CHECK(FirstDifference(real->view(), toy.view(), names_, questions, &random_) == "");
    CheckReport report{CheckOptions()};
    REQUIRE(CheckGraph(&real->view(), &report).ok());
    REQUIRE(store_->CheckFiles(&report).ok());
    for (const CheckFinding& finding : report.findings()) {
      FAIL_CHECK(finding.place << ": " << finding.what << ", " << finding.expected << ", "
                               << finding.found);
    }
  }

 private:
  struct Node {
    NodeId id;
    std::vector<LabelId> labels;
    std::vector<PropertyWrite> properties;
  };
  struct Relationship {
    NodeId start;
    RelTypeId type{};
    NodeId end;
    std::vector<PropertyWrite> properties;
  };

  uint64_t Below(uint64_t limit) { return random_() % limit; }

  Value RandomValue() {
    switch (Below(5)) {
      case 0: return Value(static_cast<int64_t>(Below(9)));
      case 1: return Value(static_cast<double>(Below(9)) / 2);
      case 2: return Value(std::string(Below(60), 's'));
      case 3: return Value(List{Value(1), Value("x")});
      default: return Value(Date{static_cast<int64_t>(Below(40'000))});
    }
  }

  /// Columns of words, texts, and values of any kind; some rows have none. `properties` gets each
  /// row's.
  std::vector<BulkColumn> RandomColumns(size_t rows,
                                        std::vector<std::vector<PropertyWrite>>* properties) {
    std::vector<BulkColumn> columns{{names_.properties[0], BulkColumn::Kind::kInteger},
                                    {names_.properties[1], BulkColumn::Kind::kString},
                                    {names_.properties[2], BulkColumn::Kind::kValue}};
    properties->resize(rows);
    for (size_t row = 0; row < rows; ++row) {
      if (Below(4) == 0) {
        for (BulkColumn& column : columns) column.AppendAbsent();
        continue;
      }
      columns[0].AppendWord(static_cast<int64_t>(Below(1'000)) - 500);
      // A few are stored apart.
      columns[1].AppendString(std::string(Below(2'000) == 0 ? 70'000 : Below(50), 't'));
      columns[2].AppendValue(RandomValue());
      for (const BulkColumn& column : columns) {
        (*properties)[row].push_back({column.property(), column.At(row)});
      }
    }
    return columns;
  }

  void AddNodes(const std::vector<LabelId>& labels, size_t rows) {
    NodeBatch batch;
    batch.labels = labels;
    batch.rows = rows;
    std::vector<std::vector<PropertyWrite>> properties;
    batch.columns = RandomColumns(rows, &properties);
    std::vector<NodeId> ids;
    REQUIRE(loader_->AddNodes(std::move(batch), &ids).ok());
    REQUIRE(ids.size() == rows);
    for (size_t row = 0; row < rows; ++row) {
      nodes_.push_back({ids[row], labels, std::move(properties[row])});
    }
  }

  /// No two of the same type between the same nodes: their order is the loader's affair.
  void AddRelationships(RelTypeId type, size_t rows) {
    RelationshipBatch batch;
    batch.type = type;
    while (batch.starts.size() < rows) {
      // Every tenth begins at one node.
      const NodeId start = nodes_[Below(10) == 0 ? 7 : Below(nodes_.size())].id;
      const NodeId end = nodes_[Below(nodes_.size())].id;
      if (!taken_.emplace(start, type, end).second) continue;
      batch.starts.push_back(start);
      batch.ends.push_back(end);
    }
    std::vector<std::vector<PropertyWrite>> properties;
    batch.columns = RandomColumns(rows, &properties);
    for (size_t row = 0; row < rows; ++row) {
      relationships_.push_back(
          {batch.starts[row], type, batch.ends[row], std::move(properties[row])});
    }
    REQUIRE(loader_->AddRelationships(std::move(batch)).ok());
  }

  TemporaryFolder folder_;
  GraphStoreOptions options_;
  std::mt19937_64 random_;
  GraphNames names_;
  size_t node_batches_ = 0;
  std::vector<Node> nodes_;
  std::vector<Relationship> relationships_;
  std::set<std::tuple<NodeId, RelTypeId, NodeId>> taken_;
  std::vector<RelId> ids_;
  std::unique_ptr<BulkLoader> loader_;
  std::unique_ptr<GraphStore> store_;
  ToyGraph toy_;
};

TEST_CASE("what was loaded reads, changes and folds as what transactions wrote", "[storage]") {
  const uint64_t seed = std::random_device()();
  INFO("seed " << seed);
  LoadedGraph graph(seed);
  graph.Load();
  graph.Open();
  graph.TellToy();
  graph.Compare();
  graph.Change();
  graph.Compare();
  graph.Open();
  graph.Compare();
  REQUIRE(graph.store().Fold().ok());
  graph.Compare();
  graph.Open();
  graph.Change();
  graph.Compare();
}

TEST_CASE("labels of very many sets share groups in a load", "[storage]") {
  constexpr size_t kLabels = 12;
  constexpr size_t kSets = 600;
  TemporaryFolder folder;
  GraphStoreOptions options;
  options.path = folder.database();
  auto loader = *BulkLoader::Create(options, nullptr, kThreads);
  std::vector<NodeId> nodes;
  std::vector<size_t> expected(kLabels);
  for (size_t set = 0; set < kSets; ++set) {
    NodeBatch batch;
    batch.rows = 3;
    for (size_t label = 0; label < kLabels; ++label) {
      const LabelId id = *loader->catalog().LabelFor("L" + std::to_string(label));
      if ((set >> label & 1) == 0) continue;
      batch.labels.push_back(id);
      expected[label] += batch.rows;
    }
    REQUIRE(loader->AddNodes(std::move(batch), &nodes).ok());
  }
  REQUIRE(loader->Finish().ok());
  loader.reset();
  const auto store = *GraphStore::Open(options);
  const auto reading = *store->Begin(TransactionMode::kRead);
  for (size_t label = 0; label < kLabels; ++label) {
    size_t found = 0;
    const LabelId id = *store->catalog().FindLabel("L" + std::to_string(label));
    const std::vector<GroupId> groups = *reading->view().LabelGroups(id);
    for (const GroupId group : groups) {
      SlotBitmap members;
      REQUIRE(reading->view().LabelNodes(group, id, &members).ok());
      found += members.Count();
    }
    CHECK(found == expected[label]);
  }
  CHECK((*reading->view().GetStatistics())->NodeCount() == nodes.size());
}

TEST_CASE("a load that does not finish leaves nothing", "[storage]") {
  TemporaryFolder folder;
  GraphStoreOptions options;
  options.path = folder.database();
  auto loader = *BulkLoader::Create(options, nullptr, kThreads);
  NodeBatch batch;
  batch.rows = 10;
  std::vector<NodeId> nodes;
  REQUIRE(loader->AddNodes(std::move(batch), &nodes).ok());
  SECTION("it is given up") {}
  SECTION("a relationship has an end that is no node") {
    RelationshipBatch relationships;
    relationships.type = *loader->catalog().RelTypeFor("T");
    relationships.starts = {nodes[0]};
    relationships.ends = {NodeId(nodes[9].bits() + 1)};
    REQUIRE(loader->AddRelationships(std::move(relationships)).ok());
    CHECK(loader->Finish().code() == StatusCode::kInvalidArgument);
  }
  loader.reset();
  CHECK(std::filesystem::is_empty(folder.path()));
}

/// Loads enough to fill memtables several times.
Status LoadMuch(const GraphStoreOptions& options) {
  KITH_ASSIGN_OR_RETURN(const auto loader, BulkLoader::Create(options, nullptr, kThreads));
  KITH_ASSIGN_OR_RETURN(const PropertyId property, loader->catalog().PropertyFor("p"));
  std::mt19937_64 random(5);
  std::vector<NodeId> nodes;
  for (int i = 0; i < 20; ++i) {
    NodeBatch batch;
    batch.rows = 1'000;
    BulkColumn& column = batch.columns.emplace_back(property, BulkColumn::Kind::kString);
    for (size_t row = 0; row < batch.rows; ++row) {
      std::string text;
      while (text.size() < 200) text += std::to_string(random());
      column.AppendString(text);
    }
    KITH_RETURN_IF_ERROR(loader->AddNodes(std::move(batch), &nodes));
  }
  return loader->Finish();
}

TEST_CASE("a load onto a disk that fills up leaves nothing", "[storage]") {
  TemporaryFolder folder;
  const auto disk = std::make_shared<FaultFileSystem>();
  GraphStoreOptions options;
  options.path = folder.database();
  options.write_buffer_bytes = size_t{256} << 10;
  options.file_system = disk;
  const uint64_t before = disk->operations();
  REQUIRE(LoadMuch(options).ok());
  const uint64_t operations = disk->operations() - before;
  std::filesystem::remove_all(options.path);
  size_t failed = 0;
  for (uint64_t at = 1; at < operations; at += operations / 12 + 1) {
    disk->Arm(FaultFileSystem::Mode::kNoSpace, at);
    const Status status = LoadMuch(options);
    disk->Heal();
    INFO("operation " << at << " of " << operations << ": " << status.ToString());
    if (!status.ok()) {
      ++failed;
      CHECK(status.code() == StatusCode::kIoError);
      REQUIRE(std::filesystem::is_empty(folder.path()));
      continue;
    }
    // What needed no more room went through.
    CHECK(GraphStore::Open(options).ok());
    std::filesystem::remove_all(options.path);
  }
  CHECK(failed > 5);
  REQUIRE(LoadMuch(options).ok());
}

}  // namespace
}  // namespace kith::storage
