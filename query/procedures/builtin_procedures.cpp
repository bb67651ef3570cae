// SPDX-License-Identifier: Apache-2.0
// Built-in procedures.
#include "query/procedures/builtin_procedures.h"

#include <utility>

#include "storage/catalog.h"

namespace kith::query {

namespace {

using Body = std::function<Status(ProcedureContext&, std::span<const Value>, const RowSink&)>;

class BuiltinProcedure final : public Procedure {
 public:
  BuiltinProcedure(ProcedureSignature signature, Body body)
      : signature_(std::move(signature)), body_(std::move(body)) {}
  const ProcedureSignature& signature() const override { return signature_; }
  Status Call(ProcedureContext& context, std::span<const Value> arguments,
              const RowSink& sink) const override {
    return body_(context, arguments, sink);
  }

 private:
  ProcedureSignature signature_;
  Body body_;
};

void Add(ProcedureRegistry* registry, ProcedureSignature signature, Body body) {
  // A name that is taken stays with whoever took it.
  const Status status =
      registry->Register(std::make_unique<BuiltinProcedure>(std::move(signature), std::move(body)));
  static_cast<void>(status.ok());
}

Status SinkNames(const std::vector<std::string>& names, const RowSink& sink) {
  for (const std::string& name : names) {
    const Value row[] = {Value(name)};
    KITH_RETURN_IF_ERROR(sink(row));
  }
  return Status::Ok();
}

void AddNames(ProcedureRegistry* registry) {
  Add(registry,
      {"db.labels",
       {},
       {TypedField("label", ValueType::kString)},
       ProcedureMode::kRead,
       "All labels that nodes have or had."},
      [](ProcedureContext& context, std::span<const Value>, const RowSink& sink) {
        return SinkNames(context.transaction.view().catalog().Labels(), sink);
      });
  Add(registry,
      {"db.relationshipTypes",
       {},
       {TypedField("relationshipType", ValueType::kString)},
       ProcedureMode::kRead,
       "All types that relationships have or had."},
      [](ProcedureContext& context, std::span<const Value>, const RowSink& sink) {
        return SinkNames(context.transaction.view().catalog().RelTypes(), sink);
      });
  Add(registry,
      {"db.propertyKeys",
       {},
       {TypedField("propertyKey", ValueType::kString)},
       ProcedureMode::kRead,
       "All property keys in use."},
      [](ProcedureContext& context, std::span<const Value>, const RowSink& sink) {
        return SinkNames(context.transaction.view().catalog().Properties(), sink);
      });
}

Status Overview(ProcedureContext& context, const RowSink& sink) {
  storage::ReadView& view = context.transaction.view();
  const storage::Catalog& catalog = view.catalog();
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Statistics> statistics,
                        view.GetStatistics());
  for (const std::string& label : catalog.Labels()) {
    const uint64_t count = statistics->NodeCount(*catalog.FindLabel(label));
    const Value row[] = {Value("node"), Value(label), Value(static_cast<int64_t>(count))};
    KITH_RETURN_IF_ERROR(sink(row));
  }
  for (const std::string& type : catalog.RelTypes()) {
    const uint64_t count = statistics->RelationshipCount(*catalog.FindRelType(type));
    const Value row[] = {Value("relationship"), Value(type), Value(static_cast<int64_t>(count))};
    KITH_RETURN_IF_ERROR(sink(row));
  }
  return Status::Ok();
}

void AddDescriptions(ProcedureRegistry* registry) {
  Add(registry,
      {"db.schema.overview",
       {},
       {TypedField("kind", ValueType::kString), TypedField("name", ValueType::kString),
        TypedField("count", ValueType::kInteger)},
       ProcedureMode::kRead,
       "Labels and relationship types with how many there are."},
      [](ProcedureContext& context, std::span<const Value>, const RowSink& sink) {
        return Overview(context, sink);
      });
  Add(registry,
      {"dbms.components",
       {},
       {TypedField("name", ValueType::kString), TypedField("versions", ValueType::kList),
        TypedField("edition", ValueType::kString)},
       ProcedureMode::kRead,
       "The database's name and version."},
      [](ProcedureContext&, std::span<const Value>, const RowSink& sink) {
        const Value row[] = {Value("Kith"), Value(List{Value("0.1.0")}), Value("embedded")};
        return sink(row);
      });
}

}  // namespace

void RegisterBuiltinProcedures(ProcedureRegistry* registry) {
  AddNames(registry);
  AddDescriptions(registry);
}

}  // namespace kith::query
