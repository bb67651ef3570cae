// SPDX-License-Identifier: Apache-2.0
// Encoding and decoding of postings and forward entries.
#include "index/text/posting_keys.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/key_codec.h"
#include "index/byte_codec.h"
#include "index/text/analyzer.h"

namespace kith::index {
namespace {

constexpr char kDocumentFamily = 1;
constexpr char kPostingFamily = 2;
constexpr size_t kFamilyPrefixBytes = 5;
constexpr size_t kEntityBytes = 8;

std::string FamilyPrefix(IndexId index, char family) {
  std::string key;
  AppendBigEndian32(static_cast<uint32_t>(index), &key);
  key.push_back(family);
  return key;
}

std::string CounterKey(std::string_view name, IndexId index) {
  std::string key = fmt::format("index/text/{}/", name);
  AppendBigEndian32(static_cast<uint32_t>(index), &key);
  return key;
}

Status Damaged(std::string_view what) {
  return Status(StatusCode::kCorruption,
                fmt::format("a text index entry is damaged: {}; drop and create the index", what));
}

// Zigzag: small magnitudes of either sign stay short.
uint64_t ToUnsigned(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
int64_t ToSigned(uint64_t value) {
  return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
}

}  // namespace

std::string DocumentPrefix(IndexId index) {
  return FamilyPrefix(index, kDocumentFamily);
}

std::string DocumentKey(IndexId index, uint64_t entity) {
  std::string key = DocumentPrefix(index);
  AppendBigEndian64(entity, &key);
  return key;
}

std::string TermPrefix(IndexId index, std::string_view term_front) {
  std::string key = FamilyPrefix(index, kPostingFamily);
  key.append(term_front);
  return key;
}

std::string PostingPrefix(IndexId index, std::string_view term) {
  std::string key = TermPrefix(index, term);
  key.push_back('\0');
  return key;
}

void AppendEntity(uint64_t entity, std::string* key) {
  AppendBigEndian64(entity, key);
}

PostingLayout LayoutOf(const IndexDefinition& index) {
  const Result<Analyzer> analyzer = Analyzer::Make(index.text.analyzer, index.text.stop_words);
  return {index.properties.size() > 1, analyzer.ok() && analyzer->stems()};
}

std::string EncodePosting(const TermEntry& term, uint32_t length_eighths, PostingLayout layout) {
  std::string value;
  AppendVarint(term.frequency_eighths, &value);
  AppendVarint(length_eighths, &value);
  if (layout.properties) AppendVarint(term.properties, &value);
  if (!layout.forms) return value;
  for (const FormFrequency& form : term.forms) {
    value.push_back(static_cast<char>(form.form));
    if (term.forms.size() > 1) AppendVarint(form.frequency_eighths, &value);
  }
  return value;
}

Result<Posting> DecodePosting(std::string_view key, std::string_view value, PostingLayout layout,
                              uint8_t form) {
  if (key.size() < kFamilyPrefixBytes + 2 + kEntityBytes) return Damaged("a posting key is short");
  ByteReader reader(value);
  Posting posting;
  posting.entity = ReadBigEndian64(key.data() + key.size() - kEntityBytes);
  posting.frequency_eighths = reader.Varint32();
  posting.length_eighths = reader.Varint32();
  posting.properties = layout.properties ? reader.Varint32() : 1;
  while (layout.forms && !reader.AtEnd() && !reader.failed()) {
    const uint8_t found = reader.Byte();
    // A single form stands without its frequency: it is the term's.
    const uint32_t frequency = reader.AtEnd() ? posting.frequency_eighths : reader.Varint32();
    if (found == form) posting.form_frequency_eighths = frequency;
  }
  const bool good = !reader.failed() && reader.AtEnd() && posting.frequency_eighths > 0;
  if (!good) return Damaged("a posting has no frequency or length");
  return posting;
}

std::string_view TermOfPostingKey(std::string_view key) {
  if (key.size() < kFamilyPrefixBytes + 1 + kEntityBytes) return {};
  return key.substr(kFamilyPrefixBytes, key.size() - kFamilyPrefixBytes - 1 - kEntityBytes);
}

std::string EncodeDocument(const StoredDocument& stored) {
  std::string bytes;
  bytes.reserve(16 + stored.document.terms.size() * 8);
  AppendVarint(ToUnsigned(stored.nonce), &bytes);
  AppendVarint(stored.document.length_eighths, &bytes);
  AppendVarint(stored.document.terms.size(), &bytes);
  std::string_view previous;
  for (const TermEntry& entry : stored.document.terms) {
    const std::string_view term = entry.term;
    const auto split = std::mismatch(term.begin(), term.end(), previous.begin(), previous.end());
    const auto shared = static_cast<size_t>(split.first - term.begin());
    AppendVarint(shared, &bytes);
    AppendText(term.substr(shared), &bytes);
    AppendVarint(entry.frequency_eighths, &bytes);
    AppendVarint(entry.properties, &bytes);
    previous = term;
  }
  return bytes;
}

Result<StoredDocument> DecodeDocument(std::string_view bytes) {
  ByteReader reader(bytes);
  StoredDocument stored;
  stored.nonce = ToSigned(reader.Varint());
  stored.document.length_eighths = reader.Varint32();
  const uint64_t count = reader.Varint();
  // Each term takes four bytes or more.
  if (reader.failed() || count > bytes.size()) return Damaged("a document's head");
  stored.document.terms.reserve(count);
  std::string term;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t shared = reader.Varint();
    const std::string_view suffix = reader.Text();
    TermEntry entry;
    entry.frequency_eighths = reader.Varint32();
    entry.properties = reader.Varint32();
    if (reader.failed() || shared > term.size() || shared + suffix.size() > kMaxTermBytes) {
      return Damaged("a document's term");
    }
    term.resize(shared);
    term.append(suffix);
    entry.term = term;
    stored.document.terms.push_back(std::move(entry));
  }
  if (!reader.AtEnd()) return Damaged("a document has bytes left over");
  return stored;
}

std::string DocumentCountKey(IndexId index) {
  return CounterKey("documents", index);
}
std::string TotalLengthKey(IndexId index) {
  return CounterKey("length", index);
}
std::string FingerprintKey(IndexId index) {
  return CounterKey("fingerprint", index);
}
std::vector<std::string> TextCounterKeys(IndexId index) {
  return {DocumentCountKey(index), TotalLengthKey(index), FingerprintKey(index)};
}

}  // namespace kith::index
