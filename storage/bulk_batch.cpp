// SPDX-License-Identifier: Apache-2.0
// See bulk_batch.h.
#include "storage/bulk_batch.h"

#include <bit>

#include "storage/format/value_codec.h"

namespace kith::storage {
namespace {

constexpr int64_t kMillisPerSecond = 1000;
constexpr int64_t kNanosPerMilli = 1'000'000;

DateTime InstantOf(int64_t millis) {
  const int64_t rest = (millis % kMillisPerSecond + kMillisPerSecond) % kMillisPerSecond;
  DateTime instant;
  instant.epoch_seconds = (millis - rest) / kMillisPerSecond;
  instant.nanos = static_cast<int32_t>(rest * kNanosPerMilli);
  return instant;
}

}  // namespace

void BulkColumn::AppendAbsent() {
  present_.push_back(0);
  switch (kind_) {
    case Kind::kString: ends_.push_back(bytes_.size()); return;
    case Kind::kValue: values_.emplace_back(); return;
    default: words_.push_back(0); return;
  }
}

void BulkColumn::Truncate(size_t rows) {
  if (rows >= present_.size()) return;
  present_.resize(rows);
  switch (kind_) {
    case Kind::kString:
      ends_.resize(rows);
      bytes_.resize(rows == 0 ? 0 : ends_.back());
      return;
    case Kind::kValue: values_.resize(rows); return;
    default: words_.resize(rows); return;
  }
}

void BulkColumn::Remove(const std::vector<size_t>& rows) {
  BulkColumn kept(property_, kind_);
  size_t next = 0;
  for (size_t row = 0; row < present_.size(); ++row) {
    if (next < rows.size() && rows[next] == row) {
      ++next;
    } else if (!present(row)) {
      kept.AppendAbsent();
    } else if (kind_ == Kind::kString) {
      kept.AppendString(text(row));
    } else if (kind_ == Kind::kValue) {
      kept.AppendValue(std::move(values_[row]));
    } else {
      kept.AppendWord(word(row));
    }
  }
  *this = std::move(kept);
}

Value BulkColumn::At(size_t row) const {
  if (!present(row)) return Value();
  switch (kind_) {
    case Kind::kBoolean: return Value(word(row) != 0);
    case Kind::kInteger: return Value(word(row));
    case Kind::kFloat: return Value(std::bit_cast<double>(word(row)));
    case Kind::kDate: return Value(Date{word(row)});
    case Kind::kInstant: return Value(InstantOf(word(row)));
    case Kind::kString: return Value(text(row));
    case Kind::kValue: return values_[row];
  }
  return Value();
}

Status BulkColumn::AppendEncoded(size_t row, std::string* out) const {
  const Value value = At(row);
  if (value.IsNull()) return Status::Ok();
  if (kind_ == Kind::kValue) KITH_RETURN_IF_ERROR(CheckStorable(value));
  storage::AppendValue(value, out);
  return Status::Ok();
}

size_t BulkColumn::memory_bytes() const {
  constexpr size_t kListBytes = 64;
  return present_.capacity() + words_.capacity() * sizeof(int64_t) +
         ends_.capacity() * sizeof(size_t) + bytes_.capacity() +
         values_.capacity() * (sizeof(Value) + kListBytes);
}

}  // namespace kith::storage
