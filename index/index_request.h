// SPDX-License-Identifier: Apache-2.0
// Checks a request for an index before anything is written.
//
// Thread safety: pure functions.
#pragma once

#include <string_view>

#include "engine/base/status.h"
#include "index/index_definition.h"

namespace kith::index {

struct IndexRequest;

/// "an index" or "a constraint", for messages.
std::string_view IndexKindWithArticle(IndexKind kind);

/// InvalidArgument saying what is wrong with it.
Status CheckIndexRequest(const IndexRequest& request);

}  // namespace kith::index
