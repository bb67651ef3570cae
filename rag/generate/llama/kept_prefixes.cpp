// SPDX-License-Identifier: Apache-2.0
// See kept_prefixes.h.
#include "rag/generate/llama/kept_prefixes.h"

#include <algorithm>
#include <new>

namespace kith::rag {

size_t CommonTokens(std::span<const llama_token> a, std::span<const llama_token> b) {
  const size_t shorter = std::min(a.size(), b.size());
  const auto end = a.begin() + static_cast<ptrdiff_t>(shorter);
  return static_cast<size_t>(std::mismatch(a.begin(), end, b.begin()).first - a.begin());
}

void KeptPrefixes::Keep(llama_context* context, std::span<const llama_token> tokens) {
  const size_t bytes = llama_state_seq_get_size(context, 0);
  if (tokens.empty() || bytes == 0 || bytes > limit_bytes_) return;
  while (bytes_ + bytes > limit_bytes_) {
    bytes_ -= kept_.back().state.size();
    kept_.pop_back();
  }
  try {
    Kept kept{{tokens.begin(), tokens.end()}, std::vector<uint8_t>(bytes)};
    if (llama_state_seq_get_data(context, kept.state.data(), bytes, 0) == 0) return;
    kept_.push_front(std::move(kept));
  } catch (const std::bad_alloc&) {
    return;
  }
  bytes_ += bytes;
}

std::list<KeptPrefixes::Kept>::iterator KeptPrefixes::BestFor(std::span<const llama_token> prompt,
                                                              size_t more_than) {
  auto best = kept_.end();
  for (auto kept = kept_.begin(); kept != kept_.end(); ++kept) {
    const size_t common = CommonTokens(kept->tokens, prompt);
    if (common <= more_than) continue;
    best = kept;
    more_than = common;
  }
  return best;
}

void KeptPrefixes::Switch(llama_context* context, std::span<const llama_token> prompt,
                          std::vector<llama_token>* held) {
  const size_t common = CommonTokens(*held, prompt);
  if (common * 2 >= held->size() && !held->empty()) return;
  std::list<Kept> taken;
  if (const auto best = BestFor(prompt, common); best != kept_.end()) {
    taken.splice(taken.begin(), kept_, best);
    bytes_ -= taken.front().state.size();
  }
  Keep(context, *held);
  if (taken.empty()) return;
  held->clear();
  llama_memory_clear(llama_get_memory(context), false);
  const std::vector<uint8_t>& state = taken.front().state;
  if (llama_state_seq_set_data(context, state.data(), state.size(), 0) == 0) {
    llama_memory_clear(llama_get_memory(context), false);
    return;
  }
  *held = std::move(taken.front().tokens);
}

}  // namespace kith::rag
