// SPDX-License-Identifier: Apache-2.0
// Keeps the language model that was used last, so that the next question finds it loaded, and what
// it read before still read.
//
// Thread safety: all functions may be called from any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "engine/base/result.h"
#include "rag/generate/language_model.h"

namespace kith::rag {

class ModelShelf {
 public:
  using Loader = std::function<Result<std::unique_ptr<LanguageModel>>(const std::string& path,
                                                                      const ModelOptions& options)>;

  explicit ModelShelf(Loader load = LoadLanguageModel) : load_(std::move(load)) {}

  /// The model of the file `path`, loaded when it is not there yet, or when the file or the options
  /// are others than they were. Whoever has taken a model keeps it while they use it, whatever
  /// comes onto the shelf meanwhile. Waits while another call loads a model, and stops then, too,
  /// when the interrupt of the options says so. Errors as LoadLanguageModel.
  Result<std::shared_ptr<LanguageModel>> Take(const std::string& path, const ModelOptions& options);

 private:
  /// What makes a model another one.
  struct Key {
    std::string path;
    std::filesystem::file_time_type changed;
    uintmax_t bytes = 0;
    size_t context_tokens = 0;
    size_t threads = 0;
    CacheType cache = CacheType::kHalf;
    size_t callers = 0;
    size_t kept_bytes = 0;

    bool operator==(const Key&) const = default;
  };

  Loader load_;
  std::mutex lock_;
  Key key_;
  std::shared_ptr<LanguageModel> model_;  ///< Shared with those who use it. Null at first.
};

}  // namespace kith::rag
