// SPDX-License-Identifier: Apache-2.0
// The nine queries of the Labelled Subgraph Query Benchmark over its smallest data set give the
// published counts. Skipped with a message where the data is not at hand.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/query/query_database.h"

namespace kith::query {
namespace {

namespace fs = std::filesystem;

fs::path Folder() {
  const char* shared = std::getenv("KITH_SHARED");
  return (shared != nullptr ? fs::path(shared) : fs::path(KITH_SOURCE_DIR) / ".." / "shared") /
         "lsqb";
}

std::string ReadText(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// isPartOf -> IS_PART_OF
std::string TypeName(const std::string& name) {
  std::string type;
  for (char c : name) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0) type += '_';
    type += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return type;
}

// The integers of each line but the first.
Value Table(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  List rows;
  while (std::getline(file, line)) {
    List row;
    std::stringstream cells(line);
    std::string cell;
    while (std::getline(cells, cell, '|')) row.emplace_back(int64_t{std::stoll(cell)});
    if (!row.empty()) rows.emplace_back(std::move(row));
  }
  return Value(std::move(rows));
}

void Load(QueryDatabase& database) {
  std::vector<fs::path> relationships;
  for (const auto& entry : fs::directory_iterator(Folder() / "data" / "sfexample")) {
    const std::string name = entry.path().stem().string();
    if (name.find('_') != std::string::npos) {
      relationships.push_back(entry.path());
      continue;
    }
    const std::string labels = name == "Post" || name == "Comment" ? name + ":Message" : name;
    REQUIRE(database
                .Run("UNWIND $rows AS row CREATE (:" + labels + " {id: row[0]})",
                     {{"rows", Table(entry.path())}})
                .ok());
  }
  for (const fs::path& path : relationships) {
    const std::string name = path.stem().string();
    const size_t first = name.find('_');
    const size_t last = name.rfind('_');
    REQUIRE(database
                .Run("UNWIND $rows AS row MATCH (a:" + name.substr(0, first) +
                         " {id: row[0]}), (b:" + name.substr(last + 1) +
                         " {id: row[1]}) CREATE (a)-[:" +
                         TypeName(name.substr(first + 1, last - first - 1)) + "]->(b)",
                     {{"rows", Table(path)}})
                .ok());
  }
}

TEST_CASE("LSQB's counts on its example data", "[query]") {
  if (!fs::exists(Folder() / "data" / "sfexample")) {
    WARN("skipped: no LSQB data at " << Folder() << "; set KITH_SHARED");
    return;
  }
  QueryDatabase database;
  Load(database);
  std::ifstream expected(Folder() / "expected-sfexample.tsv");
  int query = 0;
  int64_t count = 0;
  int checked = 0;
  while (expected >> query >> count) {
    const std::string file = "q" + std::to_string(query) + ".cypher";
    INFO(file);
    CHECK(database.Single(ReadText(Folder() / "cypher" / file)) == Value(count));
    ++checked;
  }
  CHECK(checked == 9);
}

}  // namespace
}  // namespace kith::query
