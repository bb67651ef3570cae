// SPDX-License-Identifier: Apache-2.0
// See row_batches.h.
#include "engine/import/row_batches.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace kith::import {
namespace {

using Role = ImportColumn::Role;

constexpr size_t kShownBytes = 40;

std::string_view NameIn(const RowLayout& layout, std::span<const CsvField> fields) {
  return layout.name == RowLayout::kNone ? std::string_view() : fields[layout.name].text;
}

}  // namespace

std::string Shown(std::string_view text) {
  if (text.size() <= kShownBytes) return std::string(text);
  size_t end = kShownBytes;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

Result<RowLayout> RowLayout::Of(const PlannedGroup& group, char array_delimiter,
                                storage::Catalog* catalog) {
  RowLayout layout;
  layout.group = &group;
  layout.array_delimiter = array_delimiter;
  for (size_t i = 0; i < group.header.columns.size(); ++i) {
    const ImportColumn& column = group.header.columns[i];
    switch (column.role) {
      case Role::kId: layout.id = i; break;
      case Role::kStartId: layout.start = i; break;
      case Role::kEndId: layout.end = i; break;
      case Role::kLabels:
      case Role::kType: layout.name = i; break;
      case Role::kProperty:
      case Role::kIgnored: break;
    }
    const bool has_values = column.role == Role::kProperty || column.role == Role::kId;
    if (!has_values || column.property.empty() || !column.type) continue;
    KITH_ASSIGN_OR_RETURN(const PropertyId property, catalog->PropertyFor(column.property));
    layout.properties.push_back({i, property, *column.type});
  }
  return layout;
}

std::vector<storage::BulkColumn> RowLayout::NewColumns() const {
  std::vector<storage::BulkColumn> columns;
  for (const PropertyColumn& column : properties) {
    columns.emplace_back(column.property, KindOf(column.type));
  }
  return columns;
}

bool IsWhole(const RowLayout& layout, const CsvParser& parser, std::string* problem) {
  const size_t expected = layout.group->header.columns.size();
  if (parser.problem().empty() && parser.fields().size() == expected) return true;
  *problem = !parser.problem().empty() ? std::string(parser.problem())
                                       : fmt::format("{} fields, but the header names {}",
                                                     parser.fields().size(), expected);
  return false;
}

bool AppendRow(const RowLayout& layout, std::span<const CsvField> fields,
               std::vector<storage::BulkColumn>* columns, std::string* problem) {
  for (size_t i = 0; i < columns->size(); ++i) {
    const RowLayout::PropertyColumn& column = layout.properties[i];
    const CsvField& field = fields[column.column];
    if (AppendField(field, column.type, layout.array_delimiter, &(*columns)[i])) continue;
    *problem = fmt::format("column {}: '{}' is no {}",
                           layout.group->header.columns[column.column].property, Shown(field.text),
                           Describe(column.type));
    const size_t rows = (*columns)[i].rows();
    for (size_t j = 0; j < i; ++j) (*columns)[j].Truncate(rows);
    return false;
  }
  return true;
}

Result<NodeRows::Batch*> NodeRows::For(const RowLayout& layout, std::span<const CsvField> fields,
                                       storage::Catalog* catalog) {
  if (layout.name == RowLayout::kNone && !batches.empty()) return &batches[0];
  const std::string_view text = NameIn(layout, fields);
  if (const auto known = by_labels.find(text); known != by_labels.end()) {
    return &batches[known->second];
  }
  Batch batch;
  const auto add = [&](std::string_view name) -> Status {
    KITH_ASSIGN_OR_RETURN(const LabelId label, catalog->LabelFor(name));
    batch.nodes.labels.push_back(label);
    return Status::Ok();
  };
  for (const std::string& label : layout.group->labels) KITH_RETURN_IF_ERROR(add(label));
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(layout.array_delimiter, begin), text.size());
    if (end > begin) KITH_RETURN_IF_ERROR(add(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  std::vector<LabelId>& labels = batch.nodes.labels;
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  batch.nodes.columns = layout.NewColumns();
  by_labels.emplace(text, batches.size());
  batches.push_back(std::move(batch));
  return &batches.back();
}

Result<storage::RelationshipBatch*> RelationshipRows::For(const RowLayout& layout,
                                                          std::span<const CsvField> fields,
                                                          storage::Catalog* catalog) {
  if (layout.name == RowLayout::kNone && !batches.empty()) return &batches[0];
  const std::string_view column = NameIn(layout, fields);
  const std::string_view name = column.empty() ? layout.group->type : column;
  if (const auto known = by_type.find(name); known != by_type.end()) {
    return &batches[known->second];
  }
  storage::RelationshipBatch batch;
  KITH_ASSIGN_OR_RETURN(batch.type, catalog->RelTypeFor(name));
  batch.columns = layout.NewColumns();
  by_type.emplace(name, batches.size());
  batches.push_back(std::move(batch));
  return &batches.back();
}

}  // namespace kith::import
