// SPDX-License-Identifier: Apache-2.0
// See database_model.h.
#include "rag/model/database_model.h"

#include <algorithm>

#include "rag/model/model_record.h"

namespace kith::rag {
namespace {

constexpr size_t kRecentTexts = 32;
// A longer text is not kept.
constexpr size_t kRecentTextBytes = 4096;

}  // namespace

Result<const Embedder*> DatabaseModel::Open() const {
  const std::lock_guard lock(open_mutex_);
  if (embedder_ == nullptr) {
    KITH_ASSIGN_OR_RETURN(embedder_, Embedder::Open(name_or_path_, options_));
  }
  return embedder_.get();
}

Result<const Embedder*> DatabaseModel::OpenForVectorsOf(storage::ReadView* view) const {
  KITH_ASSIGN_OR_RETURN(const Embedder* const embedder, Open());
  KITH_ASSIGN_OR_RETURN(const std::optional<EmbeddingModel> made, ReadModelRecord(view));
  if (made) KITH_RETURN_IF_ERROR(CheckSameModel(*made, embedder->model()));
  return embedder;
}

Result<std::vector<float>> DatabaseModel::EmbedText(std::string_view text,
                                                    const Interrupt* interrupt) const {
  std::vector<float> vector;
  if (FindRecent(text, &vector)) return vector;
  KITH_ASSIGN_OR_RETURN(const auto transaction, store_->Begin(storage::TransactionMode::kRead));
  KITH_ASSIGN_OR_RETURN(const Embedder* const embedder, OpenForVectorsOf(&transaction->view()));
  KITH_ASSIGN_OR_RETURN(vector, embedder->EmbedOne(text, interrupt));
  KeepRecent(text, vector);
  return vector;
}

bool DatabaseModel::FindRecent(std::string_view text, std::vector<float>* vector) const {
  const std::lock_guard lock(recent_mutex_);
  const auto found = std::find_if(recent_.begin(), recent_.end(),
                                  [&](const Recent& recent) { return recent.first == text; });
  if (found == recent_.end()) return false;
  recent_.splice(recent_.begin(), recent_, found);
  *vector = found->second;
  return true;
}

void DatabaseModel::KeepRecent(std::string_view text, const std::vector<float>& vector) const {
  if (text.size() > kRecentTextBytes) return;
  const std::lock_guard lock(recent_mutex_);
  recent_.emplace_front(text, vector);
  if (recent_.size() > kRecentTexts) recent_.pop_back();
}

}  // namespace kith::rag
