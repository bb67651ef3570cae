// SPDX-License-Identifier: Apache-2.0
// llama.cpp as a library of a well-behaved host: it prints nothing, ends no process, and what it
// throws ends here.
//
// Thread safety: all functions may be called from any thread.
#pragma once

#include <ggml-cpu.h>
#include <llama.h>

#include <exception>
#include <memory>
#include <new>
#include <string>

#include "engine/base/result.h"

namespace kith::rag {

struct LlamaFree {
  void operator()(llama_model* model) const { llama_model_free(model); }
  void operator()(llama_context* context) const { llama_free(context); }
  void operator()(llama_sampler* sampler) const { llama_sampler_free(sampler); }
  void operator()(ggml_threadpool* threads) const { ggml_threadpool_free(threads); }
};
template <typename T>
using LlamaPointer = std::unique_ptr<T, LlamaFree>;

/// Room for a batch of tokens, of a sequence each.
class LlamaBatch {
 public:
  explicit LlamaBatch(int32_t tokens) : batch_(llama_batch_init(tokens, 0, 1)) {}
  ~LlamaBatch() { llama_batch_free(batch_); }
  LlamaBatch(const LlamaBatch&) = delete;
  LlamaBatch& operator=(const LlamaBatch&) = delete;

  llama_batch& get() { return batch_; }

 private:
  llama_batch batch_;
};

/// Sets the library up at the first call. Unsupported when this processor lacks what it was built
/// for.
Status StartLlama();

/// The errors that the library has logged on this thread since the last call, as one line.
std::string TakeLlamaErrors();

/// `code` with `fact`, and what the library says about it.
Status LlamaFailure(StatusCode code, const std::string& fact);

/// Runs `body`, which returns a Status or Result; turns what it throws, assertions of the library
/// included, into one with `fact`.
template <typename Body>
auto GuardLlama(const std::string& fact, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return LlamaFailure(StatusCode::kResourceExhausted, fact + ": there is not enough memory");
  } catch (const std::exception& error) {
    return LlamaFailure(StatusCode::kInternal, fact + ": " + error.what());
  } catch (...) {
    return LlamaFailure(StatusCode::kInternal, fact + ": something unknown was thrown");
  }
}

}  // namespace kith::rag
