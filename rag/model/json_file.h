// SPDX-License-Identifier: Apache-2.0
// A small JSON file of a model, with errors that name the file and the key.
//
// Thread safety: one thread.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace kith::rag {

class JsonFile {
 public:
  /// NotFound without the file; Corruption when it is no JSON.
  static Result<JsonFile> Read(const std::string& path);

  const std::string& path() const { return path_; }
  std::string_view bytes() const { return text_; }
  /// Lives as long as this.
  simdjson::dom::element root() const { return parser_.doc.root(); }

  /// The values of an object's keys. Nothing when the key is missing, null or of another type.
  static std::optional<std::string_view> Text(simdjson::dom::element object, const char* key);
  static std::optional<bool> Flag(simdjson::dom::element object, const char* key);
  static std::optional<double> Number(simdjson::dom::element object, const char* key);
  /// A whole number from 1 to `most`; Corruption naming file and key for anything else.
  Result<size_t> Count(simdjson::dom::element object, const char* key, size_t most) const;

  /// Corruption: "PATH: WHAT; fetch the model again".
  Status Damaged(const std::string& what) const;
  /// Unsupported: "PATH: WHAT; ...".
  Status Foreign(const std::string& what) const;

 private:
  JsonFile(std::string path, simdjson::padded_string text)
      : path_(std::move(path)), text_(std::move(text)) {}

  std::string path_;
  simdjson::padded_string text_;
  simdjson::dom::parser parser_;
};

}  // namespace kith::rag
