// SPDX-License-Identifier: Apache-2.0
// From predicates to byte ranges.
#include "index/property/seek_ranges.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/key_codec.h"
#include "engine/base/value_compare.h"

namespace kith::index {
namespace {

// False for null and NaN, also inside lists: `=` holds for nothing then.
bool CanBeEqual(const Value& value) {
  return IsIndexable(value) && Equals(value, value) == true;
}

// Both encodings lie in one index, so a successor always exists: tags end far below 0xFF.
TupleRange AllWithPrefix(std::string prefix) {
  std::string upper = PrefixSuccessor(prefix);
  return {std::move(prefix), std::move(upper)};
}

Status AddIn(const std::string& prefix, const std::vector<Value>& values, SeekRanges* ranges) {
  std::vector<std::string> keys;
  for (const Value& value : values) {
    if (!CanBeEqual(value)) continue;
    std::string key = prefix;
    KITH_RETURN_IF_ERROR(AppendKey(value, &key));
    keys.push_back(std::move(key));
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  for (std::string& key : keys) ranges->ranges.push_back(AllWithPrefix(std::move(key)));
  return Status::Ok();
}

bool SameComparisonType(const Value& a, const Value& b) {
  return a.type() == b.type() || (a.IsNumber() && b.IsNumber());
}

Status AddBounds(const std::string& prefix, const PropertySeek& seek, SeekRanges* ranges) {
  const Value& like = seek.lower ? seek.lower->value : seek.upper->value;
  if (seek.lower && seek.upper && !SameComparisonType(like, seek.upper->value)) return Status::Ok();
  for (const auto* bound : {&seek.lower, &seek.upper}) {
    if (!*bound) continue;
    // NaN compares with nothing; a list with null in it still does by its other elements.
    const Value& value = (*bound)->value;
    if (value.IsList() ? !IsIndexable(value) : !CanBeEqual(value)) return Status::Ok();
  }
  std::string low;
  std::string high;
  KeyTypeBounds(like, &low, &high);
  if (low.empty()) return Status::Ok();
  TupleRange range{prefix + low, prefix + high};
  if (seek.lower) {
    std::string key = prefix;
    KITH_RETURN_IF_ERROR(AppendKey(seek.lower->value, &key));
    range.lower = seek.lower->inclusive ? key : PrefixSuccessor(key);
  }
  if (seek.upper) {
    std::string key = prefix;
    KITH_RETURN_IF_ERROR(AppendKey(seek.upper->value, &key));
    range.upper = seek.upper->inclusive ? PrefixSuccessor(key) : key;
  }
  ranges->check_lists = like.IsList();
  if (range.lower < range.upper) ranges->ranges.push_back(std::move(range));
  return Status::Ok();
}

Status CheckShape(const IndexDefinition& definition, const PropertySeek& seek) {
  const int conditions =
      (seek.lower || seek.upper ? 1 : 0) + (seek.prefix ? 1 : 0) + (seek.in ? 1 : 0);
  const size_t used = seek.equal.size() + static_cast<size_t>(conditions > 0 ? 1 : 0);
  if (conditions <= 1 && used <= definition.properties.size() && definition.IsProperty()) {
    return Status::Ok();
  }
  return Status(StatusCode::kInvalidArgument,
                fmt::format("index '{}' {} cannot serve a seek with {} equalities and {} other "
                            "conditions",
                            definition.name, definition.Describe(), seek.equal.size(), conditions));
}

}  // namespace

bool TupleRange::Contains(std::string_view front, std::string_view rest) const {
  // front + rest against bound, without joining them.
  const auto compare = [&](std::string_view bound) {
    const size_t size = std::min(front.size(), bound.size());
    if (const int order = front.substr(0, size).compare(bound.substr(0, size)); order != 0) {
      return order;
    }
    if (bound.size() < front.size()) return 1;
    return rest.compare(bound.substr(size));
  };
  return compare(lower) >= 0 && (upper.empty() || compare(upper) < 0);
}

Result<SeekRanges> RangesOf(const IndexDefinition& definition, const PropertySeek& seek) {
  KITH_RETURN_IF_ERROR(CheckShape(definition, seek));
  SeekRanges ranges;
  std::string prefix;
  for (const Value& value : seek.equal) {
    if (!CanBeEqual(value)) return ranges;
    KITH_RETURN_IF_ERROR(AppendKey(value, &prefix));
  }
  if (seek.in) {
    KITH_RETURN_IF_ERROR(AddIn(prefix, *seek.in, &ranges));
  } else if (seek.prefix) {
    AppendStringKeyPrefix(*seek.prefix, &prefix);
    ranges.ranges.push_back(AllWithPrefix(std::move(prefix)));
  } else if (seek.lower || seek.upper) {
    KITH_RETURN_IF_ERROR(AddBounds(prefix, seek, &ranges));
  } else {
    ranges.ranges.push_back(AllWithPrefix(std::move(prefix)));
  }
  return ranges;
}

bool WithinBounds(const PropertySeek& seek, const Value& value) {
  if (seek.lower) {
    const Value& bound = seek.lower->value;
    if ((seek.lower->inclusive ? LessOrEqual(bound, value) : Less(bound, value)) != true) {
      return false;
    }
  }
  if (!seek.upper) return true;
  const Value& bound = seek.upper->value;
  return (seek.upper->inclusive ? LessOrEqual(value, bound) : Less(value, bound)) == true;
}

}  // namespace kith::index
