// SPDX-License-Identifier: Apache-2.0
// Looking functions up, checking calls at compile time, calling them at run time.
#include "query/function/registry.h"

#include <fmt/core.h>

#include <algorithm>

#include "query/function/function_error.h"

namespace kith::query {
namespace {

std::string Folded(std::string_view name) {
  std::string folded(name);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

// Levenshtein's distance, the classic two-row table.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitution});
    }
  }
  return row[b.size()];
}

Status CompileError(std::string message, std::string_view detail) {
  return Status(StatusCode::kSyntaxError, std::move(message))
      .WithDetail(detail)
      .WithPhase(ErrorPhase::kCompileTime);
}

Status NameTaken(const std::string& name) {
  return Status(StatusCode::kAlreadyExists, fmt::format("a function {}() exists already", name));
}

std::string ExpectedCount(const FunctionSignature& signature) {
  const size_t low = signature.min_arguments;
  const size_t high = signature.max_arguments();
  if (high == SIZE_MAX) return fmt::format("at least {}", low);
  return low == high ? fmt::format("{}", low) : fmt::format("{} to {}", low, high);
}

Status WrongArgument(const FunctionSignature& signature, size_t i, const Value& argument) {
  return TypeMismatch(fmt::format("{}() takes {} as its argument '{}', but got {}", signature.name,
                                  signature.parameter(i).types.ToString(),
                                  signature.parameter(i).name, DescribeValue(argument)));
}

}  // namespace

std::string FunctionSignature::ToString() const {
  std::string text = name + "(";
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (i > 0) text += ", ";
    const bool optional = i >= min_arguments;
    text += optional ? "[" : "";
    text += fmt::format("{} :: {}", parameters[i].name, parameters[i].types.ToString());
    if (variadic && i + 1 == parameters.size()) text += "...";
    text += optional ? "]" : "";
  }
  return text + ") :: " + result.ToString();
}

Status FunctionRegistry::Register(ScalarFunction function) {
  std::string key = Folded(function.signature.name);
  if (scalars_.count(key) != 0 || aggregates_.count(key) != 0) {
    return NameTaken(function.signature.name);
  }
  scalars_.emplace(std::move(key), std::make_unique<ScalarFunction>(std::move(function)));
  return Status::Ok();
}

Status FunctionRegistry::Register(AggregateFunction function) {
  std::string key = Folded(function.signature.name);
  if (scalars_.count(key) != 0 || aggregates_.count(key) != 0) {
    return NameTaken(function.signature.name);
  }
  aggregates_.emplace(std::move(key), std::make_unique<AggregateFunction>(std::move(function)));
  return Status::Ok();
}

const ScalarFunction* FunctionRegistry::FindScalar(std::string_view name) const {
  const auto found = scalars_.find(Folded(name));
  return found == scalars_.end() ? nullptr : found->second.get();
}

const AggregateFunction* FunctionRegistry::FindAggregate(std::string_view name) const {
  const auto found = aggregates_.find(Folded(name));
  return found == aggregates_.end() ? nullptr : found->second.get();
}

std::string_view FunctionRegistry::NearestName(std::string_view name) const {
  // A name too long to be a slip is not worth the quadratic comparison.
  constexpr size_t kMaxNameBytes = 64;
  if (name.size() > kMaxNameBytes) return {};
  const std::string wanted = Folded(name);
  size_t best = std::max<size_t>(1, wanted.size() / 3) + 1;
  std::string_view nearest;
  for (const FunctionSignature* signature : Signatures()) {
    const size_t distance = EditDistance(wanted, Folded(signature->name));
    if (distance < best) {
      best = distance;
      nearest = signature->name;
    }
  }
  return nearest;
}

std::vector<const FunctionSignature*> FunctionRegistry::Signatures() const {
  std::vector<const FunctionSignature*> all;
  for (const auto& entry : scalars_) all.push_back(&entry.second->signature);
  for (const auto& entry : aggregates_) all.push_back(&entry.second->signature);
  std::sort(all.begin(), all.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  return all;
}

Status CheckArgumentCount(const FunctionSignature& signature, size_t count) {
  if (count >= signature.min_arguments && count <= signature.max_arguments()) return Status::Ok();
  return CompileError(fmt::format("{}() takes {} argument(s), but got {}: {}", signature.name,
                                  ExpectedCount(signature), count, signature.ToString()),
                      "InvalidNumberOfArguments");
}

Status CheckArgumentTypes(const FunctionSignature& signature, std::span<const TypeSet> types,
                          size_t* wrong_argument) {
  for (size_t i = 0; i < types.size(); ++i) {
    const FunctionParameter& parameter = signature.parameter(i);
    if (types[i].MayBe(parameter.types)) continue;
    if (wrong_argument != nullptr) *wrong_argument = i;
    return CompileError(
        fmt::format("{}() takes {} as its argument '{}', but this is {}", signature.name,
                    parameter.types.ToString(), parameter.name, types[i].ToString()),
        "InvalidArgumentType");
  }
  return Status::Ok();
}

Result<Value> CallScalar(const ScalarFunction& function, FunctionContext& context,
                         std::span<const Value> arguments) {
  const FunctionSignature& signature = function.signature;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].IsNull()) {
      if (signature.null_propagating) return Value();
    } else if (!signature.parameter(i).types.Contains(arguments[i].type())) {
      // A null anywhere wins over a wrong type elsewhere.
      const bool any_null = std::any_of(arguments.begin(), arguments.end(),
                                        [](const Value& argument) { return argument.IsNull(); });
      if (any_null && signature.null_propagating) return Value();
      return WrongArgument(signature, i, arguments[i]);
    }
  }
  return function.body(context, arguments);
}

}  // namespace kith::query
