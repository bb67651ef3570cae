// SPDX-License-Identifier: Apache-2.0
// The bytes of a text index in the text key space.
//
//   index id (4, BE) | 0x01 | entity id (8, BE)                 the document's forward entry
//   index id (4, BE) | 0x02 | term | 0x00 | entity id (8, BE)   a posting
//
// A posting holds what scoring needs, so one scan over a term is enough: the term's weighted
// frequency, the document's weighted length (both in eighths, varints), when the index has several
// properties the set of those that hold the term (varint, bit i = property i), and when it stems
// the forms of the words behind the term: one byte if all have the same form (term_folder.h), else
// for each form its byte and frequency (varint). The forward entry holds the terms sorted and
// front-coded, each with its posting's frequency and set, after the length and a nonce: what an
// update or delete has to take back.
//
// Counters: documents; their total length in eighths; and the sum of the nonces of all documents, a
// fingerprint of the contents that names one state of the index among all snapshots.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "index/index_definition.h"

namespace kith::index {

/// A longer term is cut; in the index and in queries alike. Part of the disk format.
inline constexpr size_t kMaxTermBytes = 255;
/// Properties of one text index, so that a set of them fits a word.
inline constexpr size_t kMaxTextProperties = 32;

/// How often one form of a term occurs.
struct FormFrequency {
  uint8_t form = 0;
  uint32_t frequency_eighths = 0;
};

struct TermEntry {
  std::string term;
  uint32_t frequency_eighths = 0;
  uint32_t properties = 0;
  std::vector<FormFrequency> forms;  ///< By form, ascending; not kept in the forward entry.

  bool SameInDocument(const TermEntry& other) const {
    return term == other.term && frequency_eighths == other.frequency_eighths &&
           properties == other.properties;
  }
};

/// A document as the index keeps it: terms sorted and distinct.
struct TextDocument {
  uint32_t length_eighths = 0;
  std::vector<TermEntry> terms;
};

struct Posting {
  uint64_t entity = 0;
  uint32_t frequency_eighths = 0;
  uint32_t length_eighths = 0;
  uint32_t properties = 0;              ///< 1 for an index with one property.
  uint32_t form_frequency_eighths = 0;  ///< Of the form that was asked for.
};

/// What the postings of an index hold.
struct PostingLayout {
  bool properties = false;  ///< The index has several.
  bool forms = false;       ///< It stems.
};
PostingLayout LayoutOf(const IndexDefinition& index);

std::string DocumentKey(IndexId index, uint64_t entity);
/// What the keys of all documents begin with.
std::string DocumentPrefix(IndexId index);
/// What the keys of a term's postings begin with; PostingKey adds the entity.
std::string PostingPrefix(IndexId index, std::string_view term);
/// What the keys of the postings of all terms that begin so begin with.
std::string TermPrefix(IndexId index, std::string_view term_front);
void AppendEntity(uint64_t entity, std::string* key);

std::string EncodePosting(const TermEntry& term, uint32_t length_eighths, PostingLayout layout);
/// Corruption when key or value is no posting of the index.
Result<Posting> DecodePosting(std::string_view key, std::string_view value, PostingLayout layout,
                              uint8_t form);
/// The term of a posting's key; empty when it is none.
std::string_view TermOfPostingKey(std::string_view key);

struct StoredDocument {
  int64_t nonce = 0;
  TextDocument document;
};
std::string EncodeDocument(const StoredDocument& stored);
Result<StoredDocument> DecodeDocument(std::string_view bytes);

std::string DocumentCountKey(IndexId index);
std::string TotalLengthKey(IndexId index);
std::string FingerprintKey(IndexId index);
/// The three above.
std::vector<std::string> TextCounterKeys(IndexId index);

}  // namespace kith::index
