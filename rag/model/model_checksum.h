// SPDX-License-Identifier: Apache-2.0
// What a model is known by: the contents of the files that its vectors depend on.
//
// Thread safety: pure functions of the files.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"

namespace kith::rag {

/// 32 hexadecimal digits over the names of the files, as seen from `folder`, and their bytes, in
/// the order of the names. Stored in databases; never changes for the same files.
Result<std::string> ChecksumOf(std::vector<std::string> paths, const std::string& folder);

}  // namespace kith::rag
