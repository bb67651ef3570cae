// SPDX-License-Identifier: Apache-2.0
// Questions answered by a language model through the C++ API: the file named by KITH_GGUF, in
// builds with llama.cpp. What the model says is its own; that it is streamed, checked and cited is
// ours.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "kith/kith.h"

namespace kith {
namespace {

constexpr const char* kQuestion = "Who built the lighthouse of Torvik?";
const std::string kDocument =
    "# Torvik\n\nThe lighthouse of Torvik was built by Marit Oen in 1887. It is 24 metres high.\n";

std::unique_ptr<Database> Torvik() {
  auto database = Database::Open(":memory:");
  REQUIRE(database.ok());
  REQUIRE((*database)->rag().IngestText("torvik.md", kDocument).ok());
  return std::move(*database);
}

TEST_CASE("a model that is not there is an error, and no answer without it", "[engine]") {
  const auto database = Torvik();
  AskOptions options;
  options.model = "/none/a.gguf";
  const StatusCode code = database->rag().Ask(kQuestion, options).status().code();
  CHECK((code == StatusCode::kNotFound || code == StatusCode::kUnsupported));
}

TEST_CASE("without a model the answer is one piece", "[engine]") {
  const auto database = Torvik();
  AskOptions options;
  std::string heard;
  options.on_text = [&](std::string_view piece) {
    heard += piece;
    return true;
  };
  const auto answer = database->rag().Ask(kQuestion, options);
  REQUIRE(answer.ok());
  CHECK_THAT(answer->text, Catch::Contains("Marit Oen"));
  CHECK(heard == answer->text);
  CHECK(!answer->by_model);
  options.on_text = [](std::string_view) { return false; };
  CHECK(database->rag().Ask(kQuestion, options).status().code() == StatusCode::kCancelled);
}

TEST_CASE("a model's answer is streamed and cited, or the documents' own", "[engine]") {
  AskOptions options;
  const auto database = Torvik();
  const char* path = std::getenv("KITH_GGUF");
  options.model = path == nullptr ? "" : path;
  if (path == nullptr ||
      database->rag().Ask(kQuestion, options).status().code() == StatusCode::kUnsupported) {
    WARN("skipped: KITH_GGUF names no model file, or this build has no llama.cpp");
    return;
  }
  std::string heard;
  options.on_text = [&](std::string_view piece) {
    heard += piece;
    return true;
  };
  const auto answer = database->rag().Ask(kQuestion, options);
  REQUIRE(answer.ok());
  CAPTURE(answer->text);
  CHECK(heard == answer->text);
  // Whatever it wrote: without it there is an answer.
  CHECK(!answer->abstained);
  CHECK(!answer->citations.empty());
  for (const Citation& citation : answer->citations) {
    CHECK(citation.document == "torvik.md");
    CHECK(kDocument.substr(citation.begin_byte, citation.end_byte - citation.begin_byte) ==
          citation.quote);
  }
  options.on_text = [](std::string_view) { return false; };
  CHECK(database->rag().Ask(kQuestion, options).status().code() == StatusCode::kCancelled);
}

}  // namespace
}  // namespace kith
