// SPDX-License-Identifier: Apache-2.0
// See model_shelf.h.
#include "rag/generate/model_shelf.h"

#include <chrono>
#include <system_error>
#include <thread>

namespace kith::rag {
namespace {

/// How long a caller that was stopped may go on waiting for another one's model.
constexpr std::chrono::milliseconds kWaitStep{2};

}  // namespace

Result<std::shared_ptr<LanguageModel>> ModelShelf::Take(const std::string& path,
                                                        const ModelOptions& options) {
  std::error_code missing;  // Loading says what is wrong with the file.
  const Key key{path,
                std::filesystem::last_write_time(path, missing),
                std::filesystem::file_size(path, missing),
                options.context_tokens,
                options.threads,
                options.cache,
                options.callers,
                options.kept_bytes};
  // Not a timed_mutex: g++ 12's ThreadSanitizer does not see how that is locked.
  std::unique_lock lock(lock_, std::try_to_lock);
  while (!lock.owns_lock()) {
    if (options.interrupt != nullptr) KITH_RETURN_IF_ERROR(options.interrupt->Check());
    std::this_thread::sleep_for(kWaitStep);
    static_cast<void>(lock.try_lock());
  }
  if (model_ != nullptr && key == key_) return model_;
  // The old one goes first: two may not fit into memory.
  model_ = nullptr;
  KITH_ASSIGN_OR_RETURN(model_, load_(path, options));
  key_ = key;
  return model_;
}

}  // namespace kith::rag
