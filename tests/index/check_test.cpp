// SPDX-License-Identifier: Apache-2.0
// A check of the whole database says nothing of a sound one, and names each damage: every entry
// below it is taken away in turn, counters, records and files are changed.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>

#include "engine/base/key_codec.h"
#include "index/check_indexes.h"
#include "index/property/property_entry.h"
#include "storage/check_graph.h"
#include "storage/format/meta_codec.h"
#include "tests/index/indexed_graph.h"
#include "tests/raw_database.h"
#include "tests/temporary_folder.h"

namespace kith::index {
namespace {

using storage::KeySpace;
using test::IndexedGraph;

Value Vector(double x, double y) {
  return Value(List{Value(x), Value(y)});
}

// Nodes with labels, properties of each kind of index, relationships of two types, a self-loop, two
// relationships between the same nodes, and deleted ones.
void Fill(IndexedGraph& graph) {
  graph.Index(IndexKind::kRange, "range", {"L"}, {"p"});
  graph.Index(IndexKind::kUnique, "unique", {"L"}, {"u"});
  graph.Index(IndexKind::kText, "text", {"L"}, {"t"});
  graph.Index(IndexKind::kVector, "vector", {"L"}, {"v"});
  std::vector<NodeId> nodes;
  for (int i = 0; i < 4; ++i) {
    nodes.push_back(graph.Add(
        i == 0 ? std::vector<std::string>{"L", "M"} : std::vector<std::string>{"L"},
        {{"p", Value(i % 2)}, {"u", Value(i)}, {"t", Value("some words")}, {"v", Vector(1, i)}}));
  }
  const auto writing = graph.Write();
  storage::Catalog& names = graph.store->catalog();
  const RelTypeId t = names.RelTypeFor("T").value();
  const RelTypeId last = names.RelTypeFor("U").value();
  const auto connect = [&](size_t start, RelTypeId type, size_t end) {
    return writing
        ->CreateRelationship(nodes[start], type, nodes[end], graph.Writes({{"w", Value(1)}}))
        .value();
  };
  connect(0, t, 1);
  connect(0, t, 1);
  connect(1, last, 1);
  REQUIRE(writing->DeleteRelationship(connect(2, t, 3)).ok());
  REQUIRE(writing->DeleteNode(graph.Create(*writing, {"M"}, {})).ok());
  REQUIRE(writing->Commit().ok());
}

std::vector<CheckFinding> FindingsIn(storage::GraphStore* store) {
  const auto findings = CheckDatabase(store, {}, nullptr);
  INFO(findings.status().ToString());
  REQUIRE(findings.ok());
  return *findings;
}

bool Names(const std::vector<CheckFinding>& findings, const std::string& what,
           const std::string& where) {
  return std::any_of(findings.begin(), findings.end(), [&](const CheckFinding& finding) {
    return finding.what == what && finding.place.find(where) != std::string::npos;
  });
}

// What a check of the folder says, or the error of an opening that found the damage itself.
std::vector<CheckFinding> FindingsIn(const std::string& path, bool read_only = false) {
  storage::GraphStoreOptions options;
  options.path = path;
  options.read_only = read_only;
  options.sync = false;
  options.block_cache_bytes = size_t{1} << 20;
  options.write_buffer_bytes = size_t{1} << 20;
  const auto store = storage::GraphStore::Open(options);
  if (store.ok()) return FindingsIn(store->get());
  REQUIRE(store.status().code() == StatusCode::kCorruption);
  return {CheckFinding{"cannot be opened", std::string(store.status().message()), "", ""}};
}

}  // namespace

TEST_CASE("a check of a sound database finds nothing", "[index][check]") {
  const TemporaryFolder folder;
  IndexedGraph graph(GENERATE(false, true) ? ":memory:" : folder.database());
  CHECK(FindingsIn(graph.store.get()).empty());
  Fill(graph);
  CHECK(FindingsIn(graph.store.get()).empty());
  REQUIRE(graph.indexes->MergeVectors(nullptr).ok());
  REQUIRE(graph.store->Flush().ok());
  CHECK(FindingsIn(graph.store.get()).empty());
}

TEST_CASE("a check says how far it is, can be stopped, and ends at its limit", "[index][check]") {
  IndexedGraph graph;
  Fill(graph);
  std::set<std::string> stages;
  CheckOptions options;
  options.progress = [&](const CheckProgress& at) {
    stages.emplace(at.stage);
    return at.stage != "index 'text'";
  };
  CHECK(CheckDatabase(graph.store.get(), options, nullptr).status().code() ==
        StatusCode::kCancelled);
  CHECK(stages == std::set<std::string>{"files", "graph", "index 'range'", "index 'text'"});
  Interrupt interrupt;
  interrupt.Cancel();
  CHECK(CheckDatabase(graph.store.get(), {}, &interrupt).status().code() == StatusCode::kCancelled);
  options = {};
  options.limit = 0;
  CHECK(CheckDatabase(graph.store.get(), options, nullptr).status().code() ==
        StatusCode::kInvalidArgument);

  const auto writing = graph.Write();
  for (const char* name : {"range", "unique", "text", "vector"}) {
    REQUIRE(writing->keys().Add(PropertyCountKey(graph.Find(name)->id), 7).ok());
  }
  REQUIRE(writing->Commit().ok());
  CHECK(FindingsIn(graph.store.get()).size() == 2);
  options.limit = 1;
  CHECK(CheckDatabase(graph.store.get(), options, nullptr)->size() == 1);
}

TEST_CASE("a check names every entry of an index that is missing or too many", "[index][check]") {
  IndexedGraph graph;
  Fill(graph);
  const bool merged = GENERATE(false, true);
  if (merged) REQUIRE(graph.indexes->MergeVectors(nullptr).ok());
  for (const auto space : {KeySpace::kProperty, KeySpace::kText, KeySpace::kVector}) {
    std::vector<std::pair<std::string, std::string>> entries;
    REQUIRE(graph.Read()
                ->view()
                .keys()
                .Scan(space, "", "",
                      [&](std::string_view key, std::string_view value) {
                        entries.emplace_back(key, value);
                        return true;
                      })
                .ok());
    CHECK(entries.size() >= 8);
    for (const auto& [key, value] : entries) {
      INFO("space " << static_cast<int>(space) << ", key of " << key.size() << " bytes");
      const auto writing = graph.Write();
      const auto check = [&] {
        storage::CheckReport report({});
        const Status status = CheckIndexes(&writing->view(), &report);
        REQUIRE(status.ok());
        return report.TakeFindings();
      };
      REQUIRE(writing->keys().Delete(space, key).ok());
      const auto missing = check();
      REQUIRE_FALSE(missing.empty());
      CHECK(missing.front().place.find("index '") == 0);
      REQUIRE(writing->keys().Put(space, key, value).ok());
      CHECK(check().empty());
      // The same of an entity that does not exist; a directory or chunk names none.
      std::string other = key;
      other.back() = static_cast<char>(other.back() + 17);
      if (space == KeySpace::kVector && (key.size() < 13 || key[4] == 3 || key[4] == 4)) continue;
      REQUIRE(writing->keys().Put(space, other, value).ok());
      CHECK_FALSE(check().empty());
    }
  }
}

TEST_CASE("a check names two entities with equal unique values", "[index][check]") {
  const TemporaryFolder folder;
  {
    IndexedGraph graph(folder.database());
    Fill(graph);
    REQUIRE(graph.store->Flush().ok());
  }
  // The range index over values that two nodes share becomes a unique one.
  {
    RawDatabase raw(folder.database());
    for (const auto& [key, value] : raw.All("schema")) {
      if (key[0] != 'd') continue;
      IndexDefinition definition = DecodeDefinition(value).value();
      if (definition.name != "range") continue;
      definition.kind = IndexKind::kUnique;
      raw.Put("schema", key, EncodeDefinition(definition));
    }
  }
  const auto findings = FindingsIn(folder.database());
  CHECK(Names(findings, "uniqueness constraint is violated", "index 'range', node"));
}

TEST_CASE("a check notices each entry of the graph that is taken away", "[index][check]") {
  const TemporaryFolder folder;
  {
    IndexedGraph graph(folder.database());
    Fill(graph);
    REQUIRE(graph.store->Flush().ok());
  }
  CHECK(FindingsIn(folder.database()).empty());
  const RawDatabase::Entries entries = RawDatabase(folder.database()).All("delta");
  CHECK(entries.size() >= 4);
  std::set<std::string> named;
  for (const auto& [key, value] : entries) {
    RawDatabase(folder.database()).Delete("delta", key);
    const auto findings = FindingsIn(folder.database());
    INFO("kind " << static_cast<int>(key[4]));
    CHECK_FALSE(findings.empty());
    for (const CheckFinding& finding : findings) named.insert(finding.what);
    RawDatabase(folder.database()).Put("delta", key, value);
  }
  CHECK(FindingsIn(folder.database()).empty());
  CHECK(named.count("counter is wrong") == 1);
}

TEST_CASE("a check names what the catalog, the counters and the commit records have wrong",
          "[index][check]") {
  const TemporaryFolder folder;
  {
    IndexedGraph graph(folder.database());
    Fill(graph);
    REQUIRE(graph.store->Flush().ok());
  }
  const std::string path = folder.database();
  // Changes one pair, looks what a check says, and takes the change back.
  const auto with = [&](const std::string& family, const std::string& key,
                        const std::optional<std::string>& value) {
    std::optional<std::string> before;
    {
      RawDatabase raw(path);
      for (const auto& [k, v] : raw.All(family == "counter" ? "default" : family)) {
        if (k == key && family != "counter") before = v;
      }
      value ? raw.Put(family, key, *value) : raw.Delete(family, key);
    }
    const auto findings = FindingsIn(path);
    if (before) RawDatabase(path).Put(family, key, *before);
    return findings;
  };
  using storage::MetaKey;
  const std::string first_group = MetaKey(storage::kReservedKey, 0);
  const auto limits = with("default", first_group, storage::EncodeReservedRecord({0, 0}));
  CHECK(Names(limits, "node has a number that was never given out", "node "));
  CHECK(Names(limits, "relationship has a number that was never given out", "type T"));
  CHECK(Names(with("default", MetaKey(storage::kLabelGroupKey, 0, 0), std::nullopt),
              "node is missing among the nodes of its label", "label L"));
  CHECK(Names(with("default", MetaKey(storage::kTypeNameKey, 1), std::nullopt),
              "relationship type has no name", "number 1"));
  CHECK(Names(with("default", storage::CommitKey(CommitNumber{4}), std::nullopt),
              "commit record is missing", "commit 4"));
  CHECK(Names(with("default", storage::CommitKey(CommitNumber{4}), "\xff\xff"),
              "commit record is damaged", "commit 4"));
  CHECK(FindingsIn(path).empty());
  // What was there before is not read back: counters are sums.
  const auto counters = [&](const std::string& key) {
    return with("counter", key, storage::EncodeCounter(77));
  };
  CHECK(Names(counters(storage::NodeCounterKey()), "counter is wrong", "nodes"));
  CHECK(Names(counters(storage::NodeCounterKey(LabelId{0})), "counter is wrong",
              "nodes with label L"));
  CHECK(Names(counters(storage::RelationshipCounterKey()), "counter is wrong", "relationships"));
  CHECK(Names(counters(storage::RelationshipCounterKey(RelTypeId{0})), "counter is wrong",
              "relationships of type T"));
}

TEST_CASE("a check names the file that has a flipped bit", "[index][check]") {
  const TemporaryFolder folder;
  {
    IndexedGraph graph(folder.database());
    Fill(graph);
    REQUIRE(graph.store->Flush().ok());
  }
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.database() + "/data")) {
    if (entry.path().extension() != ".sst") continue;
    ++files;
    const auto flip = [&] {
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(5);
      const char byte = static_cast<char>(file.get() ^ 16);
      file.seekp(5);
      file.put(byte);
    };
    flip();
    // Read-only, lest a compaction replaces the file.
    const auto findings = FindingsIn(folder.database(), true);
    INFO(entry.path());
    for (const CheckFinding& finding : findings) {
      UNSCOPED_INFO(finding.what << ": " << finding.place << " " << finding.found);
    }
    const std::string name = entry.path().filename();
    CHECK((Names(findings, "cannot be read", name) || Names(findings, "cannot be opened", "")));
    flip();
  }
  CHECK(files >= 3);
}

}  // namespace kith::index
