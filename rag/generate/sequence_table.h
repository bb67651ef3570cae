// SPDX-License-Identifier: Apache-2.0
// The sequences of a model's context: which calls have one, and what is left in the others for
// calls that begin with the same tokens. Only the bookkeeping; whose keys and values these are does
// as it says (sequence_decoder.h).
//
// Thread safety: none; belongs to the lock of its owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace kith::rag {

/// Of a model's vocabulary.
using TokenId = int32_t;

/// How many tokens both begin with.
size_t CommonTokens(std::span<const TokenId> a, std::span<const TokenId> b);

class SequenceTable {
 public:
  struct Limits {
    size_t sequences = 1;
    size_t callers = 1;  ///< Sequences that are in use at once, at most.
    size_t tokens = 0;   ///< Of all sequences together.
  };
  /// Where a call begins.
  struct Place {
    size_t sequence = 0;
    size_t source = 0;  ///< The sequence whose first tokens it begins with; may be itself.
    size_t shared = 0;  ///< How many; fewer than the prompt has.
  };

  /// What the sequences may hold is allocated here: nothing is later, when the model has read.
  explicit SequenceTable(const Limits& limits);

  /// A sequence for a call that may come to hold `reserved` tokens, `prompt` and answer. Then it
  /// holds what is shared. Nothing while too many calls run, or those that run may need the tokens;
  /// a call that runs alone may have all.
  std::optional<Place> Take(std::span<const TokenId> prompt, size_t reserved);
  /// Its call has ended. What it holds is there for others.
  void Release(size_t sequence);

  void Append(size_t sequence, std::span<const TokenId> tokens);
  /// It holds only its first `tokens` any more.
  void Cut(size_t sequence, size_t tokens) { sequences_[sequence].held.resize(tokens); }
  /// Empties the sequence that was used longest ago, of those that hold something and that no call
  /// has; which one it was, if there is any.
  std::optional<size_t> Evict();

  size_t held(size_t sequence) const { return sequences_[sequence].held.size(); }
  size_t in_use() const { return in_use_; }

 private:
  struct Sequence {
    std::vector<TokenId> held;
    size_t reserved = 0;
    bool in_use = false;
    uint64_t last_use = 0;
  };

  Place Choose(std::span<const TokenId> prompt) const;
  size_t LongestUnused(size_t but) const;

  std::vector<Sequence> sequences_;
  size_t callers_;
  size_t tokens_;
  size_t in_use_ = 0;
  size_t reserved_ = 0;  ///< By the sequences in use.
  uint64_t uses_ = 0;
};

}  // namespace kith::rag
