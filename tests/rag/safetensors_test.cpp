// SPDX-License-Identifier: Apache-2.0
// Reading safetensors files: whole ones, and every way in which one can be broken.
#include "rag/model/safetensors.h"

#include <array>
#include <catch2/catch.hpp>
#include <random>

#include "tests/rag/model_file.h"
#include "tests/temporary_folder.h"

namespace kith::rag {
namespace {

std::string WithHeader(const std::string& header, const std::string& data) {
  std::string bytes;
  for (size_t i = 0; i < 8; ++i) bytes += static_cast<char>(uint64_t{header.size()} >> 8 * i);
  return bytes + header + data;
}

TEST_CASE("tensors are read with their types and shapes", "[rag]") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/model.safetensors";
  WriteBytes(path, SafetensorsBytes({{"a", {2, 3}, {1, 2, 3, 4, 5, 6}}, {"b", {1}, {0.5f}}}));
  const auto file = SafetensorsFile::Open(path);
  REQUIRE(file.ok());
  CHECK((*file)->Floats("a", std::array<size_t, 2>{2, 3}).value() ==
        std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK((*file)->Find("c") == nullptr);
  const auto missing = (*file)->Floats("c", std::array<size_t, 1>{1});
  CHECK_THAT(missing.status().message(), Catch::Contains("no tensor 'c'"));
  const auto shaped = (*file)->Floats("a", std::array<size_t, 2>{3, 2});
  CHECK_THAT(shaped.status().message(), Catch::Contains("[2, 3]") && Catch::Contains("[3, 2]"));
}

TEST_CASE("half and bfloat16 become float32", "[rag]") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/half.safetensors";
  // 1, -2, the smallest subnormal 2^-24, the greatest 65504, infinity; then 1 and -2.5.
  const std::string data("\x00\x3C\x00\xC0\x01\x00\xFF\x7B\x00\x7C\x80\x3F\x20\xC0", 14);
  WriteBytes(path, WithHeader("{\"h\":{\"dtype\":\"F16\",\"shape\":[5],\"data_offsets\":[0,10]},"
                              "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[10,14]}}",
                              data));
  const auto file = SafetensorsFile::Open(path);
  REQUIRE(file.ok());
  CHECK((*file)->Floats("h", std::array<size_t, 1>{5}).value() ==
        std::vector<float>{1, -2, 0x1p-24f, 65504, std::numeric_limits<float>::infinity()});
  CHECK((*file)->Floats("b", std::array<size_t, 1>{2}).value() == std::vector<float>{1, -2.5f});
}

TEST_CASE("a file that is no whole safetensors file is refused by name", "[rag]") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/model.safetensors";
  const std::string good = SafetensorsBytes({{"weights", {4}, {1, 2, 3, 4}}});
  const auto tensor = [](const std::string& body) { return "{\"t\":{" + body + "}}"; };
  const std::vector<std::string> broken = {
      "",
      "1234567",
      good.substr(0, 20),
      good.substr(0, good.size() - 1),
      std::string(8, '\xFF') + good.substr(8),
      WithHeader("{", ""),
      WithHeader("[]", ""),
      WithHeader("{\"t\":3}", ""),
      WithHeader(tensor("\"dtype\":\"F99\",\"shape\":[1],\"data_offsets\":[0,4]"), "1234"),
      WithHeader(tensor("\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]"), "1234"),
      WithHeader(tensor("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]"), "1234"),
      WithHeader(tensor("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]"), "1234"),
      WithHeader(tensor("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]"), "1234"),
      WithHeader(tensor("\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],"
                        "\"data_offsets\":[0,0]"),
                 "")};
  for (const std::string& bytes : broken) {
    WriteBytes(path, bytes);
    const auto file = SafetensorsFile::Open(path);
    CAPTURE(bytes);
    REQUIRE_FALSE(file.ok());
    CHECK(file.status().code() == StatusCode::kCorruption);
    CHECK_THAT(file.status().message(), Catch::Contains(path));
  }
  CHECK(SafetensorsFile::Open(path + ".none").status().code() == StatusCode::kNotFound);
  CHECK(SafetensorsFile::Open(folder.path()).status().code() == StatusCode::kIoError);
}

TEST_CASE("random damage is refused or harmless", "[rag]") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/model.safetensors";
  const std::string good = SafetensorsBytes({{"w", {4}, {1, 2, 3, 4}}, {"v", {1, 1}, {5}}});
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    std::string bytes = good;
    for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    WriteBytes(path, bytes);
    const auto file = SafetensorsFile::Open(path);
    if (!file.ok()) continue;
    for (const char* name : {"w", "v"}) {
      const TensorView* view = (*file)->Find(name);
      if (view != nullptr)
        CHECK((*file)->Floats(name, view->shape).ok() == (view->type != TensorType::kOther));
    }
  }
}

}  // namespace
}  // namespace kith::rag
