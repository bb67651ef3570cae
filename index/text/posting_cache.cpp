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
constexpr size_t kPostingsPerPoll = 4096;

struct ReadOptions {
  PostingLayout layout;
  uint8_t form = 0;
  const Interrupt* interrupt = nullptr;
};

Status ReadRange(KeySpaceReader* keys, const std::string& prefix, const ReadOptions& options,
                 std::vector<Posting>* postings) {
  Status failed;
  const auto visit = [&](std::string_view key, std::string_view value) {
    Result<Posting> posting = DecodePosting(key, value, options.layout, options.form);
    if (!posting.ok()) {
      failed = posting.status();
      return false;
    }
    postings->push_back(*posting);
    if (postings->size() % kPostingsPerPoll != 0) return true;
    if (options.interrupt != nullptr) failed = options.interrupt->Check();
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
      joined.form_frequency_eighths += posting.form_frequency_eighths;
      joined.properties |= posting.properties;
    } else {
      (*postings)[out++] = posting;
    }
  }
  postings->resize(out);
}

// Of a stemmed word's score, the share that only documents with the word in the query's own form
// get. Stems alone find more but confuse names ("Williams" is no "William"): an even share kept
// nearly all that stems gain on one question-answering set and lost nothing on the two where stems
// alone do worse than words.
constexpr double kFormShare = 0.5;

// Robertson and Zaragoza 2009, equation 3.15, with idf made positive by 1 + (as Lucene does).
class Bm25 {
 public:
  Bm25(const IndexDefinition& index, const TextStatistics& statistics, double found)
      : k1_(index.text.k1), b_(index.text.b) {
    const double documents = std::max(static_cast<double>(statistics.documents), found);
    idf_ = std::log(1 + (documents - found + 0.5) / (found + 0.5));
    average_ = std::max(statistics.average_length_eighths, 1.0);
  }

  double Score(uint32_t frequency_eighths, uint32_t length_eighths) const {
    const double frequency = frequency_eighths / 8.0;
    const double norm = k1_ * (1 - b_ + b_ * length_eighths / average_);
    return frequency > 0 ? idf_ * frequency * (k1_ + 1) / (frequency + norm) : 0;
  }

 private:
  double k1_;
  double b_;
  double idf_ = 0;
  double average_ = 1;
};

std::shared_ptr<const PostingList> ScoreAll(const IndexDefinition& index,
                                            const TextStatistics& statistics,
                                            const std::vector<Posting>& postings, bool forms) {
  auto list = std::make_shared<PostingList>();
  const auto with_form =
      std::count_if(postings.begin(), postings.end(),
                    [](const Posting& posting) { return posting.form_frequency_eighths > 0; });
  const Bm25 by_stem(index, statistics, static_cast<double>(postings.size()));
  const Bm25 by_form(index, statistics, static_cast<double>(with_form));
  const double form_share = forms ? kFormShare : 0;
  const bool with_properties = index.properties.size() > 1;
  list->entities.reserve(postings.size());
  list->scores.reserve(postings.size());
  for (const Posting& posting : postings) {
    const double stem = by_stem.Score(posting.frequency_eighths, posting.length_eighths);
    const double form = by_form.Score(posting.form_frequency_eighths, posting.length_eighths);
    const auto score = static_cast<float>((1 - form_share) * stem + form_share * form);
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
  key.push_back(static_cast<char>(request.form));
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
  std::list<Entry> added;
  added.push_front({std::move(key), std::move(list)});
  const std::lock_guard<std::mutex> lock(mutex_);
  // The last that may throw for lack of memory comes before the first change that is not its own.
  if (!by_key_.emplace(added.front().key, added.begin()).second) return;
  recent_.splice(recent_.begin(), added);
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
  const ReadOptions options{LayoutOf(index), request.form, interrupt};
  std::vector<Posting> postings;
  for (const std::string& term : request.terms) {
    // Those that begin with the prefix come with it.
    if (request.has_prefix && term.starts_with(request.prefix)) continue;
    KITH_RETURN_IF_ERROR(ReadRange(keys, PostingPrefix(index.id, term), options, &postings));
  }
  if (request.has_prefix) {
    KITH_RETURN_IF_ERROR(ReadRange(keys, TermPrefix(index.id, request.prefix), options, &postings));
  }
  if (request.has_prefix || request.terms.size() > 1) JoinByEntity(&postings);
  const bool forms = options.layout.forms && !request.has_prefix;
  std::shared_ptr<const PostingList> list = ScoreAll(index, statistics, postings, forms);
  Insert(key, list);
  return list;
}

}  // namespace kith::index
