// SPDX-License-Identifier: Apache-2.0
// The file by which the process that writes tells those that follow it which commit is the newest.
// A commit is announced when it is as durable as it was asked to be, and before its caller learns
// of it: what a follower shows is never less sure than what the writer's own readers see.
//
// The file lies beside the data, is made once and is overwritten in place: one small write a group
// of commits, which is never synced, because after a crash the log itself says what is there. It
// needs no signal and no shared memory, so it works where the folder is shared between machines.
//
// Thread safety: a writer belongs to one thread at a time; reading is safe from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/ids.h"
#include "engine/base/result.h"

namespace kith::storage {

struct CommitNotice {
  /// Names one opening of the data for writing: random, so that two are never equal. After another
  /// opening the log may lack what was in it before, because a write that failed was left out.
  uint64_t opening = 0;
  CommitNumber newest{};
};

/// magic "KITHNEW\n" (8) | opening (8, little-endian) | newest commit (8, little-endian) |
/// checksum (8, little-endian: FNV-1a over the bytes before it)
inline constexpr size_t kCommitNoticeBytes = 32;
inline constexpr const char* kCommitNoticeName = "kith.commit";
std::string EncodeCommitNotice(const CommitNotice& notice);

/// What the folder's writer said last; nullopt when there has been none, when its file cannot be
/// read, or when it was being written just then.
std::optional<CommitNotice> ReadCommitNotice(const std::string& folder);

class CommitNoticeWriter {
 public:
  /// Makes the file where it is missing. IoError when it cannot be written.
  static Result<std::unique_ptr<CommitNoticeWriter>> Open(const std::string& folder);
  ~CommitNoticeWriter();
  CommitNoticeWriter(const CommitNoticeWriter&) = delete;
  CommitNoticeWriter& operator=(const CommitNoticeWriter&) = delete;

  /// The data was opened anew and ends with `newest`.
  Status Begin(CommitNumber newest);
  /// A write that fails (a full disk) only makes followers wait for the next commit.
  void Announce(CommitNumber newest);

 private:
  CommitNoticeWriter(int descriptor, std::string path)
      : descriptor_(descriptor), path_(std::move(path)) {}
  bool Write() const;

  int descriptor_;
  std::string path_;
  CommitNotice notice_;
};

}  // namespace kith::storage
