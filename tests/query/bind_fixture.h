// SPDX-License-Identifier: Apache-2.0
// Parses and binds statements against the builtin functions and two procedures.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "query/bind/binder.h"
#include "query/function/registry.h"
#include "query/parse/parser.h"
#include "query/procedure.h"

namespace kith::query::test {

/// A procedure that is only ever bound.
class DeclaredProcedure : public Procedure {
 public:
  explicit DeclaredProcedure(ProcedureSignature signature) : signature_(std::move(signature)) {}
  const ProcedureSignature& signature() const override { return signature_; }
  Status Call(ProcedureContext&, std::span<const Value>, const RowSink&) const override {
    return Status::Ok();
  }

 private:
  ProcedureSignature signature_;
};

inline FieldType Exactly(ValueType type) {
  return {FieldType::Kind::kExact, type};
}

/// test.proc(name :: STRING, count :: INTEGER = 1) :: (city :: STRING, size :: FLOAT), test.write()
/// ::
/// (), kith.show.indexes() :: (name :: STRING, type :: STRING)
inline const ProcedureRegistry& Procedures() {
  static const ProcedureRegistry* const registry = [] {
    auto* made = new ProcedureRegistry;
    const auto add = [made](ProcedureSignature signature) {
      return made->Register(std::make_unique<DeclaredProcedure>(std::move(signature))).ok();
    };
    add({"test.proc",
         {{"name", Exactly(ValueType::kString), {}},
          {"count", Exactly(ValueType::kInteger), Value(1)}},
         {{"city", Exactly(ValueType::kString), {}}, {"size", Exactly(ValueType::kFloat), {}}},
         ProcedureMode::kRead,
         ""});
    add({"test.write", {}, {}, ProcedureMode::kWrite, ""});
    add({"kith.show.indexes",
         {},
         {{"name", Exactly(ValueType::kString), {}}, {"type", Exactly(ValueType::kString), {}}},
         ProcedureMode::kRead,
         ""});
    return made;
  }();
  return *registry;
}

inline Result<std::unique_ptr<BoundStatement>> BindText(const std::string& text,
                                                        const kith::Map* parameters = nullptr) {
  KITH_ASSIGN_OR_RETURN(auto statement, ParseStatement(text));
  BindOptions options;
  options.functions = &FunctionRegistry::Builtins();
  options.procedures = &Procedures();
  options.parameters = parameters;
  return Bind(std::move(statement), options);
}

/// "SyntaxError UndefinedVariable", or "OK".
inline std::string Outcome(const std::string& text, const kith::Map* parameters = nullptr) {
  const auto bound = BindText(text, parameters);
  if (bound.ok()) return "OK";
  return std::string(StatusCodeName(bound.status().code())) + " " + bound.status().detail();
}

}  // namespace kith::query::test
