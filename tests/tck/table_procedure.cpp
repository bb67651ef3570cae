// SPDX-License-Identifier: Apache-2.0
// Parsing of procedure signatures, and the table look-up.
#include "tests/tck/table_procedure.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/value_compare.h"
#include "tests/tck/expected_value.h"

namespace kith::tck {
namespace {

Status BadSignature(std::string_view signature) {
  return Status(StatusCode::kInvalidArgument,
                fmt::format("'{}' is no procedure signature", signature));
}

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

Result<query::FieldType> ParseType(std::string_view name) {
  using Kind = query::FieldType::Kind;
  if (!name.empty() && name.back() == '?') name.remove_suffix(1);
  if (name == "STRING") return query::FieldType{Kind::kExact, ValueType::kString};
  if (name == "INTEGER") return query::FieldType{Kind::kExact, ValueType::kInteger};
  if (name == "FLOAT") return query::FieldType{Kind::kExact, ValueType::kFloat};
  if (name == "BOOLEAN") return query::FieldType{Kind::kExact, ValueType::kBoolean};
  if (name == "NUMBER") return query::FieldType{Kind::kNumber, ValueType::kNull};
  if (name == "ANY") return query::FieldType{};
  return BadSignature(name);
}

// "a :: STRING?, b :: INTEGER?"
Result<std::vector<query::ProcedureField>> ParseFields(std::string_view text) {
  std::vector<query::ProcedureField> fields;
  text = Trim(text);
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view field = text.substr(0, comma);
    const size_t colons = field.find("::");
    if (colons == std::string_view::npos) return BadSignature(field);
    query::ProcedureField parsed;
    parsed.name = Trim(field.substr(0, colons));
    KITH_ASSIGN_OR_RETURN(parsed.type, ParseType(Trim(field.substr(colons + 2))));
    fields.push_back(std::move(parsed));
    text = Trim(text.substr(std::min(comma + 1, text.size())));
  }
  return fields;
}

Result<query::ProcedureSignature> ParseSignature(std::string_view text) {
  const size_t open = text.find('(');
  const size_t close = text.find(')');
  const size_t open_outputs = text.find('(', std::min(close, text.size()));
  const size_t close_outputs = text.rfind(')');
  if (open_outputs == std::string_view::npos || open > close || close_outputs < open_outputs) {
    return BadSignature(text);
  }
  query::ProcedureSignature signature;
  signature.name = Trim(text.substr(0, open));
  KITH_ASSIGN_OR_RETURN(signature.inputs, ParseFields(text.substr(open + 1, close - open - 1)));
  KITH_ASSIGN_OR_RETURN(
      signature.outputs,
      ParseFields(text.substr(open_outputs + 1, close_outputs - open_outputs - 1)));
  return signature;
}

class TableProcedure : public query::Procedure {
 public:
  TableProcedure(query::ProcedureSignature signature, std::vector<std::vector<Value>> facts)
      : signature_(std::move(signature)), facts_(std::move(facts)) {}

  const query::ProcedureSignature& signature() const override { return signature_; }

  Status Call(query::ProcedureContext&, std::span<const Value> arguments,
              const query::RowSink& sink) const override {
    for (const std::vector<Value>& fact : facts_) {
      // null equals null here, and 1 equals 1.0: equivalence, not equality.
      if (!std::equal(arguments.begin(), arguments.end(), fact.begin(), &Equivalent)) continue;
      KITH_RETURN_IF_ERROR(sink(std::span<const Value>(fact).subspan(arguments.size())));
    }
    return Status::Ok();
  }

 private:
  query::ProcedureSignature signature_;
  std::vector<std::vector<Value>> facts_;  // inputs, then outputs
};

}  // namespace

Result<std::unique_ptr<query::Procedure>> MakeTableProcedure(std::string_view text,
                                                             const Table& table) {
  KITH_ASSIGN_OR_RETURN(query::ProcedureSignature signature, ParseSignature(text));
  const size_t width = signature.inputs.size() + signature.outputs.size();
  std::vector<std::vector<Value>> facts;
  for (size_t i = 1; i < table.size(); ++i) {
    if (table[i].size() != width) {
      return Status(
          StatusCode::kInvalidArgument,
          fmt::format("row {} of the procedure's table has {} cells, and the signature {}", i,
                      table[i].size(), width));
    }
    std::vector<Value> fact;
    for (const std::string& cell : table[i]) {
      KITH_ASSIGN_OR_RETURN(const ExpectedValue expected, ParseExpected(cell));
      KITH_ASSIGN_OR_RETURN(Value value, ToEngine(expected));
      fact.push_back(std::move(value));
    }
    facts.push_back(std::move(fact));
  }
  return std::unique_ptr<query::Procedure>(
      std::make_unique<TableProcedure>(std::move(signature), std::move(facts)));
}

}  // namespace kith::tck
