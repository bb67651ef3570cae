// SPDX-License-Identifier: Apache-2.0
// The library's global hooks: log lines are kept for errors, and a failed assertion throws.
#include "rag/llama/llama_library.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace kith::rag {
namespace {

/// Longer logs are cut: the first line tells the cause.
constexpr size_t kMaxErrorBytes = 600;

std::string& ErrorsOfThread() {
  thread_local std::string errors;
  return errors;
}

void KeepErrors(ggml_log_level level, const char* text, void* /*unused*/) {
  if (level != GGML_LOG_LEVEL_ERROR || text == nullptr) return;
  std::string& errors = ErrorsOfThread();
  if (errors.size() < kMaxErrorBytes) errors += text;
}

/// Called in place of abort(); the library is compiled so that exceptions pass through it.
[[noreturn]] void ThrowAssertion(const char* message) {
  throw std::runtime_error(message);
}

bool ProcessorIsEnough() {
#if defined(__x86_64__)
  // As cmake/llama/build compiles it.
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
#else
  return true;
#endif
}

}  // namespace

Status StartLlama() {
  if (!ProcessorIsEnough()) {
    return Status(StatusCode::kUnsupported,
                  "this processor lacks AVX2 or FMA, which language models need here; without a "
                  "model, questions are answered with sentences of the documents");
  }
  static const bool started = [] {
    llama_log_set(KeepErrors, nullptr);
    ggml_set_abort_callback(ThrowAssertion);
    llama_backend_init();
    return true;
  }();
  ErrorsOfThread().clear();
  return started ? Status::Ok() : Status(StatusCode::kInternal, "llama.cpp did not start");
}

std::string TakeLlamaErrors() {
  std::string line = std::move(ErrorsOfThread());
  ErrorsOfThread().clear();
  while (!line.empty() && line.back() == '\n') line.pop_back();
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

Status LlamaFailure(StatusCode code, const std::string& fact) {
  const std::string errors = TakeLlamaErrors();
  return Status(code, errors.empty() ? fact : fact + "; llama.cpp says: " + errors);
}

}  // namespace kith::rag
