// SPDX-License-Identifier: Apache-2.0
// A Python wheel (PEP 427), which is a zip archive, read by libzip.
//
// Thread safety: one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace kith::shell {

class Wheel {
 public:
  /// Corruption when it is no zip archive.
  static Result<std::unique_ptr<Wheel>> Open(const std::string& path);
  ~Wheel();
  Wheel(const Wheel&) = delete;
  Wheel& operator=(const Wheel&) = delete;

  /// Hands over the bytes of a member, some at a time, until `take` is not OK. Corruption when
  /// there is no such member or its bytes are damaged.
  Status Read(const std::string& member, const std::function<Status(std::string_view)>& take);

 private:
  Wheel(std::string path, void* archive) : path_(std::move(path)), archive_(archive) {}

  std::string path_;
  void* archive_;  ///< zip_t*.
};

}  // namespace kith::shell
