// SPDX-License-Identifier: Apache-2.0
// A folder of documents that vanishes with the test that made it.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/temporary_folder.h"

namespace kith::rag {

class DocumentFolder : public TemporaryFolder {
 public:
  /// The path of the file; folders on the way to it are made.
  std::string Write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = std::filesystem::path(path()) / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file.string();
  }
};

}  // namespace kith::rag
