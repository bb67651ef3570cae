// SPDX-License-Identifier: Apache-2.0
// The embedding model that a database is open with. Read by the first use, not when the database is
// opened: statements that need no vectors do not wait for it.
//
// Thread safety: functions may be called from any thread.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/text_embedder.h"
#include "rag/model/embedder.h"
#include "storage/graph_store.h"

namespace kith::rag {

class DatabaseModel final : public query::TextEmbedder {
 public:
  /// `store` is borrowed and outlives the model.
  DatabaseModel(std::string name_or_path, const EmbedderOptions& options,
                storage::GraphStore* store)
      : name_or_path_(std::move(name_or_path)), options_(options), store_(store) {}

  /// Reads the model if nobody has yet; a failure is tried again by the next call. Owned by this.
  Result<const Embedder*> Open() const;
  /// The same, and the error of CheckSameModel when the database has vectors of another.
  Result<const Embedder*> OpenForVectorsOf(storage::ReadView* view) const;

  /// Texts that came lately are not computed again: a statement may call embed() for each row.
  Result<std::vector<float>> EmbedText(std::string_view text,
                                       const Interrupt* interrupt) const override;

 private:
  using Recent = std::pair<std::string, std::vector<float>>;

  bool FindRecent(std::string_view text, std::vector<float>* vector) const;
  void KeepRecent(std::string_view text, const std::vector<float>& vector) const;

  std::string name_or_path_;
  EmbedderOptions options_;
  storage::GraphStore* store_;
  mutable std::mutex open_mutex_;
  mutable std::unique_ptr<Embedder> embedder_;  // Guarded by open_mutex_; never changes once set.
  mutable std::mutex recent_mutex_;
  mutable std::list<Recent> recent_;  // The latest first.
};

}  // namespace kith::rag
