// SPDX-License-Identifier: Apache-2.0
// A benchmark ends at the first error, and says which.
//
// Thread safety: any thread.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "engine/base/result.h"

namespace kith::bench {

inline void Check(const Status& status) {
  if (status.ok()) return;
  fmt::print(stderr, "{}\n", status.ToString());
  std::exit(1);
}

template <typename T>
T Check(Result<T> result) {
  Check(result.status());
  return std::move(result).value();
}

}  // namespace kith::bench
