// SPDX-License-Identifier: Apache-2.0
// One pass over the text: characters are cleaned and gathered into words, and a word is cut into
// pieces when it ends. Runs between ASCII white space that are ASCII take a short way; others go
// through canonical decomposition, which never reaches across a blank.
#include "rag/model/word_piece.h"

#include <fmt/format.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "engine/base/utf8.h"
#include "rag/model/bert_characters.h"

namespace kith::rag {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
// Latin capital I with dot above is the one letter whose lower case is two characters.
constexpr char32_t kCapitalIWithDot = 0x130;
constexpr char32_t kDotAbove = 0x307;

// Where a text may be cut before it is cleaned: the white space that cleaning keeps.
bool IsCut(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool IsAsciiText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<int8_t>(c) >= 0; });
}

void AppendUtf8(char32_t c, std::string* out) {
  if (c < 0x80) {
    *out += static_cast<char>(c);
  } else if (c < 0x800) {
    *out += static_cast<char>(0xC0 | c >> 6);
    *out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    *out += static_cast<char>(0xE0 | c >> 12);
    *out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    *out += static_cast<char>(0xF0 | c >> 18);
    *out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    *out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

uint64_t EdgeKey(uint32_t node, unsigned char byte) {
  return (uint64_t{node} + 1) << 8 | byte;
}

// Fibonacci hashing.
size_t PlaceOf(uint64_t key, size_t places) {
  return (key * 0x9E3779B97F4A7C15u >> 32) & (places - 1);
}

}  // namespace

// The state of one Encode.
class WordPieceRun {
 public:
  WordPieceRun(const WordPiece& pieces, size_t limit, std::vector<int32_t>* ids)
      : pieces_(pieces), options_(pieces.options_), limit_(limit), ids_(*ids) {}

  bool Full() const { return ids_.size() >= limit_; }

  /// A token of the text's own, such as [SEP] standing in it.
  void AddSpecial(int32_t id) {
    if (!Full()) ids_.push_back(id);
  }

  /// Text without special tokens.
  void AddText(std::string_view text) {
    for (size_t begin = 0; begin < text.size() && !Full();) {
      size_t end = begin;
      while (end < text.size() && !IsCut(text[end])) ++end;
      const std::string_view run = text.substr(begin, end - begin);
      IsAsciiText(run) ? AddAscii(run) : AddUnicode(run);
      EndWord();
      begin = end + 1;
    }
  }

 private:
  void AddAscii(std::string_view run) {
    for (const char c : run) {
      const char32_t point = static_cast<unsigned char>(c);
      if (options_.clean_text && IsBertControl(point)) continue;
      if (IsBertSpace(point)) {
        EndWord();
      } else if (IsBertPunctuation(point)) {
        AddPunctuation(point);
      } else {
        const bool upper = options_.lowercase && c >= 'A' && c <= 'Z';
        word_ += upper ? static_cast<char>(c - 'A' + 'a') : c;
        ++characters_;
      }
    }
  }

  void AddUnicode(std::string_view run) {
    icu::UnicodeString cleaned;
    for (size_t at = 0; at < run.size();) {
      const char32_t c = TakeUtf8(run, &at);
      const char32_t point = c == kBadUtf8 ? kReplacement : c;
      if (options_.clean_text && IsBertControl(point)) continue;
      const bool alone = options_.split_chinese && IsBertChinese(point);
      if (alone) cleaned.append(u' ');
      const bool blank = options_.clean_text && IsBertSpace(point);
      cleaned.append(static_cast<UChar32>(blank ? U' ' : point));
      if (alone) cleaned.append(u' ');
    }
    if (options_.strip_accents) Decompose(&cleaned);
    for (int32_t i = 0; i < cleaned.length(); i = cleaned.moveIndex32(i, 1)) {
      const char32_t c = static_cast<char32_t>(cleaned.char32At(i));
      if (options_.strip_accents && IsBertMark(c)) continue;
      AddCharacter(c);
    }
  }

  static void Decompose(icu::UnicodeString* text) {
    UErrorCode error = U_ZERO_ERROR;
    const icu::Normalizer2* decomposer = icu::Normalizer2::getNFDInstance(error);
    if (U_FAILURE(error)) return;
    const icu::UnicodeString decomposed = decomposer->normalize(*text, error);
    if (U_SUCCESS(error)) *text = decomposed;
  }

  void AddCharacter(char32_t c) {
    if (options_.lowercase && c == kCapitalIWithDot) {
      Append('i');
      Append(kDotAbove);
      return;
    }
    if (options_.lowercase) c = static_cast<char32_t>(u_tolower(static_cast<UChar32>(c)));
    if (IsBertSpace(c)) {
      EndWord();
    } else if (IsBertPunctuation(c)) {
      AddPunctuation(c);
    } else {
      Append(c);
    }
  }

  void Append(char32_t c) {
    AppendUtf8(c, &word_);
    ++characters_;
  }

  void AddPunctuation(char32_t c) {
    EndWord();
    Append(c);
    EndWord();
  }

  // Longest match first. A word that has no cut is unknown as a whole.
  void EndWord() {
    if (word_.empty()) return;
    const size_t first = ids_.size();
    if (characters_ > options_.max_word_characters || !Cut()) {
      ids_.resize(first);
      ids_.push_back(pieces_.unknown_);
    }
    if (ids_.size() > limit_) ids_.resize(limit_);
    word_.clear();
    characters_ = 0;
  }

  bool Cut() {
    uint32_t root = 0;
    for (size_t begin = 0; begin < word_.size(); root = pieces_.continuation_root_) {
      int32_t best = -1;
      size_t best_end = begin;
      uint32_t node = root;
      for (size_t at = begin; at < word_.size() && node != WordPiece::kNoNode; ++at) {
        node = pieces_.Child(node, static_cast<unsigned char>(word_[at]));
        if (node != WordPiece::kNoNode && pieces_.token_of_node_[node] >= 0) {
          best = pieces_.token_of_node_[node];
          best_end = at + 1;
        }
      }
      if (best < 0) return false;
      ids_.push_back(best);
      begin = best_end;
    }
    return true;
  }

  const WordPiece& pieces_;
  const WordPieceOptions& options_;
  size_t limit_;
  std::vector<int32_t>& ids_;
  std::string word_;
  size_t characters_ = 0;
};

Result<WordPiece> WordPiece::Make(const std::vector<std::string>& vocabulary,
                                  WordPieceOptions options) {
  WordPiece pieces(std::move(options));
  KITH_RETURN_IF_ERROR(pieces.Build(vocabulary));
  KITH_RETURN_IF_ERROR(pieces.FindSpecials(vocabulary));
  return pieces;
}

Status WordPiece::Build(const std::vector<std::string>& vocabulary) {
  size_ = vocabulary.size();
  size_t bytes = options_.continuation.size();
  for (const std::string& token : vocabulary) bytes += token.size();
  size_t places = 1024;
  while (places < 2 * bytes) places *= 2;
  edges_.resize(places);
  token_of_node_.assign(1, -1);
  for (size_t id = 0; id < vocabulary.size(); ++id) {
    uint32_t node = 0;
    for (const char c : vocabulary[id]) node = AddChild(node, static_cast<unsigned char>(c));
    if (node == 0) continue;
    if (token_of_node_[node] >= 0) {
      return Status(StatusCode::kCorruption,
                    fmt::format("the vocabulary has the token '{}' twice", vocabulary[id]));
    }
    token_of_node_[node] = static_cast<int32_t>(id);
  }
  continuation_root_ = 0;
  for (const char c : options_.continuation) {
    if (continuation_root_ == kNoNode) break;
    continuation_root_ = Child(continuation_root_, static_cast<unsigned char>(c));
  }
  return Status::Ok();
}

Status WordPiece::FindSpecials(const std::vector<std::string>& vocabulary) {
  const auto id_of = [&](const std::string& token) -> Result<int32_t> {
    const auto found = std::find(vocabulary.begin(), vocabulary.end(), token);
    if (found == vocabulary.end()) {
      return Status(StatusCode::kCorruption,
                    fmt::format("the vocabulary has no token '{}'; the model's files do not belong "
                                "together",
                                token));
    }
    return static_cast<int32_t>(found - vocabulary.begin());
  };
  KITH_ASSIGN_OR_RETURN(unknown_, id_of(options_.unknown));
  KITH_ASSIGN_OR_RETURN(begin_, id_of(options_.begin));
  KITH_ASSIGN_OR_RETURN(end_, id_of(options_.end));
  for (const std::string& special : options_.specials) {
    KITH_ASSIGN_OR_RETURN(const int32_t id, id_of(special));
    specials_.push_back({special, id});
  }
  return Status::Ok();
}

uint32_t WordPiece::Child(uint32_t node, unsigned char byte) const {
  const uint64_t key = EdgeKey(node, byte);
  for (size_t at = PlaceOf(key, edges_.size());; at = (at + 1) & (edges_.size() - 1)) {
    if (edges_[at].key == key) return edges_[at].child;
    if (edges_[at].key == 0) return kNoNode;
  }
}

uint32_t WordPiece::AddChild(uint32_t node, unsigned char byte) {
  const uint64_t key = EdgeKey(node, byte);
  size_t at = PlaceOf(key, edges_.size());
  while (edges_[at].key != 0 && edges_[at].key != key) at = (at + 1) & (edges_.size() - 1);
  if (edges_[at].key == 0) {
    edges_[at] = {key, static_cast<uint32_t>(token_of_node_.size())};
    token_of_node_.push_back(-1);
  }
  return edges_[at].child;
}

void WordPiece::Encode(std::string_view text, size_t max_tokens, std::vector<int32_t>* ids) const {
  const size_t first = ids->size();
  ids->push_back(begin_);
  WordPieceRun run(*this, first + max_tokens - 1, ids);
  size_t begin = 0;
  while (begin < text.size() && !run.Full()) {
    size_t at = text.size();
    const Special* next = nullptr;
    for (const Special& special : specials_) {
      const size_t found = text.find(special.text, begin);
      if (found < at ||
          (found == at && next != nullptr && special.text.size() > next->text.size())) {
        at = found;
        next = &special;
      }
    }
    run.AddText(text.substr(begin, at - begin));
    if (next == nullptr) break;
    run.AddSpecial(next->id);
    begin = at + next->text.size();
  }
  ids->push_back(end_);
}

}  // namespace kith::rag
