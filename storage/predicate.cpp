// SPDX-License-Identifier: Apache-2.0
// Property predicates on encoded values.
#include "storage/predicate.h"

#include <algorithm>

#include "engine/base/value_compare.h"
#include "storage/format/value_codec.h"

namespace kith::storage {

CompiledPredicate::CompiledPredicate(const PropertyPredicate& predicate) : predicate_(&predicate) {
  const bool exact = predicate.operand.IsString() || predicate.operand.IsBoolean();
  if (predicate.op == PropertyPredicate::Operator::kEqual && exact) {
    AppendValue(predicate.operand, &exact_);
  }
}

bool CompiledPredicate::Passes(const Value& value) const {
  const Value& operand = predicate_->operand;
  switch (predicate_->op) {
    case PropertyPredicate::Operator::kEqual: return Equals(value, operand) == true;
    case PropertyPredicate::Operator::kLess: return Less(value, operand) == true;
    case PropertyPredicate::Operator::kLessOrEqual: return LessOrEqual(value, operand) == true;
    case PropertyPredicate::Operator::kGreater: return Less(operand, value) == true;
    case PropertyPredicate::Operator::kGreaterOrEqual: return LessOrEqual(operand, value) == true;
    case PropertyPredicate::Operator::kIn:
      return operand.IsList() &&
             std::any_of(operand.AsList().begin(), operand.AsList().end(),
                         [&](const Value& element) { return Equals(value, element) == true; });
    case PropertyPredicate::Operator::kExists: return !value.IsNull();
  }
  return false;
}

bool CompiledPredicate::PassesEncoded(std::string_view bytes, bool* passes) const {
  if (predicate_->op == PropertyPredicate::Operator::kExists) {
    *passes = static_cast<ValueTag>(bytes.front()) != ValueTag::kNull;
    return true;
  }
  if (!exact_.empty()) {
    *passes = bytes == exact_;
    return true;
  }
  ByteReader reader(bytes);
  const Value value = TakeValue(&reader);
  *passes = Passes(value);
  return reader.ok();
}

}  // namespace kith::storage
