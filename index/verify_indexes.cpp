// SPDX-License-Identifier: Apache-2.0
// Comparing indexes with the graph that they index.
//
// Each direction is checked: every entity's entries are looked up, and the entries that are there
// are counted, so that with equal numbers there can be none too many.
#include <fmt/format.h>

#include <algorithm>

#include "engine/base/key_codec.h"
#include "index/entity_scan.h"
#include "index/index_manager.h"
#include "index/property/property_entry.h"
#include "index/schema_records.h"
#include "index/text/posting_keys.h"
#include "index/text/text_writer.h"
#include "index/vector/segment_codec.h"
#include "index/vector/vector_value.h"

namespace kith::index {
namespace {

using storage::KeySpace;
using storage::PropertyList;
using storage::ReadView;

Status Differs(const IndexDefinition& index, std::string_view what) {
  return Status(
      StatusCode::kCorruption,
      fmt::format("index '{}' on {} does not agree with the graph: {}; drop and create it",
                  index.name, index.Describe(), what));
}

Result<uint64_t> CountKeys(ReadView* view, KeySpace space, const std::string& prefix) {
  uint64_t count = 0;
  KITH_RETURN_IF_ERROR(view->keys().Scan(space, prefix, PrefixSuccessor(prefix),
                                         [&](std::string_view, std::string_view) {
                                           ++count;
                                           return true;
                                         }));
  return count;
}

Status ExpectEqual(const IndexDefinition& index, std::string_view what, uint64_t stored,
                   uint64_t expected) {
  if (stored == expected) return Status::Ok();
  return Differs(index, fmt::format("{} {}, not {}", what, stored, expected));
}

Status VerifyProperty(ReadView* view, const IndexDefinition& index) {
  uint64_t expected = 0;
  const auto visit = [&](uint64_t entity, const PropertyList& properties) {
    KITH_ASSIGN_OR_RETURN(const auto tuple, TupleOf(index, properties));
    if (!tuple.has_value()) return Status::Ok();
    ++expected;
    const PropertyEntry entry = MakePropertyEntry(index.id, *tuple, entity);
    KITH_ASSIGN_OR_RETURN(const auto stored, view->keys().Get(KeySpace::kProperty, entry.key));
    if (stored == entry.value) return Status::Ok();
    return Differs(index, fmt::format("entity {} has no entry for its values", entity));
  };
  KITH_ASSIGN_OR_RETURN(EntityScan scan, EntityScan::Start(view, &index));
  while (!scan.done()) KITH_RETURN_IF_ERROR(scan.Next(view, visit));
  std::string prefix;
  AppendBigEndian32(static_cast<uint32_t>(index.id), &prefix);
  KITH_ASSIGN_OR_RETURN(const uint64_t stored, CountKeys(view, KeySpace::kProperty, prefix));
  KITH_RETURN_IF_ERROR(ExpectEqual(index, "its number of entries is", stored, expected));
  KITH_ASSIGN_OR_RETURN(const int64_t counter, view->keys().Counter(PropertyCountKey(index.id)));
  return ExpectEqual(index, "its counter of entries is", static_cast<uint64_t>(counter), expected);
}

// What the documents of a text index add up to.
struct TextTotals {
  uint64_t documents = 0;
  uint64_t postings = 0;
  uint64_t length_eighths = 0;
  int64_t fingerprint = 0;
};

Status VerifyPostings(ReadView* view, const IndexDefinition& index, uint64_t entity,
                      const TextDocument& document) {
  for (const TermEntry& term : document.terms) {
    std::string key = PostingPrefix(index.id, term.term);
    AppendEntity(entity, &key);
    KITH_ASSIGN_OR_RETURN(const auto posting, view->keys().Get(KeySpace::kText, key));
    if (posting == EncodePosting(term, document.length_eighths, LayoutOf(index))) {
      continue;
    }
    return Differs(
        index, fmt::format("entity {} has no right posting for the term '{}'", entity, term.term));
  }
  return Status::Ok();
}

Status VerifyDocument(ReadView* view, const IndexDefinition& index, uint64_t entity,
                      const PropertyList& properties, TextTotals* totals) {
  const std::vector<PropertyText> texts = TextsOf(index, properties);
  if (texts.empty()) return Status::Ok();
  KITH_ASSIGN_OR_RETURN(const TextDocument expected, AnalyzeTexts(index, texts));
  KITH_ASSIGN_OR_RETURN(const auto bytes,
                        view->keys().Get(KeySpace::kText, DocumentKey(index.id, entity)));
  if (!bytes.has_value()) return Differs(index, fmt::format("entity {} is missing", entity));
  KITH_ASSIGN_OR_RETURN(const StoredDocument stored, DecodeDocument(*bytes));
  const bool same_terms =
      std::equal(expected.terms.begin(), expected.terms.end(), stored.document.terms.begin(),
                 stored.document.terms.end(),
                 [](const TermEntry& a, const TermEntry& b) { return a.SameInDocument(b); });
  if (!same_terms || stored.document.length_eighths != expected.length_eighths) {
    return Differs(index, fmt::format("entity {} has other terms than its text", entity));
  }
  ++totals->documents;
  totals->postings += expected.terms.size();
  totals->length_eighths += expected.length_eighths;
  totals->fingerprint += stored.nonce;
  return VerifyPostings(view, index, entity, expected);
}

Status VerifyText(ReadView* view, const IndexDefinition& index) {
  TextTotals totals;
  const auto visit = [&](uint64_t entity, const PropertyList& properties) {
    return VerifyDocument(view, index, entity, properties, &totals);
  };
  KITH_ASSIGN_OR_RETURN(EntityScan scan, EntityScan::Start(view, &index));
  while (!scan.done()) KITH_RETURN_IF_ERROR(scan.Next(view, visit));
  KITH_ASSIGN_OR_RETURN(const uint64_t documents,
                        CountKeys(view, KeySpace::kText, DocumentPrefix(index.id)));
  KITH_RETURN_IF_ERROR(
      ExpectEqual(index, "its number of documents is", documents, totals.documents));
  KITH_ASSIGN_OR_RETURN(const uint64_t postings,
                        CountKeys(view, KeySpace::kText, TermPrefix(index.id, "")));
  KITH_RETURN_IF_ERROR(ExpectEqual(index, "its number of postings is", postings, totals.postings));
  const auto counter = [&](const std::string& key, std::string_view what, uint64_t expected) {
    KITH_ASSIGN_OR_RETURN(const int64_t value, view->keys().Counter(key));
    return ExpectEqual(index, what, static_cast<uint64_t>(value), expected);
  };
  KITH_RETURN_IF_ERROR(
      counter(DocumentCountKey(index.id), "its counter of documents is", totals.documents));
  KITH_RETURN_IF_ERROR(
      counter(TotalLengthKey(index.id), "its total length is", totals.length_eighths));
  return counter(FingerprintKey(index.id), "its fingerprint is",
                 static_cast<uint64_t>(totals.fingerprint));
}

// Which of the versions in the tail and in segments are not removed: each vector must be there
// once.
class VectorPlaces {
 public:
  Status Read(ReadView* view, const IndexDefinition& index, const VectorDirectory& directory) {
    KITH_ASSIGN_OR_RETURN(places_, ReadVersions(&view->keys(), TailPrefix(index.id)));
    KITH_ASSIGN_OR_RETURN(const auto removed, ReadVersions(&view->keys(), RemovedPrefix(index.id)));
    for (const SegmentInfo& info : directory.segments) {
      KITH_ASSIGN_OR_RETURN(const auto segment,
                            LoadSegment(&view->keys(), index.id, directory.dimensions, info));
      for (const VectorVersion& version : segment->versions()) {
        if (!std::binary_search(removed.begin(), removed.end(), version)) {
          places_.push_back(version);
        }
      }
    }
    std::sort(places_.begin(), places_.end());
    return Status::Ok();
  }

  size_t Count(const VectorVersion& version) const {
    const auto range = std::equal_range(places_.begin(), places_.end(), version);
    return static_cast<size_t>(range.second - range.first);
  }
  size_t size() const { return places_.size(); }

 private:
  std::vector<VectorVersion> places_;
};

Status VerifyEntry(ReadView* view, const IndexDefinition& index, uint64_t entity,
                   const Value& value, const VectorPlaces& places) {
  KITH_ASSIGN_OR_RETURN(const std::vector<float> vector,
                        PrepareVector(index.vector.similarity, ComponentsOf(value)));
  KITH_ASSIGN_OR_RETURN(const auto record,
                        view->keys().Get(KeySpace::kVector, VectorKey(index.id, entity)));
  if (!record.has_value()) return Differs(index, fmt::format("entity {} is missing", entity));
  KITH_ASSIGN_OR_RETURN(const StoredVector stored, DecodeVector(*record));
  if (*record != EncodeVector(stored.nonce, vector)) {
    return Differs(index, fmt::format("entity {} has another vector", entity));
  }
  const size_t count = places.Count({entity, stored.nonce});
  if (count == 1) return Status::Ok();
  return Differs(index, fmt::format("a search finds entity {} {} times", entity, count));
}

Status VerifyVector(ReadView* view, const IndexDefinition& index) {
  KITH_ASSIGN_OR_RETURN(const auto directory, ReadDirectory(&view->keys(), index.id));
  VectorPlaces places;
  KITH_RETURN_IF_ERROR(places.Read(view, index, directory.value_or(VectorDirectory())));
  uint64_t expected = 0;
  const auto visit = [&](uint64_t entity, const PropertyList& properties) {
    const Value* value = VectorValueOf(index, properties);
    if (value == nullptr) return Status::Ok();
    ++expected;
    return VerifyEntry(view, index, entity, *value, places);
  };
  KITH_ASSIGN_OR_RETURN(EntityScan scan, EntityScan::Start(view, &index));
  while (!scan.done()) KITH_RETURN_IF_ERROR(scan.Next(view, visit));
  KITH_ASSIGN_OR_RETURN(const uint64_t stored,
                        CountKeys(view, KeySpace::kVector, VectorPrefix(index.id)));
  KITH_RETURN_IF_ERROR(ExpectEqual(index, "its number of vectors is", stored, expected));
  KITH_RETURN_IF_ERROR(ExpectEqual(index, "its tail and segments hold", places.size(), expected));
  KITH_ASSIGN_OR_RETURN(const int64_t counter, view->keys().Counter(VectorCountKey(index.id)));
  return ExpectEqual(index, "its counter of vectors is", static_cast<uint64_t>(counter), expected);
}

Status VerifyIndex(ReadView* view, const IndexDefinition& index) {
  switch (index.kind) {
    case IndexKind::kRange:
    case IndexKind::kUnique: return VerifyProperty(view, index);
    case IndexKind::kText: return VerifyText(view, index);
    case IndexKind::kVector: return VerifyVector(view, index);
  }
  return Status(StatusCode::kInternal, "an index of an unknown kind");
}

}  // namespace

Status VerifyIndexes(ReadView* view) {
  KITH_ASSIGN_OR_RETURN(const auto catalog, ReadIndexCatalog(&view->keys(), view->catalog()));
  for (const auto& index : catalog->all()) {
    if (index->state != IndexState::kOnline) continue;
    KITH_RETURN_IF_ERROR(VerifyIndex(view, *index));
  }
  return Status::Ok();
}

}  // namespace kith::index
