// SPDX-License-Identifier: Apache-2.0
// Which files an import reads and what each holds: everything that can be known, and refused, from
// names and header lines.
//
// Thread safety: plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/import/import_header.h"
#include "kith/import.h"

namespace kith::import {

struct PlannedFile {
  std::string path;
  uint64_t begin = 0;  ///< Where its records begin: behind the header, or a byte order mark.
  uint64_t bytes = 0;  ///< Of the whole file.
};

/// Files with the same columns, and what is known of their rows.
struct PlannedGroup {
  ImportHeader header;
  CsvDialect dialect;
  std::vector<PlannedFile> files;
  std::vector<std::string> labels;  ///< Of all nodes, beside those of their column.
  std::string id_space;             ///< Of the nodes, where they have ids.
  std::string type;  ///< Of the relationships that have none in a column of their own.
  /// Names of the spaces that the relationships' ends are in; there is one at least.
  std::vector<std::string> start_spaces;
  std::vector<std::string> end_spaces;
};

struct ImportPlan {
  std::vector<PlannedGroup> nodes;
  std::vector<PlannedGroup> relationships;
  std::vector<std::string> passed_over;
  uint64_t bytes = 0;
};

/// Errors name the file: NotFound, IoError, InvalidArgument.
Result<ImportPlan> PlanImport(const ImportInput& input, const ImportOptions& options);

}  // namespace kith::import
