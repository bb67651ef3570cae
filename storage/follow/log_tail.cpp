// SPDX-License-Identifier: Apache-2.0
// Records of a log that grows.
#include "storage/follow/log_tail.h"

#include <fmt/core.h>
#include <nmmintrin.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>

#include "storage/rocksdb_status.h"

namespace kith::storage {
namespace {

constexpr size_t kBlockBytes = 32768;
// checksum (4, little-endian) | length (2, little-endian) | type (1)
constexpr size_t kHeaderBytes = 7;
constexpr size_t kReadBytes = size_t{256} << 10;

constexpr uint8_t kWholeRecord = 1;
constexpr uint8_t kFirstFragment = 2;
constexpr uint8_t kMiddleFragment = 3;
constexpr uint8_t kLastFragment = 4;

// CRC-32C by the instruction that the baseline x86-64-v2 has.
uint32_t Crc32c(std::string_view bytes) {
  uint64_t crc = 0xFFFFFFFFu;
  while (bytes.size() >= sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    crc = _mm_crc32_u64(crc, word);
    bytes.remove_prefix(sizeof word);
  }
  uint32_t narrow = static_cast<uint32_t>(crc);
  for (const char byte : bytes) narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(byte));
  return ~narrow;
}

// Stored checksums are rotated and shifted, lest a checksum of bytes that hold checksums is weak.
uint32_t Masked(uint32_t crc) {
  constexpr uint32_t kMaskDelta = 0xA282EAD8u;
  return (crc >> 15 | crc << 17) + kMaskDelta;
}

uint32_t LittleEndian(const char* bytes, size_t count) {
  uint32_t value = 0;
  for (size_t i = count; i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

}  // namespace

std::string LogPath(const std::string& folder, uint64_t number) {
  return fmt::format("{}/{:06}.log", folder, number);
}

std::optional<uint64_t> LogNumberOf(std::string_view name) {
  uint64_t number = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
  const std::string_view rest(parsed.ptr,
                              static_cast<size_t>(name.data() + name.size() - parsed.ptr));
  if (parsed.ec != std::errc() || number == 0 || rest != ".log") return std::nullopt;
  return number;
}

Result<std::vector<uint64_t>> LogNumbers(rocksdb::Env* env, const std::string& folder) {
  std::vector<std::string> names;
  KITH_RETURN_IF_ERROR(FromRocksDb(env->GetChildren(folder, &names), "listing " + folder));
  std::vector<uint64_t> numbers;
  for (const std::string& name : names) {
    if (const std::optional<uint64_t> number = LogNumberOf(name)) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

LogTail::LogTail(rocksdb::Env* env, std::string folder, uint64_t number)
    : env_(env), folder_(std::move(folder)), number_(number) {}

Result<std::optional<std::string>> LogTail::Next() {
  for (;;) {
    if (file_ != nullptr) {
      KITH_ASSIGN_OR_RETURN(std::optional<std::string> record, ReadRecord());
      if (record) return record;
    }
    // A log is complete once there is a newer one. So that one is looked for first, and what the
    // log has got meanwhile is read before it is left.
    KITH_ASSIGN_OR_RETURN(const std::vector<uint64_t> numbers, LogNumbers(env_, folder_));
    const auto newer = file_ == nullptr ? std::lower_bound(numbers.begin(), numbers.end(), number_)
                                        : std::upper_bound(numbers.begin(), numbers.end(), number_);
    if (newer == numbers.end()) return std::optional<std::string>();
    if (file_ != nullptr) {
      KITH_ASSIGN_OR_RETURN(std::optional<std::string> record, ReadRecord());
      if (record) return record;
    }
    const std::string path = LogPath(folder_, *newer);
    KITH_RETURN_IF_ERROR(FromRocksDb(env_->NewRandomAccessFile(path, &file_, rocksdb::EnvOptions()),
                                     "opening " + path));
    number_ = *newer;
    position_ = 0;
    buffer_.clear();
    buffer_at_ = 0;
  }
}

// Makes buffer_ hold `wanted` bytes from `at` on; false when the file is shorter.
Result<bool> LogTail::Fill(uint64_t at, size_t wanted) {
  if (at >= buffer_at_ && at + wanted <= buffer_at_ + buffer_.size()) return true;
  buffer_.resize(std::max(wanted, kReadBytes));
  rocksdb::Slice read;
  const rocksdb::Status status = file_->Read(at, buffer_.size(), &read, buffer_.data());
  buffer_at_ = at;
  if (!status.ok()) {
    buffer_.clear();
    return FromRocksDb(status, "reading " + LogPath(folder_, number_));
  }
  if (read.data() != buffer_.data()) std::memcpy(buffer_.data(), read.data(), read.size());
  buffer_.resize(read.size());
  return buffer_.size() >= wanted;
}

// The fragment whose header begins at `at`; nullopt when it is not there, or not all of it.
Result<std::optional<LogTail::Fragment>> LogTail::ReadFragment(uint64_t at) {
  const std::optional<Fragment> none;
  KITH_ASSIGN_OR_RETURN(const bool has_header, Fill(at, kHeaderBytes));
  if (!has_header) return none;
  const char* header = buffer_.data() + (at - buffer_at_);
  const uint32_t checksum = LittleEndian(header, 4);
  const size_t length = LittleEndian(header + 4, 2);
  KITH_ASSIGN_OR_RETURN(const bool has_all, Fill(at, kHeaderBytes + length));
  if (!has_all) return none;
  header = buffer_.data() + (at - buffer_at_);
  // The checksum covers the type and the payload, which follow one another.
  if (Masked(Crc32c({header + 6, length + 1})) != checksum) {
    // A shared file system may show the size of a file before its bytes: not these again.
    buffer_.clear();
    return none;
  }
  Fragment fragment;
  fragment.type = static_cast<uint8_t>(header[6]);
  fragment.payload_at = static_cast<size_t>(at - buffer_at_) + kHeaderBytes;
  fragment.payload_bytes = length;
  return std::optional<Fragment>(fragment);
}

// The record at position_, which moves behind it; nullopt when not all of it has been written.
Result<std::optional<std::string>> LogTail::ReadRecord() {
  std::string record;
  uint64_t at = position_;
  for (bool first = true;; first = false) {
    // No header fits the end of a block: it is filled with zeros.
    const uint64_t left = kBlockBytes - at % kBlockBytes;
    if (left < kHeaderBytes) at += left;
    KITH_ASSIGN_OR_RETURN(const std::optional<Fragment> fragment, ReadFragment(at));
    if (!fragment) return std::optional<std::string>();
    const bool begins = fragment->type == kWholeRecord || fragment->type == kFirstFragment;
    const bool known = fragment->type >= kWholeRecord && fragment->type <= kLastFragment;
    if (!known || begins != first) {
      return Status(StatusCode::kCorruption,
                    fmt::format("{} has a fragment of type {} at byte {}, which does not belong "
                                "there; the database is damaged, or was written by another "
                                "release: open it again",
                                LogPath(folder_, number_), fragment->type, at));
    }
    record.append(buffer_.data() + fragment->payload_at, fragment->payload_bytes);
    at += kHeaderBytes + fragment->payload_bytes;
    if (fragment->type == kMiddleFragment || fragment->type == kFirstFragment) continue;
    position_ = at;
    bytes_ += record.size();
    return std::optional<std::string>(std::move(record));
  }
}

}  // namespace kith::storage
