// SPDX-License-Identifier: Apache-2.0
// What makes a request for an index senseless.
#include "index/index_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "index/index_manager.h"
#include "index/text/analyzer.h"
#include "index/text/posting_keys.h"

namespace kith::index {
namespace {

constexpr size_t kMaxNameBytes = 65'534;
constexpr size_t kMaxKeyProperties = 32;

Status Invalid(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

bool HasRepeats(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

}  // namespace

std::string_view IndexKindWithArticle(IndexKind kind) {
  return kind == IndexKind::kUnique ? "a constraint" : "an index";
}

Status CheckIndexRequest(const IndexRequest& request) {
  const std::string_view what = IndexKindWithArticle(request.kind);
  if (request.labels.empty() || request.properties.empty()) {
    return Invalid(fmt::format("{} needs a label or type and a property", what));
  }
  if (request.kind != IndexKind::kText && request.labels.size() != 1) {
    return Invalid(
        fmt::format("a range or vector index or a constraint has one label or type, not {}; "
                    "make one for each",
                    request.labels.size()));
  }
  const size_t most = request.kind == IndexKind::kText ? kMaxTextProperties : kMaxKeyProperties;
  if (request.properties.size() > most) {
    return Invalid(
        fmt::format("{} has at most {} properties, not {}", what, most, request.properties.size()));
  }
  if (HasRepeats(request.labels) || HasRepeats(request.properties)) {
    return Invalid(fmt::format("a label, type or property is named twice in {}", what));
  }
  if (request.name.size() > kMaxNameBytes) {
    return Invalid(fmt::format("the name of {} has at most {} bytes, not {}", what, kMaxNameBytes,
                               request.name.size()));
  }
  if (request.kind == IndexKind::kVector && request.properties.size() != 1) {
    return Invalid(fmt::format("a vector index has one property, not {}; make one for each",
                               request.properties.size()));
  }
  if (request.kind != IndexKind::kText) return Status::Ok();
  const size_t weights = request.text.weight_eighths.size();
  if (weights != 0 && weights != request.properties.size()) {
    return Invalid(fmt::format("a text index on {} properties got {} weights",
                               request.properties.size(), weights));
  }
  return Analyzer::Make(request.text.analyzer, request.text.stop_words).status();
}

}  // namespace kith::index
