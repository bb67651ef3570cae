// SPDX-License-Identifier: Apache-2.0
// The contract of ReadView and Transaction: savepoints, key spaces, conflicts, sinks. See
// contract_reading.h.
#include <array>
#include <catch2/catch.hpp>

#include "engine/base/key_codec.h"
#include "tests/storage/contract_reading.h"

namespace kith::storage {

TEST_CASE("savepoints undo the graph, the key spaces and the counts", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "folds", "toy");
  Fixture fixture(backend);
  const LabelId a = *fixture.catalog().LabelFor("A");
  const RelTypeId t = *fixture.catalog().RelTypeFor("T");
  const PropertyId p = *fixture.catalog().PropertyFor("p");
  auto writer = fixture.Begin(TransactionMode::kWrite);
  const NodeId x = *writer->CreateNode(std::array{a}, std::array{PropertyWrite{p, Value(1)}});
  const NodeId y = *writer->CreateNode({}, {});
  const RelId r = *writer->CreateRelationship(x, t, y, {});
  REQUIRE(writer->keys().Put(KeySpace::kText, "k", "1").ok());
  REQUIRE(writer->keys().Add("c", 5).ok());
  const uint64_t outer = writer->Savepoint();
  REQUIRE(writer->SetProperties(x, std::array{PropertyWrite{p, Value(2)}}).ok());
  const uint64_t inner = writer->Savepoint();
  REQUIRE(writer->DeleteRelationship(r).ok());
  REQUIRE(writer->DeleteNode(x).ok());
  REQUIRE(writer->CreateNode(std::array{a}, {}).ok());
  REQUIRE(writer->AddLabels(y, std::array{a}).ok());
  REQUIRE(writer->keys().Put(KeySpace::kText, "k", "2").ok());
  REQUIRE(writer->keys().Delete(KeySpace::kText, "k").ok());
  REQUIRE(writer->keys().Put(KeySpace::kText, "new", "3").ok());
  REQUIRE(writer->keys().Add("c", 7).ok());
  REQUIRE(writer->RollbackTo(inner).ok());
  ReadView& view = writer->view();
  CHECK(PropertyOf(view, x, p) == Value(2));
  CHECK(Bits(Members(view, a)) == std::vector{x.AsInteger()});
  CHECK(Expanded(view, {x}, Direction::kOutgoing).relationships == std::vector{r});
  CHECK(**writer->keys().Get(KeySpace::kText, "k") == "1");
  CHECK(!writer->keys().Get(KeySpace::kText, "new")->has_value());
  CHECK(*writer->keys().Counter("c") == 5);
  CHECK(writer->counts().nodes_created == 2);
  CHECK(writer->counts().nodes_deleted == 0);
  // A savepoint that was returned to stays open; a released one does not.
  REQUIRE(writer->RollbackTo(inner).ok());
  writer->ReleaseSavepoint(inner);
  CHECK(writer->RollbackTo(inner).code() == StatusCode::kInvalidArgument);
  REQUIRE(writer->RollbackTo(outer).ok());
  CHECK(PropertyOf(view, x, p) == Value(1));
  writer->ReleaseSavepoint(outer);
  REQUIRE(writer->Commit().ok());
  writer.reset();
  auto reader = fixture.Begin(TransactionMode::kRead);
  CHECK(PropertyOf(reader->view(), x, p) == Value(1));
  CHECK(*reader->view().keys().Counter("c") == 5);
  CHECK(**reader->view().keys().Get(KeySpace::kText, "k") == "1");
}

TEST_CASE("key spaces are ordered, scanned both ways, and seen by their own transaction",
          "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "folds", "toy");
  Fixture fixture(backend);
  auto writer = fixture.Begin(TransactionMode::kWrite);
  for (const char* key : {"b", "d", "a", "c\x01", "c"}) {
    REQUIRE(writer->keys().Put(KeySpace::kProperty, key, std::string("v") + key).ok());
  }
  REQUIRE(writer->keys().Put(KeySpace::kText, "b", "other space").ok());
  REQUIRE(writer->Commit().ok());
  writer = fixture.Begin(TransactionMode::kWrite);
  REQUIRE(writer->keys().Delete(KeySpace::kProperty, "b").ok());
  REQUIRE(writer->keys().Put(KeySpace::kProperty, "d", "new").ok());
  REQUIRE(writer->keys().Put(KeySpace::kProperty, "bb", "new").ok());
  REQUIRE(writer->keys().Put(KeySpace::kProperty, "e", "new").ok());
  const auto keys = [](KeySpaceReader& reader, std::string_view lower, std::string_view upper,
                       bool backwards, size_t limit) {
    std::vector<std::string> found;
    const auto visit = [&](std::string_view key, std::string_view) {
      found.emplace_back(key);
      return found.size() < limit;
    };
    REQUIRE((backwards ? reader.ScanBackwards(KeySpace::kProperty, lower, upper, visit)
                       : reader.Scan(KeySpace::kProperty, lower, upper, visit))
                .ok());
    return found;
  };
  using Strings = std::vector<std::string>;
  const auto check = [&](KeySpaceReader& reader) {
    CHECK(keys(reader, "", "", false, 99) == Strings{"a", "bb", "c", "c\x01", "d", "e"});
    CHECK(keys(reader, "", "", true, 99) == Strings{"e", "d", "c\x01", "c", "bb", "a"});
    CHECK(keys(reader, "bb", "d", false, 99) == Strings{"bb", "c", "c\x01"});
    CHECK(keys(reader, "bb", "d", true, 99) == Strings{"c\x01", "c", "bb"});
    CHECK(keys(reader, "b", "", false, 2) == Strings{"bb", "c"});
    CHECK(keys(reader, "", "e", true, 2) == Strings{"d", "c\x01"});
    CHECK(keys(reader, "d", "b", false, 99).empty());
    CHECK(keys(reader, "d", "b", true, 99).empty());
    CHECK(keys(reader, "x", "", false, 99).empty());
    CHECK(keys(reader, "x", "", true, 99).empty());
  };
  check(writer->keys());
  check(writer->view().keys());
  REQUIRE(writer->Commit().ok());
  writer.reset();
  if (backend == "disk") fixture.Reopen();
  auto reader = fixture.Begin(TransactionMode::kRead);
  check(reader->view().keys());
  CHECK(**reader->view().keys().Get(KeySpace::kProperty, "d") == "new");
  CHECK(reader->view().keys().Get(KeySpace::kCounter, "x").status().code() ==
        StatusCode::kInvalidArgument);
  // A visitor may read, and scan, within a scan.
  size_t pairs = 0;
  REQUIRE(reader->view()
              .keys()
              .Scan(KeySpace::kProperty, "", "",
                    [&](std::string_view, std::string_view) {
                      REQUIRE(reader->view()
                                  .keys()
                                  .Scan(KeySpace::kProperty, "", "",
                                        [&](std::string_view, std::string_view) {
                                          ++pairs;
                                          return true;
                                        })
                                  .ok());
                      return true;
                    })
              .ok());
  CHECK(pairs == 36);
}

TEST_CASE("a read-only transaction refuses to write", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "folds", "toy");
  Fixture fixture(backend);
  const PropertyId p = *fixture.catalog().PropertyFor("p");
  auto reader = fixture.Begin(TransactionMode::kRead);
  CHECK(reader->read_only());
  CHECK(reader->CreateNode({}, {}).status().code() == StatusCode::kReadOnly);
  CHECK(reader->SetProperties(NodeId(), std::array{PropertyWrite{p, Value(1)}}).code() ==
        StatusCode::kReadOnly);
  CHECK(reader->DeleteNode(NodeId()).code() == StatusCode::kReadOnly);
  CHECK(reader->keys().Put(KeySpace::kText, "k", "v").code() == StatusCode::kReadOnly);
  CHECK(reader->keys().Add("k", 1).code() == StatusCode::kReadOnly);
  CHECK(reader->keys().Lock("k").code() == StatusCode::kReadOnly);
  CHECK(reader->Commit().ok());
}

TEST_CASE("a transaction that has ended cannot be committed again", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "folds", "toy");
  Fixture fixture(backend);
  const PropertyId p = *fixture.catalog().PropertyFor("p");
  auto winner = fixture.Begin(TransactionMode::kWrite);
  const NodeId node = *winner->CreateNode({}, {});
  REQUIRE(winner->Commit().ok());
  CHECK(winner->Commit().code() == StatusCode::kInvalidArgument);
  winner = fixture.Begin(TransactionMode::kWrite);
  auto loser = fixture.Begin(TransactionMode::kWrite);
  REQUIRE(winner->SetProperties(node, std::array{PropertyWrite{p, Value(1)}}).ok());
  REQUIRE(loser->SetProperties(node, std::array{PropertyWrite{p, Value(2)}}).ok());
  REQUIRE(winner->Commit().ok());
  CHECK(loser->Commit().code() == StatusCode::kConflict);
  CHECK(loser->Commit().code() == StatusCode::kInvalidArgument);
  auto undone = fixture.Begin(TransactionMode::kWrite);
  REQUIRE(undone->CreateNode({}, {}).ok());
  undone->Rollback();
  CHECK(undone->Commit().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("transactions conflict where snapshot isolation says so, and nowhere else", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "folds", "toy");
  Fixture fixture(backend);
  const RelTypeId t = *fixture.catalog().RelTypeFor("T");
  const LabelId a = *fixture.catalog().LabelFor("A");
  const PropertyId p = *fixture.catalog().PropertyFor("p");
  auto setup = fixture.Begin(TransactionMode::kWrite);
  const NodeId x = *setup->CreateNode({}, {});
  const NodeId y = *setup->CreateNode({}, {});
  const RelId r = *setup->CreateRelationship(x, t, y, {});
  REQUIRE(setup->Commit().ok());
  setup.reset();
  using Change = std::function<Status(Transaction&)>;
  const auto set = [&](Value value) -> Change {
    return [=](Transaction& tx) {
      return tx.SetProperties(x, std::array{PropertyWrite{p, value}});
    };
  };
  const Change label = [&](Transaction& tx) { return tx.AddLabels(x, std::array{a}); };
  const Change set_y = [&](Transaction& tx) {
    return tx.SetProperties(y, std::array{PropertyWrite{p, Value(1)}});
  };
  const Change set_rel = [&](Transaction& tx) {
    return tx.SetProperties(r, std::array{PropertyWrite{p, Value(1)}});
  };
  const Change attach = [&](Transaction& tx) {
    return tx.CreateRelationship(y, t, x, {}).status();
  };
  const Change detach_delete = [&](Transaction& tx) -> Status {
    KITH_RETURN_IF_ERROR(tx.DeleteRelationship(r));
    return tx.DeleteNode(y);
  };
  const Change delete_rel = [&](Transaction& tx) { return tx.DeleteRelationship(r); };
  const Change lock = [&](Transaction& tx) { return tx.keys().Lock("unique"); };
  const Change add = [&](Transaction& tx) { return tx.keys().Add("n", 1); };
  // What the second of two overlapping transactions gets; neither leaves a trace.
  const auto second_fails = [&](const Change& first, const Change& second, bool late) {
    Fixture fresh(backend);
    for (const char* name : {"T"}) REQUIRE(fresh.catalog().RelTypeFor(name).ok());
    REQUIRE(fresh.catalog().LabelFor("A").ok());
    REQUIRE(fresh.catalog().PropertyFor("p").ok());
    auto start = fresh.Begin(TransactionMode::kWrite);
    REQUIRE(*start->CreateNode({}, {}) == x);
    REQUIRE(*start->CreateNode({}, {}) == y);
    REQUIRE(*start->CreateRelationship(x, t, y, {}) == r);
    REQUIRE(start->Commit().ok());
    auto one = fresh.Begin(TransactionMode::kWrite);
    auto two = fresh.Begin(TransactionMode::kWrite);
    // The conflict may show at the write or at the commit.
    Status status;
    if (late) status = second(*two);
    REQUIRE(first(*one).ok());
    REQUIRE(one->Commit().ok());
    if (!late) status = second(*two);
    if (status.ok()) status = two->Commit();
    CHECK((status.ok() || status.code() == StatusCode::kConflict));
    CHECK(status.IsRetryable() == !status.ok());
    return !status.ok();
  };
  const bool late = GENERATE(false, true);
  CHECK(second_fails(set(Value(1)), set(Value(2)), late));
  CHECK(second_fails(set(Value()), set(Value()), late));
  CHECK(second_fails(set(Value(1)), label, late));
  CHECK(!second_fails(set(Value(1)), set_y, late));
  CHECK(second_fails(set_rel, delete_rel, late));
  CHECK(second_fails(delete_rel, set_rel, late));
  CHECK(second_fails(delete_rel, delete_rel, late));
  CHECK(!second_fails(attach, attach, late));
  CHECK(!second_fails(attach, set(Value(1)), late));
  CHECK(!second_fails(set(Value(1)), attach, late));
  CHECK(second_fails(attach, detach_delete, late));
  CHECK(second_fails(detach_delete, attach, late));
  CHECK(second_fails(detach_delete, set_y, late));
  CHECK(second_fails(set_y, detach_delete, late));
  CHECK(second_fails(lock, lock, late));
  CHECK(!second_fails(add, add, late));
}

namespace {

// Keeps, through the key-space writer, how many nodes have each number of labels; refuses a node
// with the label it dislikes.
class CountingSink final : public ChangeSink {
 public:
  explicit CountingSink(LabelId forbidden) : forbidden_(forbidden) {}
  Status OnNodeChange(const NodeChange& change, Transaction& transaction) override {
    std::string key = "node ";
    AppendBigEndian64(change.id.bits(), &key);
    if (change.after == nullptr) return transaction.keys().Delete(KeySpace::kText, key);
    KITH_RETURN_IF_ERROR(
        transaction.keys().Put(KeySpace::kText, key, std::to_string(change.after->labels.size())));
    for (const LabelId label : change.after->labels) {
      if (label == forbidden_) return Status(StatusCode::kConstraintViolation, "forbidden");
    }
    if (change.before != nullptr) ++updates;
    return Status::Ok();
  }
  Status OnRelationshipChange(const RelationshipChange& change, Transaction& transaction) override {
    const bool created = change.before == nullptr;
    const bool deleted = change.after == nullptr;
    return transaction.keys().Add("relationships", created ? 1 : deleted ? -1 : 0);
  }
  int updates = 0;

 private:
  LabelId forbidden_;
};

}  // namespace

TEST_CASE("sinks see every change, and their refusal undoes it", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "folds", "toy");
  Fixture fixture(backend);
  const LabelId good = *fixture.catalog().LabelFor("Good");
  const LabelId bad = *fixture.catalog().LabelFor("Bad");
  const RelTypeId t = *fixture.catalog().RelTypeFor("T");
  CountingSink sink(bad);
  fixture.store().AddChangeSink(&sink);
  auto writer = fixture.Begin(TransactionMode::kWrite);
  const NodeId x = *writer->CreateNode(std::array{good}, {});
  CHECK(writer->CreateNode(std::array{good, bad}, {}).status().code() ==
        StatusCode::kConstraintViolation);
  CHECK(writer->AddLabels(x, std::array{bad}).code() == StatusCode::kConstraintViolation);
  REQUIRE(writer->CreateRelationship(x, t, x, {}).ok());
  CHECK(Bits(Members(writer->view(), good)) == std::vector{x.AsInteger()});
  CHECK(Members(writer->view(), bad).empty());
  size_t entries = 0;
  REQUIRE(writer->keys()
              .Scan(KeySpace::kText, "", "",
                    [&](std::string_view, std::string_view value) {
                      ++entries;
                      CHECK(value == "1");
                      return true;
                    })
              .ok());
  CHECK(entries == 1);
  CHECK(*writer->keys().Counter("relationships") == 1);
  CHECK(writer->counts().nodes_created == 1);
  CHECK(writer->counts().labels_added == 1);
  REQUIRE(writer->Commit().ok());
}

TEST_CASE("a schema change excludes the transactions that began before it", "[storage]") {
  const std::string backend = GENERATE(as<std::string>(), "memory", "disk", "folds", "toy");
  Fixture fixture(backend);
  auto before = fixture.Begin(TransactionMode::kWrite);
  REQUIRE(before->CreateNode({}, {}).ok());
  bool published = false;
  REQUIRE(fixture.store()
              .ChangeSchema(
                  [](Transaction& transaction) {
                    return transaction.keys().Put(KeySpace::kSchema, "index", "definition");
                  },
                  [&] { published = true; })
              .ok());
  CHECK(published);
  auto after = fixture.Begin(TransactionMode::kWrite);
  CHECK(after->view().keys().Get(KeySpace::kSchema, "index")->has_value());
  REQUIRE(after->CreateNode({}, {}).ok());
  CHECK(before->Commit().code() == StatusCode::kConflict);
  CHECK(after->Commit().ok());
  published = false;
  CHECK(fixture.store()
            .ChangeSchema([](Transaction&) { return Status(StatusCode::kCancelled, "no"); },
                          [&] { published = true; })
            .code() == StatusCode::kCancelled);
  CHECK(!published);
  REQUIRE(fixture.Begin(TransactionMode::kWrite)->CreateNode({}, {}).ok());
}

TEST_CASE("a commit that is to be durable later is seen at once and kept", "[storage]") {
  const std::string backend = GENERATE("disk", "memory", "folds", "toy");
  CAPTURE(backend);
  Fixture fixture(backend);
  const auto create = [&](Durability durability) {
    const auto writer = fixture.Begin(TransactionMode::kWrite);
    REQUIRE(writer->CreateNode({}, {}).ok());
    REQUIRE(writer->Commit(durability).ok());
  };
  const auto count = [&] {
    const auto reader = fixture.Begin(TransactionMode::kRead);
    return reader->view().GetStatistics().value()->NodeCount();
  };
  create(Durability::kLater);
  CHECK(count() == 1);
  create(Durability::kLater);
  REQUIRE(fixture.store().Sync().ok());
  REQUIRE(fixture.store().Sync().ok());
  create(Durability::kLater);
  create(Durability::kOnReturn);
  create(Durability::kLater);
  CHECK(count() == 5);
  if (backend != "disk") return;
  fixture.Reopen();
  CHECK(count() == 5);
}

}  // namespace kith::storage
