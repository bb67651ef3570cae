// SPDX-License-Identifier: Apache-2.0
// Property index entries and cursors against a plain list of entities.
#include "index/property/property_index.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "engine/base/value_compare.h"
#include "index/property/property_entry.h"
#include "tests/base/random_value.h"
#include "tests/index/memory_keys.h"

namespace kith::index {
namespace {

using storage::PropertyList;
using test::MemoryKeys;
using test::RandomValues;

IndexDefinition Definition(size_t properties, IndexKind kind = IndexKind::kRange) {
  IndexDefinition index;
  index.id = IndexId{7};
  index.name = "by_value";
  index.kind = kind;
  index.labels = {"Person"};
  index.label_ids = {LabelId{0}};
  for (size_t i = 0; i < properties; ++i) {
    index.properties.push_back("p" + std::to_string(i));
    index.property_ids.push_back(PropertyId{static_cast<uint32_t>(i)});
  }
  return index;
}

PropertyList Properties(const std::vector<Value>& values) {
  PropertyList list;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!values[i].IsNull()) list.emplace_back(PropertyId{static_cast<uint32_t>(i)}, values[i]);
  }
  return list;
}

struct Entity {
  uint64_t id = 0;
  std::vector<Value> values;
};

Status Update(const IndexDefinition& index, uint64_t id, const std::vector<Value>* before,
              const std::vector<Value>* after, MemoryKeys* keys) {
  PropertyList old_list;
  PropertyList new_list;
  if (before != nullptr) old_list = Properties(*before);
  if (after != nullptr) new_list = Properties(*after);
  size_t bytes = 0;
  return UpdatePropertyIndex(
      index, {id, before == nullptr ? nullptr : &old_list, after == nullptr ? nullptr : &new_list},
      keys, &bytes);
}

std::vector<uint64_t> Run(MemoryKeys* keys, const IndexDefinition& index, const PropertySeek& seek,
                          size_t block) {
  auto cursor = PropertyCursor::Open(keys, index, seek);
  REQUIRE(cursor.ok());
  std::vector<uint64_t> found;
  std::vector<NodeId> ids;
  for (;;) {
    REQUIRE((*cursor)->Next(block, &ids).ok());
    if (ids.empty()) return found;
    REQUIRE(ids.size() <= block);
    for (const NodeId id : ids) found.push_back(id.bits());
  }
}

// What the predicates say, evaluated on every entity.
bool Matches(const PropertySeek& seek, const std::vector<Value>& values) {
  for (const Value& value : values) {
    if (value.IsNull()) return false;
  }
  for (size_t i = 0; i < seek.equal.size(); ++i) {
    if (Equals(values[i], seek.equal[i]) != true) return false;
  }
  const size_t next = seek.equal.size();
  if (seek.in) {
    return std::any_of(seek.in->begin(), seek.in->end(),
                       [&](const Value& v) { return Equals(values[next], v) == true; });
  }
  if (seek.prefix) {
    return values[next].IsString() && values[next].AsString().starts_with(*seek.prefix);
  }
  if (seek.lower) {
    const Value& bound = seek.lower->value;
    const Ternary ok =
        seek.lower->inclusive ? LessOrEqual(bound, values[next]) : Less(bound, values[next]);
    if (ok != true) return false;
  }
  if (seek.upper) {
    const Value& bound = seek.upper->value;
    const Ternary ok =
        seek.upper->inclusive ? LessOrEqual(values[next], bound) : Less(values[next], bound);
    if (ok != true) return false;
  }
  return true;
}

std::vector<uint64_t> Expected(const std::vector<Entity>& entities, const PropertySeek& seek) {
  std::vector<const Entity*> matching;
  for (const Entity& entity : entities) {
    if (Matches(seek, entity.values)) matching.push_back(&entity);
  }
  std::sort(matching.begin(), matching.end(), [](const Entity* a, const Entity* b) {
    for (size_t i = 0; i < a->values.size(); ++i) {
      const auto order = Order(a->values[i], b->values[i]);
      if (order != 0) return order < 0;
    }
    return a->id < b->id;
  });
  if (seek.backward) std::reverse(matching.begin(), matching.end());
  std::vector<uint64_t> ids;
  for (const Entity* entity : matching) ids.push_back(entity->id);
  return ids;
}

// Long strings that share their first two kilobytes, short ones, and values of all types.
Value RandomValue(RandomValues* random) {
  if (random->Below(6) == 0) {
    std::string text(static_cast<size_t>(random->Between(1000, 1100)), 'x');
    return Value(text + random->Text());
  }
  if (random->Below(3) == 0) return Value(random->Between(-3, 3));
  return random->Indexable(1);
}

PropertySeek RandomSeek(RandomValues* random, const std::vector<Entity>& entities,
                        size_t properties) {
  const auto some_value = [&](size_t property) {
    if (random->Below(3) == 0) return RandomValue(random);
    return entities[static_cast<size_t>(random->Below(static_cast<int64_t>(entities.size())))]
        .values[property];
  };
  PropertySeek seek;
  seek.backward = random->Below(2) == 0;
  const auto equal = static_cast<size_t>(random->Below(static_cast<int64_t>(properties) + 1));
  for (size_t i = 0; i < equal; ++i) seek.equal.push_back(some_value(i));
  if (equal == properties) return seek;
  switch (random->Below(4)) {
    case 0:
      if (random->Below(3) != 0) seek.lower = KeyBound{some_value(equal), random->Below(2) == 0};
      if (random->Below(3) != 0) seek.upper = KeyBound{some_value(equal), random->Below(2) == 0};
      break;
    case 1: {
      const Value value = some_value(equal);
      const std::string text = value.IsString() ? std::string(value.AsString()) : random->Text();
      seek.prefix = text.substr(0, static_cast<size_t>(random->Below(1100)));
      break;
    }
    case 2: {
      seek.in.emplace();
      for (int64_t i = random->Below(5); i > 0; --i) seek.in->push_back(some_value(equal));
      break;
    }
    default: break;
  }
  return seek;
}

TEST_CASE("seeks find what the predicates hold for, in order", "[index]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  RandomValues random(seed);
  for (int round = 0; round < 60; ++round) {
    const auto properties = static_cast<size_t>(random.Between(1, 3));
    const IndexDefinition index = Definition(properties);
    MemoryKeys keys;
    std::vector<Entity> entities;
    for (uint64_t id = 1; id <= 60; ++id) {
      Entity entity{id, {}};
      for (size_t i = 0; i < properties; ++i) entity.values.push_back(RandomValue(&random));
      REQUIRE(Update(index, id, nullptr, &entity.values, &keys).ok());
      entities.push_back(std::move(entity));
    }
    for (int s = 0; s < 60; ++s) {
      const PropertySeek seek = RandomSeek(&random, entities, properties);
      const auto block = static_cast<size_t>(random.Between(1, 9));
      INFO("round " << round << " seek " << s << " equal " << seek.equal.size() << " backward "
                    << seek.backward);
      REQUIRE(Run(&keys, index, seek, block) == Expected(entities, seek));
    }
  }
}

TEST_CASE("an index follows every change and keeps nothing else", "[index]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  RandomValues random(seed);
  const IndexDefinition index = Definition(2);
  MemoryKeys keys;
  std::map<uint64_t, std::vector<Value>> model;
  for (int step = 0; step < 3000; ++step) {
    const auto id = static_cast<uint64_t>(random.Between(1, 30));
    const auto old = model.find(id);
    const std::vector<Value>* before = old == model.end() ? nullptr : &old->second;
    std::vector<Value> values = {RandomValue(&random), RandomValue(&random)};
    const std::vector<Value>* after = random.Below(4) == 0 ? nullptr : &values;
    REQUIRE(Update(index, id, before, after, &keys).ok());
    if (after == nullptr) {
      model.erase(id);
    } else {
      model[id] = values;
    }
  }
  std::vector<Entity> entities;
  for (const auto& [id, values] : model) entities.push_back({id, values});
  const std::vector<uint64_t> expected = Expected(entities, {});
  CHECK(Run(&keys, index, {}, 100) == expected);
  CHECK(keys.spaces[storage::KeySpace::kProperty].size() == expected.size());
  CHECK(CountEntries(&keys, index).value() == expected.size());
  for (const Entity& entity : entities) {
    REQUIRE(Update(index, entity.id, &entity.values, nullptr, &keys).ok());
  }
  CHECK(keys.spaces[storage::KeySpace::kProperty].empty());
  CHECK(CountEntries(&keys, index).value() == 0);
}

TEST_CASE("a populating index accepts entries that are there or missing already", "[index]") {
  IndexDefinition index = Definition(1);
  index.state = IndexState::kPopulating;
  MemoryKeys keys;
  const std::vector<Value> one = {Value(1)};
  const std::vector<Value> two = {Value(2)};
  REQUIRE(Update(index, 5, &one, &two, &keys).ok());
  CHECK(CountEntries(&keys, index).value() == 1);
  REQUIRE(Update(index, 5, nullptr, &two, &keys).ok());
  CHECK(CountEntries(&keys, index).value() == 1);
  REQUIRE(Update(index, 6, &one, nullptr, &keys).ok());
  CHECK(CountEntries(&keys, index).value() == 1);
  REQUIRE(Update(index, 5, &two, nullptr, &keys).ok());
  CHECK(CountEntries(&keys, index).value() == 0);
}

TEST_CASE("a unique index refuses equal tuples and names the other entity", "[index]") {
  const IndexDefinition index = Definition(2, IndexKind::kUnique);
  MemoryKeys keys;
  const std::vector<Value> first = {Value("Ada"), Value(1)};
  const std::vector<Value> same = {Value("Ada"), Value(1.0)};
  const std::vector<Value> other = {Value("Ada"), Value(2)};
  REQUIRE(Update(index, 1, nullptr, &first, &keys).ok());
  REQUIRE(Update(index, 2, nullptr, &other, &keys).ok());
  CHECK_FALSE(keys.locks.empty());
  const Status status = Update(index, 3, nullptr, &same, &keys);
  CHECK(status.code() == StatusCode::kConstraintViolation);
  CHECK(status.message() ==
        "node 1 with label Person and p0 = 'Ada', p1 = 1.0 exists already, so node 3 cannot have "
        "the same (constraint 'by_value'); change the value, or MERGE on it");
  // Setting a node's own values again is no violation.
  REQUIRE(Update(index, 1, &first, &same, &keys).ok());
  // NaN equals nothing; a missing property is no tuple.
  const std::vector<Value> nan = {Value("Ada"), Value(std::nan(""))};
  const std::vector<Value> missing = {Value("Ada"), Value()};
  REQUIRE(Update(index, 4, nullptr, &nan, &keys).ok());
  REQUIRE(Update(index, 5, nullptr, &nan, &keys).ok());
  REQUIRE(Update(index, 6, nullptr, &missing, &keys).ok());
  REQUIRE(Update(index, 7, nullptr, &missing, &keys).ok());
}

TEST_CASE("a unique index compares long strings to the last byte", "[index]") {
  const IndexDefinition index = Definition(1, IndexKind::kUnique);
  MemoryKeys keys;
  const std::string front(100'000, 'y');
  const std::vector<Value> a = {Value(front + "a")};
  const std::vector<Value> b = {Value(front + "b")};
  REQUIRE(Update(index, 1, nullptr, &a, &keys).ok());
  REQUIRE(Update(index, 2, nullptr, &b, &keys).ok());
  const Status status = Update(index, 3, nullptr, &a, &keys);
  CHECK(status.code() == StatusCode::kConstraintViolation);
  CHECK(status.message().size() < 500);
  PropertySeek seek;
  seek.equal = b;
  CHECK(Run(&keys, index, seek, 10) == std::vector<uint64_t>{2});
}

TEST_CASE("a seek that an index cannot serve is refused", "[index]") {
  const IndexDefinition index = Definition(1);
  MemoryKeys keys;
  PropertySeek seek;
  seek.equal = {Value(1)};
  seek.prefix = "a";
  CHECK(PropertyCursor::Open(&keys, index, seek).status().code() == StatusCode::kInvalidArgument);
  seek.equal.clear();
  seek.lower = KeyBound{Value(1), true};
  CHECK(PropertyCursor::Open(&keys, index, seek).status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("damaged entries are reported", "[index]") {
  const IndexDefinition index = Definition(1);
  MemoryKeys keys;
  keys.spaces[storage::KeySpace::kProperty][std::string("\0\0\0\7\x30", 5)] = "";
  auto cursor = PropertyCursor::Open(&keys, index, {});
  REQUIRE(cursor.ok());
  std::vector<NodeId> ids;
  CHECK((*cursor)->Next(10, &ids).code() == StatusCode::kCorruption);
}

TEST_CASE("estimates are exact when small and sensible when large", "[index]") {
  const IndexDefinition index = Definition(1);
  MemoryKeys keys;
  for (int i = 0; i < 10'000; ++i) {
    const std::vector<Value> values = {Value(i / 4)};
    REQUIRE(Update(index, static_cast<uint64_t>(i), nullptr, &values, &keys).ok());
  }
  PropertySeek seek;
  seek.equal = {Value(77)};
  CHECK(EstimateSeek(&keys, index, seek).value() == 4);
  seek.equal = {Value(-1)};
  CHECK(EstimateSeek(&keys, index, seek).value() == 0);
  seek.equal.clear();
  seek.lower = KeyBound{Value(1250), true};
  CHECK(EstimateSeek(&keys, index, seek).value() == Approx(5000).epsilon(0.05));
  seek.upper = KeyBound{Value(1255), true};
  CHECK(EstimateSeek(&keys, index, seek).value() == 24);
  CHECK(EstimateSeek(&keys, index, {}).value() == 10'000);
  CHECK(EstimateRowsPerKey(&keys, index, 1).value() == Approx(4).epsilon(0.05));
}

}  // namespace
}  // namespace kith::index
