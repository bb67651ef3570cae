// SPDX-License-Identifier: Apache-2.0
// A database that is followed through the C++ API: statements see what another handle writes,
// plans and indexes included.
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>

#include "kith/kith.h"
#include "tests/temporary_folder.h"

namespace kith {
namespace {

std::unique_ptr<Database> OpenFollowed(const std::string& path, bool follow) {
  Options options;
  options.read_only = follow;
  options.follow = follow;
  options.memory_limit_bytes = size_t{128} << 20;
  auto database = Database::Open(path, options);
  INFO(database.status().ToString());
  REQUIRE(database.ok());
  return *std::move(database);
}

Value OneValue(Connection& connection, std::string_view statement) {
  auto cursor = connection.Execute(statement);
  INFO(cursor.status().ToString());
  REQUIRE(cursor.ok());
  REQUIRE(cursor->Next());
  return cursor->Get(0);
}

void RunStatement(Connection& connection, std::string_view statement) {
  auto cursor = connection.Execute(statement);
  INFO(cursor.status().ToString());
  REQUIRE(cursor.ok());
}

/// Waits, however long it takes.
void AwaitValue(Connection& connection, std::string_view statement, const Value& value) {
  while (!(OneValue(connection, statement) == value)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

TEST_CASE("a followed database shows what is written, and its indexes", "[engine]") {
  const TemporaryFolder folder;
  const auto written = OpenFollowed(folder.database(), false);
  const auto writer = written->Connect();
  const auto followed = OpenFollowed(folder.database(), true);
  const auto reader = followed->Connect();
  constexpr const char* kCount = "MATCH (p:Person) RETURN count(*)";
  constexpr const char* kFind = "MATCH (p:Person {name: 'Ada'}) RETURN count(*)";
  CHECK(OneValue(*reader, kCount) == Value(0));
  RunStatement(*writer, "UNWIND range(1, 500) AS i CREATE (:Person {name: 'n' + toString(i)})");
  RunStatement(*writer, "CREATE (:Person {name: 'Ada'})");
  AwaitValue(*reader, kFind, Value(1));
  CHECK(OneValue(*reader, kCount) == Value(501));

  RunStatement(*writer, "CREATE INDEX people FOR (p:Person) ON (p.name)");
  AwaitValue(*reader, "SHOW INDEXES YIELD name RETURN count(*)", Value(1));
  auto plan = reader->Execute(std::string("EXPLAIN ") + kFind);
  REQUIRE(plan.ok());
  CHECK(plan->plan().find("NodeIndexSeek") != std::string::npos);
  CHECK(OneValue(*reader, kFind) == Value(1));
  RunStatement(*writer, "CREATE (:Person {name: 'Ada'})");
  AwaitValue(*reader, kFind, Value(2));

  RunStatement(*writer, "CREATE FULLTEXT INDEX words FOR (p:Person) ON EACH [p.name]");
  constexpr const char* kWords =
      "CALL db.index.fulltext.queryNodes('words', 'ada') YIELD node RETURN count(*)";
  AwaitValue(*reader, "SHOW INDEXES YIELD name RETURN count(*)", Value(2));
  CHECK(OneValue(*reader, kWords) == Value(2));
  RunStatement(*writer, "MATCH (p:Person {name: 'Ada'}) WITH p LIMIT 1 DELETE p");
  AwaitValue(*reader, kWords, Value(1));
  RunStatement(*writer, "DROP INDEX words");
  AwaitValue(*reader, "SHOW INDEXES YIELD name RETURN count(*)", Value(1));
}

TEST_CASE("an open transaction of a followed database keeps its state", "[engine]") {
  const TemporaryFolder folder;
  const auto written = OpenFollowed(folder.database(), false);
  const auto writer = written->Connect();
  RunStatement(*writer, "CREATE (:N)");
  const auto followed = OpenFollowed(folder.database(), true);
  const auto old = followed->Connect();
  const auto reader = followed->Connect();
  constexpr const char* kCount = "MATCH (n:N) RETURN count(*)";
  REQUIRE(old->Begin().ok());
  CHECK(OneValue(*old, kCount) == Value(1));
  RunStatement(*writer, "CREATE (:N)");
  AwaitValue(*reader, kCount, Value(2));
  CHECK(OneValue(*old, kCount) == Value(1));
  REQUIRE(old->Commit().ok());
  CHECK(OneValue(*old, kCount) == Value(2));
  CHECK(old->Execute("CREATE (:N)").status().code() == StatusCode::kReadOnly);
}

TEST_CASE("follow asks for read_only", "[engine]") {
  const TemporaryFolder folder;
  Options options;
  options.follow = true;
  CHECK(Database::Open(folder.database(), options).status().code() == StatusCode::kInvalidArgument);
}

}  // namespace kith
