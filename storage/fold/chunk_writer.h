// SPDX-License-Identifier: Apache-2.0
// Collects what a fold writes and deletes of one group's chunks. Inside storage only.
//
// Thread safety: belongs to one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/commit_ops.h"
#include "storage/format/main_key.h"
#include "storage/segment/group_directory.h"

namespace kith::storage {

/// No chunk is larger, but for one that has a single value.
inline constexpr size_t kMaxChunkBytes = size_t{256} << 10;
/// A last chunk of this size is left alone when only rows behind it are new.
inline constexpr size_t kFullChunkBytes = kMaxChunkBytes / 2;

class ChunkWriter {
 public:
  /// `next_number` is the group's next one, kept up to date; both are borrowed.
  ChunkWriter(GroupId group, uint32_t* next_number, CommitOps* ops)
      : group_(group), next_number_(next_number), ops_(ops) {}

  /// Writes a chunk without its checksum.
  ChunkRef Write(MainKind kind, uint32_t id, uint32_t first, uint32_t rows, std::string chunk);
  void Drop(MainKind kind, uint32_t id, const ChunkRef& ref);

  /// The reference to a value that is now stored apart.
  std::string WriteApart(std::string_view value);
  /// Drops what a column's value refers to, if it is a reference.
  void DropApart(std::string_view value);

  /// Of an empty group, too: numbers are not used twice.
  void WriteDirectory(const GroupDirectory& directory);

 private:
  void Put(const MainKey& key, std::string bytes);

  GroupId group_;
  uint32_t* next_number_;
  CommitOps* ops_;
};

}  // namespace kith::storage
