// SPDX-License-Identifier: Apache-2.0
// kill -9 while documents are ingested: those that are there afterwards are the first of the
// folder, each whole, and at least those that were reported as done.
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "tests/clean_database.h"
#include "tests/killed_child.h"
#include "tests/rag/rag_fixture.h"
#include "tests/temporary_folder.h"

namespace kith::rag {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolderVariable = "KITH_RAG_KILL_FOLDER";
constexpr size_t kDocuments = 150;

std::string VillageUri(size_t i) {
  return "d" + std::to_string(1000 + i) + ".md";
}

/// Each names itself, links to a later one, and mentions an earlier and a later one.
std::string VillageText(size_t i) {
  const auto name = [](size_t of) { return "Village number " + std::to_string(of % kDocuments); };
  return "# " + name(i) + "\n\n" + name(i) + " lies near " + name(i * 7 + 3) + " and [" +
         name(i + 1) + "](" + VillageUri((i + 1) % kDocuments) + ").\n\n## The market of " +
         name(i) + "\n\nThe market is older than that of " + name(i / 2) + ".\n";
}

// Runs in the process that is killed: says on its standard output how many are done.
TEST_CASE("ingests until it is killed", "[.rag_kill_child]") {
  const char* folder = std::getenv(kFolderVariable);
  REQUIRE(folder != nullptr);
  const auto database = RagDatabase::Make(std::string(folder) + "/database");
  IngestOptions options;
  options.progress = [](const IngestProgress& at) {
    const std::string line = std::to_string(at.documents_done) + "\n";
    return write(STDOUT_FILENO, line.data(), line.size()) > 0;
  };
  REQUIRE(database->pipeline->Ingest(std::string(folder) + "/documents", options).ok());
  for (;;) pause();
}

size_t CountDocuments(RagDatabase* database) {
  const auto reading = database->store->Begin(storage::TransactionMode::kRead).value();
  const auto names = GraphNames::Find(reading->view().catalog());
  if (!names) return 0;
  return reading->view().GetStatistics().value()->NodeCount(names->document);
}

}  // namespace

TEST_CASE("an ingest that is killed leaves the first documents, each whole", "[rag]") {
  const uint32_t seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const TemporaryFolder temporary;
  const fs::path folder = temporary.path();
  const KilledChild child{"[.rag_kill_child]", kFolderVariable, folder, folder / "output"};
  fs::create_directories(folder / "documents");
  for (size_t i = 0; i < kDocuments; ++i) {
    std::ofstream(folder / "documents" / VillageUri(i)) << VillageText(i);
  }
  const int kills = std::max(KillCount(8), 2);
  int compared = 0;
  for (int round = 0; round < kills; ++round) {
    if (round % 4 == 0) fs::remove_all(folder / "database");
    // The others may be killed before anything is there.
    const bool at_work = round % 2 == 1;
    RunAndKill(child, {at_work, std::chrono::milliseconds(random() % 230)});
    const auto reported = static_cast<size_t>(LastNumber(child.output).value_or(0));
    REQUIRE((reported > 0 || !at_work));
    const auto database = RagDatabase::Make((folder / "database").string());
    const size_t found = CountDocuments(database.get());
    CAPTURE(round, reported, found);
    REQUIRE(found >= reported);
    REQUIRE(WrongIn(database->store.get()) == "");
    if (found == 0) continue;
    const auto fresh = RagDatabase::Make();
    for (size_t i = 0; i < found; ++i) {
      REQUIRE(fresh->pipeline->IngestText(VillageUri(i), VillageText(i)).ok());
    }
    REQUIRE(database->Everything() == fresh->Everything());
    ++compared;
  }
  CHECK(compared > 0);
}

}  // namespace kith::rag
