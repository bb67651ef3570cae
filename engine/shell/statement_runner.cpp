// SPDX-License-Identifier: Apache-2.0
// One statement from text to printed result.
#include "engine/shell/statement_runner.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "engine/shell/text_width.h"
#include "query/parse/parser.h"

namespace kith::shell {
namespace {

void PrintError(const Status& status, std::string_view statement) {
  std::fflush(stdout);
  fmt::print(stderr, "{}\n", DescribeError(status, statement));
}

std::string ShownTime(double milliseconds) {
  if (milliseconds < 1) return fmt::format("{:.0f} µs", milliseconds * 1000);
  return milliseconds < 1000 ? fmt::format("{:.1f} ms", milliseconds)
                             : fmt::format("{:.2f} s", milliseconds / 1000);
}

}  // namespace

size_t TerminalColumns() {
  winsize size = {};
  if (isatty(STDOUT_FILENO) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

Status StatementRunner::RunQuery(std::string_view statement) {
  const auto begin = std::chrono::steady_clock::now();
  KITH_ASSIGN_OR_RETURN(Cursor cursor, connection_->Execute(statement, parameters_));
  const auto printer =
      MakePrinter(settings_.mode, stdout, settings_.interactive ? TerminalColumns() : 0);
  // A statement that fails before its first row prints an error and nothing else.
  bool more = cursor.Next();
  if (!more) KITH_RETURN_IF_ERROR(cursor.status());
  size_t rows = 0;
  // EXPLAIN has columns and never rows: an empty table above the plan would say nothing.
  if (more || cursor.plan().empty()) {
    printer->Begin(cursor.columns());
    for (; more; more = cursor.Next(), ++rows) printer->Row(cursor.row());
    printer->End();
    KITH_RETURN_IF_ERROR(cursor.status());
  }
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
  PrintFooter(cursor, rows, taken.count());
  return Status::Ok();
}

void StatementRunner::PrintFooter(const Cursor& cursor, size_t rows, double milliseconds) {
  const std::string plan = cursor.plan();
  if (!plan.empty()) fmt::print("{}{}", plan, plan.back() == '\n' ? "" : "\n");
  const std::string time = settings_.timer ? ShownTime(milliseconds) : std::string();
  if (settings_.mode != OutputMode::kTable) {
    if (!time.empty()) fmt::print(stderr, "{}\n", time);
    return;
  }
  std::string footer;
  if (!cursor.columns().empty() && (rows > 0 || plan.empty()))
    footer = fmt::format("{} row{}", rows, rows == 1 ? "" : "s");
  const std::string written = cursor.statistics().ToString();
  if (!written.empty()) footer += (footer.empty() ? "" : ", ") + written;
  if (footer.empty() && plan.empty()) footer = "done";
  if (!time.empty()) footer += (footer.empty() ? "" : ", ") + time;
  if (!footer.empty()) fmt::print("{}\n", footer);
}

void StatementRunner::RunInterruptible(const std::function<void()>& work) {
  interrupt_->Watch(connection_);
  work();
  interrupt_->Watch(nullptr);
}

bool StatementRunner::Run(std::string_view statement) {
  Status status;
  RunInterruptible([&] { status = RunQuery(statement); });
  if (!status.ok()) PrintError(status, statement);
  // Whoever reads our output through a pipe sees each result once its statement has committed.
  std::fflush(stdout);
  return status.ok();
}

bool StatementRunner::SetParameter(std::string_view name, std::string_view expression) {
  Result<Value> value = Evaluate(expression);
  if (value.ok()) {
    parameters_.Set(name, std::move(value).value());
    return true;
  }
  fmt::print(stderr, "${} could not be set\n", Printable(name));
  PrintError(value.status(), expression);
  return false;
}

Result<Value> StatementRunner::Evaluate(std::string_view expression) {
  // By itself first: brackets around a text do not make it one expression, for it may close them.
  KITH_RETURN_IF_ERROR(query::CheckExpression(expression));
  constexpr std::string_view kBefore = "RETURN (";
  // On a line of its own, for a comment ends with its line.
  const std::string statement = fmt::format("{}{}\n) AS value", kBefore, expression);
  auto cursor = connection_->Execute(statement, parameters_);
  if (cursor.ok() && cursor->Next()) return cursor->Get(0);
  const Status status = cursor.ok() ? cursor->status() : cursor.status();
  if (status.ok()) return Status(StatusCode::kInternal, "the expression gave no row");
  if (!status.has_position()) return status;
  const auto before = [&](uint32_t at) {
    return at - std::min(at, static_cast<uint32_t>(kBefore.size()));
  };
  return status.WithPosition({before(status.position().begin), before(status.position().end)});
}

}  // namespace kith::shell
