// SPDX-License-Identifier: Apache-2.0
// Finds and reads documents below a path. A file that cannot be used is reported with its reason
// and the walk goes on; JSON lines are read one at a time, so that a file of any size streams.
//
// Thread safety: a source belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "rag/ingest/prepared_document.h"
#include "rag/types.h"

namespace kith::rag {

struct SourceFile {
  std::string path;  ///< As the operating system knows it.
  std::string uri;   ///< Relative to what was asked for, with '/' between.
  uint64_t bytes = 0;
};

/// Called with a document, or with the reason why there is none. An error from it ends the reading.
struct SourceVisitor {
  std::function<Status(RawDocument)> document;
  std::function<Status(SkippedDocument)> skipped;
};

class DocumentSource {
 public:
  /// Lists the files: `path` itself or, sorted by uri, the readable kinds below the folder. Hidden
  /// files and folders are left out, links to folders are not followed. What is named like a
  /// document and is none (a broken link), and folders that cannot be read, are in skipped().
  /// NotFound naming the path; InvalidArgument when one file is of a kind that is not read, or a
  /// folder has none.
  static Result<DocumentSource> Open(const std::string& path, size_t max_document_bytes);

  const std::vector<SourceFile>& files() const { return files_; }
  const std::vector<SkippedDocument>& skipped() const { return skipped_; }
  uint64_t total_bytes() const { return total_bytes_; }
  /// True when some file holds any number of documents.
  bool has_json_lines() const;

  /// Reads one file.
  Status Read(const SourceFile& file, const SourceVisitor& visitor) const;

 private:
  Status AddFolder(const std::string& root_path);
  Status ReadJsonLines(const SourceFile& file, const SourceVisitor& visitor) const;

  std::vector<SourceFile> files_;
  std::vector<SkippedDocument> skipped_;
  uint64_t total_bytes_ = 0;
  size_t max_document_bytes_ = 0;
};

}  // namespace kith::rag
