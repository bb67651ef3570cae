// SPDX-License-Identifier: Apache-2.0
// Callers share a model that is none: what it says after a sequence is a number made of all of the
// sequence's tokens, so that a token too many, too few or of another caller shows.
#include "rag/generate/batched_decoder.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <random>
#include <thread>

namespace kith::rag {
namespace {

using TokenIds = std::vector<TokenId>;

/// Exact in a float.
float SumOf(const TokenIds& tokens) {
  uint64_t sum = 7;
  for (const TokenId token : tokens) {
    sum = (sum * 31 + static_cast<uint64_t>(token)) % 1000003;
  }
  return static_cast<float>(sum);
}

class Adder final : public SequenceDecoder {
 public:
  Adder(size_t sequences, size_t tokens) : held_(sequences), tokens_(tokens) {}

  bool Cut(size_t sequence, size_t tokens) override {
    if (held_[sequence].size() < tokens) wrong_ = true;
    held_[sequence].resize(tokens);
    return true;
  }
  bool Share(size_t from, size_t to, size_t tokens) override {
    if (!held_[to].empty() || held_[from].size() < tokens) wrong_ = true;
    held_[to].assign(held_[from].begin(), held_[from].begin() + static_cast<ptrdiff_t>(tokens));
    return true;
  }
  Status Decode(std::span<const PassPart> parts, const std::function<bool()>& stop) override {
    if (busy_.exchange(true)) wrong_ = true;
    const Status status = Read(parts, stop);
    busy_ = false;
    return status;
  }
  void Rest() override { rests_ += 1; }

  /// Comes before each pass; what it returns, if not OK, is what comes of it.
  std::function<Status(size_t parts, const std::function<bool()>& stop)> before;
  /// More than one thread at once, or sequences that are not what the caller took them for.
  bool wrong() const { return wrong_; }
  size_t widest() const { return widest_; }
  size_t rests() const { return rests_; }
  size_t refused() const { return refused_; }

 private:
  Status Read(std::span<const PassPart> parts, const std::function<bool()>& stop) {
    widest_ = std::max<size_t>(widest_, parts.size());
    size_t all = 0;
    for (const TokenIds& held : held_) all += held.size();
    for (const PassPart& part : parts) all += part.tokens.size();
    if (all > tokens_) {
      refused_ += 1;
      return Status(StatusCode::kResourceExhausted, "full");
    }
    if (before) {
      const Status status = before(parts.size(), stop);
      if (!status.ok()) return status;
    }
    for (const PassPart& part : parts) {
      TokenIds& held = held_[part.sequence];
      if (held.size() != part.position) wrong_ = true;
      held.insert(held.end(), part.tokens.begin(), part.tokens.end());
      if (part.logits != nullptr) *part.logits = {SumOf(held)};
    }
    return Status::Ok();
  }

  std::vector<TokenIds> held_;
  size_t tokens_;
  std::atomic<bool> busy_ = false;
  std::atomic<bool> wrong_ = false;
  std::atomic<size_t> widest_ = 0;
  std::atomic<size_t> refused_ = 0;
  std::atomic<size_t> rests_ = 0;
};

BatchedDecoder::Options SharedBy(size_t sequences, size_t callers, size_t tokens) {
  return {{.sequences = sequences, .callers = callers, .tokens = tokens},
          {.tokens = 16, .beside_writers = 4}};
}

/// A call of its own: reads the prompt, then as many tokens as it is told, each what the sum before
/// it says. Whether all sums were those of its tokens alone.
struct SummedCall {
  GenerateOptions options;
  TokenIds tokens;
  size_t reused = 0;

  Status Run(BatchedDecoder* decoder, size_t answer) {
    EndWatch watch(&options);
    Seat seat(decoder, &watch);
    KITH_RETURN_IF_ERROR(seat.Enter(tokens, tokens.size() + answer));
    reused = seat.held();
    KITH_RETURN_IF_ERROR(seat.Decode(std::span(tokens).subspan(reused)));
    for (size_t i = 0; i < answer; ++i) {
      if (seat.logits() != std::vector{SumOf(tokens)} || seat.held() != tokens.size()) {
        return Status(StatusCode::kCorruption, "another call's answer");
      }
      tokens.push_back(static_cast<TokenId>(seat.logits()[0]) % 1000);
      KITH_RETURN_IF_ERROR(seat.Decode(std::span(tokens).last(1)));
    }
    return Status::Ok();
  }
};

constexpr std::chrono::milliseconds kPoll{1};

/// A pass that lasts long enough for others to come.
Status TakeAWhile(size_t /*parts*/, const std::function<bool()>& /*stop*/) {
  std::this_thread::sleep_for(kPoll);
  return Status::Ok();
}

/// Runs them on threads of their own, and waits for all.
void AtOnce(size_t threads, const std::function<void(size_t)>& body) {
  std::vector<std::thread> running;
  for (size_t i = 0; i < threads; ++i) running.emplace_back(body, i);
  for (std::thread& thread : running) thread.join();
}

TEST_CASE("each of many callers gets what it gets alone", "[rag]") {
  const unsigned seed = std::random_device()();
  CAPTURE(seed);
  // Room for three of them or so, and for little of what they leave.
  Adder model(6, 150);
  BatchedDecoder decoder(&model, SharedBy(6, 4, 150));
  std::atomic<size_t> wrong = 0;
  AtOnce(8, [&](size_t thread) {
    std::mt19937 random(seed + static_cast<unsigned>(thread));
    for (int i = 0; i < 60; ++i) {
      SummedCall call;
      // Of three conversations' beginnings, or of none.
      call.tokens.assign(random() % 20, static_cast<TokenId>(random() % 3));
      for (size_t more = 1 + random() % 15; more > 0; --more) {
        call.tokens.push_back(static_cast<TokenId>(random() % 4));
      }
      Interrupt interrupt;
      if (random() % 8 == 0) interrupt.Cancel();
      call.options.interrupt = &interrupt;
      const Status status = call.Run(&decoder, random() % 20);
      const bool cancelled = status.code() == StatusCode::kCancelled && !interrupt.Check().ok();
      if (!status.ok() && !cancelled) wrong += 1;
    }
  });
  CHECK(wrong == 0);
  CHECK(!model.wrong());
  CHECK(model.refused() > 0);
  CHECK(model.rests() > 0);
}

TEST_CASE("callers who write at the same time share passes", "[rag]") {
  constexpr size_t kCallers = 4;
  constexpr size_t kMost = 5000;
  Adder model(kCallers, kCallers * (kMost + 1));
  BatchedDecoder decoder(&model, SharedBy(kCallers, kCallers, kCallers * (kMost + 1)));
  model.before = TakeAWhile;
  std::atomic<size_t> failed = 0;
  AtOnce(kCallers, [&](size_t thread) {
    const GenerateOptions options;
    EndWatch watch(&options);
    Seat seat(&decoder, &watch);
    TokenIds prompt = {static_cast<TokenId>(thread)};
    bool ok = seat.Enter(prompt, kMost).ok() && seat.Decode(prompt).ok();
    // Until they have met, which a thousandth of this is enough for.
    for (size_t i = 1; ok && i < kMost && model.widest() < kCallers; ++i) {
      ok = seat.Decode(prompt).ok();
    }
    failed += ok ? 0 : 1;
  });
  CHECK(failed == 0);
  CHECK(!model.wrong());
  CHECK(model.widest() == kCallers);
}

/// Two callers who write until they meet in a pass, where `together` is what happens.
class Pair {
 public:
  Pair() {
    for (size_t i = 0; i < 2; ++i) options_[i].interrupt = &interrupts[i];
  }

  void Meet(const std::function<Status(const std::function<bool()>& stop)>& together) {
    model.before = [this, &together](size_t parts, const std::function<bool()>& stop) -> Status {
      return parts < 2 || met_.exchange(true) ? TakeAWhile(parts, stop) : together(stop);
    };
    AtOnce(2, [this](size_t at) { Write(at); });
    model.before = nullptr;
  }

  Interrupt interrupts[2];
  Status ends[2];
  std::atomic<bool> exact = true;  ///< They hold what they were told has been read.
  Adder model{2, 10000};
  BatchedDecoder decoder{&model, SharedBy(2, 2, 10000)};

 private:
  void Write(size_t at) {
    EndWatch watch(&options_[at]);
    Seat seat(&decoder, &watch);
    const TokenIds one = {1};
    size_t tokens = 0;
    Status status = seat.Enter(one, 5000);
    while (status.ok() && !met_ && tokens < 5000) {
      status = seat.Decode(one);
      if (status.ok()) tokens += 1;
    }
    if (seat.held() != (status.code() == StatusCode::kInternal ? 0 : tokens)) exact = false;
    ends[at] = status;
  }

  GenerateOptions options_[2];
  std::atomic<bool> met_ = false;
};

TEST_CASE("one caller's end does not end another's pass", "[rag]") {
  Pair pair;
  size_t stops = 0;
  pair.Meet([&](const std::function<bool()>& stop) {
    pair.interrupts[0].Cancel();
    for (int i = 0; i < 100; ++i) {
      stops += stop() ? 1 : 0;
      std::this_thread::sleep_for(kPoll);
    }
    return Status::Ok();
  });
  CHECK(stops == 0);
  CHECK(pair.ends[0].ok());  // Its token was read; whoever looks at the watch sees that it ends.
  CHECK(pair.ends[1].ok());
  CHECK(pair.exact);
  CHECK(!pair.model.wrong());
}

TEST_CASE("a pass ends when all who are in it want it to", "[rag]") {
  Pair pair;
  pair.Meet([&](const std::function<bool()>& stop) {
    for (Interrupt& interrupt : pair.interrupts) interrupt.Cancel();
    while (!stop()) std::this_thread::sleep_for(kPoll);
    return Status(StatusCode::kCancelled, "stopped");
  });
  CHECK(pair.ends[0].code() == StatusCode::kCancelled);
  CHECK(pair.ends[1].code() == StatusCode::kCancelled);
  CHECK(pair.exact);
}

TEST_CASE("what a failed pass left is not built upon", "[rag]") {
  Pair pair;
  pair.Meet([](const auto&) { return Status(StatusCode::kInternal, "broken"); });
  CHECK(pair.ends[0].code() == StatusCode::kInternal);
  CHECK(pair.ends[1].code() == StatusCode::kInternal);
  CHECK(pair.exact);
  SummedCall call{.options = {}, .tokens = {1, 1, 1}};
  CHECK(call.Run(&pair.decoder, 5).ok());
  CHECK(call.reused == 0);
  CHECK(!pair.model.wrong());
}

TEST_CASE("a wait for a sequence ends as a call does, or with one", "[rag]") {
  Adder model(1, 100);
  BatchedDecoder decoder(&model, SharedBy(1, 1, 100));
  const GenerateOptions plain;
  EndWatch first_watch(&plain);
  std::optional<Seat> first(std::in_place, &decoder, &first_watch);
  const TokenIds prompt = {1, 2, 3};
  REQUIRE(first->Enter(prompt, 10).ok());
  const auto end_of_wait = [&](EndWatch* watch) {
    Seat seat(&decoder, watch);
    return seat.Enter(prompt, 10);
  };
  Interrupt cancelled;
  cancelled.Cancel();
  GenerateOptions options;
  options.interrupt = &cancelled;
  EndWatch interrupted(&options);
  CHECK(end_of_wait(&interrupted).code() == StatusCode::kCancelled);
  options.interrupt = nullptr;
  options.max_ms = 1;
  EndWatch late(&options);
  CHECK(end_of_wait(&late).code() == StatusCode::kCancelled);
  CHECK(late.Reached() == GenerationEnd::kTime);
  options.max_ms = 0;
  options.on_text = [](std::string_view) { return false; };
  EndWatch left(&options);
  CHECK(end_of_wait(&left).code() == StatusCode::kCancelled);
  CHECK(left.Reached() == GenerationEnd::kCaller);
  options.on_text = [](std::string_view) -> bool { throw 7; };
  EndWatch thrown(&options);
  CHECK(end_of_wait(&thrown).code() == StatusCode::kCancelled);
  CHECK_THROWS_AS(thrown.Rethrow(), int);
  // Asked whether to go on waiting, it has the first one go.
  options.on_text = [&](std::string_view) {
    first.reset();
    return true;
  };
  EndWatch patient(&options);
  CHECK(end_of_wait(&patient).ok());
}

TEST_CASE("what ended calls left makes room for those that run", "[rag]") {
  Adder model(3, 100);
  BatchedDecoder decoder(&model, SharedBy(3, 1, 100));
  const auto reused = [&](TokenId first) {
    SummedCall call{.options = {}, .tokens = TokenIds(40, first)};
    REQUIRE(call.Run(&decoder, 0).ok());
    return call.reused;
  };
  CHECK(reused(1) == 0);
  CHECK(reused(2) == 0);
  CHECK(model.refused() == 0);
  CHECK(reused(3) == 0);
  CHECK(model.refused() == 1);
  CHECK(reused(2) == 39);
  CHECK(reused(3) == 39);
  CHECK(reused(1) == 0);
  CHECK(!model.wrong());
}

}  // namespace
}  // namespace kith::rag
