// SPDX-License-Identifier: Apache-2.0
// Making a database of CSV files: what goes into Database::Import and what comes out.
//
// Two kinds of header lines are known, and told apart by what they hold. Neo4j's admin import:
//
//   personId:ID(Person),name,born:int,words:string[],:LABEL
//   :START_ID(Person),since:date,:END_ID(Person),:TYPE
//
// and plain ones, whose types are found in the values and whose files are named after what is in
// them: Person.csv with an id column, and Person_KNOWS_Person.csv with startId and endId.
//
// Thread safety: plain data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/export.h"

namespace kith {

/// Files with the same columns.
struct ImportGroup {
  /// Nodes: their labels, "Person:Employee". Relationships: the type, "KNOWS", or for a plain
  /// header "Person_KNOWS_Person". Empty: the file's :LABEL or :TYPE column says, or else the name
  /// of the first file does.
  std::string name;
  /// The first begins with the header line, and may be nothing else; the others have none.
  std::vector<std::string> files;
};

struct ImportInput {
  /// CSV files that say by header and name what they hold, and folders, of which every such
  /// NAME.csv is taken.
  std::vector<std::string> paths;
  std::vector<ImportGroup> nodes;
  std::vector<ImportGroup> relationships;
  /// "Post:Message": nodes that are labelled Post by the name of a file are labelled Message, too.
  std::vector<std::string> more_labels;
};

/// How far an import is.
struct ImportProgress {
  std::string_view phase;   ///< "finding types", "nodes", "relationships", "finishing".
  uint64_t done_bytes = 0;  ///< Of the files, in this phase.
  uint64_t total_bytes = 0;
};

struct ImportOptions {
  char delimiter = '\0';  ///< NUL: what a header line has most of: comma, semicolon, tab or bar.
  char array_delimiter = ';';
  char quote = '"';
  /// So many lines may be passed over because something is wrong with them: fields are missing, a
  /// value is not of its column's type, an id is taken or unknown. One more, and nothing is made.
  size_t bad_tolerance = 0;
  size_t threads = 0;             ///< 0: one for each processor.
  size_t memory_limit_bytes = 0;  ///< As Options::memory_limit_bytes.
  /// Asked about every megabyte, by one thread at a time; false ends with Cancelled. May be null.
  std::function<bool(const ImportProgress&)> goes_on;
};

/// A line that was passed over.
struct ImportBadLine {
  std::string file;
  uint64_t line = 0;  ///< From 1; the first of the record.
  std::string problem;
};

struct ImportReport {
  uint64_t nodes = 0;
  uint64_t relationships = 0;
  uint64_t bytes = 0;  ///< Of the files.
  uint64_t bad_lines = 0;
  /// The first hundred, in the order of the files.
  std::vector<ImportBadLine> bad;
  /// CSV files in a folder whose header is of neither kind.
  std::vector<std::string> passed_over;
};

}  // namespace kith
