// SPDX-License-Identifier: Apache-2.0
// simdjson.
#include "rag/model/json_file.h"

#include <fmt/format.h>

#include "rag/model/mapped_file.h"

namespace kith::rag {

Result<JsonFile> JsonFile::Read(const std::string& path) {
  KITH_ASSIGN_OR_RETURN(const auto mapped, MappedFile::Open(path));
  // The parser reads past the end of what it is given, so it gets a copy with room behind it.
  const auto bytes = mapped->bytes();
  JsonFile file(path,
                simdjson::padded_string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  if (file.parser_.parse(file.text_).error() != simdjson::SUCCESS) {
    return file.Damaged("it is no JSON");
  }
  return file;
}

std::optional<std::string_view> JsonFile::Text(simdjson::dom::element object, const char* key) {
  std::string_view text;
  if (object[key].get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

std::optional<bool> JsonFile::Flag(simdjson::dom::element object, const char* key) {
  bool flag = false;
  if (object[key].get(flag) != simdjson::SUCCESS) return std::nullopt;
  return flag;
}

std::optional<double> JsonFile::Number(simdjson::dom::element object, const char* key) {
  double number = 0;
  if (object[key].get(number) != simdjson::SUCCESS) return std::nullopt;
  return number;
}

Result<size_t> JsonFile::Count(simdjson::dom::element object, const char* key, size_t most) const {
  uint64_t count = 0;
  if (object[key].get(count) == simdjson::SUCCESS && count >= 1 && count <= most) {
    return size_t{count};
  }
  return Damaged(fmt::format("\"{}\" is no whole number from 1 to {}", key, most));
}

Status JsonFile::Damaged(const std::string& what) const {
  return Status(StatusCode::kCorruption, fmt::format("{}: {}; fetch the model again", path_, what));
}

Status JsonFile::Foreign(const std::string& what) const {
  return Status(StatusCode::kUnsupported,
                fmt::format("{}: {}; Kith reads embedding models of the BERT family", path_, what));
}

}  // namespace kith::rag
