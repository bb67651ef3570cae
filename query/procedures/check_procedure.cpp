// SPDX-License-Identifier: Apache-2.0
// CALL db.check().
#include "query/procedures/check_procedure.h"

#include "index/check_indexes.h"

namespace kith::query {
namespace {

Result<CheckOptions> CheckOptionsOf(const Value& map) {
  CheckOptions options;
  if (map.IsNull()) return options;
  for (const auto& [key, value] : map.AsMap()) {
    if (key != "limit" || !value.IsInteger() || value.AsInteger() < 1) {
      return Status(StatusCode::kArgumentError,
                    "db.check: the options are {limit: N}, N an integer of 1 or more, not " +
                        map.ToString())
          .WithPhase(ErrorPhase::kRuntime);
    }
    options.limit = static_cast<size_t>(value.AsInteger());
  }
  return options;
}

class CheckProcedure final : public Procedure {
 public:
  explicit CheckProcedure(storage::GraphStore* store) : store_(store) {
    signature_.name = "db.check";
    signature_.inputs = {TypedField("options", ValueType::kMap, Value::FromMap({}))};
    for (const char* name : {"what", "place", "expected", "found"}) {
      signature_.outputs.push_back(TypedField(name, ValueType::kString));
    }
    signature_.description =
        "What is wrong in files, graph and indexes: a row for each thing, none when all is well.";
  }

  const ProcedureSignature& signature() const override { return signature_; }

  Status Call(ProcedureContext& context, std::span<const Value> arguments,
              const RowSink& sink) const override {
    KITH_ASSIGN_OR_RETURN(const CheckOptions options, CheckOptionsOf(arguments[0]));
    KITH_ASSIGN_OR_RETURN(const auto findings,
                          index::CheckDatabase(store_, options, &context.interrupt));
    for (const CheckFinding& finding : findings) {
      const Value row[] = {Value(finding.what), Value(finding.place), Value(finding.expected),
                           Value(finding.found)};
      KITH_RETURN_IF_ERROR(sink(row));
    }
    return Status::Ok();
  }

 private:
  storage::GraphStore* store_;
  ProcedureSignature signature_;
};

}  // namespace

Status RegisterCheckProcedure(ProcedureRegistry* registry, storage::GraphStore* store) {
  return registry->Register(std::make_unique<CheckProcedure>(store));
}

}  // namespace kith::query
