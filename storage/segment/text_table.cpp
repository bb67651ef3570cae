// SPDX-License-Identifier: Apache-2.0
// See text_table.h.
#include "storage/segment/text_table.h"

#include <vector>

namespace kith::storage {

void AppendTable(std::span<const std::string_view> texts, std::string* out) {
  std::vector<uint64_t> starts{0};
  starts.reserve(texts.size() + 1);
  for (const std::string_view text : texts) starts.push_back(starts.back() + text.size());
  AppendPacked(starts, out);
  for (const std::string_view text : texts) out->append(text);
}

TextTable TextTable::Take(size_t count, ByteReader* reader) {
  TextTable taken;
  taken.starts_ = PackedIntegers::Take(count + 1, reader);
  if (!reader->ok()) return TextTable();
  taken.bytes_ = reader->Bytes(taken.starts_[count]);
  return reader->ok() ? taken : TextTable();
}

}  // namespace kith::storage
