// SPDX-License-Identifier: Apache-2.0
// Clocks, randomness and limits for functions.
#include "query/function/function_context.h"

#include <cassert>
#include <chrono>
#include <utility>

#include "query/function/regex_cache.h"

namespace kith::query {

ClockTime ClockTime::Now() {
  using std::chrono::duration_cast;
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  const auto nanos = duration_cast<std::chrono::nanoseconds>(since_epoch - seconds);
  return ClockTime{seconds.count(), static_cast<int32_t>(nanos.count())};
}

FunctionContext::FunctionContext(FunctionContextOptions options)
    : options_(std::move(options)), random_state_(options_.random_seed) {}

FunctionContext::~FunctionContext() {
  ReleaseNew(new_bytes_);
}

Result<GraphAccess*> FunctionContext::Graph() const {
  if (options_.graph != nullptr) return options_.graph;
  return Status(StatusCode::kInternal, "a function asked for the graph where there is none");
}

Result<std::vector<float>> FunctionContext::EmbedText(std::string_view text) const {
  if (options_.embedder != nullptr) return options_.embedder->EmbedText(text, options_.interrupt);
  return Status(StatusCode::kInvalidArgument,
                "this database has no embedding model; open it with one: --embedding-model NAME or "
                "KITH_EMBEDDING_MODEL in the shell, Options::embedding_model in C++ (kith model "
                "list has the names)");
}

uint64_t FunctionContext::NextRandom() {
  // splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
  random_state_ += 0x9E3779B97F4A7C15ull;
  uint64_t z = random_state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

Status FunctionContext::CheckInterrupt() const {
  return options_.interrupt == nullptr ? Status::Ok() : options_.interrupt->Check();
}

Status FunctionContext::ChargeNew(size_t bytes) {
  KITH_RETURN_IF_ERROR(CheckInterrupt());
  if (options_.memory == nullptr) return Status::Ok();
  KITH_RETURN_IF_ERROR(options_.memory->Charge(bytes));
  new_bytes_ += bytes;
  return Status::Ok();
}

void FunctionContext::ReleaseNew(size_t bytes) {
  if (options_.memory == nullptr || bytes == 0) return;
  assert(bytes <= new_bytes_);
  options_.memory->Release(bytes);
  new_bytes_ -= bytes;
}

RegexCache& FunctionContext::regex_cache() {
  if (regex_cache_ == nullptr) regex_cache_ = std::make_unique<RegexCache>(options_.interrupt);
  return *regex_cache_;
}

}  // namespace kith::query
