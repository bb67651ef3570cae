// SPDX-License-Identifier: Apache-2.0
// See column_encoder.h.
#include "storage/segment/column_encoder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <unordered_map>
#include <vector>

#include "storage/segment/column_chunk.h"
#include "storage/segment/packed_integers.h"
#include "storage/segment/stored_apart.h"
#include "storage/segment/text_table.h"

namespace kith::storage {
namespace {

constexpr size_t kMaxZoneTextBytes = 64;

using Texts = std::span<const std::string_view>;

ValueTag TagOf(std::string_view value) {
  return static_cast<ValueTag>(value.front());
}

struct Dictionary {
  std::vector<std::string_view> texts;
  std::vector<uint64_t> codes;
};

Dictionary DictionaryOf(Texts texts) {
  Dictionary made;
  std::unordered_map<std::string_view, uint64_t> seen;
  made.codes.reserve(texts.size());
  for (const std::string_view text : texts) {
    const auto [at, is_new] = seen.emplace(text, made.texts.size());
    if (is_new) made.texts.push_back(text);
    made.codes.push_back(at->second);
  }
  return made;
}

void AppendShared(Texts texts, std::string* out) {
  const Dictionary dictionary = DictionaryOf(texts);
  std::string shared;
  AppendVarint(dictionary.texts.size(), &shared);
  AppendPacked(dictionary.codes, &shared);
  AppendTable(dictionary.texts, &shared);
  std::string plain;
  AppendVarint(0, &plain);
  AppendTable(texts, &plain);
  out->append(shared.size() < plain.size() ? shared : plain);
}

void AppendTuples(ValueTag tag, Texts values, std::string* out) {
  const size_t fields = TupleFields(tag);
  std::array<std::vector<uint64_t>, kMaxTupleFields> numbers;
  std::vector<std::string_view> zones;
  for (const std::string_view value : values) {
    ByteReader reader(value.substr(1));
    for (size_t field = 0; field < fields; ++field) numbers[field].push_back(reader.Varint());
    if (tag == ValueTag::kDateTime) zones.push_back(reader.Bytes(reader.Varint()));
  }
  out->push_back(static_cast<char>(tag));
  for (size_t field = 0; field < fields; ++field) AppendPacked(numbers[field], out);
  if (tag != ValueTag::kDateTime) return;
  const Dictionary dictionary = DictionaryOf(zones);
  AppendPacked(dictionary.codes, out);
  AppendVarint(dictionary.texts.size(), out);
  AppendTable(dictionary.texts, out);
}

std::vector<std::string_view> Payloads(Texts values) {
  std::vector<std::string_view> payloads;
  payloads.reserve(values.size());
  for (const std::string_view value : values) {
    ByteReader reader(value.substr(1));
    payloads.push_back(reader.Bytes(reader.Varint()));
  }
  return payloads;
}

void AppendBooleans(Texts values, std::string* out) {
  std::vector<uint64_t> bits;
  for (const std::string_view value : values) bits.push_back(TagOf(value) == ValueTag::kTrue);
  AppendPacked(bits, out);
}

void AppendFloats(Texts values, std::string* out) {
  for (const std::string_view value : values) out->append(value.substr(1));
}

uint64_t DimensionsOf(std::string_view list) {
  return ByteReader(list.substr(1)).Varint();
}

void AppendVectors(Texts values, std::string* out) {
  AppendVarint(DimensionsOf(values[0]), out);
  for (const std::string_view value : values) {
    ByteReader reader(value.substr(1));
    reader.Varint();
    out->append(reader.rest());
  }
}

ColumnEncoding EncodingOf(Texts values) {
  if (values.empty()) return ColumnEncoding::kMixed;
  const ValueTag tag = TagOf(values[0]);
  const auto all = [&](auto fits) { return std::all_of(values.begin(), values.end(), fits); };
  const auto is_boolean = [](std::string_view value) {
    return TagOf(value) == ValueTag::kTrue || TagOf(value) == ValueTag::kFalse;
  };
  if (std::any_of(values.begin(), values.end(), IsStoredApart)) return ColumnEncoding::kApart;
  if (all(is_boolean)) return ColumnEncoding::kBoolean;
  if (!all([&](std::string_view value) { return TagOf(value) == tag; })) {
    return ColumnEncoding::kMixed;
  }
  if (TupleFields(tag) != 0) return ColumnEncoding::kTuple;
  if (tag == ValueTag::kFloat) return ColumnEncoding::kFloat;
  if (tag == ValueTag::kString) return ColumnEncoding::kString;
  const uint64_t dimensions = tag == ValueTag::kFloat32List ? DimensionsOf(values[0]) : 0;
  const bool is_vector = dimensions > 0 && all([&](std::string_view value) {
                           return DimensionsOf(value) == dimensions;
                         });
  return is_vector ? ColumnEncoding::kVector : ColumnEncoding::kMixed;
}

void AppendPayload(ColumnEncoding encoding, Texts values, std::string* out) {
  switch (encoding) {
    case ColumnEncoding::kTuple: return AppendTuples(TagOf(values[0]), values, out);
    case ColumnEncoding::kBoolean: return AppendBooleans(values, out);
    case ColumnEncoding::kFloat: return AppendFloats(values, out);
    case ColumnEncoding::kString: return AppendShared(Payloads(values), out);
    case ColumnEncoding::kMixed:
    case ColumnEncoding::kApart: return AppendShared(values, out);
    case ColumnEncoding::kVector: return AppendVectors(values, out);
  }
}

/// Something that orders values of one tag as the language does.
struct ZoneKey {
  int64_t number = 0;
  double real = 0;
  int64_t offset = 0;
  std::string_view text;
  auto operator<=>(const ZoneKey&) const = default;
};

/// Whether the tag's values have a zone, and where this one stands in it.
bool ZoneKeyOf(std::string_view value, ZoneKey* key) {
  ByteReader reader(value.substr(1));
  switch (TagOf(value)) {
    case ValueTag::kInteger:
    case ValueTag::kDate: key->number = reader.SignedVarint(); return true;
    case ValueTag::kLocalDateTime:
      key->number = reader.SignedVarint();
      key->real = static_cast<double>(reader.Varint());
      return true;
    case ValueTag::kDateTime:
      // The same instant in two zones is two values, in this order.
      key->number = reader.SignedVarint();
      key->real = static_cast<double>(reader.Varint());
      key->offset = reader.SignedVarint();
      key->text = reader.Bytes(reader.Varint());
      return key->text.size() <= kMaxZoneTextBytes;
    case ValueTag::kFloat: key->real = std::bit_cast<double>(reader.LittleEndian64()); return true;
    case ValueTag::kString:
      key->text = reader.Bytes(reader.Varint());
      return key->text.size() <= kMaxZoneTextBytes;
    default: return false;
  }
}

/// The least and the greatest of values of one tag; both empty when there is none, or no order.
std::array<std::string_view, 2> ZoneOf(Texts values) {
  std::array<std::string_view, 2> zone;
  std::array<ZoneKey, 2> keys;
  for (const std::string_view value : values) {
    ZoneKey key;
    if (TagOf(value) != TagOf(values[0]) || !ZoneKeyOf(value, &key)) return {};
    if (std::isnan(key.real)) continue;
    if (zone[0].empty() || key < keys[0]) {
      zone[0] = value;
      keys[0] = key;
    }
    if (zone[1].empty() || key > keys[1]) {
      zone[1] = value;
      keys[1] = key;
    }
  }
  return zone;
}

}  // namespace

size_t TupleFields(ValueTag tag) {
  switch (tag) {
    case ValueTag::kInteger:
    case ValueTag::kDate:
    case ValueTag::kLocalTime: return 1;
    case ValueTag::kTime:
    case ValueTag::kLocalDateTime: return 2;
    case ValueTag::kDateTime: return 3;
    case ValueTag::kDuration: return 4;
    default: return 0;
  }
}

std::string EncodeColumnChunk(std::span<const std::string_view> rows) {
  std::vector<bool> has;
  std::vector<std::string_view> values;
  has.reserve(rows.size());
  for (const std::string_view row : rows) {
    has.push_back(!row.empty());
    if (!row.empty()) values.push_back(row);
  }
  const ColumnEncoding encoding = EncodingOf(values);
  std::string chunk;
  chunk.push_back(static_cast<char>(encoding));
  AppendPresence(has, &chunk);
  for (const std::string_view end : ZoneOf(values)) {
    AppendVarint(end.size(), &chunk);
    chunk.append(end);
  }
  AppendPayload(encoding, values, &chunk);
  return chunk;
}

}  // namespace kith::storage
