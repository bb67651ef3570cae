// SPDX-License-Identifier: Apache-2.0
// Name resolution and all checks that need no data: scopes, types as far as they are known,
// aggregation, functions and procedures. Errors are SyntaxErrors (and the few TypeErrors,
// ProcedureErrors and ParameterMissings that openCypher asks for) at compile time, with a detail
// word and a position.
//
// Thread safety: functions without state; the registries must not change meanwhile.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/export.h"
#include "engine/base/result.h"
#include "query/bind/bound_query.h"
#include "query/parse/ast.h"

namespace kith::query {

class FunctionRegistry;
class ProcedureRegistry;

/// Clauses, and nodes and relationships to match, in one statement: each becomes a level of the
/// plan, which is walked recursively. CREATE does not count, however long it is.
inline constexpr uint32_t kMaxPlanned = 1000;

struct BindOptions {
  /// Must outlive the bound statement. Required.
  const FunctionRegistry* functions = nullptr;
  /// Must outlive the bound statement. Null: no procedure is known.
  const ProcedureRegistry* procedures = nullptr;
  /// The parameters of this run, when they are known already: a missing one is then an error at
  /// compile time. Only names are looked at, so the result holds for other values. Null: not
  /// checked here.
  const kith::Map* parameters = nullptr;
};

struct BoundParameter {
  std::string name;
  SourceRange range;  ///< Its first use.
};

/// A note that does not stop the statement, such as a product of unconnected patterns.
struct BindWarning {
  std::string message;
  SourceRange range;
};

struct BoundStatement {
  /// The tree it was made from: kind, mode, text, and all there is to schema and session commands.
  std::unique_ptr<ast::Statement> syntax;
  /// kQuery only.
  std::unique_ptr<bound::Query> query;
  std::vector<bound::SlotInfo> slots;      ///< By SlotId.
  std::vector<BoundParameter> parameters;  ///< By bound::Parameter::index.
  std::vector<BindWarning> warnings;
  /// CALL without parentheses: these parameters are the procedure's arguments.
  bool implicit_arguments = false;
  /// A single CALL: its rows are the result, with no RETURN.
  bool standalone_call = false;
};

KITH_EXPORT Result<std::unique_ptr<BoundStatement>> Bind(std::unique_ptr<ast::Statement> syntax,
                                                         const BindOptions& options);

/// ParameterMissing at compile time (detail MissingParameter) for the first parameter of the
/// statement that `parameters` lacks.
KITH_EXPORT Status CheckParameters(const BoundStatement& statement, const kith::Map& parameters);

}  // namespace kith::query
