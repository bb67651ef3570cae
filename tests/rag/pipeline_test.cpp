// SPDX-License-Identifier: Apache-2.0
// The pipeline's promises: the graph is a function of the set of documents, and deleting one leaves
// nothing of it; what a transaction holds.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <random>
#include <thread>

#include "tests/rag/rag_fixture.h"
#include "tests/temporary_folder.h"

namespace kith::rag {
namespace {

using Documents = std::map<std::string, std::string>;

std::multiset<std::string> BuildOf(const Documents& documents) {
  const auto database = RagDatabase::Make();
  for (const auto& [uri, text] : documents) {
    REQUIRE(database->pipeline->IngestText(uri, text).ok());
  }
  return database->Everything();
}

/// Differences in both directions, for a message that can be read.
std::string Difference(const std::multiset<std::string>& got,
                       const std::multiset<std::string>& want) {
  std::string text;
  std::vector<std::string> only;
  std::set_difference(got.begin(), got.end(), want.begin(), want.end(), std::back_inserter(only));
  for (const std::string& line : only) text += "only got:  " + line + "\n";
  only.clear();
  std::set_difference(want.begin(), want.end(), got.begin(), got.end(), std::back_inserter(only));
  for (const std::string& line : only) text += "only want: " + line + "\n";
  return text;
}

/// A document of random names, mentions and links in one of three formats.
std::string RandomText(std::mt19937* random, const std::string& uri) {
  static const std::vector<std::string> kNames = {"Amber Lake", "Borrow Hill", "Cedar Mill",
                                                  "Amber",      "Hill (town)", "云溪大桥",
                                                  "云溪",       "Éclair House"};
  const auto pick = [&](const std::vector<std::string>& from) {
    return from[std::uniform_int_distribution<size_t>(0, from.size() - 1)(*random)];
  };
  const std::vector<std::string> targets = {"a.md", "b.html", "c.txt", "d.md", "missing.md"};
  const std::string title = pick(kNames);
  const std::string first = pick(kNames) + " lies near " + pick(kNames) + ".";
  const std::string second = "It was named after " + pick(kNames) + ", not " + pick(kNames) + ".";
  if (uri.ends_with(".md")) {
    return "# " + title + "\n\n" + first + " See [" + pick(kNames) + "](" + pick(targets) +
           ").\n\n## " + pick(kNames) + "\n\n" + second + "\n";
  }
  if (uri.ends_with(".html")) {
    return "<html><body><h1>" + title + "</h1><p>" + first + "</p><h2>" + pick(kNames) +
           "</h2><p>" + second + " <a href='" + pick(targets) + "'>" + pick(kNames) +
           "</a></p></body></html>";
  }
  return title + "\n\n" + first + "\n\n" + second + "\n";
}

}  // namespace

TEST_CASE("a name that a later document introduces is found in earlier chunks", "[rag]") {
  const auto database = RagDatabase::Make();
  REQUIRE(
      database->pipeline->IngestText("a.txt", "Alpha town\n\nIt lies on the Borrow river.").ok());
  const auto report = database->pipeline->IngestText("b.txt", "Borrow river\n\nA short river.");
  REQUIRE(report.ok());
  CHECK(report->mentions == 1);
  CHECK(report->entities == 1);
  REQUIRE(database->pipeline->Delete("b.txt").ok());
  CHECK(Difference(database->Everything(),
                   BuildOf({{"a.txt", "Alpha town\n\nIt lies on the Borrow river."}})) == "");
}

TEST_CASE("the same documents give the same graph in whatever order they come", "[rag]") {
  const uint32_t seed = GENERATE(1u, 2u, 3u, 4u);
  CAPTURE(seed);
  std::mt19937 random(seed);
  Documents documents;
  for (const std::string uri : {"a.md", "b.html", "c.txt", "d.md", "e.txt"}) {
    documents[uri] = RandomText(&random, uri);
  }
  const auto want = BuildOf(documents);
  std::vector<std::string> uris;
  for (const auto& [uri, text] : documents) uris.push_back(uri);
  std::shuffle(uris.begin(), uris.end(), random);
  const auto database = RagDatabase::Make();
  for (const std::string& uri : uris) {
    REQUIRE(database->pipeline->IngestText(uri, documents[uri]).ok());
  }
  CHECK(Difference(database->Everything(), want) == "");
}

TEST_CASE("random upserts and deletes leave what a fresh build has", "[rag]") {
  const uint32_t seed = GENERATE(range(1u, 7u));
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto database = RagDatabase::Make();
  const std::vector<std::string> uris = {"a.md", "b.html", "c.txt", "d.md", "e.txt"};
  Documents documents;
  for (int step = 0; step < 24; ++step) {
    const std::string& uri = uris[std::uniform_int_distribution<size_t>(0, 4)(random)];
    if (documents.contains(uri) && random() % 3 == 0) {
      REQUIRE(database->pipeline->Delete(uri).ok());
      documents.erase(uri);
    } else {
      documents[uri] = RandomText(&random, uri);
      REQUIRE(database->pipeline->IngestText(uri, documents[uri]).ok());
    }
    if (step % 6 == 5) {
      CAPTURE(step);
      REQUIRE(Difference(database->Everything(), BuildOf(documents)) == "");
    }
  }
}

TEST_CASE("documents ingested by several threads at once give the same graph", "[rag]") {
  std::mt19937 random(11);
  Documents documents;
  for (int i = 0; i < 12; ++i) {
    const std::string uri = "t" + std::to_string(i) + (i % 2 == 0 ? ".md" : ".txt");
    documents[uri] = RandomText(&random, uri);
  }
  const auto database = RagDatabase::Make();
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (size_t t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      size_t i = 0;
      for (const auto& [uri, text] : documents) {
        if (i++ % 3 == t && !database->pipeline->IngestText(uri, text).ok()) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failures == 0);
  CHECK(Difference(database->Everything(), BuildOf(documents)) == "");
}

TEST_CASE("documents share a transaction unless each is to have its own", "[rag]") {
  const TemporaryFolder folder;
  for (int i = 0; i < 20; ++i) {
    std::ofstream(folder.path() + "/" + std::to_string(i) + ".txt") << "Some text.";
  }
  const auto commits = [&](const IngestOptions& options) {
    const auto database = RagDatabase::Make();
    const auto number = [&] {
      const auto reading = database->store->Begin(storage::TransactionMode::kRead);
      REQUIRE(reading.ok());
      return static_cast<uint64_t>((*reading)->view().commit_number());
    };
    REQUIRE(database->pipeline->IngestText("first.txt", "Makes the indexes.").ok());
    const uint64_t before = number();
    REQUIRE(database->pipeline->Ingest(folder.path(), options).ok());
    return number() - before;
  };
  IngestOptions options;
  // On a machine that is held up, a batch ends early: so there is no exact number.
  CHECK(commits(options) < 20);
  options.documents_per_transaction = 1;
  CHECK(commits(options) == 20);
  options.documents_per_transaction = 0;
  CHECK(commits(options) == 20);
}

TEST_CASE("a document that did not change is left alone", "[rag]") {
  const auto database = RagDatabase::Make();
  REQUIRE(database->pipeline->IngestText("a.txt", "Alpha town\n\nText.")->documents_added == 1);
  CHECK(database->pipeline->IngestText("a.txt", "Alpha town\n\nText.")->documents_unchanged == 1);
  CHECK(database->pipeline->IngestText("a.txt", "Alpha town\n\nTexts.")->documents_replaced == 1);
  CHECK(database->pipeline->Delete("b.txt").code() == StatusCode::kNotFound);
}

TEST_CASE("what cannot be a document is skipped with its reason", "[rag]") {
  const auto database = RagDatabase::Make();
  REQUIRE(database->pipeline->IngestText("a.txt", "Alpha town\n\nText.").ok());
  const auto before = database->Everything();
  const auto reason = [&](const std::string& uri, const std::string& text) {
    IngestOptions options;
    options.max_document_bytes = 2000;
    const auto report = database->pipeline->IngestText(uri, text, options);
    REQUIRE(report.ok());
    REQUIRE(report->skipped.size() == 1);
    return report->skipped[0].reason;
  };
  CHECK_THAT(reason("b.txt", " \n"), Catch::Contains("'b.txt' is empty"));
  CHECK_THAT(reason("b.txt", "a\xFFz"), Catch::Contains("not UTF-8 text (byte 1)"));
  CHECK_THAT(reason("b.txt", std::string("\xFF\xFEz\0", 4)), Catch::Contains("iconv -f UTF-16"));
  CHECK_THAT(reason("b.txt", std::string("a\0z", 3)), Catch::Contains("zero byte"));
  CHECK_THAT(reason("b.txt", std::string(2001, 'a')), Catch::Contains("2001 bytes"));
  std::string deep;
  for (int i = 0; i < 3000; ++i) deep += "<b>";
  const auto too_deep = database->pipeline->IngestText("b.html", deep);
  REQUIRE(too_deep->skipped.size() == 1);
  CHECK_THAT(too_deep->skipped[0].reason, Catch::Contains("3000 deep"));
  const std::string allowed = deep.substr(0, 3 * 2000) + "Deep text";
  CHECK(database->pipeline->IngestText("b.html", allowed)->documents_added == 1);
  REQUIRE(database->pipeline->Delete("b.html").ok());
  IngestOptions strict;
  strict.skip_unreadable = false;
  CHECK(database->pipeline->IngestText("b.txt", "", strict).status().code() ==
        StatusCode::kInvalidArgument);
  CHECK(database->pipeline->Ingest("/no/such/folder").status().code() == StatusCode::kNotFound);
  CHECK(Difference(database->Everything(), before) == "");
}

TEST_CASE("a question to an empty database is not answered", "[rag]") {
  const auto database = RagDatabase::Make();
  const auto answer = database->pipeline->Ask("Who built the bridge?");
  REQUIRE(answer.ok());
  CHECK(answer->abstained);
  CHECK(database->pipeline->Ask("  ").status().code() == StatusCode::kInvalidArgument);
  CHECK(database->pipeline->Ask("a\xFF").status().code() == StatusCode::kInvalidArgument);
  CHECK(database->pipeline->Ask(std::string(20000, 'a')).status().code() ==
        StatusCode::kInvalidArgument);
  AskOptions options;
  options.route = "scenic";
  CHECK(database->pipeline->Ask("Who?", options).status().code() == StatusCode::kInvalidArgument);
}

}  // namespace kith::rag
