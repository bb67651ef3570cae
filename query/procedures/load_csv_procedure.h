// SPDX-License-Identifier: Apache-2.0
// What LOAD CSV becomes: CALL db.loadCsv(url, headers, fieldTerminator) YIELD row. Rows are read
// from the file as they are wanted.
//
// Only files below one folder are read, if one is named at all: a statement may come from somebody
// who must not see the rest of the disk. Links are followed first and judged by where they lead.
//
// Thread safety: the procedure is const; a call belongs to one thread.
#pragma once

#include <string>

#include "query/procedure.h"

namespace kith::query {

/// `folder` is where files may be read; empty: nowhere. Leaves the name alone when it is taken.
void RegisterLoadCsv(const std::string& folder, ProcedureRegistry* registry);

/// The path of the file that a URL (file:///x.csv, or just x.csv) means in `folder`, links
/// resolved. ArgumentError for another scheme or a path that leaves the folder, NotFound.
Result<std::string> ResolveImportPath(const std::string& folder, std::string_view url);

}  // namespace kith::query
