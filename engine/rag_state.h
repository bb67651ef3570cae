// SPDX-License-Identifier: Apache-2.0
// What a Rag holds. Thread safety: the pipeline is safe from any thread.
#pragma once

#include "kith/rag.h"
#include "rag/pipeline.h"

namespace kith {

struct Rag::State {
  rag::Pipeline* pipeline = nullptr;  // Borrowed from the database that owns the Rag.
};

}  // namespace kith
