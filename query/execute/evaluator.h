// SPDX-License-Identifier: Apache-2.0
// Expressions ready to run: each evaluator computes one column from the columns of a batch. Typed
// columns take fast paths; everything else goes through Values and the function registry.
//
// An evaluator is immutable and may serve many runs at once. Thread safety: const and shared.
#pragma once

#include <memory>
#include <vector>

#include "engine/base/result.h"
#include "query/bind/bound_expression.h"
#include "query/execute/execution_context.h"

namespace kith::query {

class Evaluator {
 public:
  virtual ~Evaluator() = default;
  /// Fills `out` (which is no column of `batch`) with batch.rows values.
  virtual Status Evaluate(ExecutionContext& context, const Batch& batch, Column* out) const = 0;
  /// The column itself where there is nothing to compute, else null.
  virtual const Column* Direct(const Batch& batch) const;
  /// For `slot.key`: the column of the slot, and its property once the name is known; else false.
  virtual bool AsPropertyOfColumn(const storage::ReadView& view, uint32_t* column,
                                  PropertyId* property) const;
  /// Whether evaluating a row that the language would not evaluate could fail or be slow.
  virtual bool IsCheap() const { return false; }

  /// The columns that it reads, ascending.
  const SlotList& reads() const { return reads_; }
  void set_reads(SlotList reads) { reads_ = std::move(reads); }

 private:
  SlotList reads_;
};

using EvaluatorPtr = std::unique_ptr<const Evaluator>;

/// The column of an evaluator: computed here, or borrowed from the batch. Its large new values stay
/// charged to the query's memory as long as this lives, for a batch of them can be enormous.
class Evaluated {
 public:
  Evaluated() = default;
  ~Evaluated() { Release(); }
  Evaluated(const Evaluated&) = delete;
  Evaluated& operator=(const Evaluated&) = delete;

  Status Run(const Evaluator& evaluator, ExecutionContext& context, const Batch& batch);
  const Column& operator*() const { return *column_; }
  const Column* operator->() const { return column_; }
  /// Moves the column out, copying when it is borrowed.
  Column Take() { return column_ == &own_ ? std::move(own_) : *column_; }
  /// Leaves the charge to the evaluation around this one, whose column gets the values.
  void HandOver() { charged_ = 0; }
  /// Moves the charge to an account that outlives this evaluation. Operators must do so with what
  /// they keep from one Next to another: charges of evaluations are given back innermost first.
  Status MoveCharge(MemoryCharge* account);

 private:
  void Release();

  Column own_;
  const Column* column_ = nullptr;
  FunctionContext* functions_ = nullptr;
  size_t charged_ = 0;
};

/// The rows for which a condition column is true; TypeError for one that is neither boolean nor
/// null.
Status SelectTrue(const Column& condition, std::vector<uint32_t>* selected);

/// One value of an expression that reads no row, such as a LIMIT.
Result<Value> EvaluateSingle(const Evaluator& evaluator, ExecutionContext& context, size_t slots);

/// Adds the place in the text to an error that has none.
Status AtRange(const Status& status, SourceRange range);

/// What compiling an expression needs beside the expression.
class EvaluatorCompiler {
 public:
  virtual ~EvaluatorCompiler() = default;
  /// The column of a slot in the batches that the expression will see.
  virtual uint32_t ColumnOf(bound::SlotId slot) = 0;
  /// An evaluator for a correlated subquery.
  virtual Result<EvaluatorPtr> CompileSubquery(const bound::Subquery& subquery) = 0;
};

/// Internal when the tree holds something unknown; errors of the compiler.
Result<EvaluatorPtr> CompileExpression(const bound::Expression& expression,
                                       EvaluatorCompiler& compiler);

/// The slots that an expression reads from outside itself, added to `slots` (unsorted).
void CollectSlots(const bound::Expression& expression, std::vector<bound::SlotId>* slots);

}  // namespace kith::query
