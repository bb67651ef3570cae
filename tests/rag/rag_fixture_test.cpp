// SPDX-License-Identifier: Apache-2.0
// The fixture's parts; linked into the same binary as the tests that use it.
#include <algorithm>
#include <catch2/catch.hpp>

#include "rag/ingest/term_lookup.h"
#include "tests/rag/rag_fixture.h"

namespace kith::rag {
namespace {

using storage::Adjacency;
using storage::Direction;

std::vector<NodeId> Ids(const Map& parameters, std::string_view name) {
  std::vector<NodeId> nodes;
  for (const auto& [key, value] : parameters) {
    if (key != name) continue;
    for (const Value& id : value.AsList()) {
      if (id.IsInteger()) nodes.emplace_back(static_cast<uint64_t>(id.AsInteger()));
    }
  }
  return nodes;
}

std::vector<NodeId> All(storage::ReadView* view, LabelId label) {
  std::vector<NodeId> nodes;
  const std::vector<GroupId> groups = view->LabelGroups(label).value();
  for (const GroupId group : groups) {
    storage::SlotBitmap members;
    REQUIRE(view->LabelNodes(group, label, &members).ok());
    for (uint32_t slot = 0; slot < kGroupSlots; ++slot) {
      if (members.Contains(slot)) nodes.emplace_back(group, slot);
    }
  }
  return nodes;
}

class RowMaker {
 public:
  RowMaker(storage::ReadView* view, const GraphNames& names) : view_(*view), names_(names) {}

  Adjacency Expand(const std::vector<NodeId>& nodes, RelTypeId type, Direction direction) {
    Adjacency adjacency;
    const RelTypeId types[] = {type};
    storage::ExpandOptions options;
    options.types = types;
    options.direction = direction;
    REQUIRE(view_.Expand(nodes, options, &adjacency).ok());
    return adjacency;
  }

  void About(const Value& seed, NodeId entity) {
    const Adjacency about = Expand({entity}, names_.about, Direction::kIncoming);
    storage::Column kinds;
    REQUIRE(view_.Gather(std::span<const RelId>(about.relationships), names_.kind, &kinds).ok());
    for (size_t i = 0; i < about.neighbours.size(); ++i) {
      if (kinds.At(i).AsString() == "link") continue;
      Add(seed, Value(entity.AsInteger()), "about", about.neighbours[i]);
    }
  }

  void Mentioned(NodeId entity) {
    const Adjacency mentions = Expand({entity}, names_.mentions, Direction::kIncoming);
    for (const NodeId chunk : mentions.neighbours) {
      Add(Value(), Value(entity.AsInteger()), "mentioned-by", chunk);
    }
  }

  void Seeds(const std::vector<NodeId>& seeds) {
    for (const NodeId seed : seeds) {
      const Adjacency mentions = Expand({seed}, names_.mentions, Direction::kOutgoing);
      for (const NodeId entity : mentions.neighbours) {
        About(Value(seed.AsInteger()), entity);
      }
      const Adjacency links = Expand({seed}, names_.links_to, Direction::kOutgoing);
      std::vector<uint8_t> is_document;
      REQUIRE(view_.HaveLabel(links.neighbours, names_.document, &is_document).ok());
      for (size_t i = 0; i < links.neighbours.size(); ++i) {
        if (is_document[i] != 0) {
          Add(Value(seed.AsInteger()), Value(), "links", links.neighbours[i]);
        }
      }
    }
  }

  std::vector<std::vector<Value>> rows;

 private:
  void Add(const Value& seed, const Value& entity, const char* hop, NodeId target) {
    rows.push_back({seed, entity, Value(hop), Value(target.AsInteger())});
  }

  storage::ReadView& view_;
  const GraphNames& names_;
};

}  // namespace

Result<std::vector<std::vector<Value>>> ViewRunner::Run(std::string_view statement,
                                                        const Map& parameters) {
  storage::ReadView& view = transaction_.view();
  const GraphNames names = GraphNames::Find(view.catalog()).value();
  RowMaker maker(&view, names);
  if (statement.find("$entities") != std::string_view::npos) {
    std::set<std::string> keys;
    for (const auto& [key, value] : parameters) {
      if (key != "entities") continue;
      for (const Value& entity : value.AsList()) keys.emplace(entity.AsString());
    }
    for (const NodeId entity : keys.empty() ? std::vector<NodeId>() : All(&view, names.entity)) {
      const NodeId nodes[] = {entity};
      storage::Column column;
      REQUIRE(view.Gather(nodes, names.key, &column).ok());
      if (!keys.contains(std::string(column.At(0).AsString()))) continue;
      maker.About(Value(), entity);
      maker.Mentioned(entity);
    }
  }
  maker.Seeds(Ids(parameters, "seeds"));
  for (const NodeId entity : Ids(parameters, "names")) maker.Mentioned(entity);
  return std::move(maker.rows);
}

Result<std::string> ViewRunner::Explain(std::string_view statement, const Map&) {
  return "plan of " + std::to_string(statement.size()) + " bytes of Cypher\n";
}

std::unique_ptr<RagDatabase> RagDatabase::Make(const std::string& path) {
  storage::GraphStoreOptions options;
  options.path = path;
  return Make(storage::GraphStore::Open(options).value());
}

std::unique_ptr<RagDatabase> RagDatabase::Make(std::unique_ptr<storage::GraphStore> store) {
  auto database = std::make_unique<RagDatabase>();
  database->store = std::move(store);
  database->indexes = index::IndexManager::Open(database->store.get()).value();
  const StatementRunnerFactory runners =
      [](storage::Transaction& transaction, const Interrupt&,
         MemoryBudget&) -> Result<std::unique_ptr<query::StatementRunner>> {
    return std::unique_ptr<query::StatementRunner>(new ViewRunner(&transaction));
  };
  database->pipeline =
      Pipeline::Create(database->store.get(), database->indexes.get(), runners, nullptr).value();
  return database;
}

std::multiset<std::string> RagDatabase::Everything() {
  const auto transaction = store->Begin(storage::TransactionMode::kRead).value();
  storage::ReadView& view = transaction->view();
  std::multiset<std::string> all;
  std::map<NodeId, std::string> shown;
  std::vector<NodeId> nodes;
  const std::vector<GroupId> groups = view.LabelGroups(std::nullopt).value();
  for (const GroupId group : groups) {
    storage::SlotBitmap members;
    REQUIRE(view.LabelNodes(group, std::nullopt, &members).ok());
    for (uint32_t slot = 0; slot < kGroupSlots; ++slot) {
      if (members.Contains(slot)) nodes.emplace_back(group, slot);
    }
  }
  const auto show = [&](const storage::PropertyList& properties) {
    std::string text;
    for (const auto& [property, value] : properties) {
      text += std::string(view.catalog().PropertyName(property)) + "=" + value.ToString() + ";";
    }
    return text;
  };
  std::vector<storage::PropertyList> properties;
  REQUIRE(view.Properties(std::span<const NodeId>(nodes), &properties).ok());
  std::vector<std::vector<LabelId>> labels;
  REQUIRE(view.Labels(nodes, &labels).ok());
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (const LabelId label : labels[i]) {
      shown[nodes[i]] += ":" + std::string(view.catalog().LabelName(label));
    }
    shown[nodes[i]] += "{" + show(properties[i]) + "}";
    all.insert(shown[nodes[i]]);
  }
  Adjacency out;
  REQUIRE(view.Expand(nodes, {}, &out).ok());
  std::vector<storage::PropertyList> of_relationships;
  REQUIRE(view.Properties(std::span<const RelId>(out.relationships), &of_relationships).ok());
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (size_t at = out.offsets[i]; at < out.offsets[i + 1]; ++at) {
      all.insert(shown[nodes[i]] + "-[" + std::string(view.catalog().RelTypeName(out.types[at])) +
                 " " + show(of_relationships[at]) + "]->" + shown[out.neighbours[at]]);
    }
  }
  const std::vector<std::pair<uint64_t, NodeId>> terms = AllTerms(&view.keys()).value();
  for (const auto& [term, chunk] : terms) {
    all.insert(std::to_string(term) + " in " + shown[chunk]);
  }
  if (const auto names = GraphNames::Find(view.catalog())) {
    const RagIndexes found = FindIndexes(*indexes->catalog(), *names);
    if (found.complete()) {
      const auto size = indexes->text().Size(&view, *found.chunk_text).value();
      all.insert("text index: " + std::to_string(size.documents) + " chunks of " +
                 std::to_string(size.average_length) + " words");
    }
  }
  REQUIRE(index::VerifyIndexes(&view).ok());
  const auto statistics = view.GetStatistics().value();
  all.insert("counters: " + std::to_string(statistics->NodeCount()) + " nodes, " +
             std::to_string(statistics->RelationshipCount()) + " relationships");
  return all;
}

TEST_CASE("an empty database shows nothing but its counters", "[rag]") {
  CHECK(RagDatabase::Make()->Everything() ==
        std::multiset<std::string>{"counters: 0 nodes, 0 relationships"});
}

}  // namespace kith::rag
