// SPDX-License-Identifier: Apache-2.0
// What one run of a plan shares between its operators: the transaction, parameters, limits, and
// the rows that correlated parts of the plan run for.
//
// Thread safety: belongs to the one thread that runs the statement.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/base/memory_budget.h"
#include "engine/base/value.h"
#include "query/execute/batch.h"
#include "query/execute/operator.h"
#include "query/function/function_context.h"
#include "query/procedure.h"
#include "storage/transaction.h"

namespace kith::index {
class IndexCatalog;
class IndexManager;
class VectorSearcher;
}  // namespace kith::index

namespace kith::storage {
class Catalog;
}

namespace kith::query {

/// What PROFILE shows of one operator.
struct OperatorProfile {
  uint64_t rows = 0;
  uint64_t batches = 0;
  uint64_t nanos = 0;  ///< Its children's time included.
};

struct ExecutionContext {
  ExecutionContext(storage::Transaction& t, FunctionContext& f)
      : transaction(t), view(t.view()), functions(f) {}
  ExecutionContext(const ExecutionContext&) = delete;
  ExecutionContext& operator=(const ExecutionContext&) = delete;

  storage::Transaction& transaction;
  storage::ReadView& view;
  FunctionContext& functions;
  std::span<const Value> parameters;  ///< By bound::Parameter::index.
  const Interrupt* interrupt = nullptr;
  MemoryBudget* memory = nullptr;
  StatementRunner* statements = nullptr;
  /// Where writes make new names; null only in runs that cannot write.
  storage::Catalog* catalog = nullptr;
  index::VectorSearcher* vectors = nullptr;  ///< Null only where there are no indexes.

  /// The rows that the Argument operators of correlated plans emit, by argument number.
  std::vector<const Batch*> arguments;
  /// States of subquery expressions, by number; opened at first use.
  std::vector<std::unique_ptr<OperatorState>> subplans;
  /// By operator number; empty unless PROFILE runs.
  std::vector<OperatorProfile> profile;
  /// The statement may delete, so every access checks for deleted entities.
  bool checks_deleted = false;

  Status CheckInterrupt() const { return interrupt == nullptr ? Status::Ok() : interrupt->Check(); }
};

/// Bytes charged to the query's memory, given back when destroyed.
class MemoryCharge {
 public:
  explicit MemoryCharge(MemoryBudget* budget) : budget_(budget) {}
  ~MemoryCharge() { Release(); }
  MemoryCharge(const MemoryCharge&) = delete;
  MemoryCharge& operator=(const MemoryCharge&) = delete;

  Status Add(size_t bytes) {
    if (budget_ == nullptr) return Status::Ok();
    KITH_RETURN_IF_ERROR(budget_->Charge(bytes));
    bytes_ += bytes;
    return Status::Ok();
  }
  void Release() {
    if (budget_ != nullptr && bytes_ > 0) budget_->Release(bytes_);
    bytes_ = 0;
  }

 private:
  MemoryBudget* budget_;
  size_t bytes_ = 0;
};

}  // namespace kith::query
