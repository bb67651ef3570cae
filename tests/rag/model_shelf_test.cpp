// SPDX-License-Identifier: Apache-2.0
// The shelf for the last language model: loaded once, however many ask for it, and nobody waits for
// another one's loading longer than they want to.
#include "rag/generate/model_shelf.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>

#include "tests/rag/model_file.h"
#include "tests/temporary_folder.h"

namespace kith::rag {
namespace {

/// Says nothing.
class MuteModel final : public LanguageModel {
 public:
  const ModelFacts& facts() const override { return facts_; }
  Result<size_t> CountTokens(std::string_view) const override { return size_t{0}; }
  Result<size_t> CountTokens(std::span<const ChatMessage>) const override { return size_t{0}; }
  Result<Generation> Generate(std::span<const ChatMessage>, const GenerateOptions&) override {
    return Generation();
  }

 private:
  ModelFacts facts_;
};

/// Loads a MuteModel once it may.
struct SlowLoader {
  std::atomic<int> loads{0};
  std::promise<void> begun;
  std::promise<void> may_end;

  ModelShelf::Loader Load() {
    return [this](const std::string&, const ModelOptions&) {
      if (++loads == 1) {
        begun.set_value();
        may_end.get_future().wait();
      }
      return Result<std::unique_ptr<LanguageModel>>(std::make_unique<MuteModel>());
    };
  }
};

TEST_CASE("who waits for a model that another call loads can be stopped", "[rag]") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/model.gguf";
  WriteBytes(path, "GGUF");
  SlowLoader loader;
  ModelShelf shelf(loader.Load());
  auto first = std::async(std::launch::async, [&] { return shelf.Take(path, {}); });
  loader.begun.get_future().wait();
  Interrupt stop;
  ModelOptions options;
  options.interrupt = &stop;
  auto second = std::async(std::launch::async, [&] { return shelf.Take(path, options); });
  stop.Cancel();
  CHECK(second.get().status().code() == StatusCode::kCancelled);
  Interrupt late;
  late.SetTimeout(std::chrono::milliseconds(1));
  options.interrupt = &late;
  CHECK(shelf.Take(path, options).status().code() == StatusCode::kTimeout);
  CHECK(loader.loads == 1);
  auto third = std::async(std::launch::async, [&] { return shelf.Take(path, {}); });
  loader.may_end.set_value();
  const auto model = first.get();
  REQUIRE(model.ok());
  CHECK(third.get().value() == *model);
  CHECK(shelf.Take(path, {}).value() == *model);
  CHECK(loader.loads == 1);
}

TEST_CASE("the shelf loads anew what has changed", "[rag]") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/model.gguf";
  WriteBytes(path, "GGUF");
  int loads = 0;
  ModelShelf shelf([&](const std::string&, const ModelOptions&) {
    ++loads;
    return Result<std::unique_ptr<LanguageModel>>(std::make_unique<MuteModel>());
  });
  const auto model = shelf.Take(path, {}).value();
  ModelOptions options;
  options.context_tokens = 512;
  CHECK(shelf.Take(path, options).value() != model);
  WriteBytes(path, "GGUF, and more");
  CHECK(shelf.Take(path, options).ok());
  CHECK(loads == 3);
}

}  // namespace
}  // namespace kith::rag
