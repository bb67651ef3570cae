// SPDX-License-Identifier: Apache-2.0
// Documents in, documents out.
#include "index/text/text_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "index/random_nonce.h"
#include "index/text/analyzer.h"

namespace kith::index {
namespace {

using storage::KeySpace;
using storage::KeySpaceWriter;

constexpr size_t kEntryOverheadBytes = 64;
constexpr uint32_t kEighths = 8;

uint32_t WeightOf(const IndexDefinition& index, size_t property) {
  const auto& weights = index.text.weight_eighths;
  return property < weights.size() ? weights[property] : kEighths;
}

uint32_t AddSaturated(uint32_t a, uint64_t b) {
  return static_cast<uint32_t>(std::min<uint64_t>(UINT32_MAX, a + b));
}

// One token, before equal terms are joined.
struct TermOccurrence {
  std::string_view term;
  uint32_t property = 0;
  uint8_t form = 0;
};

void AddForm(uint8_t form, uint32_t weight, std::vector<FormFrequency>* forms) {
  // Occurrences come sorted by form.
  if (forms->empty() || forms->back().form != form) forms->push_back({form, 0});
  forms->back().frequency_eighths = AddSaturated(forms->back().frequency_eighths, weight);
}

std::vector<TermEntry> Join(const IndexDefinition& index, std::vector<TermOccurrence> occurrences) {
  std::sort(occurrences.begin(), occurrences.end(), [](const auto& a, const auto& b) {
    const int order = a.term.compare(b.term);
    return order != 0 ? order < 0 : a.form < b.form;
  });
  std::vector<TermEntry> terms;
  for (const TermOccurrence& occurrence : occurrences) {
    if (terms.empty() || terms.back().term != occurrence.term) {
      terms.push_back({std::string(occurrence.term), 0, 0, {}});
    }
    TermEntry& entry = terms.back();
    const uint32_t weight = WeightOf(index, occurrence.property);
    entry.frequency_eighths = AddSaturated(entry.frequency_eighths, weight);
    AddForm(occurrence.form, weight, &entry.forms);
    entry.properties |= uint32_t{1} << occurrence.property;
  }
  return terms;
}

class DocumentWriter {
 public:
  DocumentWriter(const IndexDefinition& index, uint64_t entity, KeySpaceWriter* keys, size_t* bytes)
      : index_(index), layout_(LayoutOf(index)), entity_(entity), keys_(keys), bytes_(bytes) {}

  Status Replace(const TextDocument* before, const TextDocument* after);
  Status PutDocument(const StoredDocument& stored) {
    const std::string value = EncodeDocument(stored);
    *bytes_ += value.size() + kEntryOverheadBytes;
    return keys_->Put(KeySpace::kText, DocumentKey(index_.id, entity_), value);
  }
  Status DeleteDocument() {
    return keys_->Delete(KeySpace::kText, DocumentKey(index_.id, entity_));
  }

 private:
  const std::string& KeyOf(const std::string& term) {
    key_ = PostingPrefix(index_.id, term);
    AppendEntity(entity_, &key_);
    return key_;
  }
  Status PutPosting(const TermEntry& term, uint32_t length) {
    const std::string value = EncodePosting(term, length, layout_);
    const std::string& key = KeyOf(term.term);
    *bytes_ += key.size() + value.size() + kEntryOverheadBytes;
    return keys_->Put(KeySpace::kText, key, value);
  }
  Status DeletePosting(const TermEntry& term) {
    return keys_->Delete(KeySpace::kText, KeyOf(term.term));
  }

  const IndexDefinition& index_;
  PostingLayout layout_;
  uint64_t entity_;
  KeySpaceWriter* keys_;
  size_t* bytes_;
  std::string key_;
};

// Walks both sorted lists of terms: writes the new ones, deletes those that are gone.
Status DocumentWriter::Replace(const TextDocument* before, const TextDocument* after) {
  static const TextDocument kNothing;
  const TextDocument& old_document = before == nullptr ? kNothing : *before;
  const TextDocument& new_document = after == nullptr ? kNothing : *after;

  auto old_term = old_document.terms.begin();
  auto new_term = new_document.terms.begin();
  while (old_term != old_document.terms.end() || new_term != new_document.terms.end()) {
    const bool only_new = old_term == old_document.terms.end() ||
                          (new_term != new_document.terms.end() && new_term->term < old_term->term);
    if (only_new) {
      KITH_RETURN_IF_ERROR(PutPosting(*new_term++, new_document.length_eighths));
    } else if (new_term == new_document.terms.end() || old_term->term < new_term->term) {
      KITH_RETURN_IF_ERROR(DeletePosting(*old_term++));
    } else {
      // The length of the document is in every posting, and it changes with nearly every change.
      KITH_RETURN_IF_ERROR(PutPosting(*new_term++, new_document.length_eighths));
      ++old_term;
    }
  }
  return Status::Ok();
}

Status AddToCounters(const IndexDefinition& index, const std::optional<StoredDocument>& before,
                     const std::optional<StoredDocument>& after, KeySpaceWriter* keys) {
  const auto number = [](const auto& stored, auto of) { return stored ? of(*stored) : int64_t{0}; };
  const auto length = [](const StoredDocument& stored) {
    return static_cast<int64_t>(stored.document.length_eighths);
  };
  const auto nonce = [](const StoredDocument& stored) { return stored.nonce; };
  const auto add = [&](const std::string& counter, int64_t delta) {
    return delta == 0 ? Status::Ok() : keys->Add(counter, delta);
  };
  KITH_RETURN_IF_ERROR(
      add(DocumentCountKey(index.id), int64_t{after.has_value()} - int64_t{before.has_value()}));
  KITH_RETURN_IF_ERROR(
      add(TotalLengthKey(index.id), number(after, length) - number(before, length)));
  return add(FingerprintKey(index.id), number(after, nonce) - number(before, nonce));
}

}  // namespace

std::vector<PropertyText> TextsOf(const IndexDefinition& index,
                                  const storage::PropertyList& properties) {
  std::vector<PropertyText> texts;
  for (size_t i = 0; i < index.property_ids.size(); ++i) {
    const auto found =
        std::lower_bound(properties.begin(), properties.end(), index.property_ids[i],
                         [](const auto& entry, PropertyId id) { return entry.first < id; });
    if (found == properties.end() || found->first != index.property_ids[i]) continue;
    const Value& value = found->second;
    if (value.IsString()) texts.push_back({i, value.AsString()});
    if (!value.IsList()) continue;
    for (const Value& element : value.AsList()) {
      if (element.IsString()) texts.push_back({i, element.AsString()});
    }
  }
  return texts;
}

Result<TextDocument> AnalyzeTexts(const IndexDefinition& index,
                                  const std::vector<PropertyText>& texts) {
  KITH_ASSIGN_OR_RETURN(const Analyzer analyzer,
                        Analyzer::Make(index.text.analyzer, index.text.stop_words));
  thread_local AnalyzedText analyzed;
  analyzed.Clear();
  std::vector<uint32_t> properties;
  TextDocument document;
  for (const PropertyText& text : texts) {
    const size_t first = analyzed.tokens.size();
    analyzer.Analyze(text.text, &analyzed);
    const size_t added = analyzed.tokens.size() - first;
    properties.resize(analyzed.tokens.size(), static_cast<uint32_t>(text.property));
    document.length_eighths =
        AddSaturated(document.length_eighths, uint64_t{added} * WeightOf(index, text.property));
  }
  std::vector<TermOccurrence> occurrences;
  occurrences.reserve(analyzed.tokens.size());
  for (size_t i = 0; i < analyzed.tokens.size(); ++i) {
    const Token& token = analyzed.tokens[i];
    occurrences.push_back({analyzed.Term(token), properties[i], token.form});
  }
  document.terms = Join(index, std::move(occurrences));
  return document;
}

Status UpdateTextIndex(const IndexDefinition& index, const CoveredChange& change,
                       KeySpaceWriter* keys, size_t* bytes) {
  std::vector<PropertyText> texts_before;
  std::vector<PropertyText> texts_after;
  if (change.before != nullptr) texts_before = TextsOf(index, *change.before);
  if (change.after != nullptr) texts_after = TextsOf(index, *change.after);
  // While it is being built, an index may lack a document or have it already.
  const bool populating = index.state == IndexState::kPopulating;
  if (texts_before == texts_after && !populating) return Status::Ok();

  std::optional<StoredDocument> before;
  if (!texts_before.empty() || populating) {
    KITH_ASSIGN_OR_RETURN(const auto stored,
                          keys->Get(KeySpace::kText, DocumentKey(index.id, change.entity)));
    if (stored.has_value()) {
      KITH_ASSIGN_OR_RETURN(before, DecodeDocument(*stored));
    } else if (!populating) {
      return Status(StatusCode::kCorruption,
                    fmt::format("text index '{}' lacks the document of entity {}; drop and create "
                                "the index",
                                index.name, change.entity));
    }
  }
  std::optional<StoredDocument> after;
  if (!texts_after.empty()) {
    after.emplace();
    after->nonce = RandomNonce();
    KITH_ASSIGN_OR_RETURN(after->document, AnalyzeTexts(index, texts_after));
  }
  DocumentWriter writer(index, change.entity, keys, bytes);
  KITH_RETURN_IF_ERROR(
      writer.Replace(before ? &before->document : nullptr, after ? &after->document : nullptr));
  if (after) {
    KITH_RETURN_IF_ERROR(writer.PutDocument(*after));
  } else if (before) {
    KITH_RETURN_IF_ERROR(writer.DeleteDocument());
  }
  return AddToCounters(index, before, after, keys);
}

}  // namespace kith::index
