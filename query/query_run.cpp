// SPDX-License-Identifier: Apache-2.0
// Running a physical plan and making its rows independent of the transaction.
#include "query/query_run.h"

#include <atomic>
#include <chrono>

#include "query/execute/materializer.h"
#include "query/plan/plan_text.h"

namespace kith::query {

namespace {

/// Different for every run, and not the same in two processes.
uint64_t NextSeed() {
  static std::atomic<uint64_t> next{
      static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count())};
  // The increment of Weyl's sequence in SplitMix64.
  return next.fetch_add(0x9E3779B97F4A7C15ull, std::memory_order_relaxed);
}

FunctionContextOptions FunctionOptions(const QueryRunInput& input, GraphAccess* graph) {
  FunctionContextOptions functions;
  functions.statement_time = ClockTime::Now();
  functions.transaction_time = functions.statement_time;
  functions.random_seed = NextSeed();
  functions.graph = graph;
  functions.memory = input.options.memory;
  functions.interrupt = input.options.interrupt;
  functions.embedder = input.embedder;
  return functions;
}

Status AtRuntime(const Status& status) {
  return status.ok() || status.phase() != ErrorPhase::kNone
             ? status
             : status.WithPhase(ErrorPhase::kRuntime);
}

}  // namespace

QueryRun::QueryRun(QueryRunInput input, storage::Transaction& transaction)
    : input_(std::move(input)),
      graph_(transaction.view()),
      functions_(FunctionOptions(input_, &graph_)),
      context_(transaction, functions_),
      batch_(input_.planned->physical->slots),
      kept_charge_(input_.options.memory) {
  const plan::PhysicalPlan& plan = *input_.planned->physical;
  context_.parameters = input_.parameters;
  context_.interrupt = input_.options.interrupt;
  context_.memory = input_.options.memory;
  context_.statements = input_.runner;
  context_.catalog = input_.catalog;
  context_.vectors = input_.vectors;
  context_.arguments.resize(plan.arguments);
  context_.subplans.resize(plan.subplans.size());
  context_.checks_deleted = plan.deletes;
  if (statement().mode() == ast::ExecutionMode::kProfile) context_.profile.resize(plan.nodes);
  root_ = plan.root->Start(context_);
}

QueryRun::~QueryRun() = default;

Status QueryRun::NextBatch(Batch* batch) {
  if (done_) {
    batch->rows = 0;
    return Status::Ok();
  }
  KITH_RETURN_IF_ERROR(root_->Next(batch));
  done_ = batch->rows == 0;
  return CountRows(batch->rows);
}

Status QueryRun::CountRows(size_t rows) {
  rows_ += rows;
  const uint64_t limit = input_.options.max_rows;
  if (limit == 0 || rows_ <= limit) return Status::Ok();
  return Status(StatusCode::kResourceExhausted,
                "the result has more than " + std::to_string(limit) +
                    " rows, the limit of this connection; add LIMIT or raise the limit");
}

Status QueryRun::Materialize(const Batch& batch, std::vector<std::vector<Value>>* rows) {
  return MaterializeRows(context_.view, batch, input_.planned->physical->outputs, input_.whole,
                         rows);
}

Status QueryRun::RunToEnd() {
  const std::vector<uint32_t>& outputs = input_.planned->physical->outputs;
  while (!done_) {
    KITH_RETURN_IF_ERROR(AtRuntime(NextBatch(&batch_)));
    if (batch_.rows == 0) break;
    Batch kept(batch_.columns.size());
    kept.rows = batch_.rows;
    for (uint32_t column : outputs) kept.columns[column] = batch_.columns[column];
    KITH_RETURN_IF_ERROR(AtRuntime(kept_charge_.Add(kept.HeapBytes())));
    kept_.push_back(std::move(kept));
  }
  buffered_ = true;
  return Status::Ok();
}

Status QueryRun::KeepRows() {
  for (const Batch& batch : kept_) {
    kept_rows_.emplace_back();
    KITH_RETURN_IF_ERROR(AtRuntime(Materialize(batch, &kept_rows_.back())));
  }
  kept_.clear();
  root_.reset();
  context_.subplans.clear();
  return Status::Ok();
}

Status QueryRun::Next(std::vector<std::vector<Value>>* rows) {
  rows->clear();
  if (!buffered_) {
    KITH_RETURN_IF_ERROR(AtRuntime(NextBatch(&batch_)));
    if (batch_.rows == 0) return Status::Ok();
    return AtRuntime(Materialize(batch_, rows));
  }
  if (next_kept_ < kept_rows_.size()) *rows = std::move(kept_rows_[next_kept_++]);
  return Status::Ok();
}

std::string QueryRun::PlanText() const {
  if (statement().mode() == ast::ExecutionMode::kRun) return "";
  return plan::PlanText(*input_.planned->logical, statement().bound(), context_.profile);
}

}  // namespace kith::query
