// SPDX-License-Identifier: Apache-2.0
// See model_checksum.h.
#include "rag/model/model_checksum.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "rag/byte_hash.h"
#include "rag/model/mapped_file.h"

namespace kith::rag {
namespace {

/// The name says where the bytes belong, so that two files cannot change places.
Status AddToChecksum(const std::string& path, const std::string& folder, uint64_t* low,
                     uint64_t* high) {
  KITH_ASSIGN_OR_RETURN(const auto file, MappedFile::Open(path));
  const std::string name = std::filesystem::path(path).lexically_relative(folder).string();
  const std::string_view bytes(reinterpret_cast<const char*>(file->bytes().data()),
                               file->bytes().size());
  *low = HashBytes(bytes, HashBytes(name, *low));
  *high = HashBytes(bytes, HashBytes(name, *high));
  return Status::Ok();
}

}  // namespace

Result<std::string> ChecksumOf(std::vector<std::string> paths, const std::string& folder) {
  std::sort(paths.begin(), paths.end());
  // Digits of pi.
  uint64_t low = 0x243F6A8885A308D3u;
  uint64_t high = 0x13198A2E03707344u;
  for (const std::string& path : paths) {
    KITH_RETURN_IF_ERROR(AddToChecksum(path, folder, &low, &high));
  }
  return fmt::format("{:016x}{:016x}", high, low);
}

}  // namespace kith::rag
