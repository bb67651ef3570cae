// SPDX-License-Identifier: Apache-2.0
// See model_record.h.
#include "rag/model/model_record.h"

#include <fmt/core.h>

#include <array>
#include <string_view>
#include <vector>

#include "rag/column_values.h"
#include "storage/catalog.h"

namespace kith::rag {
namespace {

constexpr std::string_view kRecordLabel = "EmbeddingModel";
constexpr std::array<std::string_view, 5> kRecordProperties = {"name", "checksum", "dimension",
                                                               "pooling", "normalised"};

std::string_view PoolingWord(Pooling pooling) {
  switch (pooling) {
    case Pooling::kMean: return "mean";
    case Pooling::kCls: return "cls";
    case Pooling::kLast: return "last";
  }
  return "mean";
}

Pooling PoolingOf(std::string_view word) {
  if (word == PoolingWord(Pooling::kCls)) return Pooling::kCls;
  return word == PoolingWord(Pooling::kLast) ? Pooling::kLast : Pooling::kMean;
}

Result<std::optional<NodeId>> FindRecord(storage::ReadView* view, LabelId label) {
  KITH_ASSIGN_OR_RETURN(const std::vector<GroupId> groups, view->LabelGroups(label));
  for (const GroupId group : groups) {
    storage::SlotBitmap members;
    KITH_RETURN_IF_ERROR(view->LabelNodes(group, label, &members));
    for (uint32_t slot = 0; slot < kGroupSlots; ++slot) {
      if (members.Contains(slot)) return std::optional<NodeId>(NodeId(group, slot));
    }
  }
  return std::optional<NodeId>();
}

std::string Described(const EmbeddingModel& model) {
  return fmt::format("{} ({} dimensions, {} pooling, checksum {})", model.name, model.dimension,
                     PoolingWord(model.pooling), model.checksum);
}

}  // namespace

Result<std::optional<EmbeddingModel>> ReadModelRecord(storage::ReadView* view) {
  const storage::Catalog& catalog = view->catalog();
  const auto label = catalog.FindLabel(kRecordLabel);
  if (!label) return std::optional<EmbeddingModel>();
  KITH_ASSIGN_OR_RETURN(const std::optional<NodeId> node, FindRecord(view, *label));
  if (!node) return std::optional<EmbeddingModel>();
  std::vector<PropertyId> properties;
  for (const std::string_view name : kRecordProperties) {
    const auto property = catalog.FindProperty(name);
    if (!property) return std::optional<EmbeddingModel>();
    properties.push_back(*property);
  }
  const NodeId nodes[] = {*node};
  std::vector<storage::Column> columns;
  KITH_RETURN_IF_ERROR(view->GatherMany(nodes, properties, &columns));
  EmbeddingModel model;
  model.name = StringAt(columns[0], 0);
  model.checksum = StringAt(columns[1], 0);
  model.dimension = NumberAt(columns[2], 0);
  model.pooling = PoolingOf(StringAt(columns[3], 0));
  const Value normalised = columns[4].At(0);
  model.normalised = !normalised.IsBoolean() || normalised.AsBoolean();
  return std::optional<EmbeddingModel>(std::move(model));
}

Status WriteModelRecord(storage::Catalog* catalog, storage::Transaction* transaction,
                        const EmbeddingModel& model) {
  KITH_ASSIGN_OR_RETURN(const LabelId label, catalog->LabelFor(kRecordLabel));
  const Value values[] = {Value(model.name), Value(model.checksum),
                          Value(static_cast<int64_t>(model.dimension)),
                          Value(PoolingWord(model.pooling)), Value(model.normalised)};
  std::vector<storage::PropertyWrite> writes;
  for (size_t i = 0; i < kRecordProperties.size(); ++i) {
    KITH_ASSIGN_OR_RETURN(const PropertyId property, catalog->PropertyFor(kRecordProperties[i]));
    writes.push_back({property, values[i]});
  }
  KITH_ASSIGN_OR_RETURN(const std::optional<NodeId> known, FindRecord(&transaction->view(), label));
  if (known) return transaction->SetProperties(*known, writes);
  const LabelId labels[] = {label};
  return transaction->CreateNode(labels, writes).status();
}

Status CheckSameModel(const EmbeddingModel& made, const EmbeddingModel& given) {
  if (made.checksum == given.checksum && made.dimension == given.dimension &&
      made.pooling == given.pooling && made.normalised == given.normalised) {
    return Status::Ok();
  }
  return Status(StatusCode::kInvalidArgument,
                fmt::format("the vectors of this database are from the model {}, and it is open "
                            "with {}: open it with the first, or make all vectors anew with CALL "
                            "rag.embed()",
                            Described(made), Described(given)));
}

}  // namespace kith::rag
