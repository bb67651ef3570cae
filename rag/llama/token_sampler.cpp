// SPDX-License-Identifier: Apache-2.0
// A grammar is asked about one token at a time where it can be: asking it about the whole
// vocabulary costs more than the model itself, and mostly it agrees with the model.
#include "rag/llama/token_sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "rag/generate/json_grammar.h"

namespace kith::rag {
namespace {

constexpr int32_t kPenaltyTokens = 64;  // What the repeat penalty looks back on.
// The library reads brackets and follows rules by functions that call themselves.
constexpr size_t kMaxGrammarBytes = 256 << 10;
constexpr size_t kMaxGrammarDepth = 256;

/// How deep brackets stand in brackets, outside literals, classes and comments.
size_t DepthOf(std::string_view grammar) {
  size_t depth = 0;
  size_t deepest = 0;
  char end = 0;  // Of the literal, class or comment that it is in.
  for (size_t at = 0; at < grammar.size(); ++at) {
    const char c = grammar[at];
    if (end != 0) {
      if (c == end) end = 0;
      if (c == '\\' && end != '\n') ++at;
    } else if (c == '"' || c == '[' || c == '#') {
      end = c == '"' ? '"' : (c == '[' ? ']' : '\n');
    } else if (c == '(') {
      deepest = std::max(deepest, ++depth);
    } else if (c == ')' && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

Status CheckGrammar(std::string_view grammar) {
  if (grammar.size() > kMaxGrammarBytes || DepthOf(grammar) > kMaxGrammarDepth) {
    return Status(
        StatusCode::kInvalidArgument,
        fmt::format("the grammar has {} bytes and brackets {} deep; it may have {} and "
                    "{}: make it shorter or flatter",
                    grammar.size(), DepthOf(grammar), kMaxGrammarBytes, kMaxGrammarDepth));
  }
  return Status::Ok();
}

Status CheckOptions(const SamplingOptions& sampling) {
  const auto in = [](float value, float low, float high) { return value >= low && value <= high; };
  if (!in(sampling.temperature, 0, 10)) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("temperature is {}; give 0 to 10", sampling.temperature));
  }
  if (!in(sampling.top_p, 0, 1) || !in(sampling.min_p, 0, 1)) {
    return Status(StatusCode::kInvalidArgument, fmt::format("top_p is {} and min_p {}; give 0 to 1",
                                                            sampling.top_p, sampling.min_p));
  }
  if (!in(sampling.repeat_penalty, 0.1F, 10)) {
    return Status(
        StatusCode::kInvalidArgument,
        fmt::format("repeat_penalty is {}; give 0.1 to 10, 1 is none", sampling.repeat_penalty));
  }
  return Status::Ok();
}

LlamaPointer<llama_sampler> MakeChain(const llama_vocab* vocab, const SamplingOptions& sampling) {
  LlamaPointer<llama_sampler> chain(llama_sampler_chain_init({.no_perf = true}));
  const auto add = [&](llama_sampler* sampler) { llama_sampler_chain_add(chain.get(), sampler); };
  if (sampling.repeat_penalty != 1) {
    add(llama_sampler_init_penalties(llama_vocab_n_tokens(vocab), kPenaltyTokens,
                                     sampling.repeat_penalty, 0, 0));
  }
  if (sampling.temperature <= 0) {
    add(llama_sampler_init_greedy());
    return chain;
  }
  if (sampling.top_k > 0) add(llama_sampler_init_top_k(static_cast<int32_t>(sampling.top_k)));
  if (sampling.top_p < 1) add(llama_sampler_init_top_p(sampling.top_p, 1));
  if (sampling.min_p > 0) add(llama_sampler_init_min_p(sampling.min_p, 1));
  add(llama_sampler_init_temp(sampling.temperature));
  add(llama_sampler_init_dist(sampling.seed));
  return chain;
}

}  // namespace

Result<std::unique_ptr<TokenSampler>> TokenSampler::Create(const llama_vocab* vocab,
                                                           const GenerateOptions& options) {
  KITH_RETURN_IF_ERROR(CheckOptions(options.sampling));
  std::string rules = options.grammar;
  if (!options.json_schema.empty()) {
    if (!rules.empty()) {
      return Status(StatusCode::kInvalidArgument, "give a grammar or a JSON schema, not both");
    }
    KITH_ASSIGN_OR_RETURN(rules, GrammarOfJsonSchema(options.json_schema));
  }
  LlamaPointer<llama_sampler> grammar;
  if (!rules.empty()) {
    KITH_RETURN_IF_ERROR(CheckGrammar(rules));
    grammar.reset(llama_sampler_init_grammar(vocab, rules.c_str(), "root"));
    if (grammar == nullptr) {
      return LlamaFailure(StatusCode::kInvalidArgument,
                          "the grammar cannot be read; it has to be in llama.cpp's GBNF, with a "
                          "rule called root");
    }
  }
  return std::unique_ptr<TokenSampler>(
      new TokenSampler(vocab, options.sampling, std::move(grammar)));
}

TokenSampler::TokenSampler(const llama_vocab* vocab, const SamplingOptions& sampling,
                           LlamaPointer<llama_sampler> grammar)
    : vocab_(vocab),
      takes_best_(sampling.temperature <= 0 && sampling.repeat_penalty == 1),
      chain_(MakeChain(vocab, sampling)),
      grammar_(std::move(grammar)) {}

bool TokenSampler::Allows(llama_token token) {
  llama_token_data one{token, 1, 0};
  llama_token_data_array only{&one, 1, -1, false};
  llama_sampler_apply(grammar_.get(), &only);
  return !std::isinf(one.logit);
}

llama_token TokenSampler::Choose(const float* logits, bool by_grammar) {
  const int32_t size = llama_vocab_n_tokens(vocab_);
  // The list of candidates costs more than finding the best of them.
  if (takes_best_ && !by_grammar) {
    return static_cast<llama_token>(std::max_element(logits, logits + size) - logits);
  }
  candidates_.resize(static_cast<size_t>(size));
  for (llama_token token = 0; token < size; ++token) {
    candidates_[static_cast<size_t>(token)] = {token, logits[token], 0};
  }
  llama_token_data_array all{candidates_.data(), candidates_.size(), -1, false};
  if (by_grammar) llama_sampler_apply(grammar_.get(), &all);
  llama_sampler_apply(chain_.get(), &all);
  return all.data[all.selected].id;
}

llama_token TokenSampler::Next(const float* logits) {
  llama_token token = Choose(logits, false);
  if (grammar_ != nullptr && !Allows(token)) token = Choose(logits, true);
  if (grammar_ != nullptr) llama_sampler_accept(grammar_.get(), token);
  llama_sampler_accept(chain_.get(), token);
  return token;
}

}  // namespace kith::rag
