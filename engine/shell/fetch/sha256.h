// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4) by libcrypto.
//
// Thread safety: one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace kith::shell {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Add(std::string_view bytes);
  /// 64 lower-case hexadecimal digits of all that was added; ends this. Empty when libcrypto
  /// failed, which equals no checksum.
  std::string Take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Of a file. `keep_going` is asked for each few MB, with the bytes read so far; false is
/// Cancelled.
Result<std::string> Sha256OfFile(const std::string& path,
                                 const std::function<bool(uint64_t bytes)>& keep_going);

}  // namespace kith::shell
