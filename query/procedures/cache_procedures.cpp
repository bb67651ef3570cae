// SPDX-License-Identifier: Apache-2.0
// See cache_procedures.h.
#include "query/procedures/cache_procedures.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/catalog.h"

namespace kith::query {
namespace {

struct Figure {
  const char* name;
  uint64_t storage::CacheStats::*value;
};
constexpr Figure kFigures[] = {
    {"budgetBytes", &storage::CacheStats::budget_bytes},
    {"chunkHits", &storage::CacheStats::chunk_hits},
    {"chunkMisses", &storage::CacheStats::chunk_misses},
    {"chunksReadBytes", &storage::CacheStats::chunks_read_bytes},
    {"chunks", &storage::CacheStats::chunks},
    {"chunkBytes", &storage::CacheStats::chunk_bytes},
    {"evictions", &storage::CacheStats::evictions},
    {"rejections", &storage::CacheStats::rejections},
    {"groupHits", &storage::CacheStats::group_hits},
    {"groupLoads", &storage::CacheStats::group_loads},
    {"groups", &storage::CacheStats::groups},
    {"groupBytes", &storage::CacheStats::group_bytes},
    {"preloadTotal", &storage::CacheStats::preload_total},
    {"preloaded", &storage::CacheStats::preloaded},
};

class CacheStatsProcedure final : public Procedure {
 public:
  explicit CacheStatsProcedure(storage::GraphStore* store) : store_(store) {
    signature_.name = "db.cache.stats";
    signature_.description =
        "What the hot-subgraph cache has done since the database was opened, and what it holds.";
    for (const Figure& figure : kFigures) {
      signature_.outputs.push_back(TypedField(figure.name, ValueType::kInteger));
    }
  }
  const ProcedureSignature& signature() const override { return signature_; }
  Status Call(ProcedureContext&, std::span<const Value>, const RowSink& sink) const override {
    const storage::CacheStats stats = store_->GetCacheStats();
    std::vector<Value> row;
    for (const Figure& figure : kFigures) {
      row.emplace_back(static_cast<int64_t>(stats.*figure.value));
    }
    return sink(row);
  }

 private:
  storage::GraphStore* store_;
  ProcedureSignature signature_;
};

class CachePreloadProcedure final : public Procedure {
 public:
  explicit CachePreloadProcedure(storage::GraphStore* store) : store_(store) {
    signature_.name = "db.cache.preload";
    signature_.description =
        "Loads the nodes with these labels (none: all), their properties and relationships into "
        "the "
        "hot-subgraph cache, as far as its budget goes.";
    signature_.inputs = {TypedField("labels", ValueType::kList, Value(List{}))};
    signature_.outputs = {
        TypedField("groups", ValueType::kInteger), TypedField("chunks", ValueType::kInteger),
        TypedField("bytes", ValueType::kInteger), TypedField("complete", ValueType::kBoolean)};
  }
  const ProcedureSignature& signature() const override { return signature_; }
  Status Call(ProcedureContext& context, std::span<const Value> arguments,
              const RowSink& sink) const override {
    std::vector<LabelId> labels;
    bool unknown = false;
    if (!arguments[0].IsNull()) {
      for (const Value& name : arguments[0].AsList()) {
        if (!name.IsString()) return NotALabel(name);
        const auto label = context.transaction.view().catalog().FindLabel(name.AsString());
        label ? labels.push_back(*label) : void(unknown = true);
      }
    }
    storage::PreloadResult result;
    // Labels that nobody has used have no nodes; no label at all would be all of them.
    if (!labels.empty() || !unknown) {
      KITH_ASSIGN_OR_RETURN(result, store_->Preload(labels, context.interrupt));
    }
    const Value row[] = {Value(static_cast<int64_t>(result.groups)),
                         Value(static_cast<int64_t>(result.chunks)),
                         Value(static_cast<int64_t>(result.bytes)), Value(result.complete)};
    return sink(row);
  }

 private:
  static Status NotALabel(const Value& value) {
    return Status(StatusCode::kTypeError,
                  "db.cache.preload takes a list of labels, strings, and this list has " +
                      value.ToString() + "; write ['Person'], for example");
  }

  storage::GraphStore* store_;
  ProcedureSignature signature_;
};

}  // namespace

Status RegisterCacheProcedures(storage::GraphStore* store, ProcedureRegistry* registry) {
  KITH_RETURN_IF_ERROR(registry->Register(std::make_unique<CacheStatsProcedure>(store)));
  return registry->Register(std::make_unique<CachePreloadProcedure>(store));
}

}  // namespace kith::query
