// SPDX-License-Identifier: Apache-2.0
// What conversations that had to make room left behind: their tokens, and the keys and values of
// those. Going on with one of them copies bytes back instead of running the model over its history.
//
// Thread safety: belongs to the model's lock.
#pragma once

#include <llama.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <span>
#include <vector>

namespace kith::rag {

/// How many tokens two prompts begin with in common.
size_t CommonTokens(std::span<const llama_token> a, std::span<const llama_token> b);

class KeptPrefixes {
 public:
  explicit KeptPrefixes(size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  /// Gets `context` ready for `prompt`. *held is what its sequence 0 holds, before and afterwards.
  /// When most of that is not the prompt's, it is kept, and the kept one that has most in common
  /// with the prompt takes its place, if that is more than sequence 0 had. The ones used longest
  /// ago make room; one that does not fit alone, or that there is no memory for, is not kept.
  void Switch(llama_context* context, std::span<const llama_token> prompt,
              std::vector<llama_token>* held);

  size_t bytes() const { return bytes_; }

 private:
  struct Kept {
    std::vector<llama_token> tokens;
    std::vector<uint8_t> state;
  };

  std::list<Kept>::iterator BestFor(std::span<const llama_token> prompt, size_t more_than);
  void Keep(llama_context* context, std::span<const llama_token> tokens);

  size_t limit_bytes_;
  size_t bytes_ = 0;
  std::list<Kept> kept_;  ///< Used last first.
};

}  // namespace kith::rag
