// SPDX-License-Identifier: Apache-2.0
// See presence.h.
#include "storage/segment/presence.h"

#include <algorithm>

namespace kith::storage {

void AppendPresence(const std::vector<bool>& has, std::string* out) {
  const auto values = static_cast<size_t>(std::count(has.begin(), has.end(), true));
  AppendVarint(has.size(), out);
  AppendVarint(values, out);
  if (values == 0 || values == has.size()) return;
  uint64_t word = 0;
  for (size_t row = 0; row < has.size(); ++row) {
    if (has[row]) word |= uint64_t{1} << (row % 64);
    if (row % 64 != 63 && row + 1 != has.size()) continue;
    AppendLittleEndian64(word, out);
    word = 0;
  }
}

Presence Presence::Take(size_t max_rows, ByteReader* reader) {
  Presence taken;
  const uint64_t rows = reader->Varint();
  const uint64_t values = reader->Varint();
  if (rows > max_rows || values > rows) reader->Fail();
  if (!reader->ok()) return taken;
  taken.rows_ = static_cast<size_t>(rows);
  taken.values_ = static_cast<size_t>(values);
  if (values == 0 || values == rows) return taken;
  const size_t words = (taken.rows_ + 63) / 64;
  taken.bitmap_ = reader->Bytes(words * sizeof(uint64_t)).data();
  if (!reader->ok()) return Presence();
  size_t rank = 0;
  for (size_t word = 0; word < words; ++word) {
    if (word % (kRankRows / 64) == 0) taken.ranks_.push_back(static_cast<uint32_t>(rank));
    rank += static_cast<size_t>(std::popcount(taken.Word(word)));
  }
  // A rank beyond the values would read beyond the column.
  const bool tail_clear = taken.rows_ % 64 == 0 || taken.Word(words - 1) >> (taken.rows_ % 64) == 0;
  if (rank == taken.values_ && tail_clear) return taken;
  reader->Fail();
  return Presence();
}

uint64_t Presence::Bits(size_t word) const {
  if (bitmap_ != nullptr) return Word(word);
  if (values_ == 0) return 0;
  const size_t rows = std::min<size_t>(rows_ - word * 64, 64);
  return rows == 64 ? ~uint64_t{0} : (uint64_t{1} << rows) - 1;
}

}  // namespace kith::storage
