// SPDX-License-Identifier: Apache-2.0
// Importing CSV files in C.
#include "kith/import.h"
#include "engine/capi/handles.h"

using kith::Status;
using kith::StatusCode;
using kith::capi::CheckText;
using kith::capi::Guard;
using kith::capi::NullArgument;
using kith::capi::ReadNumber;
using kith::capi::UnknownOption;

struct kith_import {
  kith::ImportInput input;
  kith::ImportOptions options;
  kith::ImportReport report;
};

namespace {

constexpr const char* kImportOptionNames =
    "bad_tolerance, threads and memory_limit_bytes (whole numbers), delimiter, array_delimiter and "
    "quote (texts)";

Status AddGroup(const char* function, const char* name, const char* const* files, size_t file_count,
                std::vector<kith::ImportGroup>* groups) {
  if (files == nullptr) return NullArgument(function, "files");
  kith::ImportGroup group;
  KITH_ASSIGN_OR_RETURN(group.name, CheckText(function, "name", name, KITH_NUL_TERMINATED));
  for (size_t i = 0; i < file_count; ++i) {
    if (files[i] == nullptr) return NullArgument(function, "a file");
    group.files.emplace_back(files[i]);
  }
  groups->push_back(std::move(group));
  return Status::Ok();
}

Status SetImportOption(kith::ImportOptions* options, std::string_view name, int64_t value) {
  const char* const function = "kith_import_set";
  if (name == "bad_tolerance") return ReadNumber(function, name, value, 0, &options->bad_tolerance);
  if (name == "threads") return ReadNumber(function, name, value, 0, &options->threads);
  if (name == "memory_limit_bytes") {
    return ReadNumber(function, name, value, 0, &options->memory_limit_bytes);
  }
  return UnknownOption(function, name, " that is a whole number", kImportOptionNames);
}

Status SetImportText(kith::ImportOptions* options, std::string_view name, std::string_view value) {
  const char* const function = "kith_import_set_text";
  char* character = nullptr;
  if (name == "delimiter") character = &options->delimiter;
  if (name == "array_delimiter") character = &options->array_delimiter;
  if (name == "quote") character = &options->quote;
  if (character == nullptr) {
    return UnknownOption(function, name, " that is a text", kImportOptionNames);
  }
  if (value.size() != 1) {
    return Status(StatusCode::kInvalidArgument, std::string(function) + ": " + std::string(name) +
                                                    " is one character, not '" +
                                                    std::string(value) + "'");
  }
  *character = value[0];
  return Status::Ok();
}

}  // namespace

extern "C" {

kith_import* kith_import_new(void) {
  return new (std::nothrow) kith_import();
}

void kith_import_free(kith_import* import) {
  delete import;
}

kith_code kith_import_add_path(kith_import* import, const char* path, kith_error** error) {
  return Guard(error, [&]() -> Status {
    if (import == nullptr) return NullArgument("kith_import_add_path", "import");
    if (path == nullptr) return NullArgument("kith_import_add_path", "path");
    import->input.paths.emplace_back(path);
    return Status::Ok();
  });
}

kith_code kith_import_add_nodes(kith_import* import, const char* name, const char* const* files,
                                size_t file_count, kith_error** error) {
  return Guard(error, [&]() -> Status {
    if (import == nullptr) return NullArgument("kith_import_add_nodes", "import");
    return AddGroup("kith_import_add_nodes", name, files, file_count, &import->input.nodes);
  });
}

kith_code kith_import_add_relationships(kith_import* import, const char* name,
                                        const char* const* files, size_t file_count,
                                        kith_error** error) {
  return Guard(error, [&]() -> Status {
    if (import == nullptr) return NullArgument("kith_import_add_relationships", "import");
    return AddGroup("kith_import_add_relationships", name, files, file_count,
                    &import->input.relationships);
  });
}

kith_code kith_import_add_labels(kith_import* import, const char* labels, kith_error** error) {
  return Guard(error, [&]() -> Status {
    if (import == nullptr) return NullArgument("kith_import_add_labels", "import");
    if (labels == nullptr) return NullArgument("kith_import_add_labels", "labels");
    import->input.more_labels.emplace_back(labels);
    return Status::Ok();
  });
}

kith_code kith_import_set(kith_import* import, const char* name, int64_t value,
                          kith_error** error) {
  return Guard(error, [&]() -> Status {
    if (import == nullptr) return NullArgument("kith_import_set", "import");
    if (name == nullptr) return NullArgument("kith_import_set", "name");
    return SetImportOption(&import->options, name, value);
  });
}

kith_code kith_import_set_text(kith_import* import, const char* name, const char* value,
                               kith_error** error) {
  const char* const function = "kith_import_set_text";
  return Guard(error, [&]() -> Status {
    if (import == nullptr) return NullArgument(function, "import");
    if (name == nullptr) return NullArgument(function, "name");
    KITH_ASSIGN_OR_RETURN(const std::string_view text,
                          CheckText(function, "value", value, KITH_NUL_TERMINATED));
    return SetImportText(&import->options, name, text);
  });
}

kith_code kith_import_run(kith_import* import, const char* path, kith_import_progress progress,
                          void* context, kith_error** error) {
  return Guard(error, [&]() -> Status {
    if (import == nullptr) return NullArgument("kith_import_run", "import");
    if (path == nullptr) return NullArgument("kith_import_run", "path");
    kith::ImportOptions options = import->options;
    if (progress != nullptr) {
      options.goes_on = [progress, context](const kith::ImportProgress& at) {
        return progress(std::string(at.phase).c_str(), at.done_bytes, at.total_bytes, context) != 0;
      };
    }
    import->report = {};
    KITH_ASSIGN_OR_RETURN(import->report, kith::Database::Import(path, import->input, options));
    return Status::Ok();
  });
}

uint64_t kith_import_counted(const kith_import* import, kith_import_count count) {
  if (import == nullptr) return 0;
  const kith::ImportReport& report = import->report;
  switch (count) {
    case KITH_IMPORTED_NODES: return report.nodes;
    case KITH_IMPORTED_RELATIONSHIPS: return report.relationships;
    case KITH_IMPORT_BAD_LINES: return report.bad_lines;
    case KITH_IMPORT_BAD_LINES_KEPT: return report.bad.size();
    case KITH_IMPORT_PASSED_OVER: return report.passed_over.size();
  }
  return 0;
}

const char* kith_import_bad_line(const kith_import* import, size_t index, uint64_t* line,
                                 const char** problem) {
  if (import == nullptr || index >= import->report.bad.size()) return nullptr;
  const kith::ImportBadLine& bad = import->report.bad[index];
  if (line != nullptr) *line = bad.line;
  if (problem != nullptr) *problem = bad.problem.c_str();
  return bad.file.c_str();
}

const char* kith_import_passed_over(const kith_import* import, size_t index) {
  if (import == nullptr || index >= import->report.passed_over.size()) return nullptr;
  return import->report.passed_over[index].c_str();
}

}  // extern "C"
