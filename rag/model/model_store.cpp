// SPDX-License-Identifier: Apache-2.0
// Names to paths.
#include "rag/model/model_store.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

#include "query/parse/spelling.h"

namespace kith::rag {
namespace {

namespace fs = std::filesystem;

std::string_view Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

/// `path` without "." and a last '/'; as it is when the working directory is gone.
std::string AbsolutePath(const fs::path& path) {
  std::error_code error;
  fs::path absolute = fs::absolute(path, error).lexically_normal();
  if (error) return path.string();
  if (!absolute.has_filename() && absolute.has_relative_path()) absolute = absolute.parent_path();
  return absolute.string();
}

/// Empty when the file is as the table has it.
std::string DamageOf(const ModelFile& file, const std::string& folder) {
  std::error_code error;
  const uint64_t bytes = fs::file_size(fs::path(folder) / file.path, error);
  if (error) return fmt::format("{} is missing", file.path);
  if (bytes == file.bytes) return {};
  return fmt::format("{} has {} bytes and not {}", file.path, bytes, file.bytes);
}

Result<ResolvedModel> ResolveKnown(const KnownModel& model) {
  KITH_ASSIGN_OR_RETURN(const ModelPlace place, PlaceOfModel(model));
  if (place.state == ModelState::kHere) {
    return ResolvedModel{model.name, PathInPlace(model, place.folder), &model};
  }
  if (place.state == ModelState::kAbsent) {
    return Status(StatusCode::kNotFound,
                  fmt::format("the model {} is not on this machine; kith model get {} fetches it",
                              model.name, model.name));
  }
  return Status(StatusCode::kCorruption,
                fmt::format("the model {} in {} is damaged: {}; kith model get {} fetches it again",
                            model.name, place.folder, place.damage, model.name));
}

}  // namespace

Result<std::string> ModelsFolder() {
  if (const auto folder = Variable("KITH_MODELS"); !folder.empty()) return AbsolutePath(folder);
  // The XDG base directory specification has relative paths ignored.
  if (const auto data = Variable("XDG_DATA_HOME"); data.starts_with('/')) {
    return AbsolutePath(fs::path(data) / "kith/models");
  }
  if (const auto home = Variable("HOME"); !home.empty()) {
    return AbsolutePath(fs::path(home) / ".local/share/kith/models");
  }
  return Status(StatusCode::kInvalidArgument,
                "there is no place for models: HOME is not set; name a folder in KITH_MODELS");
}

Result<ModelPlace> PlaceOfModel(const KnownModel& model) {
  KITH_ASSIGN_OR_RETURN(const std::string models, ModelsFolder());
  ModelPlace place{.folder = models + "/" + model.name};
  std::error_code error;
  if (!fs::exists(place.folder, error) && !error) return place;
  place.state = ModelState::kHere;
  for (const ModelFile& file : model.files) {
    place.damage = DamageOf(file, place.folder);
    if (place.damage.empty()) continue;
    place.state = ModelState::kDamaged;
    break;
  }
  return place;
}

std::string PathInPlace(const KnownModel& model, const std::string& folder) {
  return model.kind == ModelKind::kEmbedding ? folder : folder + "/" + model.files[0].path;
}

Status UnknownModel(const std::string& name) {
  std::vector<std::string_view> names;
  for (const KnownModel& model : KnownModels()) names.push_back(model.name);
  const std::string_view near = query::NearestSpelling(name, names);
  return Status(StatusCode::kNotFound,
                fmt::format("there is no model '{}'{}; kith model list names them", name,
                            near.empty() ? "" : fmt::format(", did you mean {}?", near)));
}

Result<ResolvedModel> ResolveModel(const std::string& name_or_path) {
  if (name_or_path.empty()) {
    return Status(StatusCode::kInvalidArgument,
                  "the name of the model is empty; give a name or a path");
  }
  std::error_code error;
  if (name_or_path.find('/') == std::string::npos) {
    if (const KnownModel* model = FindKnownModel(name_or_path)) return ResolveKnown(*model);
    const auto models = ModelsFolder();
    // Names with a dot in front are the fetcher's.
    if (models.ok() && name_or_path[0] != '.') {
      const std::string path = *models + "/" + name_or_path;
      if (fs::exists(path, error)) return ResolvedModel{name_or_path, path};
    }
  }
  const std::string path = AbsolutePath(name_or_path);
  if (fs::exists(path, error)) return ResolvedModel{fs::path(path).filename().string(), path};
  if (name_or_path.find('/') == std::string::npos) return UnknownModel(name_or_path);
  return Status(StatusCode::kNotFound,
                fmt::format("there is no model at {}; give a folder or file that exists, or a name "
                            "of kith model list",
                            path));
}

}  // namespace kith::rag
