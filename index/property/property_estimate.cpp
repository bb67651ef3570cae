// SPDX-License-Identifier: Apache-2.0
// Cardinality guesses from a property index itself.
#include <algorithm>

#include "engine/base/key_codec.h"
#include "index/property/property_entry.h"
#include "index/property/property_index.h"
#include "index/property/seek_ranges.h"

namespace kith::index {
namespace {

using storage::KeySpace;
using storage::KeySpaceReader;

// Sampled from each end of an index.
constexpr size_t kSampleEntries = 256;
// Of entries that pass an open range or a prefix that nothing is known about: the customary guesses
// (Selinger et al., "Access Path Selection in a Relational DBMS", 1979, table 1, for ranges).
constexpr double kUnknownRange = 1.0 / 3;
constexpr double kUnknownPrefix = 0.05;

std::string IndexPrefix(const IndexDefinition& definition) {
  std::string prefix;
  AppendBigEndian32(static_cast<uint32_t>(definition.id), &prefix);
  return prefix;
}

// The first property of the entry as a number, when it is one.
std::optional<double> FirstNumber(std::string_view key) {
  if (key.size() <= kIndexIdBytes) return std::nullopt;
  key.remove_prefix(kIndexIdBytes);
  const Result<Value> value = TakeKey(&key);
  if (!value.ok() || !value->IsNumber()) return std::nullopt;
  return value->AsNumber();
}

// The share of [least, greatest] that the bounds leave, when all of them are numbers.
Result<std::optional<double>> NumberShare(KeySpaceReader* reader, const IndexDefinition& definition,
                                          const PropertySeek& seek) {
  const auto number = [](const std::optional<KeyBound>& bound) {
    return !bound || bound->value.IsNumber();
  };
  std::optional<double> share;
  if (!seek.equal.empty() || !(seek.lower || seek.upper)) return share;
  if (!number(seek.lower) || !number(seek.upper)) return share;
  std::string low;
  std::string high;
  KeyTypeBounds(Value(0), &low, &high);
  const std::string prefix = IndexPrefix(definition);
  std::optional<double> least;
  std::optional<double> greatest;
  KITH_RETURN_IF_ERROR(reader->Scan(KeySpace::kProperty, prefix + low, prefix + high,
                                    [&](std::string_view key, std::string_view) {
                                      least = FirstNumber(key);
                                      return false;
                                    }));
  KITH_RETURN_IF_ERROR(reader->ScanBackwards(KeySpace::kProperty, prefix + low, prefix + high,
                                             [&](std::string_view key, std::string_view) {
                                               greatest = FirstNumber(key);
                                               return false;
                                             }));
  if (!least || !greatest || !(*greatest > *least)) return share;
  const double from = seek.lower ? std::max(*least, seek.lower->value.AsNumber()) : *least;
  const double to = seek.upper ? std::min(*greatest, seek.upper->value.AsNumber()) : *greatest;
  share = std::clamp((to - from) / (*greatest - *least), 0.0, 1.0);
  return share;
}

// Counts entries of one range, at most `limit`.
Result<size_t> CountUpTo(KeySpaceReader* reader, const IndexDefinition& definition,
                         const TupleRange& range, size_t limit) {
  const std::string prefix = IndexPrefix(definition);
  const auto cut = [](const std::string& tuple) { return tuple.substr(0, kMaxTupleBytes); };
  std::string upper = prefix + cut(range.upper);
  if (range.upper.empty() || range.upper.size() > kMaxTupleBytes) upper = PrefixSuccessor(upper);
  size_t count = 0;
  KITH_RETURN_IF_ERROR(
      reader->Scan(KeySpace::kProperty, prefix + cut(range.lower), upper,
                   [&](std::string_view, std::string_view) { return ++count < limit; }));
  return count;
}

// Length in bytes of the first `properties` values of the tuple; all of it when it was cut there.
size_t PrefixBytes(std::string_view tuple, size_t properties) {
  std::string_view rest = tuple;
  for (size_t i = 0; i < properties; ++i) {
    if (!TakeKey(&rest).ok()) return tuple.size();
  }
  return tuple.size() - rest.size();
}

}  // namespace

Result<uint64_t> CountEntries(KeySpaceReader* reader, const IndexDefinition& definition) {
  KITH_ASSIGN_OR_RETURN(const int64_t count, reader->Counter(PropertyCountKey(definition.id)));
  return static_cast<uint64_t>(std::max<int64_t>(count, 0));
}

Result<double> EstimateSeek(KeySpaceReader* reader, const IndexDefinition& definition,
                            const PropertySeek& seek, size_t exact_limit) {
  KITH_ASSIGN_OR_RETURN(const SeekRanges ranges, RangesOf(definition, seek));
  size_t counted = 0;
  size_t ranges_read = 0;
  for (const TupleRange& range : ranges.ranges) {
    if (counted >= exact_limit || ranges_read >= exact_limit) break;
    KITH_ASSIGN_OR_RETURN(const size_t count,
                          CountUpTo(reader, definition, range, exact_limit - counted));
    counted += count;
    ++ranges_read;
  }
  const auto exact = static_cast<double>(counted);
  if (counted < exact_limit) {
    // Of a long IN list only the first values were looked up.
    if (ranges_read == 0) return exact;
    return exact * static_cast<double>(ranges.ranges.size()) / static_cast<double>(ranges_read);
  }
  KITH_ASSIGN_OR_RETURN(const uint64_t entries, CountEntries(reader, definition));
  const auto total = std::max(static_cast<double>(entries), exact);
  double guess = total;
  if (seek.lower || seek.upper) {
    KITH_ASSIGN_OR_RETURN(const auto share, NumberShare(reader, definition, seek));
    guess = total * share.value_or(kUnknownRange);
  } else if (seek.prefix) {
    guess = total * kUnknownPrefix;
  } else if (seek.in || !seek.equal.empty()) {
    const size_t fixed = seek.equal.size() + (seek.in ? 1 : 0);
    KITH_ASSIGN_OR_RETURN(const double rows, EstimateRowsPerKey(reader, definition, fixed));
    guess = rows * static_cast<double>(ranges.ranges.size());
  }
  return std::clamp(guess, exact, total);
}

Result<double> EstimateRowsPerKey(KeySpaceReader* reader, const IndexDefinition& definition,
                                  size_t properties) {
  if (properties >= definition.properties.size() && definition.kind == IndexKind::kUnique)
    return 1.0;
  size_t entries = 0;
  size_t distinct = 0;
  size_t in_scan = 0;
  std::string previous;
  const auto visit = [&](std::string_view key, std::string_view value) {
    const auto entry = ReadPropertyEntry(key, value);
    if (!entry.ok()) return false;
    const std::string_view prefix =
        entry->tuple_front.substr(0, PrefixBytes(entry->tuple_front, properties));
    ++entries;
    if (in_scan == 0 || prefix != previous) ++distinct;
    previous = prefix;
    return ++in_scan < kSampleEntries;
  };
  const std::string lower = IndexPrefix(definition);
  const std::string upper = PrefixSuccessor(lower);
  KITH_RETURN_IF_ERROR(reader->Scan(KeySpace::kProperty, lower, upper, visit));
  if (in_scan == kSampleEntries) {
    in_scan = 0;
    KITH_RETURN_IF_ERROR(reader->ScanBackwards(KeySpace::kProperty, lower, upper, visit));
  }
  if (distinct == 0) return 1.0;
  return static_cast<double>(entries) / static_cast<double>(distinct);
}

}  // namespace kith::index
