// SPDX-License-Identifier: Apache-2.0
// What a function may know beside its arguments: clocks, randomness, the graph, the limits of the
// query, and compiled regular expressions kept between rows.
//
// Thread safety: one context belongs to one thread; workers of a query each make their own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/export.h"
#include "engine/base/interrupt.h"
#include "engine/base/memory_budget.h"
#include "engine/base/result.h"
#include "query/function/graph_access.h"
#include "query/text_embedder.h"

namespace kith::query {

/// A point of time in UTC.
struct ClockTime {
  int64_t epoch_seconds = 0;
  int32_t nanos = 0;  ///< 0 to 999,999,999

  static ClockTime Now();
};

struct FunctionContextOptions {
  /// When the transaction and the statement began: date() and its like answer the same all through.
  ClockTime transaction_time;
  ClockTime statement_time;
  /// The zone of datetime() and time() without one: an IANA name or an offset such as +02:00.
  std::string default_time_zone = "Z";
  uint64_t random_seed = 0;
  /// All three may be null: graph functions then fail with Internal, and nothing is limited. They
  /// outlive the context.
  GraphAccess* graph = nullptr;
  MemoryBudget* memory = nullptr;
  const Interrupt* interrupt = nullptr;
  /// Null: embed() says that there is no model. It outlives the context.
  const TextEmbedder* embedder = nullptr;
};

class RegexCache;

class KITH_EXPORT FunctionContext {
 public:
  explicit FunctionContext(FunctionContextOptions options);
  ~FunctionContext();
  FunctionContext(const FunctionContext&) = delete;
  FunctionContext& operator=(const FunctionContext&) = delete;

  ClockTime transaction_time() const { return options_.transaction_time; }
  ClockTime statement_time() const { return options_.statement_time; }
  const std::string& default_time_zone() const { return options_.default_time_zone; }
  MemoryBudget* memory() const { return options_.memory; }

  /// The graph, or Internal when there is none here.
  Result<GraphAccess*> Graph() const;
  /// The text's vector, or InvalidArgument when the database has no model.
  Result<std::vector<float>> EmbedText(std::string_view text) const;
  /// 64 random bits.
  uint64_t NextRandom();
  /// Checks the interrupt; long loops call it every few thousand steps.
  Status CheckInterrupt() const;
  /// Charges a new large value to the query's memory, and checks the interrupt. The charge stays
  /// until ReleaseNew: whoever runs the function gives back what `new_bytes` grew by once the
  /// values are gone or are charged elsewhere.
  Status ChargeNew(size_t bytes);
  void ReleaseNew(size_t bytes);
  size_t new_bytes() const { return new_bytes_; }
  RegexCache& regex_cache();

 private:
  FunctionContextOptions options_;
  uint64_t random_state_;
  size_t new_bytes_ = 0;
  std::unique_ptr<RegexCache> regex_cache_;
};

}  // namespace kith::query
