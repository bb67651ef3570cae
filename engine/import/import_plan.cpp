// SPDX-License-Identifier: Apache-2.0
// Reads the header lines, and takes file names apart.
#include "engine/import/import_plan.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

namespace kith::import {
namespace {

namespace fs = std::filesystem;
using Role = ImportColumn::Role;
using Holds = ImportHeader::Holds;

/// A header line longer than this is none.
constexpr size_t kMaxHeaderBytes = size_t{1} << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kGzipMagic = "\x1F\x8B";

Status Refused(const std::string& path, std::string_view what) {
  return Status(StatusCode::kInvalidArgument, fmt::format("{}: {}", path, what));
}

std::vector<std::string> SplitAt(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    if (end > begin) parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// The first bytes of a regular file, and how many it has in all.
Result<std::string> ReadFront(const std::string& path, uint64_t* bytes) {
  struct stat status = {};
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) ? std::fopen(path.c_str(), "rbe")
                                                                  : nullptr,
      &std::fclose);
  if (file == nullptr && S_ISDIR(status.st_mode)) return Refused(path, "is a folder, not a file");
  if (file == nullptr && status.st_mode != 0 && !S_ISREG(status.st_mode)) {
    return Refused(path, "is no regular file; an import reads files twice");
  }
  if (file == nullptr) {
    return Status(
        errno == ENOENT || errno == ENOTDIR ? StatusCode::kNotFound : StatusCode::kIoError,
        fmt::format("{} cannot be read: {}", path, std::strerror(errno)));
  }
  *bytes = static_cast<uint64_t>(status.st_size);
  std::string front(std::min<uint64_t>(*bytes, kMaxHeaderBytes), '\0');
  front.resize(std::fread(front.data(), 1, front.size(), file.get()));
  if (std::ferror(file.get()) != 0) {
    return Status(StatusCode::kIoError,
                  fmt::format("{} cannot be read: {}", path, std::strerror(errno)));
  }
  if (front.starts_with(kGzipMagic)) return Refused(path, "is compressed; unpack it first");
  return front;
}

class Planner {
 public:
  Planner(const ImportInput& input, const ImportOptions& options)
      : input_(input), options_(options) {}

  Result<ImportPlan> Plan() {
    KITH_RETURN_IF_ERROR(CheckOptions());
    for (const std::string& path : input_.paths) KITH_RETURN_IF_ERROR(AddPath(path));
    for (const ImportGroup& group : input_.nodes) {
      KITH_RETURN_IF_ERROR(AddGroup(group, Holds::kNodes));
    }
    for (const ImportGroup& group : input_.relationships) {
      KITH_RETURN_IF_ERROR(AddGroup(group, Holds::kRelationships));
    }
    if (plan_.nodes.empty() && plan_.relationships.empty()) {
      return Status(StatusCode::kInvalidArgument,
                    "there is nothing to import: no file has a header of nodes (a column id or "
                    ":ID) or of relationships (startId and endId, or :START_ID and :END_ID)");
    }
    KITH_RETURN_IF_ERROR(AddMoreLabels());
    for (PlannedGroup& group : plan_.relationships) KITH_RETURN_IF_ERROR(TakeEnds(&group));
    return std::move(plan_);
  }

 private:
  Status CheckOptions() const {
    const auto is_usable = [](char c) { return c != '\n' && c != '\r'; };
    if (!is_usable(options_.delimiter) || !is_usable(options_.quote) ||
        !is_usable(options_.array_delimiter) || options_.quote == '\0' ||
        options_.array_delimiter == '\0' || options_.delimiter == options_.quote) {
      return Status(StatusCode::kInvalidArgument,
                    "a delimiter or quote is one character, no line break, and not the other");
    }
    return Status::Ok();
  }

  Status AddPath(const std::string& path) {
    std::error_code error;
    if (!fs::is_directory(path, error)) return AddNamedFile(path, true);
    std::vector<std::string> files;
    std::error_code dangling;
    for (fs::directory_iterator entry(path, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
      if (entry->path().extension() == ".csv" && !entry->is_directory(dangling)) {
        files.push_back(entry->path());
      }
    }
    if (error) {
      return Status(StatusCode::kIoError,
                    fmt::format("{} cannot be listed: {}", path, error.message()));
    }
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) KITH_RETURN_IF_ERROR(AddNamedFile(file, false));
    return Status::Ok();
  }

  /// A file that says itself what it holds.
  Status AddNamedFile(const std::string& path, bool was_named) {
    KITH_ASSIGN_OR_RETURN(PlannedGroup group, ReadGroup({"", {path}}));
    if (group.header.holds == Holds::kNeither) {
      if (was_named) {
        return Refused(path,
                       "its header is neither of nodes (a column id or :ID) nor of relationships "
                       "(startId and endId, or :START_ID and :END_ID)");
      }
      plan_.passed_over.push_back(path);
      return Status::Ok();
    }
    const bool says_all = group.header.HasRole(Role::kLabels) || group.header.HasRole(Role::kType);
    return Add(std::move(group), says_all ? "" : fs::path(path).stem().string());
  }

  Status AddGroup(const ImportGroup& files, Holds holds) {
    if (files.files.empty()) {
      return Status(StatusCode::kInvalidArgument,
                    fmt::format("there is no file for {}", files.name));
    }
    KITH_ASSIGN_OR_RETURN(PlannedGroup group, ReadGroup(files));
    const std::string& path = files.files[0];
    if (group.header.holds == Holds::kNeither && holds == Holds::kNodes) {
      group.header.holds = holds;  // Nodes without ids, to which nothing leads.
    }
    if (group.header.holds != holds) {
      return Refused(path, holds == Holds::kNodes
                               ? "its header is of relationships, and nodes are wanted"
                               : "its header has no start and end; name the columns startId and "
                                 "endId, or :START_ID and :END_ID");
    }
    const bool says_all = group.header.HasRole(Role::kLabels) || group.header.HasRole(Role::kType);
    return Add(std::move(group),
               files.name.empty() && !says_all ? fs::path(path).stem().string() : files.name);
  }

  /// `name` is the labels or the type; empty where a column has them.
  Status Add(PlannedGroup group, const std::string& name) {
    for (const PlannedFile& file : group.files) plan_.bytes += file.bytes;
    if (group.header.holds == Holds::kRelationships) {
      group.type = name;
      plan_.relationships.push_back(std::move(group));
      return Status::Ok();
    }
    group.labels = SplitAt(name, ':');
    if (group.labels.empty() && !name.empty()) {
      return Status(StatusCode::kInvalidArgument,
                    fmt::format("'{}' names no label; write Person, or Person:Employee", name));
    }
    for (const ImportColumn& column : group.header.columns) {
      if (column.role != Role::kId) continue;
      group.id_space = group.header.plain ? group.labels[0] : column.id_space;
    }
    plan_.nodes.push_back(std::move(group));
    return Status::Ok();
  }

  Result<PlannedGroup> ReadGroup(const ImportGroup& files) const {
    PlannedGroup group;
    for (const std::string& path : files.files) {
      PlannedFile file{path, 0, 0};
      KITH_ASSIGN_OR_RETURN(std::string front, ReadFront(path, &file.bytes));
      if (front.starts_with(kByteOrderMark)) file.begin = kByteOrderMark.size();
      if (group.files.empty()) {
        KITH_RETURN_IF_ERROR(ReadHeader(front, &group, &file));
      }
      group.files.push_back(std::move(file));
    }
    return group;
  }

  Status ReadHeader(std::string& front, PlannedGroup* group, PlannedFile* file) const {
    const std::span<char> text = std::span<char>(front).subspan(file->begin);
    group->dialect = {options_.delimiter, options_.quote};
    if (options_.delimiter == '\0') {
      const std::string_view view(text.data(), text.size());
      group->dialect.delimiter = GuessDelimiter(view.substr(0, view.find('\n')), options_.quote);
    }
    CsvParser parser(text, group->dialect);
    if (!parser.Next()) return Refused(file->path, "is empty; its first line must be a header");
    const bool too_long = parser.end() == text.size() && front.size() < file->bytes;
    if (too_long) return Refused(file->path, "its first line is too long for a header");
    if (!parser.problem().empty()) {
      return Refused(file->path, fmt::format("line 1: {}", parser.problem()));
    }
    auto header = ParseImportHeader(parser.fields());
    if (!header.ok()) {
      return Refused(file->path, fmt::format("line 1: {}", header.status().message()));
    }
    group->header = *std::move(header);
    file->begin += parser.end();
    return Status::Ok();
  }

  Status AddMoreLabels() {
    for (const std::string& rule : input_.more_labels) {
      const std::vector<std::string> labels = SplitAt(rule, ':');
      bool applied = false;
      for (PlannedGroup& group : plan_.nodes) {
        if (labels.size() < 2) break;
        if (std::find(group.labels.begin(), group.labels.end(), labels[0]) == group.labels.end()) {
          continue;
        }
        applied = true;
        group.labels.insert(group.labels.end(), labels.begin() + 1, labels.end());
      }
      if (applied) continue;
      return Status(StatusCode::kInvalidArgument,
                    fmt::format("'{}' adds no label to anything; write LABEL:MORE, where LABEL is "
                                "that of a file of nodes",
                                rule));
    }
    return Status::Ok();
  }

  Status TakeEnds(PlannedGroup* group) const {
    return group->header.plain ? TakePlainEnds(group) : TakeNamedSpaces(group);
  }

  /// Of ends that name their spaces.
  Status TakeNamedSpaces(PlannedGroup* group) const {
    for (const ImportColumn& column : group->header.columns) {
      if (column.role != Role::kStartId && column.role != Role::kEndId) continue;
      const bool known =
          std::any_of(plan_.nodes.begin(), plan_.nodes.end(), [&](const PlannedGroup& nodes) {
            return nodes.header.HasRole(Role::kId) && nodes.id_space == column.id_space;
          });
      if (!known) {
        return Refused(group->files[0].path,
                       fmt::format("no file of nodes has ids of the space '{}'; name one with "
                                   "the column :ID({})",
                                   column.id_space, column.id_space));
      }
      auto& spaces = column.role == Role::kStartId ? group->start_spaces : group->end_spaces;
      spaces = {column.id_space};
    }
    return Status::Ok();
  }

  /// The spaces of all files of nodes with a label.
  std::vector<std::string> SpacesOf(const std::string& label) const {
    std::set<std::string> spaces;
    for (const PlannedGroup& nodes : plan_.nodes) {
      const auto& labels = nodes.labels;
      if (nodes.header.HasRole(Role::kId) &&
          std::find(labels.begin(), labels.end(), label) != labels.end()) {
        spaces.insert(nodes.id_space);
      }
    }
    return {spaces.begin(), spaces.end()};
  }

  /// Of ends whose labels are in the name From_TYPE_To. Labels may have underscores, too: only
  /// those that files of nodes have count.
  Status TakePlainEnds(PlannedGroup* group) const {
    const std::string name = group->type;
    size_t found = 0;
    for (size_t from = name.find('_'); from != std::string::npos; from = name.find('_', from + 1)) {
      const auto starts = SpacesOf(name.substr(0, from));
      for (size_t to = name.find('_', from + 2); to != std::string::npos && !starts.empty();
           to = name.find('_', to + 1)) {
        const auto ends = SpacesOf(name.substr(to + 1));
        if (ends.empty()) continue;
        ++found;
        group->start_spaces = starts;
        group->type = name.substr(from + 1, to - from - 1);
        group->end_spaces = ends;
      }
    }
    if (found == 1) return Status::Ok();
    return Refused(group->files[0].path,
                   fmt::format("its columns are startId and endId, so '{}' must be FROM_TYPE_TO "
                               "with the labels of files of nodes{}",
                               name, found > 1 ? ", and it is so in several ways" : ""));
  }

  const ImportInput& input_;
  const ImportOptions& options_;
  ImportPlan plan_;
};

}  // namespace

Result<ImportPlan> PlanImport(const ImportInput& input, const ImportOptions& options) {
  return Planner(input, options).Plan();
}

}  // namespace kith::import
