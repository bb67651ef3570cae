// SPDX-License-Identifier: Apache-2.0
// Checks and conversions on the way from values to property and label writes.
#include "query/execute/property_writes.h"

#include <algorithm>
#include <string>

#include "query/execute/execution_context.h"
#include "storage/catalog.h"

namespace kith::query {
namespace {

Status CheckWritable(const ExecutionContext& context) {
  if (context.catalog != nullptr && !context.transaction.read_only()) return Status::Ok();
  return Status(StatusCode::kReadOnly,
                "this statement writes, but its transaction only reads; begin one that may write");
}

Status AddEntityProperties(ExecutionContext& context, const Value& entity, PropertyWrites* writes) {
  std::vector<storage::PropertyList> lists;
  if (entity.IsNode()) {
    const NodeId id = entity.AsNodeId();
    KITH_RETURN_IF_ERROR(context.view.Properties(std::span(&id, 1), &lists));
  } else {
    const RelId id = entity.AsRelId();
    KITH_RETURN_IF_ERROR(context.view.Properties(std::span(&id, 1), &lists));
  }
  for (const auto& [property, value] : lists[0]) writes->push_back({property, value});
  return Status::Ok();
}

}  // namespace

Status AddPropertyWrite(ExecutionContext& context, std::string_view key, const Value& value,
                        PropertyWrites* writes) {
  KITH_RETURN_IF_ERROR(CheckWritable(context));
  KITH_ASSIGN_OR_RETURN(const PropertyId property, context.catalog->PropertyFor(key));
  for (storage::PropertyWrite& write : *writes) {
    if (write.property != property) continue;
    write.value = value;
    return Status::Ok();
  }
  writes->push_back({property, value});
  return Status::Ok();
}

Status AddPropertyWrites(ExecutionContext& context, const Value& source, PropertyWrites* writes) {
  if (source.IsNull()) return Status::Ok();
  if (source.IsNode() || source.IsRelationship()) {
    return AddEntityProperties(context, source, writes);
  }
  if (!source.IsMap()) {
    return Status(StatusCode::kTypeError,
                  "properties come from a map, a node or a relationship, but the value is " +
                      source.ToString())
        .WithDetail("InvalidArgumentType");
  }
  for (const auto& [key, value] : source.AsMap()) {
    KITH_RETURN_IF_ERROR(AddPropertyWrite(context, key, value, writes));
  }
  return Status::Ok();
}

Status LabelIdsFor(ExecutionContext& context, const std::vector<std::string>& names,
                   std::vector<LabelId>* ids) {
  KITH_RETURN_IF_ERROR(CheckWritable(context));
  ids->clear();
  for (const std::string& name : names) {
    KITH_ASSIGN_OR_RETURN(const LabelId id, context.catalog->LabelFor(name));
    ids->push_back(id);
  }
  std::sort(ids->begin(), ids->end());
  ids->erase(std::unique(ids->begin(), ids->end()), ids->end());
  return Status::Ok();
}

Status DescribeWriteError(const Status& status, SourceRange range) {
  if (status.ok()) return status;
  Status described = status;
  if (status.code() == StatusCode::kTypeError && status.detail().empty()) {
    described = described.WithDetail("InvalidPropertyType");
  }
  return AtRange(described, range);
}

}  // namespace kith::query
