// SPDX-License-Identifier: Apache-2.0
// Block: key = prefix "t" | term (8, big-endian) | first chunk (8, big-endian); value = the
// following chunks as variable-length differences, each at least 1.
// Waiting chunk: key = prefix "w" | chunk (8, big-endian); value = its terms (8 each, big-endian).
// Stamp of the waiting chunks: key = prefix "s"; value = 8 random bytes.
#include "rag/ingest/term_lookup.h"

#include <algorithm>
#include <random>
#include <string>

#include "engine/base/key_codec.h"

namespace kith::rag {
namespace {

using storage::KeySpace;

constexpr std::string_view kBlockPrefix("\xFF\xFF\xFF\xFFragt", 8);
constexpr std::string_view kWaitingPrefix("\xFF\xFF\xFF\xFFragw", 8);
constexpr std::string_view kStampKey("\xFF\xFF\xFF\xFFrags", 8);
/// A block of so many chunks is a few hundred bytes: cheap to rewrite when one is taken out.
constexpr size_t kBlockChunks = 256;
/// So many pairs may wait: those of about 500 passages of 60 different words. Then they become
/// blocks, about a dozen for each passage. Reading them all takes about a millisecond.
constexpr size_t kMaxWaitingPairs = size_t{1} << 15;

/// Of the first 8 bytes, which are there.
uint64_t NumberAtBegin(std::string_view bytes) {
  return ReadBigEndian64(bytes.data());
}

std::string TermKey(uint64_t term) {
  std::string key(kBlockPrefix);
  AppendBigEndian64(term, &key);
  return key;
}

std::string WaitingKey(NodeId chunk) {
  std::string key(kWaitingPrefix);
  AppendBigEndian64(chunk.bits(), &key);
  return key;
}

std::string BlockKey(uint64_t term, NodeId first) {
  std::string key = TermKey(term);
  AppendBigEndian64(first.bits(), &key);
  return key;
}

std::string AfterPrefix(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xFF') prefix.pop_back();
  if (!prefix.empty()) ++prefix.back();
  return prefix;
}

std::string EncodeRest(std::span<const NodeId> chunks) {
  std::string value;
  for (size_t i = 1; i < chunks.size(); ++i) {
    uint64_t difference = chunks[i].bits() - chunks[i - 1].bits();
    while (difference >= 0x80) {
      value += static_cast<char>(difference | 0x80);
      difference >>= 7;
    }
    value += static_cast<char>(difference);
  }
  return value;
}

bool DecodeBlock(std::string_view key, std::string_view value, std::vector<NodeId>* chunks) {
  if (key.size() != kBlockPrefix.size() + 16) return false;
  uint64_t at = NumberAtBegin(key.substr(kBlockPrefix.size() + 8));
  chunks->push_back(NodeId(at));
  uint64_t difference = 0;
  int shift = 0;
  for (const char c : value) {
    if (shift > 63) return false;
    difference |= static_cast<uint64_t>(c & 0x7F) << shift;
    shift += 7;
    if ((c & 0x80) != 0) continue;
    at += difference;
    chunks->push_back(NodeId(at));
    difference = 0;
    shift = 0;
  }
  return shift == 0;
}

Status Damaged() {
  return Status(
      StatusCode::kCorruption,
      "an entry of the name lookup cannot be read; rebuild by ingesting the documents into "
      "a new database");
}

/// Visits the waiting chunks in order of their ids.
template <typename Visit>
Status ForEachWaiting(storage::KeySpaceReader* keys, const Visit& visit) {
  bool whole = true;
  const std::string lower(kWaitingPrefix);
  KITH_RETURN_IF_ERROR(keys->Scan(KeySpace::kText, lower, AfterPrefix(lower),
                                  [&](std::string_view key, std::string_view value) {
                                    whole = key.size() == lower.size() + 8 && value.size() % 8 == 0;
                                    if (!whole) return false;
                                    const NodeId chunk(NumberAtBegin(key.substr(lower.size())));
                                    for (size_t at = 0; at < value.size(); at += 8) {
                                      visit(NumberAtBegin(value.substr(at, 8)), chunk);
                                    }
                                    return true;
                                  }));
  return whole ? Status::Ok() : Damaged();
}

/// Makes `waiting` what `keys` see.
Status ReadWaiting(storage::KeySpaceReader* keys, WaitingChunks* waiting) {
  KITH_ASSIGN_OR_RETURN(const auto stored, keys->Get(KeySpace::kText, kStampKey));
  if (stored && stored->size() != sizeof(uint64_t)) return Damaged();
  const uint64_t stamp = stored ? NumberAtBegin(*stored) : 0;
  if (waiting->stamp == stamp) return Status::Ok();
  *waiting = WaitingChunks();
  KITH_RETURN_IF_ERROR(ForEachWaiting(keys, [&](uint64_t term, NodeId chunk) {
    waiting->chunks.insert(chunk);
    waiting->chunks_of[term].push_back(chunk);
    ++waiting->pairs;
  }));
  waiting->stamp = stamp;
  return Status::Ok();
}

/// `waiting` has been changed, and its entries with it.
Status WriteStamp(WaitingChunks* waiting, storage::KeySpaceWriter* keys) {
  thread_local std::mt19937_64 random([] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }());
  const uint64_t stamp = random();
  std::string value;
  AppendBigEndian64(stamp, &value);
  KITH_RETURN_IF_ERROR(keys->Put(KeySpace::kText, kStampKey, value));
  waiting->stamp = stamp;
  return Status::Ok();
}

Status WriteBlocks(WaitingChunks* waiting, storage::KeySpaceWriter* keys) {
  for (auto& [term, chunks] : waiting->chunks_of) {
    std::sort(chunks.begin(), chunks.end());
    for (size_t first = 0; first < chunks.size(); first += kBlockChunks) {
      const auto block =
          std::span(chunks).subspan(first, std::min(kBlockChunks, chunks.size() - first));
      KITH_RETURN_IF_ERROR(
          keys->Put(KeySpace::kText, BlockKey(term, block.front()), EncodeRest(block)));
    }
  }
  *waiting = WaitingChunks();
  return Status::Ok();
}

Result<std::vector<NodeId>> ChunksInBlocks(uint64_t term, storage::KeySpaceReader* keys) {
  std::vector<NodeId> chunks;
  bool whole = true;
  const std::string lower = TermKey(term);
  KITH_RETURN_IF_ERROR(keys->Scan(KeySpace::kText, lower, AfterPrefix(lower),
                                  [&](std::string_view key, std::string_view value) {
                                    whole = DecodeBlock(key, value, &chunks);
                                    return whole;
                                  }));
  if (!whole) return Damaged();
  return chunks;
}

Status RemoveFromBlocks(const ChunkTerms& removed, storage::KeySpaceWriter* keys) {
  for (const uint64_t term : removed.terms) {
    // Blocks of different transactions may overlap, so the nearest one below need not be it.
    std::string block_key;
    std::vector<NodeId> chunks;
    bool whole = true;
    bool found = false;
    const std::string upper = BlockKey(term, NodeId(removed.chunk.bits() + 1));
    KITH_RETURN_IF_ERROR(keys->ScanBackwards(
        KeySpace::kText, TermKey(term), upper, [&](std::string_view key, std::string_view value) {
          chunks.clear();
          whole = DecodeBlock(key, value, &chunks);
          found = whole && std::binary_search(chunks.begin(), chunks.end(), removed.chunk);
          block_key = key;
          return whole && !found;
        }));
    if (!whole) return Damaged();
    if (!found) continue;
    KITH_RETURN_IF_ERROR(keys->Delete(KeySpace::kText, block_key));
    std::erase(chunks, removed.chunk);
    if (chunks.empty()) continue;
    KITH_RETURN_IF_ERROR(
        keys->Put(KeySpace::kText, BlockKey(term, chunks.front()), EncodeRest(chunks)));
  }
  return Status::Ok();
}

}  // namespace

std::vector<uint64_t> TermsOf(std::span<const NameWord> words) {
  std::vector<uint64_t> terms;
  terms.reserve(words.size());
  for (size_t i = 0; i < words.size(); ++i) {
    if (!words[i].is_single) {
      terms.push_back(words[i].hash);
    } else if (i + 1 < words.size() && words[i + 1].is_single) {
      terms.push_back(ExtendNameHash(words[i].hash, words[i + 1].hash));
    }
  }
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  return terms;
}

Status AddTerms(std::span<const ChunkTerms> added, WaitingChunks* waiting,
                storage::KeySpaceWriter* keys) {
  if (added.empty()) return Status::Ok();
  KITH_RETURN_IF_ERROR(ReadWaiting(keys, waiting));
  waiting->stamp.reset();
  size_t pairs = waiting->pairs;
  for (const ChunkTerms& chunk : added) pairs += chunk.terms.size();
  const bool full = pairs > kMaxWaitingPairs;
  if (full) {
    for (const NodeId chunk : waiting->chunks) {
      KITH_RETURN_IF_ERROR(keys->Delete(KeySpace::kText, WaitingKey(chunk)));
    }
  }
  for (const ChunkTerms& chunk : added) {
    std::string value;
    waiting->chunks.insert(chunk.chunk);
    for (const uint64_t term : chunk.terms) {
      waiting->chunks_of[term].push_back(chunk.chunk);
      AppendBigEndian64(term, &value);
    }
    if (!full) KITH_RETURN_IF_ERROR(keys->Put(KeySpace::kText, WaitingKey(chunk.chunk), value));
  }
  waiting->pairs = pairs;
  if (full) KITH_RETURN_IF_ERROR(WriteBlocks(waiting, keys));
  return WriteStamp(waiting, keys);
}

Status RemoveTerms(const ChunkTerms& removed, WaitingChunks* waiting,
                   storage::KeySpaceWriter* keys) {
  KITH_RETURN_IF_ERROR(ReadWaiting(keys, waiting));
  if (!waiting->chunks.contains(removed.chunk)) return RemoveFromBlocks(removed, keys);
  waiting->stamp.reset();
  waiting->chunks.erase(removed.chunk);
  for (const uint64_t term : removed.terms) {
    waiting->pairs -= std::erase(waiting->chunks_of[term], removed.chunk);
  }
  KITH_RETURN_IF_ERROR(keys->Delete(KeySpace::kText, WaitingKey(removed.chunk)));
  return WriteStamp(waiting, keys);
}

Result<std::vector<NodeId>> FindChunks(std::span<const uint64_t> terms, WaitingChunks* waiting,
                                       storage::KeySpaceReader* keys) {
  KITH_RETURN_IF_ERROR(ReadWaiting(keys, waiting));
  std::vector<NodeId> common;
  for (size_t i = 0; i < terms.size(); ++i) {
    KITH_ASSIGN_OR_RETURN(std::vector<NodeId> chunks, ChunksInBlocks(terms[i], keys));
    if (const auto found = waiting->chunks_of.find(terms[i]); found != waiting->chunks_of.end()) {
      chunks.insert(chunks.end(), found->second.begin(), found->second.end());
    }
    std::sort(chunks.begin(), chunks.end());
    if (i > 0) {
      std::vector<NodeId> both;
      std::set_intersection(common.begin(), common.end(), chunks.begin(), chunks.end(),
                            std::back_inserter(both));
      chunks = std::move(both);
    }
    common = std::move(chunks);
    if (common.empty()) break;
  }
  return common;
}

Result<std::vector<std::pair<uint64_t, NodeId>>> AllTerms(storage::KeySpaceReader* keys) {
  std::vector<std::pair<uint64_t, NodeId>> all;
  std::vector<NodeId> chunks;
  bool whole = true;
  const std::string lower(kBlockPrefix);
  KITH_RETURN_IF_ERROR(keys->Scan(KeySpace::kText, lower, AfterPrefix(lower),
                                  [&](std::string_view key, std::string_view value) {
                                    chunks.clear();
                                    whole = DecodeBlock(key, value, &chunks);
                                    if (!whole) return false;
                                    const uint64_t term =
                                        NumberAtBegin(key.substr(lower.size(), 8));
                                    for (const NodeId chunk : chunks) all.emplace_back(term, chunk);
                                    return true;
                                  }));
  if (!whole) return Damaged();
  KITH_RETURN_IF_ERROR(
      ForEachWaiting(keys, [&](uint64_t term, NodeId chunk) { all.emplace_back(term, chunk); }));
  return all;
}

}  // namespace kith::rag
