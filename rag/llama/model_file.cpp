// SPDX-License-Identifier: Apache-2.0
// The head of a GGUF file tells what it is, and whether it is all there.
#include "rag/llama/model_file.h"

#include <fmt/format.h>
#include <gguf.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>

namespace kith::rag {
namespace {

struct GgufFree {
  void operator()(gguf_context* context) const { gguf_free(context); }
};
using Gguf = std::unique_ptr<gguf_context, GgufFree>;

std::string TextOf(const gguf_context* file, const std::string& key) {
  const int64_t at = gguf_find_key(file, key.c_str());
  if (at < 0 || gguf_get_kv_type(file, at) != GGUF_TYPE_STRING) return {};
  return gguf_get_val_str(file, at);
}

/// Keys of models that make vectors: how those are pooled, or that tokens see what follows them.
bool MakesVectors(const gguf_context* file, const std::string& architecture) {
  const int64_t pooling = gguf_find_key(file, (architecture + ".pooling_type").c_str());
  if (pooling >= 0 && gguf_get_kv_type(file, pooling) == GGUF_TYPE_UINT32 &&
      gguf_get_val_u32(file, pooling) != 0) {
    return true;
  }
  const int64_t causal = gguf_find_key(file, (architecture + ".attention.causal").c_str());
  return causal >= 0 && gguf_get_kv_type(file, causal) == GGUF_TYPE_BOOL &&
         !gguf_get_val_bool(file, causal);
}

Status CheckHead(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status file = std::filesystem::status(path, error);
  if (!std::filesystem::exists(file)) {
    return Status(StatusCode::kNotFound,
                  fmt::format("there is no model file {}; give the path of a .gguf file", path));
  }
  if (!std::filesystem::is_regular_file(file)) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("the model {} is no file; give the path of a .gguf file", path));
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(std::fopen(path.c_str(), "rb"),
                                                               &std::fclose);
  if (opened == nullptr) {
    return Status(StatusCode::kIoError,
                  fmt::format("the model file {} cannot be read: {}", path, std::strerror(errno)));
  }
  std::array<char, 4> magic{};
  const size_t read = std::fread(magic.data(), 1, magic.size(), opened.get());
  if (std::string_view(magic.data(), read) == GGUF_MAGIC) return Status::Ok();
  return Status(StatusCode::kInvalidArgument,
                fmt::format("{} is no GGUF file: it does not begin with \"GGUF\"; models for "
                            "llama.cpp end in .gguf",
                            path));
}

/// Every tensor has to end inside the file.
Status CheckTensors(const std::string& path, const gguf_context* file) {
  std::error_code error;
  const uint64_t file_bytes = std::filesystem::file_size(path, error);
  uint64_t needed = gguf_get_data_offset(file);
  for (int64_t i = 0; i < gguf_get_n_tensors(file); ++i) {
    const uint64_t end = gguf_get_data_offset(file) + gguf_get_tensor_offset(file, i) +
                         gguf_get_tensor_size(file, i);
    needed = std::max(needed, end);
  }
  if (!error && needed <= file_bytes) return Status::Ok();
  return Status(StatusCode::kCorruption,
                fmt::format("the model file {} is cut short: it has {} of at least {} bytes; fetch "
                            "it again",
                            path, file_bytes, needed));
}

Status CheckTask(const std::string& path, const std::string& architecture, bool makes_vectors,
                 ModelTask task) {
  if (makes_vectors == (task == ModelTask::kMakeVectors)) return Status::Ok();
  if (makes_vectors) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("{} is an embedding model ({}): it makes vectors and writes no text; "
                              "give a model for text generation",
                              path, architecture));
  }
  return Status(StatusCode::kInvalidArgument,
                fmt::format("{} is no embedding model ({}): it writes text, and does not say how "
                            "its tokens become one vector; give a file with a pooling",
                            path, architecture));
}

Status CheckKind(const std::string& path, const gguf_context* file, ModelTask task) {
  // Vocabularies and parts of split models have no tensors of their own.
  const std::string architecture = TextOf(file, "general.architecture");
  if (architecture.empty() || gguf_get_n_tensors(file) == 0) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("{} is a GGUF file without a model in it", path));
  }
  const std::string type = TextOf(file, "general.type");
  if (!type.empty() && type != "model") {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("{} holds {} ({}) and no model", path,
                              type == "adapter" ? "an adapter" : type, architecture));
  }
  return CheckTask(path, architecture, MakesVectors(file, architecture), task);
}

Status CheckModelFile(const std::string& path, ModelTask task) {
  KITH_RETURN_IF_ERROR(CheckHead(path));
  return GuardLlama("the model file " + path + " could not be read", [&]() -> Status {
    const Gguf file(gguf_init_from_file(path.c_str(), {.no_alloc = true, .ctx = nullptr}));
    if (file == nullptr) {
      return LlamaFailure(
          StatusCode::kCorruption,
          fmt::format("the model file {} is damaged or cut short; fetch it again", path));
    }
    KITH_RETURN_IF_ERROR(CheckTensors(path, file.get()));
    return CheckKind(path, file.get(), task);
  });
}

bool KeepLoading(float /*progress*/, void* interrupt) {
  return interrupt == nullptr || static_cast<const Interrupt*>(interrupt)->Check().ok();
}

}  // namespace

Result<LlamaPointer<llama_model>> LoadModelFile(const std::string& path, ModelTask task,
                                                const Interrupt* interrupt) {
  KITH_RETURN_IF_ERROR(StartLlama());
  KITH_RETURN_IF_ERROR(CheckModelFile(path, task));
  const std::string fact = "the model file " + path + " could not be loaded";
  return GuardLlama(fact, [&]() -> Result<LlamaPointer<llama_model>> {
    llama_model_params params = llama_model_default_params();
    params.n_gpu_layers = 0;
    params.progress_callback = &KeepLoading;
    params.progress_callback_user_data = const_cast<Interrupt*>(interrupt);
    LlamaPointer<llama_model> model(llama_model_load_from_file(path.c_str(), params));
    if (model != nullptr) return model;
    if (interrupt != nullptr) KITH_RETURN_IF_ERROR(interrupt->Check());
    return LlamaFailure(StatusCode::kUnsupported, fact);
  });
}

}  // namespace kith::rag
