// SPDX-License-Identifier: Apache-2.0
// Creating, dropping and keeping indexes over a real store.
#include "index/index_manager.h"

#include <atomic>
#include <barrier>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "engine/base/value_compare.h"
#include "tests/base/random_value.h"
#include "tests/index/indexed_graph.h"
#include "tests/temporary_folder.h"

namespace kith::index {
namespace {

using test::IndexedGraph;

TEST_CASE("an index is built over what is there and follows what comes", "[index]") {
  IndexedGraph graph;
  const NodeId ada = graph.Add({"Person"}, {{"name", Value("Ada")}, {"born", Value(1815)}});
  graph.Add({"City"}, {{"name", Value("Ada")}});
  graph.Index(IndexKind::kRange, "people", {"Person"}, {"name"});
  const NodeId other = graph.Add({"Person", "Writer"}, {{"name", Value("Ada")}});
  CHECK(graph.SeekEqual(graph.Read()->view(), "people", Value("Ada")) ==
        std::vector<NodeId>{ada, other});

  const auto writing = graph.Write();
  const LabelId person = graph.store->catalog().LabelFor("Person").value();
  REQUIRE(writing->RemoveLabels(ada, {{person}}).ok());
  REQUIRE(writing->SetProperties(other, graph.Writes({{"name", Value("Eve")}})).ok());
  CHECK(graph.SeekEqual(writing->view(), "people", Value("Ada")).empty());
  CHECK(graph.SeekEqual(writing->view(), "people", Value("Eve")) == std::vector<NodeId>{other});
  CHECK(graph.SeekEqual(graph.Read()->view(), "people", Value("Ada")).size() == 2);
  REQUIRE(writing->Commit().ok());
  graph.RequireVerified();
}

TEST_CASE("a relationship index", "[index]") {
  IndexedGraph graph;
  IndexRequest request;
  request.entity = EntityKind::kRelationship;
  request.labels = {"KNOWS"};
  request.properties = {"since"};
  request.name = "since";
  const NodeId a = graph.Add({"A"}, {});
  const NodeId b = graph.Add({"A"}, {});
  const RelTypeId knows = graph.store->catalog().RelTypeFor("KNOWS").value();
  const RelTypeId likes = graph.store->catalog().RelTypeFor("LIKES").value();
  auto writing = graph.Write();
  const auto first = writing->CreateRelationship(a, knows, b, graph.Writes({{"since", Value(1)}}));
  REQUIRE(first.ok());
  REQUIRE(writing->CreateRelationship(a, likes, b, graph.Writes({{"since", Value(1)}})).ok());
  REQUIRE(writing->Commit().ok());
  REQUIRE(graph.indexes->Create(request).ok());
  writing = graph.Write();
  const auto second = writing->CreateRelationship(b, knows, a, graph.Writes({{"since", Value(2)}}));
  REQUIRE(second.ok());
  REQUIRE(writing->SetProperties(*first, graph.Writes({{"since", Value(3)}})).ok());
  REQUIRE(writing->Commit().ok());
  graph.RequireVerified();
  const auto reading = graph.Read();
  auto cursor = PropertyCursor::Open(&reading->view().keys(), *graph.Find("since"), {});
  REQUIRE(cursor.ok());
  std::vector<RelId> found;
  REQUIRE((*cursor)->Next(10, &found).ok());
  CHECK(found == std::vector<RelId>{*second, *first});
  writing = graph.Write();
  REQUIRE(writing->DeleteRelationship(*first).ok());
  REQUIRE(writing->Commit().ok());
  graph.RequireVerified();
}

// Everything that a random transaction may do, with savepoints, against a plain map.
TEST_CASE("indexes agree with the graph over random transactions", "[index]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  test::RandomValues random(seed);
  IndexedGraph graph;
  graph.Index(IndexKind::kRange, "by_p", {"L"}, {"p"});
  graph.Index(IndexKind::kRange, "by_pq", {"M"}, {"p", "q"});
  graph.Index(IndexKind::kText, "texts", {"L", "M"}, {"p", "t"});
  const auto labels = graph.Labels({"L", "M"});
  const PropertyId p = graph.store->catalog().PropertyFor("p").value();
  std::map<NodeId, Value> model;  // Nodes with label L or not, and p; checked through the view.
  const auto value = [&] {
    for (;;) {
      const Value drawn = random.Indexable(0);
      if (drawn.IsString() && random.Below(2) == 0) return Value("the quick brown fox");
      if (!drawn.IsString()) return drawn;
    }
  };
  const auto step = [&](storage::Transaction& writing) {
    if (model.empty() || random.Below(3) == 0) {
      const Value v = value();
      const NodeId node = graph.Create(
          writing,
          random.Below(2) == 0 ? std::vector<std::string>{"L"} : std::vector<std::string>{},
          {{"p", v}, {"q", value()}, {"t", Value("word" + std::to_string(random.Below(5)))}});
      model[node] = v;
      return;
    }
    const auto chosen = std::next(model.begin(), random.Below(static_cast<int64_t>(model.size())));
    const NodeId node = chosen->first;
    const LabelId label = labels[static_cast<size_t>(random.Below(2))];
    switch (random.Below(5)) {
      case 0:
        REQUIRE(writing.DeleteNode(node).ok());
        model.erase(node);
        break;
      case 1: REQUIRE(writing.AddLabels(node, {{label}}).ok()); break;
      case 2: REQUIRE(writing.RemoveLabels(node, {{label}}).ok()); break;
      default: {
        const Value v = value();
        REQUIRE(writing.SetProperties(node, {{{p, v}}}).ok());
        model[node] = v;
      }
    }
  };
  for (int round = 0; round < 60; ++round) {
    const auto writing = graph.Write();
    const auto before = model;
    for (int64_t i = random.Below(12); i > 0; --i) {
      const uint64_t savepoint = writing->Savepoint();
      const auto saved = model;
      for (int64_t j = random.Below(4); j > 0; --j) step(*writing);
      if (random.Below(3) == 0) {
        REQUIRE(writing->RollbackTo(savepoint).ok());
        model = saved;
      } else {
        writing->ReleaseSavepoint(savepoint);
      }
      const Status own = VerifyIndexes(&writing->view());
      INFO(own.ToString());
      REQUIRE(own.ok());
    }
    if (random.Below(4) == 0) {
      writing->Rollback();
      model = before;
    } else {
      REQUIRE(writing->Commit().ok());
    }
    graph.RequireVerified();
  }
  const auto reading = graph.Read();
  for (const auto& [node, v] : model) {
    std::vector<uint8_t> has;
    REQUIRE(reading->view().HaveLabel({{node}}, labels[0], &has).ok());
    const std::vector<NodeId> found = graph.SeekEqual(reading->view(), "by_p", v);
    const bool expected = has[0] == 1 && Equals(v, v) == true;
    CHECK((std::find(found.begin(), found.end(), node) != found.end()) == expected);
  }
}

TEST_CASE("a unique constraint holds in one transaction and over existing data", "[index]") {
  IndexedGraph graph;
  graph.Add({"Person"}, {{"name", Value("Ada")}});
  const NodeId second = graph.Add({"Person"}, {{"name", Value("Ada")}});
  const auto refused = graph.TryIndex(IndexKind::kUnique, "one_name", {"Person"}, {"name"});
  CHECK(refused.status().code() == StatusCode::kConstraintViolation);
  CHECK(refused.status().message().find("label Person and name = 'Ada'") != std::string::npos);
  CHECK(graph.Find("one_name") == nullptr);

  auto writing = graph.Write();
  REQUIRE(writing->SetProperties(second, graph.Writes({{"name", Value("Eve")}})).ok());
  REQUIRE(writing->Commit().ok());
  graph.Index(IndexKind::kUnique, "one_name", {"Person"}, {"name"});
  writing = graph.Write();
  const auto duplicate = graph.TryCreate(*writing, {"Person"}, {{"name", Value("Ada")}});
  CHECK(duplicate.status().code() == StatusCode::kConstraintViolation);
  // The failed mutation changed nothing, and the transaction goes on.
  REQUIRE(graph.TryCreate(*writing, {"Person"}, {{"name", Value("Bob")}}).ok());
  CHECK(graph.TryCreate(*writing, {"Person"}, {{"name", Value("Bob")}}).status().code() ==
        StatusCode::kConstraintViolation);
  REQUIRE(writing->DeleteNode(second).ok());
  REQUIRE(graph.TryCreate(*writing, {"Person"}, {{"name", Value("Eve")}}).ok());
  REQUIRE(writing->Commit().ok());
  graph.RequireVerified();
}

TEST_CASE("a unique constraint holds under eight concurrent writers", "[index]") {
  IndexedGraph graph;
  graph.Index(IndexKind::kUnique, "one_key", {"Item"}, {"key"});
  constexpr int kThreads = 8;
  constexpr int kKeys = 60;
  const std::vector<LabelId> labels = graph.Labels({"Item"});
  const PropertyId key = graph.store->catalog().PropertyFor("key").value();
  std::atomic<int> created{0};
  std::atomic<int> refused{0};
  std::atomic<int> unexpected{0};
  // All begin before any of them writes, so that none sees the key of another.
  std::barrier everyone_began(kThreads);
  const auto insert = [&](int number) {
    for (bool first = true;; first = false) {
      auto transaction = graph.store->Begin(storage::TransactionMode::kWrite);
      if (first) everyone_began.arrive_and_wait();
      if (!transaction.ok()) return transaction.status();
      const std::vector<storage::PropertyWrite> writes = {{key, Value(number)}};
      Status status = (*transaction)->CreateNode(labels, writes).status();
      if (status.ok()) status = (*transaction)->Commit();
      if (!status.IsRetryable()) return status;
    }
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int number = 0; number < kKeys; ++number) {
        const Status status = insert(number);
        if (status.ok()) {
          ++created;
        } else if (status.code() == StatusCode::kConstraintViolation) {
          ++refused;
        } else {
          ++unexpected;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(created == kKeys);
  CHECK(refused == kKeys * (kThreads - 1));
  CHECK(unexpected == 0);
  CHECK(graph.Seek(graph.Read()->view(), "one_key", {}).size() == kKeys);
  graph.RequireVerified();
}

TEST_CASE("concurrent writers never conflict over text that they share", "[index]") {
  IndexedGraph graph;
  graph.Index(IndexKind::kText, "texts", {"Doc"}, {"text"});
  const std::vector<LabelId> labels = graph.Labels({"Doc"});
  const PropertyId text = graph.store->catalog().PropertyFor("text").value();
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        auto transaction = graph.store->Begin(storage::TransactionMode::kWrite);
        const std::vector<storage::PropertyWrite> writes = {{text, Value("the same words again")}};
        const bool good = transaction.ok() && (*transaction)->CreateNode(labels, writes).ok() &&
                          (*transaction)->Commit().ok();
        if (!good) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failed == 0);
  graph.RequireVerified();
  const auto size = graph.indexes->text().Size(&graph.Read()->view(), *graph.Find("texts"));
  CHECK(size->documents == 200);
}

TEST_CASE("names and equal schemas are taken once", "[index]") {
  IndexedGraph graph;
  graph.Index(IndexKind::kRange, "a", {"L"}, {"p"});
  CHECK(graph.TryIndex(IndexKind::kRange, "a", {"M"}, {"p"}).status().code() ==
        StatusCode::kAlreadyExists);
  const auto equal = graph.TryIndex(IndexKind::kUnique, "b", {"L"}, {"p"});
  CHECK(equal.status().code() == StatusCode::kAlreadyExists);
  CHECK(
      equal.status().message() ==
      "there is already an index 'a' on :L(p); drop it first: a constraint brings an index of its "
      "own");
  CHECK(graph.TryIndex(IndexKind::kRange, "b", {"L"}, {"p"}).status().message() ==
        "there is already an index 'a' on :L(p); use it, or drop it first");
  IndexRequest request;
  request.labels = {"L"};
  request.properties = {"p"};
  request.if_not_exists = true;
  const auto nothing = graph.indexes->Create(request);
  REQUIRE(nothing.ok());
  CHECK_FALSE(nothing->changed);
  CHECK(nothing->name == "a");
  request.properties = {"q"};
  const auto made = graph.indexes->Create(request);
  REQUIRE(made.ok());
  CHECK(made->changed);
  CHECK(made->name.substr(0, 6) == "index_");
  CHECK(made->name.size() == 14);
  // A text index over the same property is another schema.
  graph.Index(IndexKind::kText, "t", {"L"}, {"p"});
  CHECK(graph.TryIndex(IndexKind::kRange, "", {"L", "M"}, {"p"}).status().code() ==
        StatusCode::kInvalidArgument);
  CHECK(graph.TryIndex(IndexKind::kRange, "", {"L"}, {"p", "p"}).status().code() ==
        StatusCode::kInvalidArgument);
  CHECK(graph.TryIndex(IndexKind::kRange, "", {}, {}).status().code() ==
        StatusCode::kInvalidArgument);
}

TEST_CASE("a name is taken whatever has it", "[index]") {
  const std::vector<IndexRequest> kinds = {
      {"x", IndexKind::kRange, EntityKind::kNode, {"A"}, {"p"}, {}, {}, false},
      {"x", IndexKind::kRange, EntityKind::kRelationship, {"A"}, {"p"}, {}, {}, false},
      {"x", IndexKind::kText, EntityKind::kNode, {"B"}, {"p"}, {}, {}, false},
      {"x", IndexKind::kVector, EntityKind::kNode, {"C"}, {"p"}, {}, {}, false},
      {"x", IndexKind::kUnique, EntityKind::kNode, {"D"}, {"p"}, {}, {}, false}};
  for (const IndexRequest& first : kinds) {
    IndexedGraph graph;
    REQUIRE(graph.indexes->Create(first).ok());
    for (IndexRequest second : kinds) {
      INFO(static_cast<int>(first.kind) << " then " << static_cast<int>(second.kind));
      CHECK(graph.indexes->Create(second).status().code() == StatusCode::kAlreadyExists);
      second.if_not_exists = true;
      const auto nothing = graph.indexes->Create(second);
      // An index is not taken for the constraint that was asked for.
      const bool serves = second.kind != IndexKind::kUnique || first.kind == IndexKind::kUnique;
      REQUIRE(nothing.ok() == serves);
      if (serves) CHECK_FALSE(nothing->changed);
      if (!serves) CHECK(nothing.status().code() == StatusCode::kAlreadyExists);
    }
    CHECK(graph.indexes->catalog()->all().size() == 1);
  }
}

TEST_CASE("an index that serves counts before one that is in the way", "[index]") {
  IndexedGraph graph;
  graph.Index(IndexKind::kRange, "x", {"L"}, {"p"});
  graph.Index(IndexKind::kUnique, "y", {"M"}, {"q"});
  IndexRequest request{"x", IndexKind::kUnique, EntityKind::kNode, {"M"}, {"q"}, {}, {}, true};
  const auto nothing = graph.indexes->Create(request);
  INFO(nothing.status().ToString());
  REQUIRE(nothing.ok());
  CHECK_FALSE(nothing->changed);
  CHECK(nothing->name == "y");
  // Another name would not help where the schema is the same.
  CHECK(
      graph.TryIndex(IndexKind::kUnique, "x", {"L"}, {"p"}).status().message() ==
      "there is already an index 'x' on :L(p); drop it first: a constraint brings an index of its "
      "own");
  CHECK(graph.TryIndex(IndexKind::kRange, "x", {"L"}, {"p"}).status().message() ==
        "there is already an index 'x' on :L(p); use it, or drop it first");
}

TEST_CASE("dropping", "[index]") {
  IndexedGraph graph;
  graph.Add({"L"}, {{"p", Value(1)}, {"t", Value("some words")}});
  graph.Index(IndexKind::kRange, "range", {"L"}, {"p"});
  graph.Index(IndexKind::kUnique, "unique", {"L"}, {"t"});
  graph.Index(IndexKind::kText, "text", {"L"}, {"t"});
  const Status unknown = graph.indexes->DropIndex("nope", false).status();
  CHECK(unknown.code() == StatusCode::kNotFound);
  CHECK(unknown.message() == "there is no index 'nope'; known are range, text, unique");
  CHECK_FALSE(graph.indexes->DropIndex("nope", true)->changed);
  CHECK(graph.indexes->DropIndex("unique", false).status().code() == StatusCode::kInvalidArgument);
  CHECK(graph.indexes->DropConstraint("range", false).status().code() == StatusCode::kNotFound);
  CHECK(graph.indexes->DropIndex("range", false)->changed);
  CHECK(graph.indexes->DropIndex("text", false)->changed);
  CHECK(graph.indexes->DropConstraint("unique", false)->changed);
  CHECK(graph.indexes->catalog()->all().empty());
  const auto reading = graph.Read();
  for (const auto space : {storage::KeySpace::kProperty, storage::KeySpace::kText}) {
    size_t left = 0;
    REQUIRE(reading->view()
                .keys()
                .Scan(space, "", "",
                      [&](std::string_view, std::string_view) {
                        ++left;
                        return true;
                      })
                .ok());
    CHECK(left == 0);
  }
  // The data itself stays, and a new index of the name starts afresh.
  graph.Index(IndexKind::kRange, "range", {"L"}, {"p"});
  CHECK(graph.SeekEqual(graph.Read()->view(), "range", Value(1)).size() == 1);
}

TEST_CASE("a view uses the indexes of its own snapshot", "[index]") {
  IndexedGraph graph;
  graph.Add({"L"}, {{"p", Value(1)}});
  const auto before = graph.Read();
  graph.Index(IndexKind::kRange, "a", {"L"}, {"p"});
  const auto between = graph.Read();
  REQUIRE(graph.indexes->DropIndex("a", false).ok());
  const auto after = graph.Read();
  // Again and in turns: what was found out for one snapshot is not taken for another one's.
  for (int round = 0; round < 2; ++round) {
    CHECK((*graph.indexes->CatalogFor(&before->view()))->Find("a") == nullptr);
    CHECK((*graph.indexes->CatalogFor(&between->view()))->Find("a") != nullptr);
    CHECK((*graph.indexes->CatalogFor(&after->view()))->Find("a") == nullptr);
    CHECK((*graph.indexes->CatalogFor(&after->view()))->Find("a") == nullptr);
  }
  graph.Index(IndexKind::kRange, "b", {"L"}, {"p"});
  CHECK((*graph.indexes->CatalogFor(&after->view()))->Find("b") == nullptr);
  CHECK((*graph.indexes->CatalogFor(&graph.Read()->view()))->Find("b") != nullptr);
}

TEST_CASE("a transaction older than an index cannot slip past it", "[index]") {
  IndexedGraph graph;
  const auto old_writer = graph.Write();
  graph.Create(*old_writer, {"L"}, {{"p", Value(1)}});
  graph.Index(IndexKind::kUnique, "one", {"L"}, {"p"});
  graph.Add({"L"}, {{"p", Value(1)}});
  CHECK(old_writer->Commit().code() == StatusCode::kConflict);
  graph.RequireVerified();
}

TEST_CASE("a transaction older than a text index gets a conflict, not damage", "[index]") {
  IndexedGraph graph;
  const NodeId node = graph.Add({"L"}, {{"t", Value("old text")}});
  const auto old_writer = graph.Write();
  graph.Index(IndexKind::kText, "text", {"L"}, {"t"});
  const Status changed = old_writer->SetProperties(node, graph.Writes({{"t", Value("new text")}}));
  CHECK(changed.code() == StatusCode::kConflict);
  CHECK(old_writer->DeleteNode(node).code() == StatusCode::kConflict);
  // In a transaction of this schema a missing document is damage indeed.
  const auto writing = graph.Write();
  std::string key;
  REQUIRE(writing->keys()
              .Scan(storage::KeySpace::kText, "", "",
                    [&](std::string_view found, std::string_view) {
                      key = found;
                      return false;
                    })
              .ok());
  REQUIRE(writing->keys().Delete(storage::KeySpace::kText, key).ok());
  CHECK(writing->DeleteNode(node).code() == StatusCode::kCorruption);
}

TEST_CASE("indexes are there after a reopen", "[index]") {
  const TemporaryFolder folder;
  NodeId node;
  {
    IndexedGraph graph(folder.database());
    node = graph.Add({"L"}, {{"p", Value("x")}, {"t", Value("graph database")}});
    graph.Index(IndexKind::kUnique, "one", {"L"}, {"p"});
    graph.Index(IndexKind::kText, "text", {"L"}, {"t"});
  }
  {
    IndexedGraph graph(folder.database());
    CHECK(graph.SeekEqual(graph.Read()->view(), "one", Value("x")) == std::vector<NodeId>{node});
    const auto hits =
        graph.indexes->text().Search(&graph.Read()->view(), *graph.Find("text"), "databases", {});
    REQUIRE(hits.ok());
    CHECK(hits->size() == 1);
    const auto writing = graph.Write();
    CHECK(graph.TryCreate(*writing, {"L"}, {{"p", Value("x")}}).status().code() ==
          StatusCode::kConstraintViolation);
    graph.RequireVerified();
  }
}

TEST_CASE("verification notices what is missing and what is too much", "[index]") {
  IndexedGraph graph;
  graph.Index(IndexKind::kRange, "range", {"L"}, {"p"});
  graph.Index(IndexKind::kText, "text", {"L"}, {"t"});
  graph.Add({"L"}, {{"p", Value(1)}, {"t", Value("some words")}});
  for (const auto space : {storage::KeySpace::kProperty, storage::KeySpace::kText}) {
    const auto writing = graph.Write();
    std::string key;
    REQUIRE(writing->keys()
                .Scan(space, "", "",
                      [&](std::string_view found, std::string_view) {
                        key = found;
                        return true;
                      })
                .ok());
    const std::string value = *writing->keys().Get(space, key).value();
    REQUIRE(writing->keys().Delete(space, key).ok());
    CHECK(VerifyIndexes(&writing->view()).code() == StatusCode::kCorruption);
    REQUIRE(writing->keys().Put(space, key, value).ok());
    CHECK(VerifyIndexes(&writing->view()).ok());
    ++key.back();
    REQUIRE(writing->keys().Put(space, key, value).ok());
    const Status extra = VerifyIndexes(&writing->view());
    CHECK(extra.code() == StatusCode::kCorruption);
    CHECK(extra.message().find("does not agree with the graph") != std::string::npos);
  }
}

}  // namespace
}  // namespace kith::index
