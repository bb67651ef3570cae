// SPDX-License-Identifier: Apache-2.0
// Block: key = prefix | term (8, big-endian) | first chunk (8, big-endian); value = the following
// chunks as variable-length differences, each at least 1.
#include "rag/ingest/term_lookup.h"

#include <algorithm>
#include <optional>
#include <string>

namespace kith::rag {
namespace {

using storage::KeySpace;

constexpr std::string_view kPrefix("\xFF\xFF\xFF\xFFragt", 8);
/// A block of so many chunks is a few hundred bytes: cheap to rewrite when one is taken out.
constexpr size_t kBlockChunks = 256;

void AppendBigEndian(uint64_t number, std::string* out) {
  for (int shift = 56; shift >= 0; shift -= 8) *out += static_cast<char>(number >> shift);
}

uint64_t ReadBigEndian(std::string_view bytes) {
  uint64_t number = 0;
  for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

std::string TermKey(uint64_t term) {
  std::string key(kPrefix);
  AppendBigEndian(term, &key);
  return key;
}

std::string BlockKey(uint64_t term, NodeId first) {
  std::string key = TermKey(term);
  AppendBigEndian(first.bits(), &key);
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
  if (key.size() != kPrefix.size() + 16) return false;
  uint64_t at = ReadBigEndian(key.substr(kPrefix.size() + 8));
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
      "a block of the name lookup cannot be read; rebuild by ingesting the documents into "
      "a new database");
}

Result<std::vector<NodeId>> ChunksOf(uint64_t term, storage::KeySpaceReader* keys) {
  std::vector<NodeId> chunks;
  bool whole = true;
  const std::string lower = TermKey(term);
  KITH_RETURN_IF_ERROR(keys->Scan(KeySpace::kText, lower, AfterPrefix(lower),
                                  [&](std::string_view key, std::string_view value) {
                                    whole = DecodeBlock(key, value, &chunks);
                                    return whole;
                                  }));
  if (!whole) return Damaged();
  std::sort(chunks.begin(), chunks.end());
  return chunks;
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

Status AddTerms(TermBatch* batch, storage::KeySpaceWriter* keys) {
  for (auto& [term, chunks] : *batch) {
    std::sort(chunks.begin(), chunks.end());
    for (size_t first = 0; first < chunks.size(); first += kBlockChunks) {
      const auto block =
          std::span(chunks).subspan(first, std::min(kBlockChunks, chunks.size() - first));
      KITH_RETURN_IF_ERROR(
          keys->Put(KeySpace::kText, BlockKey(term, block.front()), EncodeRest(block)));
    }
  }
  batch->clear();
  return Status::Ok();
}

Status RemoveTerms(NodeId chunk, std::span<const uint64_t> terms, storage::KeySpaceWriter* keys) {
  for (const uint64_t term : terms) {
    // Blocks of different transactions may overlap, so the nearest one below need not be it.
    std::string block_key;
    std::vector<NodeId> chunks;
    bool whole = true;
    bool found = false;
    std::string upper = BlockKey(term, NodeId(chunk.bits() + 1));
    KITH_RETURN_IF_ERROR(keys->ScanBackwards(
        KeySpace::kText, TermKey(term), upper, [&](std::string_view key, std::string_view value) {
          chunks.clear();
          whole = DecodeBlock(key, value, &chunks);
          found = whole && std::binary_search(chunks.begin(), chunks.end(), chunk);
          block_key = key;
          return whole && !found;
        }));
    if (!whole) return Damaged();
    if (!found) continue;
    KITH_RETURN_IF_ERROR(keys->Delete(KeySpace::kText, block_key));
    std::erase(chunks, chunk);
    if (chunks.empty()) continue;
    KITH_RETURN_IF_ERROR(
        keys->Put(KeySpace::kText, BlockKey(term, chunks.front()), EncodeRest(chunks)));
  }
  return Status::Ok();
}

Result<std::vector<NodeId>> FindChunks(std::span<const uint64_t> terms,
                                       storage::KeySpaceReader* keys) {
  std::optional<std::vector<NodeId>> common;
  for (const uint64_t term : terms) {
    KITH_ASSIGN_OR_RETURN(std::vector<NodeId> chunks, ChunksOf(term, keys));
    if (!common) {
      common = std::move(chunks);
    } else {
      std::vector<NodeId> both;
      std::set_intersection(common->begin(), common->end(), chunks.begin(), chunks.end(),
                            std::back_inserter(both));
      common = std::move(both);
    }
    if (common->empty()) break;
  }
  return common ? *std::move(common) : std::vector<NodeId>();
}

Result<std::vector<std::pair<uint64_t, NodeId>>> AllTerms(storage::KeySpaceReader* keys) {
  std::vector<std::pair<uint64_t, NodeId>> all;
  std::vector<NodeId> chunks;
  bool whole = true;
  const std::string lower(kPrefix);
  KITH_RETURN_IF_ERROR(keys->Scan(KeySpace::kText, lower, AfterPrefix(lower),
                                  [&](std::string_view key, std::string_view value) {
                                    chunks.clear();
                                    whole = DecodeBlock(key, value, &chunks);
                                    if (!whole) return false;
                                    const uint64_t term =
                                        ReadBigEndian(key.substr(kPrefix.size(), 8));
                                    for (const NodeId chunk : chunks) all.emplace_back(term, chunk);
                                    return true;
                                  }));
  if (!whole) return Damaged();
  return all;
}

}  // namespace kith::rag
