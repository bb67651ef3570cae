// SPDX-License-Identifier: Apache-2.0
// The places and their order are those of "pip config debug".
#include "engine/shell/fetch/pip_settings.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string_view>

namespace kith::shell {
namespace {

constexpr std::string_view kDefaultIndex = "https://pypi.org/simple";
constexpr std::string_view kBlanks = " \t\r";

using Settings = std::map<std::string, std::string>;

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1));
}

/// The keys of [global] and of [download], the command that is most like ours; the latter win.
void ReadPipFile(const std::string& path, Settings* settings) {
  std::ifstream file(path);
  Settings of_command;
  Settings* section = nullptr;
  std::string key;
  for (std::string line; std::getline(file, line);) {
    const std::string text = Trimmed(line);
    if (text.empty() || text[0] == '#' || text[0] == ';') continue;
    if (text[0] == '[') {
      section = text == "[global]" ? settings : text == "[download]" ? &of_command : nullptr;
      continue;
    }
    if (section == nullptr) continue;
    if (kBlanks.find(line[0]) != std::string_view::npos) {
      if (!key.empty()) (*section)[key] += " " + text;
      continue;
    }
    const size_t split = text.find_first_of("=:");
    if (split == std::string::npos) continue;
    key = Trimmed(std::string_view(text).substr(0, split));
    std::replace(key.begin(), key.end(), '_', '-');
    (*section)[key] = Trimmed(std::string_view(text).substr(split + 1));
  }
  for (auto& [name, value] : of_command) (*settings)[name] = std::move(value);
}

Settings ReadPipFiles() {
  Settings settings;
  const std::string chosen = Variable("PIP_CONFIG_FILE");
  // pip's own way to be free of all files.
  if (chosen == "/dev/null") return settings;
  std::stringstream shared(Variable("XDG_CONFIG_DIRS"));
  for (std::string folder; std::getline(shared, folder, ':');) {
    ReadPipFile(folder + "/pip/pip.conf", &settings);
  }
  if (Variable("XDG_CONFIG_DIRS").empty()) ReadPipFile("/etc/xdg/pip/pip.conf", &settings);
  ReadPipFile("/etc/pip.conf", &settings);
  const std::string home = Variable("HOME");
  ReadPipFile(home + "/.pip/pip.conf", &settings);
  const std::string config = Variable("XDG_CONFIG_HOME");
  ReadPipFile((config.empty() ? home + "/.config" : config) + "/pip/pip.conf", &settings);
  if (const std::string environment = Variable("VIRTUAL_ENV"); !environment.empty()) {
    ReadPipFile(environment + "/pip.conf", &settings);
  }
  if (!chosen.empty()) ReadPipFile(chosen, &settings);
  return settings;
}

}  // namespace

PipSettings ReadPipSettings() {
  Settings settings = ReadPipFiles();
  const auto setting = [&](const char* variable, const char* key) {
    const std::string value = Variable(variable);
    return value.empty() ? settings[key] : value;
  };
  PipSettings pip;
  std::string first = setting("PIP_INDEX_URL", "index-url");
  if (first.empty()) first = kDefaultIndex;
  std::stringstream urls(first + " " + setting("PIP_EXTRA_INDEX_URL", "extra-index-url"));
  for (std::string url; urls >> url;) {
    while (url.ends_with('/')) url.pop_back();
    pip.index_urls.push_back(url);
  }
  pip.certificate_file = setting("PIP_CERT", "cert");
  return pip;
}

}  // namespace kith::shell
