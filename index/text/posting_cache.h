// SPDX-License-Identifier: Apache-2.0
// Scored posting lists, read from the key space once and kept while the index stays as it is.
//
// A list is cached under the index's fingerprint (posting_keys.h), which names one state of its
// contents: views of that state share it, others cannot mistake it for theirs, and what no view
// asks for any more is the first to go.
//
// Thread safety: the cache may be used by several threads; lists are immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/base/result.h"
#include "index/index_definition.h"
#include "storage/read_view.h"

namespace kith::index {

/// The documents that have a term (or one of several), ascending, with the BM25 score of each.
struct PostingList {
  std::vector<uint64_t> entities;
  std::vector<float> scores;
  std::vector<uint32_t> properties;  ///< Empty for an index with one property.
  float max_score = 0;

  size_t size() const { return entities.size(); }
  size_t Bytes() const { return 64 + entities.size() * 12 + properties.size() * 4; }
};

/// What BM25 needs of a whole index, as of one view.
struct TextStatistics {
  int64_t documents = 0;
  double average_length_eighths = 0;
  int64_t fingerprint = 0;
};
Result<TextStatistics> ReadTextStatistics(storage::KeySpaceReader* keys, IndexId index);

/// Which postings make one list, and how they score.
struct PostingRequest {
  std::vector<std::string> terms;  ///< Any of these.
  uint8_t form = 0;  ///< The form of the query's word: documents with it score higher.
  bool has_prefix = false;
  std::string prefix;  ///< And, with has_prefix, all that begin so.
};

class PostingCache {
 public:
  explicit PostingCache(size_t capacity_bytes) : capacity_bytes_(capacity_bytes) {}

  /// The list, from the cache or read. ResourceExhausted for a prefix with too many postings;
  /// Cancelled or Timeout from `interrupt` (may be null).
  Result<std::shared_ptr<const PostingList>> Get(storage::KeySpaceReader* keys,
                                                 const IndexDefinition& index,
                                                 const TextStatistics& statistics,
                                                 const PostingRequest& request,
                                                 const Interrupt* interrupt);

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const PostingList> list;
  };

  std::shared_ptr<const PostingList> Find(const std::string& key);
  void Insert(std::string key, std::shared_ptr<const PostingList> list);

  const size_t capacity_bytes_;
  std::mutex mutex_;
  std::list<Entry> recent_;  ///< The most recently used first.
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;  ///< Keys in recent_.
  size_t bytes_ = 0;
};

}  // namespace kith::index
