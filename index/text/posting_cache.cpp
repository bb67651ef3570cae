// SPDX-License-Identifier: Apache-2.0
// Reading posting lists, scoring them, and keeping the recent ones.
#include "index/text/posting_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/base/key_codec.h"
#include "index/text/posting_keys.h"

namespace kith::index {
namespace {

using storage::KeySpace;
using storage::KeySpaceReader;

// Bounds the memory of a query like a*.
constexpr size_t kMaxPostings = 20'000'000;
constexpr size_t kInterruptEvery = 4096;

Status ReadRange(KeySpaceReader* keys, const std::string& prefix, const Interrupt* interrupt,
                 std::vector<Posting>* postings) {
  Status failed;
  const auto visit = [&](std::string_view key, std::string_view value) {
    Result<Posting> posting = DecodePosting(key, value);
    if (!posting.ok()) {
      failed = posting.status();
      return false;
    }
    postings->push_back(*posting);
    if (postings->size() % kInterruptEvery != 0) return true;
    if (interrupt != nullptr) failed = interrupt->Check();
    if (postings->size() >= kMaxPostings) {
      failed = Status(StatusCode::kResourceExhausted,
                      fmt::format("the words of a full-text query have more than {} postings; use "
                                  "a longer prefix",
                                  kMaxPostings));
    }
    return failed.ok();
  };
  KITH_RETURN_IF_ERROR(keys->Scan(KeySpace::kText, prefix, PrefixSuccessor(prefix), visit));
  return failed;
}

// Joins the postings of several terms: as if they were one term.
void JoinByEntity(std::vector<Posting>* postings) {
  std::sort(postings->begin(), postings->end(),
            [](const Posting& a, const Posting& b) { return a.entity < b.entity; });
  size_t out = 0;
  for (size_t i = 0; i < postings->size(); ++i) {
    Posting& posting = (*postings)[i];
    if (out > 0 && (*postings)[out - 1].entity == posting.entity) {
      Posting& joined = (*postings)[out - 1];
      joined.frequency_eighths += posting.frequency_eighths;
      joined.properties |= posting.properties;
    } else {
      (*postings)[out++] = posting;
    }
  }
  postings->resize(out);
}

// Robertson and Zaragoza 2009, equation 3.15, with idf made positive by 1 + (as Lucene does).
std::shared_ptr<const PostingList> Score(const IndexDefinition& index,
                                         const TextStatistics& statistics,
                                         const std::vector<Posting>& postings) {
  auto list = std::make_shared<PostingList>();
  const auto found = static_cast<double>(postings.size());
  const double documents = std::max(static_cast<double>(statistics.documents), found);
  const double idf = std::log(1 + (documents - found + 0.5) / (found + 0.5));
  const double k1 = index.text.k1;
  const double b = index.text.b;
  const double average = std::max(statistics.average_length_eighths, 1.0);
  const bool with_properties = index.properties.size() > 1;
  list->entities.reserve(postings.size());
  list->scores.reserve(postings.size());
  for (const Posting& posting : postings) {
    const double frequency = posting.frequency_eighths / 8.0;
    const double norm = k1 * (1 - b + b * posting.length_eighths / average);
    const auto score = static_cast<float>(idf * frequency * (k1 + 1) / (frequency + norm));
    list->entities.push_back(posting.entity);
    list->scores.push_back(score);
    if (with_properties) list->properties.push_back(posting.properties);
    list->max_score = std::max(list->max_score, score);
  }
  return list;
}

std::string CacheKey(const IndexDefinition& index, const TextStatistics& statistics,
                     const PostingRequest& request) {
  std::string key;
  AppendBigEndian32(static_cast<uint32_t>(index.id), &key);
  AppendBigEndian64(static_cast<uint64_t>(statistics.fingerprint), &key);
  AppendBigEndian64(static_cast<uint64_t>(statistics.documents), &key);
  for (const std::string& term : request.terms) key.append(term).push_back('\0');
  if (request.has_prefix) key.append(1, '\1').append(request.prefix);
  return key;
}

}  // namespace

Result<TextStatistics> ReadTextStatistics(KeySpaceReader* keys, IndexId index) {
  TextStatistics statistics;
  KITH_ASSIGN_OR_RETURN(statistics.documents, keys->Counter(DocumentCountKey(index)));
  KITH_ASSIGN_OR_RETURN(const int64_t length, keys->Counter(TotalLengthKey(index)));
  KITH_ASSIGN_OR_RETURN(statistics.fingerprint, keys->Counter(FingerprintKey(index)));
  if (statistics.documents > 0) {
    statistics.average_length_eighths =
        static_cast<double>(length) / static_cast<double>(statistics.documents);
  }
  return statistics;
}

std::shared_ptr<const PostingList> PostingCache::Find(const std::string& key) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  recent_.splice(recent_.begin(), recent_, found->second);
  return found->second->list;
}

void PostingCache::Insert(std::string key, std::shared_ptr<const PostingList> list) {
  const size_t bytes = list->Bytes() + key.size();
  if (bytes > capacity_bytes_ / 2) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (by_key_.count(key) != 0) return;
  recent_.push_front({std::move(key), std::move(list)});
  by_key_.emplace(recent_.front().key, recent_.begin());
  bytes_ += bytes;
  while (bytes_ > capacity_bytes_) {
    const Entry& oldest = recent_.back();
    bytes_ -= oldest.list->Bytes() + oldest.key.size();
    by_key_.erase(oldest.key);
    recent_.pop_back();
  }
}

Result<std::shared_ptr<const PostingList>> PostingCache::Get(KeySpaceReader* keys,
                                                             const IndexDefinition& index,
                                                             const TextStatistics& statistics,
                                                             const PostingRequest& request,
                                                             const Interrupt* interrupt) {
  const std::string key = CacheKey(index, statistics, request);
  if (auto cached = Find(key)) return cached;
  std::vector<Posting> postings;
  for (const std::string& term : request.terms) {
    // Those that begin with the prefix come with it.
    if (request.has_prefix && term.starts_with(request.prefix)) continue;
    KITH_RETURN_IF_ERROR(ReadRange(keys, PostingPrefix(index.id, term), interrupt, &postings));
  }
  if (request.has_prefix) {
    KITH_RETURN_IF_ERROR(
        ReadRange(keys, TermPrefix(index.id, request.prefix), interrupt, &postings));
  }
  if (request.has_prefix || request.terms.size() > 1) JoinByEntity(&postings);
  std::shared_ptr<const PostingList> list = Score(index, statistics, postings);
  Insert(key, list);
  return list;
}

}  // namespace kith::index
