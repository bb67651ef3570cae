// SPDX-License-Identifier: Apache-2.0
// See model_shelf.h.
#include "rag/generate/model_shelf.h"

#include <system_error>

namespace kith::rag {

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
  const std::lock_guard lock(lock_);
  if (model_ != nullptr && key == key_) return model_;
  // The old one goes first: two may not fit into memory.
  model_ = nullptr;
  KITH_ASSIGN_OR_RETURN(model_, LoadLanguageModel(path, options));
  key_ = key;
  return model_;
}

}  // namespace kith::rag
