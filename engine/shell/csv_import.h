// SPDX-License-Identifier: Apache-2.0
// .import: a CSV file becomes nodes. RFC 4180 with a header line of property names; empty fields
// set no property; whole numbers, decimal numbers, true and false become integers, floats and
// booleans, unless they were quoted.
//
// Thread safety: that of the connection.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "kith/connection.h"

namespace kith::shell {

/// All in one transaction, of which an error leaves nothing; inside an open transaction the batches
/// before the error stay until it is rolled back. Errors name the file and line. `stopped` is asked
/// between batches; true ends with Cancelled. Returns the number of nodes.
Result<uint64_t> ImportCsv(Connection& connection, const std::string& path,
                           const std::string& label, const std::function<bool()>& stopped);

}  // namespace kith::shell
