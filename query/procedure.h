// SPDX-License-Identifier: Apache-2.0
// What CALL calls. rag and engine implement procedures; the registry makes them known to the binder
// (which checks names, arity and types at compile time) and to the executor.
//
// Thread safety: a procedure is const and may be called from several threads at once; everything
// that belongs to one call is in the context and on the stack.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/base/memory_budget.h"
#include "engine/base/result.h"
#include "engine/base/value.h"
#include "storage/transaction.h"

namespace kith::query {

/// A declared type: a value type, NUMBER (integer or float) or ANY; all are nullable.
struct FieldType {
  enum class Kind : uint8_t { kAny, kNumber, kExact };
  Kind kind = Kind::kAny;
  ValueType exact = ValueType::kNull;  ///< With kExact.
};

struct ProcedureField {
  std::string name;
  FieldType type;
  std::optional<Value>
      default_value;  ///< Inputs only: makes the argument optional (trailing ones).
};

/// A field of exactly this type.
inline ProcedureField TypedField(std::string name, ValueType type,
                                 std::optional<Value> default_value = std::nullopt) {
  return {std::move(name), {FieldType::Kind::kExact, type}, std::move(default_value)};
}

enum class ProcedureMode : uint8_t {
  kRead,
  kWrite,
  kSchema,
  kNoGraph,  ///< Neither reads nor changes the graph, so rows may be taken while others change it.
};

struct ProcedureSignature {
  std::string name;  ///< Dotted, case-sensitive: "db.index.fulltext.queryNodes".
  std::vector<ProcedureField> inputs;
  std::vector<ProcedureField> outputs;
  ProcedureMode mode = ProcedureMode::kRead;
  std::string description;
};

/// Runs a Cypher statement inside the calling transaction. Implemented by the executor.
class StatementRunner {
 public:
  virtual ~StatementRunner() = default;
  /// All rows, in column order. Nodes and relationships are by id.
  virtual Result<std::vector<std::vector<Value>>> Run(std::string_view statement,
                                                      const Map& parameters) = 0;
  /// The plan of a statement as EXPLAIN shows it, without running it.
  virtual Result<std::string> Explain(std::string_view statement, const Map& parameters) = 0;
};

struct ProcedureContext {
  storage::Transaction& transaction;  ///< Its view() is what the calling statement sees.
  StatementRunner& statements;
  const Interrupt& interrupt;
  MemoryBudget& memory;
};

/// Receives one output row, in the signature's order. An error from it ends the call.
using RowSink = std::function<Status(std::span<const Value>)>;

class Procedure {
 public:
  virtual ~Procedure() = default;
  virtual const ProcedureSignature& signature() const = 0;
  /// `arguments` has one value for each input, defaults filled in, types checked.
  virtual Status Call(ProcedureContext& context, std::span<const Value> arguments,
                      const RowSink& sink) const = 0;
  /// Lines that EXPLAIN shows below the call when its arguments are known before the run: the
  /// route, its reasons, the plan it compiles to. Empty by default.
  virtual Result<std::string> Explain(ProcedureContext& context,
                                      std::span<const Value> arguments) const;
};

/// Rows that are made as they are wanted.
class RowSource {
 public:
  virtual ~RowSource() = default;
  /// Replaces *row by the next one, in the signature's order; false at the end.
  virtual Result<bool> Next(std::vector<Value>* row) = 0;
};

/// A procedure whose rows need not be kept.
class StreamingProcedure : public Procedure {
 public:
  /// As Call. The source may use the context, which outlives it.
  virtual Result<std::unique_ptr<RowSource>> Open(ProcedureContext& context,
                                                  std::span<const Value> arguments) const = 0;
  Status Call(ProcedureContext& context, std::span<const Value> arguments,
              const RowSink& sink) const final;
};

class ProcedureRegistry {
 public:
  /// AlreadyExists when the name is taken. Not thread-safe against lookups: register before use.
  Status Register(std::unique_ptr<Procedure> procedure);
  /// Null when unknown. Borrowed, lives as long as the registry.
  const Procedure* Find(std::string_view name) const;
  /// All names, sorted, for SHOW PROCEDURES and suggestions.
  std::vector<std::string> Names() const;

 private:
  std::map<std::string, std::unique_ptr<Procedure>, std::less<>> procedures_;
};

}  // namespace kith::query
