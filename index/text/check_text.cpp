// SPDX-License-Identifier: Apache-2.0
// Checking full-text indexes.
//
// Postings and documents are compared by the sum of hashes of the postings' keys; only where these
// differ is each posting's document read.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "engine/base/key_codec.h"
#include "index/check_entries.h"
#include "index/check_indexes.h"
#include "index/entity_scan.h"
#include "index/text/posting_keys.h"
#include "index/text/text_writer.h"

namespace kith::index {
namespace {

using storage::CheckReport;
using storage::KeySpace;
using storage::PropertyList;
using storage::ReadView;

bool SameDocument(const TextDocument& a, const TextDocument& b) {
  return a.length_eighths == b.length_eighths &&
         std::equal(a.terms.begin(), a.terms.end(), b.terms.begin(), b.terms.end(),
                    [](const TermEntry& x, const TermEntry& y) { return x.SameInDocument(y); });
}

uint64_t EntityOfKey(std::string_view key) {
  return key.size() < 8 ? 0 : ReadBigEndian64(key.data() + key.size() - 8);
}

class TextIndexCheck {
 public:
  TextIndexCheck(ReadView* view, const IndexDefinition& index, CheckReport* report)
      : view_(view), index_(index), report_(*report), stage_(IndexWhere(index)) {}

  Status Run() {
    KITH_ASSIGN_OR_RETURN(EntityScan scan, EntityScan::Start(view_, &index_));
    while (!scan.done()) {
      KITH_RETURN_IF_ERROR(report_.Step({stage_, entities_, 0}));
      KITH_RETURN_IF_ERROR(scan.Next(view_, [&](uint64_t entity, const PropertyList& properties) {
        ++entities_;
        return CheckEntity(entity, properties);
      }));
    }
    KITH_RETURN_IF_ERROR(VisitEntries(view_, KeySpace::kText, DocumentPrefix(index_.id),
                                      [&](const KeyEntries& e) { return VisitDocuments(e); }));
    const std::string postings = TermPrefix(index_.id, "");
    KITH_RETURN_IF_ERROR(VisitEntries(view_, KeySpace::kText, postings, [&](const KeyEntries& e) {
      for (const auto& [key, value] : e) unmatched_ -= std::hash<std::string_view>()(key);
      return report_.Step({stage_, entities_, 0});
    }));
    if (unmatched_ != 0) {
      KITH_RETURN_IF_ERROR(VisitEntries(view_, KeySpace::kText, postings,
                                        [&](const KeyEntries& e) { return NamePostings(e); }));
    }
    return CheckCounters();
  }

 private:
  Result<std::optional<StoredDocument>> DocumentOf(uint64_t entity) {
    KITH_ASSIGN_OR_RETURN(const auto bytes,
                          view_->keys().Get(KeySpace::kText, DocumentKey(index_.id, entity)));
    if (!bytes) return std::optional<StoredDocument>();
    KITH_ASSIGN_OR_RETURN(StoredDocument stored, DecodeDocument(*bytes));
    return std::optional<StoredDocument>(std::move(stored));
  }

  Status CheckEntity(uint64_t entity, const PropertyList& properties) {
    const std::vector<PropertyText> texts = TextsOf(index_, properties);
    if (texts.empty()) return Status::Ok();
    KITH_ASSIGN_OR_RETURN(const TextDocument expected, AnalyzeTexts(index_, texts));
    KITH_ASSIGN_OR_RETURN(const auto stored, DocumentOf(entity));
    if (!stored) {
      return report_.Add(
          {"index lacks a document", EntityWhere(index_, entity), "its words", "none"});
    }
    if (!SameDocument(expected, stored->document)) {
      KITH_RETURN_IF_ERROR(report_.Add({"index has another text", EntityWhere(index_, entity),
                                        fmt::format("{} different words", expected.terms.size()),
                                        fmt::format("{} others", stored->document.terms.size())}));
    }
    for (const TermEntry& term : expected.terms) {
      KITH_RETURN_IF_ERROR(CheckPosting(entity, term, expected.length_eighths));
    }
    return Status::Ok();
  }

  Status CheckPosting(uint64_t entity, const TermEntry& term, uint32_t length_eighths) {
    const auto posting = view_->keys().Get(KeySpace::kText, PostingKey(entity, term.term));
    KITH_RETURN_IF_ERROR(posting.status());
    if (*posting == EncodePosting(term, length_eighths, LayoutOf(index_))) return Status::Ok();
    return report_.Add({"index lacks a word of a text",
                        fmt::format("{}, word '{}'", EntityWhere(index_, entity), term.term),
                        "its frequency and the text's length",
                        *posting ? "another entry" : "none"});
  }

  std::string PostingKey(uint64_t entity, std::string_view term) const {
    std::string key = PostingPrefix(index_.id, term);
    AppendEntity(entity, &key);
    return key;
  }

  Status VisitDocuments(const KeyEntries& entries) {
    KITH_RETURN_IF_ERROR(report_.Step({stage_, entities_, 0}));
    std::vector<uint64_t> entities;
    for (const auto& [key, value] : entries) entities.push_back(EntityOfKey(key));
    KITH_ASSIGN_OR_RETURN(const auto properties, CoveredProperties(view_, index_, entities));
    for (size_t i = 0; i < entries.size(); ++i) {
      ++documents_;
      KITH_ASSIGN_OR_RETURN(const StoredDocument stored, DecodeDocument(entries[i].second));
      length_eighths_ += stored.document.length_eighths;
      fingerprint_ += static_cast<uint64_t>(stored.nonce);
      for (const TermEntry& term : stored.document.terms) {
        unmatched_ += std::hash<std::string_view>()(PostingKey(entities[i], term.term));
      }
      if (properties[i] && !TextsOf(index_, *properties[i]).empty()) continue;
      KITH_RETURN_IF_ERROR(report_.Add({"index has a document too many",
                                        EntityWhere(index_, entities[i]), "none", "its words"}));
    }
    return Status::Ok();
  }

  // Postings whose document does not have the word. The other way round was checked before.
  Status NamePostings(const KeyEntries& entries) {
    KITH_RETURN_IF_ERROR(report_.Step({stage_, entities_, 0}));
    for (const auto& [key, value] : entries) {
      const uint64_t entity = EntityOfKey(key);
      const std::string term(TermOfPostingKey(key));
      KITH_ASSIGN_OR_RETURN(const auto stored, DocumentOf(entity));
      const bool has =
          stored && std::any_of(stored->document.terms.begin(), stored->document.terms.end(),
                                [&](const TermEntry& t) { return t.term == term; });
      if (has) continue;
      KITH_RETURN_IF_ERROR(report_.Add(
          {"index has a word too many",
           fmt::format("{}, word '{}'", EntityWhere(index_, entity), term), "none", "an entry"}));
    }
    return Status::Ok();
  }

  Status CheckCounters() {
    KITH_RETURN_IF_ERROR(CheckCounter(view_, index_, "documents", DocumentCountKey(index_.id),
                                      documents_, &report_));
    KITH_RETURN_IF_ERROR(CheckCounter(view_, index_, "length of all documents",
                                      TotalLengthKey(index_.id), length_eighths_, &report_));
    return CheckCounter(view_, index_, "fingerprint", FingerprintKey(index_.id), fingerprint_,
                        &report_);
  }

  ReadView* view_;
  const IndexDefinition& index_;
  CheckReport& report_;
  const std::string stage_;
  uint64_t entities_ = 0;
  uint64_t documents_ = 0;
  uint64_t length_eighths_ = 0;
  uint64_t fingerprint_ = 0;
  uint64_t unmatched_ = 0;  // Hashes of what documents say, less those of postings.
};

}  // namespace

Status CheckTextIndex(ReadView* view, const IndexDefinition& index, CheckReport* report) {
  return TextIndexCheck(view, index, report).Run();
}

}  // namespace kith::index
