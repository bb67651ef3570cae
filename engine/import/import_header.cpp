// SPDX-License-Identifier: Apache-2.0
// A column's header is name, colon, and a role or a type; a role may have an id space in
// parentheses, and options in braces.
#include "engine/import/import_header.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace kith::import {
namespace {

using Role = ImportColumn::Role;

struct RoleName {
  std::string_view name;
  Role role;
};
constexpr std::array<RoleName, 6> kRoleNames = {{{"ID", Role::kId},
                                                 {"START_ID", Role::kStartId},
                                                 {"END_ID", Role::kEndId},
                                                 {"LABEL", Role::kLabels},
                                                 {"TYPE", Role::kType},
                                                 {"IGNORE", Role::kIgnored}}};

Status BadHeader(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

std::optional<Role> RoleNamed(std::string_view name) {
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  for (const RoleName& known : kRoleNames) {
    if (known.name == upper) return known.role;
  }
  return std::nullopt;
}

/// What follows the last colon of a column's header, taken apart: ID(Person){id-type: int}
struct Specification {
  std::string_view word;
  std::optional<std::string_view> space;
  std::string_view options;
};

std::string_view WithoutSpaces(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Result<Specification> TakeApart(std::string_view text) {
  Specification parts;
  if (const size_t brace = text.find('{'); brace != std::string_view::npos) {
    if (text.back() != '}') return BadHeader(fmt::format("'{}' has no closing brace", text));
    parts.options = text.substr(brace + 1, text.size() - brace - 2);
    text = text.substr(0, brace);
  }
  if (const size_t open = text.find('('); open != std::string_view::npos) {
    if (text.back() != ')') return BadHeader(fmt::format("'{}' has no closing parenthesis", text));
    parts.space = text.substr(open + 1, text.size() - open - 2);
    text = text.substr(0, open);
  }
  parts.word = WithoutSpaces(text);
  return parts;
}

/// {id-type: int} says how the property of an id is kept.
Status TakeOptions(std::string_view options, ImportColumn* column) {
  if (options.empty()) return Status::Ok();
  const size_t colon = options.find(':');
  const std::string_view name = WithoutSpaces(options.substr(0, colon));
  if (name != "id-type" || colon == std::string_view::npos || column->role != Role::kId) {
    return BadHeader(fmt::format("there is no option '{}' here; an :ID may have id-type", options));
  }
  column->type = ColumnTypeNamed(WithoutSpaces(options.substr(colon + 1)));
  if (column->type && !column->type->list) return Status::Ok();
  return BadHeader(fmt::format("'{}' names no type of an id; give string or int", options));
}

Result<ImportColumn> ParseColumn(std::string_view header) {
  ImportColumn column;
  const size_t brace = std::min(header.find('{'), header.size());
  const size_t colon = header.substr(0, brace).rfind(':');
  if (colon == std::string_view::npos) {
    column.property = header;
    return column;
  }
  column.property = header.substr(0, colon);
  KITH_ASSIGN_OR_RETURN(const Specification parts, TakeApart(header.substr(colon + 1)));
  if (const auto role = RoleNamed(parts.word)) {
    column.role = *role;
    if (parts.space) column.id_space = *parts.space;
    if (*role == Role::kId) column.type = ColumnType{};
    KITH_RETURN_IF_ERROR(TakeOptions(parts.options, &column));
    return column;
  }
  column.type = ColumnTypeNamed(parts.word);
  if (column.type && !parts.space && parts.options.empty()) return column;
  return BadHeader(
      fmt::format("'{}' is neither a type nor a role; types are string, int, float, boolean, date, "
                  "time, localtime, datetime, localdatetime and duration, each also with [], and "
                  "roles ID, START_ID, END_ID, LABEL, TYPE and IGNORE",
                  header.substr(colon + 1)));
}

/// Roles by the names that the plain dialect gives them.
void TakePlainRoles(ImportHeader* header) {
  for (ImportColumn& column : header->columns) {
    if (column.role != Role::kProperty) continue;
    if (column.property == "startId" || column.property == "endId") {
      column.role = column.property == "startId" ? Role::kStartId : Role::kEndId;
      column.property.clear();
    }
  }
  if (header->HasRole(Role::kStartId) || header->HasRole(Role::kEndId)) return;
  for (ImportColumn& column : header->columns) {
    if (column.role == Role::kProperty && column.property == "id") column.role = Role::kId;
  }
}

Status CheckColumns(const ImportHeader& header) {
  const std::vector<ImportColumn>& columns = header.columns;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].role == Role::kIgnored) continue;
    if (columns[i].role == Role::kProperty && columns[i].property.empty()) {
      return BadHeader(fmt::format("column {} has no name", i + 1));
    }
    for (size_t j = 0; j < i; ++j) {
      if (!columns[i].property.empty() && columns[i].property == columns[j].property &&
          columns[j].role != Role::kIgnored) {
        return BadHeader(fmt::format("two columns are named '{}'", columns[i].property));
      }
      if (columns[i].role == columns[j].role && columns[i].role != Role::kProperty) {
        return BadHeader(fmt::format("columns {} and {} have the same role", j + 1, i + 1));
      }
    }
  }
  const bool start = header.HasRole(Role::kStartId);
  if (start != header.HasRole(Role::kEndId)) {
    return BadHeader(fmt::format("there is {} but no {}", start ? "a start" : "an end",
                                 start ? "end" : "start"));
  }
  if (start && (header.HasRole(Role::kId) || header.HasRole(Role::kLabels))) {
    return BadHeader("a file holds nodes or relationships, and this one has the columns of both");
  }
  if (!start && header.HasRole(Role::kType)) {
    return BadHeader("there is a :TYPE, but no :START_ID and :END_ID");
  }
  return Status::Ok();
}

}  // namespace

bool ImportHeader::HasRole(Role role) const {
  return std::any_of(columns.begin(), columns.end(),
                     [&](const ImportColumn& column) { return column.role == role; });
}

Result<ImportHeader> ParseImportHeader(std::span<const CsvField> fields) {
  ImportHeader header;
  for (const CsvField& field : fields) {
    KITH_ASSIGN_OR_RETURN(ImportColumn column, ParseColumn(field.text));
    header.columns.push_back(std::move(column));
  }
  header.plain =
      std::all_of(header.columns.begin(), header.columns.end(), [](const ImportColumn& column) {
        return column.role == Role::kProperty || column.role == Role::kIgnored;
      });
  if (header.plain) TakePlainRoles(&header);
  KITH_RETURN_IF_ERROR(CheckColumns(header));
  if (header.HasRole(Role::kStartId)) {
    header.holds = ImportHeader::Holds::kRelationships;
  } else if (header.HasRole(Role::kId) || header.HasRole(Role::kLabels)) {
    header.holds = ImportHeader::Holds::kNodes;
  }
  if (!header.plain) {
    for (ImportColumn& column : header.columns) {
      if (column.role == Role::kProperty && !column.type) column.type = ColumnType{};
    }
  }
  return header;
}

}  // namespace kith::import
