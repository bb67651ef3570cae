// SPDX-License-Identifier: Apache-2.0
// See sequence_table.h.
#include "rag/generate/sequence_table.h"

#include <algorithm>

namespace kith::rag {

size_t CommonTokens(std::span<const TokenId> a, std::span<const TokenId> b) {
  const size_t shorter = std::min(a.size(), b.size());
  const auto end = a.begin() + static_cast<ptrdiff_t>(shorter);
  return static_cast<size_t>(std::mismatch(a.begin(), end, b.begin()).first - a.begin());
}

SequenceTable::SequenceTable(const Limits& limits)
    : sequences_(limits.sequences), callers_(limits.callers), tokens_(limits.tokens) {
  for (Sequence& sequence : sequences_) sequence.held.reserve(tokens_);
}

std::optional<SequenceTable::Place> SequenceTable::Take(std::span<const TokenId> prompt,
                                                        size_t reserved) {
  if (in_use_ == std::min(callers_, sequences_.size())) return std::nullopt;
  if (in_use_ > 0 && reserved_ + reserved > tokens_) return std::nullopt;
  const Place place = Choose(prompt);
  Sequence& taken = sequences_[place.sequence];
  taken.held.assign(prompt.begin(), prompt.begin() + static_cast<ptrdiff_t>(place.shared));
  taken.reserved = reserved;
  taken.in_use = true;
  taken.last_use = ++uses_;
  in_use_ += 1;
  reserved_ += reserved;
  return place;
}

/// The longest beginning of the prompt that any sequence holds. A sequence that is hardly more than
/// that beginning goes on with it; otherwise what it holds besides is left for its own
/// conversation, and another one begins with a copy.
SequenceTable::Place SequenceTable::Choose(std::span<const TokenId> prompt) const {
  Place place;
  bool goes_on = false;
  for (size_t i = 0; i < sequences_.size(); ++i) {
    const Sequence& sequence = sequences_[i];
    // The last token of a prompt has to be read for the first one of the answer.
    const size_t most = prompt.empty() ? 0 : prompt.size() - 1;
    const size_t common = std::min(CommonTokens(sequence.held, prompt), most);
    const bool is_prefix = !sequence.in_use && common > 0 && common * 4 >= sequence.held.size() * 3;
    if (common < place.shared || (common == place.shared && (goes_on || !is_prefix))) continue;
    place = {i, i, common};
    goes_on = is_prefix;
  }
  if (!goes_on)
    place.sequence = LongestUnused(place.shared == 0 ? sequences_.size() : place.source);
  return place;
}

/// Of the sequences that no call has, and an empty one before all others. `but` only when there is
/// no other.
size_t SequenceTable::LongestUnused(size_t but) const {
  size_t best = sequences_.size();
  const auto before = [&](size_t a, size_t b) {
    const auto rank = [&](size_t i) {
      const Sequence& sequence = sequences_[i];
      return std::pair(sequence.held.empty() ? 0 : i == but ? 2 : 1, sequence.last_use);
    };
    return rank(a) < rank(b);
  };
  for (size_t i = 0; i < sequences_.size(); ++i) {
    if (!sequences_[i].in_use && (best == sequences_.size() || before(i, best))) best = i;
  }
  return best;
}

void SequenceTable::Release(size_t sequence) {
  Sequence& released = sequences_[sequence];
  released.in_use = false;
  released.last_use = ++uses_;
  in_use_ -= 1;
  reserved_ -= released.reserved;
}

void SequenceTable::Append(size_t sequence, std::span<const TokenId> tokens) {
  std::vector<TokenId>& held = sequences_[sequence].held;
  held.insert(held.end(), tokens.begin(), tokens.end());
}

std::optional<size_t> SequenceTable::Evict() {
  std::optional<size_t> oldest;
  for (size_t i = 0; i < sequences_.size(); ++i) {
    const Sequence& sequence = sequences_[i];
    if (sequence.in_use || sequence.held.empty()) continue;
    if (!oldest || sequence.last_use < sequences_[*oldest].last_use) oldest = i;
  }
  if (oldest) Cut(*oldest, 0);
  return oldest;
}

}  // namespace kith::rag
