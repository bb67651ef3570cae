// SPDX-License-Identifier: Apache-2.0
// The entry that the fuzzer and the corpus test share: any bytes are split, parsed, bound, and
// their errors shown. Nothing may crash, and an error must be complete.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "kith/connection.h"
#include "query/bind/binder.h"
#include "query/function/registry.h"
#include "query/parse/parser.h"
#include "query/parse/statement_splitter.h"

namespace kith::query::test {

/// Whether an error says all that an error of the compiler must say.
inline bool IsCompleteError(const Status& status, std::string_view text) {
  return !status.message().empty() && !status.detail().empty() &&
         status.phase() == ErrorPhase::kCompileTime && status.has_position() &&
         status.position().begin <= status.position().end && status.position().end <= text.size() &&
         !DescribeError(status, text).empty();
}

/// False when a promise is broken.
inline bool TryStatement(std::string_view text) {
  auto parsed = ParseStatement(text);
  if (!parsed.ok()) return IsCompleteError(parsed.status(), text);
  BindOptions options;
  options.functions = &FunctionRegistry::Builtins();
  const auto bound = Bind(std::move(*parsed), options);
  return bound.ok() || IsCompleteError(bound.status(), text);
}

inline bool TryScript(std::string_view text) {
  for (const std::string_view statement : SplitStatements(text)) {
    if (!TryStatement(statement)) return false;
  }
  return TryStatement(text);
}

}  // namespace kith::query::test
