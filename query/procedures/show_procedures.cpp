// SPDX-License-Identifier: Apache-2.0
// The rows of SHOW INDEXES, CONSTRAINTS, FUNCTIONS and PROCEDURES.
#include "query/procedures/show_procedures.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "index/index_manager.h"
#include "query/function/registry.h"

namespace kith::query {
namespace {

using Row = std::vector<Value>;

Value StringList(const std::vector<std::string>& texts) {
  List list;
  for (const std::string& text : texts) list.emplace_back(text);
  return Value(std::move(list));
}

// A procedure without arguments, whose rows a function gives.
class ShowProcedure : public Procedure {
 public:
  ShowProcedure(std::string name, std::string description, std::vector<ProcedureField> outputs) {
    signature_.name = std::move(name);
    signature_.description = std::move(description);
    signature_.outputs = std::move(outputs);
  }
  const ProcedureSignature& signature() const override { return signature_; }

  Status Call(ProcedureContext& context, std::span<const Value>,
              const RowSink& sink) const override {
    KITH_ASSIGN_OR_RETURN(const std::vector<Row> rows, Rows(context));
    for (const Row& row : rows) KITH_RETURN_IF_ERROR(sink(row));
    return Status::Ok();
  }

 protected:
  virtual Result<std::vector<Row>> Rows(ProcedureContext& context) const = 0;

 private:
  ProcedureSignature signature_;
};

std::string_view EntityName(index::EntityKind kind) {
  return kind == index::EntityKind::kNode ? "NODE" : "RELATIONSHIP";
}

class ShowIndexes final : public ShowProcedure {
 public:
  explicit ShowIndexes(const index::IndexManager* indexes)
      : ShowProcedure(
            "kith.show.indexes", "The indexes of the database, as SHOW INDEXES lists them.",
            {TypedField("id", ValueType::kInteger), TypedField("name", ValueType::kString),
             TypedField("state", ValueType::kString),
             TypedField("populationPercent", ValueType::kFloat),
             TypedField("type", ValueType::kString), TypedField("entityType", ValueType::kString),
             TypedField("labelsOrTypes", ValueType::kList),
             TypedField("properties", ValueType::kList),
             TypedField("owningConstraint", ValueType::kString)}),
        indexes_(indexes) {}

 private:
  Result<std::vector<Row>> Rows(ProcedureContext& context) const override {
    std::vector<Row> rows;
    if (indexes_ == nullptr) return rows;
    KITH_ASSIGN_OR_RETURN(const auto catalog, indexes_->CatalogFor(&context.transaction.view()));
    for (const auto& index : catalog->all()) {
      const bool online = index->state == index::IndexState::kOnline;
      rows.push_back({Value(static_cast<int64_t>(index->id)), Value(index->name),
                      Value(online ? "ONLINE" : "POPULATING"), Value(online ? 100.0 : 0.0),
                      Value(index::IndexTypeName(index->kind)), Value(EntityName(index->entity)),
                      StringList(index->labels), StringList(index->properties),
                      index->kind == index::IndexKind::kUnique ? Value(index->name) : Value()});
    }
    return rows;
  }

  const index::IndexManager* indexes_;
};

class ShowConstraints final : public ShowProcedure {
 public:
  explicit ShowConstraints(const index::IndexManager* indexes)
      : ShowProcedure(
            "kith.show.constraints",
            "The constraints of the database, as SHOW CONSTRAINTS lists them.",
            {TypedField("id", ValueType::kInteger), TypedField("name", ValueType::kString),
             TypedField("type", ValueType::kString), TypedField("entityType", ValueType::kString),
             TypedField("labelsOrTypes", ValueType::kList),
             TypedField("properties", ValueType::kList),
             TypedField("ownedIndex", ValueType::kString)}),
        indexes_(indexes) {}

 private:
  Result<std::vector<Row>> Rows(ProcedureContext& context) const override {
    std::vector<Row> rows;
    if (indexes_ == nullptr) return rows;
    KITH_ASSIGN_OR_RETURN(const auto catalog, indexes_->CatalogFor(&context.transaction.view()));
    for (const auto& index : catalog->all()) {
      if (index->kind != index::IndexKind::kUnique) continue;
      rows.push_back({Value(static_cast<int64_t>(index->id)), Value(index->name),
                      Value("UNIQUENESS"), Value(EntityName(index->entity)),
                      StringList(index->labels), StringList(index->properties),
                      Value(index->name)});
    }
    return rows;
  }

  const index::IndexManager* indexes_;
};

class ShowFunctions final : public ShowProcedure {
 public:
  explicit ShowFunctions(const FunctionRegistry& functions)
      : ShowProcedure(
            "kith.show.functions", "The functions of the language.",
            {TypedField("name", ValueType::kString), TypedField("category", ValueType::kString),
             TypedField("signature", ValueType::kString),
             TypedField("description", ValueType::kString)}),
        functions_(functions) {}

 private:
  Result<std::vector<Row>> Rows(ProcedureContext&) const override {
    std::vector<Row> rows;
    for (const FunctionSignature* signature : functions_.Signatures()) {
      rows.push_back({Value(signature->name), Value(signature->category),
                      Value(signature->ToString()), Value(signature->description)});
    }
    return rows;
  }

  const FunctionRegistry& functions_;
};

std::string_view ModeName(ProcedureMode mode) {
  switch (mode) {
    case ProcedureMode::kRead: return "READ";
    case ProcedureMode::kWrite: return "WRITE";
    case ProcedureMode::kSchema: return "SCHEMA";
    case ProcedureMode::kNoGraph: return "DBMS";
  }
  return "";
}

std::string TypeText(const FieldType& type) {
  switch (type.kind) {
    case FieldType::Kind::kAny: return "Any";
    case FieldType::Kind::kNumber: return "Number";
    case FieldType::Kind::kExact: return std::string(ValueTypeName(type.exact));
  }
  return "";
}

std::string FieldsText(const std::vector<ProcedureField>& fields) {
  std::string text = "(";
  for (const ProcedureField& field : fields) {
    if (text.size() > 1) text += ", ";
    text += field.name;
    if (field.default_value.has_value()) text += " = " + field.default_value->ToString();
    text += " :: " + TypeText(field.type);
  }
  return text + ")";
}

class ShowProcedures final : public ShowProcedure {
 public:
  explicit ShowProcedures(const ProcedureRegistry* procedures)
      : ShowProcedure(
            "kith.show.procedures", "What CALL can call.",
            {TypedField("name", ValueType::kString), TypedField("mode", ValueType::kString),
             TypedField("signature", ValueType::kString),
             TypedField("description", ValueType::kString)}),
        procedures_(procedures) {}

 private:
  Result<std::vector<Row>> Rows(ProcedureContext&) const override {
    std::vector<Row> rows;
    for (const std::string& name : procedures_->Names()) {
      const ProcedureSignature& signature = procedures_->Find(name)->signature();
      rows.push_back(
          {Value(name), Value(ModeName(signature.mode)),
           Value(name + FieldsText(signature.inputs) + " :: " + FieldsText(signature.outputs)),
           Value(signature.description)});
    }
    return rows;
  }

  const ProcedureRegistry* procedures_;
};

}  // namespace

Status RegisterShowProcedures(const index::IndexManager* indexes, const FunctionRegistry& functions,
                              ProcedureRegistry* procedures) {
  std::vector<std::unique_ptr<Procedure>> all;
  all.push_back(std::make_unique<ShowIndexes>(indexes));
  all.push_back(std::make_unique<ShowConstraints>(indexes));
  all.push_back(std::make_unique<ShowFunctions>(functions));
  all.push_back(std::make_unique<ShowProcedures>(procedures));
  for (auto& procedure : all) {
    if (procedures->Find(procedure->signature().name) != nullptr) continue;
    KITH_RETURN_IF_ERROR(procedures->Register(std::move(procedure)));
  }
  return Status::Ok();
}

}  // namespace kith::query
