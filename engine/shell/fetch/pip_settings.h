// SPDX-License-Identifier: Apache-2.0
// Which package index people have told pip to use, so that what works for pip works here: pip's
// configuration files and its variables, of which the later override the earlier.
//
// Thread safety: pure functions of the environment and the file system.
#pragma once

#include <string>
#include <vector>

namespace kith::shell {

struct PipSettings {
  /// Asked in this order; without a '/' at the end.
  std::vector<std::string> index_urls;
  /// The certificates to trust; empty for the system's.
  std::string certificate_file;
};

/// A file that cannot be read has no settings, as for pip.
PipSettings ReadPipSettings();

}  // namespace kith::shell
