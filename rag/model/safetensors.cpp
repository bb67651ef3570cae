// SPDX-License-Identifier: Apache-2.0
// Nothing of a header is believed before it is checked against the file's size.
#include "rag/model/safetensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <simdjson.h>

#include <bit>
#include <cstring>
#include <limits>

namespace kith::rag {
namespace {

constexpr size_t kLengthBytes = 8;
// The format's own limit.
constexpr uint64_t kMaxHeaderBytes = 100'000'000;

struct TypeRow {
  std::string_view name;
  TensorType type;
  size_t bytes;
};
constexpr TypeRow kTypes[] = {
    {"F32", TensorType::kFloat32, 4},   {"F16", TensorType::kFloat16, 2},
    {"BF16", TensorType::kBFloat16, 2}, {"F64", TensorType::kOther, 8},
    {"I64", TensorType::kOther, 8},     {"U64", TensorType::kOther, 8},
    {"I32", TensorType::kOther, 4},     {"U32", TensorType::kOther, 4},
    {"I16", TensorType::kOther, 2},     {"U16", TensorType::kOther, 2},
    {"I8", TensorType::kOther, 1},      {"U8", TensorType::kOther, 1},
    {"BOOL", TensorType::kOther, 1},    {"F8_E4M3", TensorType::kOther, 1},
    {"F8_E5M2", TensorType::kOther, 1}};

uint64_t LittleEndian(std::span<const std::byte> bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | std::to_integer<uint64_t>(bytes[i]);
  return value;
}

float FromBFloat16(uint16_t bits) {
  return std::bit_cast<float>(uint32_t{bits} << 16);
}

float FromFloat16(uint16_t bits) {
  const uint32_t sign = uint32_t{bits & 0x8000u} << 16;
  const uint32_t magnitude = bits & 0x7FFFu;
  // Moving exponent and fraction up leaves the value 2^-112 too small; that also scales subnormals.
  const float scaled = std::bit_cast<float>(magnitude << 13) * 0x1p112f;
  const uint32_t infinite = magnitude >= 0x7C00u ? 0x7F800000u : 0u;
  return std::bit_cast<float>(std::bit_cast<uint32_t>(scaled) | infinite | sign);
}

/// One tensor's entry. Null: `object` is not what the format has.
Result<TensorView> ReadEntry(simdjson::dom::element entry, std::span<const std::byte> data) {
  const auto malformed = [](const char* what) { return Status(StatusCode::kCorruption, what); };
  std::string_view type_name;
  if (entry["dtype"].get(type_name) != simdjson::SUCCESS) return malformed("it has no dtype");
  const TypeRow* type = nullptr;
  for (const TypeRow& row : kTypes) {
    if (row.name == type_name) type = &row;
  }
  if (type == nullptr) return malformed("its dtype is unknown");
  TensorView view;
  view.type = type->type;
  simdjson::dom::array shape;
  if (entry["shape"].get(shape) != simdjson::SUCCESS) return malformed("it has no shape");
  uint64_t bytes = type->bytes;
  for (const simdjson::dom::element size : shape) {
    uint64_t extent = 0;
    if (size.get(extent) != simdjson::SUCCESS) return malformed("its shape is not whole numbers");
    if (extent != 0 && bytes > std::numeric_limits<uint64_t>::max() / extent) {
      return malformed("its shape is too large");
    }
    bytes *= extent;
    view.shape.push_back(extent);
  }
  uint64_t begin = 0;
  uint64_t end = 0;
  if (entry["data_offsets"].at(0).get(begin) != simdjson::SUCCESS ||
      entry["data_offsets"].at(1).get(end) != simdjson::SUCCESS) {
    return malformed("it has no data_offsets");
  }
  if (begin > end || end > data.size()) return malformed("its data lies outside the file");
  if (end - begin != bytes) return malformed("its data has another length than its shape");
  view.bytes = data.subspan(begin, bytes);
  return view;
}

}  // namespace

size_t TensorView::elements() const {
  size_t product = 1;
  for (const size_t extent : shape) product *= extent;
  return product;
}

Status SafetensorsFile::Damaged(const std::string& what) const {
  return Status(
      StatusCode::kCorruption,
      fmt::format("{} is no whole safetensors file: {}; fetch the model again", path(), what));
}

Result<std::unique_ptr<SafetensorsFile>> SafetensorsFile::Open(const std::string& path) {
  KITH_ASSIGN_OR_RETURN(std::unique_ptr<MappedFile> mapped, MappedFile::Open(path));
  std::unique_ptr<SafetensorsFile> file(new SafetensorsFile(std::move(mapped)));
  KITH_RETURN_IF_ERROR(file->ReadHeader());
  return file;
}

Status SafetensorsFile::ReadHeader() {
  const std::span<const std::byte> bytes = file_->bytes();
  if (bytes.size() < kLengthBytes) return Damaged("it is shorter than a header");
  const uint64_t length = LittleEndian(bytes.first(kLengthBytes));
  if (length > kMaxHeaderBytes || length > bytes.size() - kLengthBytes) {
    return Damaged(fmt::format("its header of {} bytes does not fit in it", length));
  }
  const std::span<const std::byte> data = bytes.subspan(kLengthBytes + length);
  simdjson::dom::parser parser;
  simdjson::dom::object header;
  // The parser reads past the end of what it is given, so it gets a copy with room behind it.
  const simdjson::padded_string text(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes,
                                     length);
  if (parser.parse(text).get(header) != simdjson::SUCCESS) return Damaged("its header is no JSON");
  for (const auto& [name, entry] : header) {
    if (name == "__metadata__") continue;
    Result<TensorView> view = ReadEntry(entry, data);
    if (!view.ok()) return Damaged(fmt::format("tensor '{}': {}", name, view.status().message()));
    tensors_.emplace(std::string(name), std::move(view).value());
  }
  return Status::Ok();
}

const TensorView* SafetensorsFile::Find(std::string_view name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

Result<std::vector<float>> SafetensorsFile::Floats(std::string_view name,
                                                   std::span<const size_t> shape) const {
  const TensorView* view = Find(name);
  if (view == nullptr) {
    return Status(StatusCode::kCorruption,
                  fmt::format("{} has no tensor '{}'; the model is of another kind", path(), name));
  }
  if (!std::equal(shape.begin(), shape.end(), view->shape.begin(), view->shape.end())) {
    return Status(StatusCode::kCorruption,
                  fmt::format("tensor '{}' of {} has the shape [{}], and its configuration says "
                              "[{}]; the model's files do not belong together",
                              name, path(), fmt::join(view->shape, ", "), fmt::join(shape, ", ")));
  }
  std::vector<float> floats(view->elements());
  if (view->type == TensorType::kFloat32) {
    std::memcpy(floats.data(), view->bytes.data(), view->bytes.size());
    return floats;
  }
  if (view->type == TensorType::kOther) {
    return Status(
        StatusCode::kCorruption,
        fmt::format("tensor '{}' of {} is not of float32, float16 or bfloat16", name, path()));
  }
  const bool half = view->type == TensorType::kFloat16;
  for (size_t i = 0; i < floats.size(); ++i) {
    uint16_t bits = 0;
    std::memcpy(&bits, view->bytes.data() + 2 * i, sizeof bits);
    floats[i] = half ? FromFloat16(bits) : FromBFloat16(bits);
  }
  return floats;
}

}  // namespace kith::rag
