// SPDX-License-Identifier: Apache-2.0
// count, sum, avg, min, max, collect, stDev, stDevP, percentileCont, percentileDisc.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/base/value_compare.h"
#include "query/function/builtins.h"
#include "query/function/distinct_aggregate.h"
#include "query/function/function_error.h"
#include "query/function/held_memory.h"
#include "query/function/operators.h"

namespace kith::query {
namespace {

using Arguments = std::span<const Value>;
using Int128 = __int128;

// Casts the other side of a Merge, which is of the same function by contract.
template <typename State>
State& Same(AggregateState& other) {
  return static_cast<State&>(other);
}

// count(x), and count(*) when called without arguments.
class Count final : public AggregateState {
 public:
  Status Update(FunctionContext& /*context*/, Arguments arguments) override {
    if (arguments.empty() || !arguments[0].IsNull()) ++count_;
    return Status::Ok();
  }
  Status Merge(FunctionContext& /*context*/, AggregateState& later) override {
    count_ += Same<Count>(later).count_;
    return Status::Ok();
  }
  Result<Value> Finish(FunctionContext& /*context*/) override { return Value(count_); }

 private:
  int64_t count_ = 0;
};

// A sum of numbers that does not depend on the order of integers (they are summed exactly in 128
// bits) and loses little of floats (Neumaier's compensated summation, 1974).
class NumberSum {
 public:
  void Add(const Value& number) {
    if (number.IsInteger()) {
      integers_ += number.AsInteger();
    } else {
      any_float_ = true;
      AddFloat(number.AsFloat());
    }
  }
  void Add(const NumberSum& other) {
    integers_ += other.integers_;
    any_float_ = any_float_ || other.any_float_;
    AddFloat(other.sum_);
    AddFloat(other.compensation_);
  }
  bool any_float() const { return any_float_; }
  Int128 integers() const { return integers_; }
  double AsDouble() const {
    NumberSum total = *this;
    total.AddFloat(static_cast<double>(integers_));
    // Infinities make the compensation NaN; the plain sum is then right.
    return std::isfinite(total.sum_) ? total.sum_ + total.compensation_ : total.sum_;
  }

 private:
  void AddFloat(double number) {
    const double next = sum_ + number;
    compensation_ +=
        std::abs(sum_) >= std::abs(number) ? (sum_ - next) + number : (number - next) + sum_;
    sum_ = next;
  }

  Int128 integers_ = 0;
  double sum_ = 0;
  double compensation_ = 0;
  bool any_float_ = false;
};

// sum and avg: of numbers, or of durations, not of both.
class SumOrAverage : public AggregateState {
 public:
  Status Update(FunctionContext& context, Arguments arguments) override {
    const Value& value = arguments[0];
    if (value.IsNull()) return Status::Ok();
    const bool duration = value.type() == ValueType::kDuration;
    if (!duration && !value.IsNumber()) {
      return TypeMismatch(fmt::format("sum() and avg() take numbers or durations, but got {}",
                                      DescribeValue(value)));
    }
    if (count_ > 0 && duration != durations_.has_value()) {
      return TypeMismatch("sum() and avg() take either numbers or durations, but got both");
    }
    ++count_;
    if (!duration) {
      numbers_.Add(value);
      return Status::Ok();
    }
    return AddDuration(context, value);
  }

  Status Merge(FunctionContext& context, AggregateState& later) override {
    auto& other = Same<SumOrAverage>(later);
    if (other.count_ == 0) return Status::Ok();
    if (count_ > 0 && other.durations_.has_value() != durations_.has_value()) {
      return TypeMismatch("sum() and avg() take either numbers or durations, but got both");
    }
    count_ += other.count_;
    numbers_.Add(other.numbers_);
    return other.durations_.has_value() ? AddDuration(context, *other.durations_) : Status::Ok();
  }

 protected:
  int64_t count_ = 0;
  NumberSum numbers_;
  std::optional<Value> durations_;

 private:
  Status AddDuration(FunctionContext& context, const Value& value) {
    if (!durations_.has_value()) {
      durations_ = value;
      return Status::Ok();
    }
    KITH_ASSIGN_OR_RETURN(durations_, operators::Add(context, *durations_, value));
    return Status::Ok();
  }
};

class Sum final : public SumOrAverage {
 public:
  Result<Value> Finish(FunctionContext& /*context*/) override {
    if (durations_.has_value()) return *durations_;
    if (numbers_.any_float()) return Value(numbers_.AsDouble());
    if (numbers_.integers() < INT64_MIN || numbers_.integers() > INT64_MAX) {
      return IntegerOverflow("the result of sum()");
    }
    return Value(static_cast<int64_t>(numbers_.integers()));
  }
};

class Average final : public SumOrAverage {
 public:
  Result<Value> Finish(FunctionContext& context) override {
    if (count_ == 0) return Value();
    if (durations_.has_value()) return operators::Divide(context, *durations_, Value(count_));
    return Value(numbers_.AsDouble() / static_cast<double>(count_));
  }
};

// min and max by Order, over values of any types.
template <bool kGreatest>
class Extreme final : public AggregateState {
 public:
  Status Update(FunctionContext& /*context*/, Arguments arguments) override {
    if (!arguments[0].IsNull()) Consider(arguments[0]);
    return Status::Ok();
  }
  Status Merge(FunctionContext& /*context*/, AggregateState& later) override {
    const Value& other = Same<Extreme>(later).best_;
    if (!other.IsNull()) Consider(other);
    return Status::Ok();
  }
  Result<Value> Finish(FunctionContext& /*context*/) override { return best_; }

 private:
  void Consider(const Value& value) {
    if (best_.IsNull()) {
      best_ = value;
      return;
    }
    const std::strong_ordering order = Order(value, best_);
    if (kGreatest ? order > 0 : order < 0) best_ = value;
  }
  Value best_;
};

class Collect final : public AggregateState {
 public:
  Status Update(FunctionContext& context, Arguments arguments) override {
    if (arguments[0].IsNull()) return Status::Ok();
    KITH_RETURN_IF_ERROR(memory_.Add(context, sizeof(Value) + arguments[0].HeapBytes()));
    list_.push_back(arguments[0]);
    return Status::Ok();
  }
  Status Merge(FunctionContext& context, AggregateState& later) override {
    for (const Value& value : Same<Collect>(later).list_) {
      KITH_RETURN_IF_ERROR(Update(context, std::span(&value, 1)));
    }
    return Status::Ok();
  }
  Result<Value> Finish(FunctionContext& /*context*/) override {
    return operators::MakeList(std::move(list_));
  }

 private:
  List list_;
  HeldMemory memory_;
};

// Welford's running variance (1962); merging by Chan, Golub, LeVeque (1979).
template <bool kPopulation>
class StandardDeviation final : public AggregateState {
 public:
  Status Update(FunctionContext& /*context*/, Arguments arguments) override {
    if (arguments[0].IsNull()) return Status::Ok();
    if (!arguments[0].IsNumber()) {
      return TypeMismatch(fmt::format("a standard deviation is of numbers, but got {}",
                                      DescribeValue(arguments[0])));
    }
    const double number = arguments[0].AsNumber();
    count_ += 1;
    const double delta = number - mean_;
    mean_ += delta / count_;
    squares_ += delta * (number - mean_);
    return Status::Ok();
  }
  Status Merge(FunctionContext& /*context*/, AggregateState& later) override {
    const auto& other = Same<StandardDeviation>(later);
    if (other.count_ == 0) return Status::Ok();
    const double total = count_ + other.count_;
    const double delta = other.mean_ - mean_;
    squares_ += other.squares_ + delta * delta * count_ * other.count_ / total;
    mean_ += delta * other.count_ / total;
    count_ = total;
    return Status::Ok();
  }
  Result<Value> Finish(FunctionContext& /*context*/) override {
    const double degrees = kPopulation ? count_ : count_ - 1;
    return Value(degrees <= 0 ? 0.0 : std::sqrt(squares_ / degrees));
  }

 private:
  double count_ = 0;
  double mean_ = 0;
  double squares_ = 0;  // The sum of squared distances from the mean.
};

// percentileDisc (nearest rank) and percentileCont (linear interpolation).
template <bool kContinuous>
class Percentile final : public AggregateState {
 public:
  Status Update(FunctionContext& context, Arguments arguments) override {
    KITH_RETURN_IF_ERROR(CheckFraction(arguments[1]));
    const Value& value = arguments[0];
    if (value.IsNull()) return Status::Ok();
    if (!value.IsNumber()) {
      return TypeMismatch(
          fmt::format("a percentile is of numbers, but got {}", DescribeValue(value)));
    }
    fraction_ = arguments[1].AsNumber();
    KITH_RETURN_IF_ERROR(memory_.Add(context, sizeof(Value)));
    values_.push_back(value);
    return Status::Ok();
  }
  Status Merge(FunctionContext& context, AggregateState& later) override {
    auto& other = Same<Percentile>(later);
    if (other.values_.empty()) return Status::Ok();
    KITH_RETURN_IF_ERROR(memory_.Add(context, other.values_.size() * sizeof(Value)));
    values_.insert(values_.end(), other.values_.begin(), other.values_.end());
    fraction_ = other.fraction_;
    return Status::Ok();
  }
  Result<Value> Finish(FunctionContext& /*context*/) override {
    if (values_.empty()) return Value();
    const auto last = static_cast<double>(values_.size() - 1);
    if (!kContinuous) {
      const double rank = std::ceil(fraction_ * static_cast<double>(values_.size())) - 1;
      return At(std::clamp(rank, 0.0, last));
    }
    const double position = fraction_ * last;
    const double below = At(std::floor(position)).AsNumber();
    const double share = position - std::floor(position);
    if (share == 0) return Value(below);
    return Value(below * (1 - share) + At(std::ceil(position)).AsNumber() * share);
  }

 private:
  static Status CheckFraction(const Value& fraction) {
    if (!fraction.IsNumber()) {
      return TypeMismatch(
          fmt::format("a percentile is a number from 0 to 1, but got {}", DescribeValue(fraction)));
    }
    if (fraction.AsNumber() >= 0 && fraction.AsNumber() <= 1) return Status::Ok();
    return NumberOutOfRange(
        fmt::format("a percentile is a number from 0 to 1, but got {}", fraction.ToString()));
  }
  Value At(double rank) {
    const auto nth = values_.begin() + static_cast<ptrdiff_t>(rank);
    std::nth_element(values_.begin(), nth, values_.end(),
                     [](const Value& a, const Value& b) { return Order(a, b) < 0; });
    return *nth;
  }

  std::vector<Value> values_;
  double fraction_ = 0;
  HeldMemory memory_;
};

template <typename State>
std::unique_ptr<AggregateState> New() {
  return std::make_unique<State>();
}

struct AggregateRow {
  std::string_view name;
  std::vector<FunctionParameter> parameters;
  TypeSet result;
  std::unique_ptr<AggregateState> (*new_state)();
  std::string_view description;
};

}  // namespace

std::unique_ptr<AggregateState> NewAggregateState(const AggregateFunction& function,
                                                  bool distinct) {
  std::unique_ptr<AggregateState> state = function.new_state();
  return distinct ? MakeDistinct(std::move(state)) : std::move(state);
}

Status RegisterAggregateFunctions(FunctionRegistry* registry) {
  const std::vector<FunctionParameter> any = {{"input", kAnyType}};
  const std::vector<FunctionParameter> number = {{"input", kNumberType}};
  const std::vector<FunctionParameter> sum = {{"input", kNumberType | ValueType::kDuration}};
  const std::vector<FunctionParameter> percentile = {{"input", kNumberType},
                                                     {"percentile", kNumberType}};
  const TypeSet sum_result = kNumberType | ValueType::kDuration;
  const TypeSet average_result = kFloatType | ValueType::kDuration;
  std::vector<AggregateRow> rows = {
      {"count", any, ValueType::kInteger, New<Count>, "The number of values that are not null."},
      {"sum", sum, sum_result, New<Sum>, "The sum of numbers or durations."},
      {"avg", sum, average_result, New<Average>, "The mean of numbers or durations."},
      {"min", any, kAnyType, New<Extreme<false>>, "The least value."},
      {"max", any, kAnyType, New<Extreme<true>>, "The greatest value."},
      {"collect", any, ValueType::kList, New<Collect>, "All values that are not null as a list."},
      {"stDev", number, ValueType::kFloat, New<StandardDeviation<false>>,
       "The standard deviation of a sample."},
      {"stDevP", number, ValueType::kFloat, New<StandardDeviation<true>>,
       "The standard deviation of a whole population."},
      {"percentileCont", percentile, kFloatType, New<Percentile<true>>,
       "The percentile (0 to 1), interpolated."},
      {"percentileDisc", percentile, kNumberType, New<Percentile<false>>,
       "The percentile (0 to 1), a value that occurs."},
  };
  for (AggregateRow& row : rows) {
    AggregateFunction function;
    function.signature.name = row.name;
    function.signature.category = "Aggregating";
    function.signature.description = row.description;
    function.signature.min_arguments = row.parameters.size();
    function.signature.parameters = std::move(row.parameters);
    function.signature.result = row.result;
    function.signature.null_propagating = false;
    function.new_state = row.new_state;
    KITH_RETURN_IF_ERROR(registry->Register(std::move(function)));
  }
  return Status::Ok();
}

}  // namespace kith::query
