// SPDX-License-Identifier: Apache-2.0
// The registry of what CALL can call.
#include "query/procedure.h"

#include <utility>

namespace kith::query {

Result<std::string> Procedure::Explain(ProcedureContext&, std::span<const Value>) const {
  return std::string();
}

Status StreamingProcedure::Call(ProcedureContext& context, std::span<const Value> arguments,
                                const RowSink& sink) const {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RowSource> source, Open(context, arguments));
  std::vector<Value> row;
  while (true) {
    KITH_RETURN_IF_ERROR(context.interrupt.Check());
    KITH_ASSIGN_OR_RETURN(const bool more, source->Next(&row));
    if (!more) return Status::Ok();
    KITH_RETURN_IF_ERROR(sink(row));
  }
}

Status ProcedureRegistry::Register(std::unique_ptr<Procedure> procedure) {
  std::string name = procedure->signature().name;
  if (procedures_.contains(name)) {
    return Status(StatusCode::kAlreadyExists,
                  "a procedure named " + name + " is registered already");
  }
  procedures_.emplace(std::move(name), std::move(procedure));
  return Status::Ok();
}

const Procedure* ProcedureRegistry::Find(std::string_view name) const {
  auto found = procedures_.find(name);
  return found == procedures_.end() ? nullptr : found->second.get();
}

std::vector<std::string> ProcedureRegistry::Names() const {
  std::vector<std::string> names;
  names.reserve(procedures_.size());
  for (const auto& [name, procedure] : procedures_) names.push_back(name);
  return names;
}

}  // namespace kith::query
