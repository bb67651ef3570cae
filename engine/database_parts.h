// SPDX-License-Identifier: Apache-2.0
// What a Database is made of, from the bottom up: destroyed from the top down.
//
// Thread safety: immutable once open; each part is safe from any thread.
#pragma once

#include <memory>
#include <string>

#include "engine/base/memory_budget.h"
#include "index/index_manager.h"
#include "kith/database.h"
#include "kith/rag.h"
#include "query/procedure.h"
#include "query/session.h"
#include "rag/model/database_model.h"
#include "rag/pipeline.h"
#include "storage/graph_store.h"

namespace kith {

struct Database::Parts {
  std::string path;
  Options options;
  std::unique_ptr<MemoryBudget> memory;
  std::unique_ptr<MemoryBudget> vector_memory;  ///< A child of the above.
  std::unique_ptr<storage::GraphStore> store;
  std::unique_ptr<index::IndexManager> indexes;
  std::unique_ptr<rag::DatabaseModel> model;  ///< Null without Options::embedding_model.
  query::ProcedureRegistry procedures;
  std::unique_ptr<query::QuerySession> session;
  std::unique_ptr<rag::Pipeline> pipeline;
  std::unique_ptr<Rag> rag;
};

}  // namespace kith
