// SPDX-License-Identifier: Apache-2.0
// See blocked_integers.h.
#include "storage/segment/blocked_integers.h"

#include <algorithm>
#include <array>

#include "storage/segment/bit_packing.h"

namespace kith::storage {
namespace {

struct Frame {
  uint64_t base = 0;
  uint64_t rise = 0;
  uint32_t width = 0;
};

Frame FrameOf(std::span<const uint64_t> values, uint64_t rise) {
  // Differences are taken modulo 2^64, from a base that is none of them in a rising block.
  uint64_t low = values[0];
  uint64_t high = values[0];
  for (size_t i = 0; i < values.size(); ++i) {
    if (rise * i > values[i]) return {0, rise, kWordBits};
    low = std::min(low, values[i] - rise * i);
    high = std::max(high, values[i] - rise * i);
  }
  return {low, rise, PackedWidth(high - low)};
}

}  // namespace

void AppendBlocked(std::span<const uint64_t> values, std::string* out) {
  std::string bits;
  for (size_t at = 0; at < values.size(); at += BlockedIntegers::kBlock) {
    const auto block = values.subspan(at, std::min(BlockedIntegers::kBlock, values.size() - at));
    const Frame level = FrameOf(block, 0);
    const Frame rising = FrameOf(block, 1);
    const Frame frame = rising.width < level.width ? rising : level;
    AppendLittleEndian64(frame.base, out);
    AppendLittleEndian32(static_cast<uint32_t>(bits.size()), out);
    out->push_back(
        static_cast<char>(frame.width + (frame.rise != 0 ? BlockedIntegers::kRising : 0)));
    std::array<uint64_t, BlockedIntegers::kBlock> rest{};
    for (size_t i = 0; i < block.size(); ++i) rest[i] = block[i] - frame.rise * i - frame.base;
    AppendBits({rest.data(), block.size()}, frame.width, &bits);
  }
  out->append(bits);
  out->append(kBitPaddingBytes, '\0');
}

BlockedIntegers::Block BlockedIntegers::BlockAt(size_t i) const {
  Block block;
  const char* head = heads_ + i * kHeadBytes;
  std::memcpy(&block.base, head, sizeof block.base);
  std::memcpy(&block.begin, head + 8, sizeof block.begin);
  const auto form = static_cast<uint8_t>(head[12]);
  block.width = form & (kRising - 1);
  block.rise = form >= kRising ? 1 : 0;
  return block;
}

BlockedIntegers BlockedIntegers::Take(size_t count, ByteReader* reader) {
  BlockedIntegers taken;
  const size_t blocks = (count + kBlock - 1) / kBlock;
  if (blocks > reader->remaining() / kHeadBytes) reader->Fail();
  taken.heads_ = reader->Bytes(blocks * kHeadBytes).data();
  if (!reader->ok()) return BlockedIntegers();
  size_t bytes = 0;
  for (size_t i = 0; i < blocks && reader->ok(); ++i) {
    const Block block = taken.BlockAt(i);
    if (block.begin != bytes || !IsPackedWidth(block.width)) reader->Fail();
    bytes += BitBytes(std::min(kBlock, count - i * kBlock), block.width);
  }
  taken.bits_ = reader->Bytes(bytes + kBitPaddingBytes).data();
  taken.size_ = count;
  return reader->ok() ? taken : BlockedIntegers();
}

}  // namespace kith::storage
