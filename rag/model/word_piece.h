// SPDX-License-Identifier: Apache-2.0
// The tokeniser of the BERT family: text is cleaned, split at white space and punctuation, and each
// word is cut into the longest pieces of the vocabulary, from the left. Gives the ids that the
// models' original tokeniser gives, for any text.
//
// Sources: Devlin et al. 2018 (BERT), the rules; Song et al. 2021 (Fast WordPiece Tokenization),
// the trie.
//
// Thread safety: immutable; any thread may encode.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace kith::rag {

/// The switches of BERT's text cleaning.
struct WordPieceOptions {
  bool lowercase = true;
  bool strip_accents = true;
  bool split_chinese = true;  ///< Each CJK ideograph is a word.
  bool clean_text = true;     ///< Drop control characters, make all white space one blank.
  std::string unknown = "[UNK]";
  std::string begin = "[CLS]";
  std::string end = "[SEP]";
  /// Matched in the text as they stand, before anything else.
  std::vector<std::string> specials = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  std::string continuation = "##";   ///< Begins the pieces inside a word.
  size_t max_word_characters = 100;  ///< A longer word is unknown.
};

class WordPiece {
 public:
  /// `vocabulary[id]` is a token. Corruption naming a special token that it lacks, or a token that
  /// it has twice.
  static Result<WordPiece> Make(const std::vector<std::string>& vocabulary,
                                WordPieceOptions options = {});

  /// Appends [CLS], the pieces and [SEP]; at most `max_tokens` (2 or more) in all, the rest of the
  /// text is left out. Bytes that are not UTF-8 count as U+FFFD.
  void Encode(std::string_view text, size_t max_tokens, std::vector<int32_t>* ids) const;

  size_t vocabulary_size() const { return size_; }

 private:
  friend class WordPieceRun;
  static constexpr uint32_t kNoNode = 0xFFFFFFFF;

  /// A transition of the trie; an empty place has key 0.
  struct Edge {
    uint64_t key = 0;  ///< (node + 1) << 8 | byte.
    uint32_t child = 0;
  };
  struct Special {
    std::string text;
    int32_t id = 0;
  };

  explicit WordPiece(WordPieceOptions options) : options_(std::move(options)) {}
  Status Build(const std::vector<std::string>& vocabulary);
  Status FindSpecials(const std::vector<std::string>& vocabulary);
  uint32_t Child(uint32_t node, unsigned char byte) const;
  uint32_t AddChild(uint32_t node, unsigned char byte);

  WordPieceOptions options_;
  size_t size_ = 0;
  std::vector<int32_t> token_of_node_;  ///< -1: none ends here. Node 0 is the root.
  std::vector<Edge> edges_;             ///< Open addressing; the size is a power of two.
  size_t edge_count_ = 0;
  uint32_t continuation_root_ = kNoNode;
  std::vector<Special> specials_;
  int32_t unknown_ = 0;
  int32_t begin_ = 0;
  int32_t end_ = 0;
};

}  // namespace kith::rag
